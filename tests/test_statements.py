"""How many statements a turn costs: they are the greater part of its time, so each is counted."""

import itertools
import json
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from handlers import taking
from models.inbox import InboxUpdate
from models.lunch.meals import Meal, Sitting
from models.members.people import Account, Canteen, Member, MemberRole, Role
from models.outbox import Post
from models.sqlite import driver
from transports.hearing import hear

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
GROUP, GRANNY, DAUGHTER = -1001, 1001, 1002
LUNCH = "明天中午两份，送到家"
_ids = itertools.count(1)


@pytest.fixture
def village(store):
    """A village whose lunch of tomorrow is posted in the group; both have spoken before."""

    def begin(session):
        canteen = Canteen(name="鼓楼食堂", chat_id=GROUP, created_at=NOW, set_up_at=NOW)
        session.add(canteen)
        session.flush()
        for number in (GRANNY, DAUGHTER):
            member = Member(
                canteen_id=canteen.id,
                name=f"村民{number}",
                telegram_id=number,
                joined_at=NOW,
                approved_at=NOW,
            )
            session.add_all([member, Account(telegram_id=number)])
            session.flush()
            session.add(MemberRole(member_id=member.id, role=Role.ELDER))
        meal = Meal(
            canteen_id=canteen.id,
            day=date(2026, 11, 26),
            sitting=Sitting.LUNCH,
            seats=60,
            closes_at=datetime(2026, 11, 25, 10, tzinfo=UTC),
            starts_at=datetime(2026, 11, 26, 3, 30, tzinfo=UTC),
        )
        session.add(meal)
        session.flush()
        session.add(Post(canteen_id=canteen.id, kind="meal", target_id=meal.id, chat_id=GROUP, message_id=5))
        return meal.id

    return store.write_now(begin)


class Counter:
    """The statements a unit asks of the store, transactions aside."""

    def __init__(self, store) -> None:
        self.store = store
        self.statements: list[str] = []
        if store.dialect == "sqlite":
            store.write_now(lambda session: driver(session.connection()).set_trace_callback(self._note))
        else:
            sa.event.listen(store.engine, "before_cursor_execute", lambda *given: self._note(given[2]))

    def _note(self, statement) -> None:
        if statement.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
            self.statements.append(statement)

    def turn(self, raw) -> int:
        """Let an update be heard; answers how many statements its unit asked."""
        heard = hear(raw, 42, "gulou_bot")
        row = InboxUpdate(update_id=heard.update_id, raw=json.dumps(raw), received_at=NOW)
        self.store.write_now(lambda session: session.add(row))
        self.statements.clear()
        self.store.write_now(lambda session: taking.hear(session, heard, NOW))
        return len(self.statements)


@pytest.fixture
def counter(store) -> Counter:
    """Counts from now on."""
    return Counter(store)


def person(number):
    return {"id": number, "is_bot": False, "first_name": "x", "language_code": "zh-hans"}


def chat(number, *, group):
    return {"id": GROUP, "type": "supergroup", "title": "x"} if group else {"id": number, "type": "private"}


def says(number, text, *, group=False):
    place = chat(number, group=group)
    message = {"message_id": next(_ids), "date": 1, "from": person(number), "chat": place, "text": text}
    return {"update_id": next(_ids), "message": message}


def taps(number, data):
    shown = {"message_id": 5, "date": 1, "chat": chat(number, group=True), "text": "…"}
    query = {"id": "7", "from": person(number), "chat_instance": "1", "message": shown, "data": data}
    return {"update_id": next(_ids), "callback_query": query}


def allowed(dialect, known: int, first: int) -> int:
    """On SQLite one writer remembers who speaks and which meal it is; PostgreSQL has several and is asked each time."""
    return known if dialect == "sqlite" else first


def test_a_lunch_by_sentence(village, counter, dialect):
    assert counter.turn(says(GRANNY, LUNCH)) <= 11
    assert counter.turn(says(DAUGHTER, "我订了什么")) <= 5
    assert counter.turn(says(DAUGHTER, LUNCH)) <= allowed(dialect, 9, 11), "her status was not asked yet"


def test_a_lunch_of_somebody_who_speaks_often(village, counter, dialect):
    counter.turn(says(GRANNY, "后天中午两份，送到家"))
    counter.turn(says(DAUGHTER, LUNCH))
    assert counter.turn(says(GRANNY, LUNCH)) <= allowed(dialect, 8, 11)


def test_the_first_lunch_of_a_day_makes_its_meal(village, counter, dialect):
    assert counter.turn(says(GRANNY, "后天中午两份，送到家")) <= allowed(dialect, 13, 15)


def test_the_same_lunch_again_changes_nothing_and_costs_little(village, counter, dialect):
    counter.turn(says(GRANNY, LUNCH))
    assert counter.turn(says(GRANNY, LUNCH)) <= allowed(dialect, 6, 9)


def test_a_tap_under_the_post(village, counter, dialect):
    counter.turn(taps(GRANNY, f"eat:{village}:home"))
    assert counter.turn(taps(GRANNY, f"eat:{village}:more")) <= allowed(dialect, 11, 14)
    assert counter.turn(taps(DAUGHTER, f"eat:{village}:in")) <= 12


def test_a_plain_question(village, counter, dialect):
    counter.turn(says(GRANNY, LUNCH))
    assert counter.turn(says(GRANNY, "我订了什么")) <= allowed(dialect, 4, 5)


def test_chatter_in_the_group_costs_who_speaks_at_most(village, counter, dialect):
    counter.turn(says(GRANNY, "今天天气真好啊", group=True))
    assert counter.turn(says(GRANNY, "你家的鸡又跑出来了", group=True)) <= allowed(dialect, 1, 2)


def test_what_was_remembered_costs_nothing_to_be_wrong_about(village, counter):
    """Somebody else changes a member between two sentences: the second one knows."""
    counter.turn(says(GRANNY, LUNCH))
    engine = sa.create_engine(counter.store.url)
    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE member SET name = '李奶奶' WHERE telegram_id = 1001"))
    engine.dispose()
    heard = hear(says(GRANNY, "我订了什么"), 42, "gulou_bot")
    seen = counter.store.write_now(lambda session: taking.begin(session, heard, NOW).asker.name)
    assert seen == "李奶奶"
