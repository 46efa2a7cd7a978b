"""A language model asked what a sentence means, when nobody else knows: one protocol, one adapter, off by default."""

import json
from typing import Any, Protocol

from nlu.suggestions import Suggestion
from nlu.values import Intent

SECONDS = 5.0
LONGEST = 500
TASK = (
    "You read messages to the bot of a village canteen for elders in China. Say what the last message asks for. "
    "Quote in `when` the words that name days or meals, and in `portions` those that say how many, exactly as written; "
    "leave them empty when there are none. Never compute a date. Use `unclear` when in doubt."
)
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["intent", "when", "portions"],
    "properties": {
        "intent": {"type": "string", "enum": [intent.value for intent in Intent]},
        "when": {"type": "string", "maxLength": 60},
        "portions": {"type": "string", "maxLength": 30},
    },
}


class Suggester(Protocol):
    """Whoever can guess what a sentence means."""

    async def suggest(self, words: str) -> Suggestion | None:
        """A guess, or None; never raises for what lies outside."""

    async def close(self) -> None:
        """Let go of everything."""


class RemoteSuggester:
    """Any server that speaks OpenAI's `/chat/completions` with a JSON schema."""

    def __init__(self, url: str, key: str, model: str) -> None:
        import httpx

        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.AsyncClient(base_url=url, headers=headers, timeout=SECONDS)
        self._model = model

    def __repr__(self) -> str:
        return "RemoteSuggester()"

    async def suggest(self, words: str) -> Suggestion | None:
        """One request of at most five seconds; silence, nonsense and faults are no guess."""
        import httpx

        try:
            reply = await self._client.post("chat/completions", json=self._asked(words[:LONGEST]))
            reply.raise_for_status()
            return read(reply.json()["choices"][0]["message"]["content"])
        except (httpx.HTTPError, ValueError, KeyError, IndexError, TypeError):
            return None

    def _asked(self, words: str) -> dict[str, Any]:
        schema = {"name": "meaning", "strict": True, "schema": SCHEMA}
        return {
            "model": self._model,
            "temperature": 0,
            "messages": [{"role": "system", "content": TASK}, {"role": "user", "content": words}],
            "response_format": {"type": "json_schema", "json_schema": schema},
        }

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()


def read(content: str) -> Suggestion | None:
    """An answer held to the schema again: a server may ignore it."""
    found = json.loads(content)
    if not isinstance(found, dict) or found.get("intent") not in set(Intent):
        return None
    when, portions = found.get("when", ""), found.get("portions", "")
    if not (isinstance(when, str) and isinstance(portions, str)):
        return None
    return Suggestion(Intent(found["intent"]), when[:60], portions[:30])
