"""Every button of requests, by every role, in every state: no wrong effect, no leak."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from models.elders import handovers
from models.elders.handovers import Kit
from models.elders.requests import Handover, Request, RequestKind, RequestState, Supply, Way
from models.members.people import CareLink, Role
from models.members.vault import seal
from models.outbox import OutboxMessage
from rules.elders import ladders
from texts import Words

ADDRESS, PHONE, DRUG, ILLNESS = "上寨 7788 号", "13877880001", "胰岛素甘精", "糖尿病酮症"
SECRETS = (ADDRESS, PHONE, DRUG, ILLNESS)
WORDS = {
    "reqask": ("yes", "no", "more", "time", "item", "urgent", "skip", "nonsense"),
    "reqgo": ("",),
    "reqsee": ("",),
    "reqfind": ("",),
    "req": ("start", "done", "leave", "back", "pass", "photo", "nonsense"),
    "reqover": ("yes", "no", "nonsense"),
    "reqok": ("yes", "no", "nonsense"),
    "reqrate": ("3", "9", "x"),
    "reqdays": ("30", "9999", "x"),
}
TAPS = [(verb, word) for verb, words in WORDS.items() for word in words]
ROLES = (
    *("elder", "daughter", "asker", "taker", "offered", "volunteer", "social_worker", "doctor"),
    *("committee", "manager", "cook", "evaluator", "other_elder", "stranger_family"),
)
MAY = {
    # action: who may, and in which states
    ("reqask", "yes"): (
        {"elder", "daughter", "social_worker", "manager", "committee_no"},
        {RequestState.ASKED},
    ),
    ("reqgo", ""): (
        {"daughter", "taker", "offered", "volunteer", "social_worker", "doctor", "committee", "manager"},
        {RequestState.CONFIRMED, RequestState.REOPENED},
    ),
    ("reqok", "yes"): ({"elder", "daughter", "social_worker", "manager"}, {RequestState.DONE}),
    ("reqok", "no"): ({"elder", "daughter", "social_worker", "manager"}, {RequestState.DONE}),
    ("req", "done"): ({"taker"}, {RequestState.TAKEN, RequestState.DOING}),
    ("req", "leave"): ({"taker"}, {RequestState.TAKEN, RequestState.DOING}),
    ("reqover", "yes"): ({"offered"}, {RequestState.TAKEN, RequestState.DOING}),
    ("reqover", "no"): ({"offered"}, {RequestState.TAKEN, RequestState.DOING}),
    ("reqrate", "3"): ({"elder", "daughter", "social_worker", "manager"}, {RequestState.ACCEPTED}),
}
CANCELS = {"elder", "daughter", "social_worker", "manager"}
KNOWS = {"elder", "daughter", "social_worker", "doctor"}
"""Who may see what is private, besides the taker while it is in their hands."""


@pytest.fixture
def cast(session, villager, granny, daughter):
    """One of each."""
    link = session.exec(select(CareLink)).one()
    link.actions = ["meals", "requests"]
    seal(session, granny, address=ADDRESS, phone=PHONE)
    session.add_all([link, granny])
    made = {
        "elder": granny,
        "daughter": daughter,
        "asker": villager("问的人", Role.ASSOCIATION, telegram_id=2001),
        "taker": villager("阿军", Role.VOLUNTEER, telegram_id=2002),
        "offered": villager("莫嫂", Role.VOLUNTEER, telegram_id=2003),
        "volunteer": villager("小蓝", Role.VOLUNTEER, telegram_id=2004),
        "social_worker": villager("陈社工", Role.SOCIAL_WORKER, telegram_id=2005),
        "doctor": villager("黄医生", Role.DOCTOR, telegram_id=2006),
        "committee": villager("覃主任", Role.COMMITTEE, telegram_id=2007),
        "manager": villager("韦主任", Role.MANAGER, telegram_id=2008),
        "cook": villager("王师傅", Role.COOK, telegram_id=2009),
        "evaluator": villager("评估员", Role.EVALUATOR, telegram_id=2010),
        "other_elder": villager("覃婶", Role.ELDER, telegram_id=2011),
        "stranger_family": villager("别家儿子", Role.FAMILY, telegram_id=2012),
    }
    session.flush()
    return made


def set_up(session, canteen, cast, state, now) -> Request:
    """A medicine request in a state, as if it had come there by itself."""
    held = state in (RequestState.TAKEN, RequestState.DOING)
    served = state in (RequestState.DONE, RequestState.ACCEPTED)
    request = Request(
        canteen_id=canteen.id,
        elder_id=cast["elder"].id,
        asked_by_id=cast["asker"].id,
        kind=RequestKind.MEDICINE,
        state=state,
        photo="file-1",
        due_at=now + timedelta(hours=5),
        asked_at=now,
        rung_at=now,
        taker_id=cast["taker"].id if held or served else None,
        offered_to_id=cast["offered"].id if held else None,
        served_by_id=cast["taker"].id if served else None,
        confirmed_by_id=None if state == RequestState.ASKED else cast["elder"].id,
    )
    ladders.begin(canteen, request, now)
    seal(session, request, words=f"{ILLNESS} 要 {DRUG}", item=DRUG)
    return request


def said(row) -> str:
    words = Words(row.language, row.timezone)
    buttons = [words.say(label) for line in row.body.get("buttons", []) for label, _, _ in line]
    return "\n".join([words.say(row.body["text"]), *buttons])


def allowed(verb, word, role, state) -> bool:
    if (verb, word) == ("reqask", "no"):
        open_ones = {*ladders.PHASES} - {RequestState.DONE}
        return (role in CANCELS and state in open_ones) or (role == "asker" and state == RequestState.ASKED)
    who, states = MAY.get((verb, word), (set(), set()))
    return role in who and state in states


EFFECTS = {
    ("reqask", "yes"): RequestState.CONFIRMED,
    ("reqask", "no"): RequestState.CANCELLED,
    ("reqgo", ""): RequestState.TAKEN,
    ("reqok", "yes"): RequestState.ACCEPTED,
    ("reqok", "no"): RequestState.REOPENED,
    ("req", "done"): RequestState.DONE,
    ("req", "leave"): RequestState.CONFIRMED,
}


@dataclass(frozen=True, slots=True)
class Scene:
    """One request in one state, tapped in the group or in private; everybody's number, and whose hands it is in."""

    session: Session
    number: int
    taker_id: int
    members: dict[int, int]
    numbers: dict[str, int]
    state: RequestState
    group: bool


Tap = tuple[str, str, str]


def taps(dialect, state) -> list[Tap]:
    """All by everybody. Who may press what is decided above the store: PostgreSQL sees what has an effect, and a cook who may nothing."""
    every = [(verb, word, role) for verb, word in TAPS for role in ROLES]
    return [tap for tap in every if dialect == "sqlite" or tap[2] == "cook" or allowed(*tap, state)]


@pytest.mark.unmeasured
@pytest.mark.parametrize("state", list(RequestState))
@pytest.mark.parametrize("group", [False, True], ids=["private", "group"])
def test_every_button_by_every_role(village, session, canteen, cast, dialect, state, group, now):
    number = set_up(session, canteen, cast, state, now).id
    members = {member.id: member.telegram_id for member in cast.values()}
    numbers = {role: member.telegram_id for role, member in cast.items()}
    scene = Scene(session, number, cast["taker"].id, members, numbers, state, group)
    for verb, word, role in taps(dialect, state):
        savepoint = session.begin_nested()
        village.taps(cast[role], f"{verb}:{number}:{word}", group=group)
        check_effect(scene, (verb, word, role))
        check_no_leak(scene, (verb, word, role))
        savepoint.rollback()
        session.info.clear()
        session.expire_all()


def check_effect(scene: Scene, tap: Tap) -> None:
    verb, word, role = tap
    request = scene.session.get_one(Request, scene.number)
    may = allowed(verb, word, role, scene.state) and not (scene.group and verb == "req")
    assert request.state == expected(scene.state, EFFECTS.get((verb, word)) if may else None), tap
    ended = request.state in (RequestState.ACCEPTED, RequestState.CANCELLED)
    assert (request.next_at is None) == ended, tap
    if request.taker_id not in (None, scene.taker_id):
        assert may, tap
        assert verb in ("reqgo", "reqover"), tap
    assert (request.rating is not None) == (may and verb == "reqrate"), tap
    counts = (verb, word) == ("reqdays", "30") and role in CANCELS
    assert len(scene.session.exec(select(Supply)).all()) == (1 if counts else 0), tap


def expected(state: RequestState, effect: RequestState | None) -> RequestState:
    if effect is None or (state, effect) == (RequestState.DOING, RequestState.TAKEN):
        return state
    return effect


def check_no_leak(scene: Scene, tap: Tap) -> None:
    request = scene.session.get_one(Request, scene.number)
    entitled = {scene.numbers[role] for role in KNOWS}
    if request.state in (RequestState.TAKEN, RequestState.DOING):
        entitled |= {scene.members[request.taker_id or 0]}
    for row in scene.session.exec(select(OutboxMessage)):
        for secret in SECRETS:
            assert secret not in str(row.body.get("buttons", [])), tap
            if row.chat_id not in entitled and secret in said(row):
                # Those responsible may need to phone; nothing else of the elder is theirs.
                responsible = row.chat_id == scene.numbers["manager"] and secret == PHONE
                own_words = row.chat_id == scene.numbers["asker"] and secret in (DRUG, ILLNESS)
                assert responsible or own_words, (tap, row.key, secret)


@pytest.mark.parametrize("way", list(Way))
@pytest.mark.parametrize("state", [RequestState.DOING, RequestState.DONE])
def test_counting_things_by_every_role(village, session, canteen, cast, way, state, now):
    for role in ROLES:
        for word in ("yes", "no", "nonsense"):
            savepoint = session.begin_nested()
            request = set_up(session, canteen, cast, state, now)
            row = Handover(
                request_id=request.id,
                elder_id=request.elder_id,
                way=way,
                stated_by_id=cast["taker"].id,
                stated_at=now,
            )
            handovers.write(session, row, Kit(("card",)))
            number = row.id
            village.taps(cast[role], f"reqkit:{number}:{word}")
            row = session.get_one(Handover, number)
            may = role in CANCELS
            assert (row.agreed_at is not None) == (may and word == "yes"), (role, word)
            assert (row.disputed_at is not None) == (may and word == "no"), (role, word)
            savepoint.rollback()
            session.info.clear()
            session.expire_all()


@pytest.mark.parametrize(
    "data",
    ["reqgo", "reqgo:", "reqgo:x", "reqgo:99999999", "reqgo:１", "req:1", "reqsee:0", "reqkit:77:yes",
     "reqkit::", "kit:1:card", "askwho:1:0", "askmore:5:yes", "requndo:9", "supply:4", "reqpage:x", "ask:nonsense"],
)  # fmt: skip
def test_forged_buttons_are_met_with_a_kind_word_and_nothing_else(village, session, granny, data):
    assert village.taps(granny, data)
    assert session.exec(select(Request)).all() == []


def test_a_request_of_another_village_is_not_found(village, session, canteen, cast, now, villager):
    from models.members.people import Canteen

    other = Canteen(name="别村", chat_id=-2002, created_at=now)
    session.add(other)
    session.flush()
    request = set_up(session, canteen, cast, RequestState.CONFIRMED, now)
    request.canteen_id = other.id
    session.add(request)
    session.flush()
    for verb, word in TAPS:
        village.taps(cast["manager"], f"{verb}:{request.id}:{word}")
    assert request.state == RequestState.CONFIRMED
    assert request.taker_id is None
