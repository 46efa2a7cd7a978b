"""Things that go wrong on the way: by rule, by chance with a seed, or from a one-shot list."""

from collections import Counter
from dataclasses import dataclass, replace
from random import Random
from typing import Literal

from sandbox.records import Json

Kind = Literal["too_many", "status", "latency", "drop_before", "drop_after", "truncate"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault: what happens, to which calls, how likely and how often (0 times = without end).

    `amount` is the retry_after of too_many, the code of status, the seconds of latency.
    """

    kind: Kind
    method: str = ""
    chat_id: int = 0
    probability: float = 1.0
    times: int = 0
    amount: float = 0.0

    def meets(self, method: str, chat_id: object) -> bool:
        """Whether this call is meant."""
        return self.method in {"", method} and self.chat_id in {0, chat_id}


class Faults:
    """The rules in force; the first that meets a call and wins the throw happens."""

    def __init__(self, *rules: Rule, seed: int = 1) -> None:
        self._rules = list(rules)
        self._random = Random(seed)  # noqa: S311
        self.counts: Counter[str] = Counter()

    def add(self, rule: Rule) -> None:
        """Put one more rule in force."""
        self._rules.append(rule)

    def once(self, *rules: Rule) -> None:
        """Let each of these happen exactly one time."""
        self._rules.extend(replace(rule, times=1) for rule in rules)

    def clear(self) -> None:
        """From now on nothing goes wrong."""
        self._rules.clear()

    def pick(self, method: str, chat_id: object) -> Rule | None:
        """The fault of this call, if any."""
        for place, rule in enumerate(self._rules):
            if rule.meets(method, chat_id) and self._random.random() < rule.probability:
                self._use(place, rule)
                return rule
        return None

    def _use(self, place: int, rule: Rule) -> None:
        self.counts[rule.kind] += 1
        if rule.times == 1:
            del self._rules[place]
        elif rule.times > 1:
            self._rules[place] = replace(rule, times=rule.times - 1)


class UpdateFaults:
    """Updates that come twice, taps sent again by the app, batches out of order."""

    def __init__(
        self, *, seed: int = 1, duplicate: float = 0.0, retap: float = 0.0, reorder: float = 0.0
    ) -> None:
        self._random = Random(seed)  # noqa: S311
        self._duplicate, self._retap, self._reorder = duplicate, retap, reorder
        self.counts: Counter[str] = Counter()

    def arriving(self, kind: str, body: Json) -> list[Json]:
        """The same tap may come again as a new update with a new query id."""
        if kind == "callback_query" and self._happens("retap", self._retap):
            return [body, {**body, "id": f"{body['id']}7"}]
        return [body]

    def leaving(self, batch: list[Json]) -> list[Json]:
        """The same update_id may come twice; the batch may be shuffled."""
        handed = [update for update in batch for _ in range(1 + self._happens("duplicate", self._duplicate))]
        if len(handed) > 1 and self._happens("reorder", self._reorder):
            self._random.shuffle(handed)
        return handed

    def _happens(self, name: str, probability: float) -> bool:
        happens = self._random.random() < probability
        self.counts[name] += happens
        return happens
