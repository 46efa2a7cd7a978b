"""Every button of the elders' room, by everybody, in every state: who may has the effect, everybody else a polite no.

A verb that stands in no row fails the first test: whoever adds a button says who may press it, and when.
"""

import importlib
import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlmodel import Session, select

import handlers.elders
import handlers.homes
from handlers import taking
from handlers.members import consents
from models.audit import AuditEntry
from models.cards import Card
from models.inbox import InboxUpdate
from models.outbox import OutboxMessage
from models.store import keep
from rules.elders.requests import Wish, as_facts
from rules.values import Refused
from tests.conversations import Conversation
from tests.elders.scenes import EVERYBODY, SECRETS, Scene, stage
from tests.elders.test_requests_matrix import WORDS
from texts import Words
from transports.hearing import hear

FAMILY = {"daughter", "meals_only"}
WORKERS = {"goer", "social_worker"}
CALLED = FAMILY | WORKERS | {"owner", "companion", "doctor", "manager"}
ASKED = CALLED | {"neighbour", "cook"}
STAFF = ASKED - FAMILY - {"neighbour"}
OWNERS = WORKERS | {"owner", "manager"}
NOBODY: set[str] = set()
ALL = set(EVERYBODY)
"""Lists show everybody those of their own village."""
SHOWN = "shown"
"""The effect of a button that only shows something."""


@dataclass(frozen=True, slots=True)
class Row:
    """One button, what it is about, what it does, and who may press it in which state."""

    data: str
    thing: str
    effect: str
    may: Mapping[str, set[str]]

    @property
    def verb(self) -> str:
        return self.data.partition(":")[0]


def each(states: str, who: set[str]) -> dict[str, set[str]]:
    return dict.fromkeys(states.split(), who)


OPEN, STILL, UNDER_WAY = "open answered", "open going pressing", "proposed planned"
ROWS = (
    Row("sosgo:{}", "emergency", "emergencies.answered", each("open", CALLED)),
    Row("sosgo:{}", "emergency", "emergencies.also_going", each("answered", CALLED)),
    *(
        Row(f"sos:{{}}:{why}", "emergency", "emergencies.closed", each(OPEN, CALLED | {"elder"}))
        for why in ("mistake", "fine", "hospital")
    ),
    Row("sos:{}:again", "emergency", "emergencies.reopened", each("closed false_alarm", {"elder"})),
    Row("sos:{}:leave", "emergency", "emergencies.left", each("answered", {"goer"})),
    Row("sos:{}:nonsense", "emergency", "", {}),
    Row("oncall:{}:begin", "person", "emergencies.on_call", {"worker": {"social_worker"}}),
    Row("care:{}:go", "concern", "care.going", {**each("open pressing", ASKED), "going": {"goer"}}),
    Row("care:{}:leave", "concern", "care.left", {"going": {"goer"}}),
    Row("care:{}:more", "concern", SHOWN, each(STILL, ASKED | {"elder"})),
    *(
        Row(f"care:{{}}:{finding}", "concern", "care.closed", each(STILL, ASKED | {"elder"}))
        for finding in ("fine", "elsewhere", "hospital")
    ),
    *(
        Row(f"care:{{}}:{finding}", "concern", "care.pressing", each(STILL, ASKED | {"elder"}))
        for finding in ("help", "nobody")
    ),
    Row("care:{}:nonsense", "concern", "", {}),
    Row("caresee:{}", "concern", SHOWN, each(STILL, STAFF)),
    Row("carepage:0", "list", SHOWN, each("any", STAFF | {"foreign_worker"})),
    Row("needsee:{}", "need", SHOWN, each("open answered closed", OWNERS)),
    *(
        Row(data, "need", SHOWN, each("open", OWNERS))
        for data in ("needans:{}", "needout:{}:met", "needturn:{}", "needmore:{}")
    ),
    Row("needout:{}:nonsense", "need", "", {}),
    Row("needto:{}:request", "need", "needs.turned+requests.asked", each("open", OWNERS)),
    Row("needto:{}:menu_wish", "need", "menus.wished+needs.turned", each("open", OWNERS)),
    Row("needto:{}:issue", "need", "needs.turned", each("open", OWNERS)),
    Row("needto:{}:note", "need", "needs.answered+needs.closed+needs.turned", each("open", OWNERS)),
    Row("needwait:{}", "need", "needs.put_off", each("open", OWNERS)),
    Row("needhand:{}:p0", "need", SHOWN, each(OPEN, OWNERS)),
    Row("needhand:{}:COMPANION", "need", "needs.handed_on", each(OPEN, OWNERS)),
    Row("needhand:{}:COOK", "need", "", {}),
    Row("needtold:{}", "need", "needs.closed", each("answered", OWNERS)),
    Row("needback:{}", "need", "needs.reopened", each("answered closed", OWNERS | {"elder"})),
    Row("needpage:0:mine", "list", SHOWN, each("any", ALL)),
    Row("needpage:0:all", "list", SHOWN, each("any", ALL - {"owner", "companion"})),
    Row("visit:{}:see", "visit", SHOWN, each("proposed planned done", WORKERS)),
    *(
        Row(f"visit:{{}}:{word}", "visit", SHOWN, each(UNDER_WAY, WORKERS))
        for word in ("record", "day", "with", "more")
    ),
    Row("visit:{}:go", "visit", "visits.planned", each("proposed", WORKERS)),
    Row("visit:{}:go", "visit", SHOWN, each("planned", WORKERS)),
    Row("visit:{}:swap", "visit", "visits.called_off+visits.planned+visits.proposed", each(UNDER_WAY, WORKERS)),
    Row("visit:{}:off", "visit", "visits.called_off", each(UNDER_WAY, WORKERS)),
    Row("visitday:{}:2026-12-02", "visit", "visits.moved", each(UNDER_WAY, WORKERS)),
    Row("visitwith:{}:0", "visit", "visits.companion", each(UNDER_WAY, WORKERS)),
    Row("visitno:{}", "visit", "visits.companion", each(UNDER_WAY, {"companion"})),
    *(Row(f"visitout:{{}}:{word}", "visit", SHOWN, each(UNDER_WAY, WORKERS)) for word in ("visited", "rest")),
    Row("visitnext:{}:2026-12-29", "visit", "visits.next_set", each("done", WORKERS)),
    Row("visitasked:{}:yes", "follow_up", "visits.asked_again", each("open", WORKERS)),
    Row("visitasked:{}:no", "follow_up", "needs.reopened+visits.asked_again", each("open", WORKERS)),
    Row("visitweek:2026-11-30:show", "list", SHOWN, each("any", WORKERS | {"foreign_worker"})),
    Row("visitweek:2026-11-30:yes", "list", SHOWN, each("any", WORKERS | {"foreign_worker"})),
    Row("visitseen:0", "list", SHOWN, each("any", WORKERS | {"foreign_worker"})),
    Row("visitlate:0", "list", SHOWN, each("any", WORKERS | {"foreign_worker"})),
    Row("visitplan:{}", "person", "visits.planned", each("elder phoneless worker", WORKERS)),
    Row("house:{}:see", "person", SHOWN, each("elder phoneless worker", WORKERS | {"manager"})),
    Row("houserisk:{}:high", "house", "visits.risk_set", each("usual", WORKERS)),
    Row("unneighbour:{}", "link", "people.unlinked", each("standing", {*WORKERS, "elder", "neighbour", "manager"})),
    Row("agree:{}:all", "person", "consents.recorded", {"elder": {"elder"}, "worker": {"social_worker"}}),
    Row("agree:{}:all", "person", SHOWN, each("phoneless", WORKERS | {"manager"})),
    Row("agree:{}:all-said", "person", "consents.recorded", {"elder": {"elder"}, "worker": {"social_worker"}, "phoneless": WORKERS | {"manager"}}),
    Row("ask:repair", "list", "requests.asked", each("any", ALL)),
    Row("askpage:0", "list", SHOWN, each("any", ALL)),
    Row("reqpage:0", "list", SHOWN, each("any", ALL)),
    Row("supply:{}", "supply", "requests.supply_ended", each("counted", {"elder", "daughter"} | WORKERS | {"manager"})),
)  # fmt: skip


def visited(scene: Scene) -> dict[str, Any]:
    """A visit as the cards about it keep it."""
    granny = scene.cast["elder"].id
    note: dict[str, Any] = {"day": "2026-11-25", "outcome": "visited", "findings": "", "wishes": []}
    return {
        **note,
        "private": granny,
        "elder": granny,
        "companion": scene.cast["companion"].id,
        "alone": False,
    }


def wished(scene: Scene) -> dict[str, Any]:
    wish = as_facts(Wish("repair", "灯坏了", "灯"))  # type: ignore[arg-type]
    granny = scene.cast["elder"].id
    return {"members": [granny], "elder": granny, "private": granny, "wish": wish}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on a card: whose it is, what the button says, what it does."""

    verb: str
    kind: str
    owner: str
    word: str
    effect: str
    facts: Any


CARDS = (
    Asked("kit", "requests.kit", "taker", "card", SHOWN, lambda at: {"request": at.things["errand", "taken"], "things": []}),
    Asked("askwho", "requests.which", "daughter", "0", "requests.asked", wished),
    Asked("askmore", "requests.again", "daughter", "yes", "requests.asked", wished),
    Asked("soswho", "emergencies.who", "social_worker", "0", "emergencies.more", lambda at: {"emergency": at.things["emergency", "open"], "members": [at.cast["elder"].id]}),
    Asked("careundo", "care.undo", "goer", "", "care.reopened", lambda at: {"concern": at.things["concern", "over"]}),
    Asked("needwho", "needs.which", "social_worker", "0", "needs.noted", lambda at: {**wished(at), "words": "想学写字"}),
    Asked("needsay", "needs.answer", "owner", "", "needs.answered+needs.closed", lambda at: {"need": at.things["need", "open"], "outcome": "met"}),
    Asked("needundo", "needs.undo", "owner", "", "needs.dropped", lambda at: {"need": at.things["need", "open"], "what": "note"}),
    Asked("visitwho", "visits.which", "goer", "0", SHOWN, lambda at: {**visited(at), "members": [at.cast["elder"].id]}),
    Asked("visitsay", "visits.note", "goer", "yes", "visits.recorded", visited),
    Asked("visitwhy", "visits.alone", "goer", "busy", "visits.recorded", visited),
    Asked("visitskip", "visits.found", "goer", "", SHOWN, lambda at: {"visit": at.things["visit", "planned"], "outcome": "visited"}),
    Asked("visitundo", "visits.undo", "goer", "", SHOWN, lambda at: {"acts": []}),
    Asked("houseundo", "households.undo", "goer", "", SHOWN, lambda at: {"moves": []}),
    Asked("neighbour", "people.neighbour", "social_worker", "said", "people.linked", lambda at: {"elder": at.cast["elder"].id, "neighbour": at.cast["volunteer"].id}),
)  # fmt: skip
ELSEWHERE = {*WORDS, "reqkit", "reqdays", "requndo"}
"""Of requests: `test_requests_matrix`, and for taking back `test_requests_talk`."""
UNSAID = frozenset({"privacy.shown"})
UPDATE = 50_000


def verbs() -> set[str]:
    """Every verb the room has, from its handlers."""
    rooms = [
        importlib.import_module(f"{package.__name__}.{module.name}")
        for package in (handlers.elders, handlers.homes)
        for module in pkgutil.iter_modules(package.__path__)
    ]
    return {verb for room in (*rooms, consents) for verb in getattr(room, "BUTTONS", {})}


def test_every_verb_of_the_room_has_a_row():
    assert verbs() == {row.verb for row in ROWS} | {card.verb for card in CARDS} | ELSEWHERE


@pytest.fixture
def scene(session, canteen, granny, daughter, now) -> Scene:
    return stage(session, canteen, granny, daughter, now)


class Hand:
    """Presses buttons, each in a unit of which nothing stays."""

    def __init__(self, session: Session, village: Conversation, scene: Scene) -> None:
        self.session, self.village, self.scene = session, village, scene
        self.who: dict[str, Any] = {
            kind: SimpleNamespace(telegram_id=one.telegram_id, name=one.name)
            for kind, one in scene.cast.items()
        }
        session.add(InboxUpdate(update_id=UPDATE, raw="", received_at=village.now))
        session.flush()
        names = {kind.upper(): str(one.id) for kind, one in scene.cast.items()}
        self.named = [(kind, number) for kind, number in names.items() if kind in ("COMPANION", "COOK")]

    def presses(self, kind: str, data: str, *, group: bool = False) -> str:
        """What it did, by its entries in the audit; `-` and a key when it was refused."""
        for name, number in self.named:
            data = data.replace(name, number)
        who, session = self.who[kind], self.session
        chat = self.village._chat(who, group)
        own = {"message_id": 5, "date": 1, "chat": chat, "text": "…"}
        query = {
            "id": "7",
            "from": self.village._person(who),
            "chat_instance": "1",
            "message": own,
            "data": data,
        }
        heard = hear({"update_id": UPDATE, "callback_query": query}, 42, "gulou_bot")
        savepoint = session.begin_nested()
        try:
            taking.hear(session, heard, self.village.now)
            session.flush()
            self.check_public(data)
            return self._done()
        except Refused as refused:
            return f"-{refused.text.key}"
        finally:
            savepoint.rollback()
            session.expunge_all()
            session.info.clear()

    def _done(self) -> str:
        actions = self.session.exec(select(AuditEntry.action).where(AuditEntry.update_id == UPDATE)).all()
        told = {one for one in actions if not one.endswith((".seen", ".called")) and one not in UNSAID}
        return "+".join(sorted(told)) or SHOWN

    def check_public(self, data: str) -> None:
        """Nothing private is said in the group, and none stands in a button."""
        for row in self.session.exec(select(OutboxMessage)):
            said = Words(row.language, row.timezone).say(row.body["text"]) if row.chat_id < 0 else ""
            carried = str([[button[1] for button in line] for line in row.body.get("buttons", [])])
            assert not [secret for secret in SECRETS if secret in said + carried], data


@pytest.fixture
def hand(session, village, scene) -> Hand:
    return Hand(session, village, scene)


def presses(scene: Scene, dialect: str) -> Iterator[tuple[str, int, str, str, str]]:
    """All by everybody. Who may press what is decided above the store: PostgreSQL sees what has an effect."""
    for data, thing in dict.fromkeys((row.data, row.thing) for row in ROWS):
        rows = [row for row in ROWS if row.data == data]
        for (kind, state), number in scene.things.items():
            if kind != thing:
                continue
            effects = {who: row.effect for row in rows for who in row.may.get(state, NOBODY)}
            for who in EVERYBODY:
                if dialect == "sqlite" or effects.get(who, SHOWN) != SHOWN:
                    yield data, number, state, who, effects.get(who, "")


@pytest.mark.unmeasured
def test_every_button_by_everybody_in_every_state(hand, scene, dialect):
    wrong = {}
    for data, number, state, who, effect in presses(scene, dialect):
        did = hand.presses(who, data.format(number))
        if (did != effect) if effect else not did.startswith("-"):
            wrong[data, state, who] = (did, effect)
    assert wrong == {}


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
@pytest.mark.unmeasured
def test_in_the_group_only_danger_is_answered(hand, scene, dialect):
    done = {
        data.partition(":")[0]
        for data, number, _, who, effect in presses(scene, dialect)
        if effect and not hand.presses(who, data.format(number), group=True).startswith("-")
    }
    assert done == {"sosgo", "sos"}


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.verb)
@pytest.mark.parametrize("state", ["open", "answered", "expired"])
def test_a_question_is_answered_once_in_time_and_by_whom_it_was_put_to(
    session, hand, scene, now, card, state
):
    owner = scene.cast[card.owner]
    row = keep(
        session,
        Card(
            canteen_id=owner.canteen_id,
            member_id=owner.id,
            telegram_id=owner.telegram_id,
            chat_id=owner.telegram_id,
            kind=card.kind,
            facts=card.facts(scene),
            asked_at=now,
            expires_at=now + timedelta(hours=-1 if state == "expired" else 1),
            answered_at=now if state == "answered" else None,
        ),
    )
    data = f"{card.verb}:{row.id}:{card.word}".rstrip(":")
    for who in EVERYBODY:
        did = hand.presses(who, data)
        if who == card.owner and state == "open":
            assert did == card.effect, who
        else:
            assert did.startswith("-"), (who, did)
