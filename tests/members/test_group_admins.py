"""Whoever runs the group in the messenger runs nothing in the canteen: rights are written in the store, nowhere else."""

from types import SimpleNamespace

import pytest
from sqlmodel import func, select

from handlers.routes import BUTTONS, COMMANDS
from models.audit import AuditEntry
from models.members.people import MemberRole
from rules.members.people import roles_of
from tests.members.test_every_button import pressed, stage

__all__ = ["stage"]
STAFF_COMMANDS = (
    *(
        "absent",
        "care",
        "close",
        "debts",
        "deliver",
        "examples",
        "hardship",
        "household",
        "invite",
        "kitchen",
    ),
    *("pay", "plan", "route", "serve", "settings", "sheet", "storm", "tier", "visits", "whoate", "word"),
)
OWNER = {"id": 7001, "is_bot": False, "first_name": "群主"}


@pytest.fixture
def promotes(village, canteen):
    """The owner of the group makes somebody its administrator, or takes that back: `promotes(who)`."""
    numbers = iter(range(700_000, 800_000))

    def change(who, before="member", after="administrator"):
        user = {"id": who.telegram_id, "is_bot": False, "first_name": who.name}
        body = {
            "chat": {"id": canteen.chat_id, "type": "supergroup", "title": canteen.name},
            "from": OWNER,
            "date": 1,
            "old_chat_member": {"user": user, "status": before},
            "new_chat_member": {"user": user, "status": after, "can_manage_chat": True},
        }
        return village._take({"update_id": next(numbers), "chat_member": body})

    return change


def audited(session):
    return session.exec(select(func.count()).select_from(AuditEntry)).one()


def answers(village, who, commands, *, group=False):
    return {one: village.says(who, f"/{one}", group=group, reply_to_bot=group) for one in commands}


@pytest.mark.parametrize("group", [False, True], ids=["private", "group"])
def test_every_command_of_the_staff_is_refused_to_a_villager_who_runs_the_group(
    village, session, villager, manager, promotes, group
):
    plain = villager("韦志明", telegram_id=4001)
    village.says(plain, "/help")
    as_before, known = answers(village, plain, STAFF_COMMANDS, group=group), audited(session)
    promotes(plain)
    promoted = answers(village, plain, STAFF_COMMANDS, group=group)
    assert promoted == as_before
    assert audited(session) == known, "nothing was done"
    assert roles_of(session, plain.id) == frozenset()
    if not group:
        allowed = answers(village, manager, STAFF_COMMANDS)
        assert [one for one in STAFF_COMMANDS if allowed[one] == promoted[one]] == []


def test_every_staff_command_there_is_is_walked():
    assert set(STAFF_COMMANDS) <= set(COMMANDS)


@pytest.mark.parametrize("dialect", ["sqlite"], indirect=True)
def test_every_button_answers_a_villager_who_runs_the_group_as_any_other(
    village, session, villager, stage, promotes
):
    plain = SimpleNamespace(telegram_id=villager("韦志明", telegram_id=4001).telegram_id, name="韦志明")
    village.says(plain, "/help")
    taps = [f"{verb}:1:yes" for verb in sorted(BUTTONS)]
    as_before = {data: pressed(village, session, plain, data) for data in taps}
    promotes(plain)
    assert {data: pressed(village, session, plain, data) for data in taps} == as_before


def test_a_manager_who_loses_or_wins_rights_in_the_group_keeps_those_of_the_canteen(
    village, session, manager, promotes
):
    before = village.says(manager, "/settings")
    roles = select(MemberRole.member_id, MemberRole.role).order_by(MemberRole.member_id, MemberRole.role)
    held = session.exec(roles).all()
    for change in (("member", "administrator"), ("administrator", "member"), ("member", "restricted")):
        promotes(manager, *change)
        assert village.says(manager, "/settings") == before
        assert session.exec(roles).all() == held
    assert "设置" in before[0]
