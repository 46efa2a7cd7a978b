"""Danger as two hear it: the rules, and the second hearing for wording that no rule knows. Either may doubt the other."""

import re
from dataclasses import dataclass, replace

from nlu.dangers import Alarm, danger_in, is_over_or_supposed, sounds_dangerous
from nlu.second_hearing import LONGEST, Heard, second_hearing

SURE, SURE_OF_ALL, UNLIKELY = 1.5, 2.0, -5.0
"""As good as a rule in private; so too in a group; so unlike a cry that a rule must be wrong."""
PERHAPS, PERHAPS_UNREAD = 0.5, -1.5
"""Worth a question in private; worth one where nothing was understood."""
CALM = -2.0
"""What is known to be of something else sounds no louder than this: nobody is asked."""
BY_EAR = "by ear"
SCORCHED = re.compile("(?:饭|菜|肉|粥|汤|鱼|鸡|鸭|排骨|豆腐)[^,。]{0,3}[烧煮炒煎蒸](?:得)?[焦糊老]")
"""肉都烧焦了，咬不动: a complaint about the cooking."""
CLOSED_DOOR = re.compile(
    "(?:去|到)(?:了|过)?[^,。]{1,6}家(?:里)?[,。: ][^,。]{0,4}(?:没人|不在|没在|锁)[^,。]{0,3}$"
)
"""去了覃叔家，没人应门: a visit somebody made; who is worried says more."""
CLAUSES = re.compile("[,。!?;\n ]+")


@dataclass(frozen=True, slots=True)
class Worry:
    """What the rules and the second hearing make of a text together."""

    alarm: Alarm | None
    heard: Heard

    @property
    def score(self) -> float:
        """How loud the second hearing is."""
        return self.heard.score

    @property
    def why(self) -> tuple[str, ...]:
        """The rule that holds, or what the second hearing heard."""
        if self.alarm and self.alarm.kind != BY_EAR:
            return (f"danger {self.alarm.kind}",)
        return f"danger {BY_EAR} {self.score:+.1f}", f"seen {' '.join(self.heard.fragments)}"

    @property
    def sure(self) -> bool:
        """Sure enough to call somebody."""
        return self.alarm is not None and self.alarm.sure

    @property
    def unlikely(self) -> bool:
        """So unlike a cry that it need not even be offered."""
        return self.alarm is None and self.score < UNLIKELY

    def worth_asking(self, *, unread: bool) -> bool:
        """Whether it sounds enough like a cry to ask, although nobody is called."""
        return self.score >= (PERHAPS_UNREAD if unread else PERHAPS)


def worry_in(low: str, *, alone: bool) -> Worry:
    """The danger in a text in lower case; whoever speaks alone with the bot is called for sooner than a group is alarmed."""
    ruled, heard = danger_in(low), _by_ear(low)
    return Worry(_agreed(low, ruled, heard.score, SURE if alone else SURE_OF_ALL), heard)


def _by_ear(low: str) -> Heard:
    """What the second hearing hears, but for wording known to be of something else."""
    heard = second_hearing(low)
    known = SCORCHED.search(low) or CLOSED_DOOR.search(low) or is_over_or_supposed(low)
    return replace(heard, score=min(heard.score, CALM)) if known else heard


def _agreed(low: str, ruled: Alarm | None, score: float, enough: float) -> Alarm | None:
    if ruled and ruled.sure:
        return replace(ruled, sure=score >= UNLIKELY or len(low) > LONGEST or _one_clause_cries(low))
    if score >= enough and not sounds_dangerous(low):
        return Alarm(BY_EAR, sure=True)
    return ruled


def _one_clause_cries(low: str) -> bool:
    """明天中午两份，我胸口痛: what stands beside a cry never silences it."""
    return any(second_hearing(clause).score > 0 for clause in CLAUSES.split(low) if clause)
