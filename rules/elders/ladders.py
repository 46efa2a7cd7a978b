"""Escalation ladders as data: who is called, after how many minutes, and how often again until a human answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from models.elders.requests import Request, RequestKind, RequestState, Urgency
from models.members.people import Canteen
from rules.settings import after_quiet
from rules.values import Text


class Audience(StrEnum):
    """Who is called at a rung."""

    ELDER = "elder"
    TAKER = "taker"
    FAMILY = "family"
    NEIGHBOUR = "neighbour"
    HELPERS = "helpers"
    ON_CALL = "on_call"
    DOCTOR = "doctor"
    SOCIAL_WORKER = "social_worker"
    COMMITTEE = "committee"
    MANAGER = "manager"


Audiences = tuple[Audience, ...]


@dataclass(frozen=True, slots=True)
class Rung:
    """So many minutes after the beginning these are called."""

    after: int
    tell: Audiences


@dataclass(frozen=True, slots=True)
class Ladder:
    """The rungs in order; past the last one everybody on it is called again every so many minutes."""

    rungs: tuple[Rung, ...]
    every: int

    def after(self, step: int) -> int:
        """Minutes from the beginning to a step."""
        beyond = step - len(self.rungs) + 1
        return self.rungs[step].after if beyond <= 0 else self.rungs[-1].after + beyond * self.every

    def reached(self, minutes: float) -> int:
        """How many steps have come by then."""
        last = self.rungs[-1].after
        if minutes < last:
            return sum(rung.after <= minutes for rung in self.rungs)
        return len(self.rungs) + int((minutes - last) // self.every)

    def called(self, first: int, until: int) -> Audiences:
        """Who is called at these steps, each once, in order."""
        rungs = self.rungs if until > len(self.rungs) else self.rungs[first:until]
        return tuple(dict.fromkeys(audience for rung in rungs for audience in rung.tell))


def _ladder(every: int, *rungs: tuple[int, str]) -> Ladder:
    return Ladder(tuple(Rung(after, tuple(map(Audience, tell.split("+")))) for after, tell in rungs), every)


QUIET_KINDS = frozenset({RequestKind.COUNSELLING, RequestKind.HEALTH_CHECK, RequestKind.HOME_CARE})
"""Never named in the group: those who may help are asked in private, at once."""

EMERGENCY, CARE, SILENT, PRESSING = "emergency", "care", "silent", "pressing"
OCCASIONS = frozenset({EMERGENCY, CARE, SILENT, PRESSING})
"""They begin at once, and are the same whatever somebody needs."""
PHASES: Mapping[RequestState, str] = {
    RequestState.ASKED: "asked",
    RequestState.CONFIRMED: "search",
    RequestState.REOPENED: "search",
    RequestState.TAKEN: "work",
    RequestState.DOING: "work",
    RequestState.DONE: "accept",
}
"""Which ladder an open request stands on; a closed one stands on none."""

SEARCH = {
    "normal": _ladder(120, (30, "helpers"), (60, "on_call"), (120, "committee+manager")),
    "urgent": _ladder(
        15, (0, "helpers"), (10, "on_call"), (20, "committee+manager"), (30, "social_worker+family")
    ),
    EMERGENCY: _ladder(5, (0, "family+on_call+doctor"), (5, "manager"), (10, "social_worker+committee")),
    CARE: _ladder(
        15,
        *((0, "elder"), (15, "family"), (30, "neighbour"), (45, "on_call")),
        (60, "social_worker+committee+manager"),
    ),
    SILENT: _ladder(
        120,
        (0, "elder"),
        (60, "family"),
        (120, "neighbour"),
        (180, "on_call"),
        (240, "social_worker+manager"),
    ),
    PRESSING: _ladder(
        5, (0, "family+neighbour+on_call"), (5, "social_worker+manager"), (10, "committee+doctor+helpers")
    ),
    "asked.normal": _ladder(240, (15, "on_call"), (120, "social_worker+manager")),
    "asked.urgent": _ladder(15, (5, "on_call+family"), (15, "social_worker+manager")),
    "work.normal": _ladder(180, (0, "taker"), (60, "on_call"), (180, "social_worker+manager")),
    "work.urgent": _ladder(15, (0, "taker"), (10, "on_call"), (20, "social_worker+manager")),
    "accept.normal": _ladder(1440, (60, "elder+family"), (240, "on_call")),
    "accept.urgent": _ladder(120, (30, "elder+family"), (60, "on_call")),
}
"""What a village may change: the search by urgency (`kind.urgency` may stand beside it), occasions, and what follows: an
unconfirmed wish, an overdue errand, a finished one that nobody has confirmed; `pressing` is an elder who was missed and needs help."""

QUIET_SEARCH = _ladder(120, (0, "helpers"), (60, "on_call"), (120, "social_worker+manager"))


def ladder_of(canteen: Canteen, kind: RequestKind, urgency: Urgency, phase: str) -> Ladder:
    """The ladder a request of this kind climbs in a phase, as the village has set it."""
    if phase != "search":
        return named(canteen, f"{phase}.{urgency}")
    ladder = _search(canteen, kind, urgency)
    return ladder if canteen.chat_id is not None and kind not in QUIET_KINDS else _at_once(ladder)


def _search(canteen: Canteen, kind: RequestKind, urgency: Urgency) -> Ladder:
    own = own_ladders(canteen)
    if f"{kind}.{urgency}" in own:
        return own[f"{kind}.{urgency}"]
    if kind in QUIET_KINDS and urgency == Urgency.NORMAL:
        return QUIET_SEARCH
    return own.get(urgency, SEARCH[urgency])


def _at_once(ladder: Ladder) -> Ladder:
    """Where no group is asked, nobody waits for its answer: the first rung comes at once."""
    first, *others = ladder.rungs
    return Ladder((Rung(0, first.tell), *others), ladder.every)


def emergency_ladder(canteen: Canteen) -> Ladder:
    """The ladder of an emergency."""
    return named(canteen, EMERGENCY)


def named(canteen: Canteen, occasion: str) -> Ladder:
    """The ladder of an occasion or of what follows a search, as the village has set it."""
    return own_ladders(canteen).get(occasion, SEARCH[occasion])


def own_ladders(canteen: Canteen) -> dict[str, Ladder]:
    """What the village has set for itself."""
    kept: dict[str, Any] = canteen.settings.get("ladders") or {}
    return {
        name: Ladder(
            tuple(Rung(after, tuple(map(Audience, tell))) for after, tell in one["rungs"]), one["every"]
        )
        for name, one in kept.items()
    }


def waits(canteen: Canteen, urgency: Urgency, moment: datetime) -> datetime:
    """The moment itself; what is not urgent waits for the end of the quiet hours."""
    return moment if urgency == Urgency.URGENT else after_quiet(canteen, moment)


def begin(canteen: Canteen, request: Request, now: datetime) -> None:
    """Stand at the foot of the ladder of the request's state, or on none when it is closed."""
    request.step = 0
    phase = PHASES.get(request.state)
    if phase is None:
        request.next_at = None
        return
    foot = max(request.due_at, now + timedelta(minutes=30)) if phase == "work" else now
    request.rung_at = waits(canteen, request.urgency, foot)
    request.next_at = when(canteen, request, 0)


def when(canteen: Canteen, request: Request, step: int) -> datetime:
    """When a step of the request's ladder comes."""
    ladder = ladder_of(canteen, request.kind, request.urgency, PHASES[request.state])
    return waits(canteen, request.urgency, request.rung_at + timedelta(minutes=ladder.after(step)))


def said(ladder: Ladder) -> Text:
    """A ladder in words."""
    rungs = [Text("requests.rung", minutes=rung.after, people=list(rung.tell)) for rung in ladder.rungs]
    return Text("requests.ladder", rungs=rungs, every=ladder.every)


def rungs_said(ladder: Ladder) -> Text:
    """A ladder in few words."""
    return Text("requests.rungs", minutes=[rung.after for rung in ladder.rungs])


def present(canteen: Canteen, urgency: str) -> Text:
    """The ladders of an urgency as they are now: the village's, and those of kinds that differ."""
    own = own_ladders(canteen)
    main = said(own.get(urgency, SEARCH[urgency]))
    kinds = [kind for kind in RequestKind if f"{kind}.{urgency}" in own]
    if not kinds:
        return main
    others = [Text("requests.ladder_of", kind=kind, ladder=said(own[f"{kind}.{urgency}"])) for kind in kinds]
    return Text("requests.ladders", main=main, others=others)
