"""The benchmarks reckon rightly, their messenger speaks as it should, and what the README claims is what was measured."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import func, select

from benchmarks import paper, past, rush, village
from benchmarks.figures import Claim, Section, at_least, at_most, percentile, ratio, shown
from benchmarks.messenger import TOKEN, Messenger, field
from benchmarks.people import (
    FIRST_DAY,
    LAST_DAY,
    WISHES,
    Village,
    arrivals,
    person_ids,
    sentence,
    zone_at_ten,
)
from models.lunch.meals import Booking, Meal
from models.store import open_store
from nlu import Action, Context, Intent, understand
from transports.telegram import Retry, Telegram, wires

HOME = Path(__file__).parent.parent
ZONE = past.ZONE
NOON = datetime(2026, 11, 25, 12, tzinfo=ZONE)


@given(st.lists(st.floats(0, 1e6), min_size=1), st.sampled_from([0.5, 0.9, 0.99, 1.0]))
def test_a_percentile_is_a_value_that_so_many_do_not_exceed(values, share):
    found = percentile(values, share)
    assert found in values
    assert sum(value <= found for value in values) >= share * len(values) - 1e-6
    assert sum(value < found for value in values) < share * len(values)


def test_of_a_hundred_the_slowest_is_beyond_the_ninety_ninth():
    assert percentile([float(n) for n in range(1, 101)], 0.99) == 99.0
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


def test_a_ratio_compares_within_each_round_so_that_a_busy_minute_harms_nobody():
    assert ratio([100, 10, 100], [50, 5, 50]) == 2.0


def test_a_claim_is_kept_or_not():
    assert at_least("speed", 2.0, 2.0).kept
    assert not at_least("speed", 1.99, 2.0).kept
    assert at_most("rest", 1.5, 1.5).kept
    assert not at_most("rest", 1.51, 1.5).kept
    assert at_most("rest", 0.0, 0, "") == Claim("rest", "≤ 0", "0.00", True)


def test_numbers_show_three_figures():
    assert [shown(x) for x in (1234.5, 99.94, 1.234)] == ["1,234", "99.9", "1.23"]


def test_a_table_is_straight_with_chinese_in_it():
    section = Section("(9) x", "how", ("bot", "n"), [("鼓楼", "1"), ("aiogram", "22")])
    first, _, second, third = paper.table(section).splitlines()[-4:]
    assert [first, second, third] == ["| bot     | n  |", "| 鼓楼    | 1  |", "| aiogram | 22 |"]


def test_the_readme_keeps_everything_but_the_measured_part():
    page = f"before\n{paper.BEGINS}\nold\n{paper.ENDS}\nafter\n"
    assert paper.replaced(page, "\nnew") == f"before\n{paper.BEGINS}\nnew\n{paper.ENDS}\nafter\n"
    with pytest.raises(ValueError, match="no place"):
        paper.replaced("nothing", "new")


def test_the_readme_claims_what_was_measured():
    told = [_measured(HOME / name) for name in ("README.md", "docs/performance.md")]
    assert told[0] == told[1]
    assert "| claim" in told[0]


def _measured(file):
    return file.read_text(encoding="utf-8").partition(paper.BEGINS)[2].partition(paper.ENDS)[0]


def test_whatever_people_say_in_the_benchmark_is_a_booking_for_another_day_each_time():
    for person in range(len(WISHES)):
        said = [sentence(person, turn, NOON) for turn in range(LAST_DAY - FIRST_DAY + 1)]
        found = [understand(words, NOON.astimezone(UTC), Context()) for words in said]
        assert {(each.intent, each.action) for each in found} == {(Intent.BOOK_MEAL, Action.ACT)}
        assert len({each.slots.dates for each in found}) == len(said)
    with pytest.raises(ValueError, match="as far ahead"):
        sentence(0, LAST_DAY, NOON)


def test_strangers_arrive_at_the_same_moments_in_every_run():
    first, second = list(arrivals(7, 20, 60)), list(arrivals(7, 20, 60))
    assert first == second == sorted(first)
    assert 900 < len(first) < 1_500
    assert all(0 < moment < 60 for moment in first)


def test_the_rush_is_densest_at_its_beginning():
    moments = rush.moments(300, 20.0)
    assert len(moments) == 300
    assert max(moments) < 20
    assert sum(moment < 5 for moment in moments) > 120


@pytest.mark.parametrize("hour", range(24))
def test_it_is_always_ten_in_the_morning_in_the_village(hour):
    now = datetime(2026, 11, 25, hour, 30, tzinfo=UTC)
    assert now.astimezone(zone_at_ten(now)).hour == 10


async def test_the_messenger_hands_out_what_was_not_confirmed_and_takes_what_is_sent():
    async with Messenger() as messenger:
        people = Village(messenger, today=NOON)
        people.listen()
        telegram = Telegram(TOKEN, wires(), messenger.url)
        await telegram.open()
        assert (await telegram.get_me()).username == "bench_bot"
        first, second = person_ids(2)
        people.speak(first)
        people.speak(second)
        updates = await telegram.poll(None, 30)
        assert [each["message"]["from"]["id"] for each in updates] == [first, second]
        assert await telegram.poll(updates[1]["update_id"], 30) == updates[1:]
        await telegram.send(first, {"text": "好"})
        await telegram.send(first, {"text": "还有"})
        assert (people.open, len(people.spans)) == (1, 1)
        assert await telegram.poll(updates[1]["update_id"] + 1, 0) == []
        await telegram.send(second, {"text": "好"})
        await people.quiet()
        await telegram.close()


async def test_the_messenger_refuses_what_telegram_would_refuse():
    async with Messenger(enforce=True) as messenger:
        telegram = Telegram(TOKEN, wires(), messenger.url)
        await telegram.open()
        for _ in range(3):
            await telegram.send(-5, {"text": "一"})
        with pytest.raises(Retry) as flood:
            await telegram.send(-5, {"text": "一"})
        await telegram.close()
        assert flood.value.flood
        assert messenger.refused == 1


@pytest.mark.parametrize("body", [b"chat_id=5&text=%E5%A5%BD", '{"chat_id": 5, "text": "好"}'.encode()])
def test_forms_and_json_are_read_alike(body):
    assert (field(body, "chat_id"), field(body, "text"), field(body, "none")) == ("5", "好", "")


def test_years_of_lunches_are_written_as_the_rules_would_have(tmp_path):
    file = tmp_path / "canteen.db"
    past.write(file, 30, NOON.astimezone(UTC), canteens=3)
    store = open_store(f"sqlite:///{file}")
    meals = store.read_now(lambda session: session.exec(select(Meal)).all())
    days = {meal.day for meal in meals}
    assert (len(meals), max(days), min(days)) == (90, date(2026, 11, 26), date(2026, 10, 28))
    assert {meal.starts_at.astimezone(ZONE).hour for meal in meals} == {11}
    eaters = select(Booking.meal_id, func.count(func.distinct(Booking.eater_id))).group_by(Booking.meal_id)
    found = store.read_now(lambda session: session.exec(eaters).all())
    assert {count for _, count in found} == {past.EATERS}
    wrong = store.read_now(
        lambda session: session.connection().exec_driver_sql("PRAGMA foreign_key_check").all()
    )
    assert wrong == []
    store.close_now()


def test_a_missing_booking_makes_the_speed_worth_nothing(tmp_path):
    file = tmp_path / "canteen.db"
    past.write(file, 1, NOON.astimezone(UTC), canteens=1)
    village.check(file, past.EATERS)
    with pytest.raises(AssertionError, match="bookings kept"):
        village.check(file, past.EATERS + 1)
