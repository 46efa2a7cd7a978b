"""Whatever is tapped in whatever order, the kitchen book stays true: each dish once, 48 hours kept, undo for ten minutes."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from models.audit import AuditEntry
from models.cooks.kitchen import MealClock, Sample
from models.lunch.meals import Sitting
from rules.cooks import kitchen, samples
from rules.cooks.kitchen import Step
from rules.lunch import menus
from rules.lunch.menus import MenuLine
from rules.values import Refused

THURSDAY = date(2026, 11, 26)
DISHES = ("红烧肉", "炒青菜", "冬瓜汤")
NOON = datetime(2026, 11, 26, 11, 0, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)
UNDO = timedelta(minutes=10)
HOURS = timedelta(hours=48)

taps = st.lists(
    st.tuples(
        st.sampled_from(["keep", "keep_all", "take_out", "discard", "put_back", "cooked", "not_cooked"]),
        st.integers(0, 2),
        st.sampled_from([0, 1, 9, 11, 60, 47 * 60, 48 * 60]),
    ),
    max_size=14,
)


class Book:
    """One meal's page, and the taps on it; what is refused changes nothing."""

    def __init__(self, session, meal, act, cook):
        self.session, self.meal, self.act, self.cook = session, meal, act, cook
        self.now = NOON

    def rows(self):
        return samples.of_meal(self.session, self.meal.id)

    def tap(self, what, number):
        act = self.act(self.cook, now=self.now)
        ids = [row.id for row in self.rows()]
        step = (self.session, self.meal.id, Step.COOKED, act)
        does = {
            "keep": lambda: samples.keep(self.session, self.meal.id, [DISHES[number]], act),
            "keep_all": lambda: samples.keep(self.session, self.meal.id, DISHES, act),
            "take_out": lambda: samples.take_out(self.session, ids[number : number + 1], act),
            "discard": lambda: samples.discard(self.session, self.meal.id, act),
            "put_back": lambda: samples.not_discarded(self.session, ids, act),
            "cooked": lambda: kitchen.reach(*step),
            "not_cooked": lambda: kitchen.take_back(*step),
        }
        try:
            does[what]()
        except Refused:
            return False
        return True

    def check(self, before, what, *, done):
        rows = {row.dish: row for row in self.rows()}
        assert len(rows) == len(self.rows()), "each dish stands in the book once"
        assert set(rows) <= set(DISHES)
        for row in rows.values():
            assert row.discard_at == row.kept_at + HOURS
            assert row.discarded_at is None or row.discarded_at >= row.discard_at
        gone = {dish: kept_at for dish, (kept_at, _) in before.items() if dish not in rows}
        assert all(what == "take_out" and self.now <= kept_at + UNDO for kept_at in gone.values())
        back = [
            dish for dish, (_, at) in before.items() if at and dish in rows and not rows[dish].discarded_at
        ]
        assert all(what == "put_back" and self.now <= before[dish][1] + UNDO for dish in back)
        if not done:
            assert before == self.seen(), "a refusal changes nothing"

    def seen(self):
        return {row.dish: (row.kept_at, row.discarded_at) for row in self.rows()}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(taps=taps)
def test_the_book_stays_true_whatever_is_tapped(session, canteen, cook, act, taps):
    for old in (Sample, MealClock, AuditEntry):
        for row in session.exec(select(old)).all():
            session.delete(row)
    session.flush()
    meal = menus.write(session, canteen, MenuLine(THURSDAY, Sitting.LUNCH, DISHES), act(cook))
    book = Book(session, meal, act, cook)
    kept = 0
    for what, number, minutes in taps:
        book.now += timedelta(minutes=minutes)
        before = book.seen()
        done = book.tap(what, number)
        book.check(before, what, done=done)
        kept += done
    written = session.exec(select(AuditEntry).where(AuditEntry.action.startswith("kitchen."))).all()
    assert len(written) == kept, "every change, and nothing else, leaves one row"
