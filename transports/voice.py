"""Spoken words into written ones: one protocol, a local engine and a remote one; off unless the operator chose one."""

import asyncio
import io
from pathlib import Path
from typing import Any, Protocol

from nlu.lessons import HINT

LANGUAGE = "zh"
REMOTE_SECONDS = 30.0


class Unheard(Exception):
    """The words could not be made out; what was said is in no message."""


class Transcriber(Protocol):
    """Whoever can write down what was said."""

    async def transcribe(self, audio: bytes) -> str:
        """The words of an OGG/Opus recording; raises Unheard."""

    async def close(self) -> None:
        """Let go of everything."""


class LocalTranscriber:
    """faster-whisper with a model from a folder of the machine; nothing is fetched, nothing leaves it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._model: Any = None
        self._turn = asyncio.Lock()

    async def transcribe(self, audio: bytes) -> str:
        """One recording at a time: two would share the same processors."""
        async with self._turn:
            try:
                return await asyncio.to_thread(self._write_down, audio)
            except Exception as fault:
                raise Unheard(type(fault).__name__) from None

    async def close(self) -> None:
        """Give the memory back."""
        self._model = None

    def _write_down(self, audio: bytes) -> str:
        if self._model is None:
            from faster_whisper import WhisperModel

            self._model = WhisperModel(
                str(self._folder), device="cpu", compute_type="int8", local_files_only=True
            )
        segments, _ = self._model.transcribe(io.BytesIO(audio), language=LANGUAGE, initial_prompt=HINT)
        return "".join(segment.text for segment in segments).strip()


class RemoteTranscriber:
    """Any server that speaks OpenAI's `/audio/transcriptions`."""

    def __init__(self, url: str, key: str, model: str) -> None:
        import httpx

        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._client = httpx.AsyncClient(base_url=url, headers=headers, timeout=REMOTE_SECONDS)
        self._model = model

    def __repr__(self) -> str:
        return "RemoteTranscriber()"

    async def transcribe(self, audio: bytes) -> str:
        """One request; whatever goes wrong is Unheard, without what the server said."""
        import httpx

        given = {"model": self._model, "language": LANGUAGE, "prompt": HINT, "response_format": "json"}
        try:
            reply = await self._client.post(
                "audio/transcriptions", data=given, files={"file": ("voice.ogg", audio, "audio/ogg")}
            )
            reply.raise_for_status()
            words = reply.json()["text"]
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as fault:
            raise Unheard(type(fault).__name__) from None
        if not isinstance(words, str):
            raise Unheard("no words")
        return words.strip()

    async def close(self) -> None:
        """Close all connections."""
        await self._client.aclose()
