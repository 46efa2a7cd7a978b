"""Every button there is, pressed by everybody there is: nobody sees what is not theirs to see, and nothing breaks."""

import json
import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlmodel import col, func, select

from handlers.routes import BUTTONS
from models.elders import handovers
from models.elders.emergencies import Emergency
from models.elders.handovers import Kit
from models.elders.needs import Need
from models.elders.requests import Handover, Request, RequestKind, RequestState, Supply, Way
from models.homes.visits import Visit, VisitOutcome, VisitState
from models.members.people import Canteen, CareLink, Household, Member, MemberRole, Role
from models.members.vault import seal
from models.outbox import OutboxMessage
from texts import Words

HANDLERS = Path(__file__).parent.parent.parent / "handlers"
ADDRESS, PHONE = "上寨 7788 号后门", "13877880001"
DRUG, ILLNESS, FINDING, WISH = "甘精胰岛素", "糖尿病酮症", "鹧鸪血压偏高", "锦葵想要一副拐杖"
SECRETS = (ADDRESS, PHONE, DRUG, ILLNESS, FINDING, WISH)
KNOW_THE_REQUEST = {"elder", "daughter", "social_worker", "doctor", "taker"}
OUTSIDERS = {"evaluator", "association", "other_elder", "stranger_family", "foreign_manager"}
FORGED = ("yes", "")


def words_of(verb):
    """The words our own buttons carry after their number, read from the code; and some that nobody made."""
    sources = [
        path.read_text() for room in (HANDLERS, HANDLERS.parent / "rules") for path in room.rglob("*.py")
    ]
    found = {word for text in sources for word in re.findall(rf'"{verb}:\{{[^}}"]+\}}:(\w+)"', text)}
    return sorted(found | set(FORGED))


@pytest.fixture
def stage(session, canteen, villager, granny, daughter, now):
    """Granny, everything that can be open about her, one of every role, and another village."""
    link = session.exec(select(CareLink)).one()
    link.actions = ["meals", "requests"]
    seal(session, granny, address=ADDRESS, phone=PHONE)
    made = {
        "elder": granny,
        "daughter": daughter,
        "taker": villager("阿军", Role.VOLUNTEER, telegram_id=2002),
    }
    named = [role for role in Role if role not in (Role.ELDER, Role.FAMILY)]
    for number, role in enumerate(named):
        made[role.value] = villager(f"某{role.value}", role, telegram_id=3000 + number)
    made["other_elder"] = villager("覃婶", Role.ELDER, telegram_id=2011)
    made["stranger_family"] = villager("别家儿子", Role.FAMILY, telegram_id=2012)
    made |= abroad(session, now)
    everything_open(session, canteen, made, now)
    return made


def abroad(session, now):
    """Somebody of another village who may do everything there."""
    other = Canteen(name="别村食堂", chat_id=-2002, created_at=now, set_up_at=now)
    session.add(other)
    session.flush()
    found = {}
    for number, (name, role) in enumerate((("foreign_manager", Role.MANAGER),)):
        row = Member(
            canteen_id=other.id, name=name, telegram_id=4000 + number, joined_at=now, approved_at=now
        )
        session.add(row)
        session.flush()
        session.add(MemberRole(member_id=row.id, role=role))
        found[name] = row
    return found


def everything_open(session, canteen, made, now):
    granny, worker = made["elder"], made["social_worker"]
    later = now + timedelta(hours=5)
    about = {"canteen_id": canteen.id, "elder_id": granny.id}
    request = Request(
        **about, kind=RequestKind.MEDICINE, state=RequestState.DOING, taker_id=made["taker"].id,
        confirmed_by_id=granny.id, asked_by_id=granny.id, due_at=later, asked_at=now, rung_at=now, next_at=later,
    )  # fmt: skip
    seal(session, request, words=ILLNESS, item=DRUG)
    kit = Handover(
        request_id=request.id,
        elder_id=granny.id,
        way=Way.TO_TAKER,
        stated_by_id=made["taker"].id,
        stated_at=now,
    )
    handovers.write(session, kit, Kit(("card",)))
    supply = Supply(**about, counted_on=now.date(), runs_out_on=now.date())
    seal(session, supply, item=DRUG)
    house = Household(canteen_id=canteen.id, name="李家")
    session.add_all([kit, house])
    session.flush()
    visit = Visit(
        **about, household_id=house.id, state=VisitState.DONE, outcome=VisitOutcome.VISITED, day=now.date(),
        visited_on=now.date(), worker_id=worker.id, companion_id=made["committee"].id, made_at=now, changed_at=now,
    )  # fmt: skip
    seal(session, visit, findings=FINDING)
    need = Need(**about, owner_id=worker.id, due_on=now.date(), noted_at=now, noted_by_id=worker.id)
    seal(session, need, words=WISH)
    emergency = Emergency(
        canteen_id=canteen.id,
        person_id=granny.id,
        raised_by_id=granny.id,
        raised_at=now,
        rung_at=now,
        next_at=later,
    )
    seal(session, emergency, words="我摔倒了")


def said_since(session, last):
    rows = session.exec(
        select(OutboxMessage).where(OutboxMessage.id > last).order_by(col(OutboxMessage.id))
    ).all()
    for row in rows:
        words = Words(row.language, row.timezone)
        yield (
            row.chat_id,
            words.say(row.body["text"]),
            json.dumps(row.body.get("buttons", []), ensure_ascii=False),
        )


def pressed(village, session, who, data):
    """What a tap makes the bot say, to whom; nothing of it stays."""
    last = session.exec(select(func.max(OutboxMessage.id))).one() or 0
    trial = session.begin_nested()
    try:
        toast = village.taps(who, data)
        session.flush()
        return toast, list(said_since(session, last))
    finally:
        trial.rollback()
        session.expunge_all()
        session.info.clear()


def test_every_button_is_there_to_be_walked():
    assert len(BUTTONS) > 80
    assert {"reqgo", "sosgo", "agree", "mine", "forget"} <= set(BUTTONS)
    assert "done" in words_of("req")


ROLES = ("elder", "daughter", "taker", "social_worker", "doctor", "manager", "volunteer", "cook", "committee",
         *sorted(OUTSIDERS))  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_nobody_is_shown_by_any_button_what_is_not_theirs(village, session, canteen, stage, role):
    who = SimpleNamespace(telegram_id=stage[role].telegram_id, name=stage[role].name)
    mine = who.telegram_id
    village.says(who, "/help")
    for verb in sorted(BUTTONS):
        for word in words_of(verb):
            data = f"{verb}:1:{word}".rstrip(":")
            toast, said = pressed(village, session, who, data)
            seen = toast + "\n".join(text + buttons for chat, text, buttons in said if chat == mine)
            shown = {secret for secret in SECRETS if secret in seen}
            assert shown == set() or role not in OUTSIDERS, (role, data, shown)
            assert FINDING not in seen or role == "social_worker", (role, data)
            assert not shown & {DRUG, ILLNESS} or role in KNOW_THE_REQUEST, (role, data, shown)
            public = "".join(text + buttons for chat, text, buttons in said if chat < 0)
            assert not any(secret in public for secret in SECRETS), (role, data)
