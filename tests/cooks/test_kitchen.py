"""The kitchen book: morning checks, samples, warm food, who ate what, and the inspector's month."""

import io
import re
import zipfile
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event
from sqlmodel import select

from jobs.cooks import kitchen as duties
from jobs.duties import Look
from jobs.scheduler import perform
from models.audit import AuditEntry
from models.cooks.certificates import CertificateKind
from models.cooks.kitchen import MealClock, MorningCheck, Sample
from models.lunch.deliveries import Delivery, Outcome
from models.lunch.meals import BookingState, MealState, Mode, Sitting
from models.members.people import Canteen, Role, Status
from models.members.vault import seal
from models.outbox import OutboxMessage
from models.volunteers.shifts import Assignment, DutyKind, Shift
from rules import exports
from rules.cooks import certificates, eaters, kitchen, kitchen_book, kitchen_card, kitchen_export, samples
from rules.cooks.kitchen import Step
from rules.lunch import bookings, menus, sheets
from rules.lunch.bookings import Order
from rules.lunch.menus import MenuLine
from rules.members import privacy, readings
from rules.settings import at
from rules.values import Refused
from texts import sheets as paper
from texts.rendering import Words

THURSDAY = date(2026, 11, 26)
DISHES = ("红烧肉", "炒青菜", "冬瓜汤")
WORDS = Words("zh_CN", "Asia/Shanghai")
NIGHTS = timedelta(hours=48)


def o_clock(hour, minute=0, day=26):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai")).astimezone(UTC)


MORNING, NOON = o_clock(9), o_clock(11, 30)


@pytest.fixture
def lunch(session, canteen, cook, act):
    """Thursday's lunch of three dishes."""
    return menus.write(session, canteen, MenuLine(THURSDAY, Sitting.LUNCH, DISHES), act(cook))


@pytest.fixture
def booked(session, canteen, lunch, act):
    """Books the lunch for somebody: `booked(granny, 2, Mode.DELIVERY, state=BookingState.DELIVERED)`."""

    def make(eater, portions=1, mode=Mode.DINE_IN, state=BookingState.BOOKED):
        order = Order(THURSDAY, Sitting.LUNCH, portions, mode)
        booking = bookings.book(session, canteen, eater, order, act(eater)).booking
        booking.state = state
        session.add(booking)
        session.flush()
        return booking

    return make


@pytest.fixture
def kept(session, lunch, cook, act):
    """The cook keeps something of dishes, at half past eleven."""

    def make(*dishes, now=NOON):
        return samples.keep(session, lunch.id, dishes or DISHES, act(cook, now=now))

    return make


@pytest.fixture
def wakes(session, canteen):
    """The clock looks once at all duties of the kitchen; answers the kinds it did."""

    def tick(now):
        look = Look(session, now, [canteen])
        found = [(duty, due) for duty in duties.DUTIES for due in list(duty.due(look))]
        done = [due.kind for duty, due in found if perform(session, duty, due, now)]
        session.flush()
        return done

    return tick


def told(session, who, prefix=""):
    rows = session.exec(select(OutboxMessage).where(OutboxMessage.member_id == who.id)).all()
    return [WORDS.say(row.body["text"]) for row in rows if row.key.startswith(prefix)]


# --- morning checks


@pytest.mark.parametrize(
    ("words", "tenths"),
    [
        ("36.5", 365),
        ("36.5℃", 365),
        ("３６．８度", 368),
        ("36度5", 365),
        ("体温 37", 370),
        ("365", 365),
        ("36。7", 367),
    ],
)
def test_a_temperature_is_read_as_people_write_it(words, tenths):
    assert kitchen.read_temperature(words) == tenths


@pytest.mark.parametrize("words", ["", "没量", "3.65", "50", "1365", "20.5"])
def test_what_no_living_person_has_is_asked_again(words):
    with pytest.raises(Refused, match=r"kitchen\.strange_temperature"):
        kitchen.read_temperature(words)


@given(st.integers(340, 439))
def test_every_temperature_of_a_person_is_read_back(tenths):
    assert kitchen.read_temperature(f"{tenths / 10:.1f}度") == tenths


def read_or_asked_again(read, words):
    try:
        return read(words)
    except Refused as refused:
        return refused.key


@given(st.text(max_size=40))
def test_no_text_breaks_the_reading_of_degrees(words):
    warm = read_or_asked_again(kitchen.read_temperature, words)
    assert warm == "kitchen.strange_temperature" or 340 <= warm <= 439
    cold = read_or_asked_again(samples.read_degrees, words)
    assert cold == "kitchen.strange_degrees" or -999 <= cold <= 999


def test_the_cook_is_looked_at_once_a_day_and_again_changes_it(session, canteen, cook, act):
    for temperature in (365, 366):
        kitchen.check(session, cook.id, temperature, act(cook, now=MORNING), fit=True)
    (row,) = session.exec(select(MorningCheck)).all()
    assert (row.day, row.temperature, row.fit) == (THURSDAY, 366, True)


@pytest.mark.parametrize(("temperature", "fit"), [(373, True), (390, True), (365, False)])
def test_who_is_ill_does_not_cook_and_the_manager_learns_only_that(
    session, cook, manager, act, temperature, fit
):
    row = kitchen.check(session, cook.id, temperature, act(cook, now=MORNING), fit=fit)
    assert row.fit is False
    (said,) = told(session, manager, "unfit:")
    assert "王师傅" in said
    assert not re.search(r"37|39|36\.5|发烧|体温", said), "what is wrong with somebody is nobody's business"
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "kitchen.checked")).one()
    assert entry.after == {"fit": False}


def test_a_wrong_check_is_taken_out_within_ten_minutes(session, cook, act):
    row = kitchen.check(session, cook.id, 365, act(cook, now=MORNING), fit=True)
    with pytest.raises(Refused, match=r"common\.old_button"):
        kitchen.uncheck(session, row.id, act(cook, now=MORNING + timedelta(minutes=11)))
    kitchen.uncheck(session, row.id, act(cook, now=MORNING + timedelta(minutes=10)))
    assert session.exec(select(MorningCheck)).all() == []


def test_only_those_of_the_kitchen_write_into_its_book(session, cook, granny, lunch, act):
    mine = act(granny, now=NOON)
    for refused in (
        lambda: kitchen.check(session, cook.id, 365, mine, fit=True),
        lambda: kitchen.reach(session, lunch.id, Step.COOKED, mine),
        lambda: samples.keep(session, lunch.id, DISHES, mine),
        lambda: samples.discard(session, lunch.id, mine),
        lambda: samples.fridge(session, lunch.id, 40, mine),
    ):
        with pytest.raises(Refused, match=r"kitchen\.only_kitchen"):
            refused()


def test_another_villages_kitchen_is_out_of_reach(session, cook, lunch, kept, act, now):
    other = Canteen(name="别村", created_at=now)
    session.add(other)
    session.flush()
    mine = act(cook, now=NOON)
    theirs = type(mine)(now=NOON, actor_id=cook.id, canteen_id=other.id)
    made = kept()
    for refused in (
        lambda: kitchen.check(session, cook.id, 365, theirs, fit=True),
        lambda: kitchen.reach(session, lunch.id, Step.COOKED, theirs),
        lambda: samples.discard(session, lunch.id, theirs),
        lambda: samples.take_out(session, [made[0].id], theirs),
        lambda: samples.not_discarded(session, [made[0].id], theirs),
    ):
        with pytest.raises(Refused, match=r"common\.old_button"):
            refused()


def on_duty(session, canteen, member, duty=DutyKind.HELP, day=THURSDAY):
    shift = Shift(
        canteen_id=canteen.id, day=day, starts_at=o_clock(9), ends_at=o_clock(12), duty=duty, needed=2
    )
    session.add(shift)
    session.flush()
    session.add(Assignment(shift_id=shift.id, member_id=member.id, day=day, slot=1, assigned_at=o_clock(8)))
    session.flush()


def test_the_check_is_for_whoever_works_with_food_that_day(session, canteen, cook, volunteer, villager):
    villager("小蓝", Role.COOK, status=Status.AWAY)
    assert [one.name for one in kitchen.staff(session, canteen, THURSDAY)] == ["王师傅"]
    on_duty(session, canteen, volunteer)
    assert [one.name for one in kitchen.staff(session, canteen, THURSDAY)] == ["阿军"]
    on_duty(session, canteen, cook, DutyKind.DELIVERY, THURSDAY + timedelta(days=1))
    assert [one.name for one in kitchen.staff(session, canteen, THURSDAY + timedelta(days=1))] == ["王师傅"]


# --- samples


def test_of_each_dish_125_grams_are_kept_for_48_hours(session, lunch, cook, kept):
    kept("红烧肉")
    assert samples.missing(lunch, samples.of_meal(session, lunch.id)) == ["炒青菜", "冬瓜汤"]
    kept()
    rows = samples.of_meal(session, lunch.id)
    assert [row.dish for row in rows] == list(DISHES), "the first is left as it was"
    assert {(row.grams, row.discard_at - row.kept_at, row.kept_by_id) for row in rows} == {
        (125, NIGHTS, cook.id)
    }
    with pytest.raises(Refused, match=r"kitchen\.kept_already"):
        kept()


def test_a_village_may_keep_more_and_longer(session, canteen, kept):
    canteen.settings = {"sample_grams": 200, "sample_hours": 72}
    (row,) = kept("冬瓜汤")
    assert (row.grams, row.discard_at - row.kept_at) == (200, timedelta(hours=72))


def test_what_is_not_on_the_menu_is_not_kept(session, lunch, kept):
    with pytest.raises(Refused, match=r"kitchen\.kept_already"):
        kept("毒蘑菇")
    lunch.dishes = []
    with pytest.raises(Refused, match=r"kitchen\.no_dishes"):
        kept()


def test_nothing_is_kept_of_yesterdays_or_a_cancelled_meal(session, lunch, kept):
    with pytest.raises(Refused, match=r"kitchen\.not_today"):
        kept(now=o_clock(9, day=27))
    lunch.state = MealState.CANCELLED
    with pytest.raises(Refused, match=r"kitchen\.not_today"):
        kept()


def test_a_wrong_tap_is_taken_out_within_ten_minutes_and_not_later(session, lunch, cook, kept, act):
    ids = [row.id for row in kept()]
    with pytest.raises(Refused, match=r"common\.old_button"):
        samples.take_out(session, ids, act(cook, now=NOON + timedelta(minutes=11)))
    assert samples.take_out(session, ids, act(cook, now=NOON + timedelta(minutes=9))) == 3
    assert samples.of_meal(session, lunch.id) == []
    with pytest.raises(Refused, match=r"common\.old_button"):
        samples.take_out(session, ids, act(cook, now=NOON))


@pytest.mark.parametrize(
    ("words", "tenths"), [("4", 40), ("4.5度", 45), ("零下1度", -10), ("-18", -180), ("０", 0), ("8℃", 80)]
)
def test_the_fridge_is_read_as_people_write_it(words, tenths):
    assert samples.read_degrees(words) == tenths


@pytest.mark.parametrize("words", ["", "冷", "444"])
def test_what_no_fridge_shows_is_asked_again(words):
    with pytest.raises(Refused, match=r"kitchen\.strange_degrees"):
        samples.read_degrees(words)


@given(st.integers(-400, 400))
def test_a_fridge_is_right_between_0_and_8_degrees(tenths):
    said = samples.degrees(tenths)
    assert samples.read_degrees(said) == tenths


@pytest.mark.parametrize(("tenths", "right"), [(-1, False), (0, True), (80, True), (81, False)])
def test_a_fridge_too_warm_or_freezing_is_told_to_the_manager(
    session, lunch, cook, manager, kept, act, tenths, right
):
    kept()
    assert samples.fridge(session, lunch.id, tenths, act(cook, now=NOON)) is right
    assert {row.fridge for row in samples.of_meal(session, lunch.id)} == {tenths}
    assert bool(told(session, manager, "fridge:")) is not right


def test_samples_stand_their_48_hours_and_not_a_minute_less(session, lunch, cook, kept, act):
    kept()
    with pytest.raises(Refused, match=r"kitchen\.too_early") as refused:
        samples.discard(session, lunch.id, act(cook, now=NOON + NIGHTS - timedelta(minutes=1)))
    assert refused.value.facts["at"] == NOON + NIGHTS
    gone = samples.discard(session, lunch.id, act(cook, now=NOON + NIGHTS))
    assert [row.discarded_by_id for row in gone] == [cook.id] * 3
    with pytest.raises(Refused, match=r"kitchen\.discarded_already"):
        samples.discard(session, lunch.id, act(cook, now=NOON + NIGHTS))
    ids = [row.id for row in gone]
    with pytest.raises(Refused, match=r"common\.old_button"):
        samples.take_out(session, ids, act(cook, now=NOON))
    with pytest.raises(Refused, match=r"common\.old_button"):
        samples.not_discarded(session, ids, act(cook, now=NOON + NIGHTS + timedelta(minutes=11)))
    assert samples.not_discarded(session, ids, act(cook, now=NOON + NIGHTS + timedelta(minutes=2))) == 3
    with pytest.raises(Refused, match=r"common\.old_button"):
        samples.not_discarded(session, ids, act(cook, now=NOON + NIGHTS))


def test_a_picture_is_remembered_by_its_name_only(session, lunch, cook, kept, act):
    kept()
    assert samples.photograph(session, lunch.id, "AgAC-photo", act(cook, now=NOON)) == 3
    assert {row.photo for row in session.exec(select(Sample))} == {"AgAC-photo"}


# --- the clock of a meal


def test_the_first_who_says_it_is_cooked_is_believed(session, lunch, cook, volunteer, act):
    kitchen.reach(session, lunch.id, Step.COOKED, act(cook, now=MORNING))
    with pytest.raises(Refused, match=r"kitchen\.told_already") as refused:
        kitchen.reach(session, lunch.id, Step.COOKED, act(volunteer, now=NOON))
    assert refused.value.facts["at"] == MORNING
    clock = session.exec(select(MealClock)).one()
    assert (clock.cooked_at, clock.cooked_by_id) == (MORNING, cook.id)


def test_a_wrong_tap_on_the_clock_is_taken_back(session, lunch, cook, act):
    with pytest.raises(Refused, match=r"common\.old_button"):
        kitchen.take_back(session, lunch.id, Step.PACKED, act(cook, now=MORNING))
    kitchen.reach(session, lunch.id, Step.PACKED, act(cook, now=MORNING))
    with pytest.raises(Refused, match=r"common\.old_button"):
        kitchen.take_back(session, lunch.id, Step.PACKED, act(cook, now=MORNING + timedelta(minutes=11)))
    kitchen.take_back(session, lunch.id, Step.PACKED, act(cook, now=MORNING + timedelta(minutes=1)))
    clock = session.exec(select(MealClock)).one()
    assert (clock.packed_at, clock.packed_by_id) == (None, None)
    assert kitchen_card.next_step(clock) == Step.COOKED


def test_who_still_waits_two_hours_after_cooking_is_told_to_the_cook_once(
    session, lunch, cook, granny, daughter, booked, wakes, act
):
    booked(granny, 2)
    booked(daughter, state=BookingState.SERVED)
    kitchen.reach(session, lunch.id, Step.COOKED, act(cook, now=o_clock(10, 30)))
    assert "kitchen.cooling" not in wakes(o_clock(12, 14))
    assert "kitchen.cooling" in wakes(o_clock(12, 15))
    wakes(o_clock(12, 16))
    (said,) = told(session, cook, "cooling:")
    assert "12:30" in said
    assert "2 份" in said


def test_where_all_have_eaten_nobody_is_warned(session, lunch, cook, granny, booked, wakes, act):
    booked(granny, state=BookingState.SERVED)
    kitchen.reach(session, lunch.id, Step.COOKED, act(cook, now=o_clock(10, 30)))
    wakes(o_clock(12, 20))
    assert told(session, cook, "cooling:") == []


@pytest.mark.parametrize("state", [MealState.SERVED, MealState.CANCELLED])
def test_a_meal_that_is_over_is_not_warned_of(session, lunch, cook, granny, booked, wakes, act, state):
    booked(granny)
    kitchen.reach(session, lunch.id, Step.COOKED, act(cook, now=o_clock(10, 30)))
    lunch.state = state
    assert wakes(o_clock(12, 20)) == []


def test_a_warning_hours_late_helps_nobody(session, lunch, cook, granny, booked, wakes, act):
    booked(granny)
    kitchen.reach(session, lunch.id, Step.COOKED, act(cook, now=o_clock(10, 30)))
    assert "kitchen.cooling" not in wakes(o_clock(13, 20))


def test_the_carrier_is_told_what_is_still_in_the_bag_and_the_cook_what_nobody_took(
    session, lunch, cook, granny, daughter, neighbour, manager, volunteer, booked, wakes, act
):
    taken = booked(granny, 2, Mode.DELIVERY)
    brought = booked(daughter, 1, Mode.DELIVERY, BookingState.DELIVERED)
    session.add(Delivery(booking_id=taken.id, carrier_id=volunteer.id))
    session.add(Delivery(booking_id=brought.id, carrier_id=volunteer.id, outcome=Outcome.HANDED_OVER))
    booked(manager, 1, Mode.DELIVERY)
    kitchen.reach(session, lunch.id, Step.PACKED, act(cook, now=NOON))
    assert "kitchen.doors" in wakes(o_clock(12, 20))
    wakes(o_clock(12, 25))
    assert ["2 份" in said for said in told(session, volunteer, "doors:")] == [True]
    assert ["1 份" in said for said in told(session, cook, "doors:")] == [True]


def test_once_all_has_arrived_nobody_is_hurried(session, lunch, cook, granny, booked, wakes, act):
    booked(granny, 1, Mode.DELIVERY)
    kitchen.reach(session, lunch.id, Step.PACKED, act(cook, now=NOON))
    kitchen.reach(session, lunch.id, Step.HANDED_OVER, act(cook, now=o_clock(12)))
    assert "kitchen.doors" not in wakes(o_clock(12, 25))


# --- what the clock asks for


def test_the_cook_gets_the_card_three_hours_before_the_meal_once(session, lunch, cook, granny, booked, wakes):
    booked(granny)
    assert wakes(o_clock(8, 29)) == []
    assert wakes(o_clock(8, 30)) == ["kitchen.card"]
    assert wakes(o_clock(8, 31)) == []
    (said,) = told(session, cook, "kitchen-card:")
    assert "晨检：还没做" in said
    assert "留样：3 样里留了 0 样" in said


def test_a_meal_nobody_eats_brings_no_card(session, lunch, cook, wakes):
    wakes(o_clock(8, 30))
    assert told(session, cook, "kitchen-card:") == []


def test_no_card_comes_in_the_quiet_hours(session, canteen, lunch, cook, granny, booked, wakes):
    canteen.settings = {"kitchen_card_minutes": 400}
    booked(granny)
    assert wakes(o_clock(6, 0)) == []
    assert wakes(o_clock(6, 30)) == ["kitchen.card"]


def test_whoever_kept_samples_is_asked_to_throw_them_away_in_one_message(session, lunch, cook, kept, wakes):
    kept("红烧肉")
    kept("炒青菜", "冬瓜汤", now=NOON + timedelta(minutes=1))
    assert wakes(NOON + NIGHTS - timedelta(minutes=1)) == []
    assert wakes(NOON + NIGHTS + timedelta(minutes=2)) == ["kitchen.discard"]
    assert wakes(NOON + NIGHTS + timedelta(minutes=3)) == []
    (said,) = told(session, cook, "discard:")
    assert "红烧肉、炒青菜、冬瓜汤" in said


def test_a_day_later_everybody_in_the_kitchen_is_asked_and_then_no_more(
    session, lunch, cook, manager, kept, wakes
):
    kept()
    for hours in (48, 60, 72, 73, 96, 97, 200):
        wakes(NOON + timedelta(hours=hours))
    assert len(told(session, cook, "discard:")) == 2
    assert len(told(session, manager, "discard:")) == 1


def test_what_was_thrown_away_is_not_asked_for(session, lunch, cook, kept, wakes, act):
    kept()
    samples.discard(session, lunch.id, act(cook, now=NOON + NIGHTS))
    assert wakes(NOON + NIGHTS + timedelta(minutes=1)) == []


def test_at_night_nobody_is_sent_to_the_fridge(session, lunch, cook, kept, wakes):
    kept(now=o_clock(21, 30))
    assert wakes(o_clock(21, 30, day=28)) == []
    assert wakes(o_clock(6, 29, day=29)) == []
    assert wakes(o_clock(6, 30, day=29)) == ["kitchen.discard"]


@pytest.mark.parametrize("status", [Status.AWAY, Status.IN_HOSPITAL, Status.DECEASED])
def test_while_the_keeper_is_away_or_ill_the_others_are_asked(
    session, lunch, volunteer, cook, manager, act, wakes, status
):
    samples.keep(session, lunch.id, DISHES, act(volunteer, now=NOON))
    volunteer.status = status
    wakes(NOON + NIGHTS)
    assert told(session, volunteer, "discard:") == []
    assert len(told(session, cook, "discard:")) == 1


# --- the card


def test_the_card_asks_only_for_what_is_still_to_do(session, canteen, lunch, cook, kept, act):
    def buttons(now):
        card = kitchen_card.card(session, canteen, now)
        return [WORDS.say(button.label) for row in card.buttons for button in row]

    assert buttons(MORNING) == ["晨检", "留样", "出锅了", "更多"]
    kitchen.check(session, cook.id, 365, act(cook, now=MORNING), fit=True)
    kept()
    for step, following in ((Step.COOKED, "装好了"), (Step.PACKED, "送完了")):
        kitchen.reach(session, lunch.id, step, act(cook, now=NOON))
        assert buttons(NOON) == [following, "更多"]
    kitchen.reach(session, lunch.id, Step.HANDED_OVER, act(cook, now=NOON))
    assert buttons(NOON) == ["更多"]
    said = WORDS.say(kitchen_card.card(session, canteen, NOON).text)
    assert "王师傅 36.5℃" in said
    assert "出锅 11:30、装好 11:30、送完 11:30" in said
    later = o_clock(11, 31, day=28)
    assert buttons(later)[0] == "11月26日 周四午饭的留样倒掉了"


def test_on_a_day_without_a_meal_the_card_says_so(session, canteen, cook):
    assert "没有" in WORDS.say(kitchen_card.card(session, canteen, MORNING).text)


def test_of_two_meals_the_one_in_hand_is_shown(session, canteen, cook, lunch, act):
    canteen.settings = {"sittings": ["lunch", "dinner"]}
    dinner = menus.write(session, canteen, MenuLine(THURSDAY, Sitting.DINNER, ("粥",)), act(cook))
    assert kitchen.in_hand(session, canteen, MORNING).id == lunch.id
    lunch.state = MealState.SERVED
    session.flush()
    assert kitchen.in_hand(session, canteen, NOON).id == dinner.id
    dinner.state = MealState.CANCELLED
    session.flush()
    assert kitchen.in_hand(session, canteen, NOON).id == lunch.id, "samples may still be kept"


# --- who ate it


@pytest.fixture
def eaten(session, lunch, granny, daughter, neighbour, booked, manager):
    """Granny ate two portions, the daughter did not come, the manager cancelled."""
    booked(granny, 2, state=BookingState.SERVED)
    booked(daughter, state=BookingState.NO_SHOW)
    booked(manager, state=BookingState.CANCELLED)


def asks(session, canteen, who, dish, act, days=(THURSDAY, THURSDAY)):
    return eaters.who_ate(session, canteen.id, dish, days, act(who, now=NOON))


@pytest.mark.parametrize("dish", ["红烧肉", "红烧", " 红烧 肉 ", "的红烧肉，"])
def test_who_ate_a_dish_is_known_at_once(session, canteen, cook, granny, daughter, eaten, kept, act, dish):
    kept("红烧肉")
    (table,) = asks(session, canteen, cook, dish, act)
    assert [(member.name, booking.portions) for booking, member in table.ate] == [("李奶奶", 2)]
    assert table.portions == 2
    assert [member.name for _, member in table.unsure] == ["李小红"]
    assert table.sample is not None
    assert session.exec(select(AuditEntry).where(AuditEntry.action == "kitchen.asked_who_ate")).one()


def test_whose_phone_stands_on_the_page_of_eaters_hears_who_asked_for_it(
    session, canteen, cook, granny, daughter, manager, eaten, act
):
    for one in (granny, manager):
        seal(session, one, phone="13800000001")
    asks(session, canteen, cook, "红烧肉", act)
    readers = {
        one.name: [seen.name for seen in readings.of(session, one, 9)] for one in (granny, daughter, manager)
    }
    assert readers == {"李奶奶": ["王师傅"], "李小红": [], "韦主任": []}, "no phone, or not on the page"


def test_other_dishes_and_days_do_not_count(session, canteen, cook, lunch, eaten, act):
    assert asks(session, canteen, cook, "扣肉", act) == []
    wednesday = THURSDAY - timedelta(days=1)
    assert asks(session, canteen, cook, "红烧肉", act, (wednesday, wednesday)) == []
    lunch.state = MealState.CANCELLED
    session.flush()
    assert asks(session, canteen, cook, "红烧肉", act) == []
    with pytest.raises(Refused, match=r"kitchen\.which_dish"):
        asks(session, canteen, cook, "  ", act)


def test_the_dish_of_that_very_name_comes_first(session, canteen, cook, lunch, eaten, act):
    lunch.dishes = ["香菇红烧肉", "红烧肉"]
    session.flush()
    assert asks(session, canteen, cook, "红烧肉", act)[0].dish == "红烧肉"


def test_who_ate_what_is_not_for_everybody(session, canteen, granny, volunteer, act):
    for who in (granny, volunteer, None):
        with pytest.raises(Refused, match=r"kitchen\.only_those_who_care"):
            asks(session, canteen, who, "红烧肉", act)


def test_the_list_to_call_carries_phones(session, lunch, granny, eaten):
    seal(session, granny, phone="13900000000")
    session.flush()
    data = sheets.data(session, "eaters", {"meal_id": lunch.id})
    assert [(row["name"], row["phone"], row["state"]) for row in data["eaters"]] == [
        ("李奶奶", "13900000000", "served"),
        ("李小红", "", "no_show"),
    ]
    name, content = paper.made("eaters", data, WORDS)
    assert name == "eaters.xlsx"
    assert "13900000000" in zipfile.ZipFile(io.BytesIO(content)).read("xl/sharedStrings.xml").decode()


# --- the month


@pytest.fixture
def month(session, canteen, lunch, cook, granny, booked, kept, act):
    """A month with one lunch of which the soup was not kept."""
    booked(granny, 2, state=BookingState.SERVED)
    kept("红烧肉", "炒青菜")
    kitchen.check(session, cook.id, 365, act(cook, now=MORNING), fit=True)
    kitchen.reach(session, lunch.id, Step.COOKED, act(cook, now=NOON))
    samples.discard(session, lunch.id, act(cook, now=NOON + NIGHTS))
    lunch.state = MealState.SERVED
    session.flush()
    return {"canteen_id": canteen.id, "month": "2026-11-01"}


def test_the_month_names_what_was_kept_and_what_was_not(session, month):
    data = sheets.data(session, "kitchen_book", month)
    (meal,) = data["meals"]
    assert [row["dish"] for row in meal["samples"]] == ["红烧肉", "炒青菜"]
    assert meal["without"] == ["冬瓜汤"]
    assert (meal["portions"], meal["cooked_by"], meal["packed"]) == (2, "王师傅", None)
    assert meal["samples"][0]["discarded_by"] == "王师傅"
    assert [(row["name"], row["temperature"]) for row in data["checks"]] == [("王师傅", 365)]
    other = kitchen_book.month(session, {**month, "month": "2026-12-01"})
    assert (other["meals"], other["checks"]) == ([], [])


def test_when_nobody_stopped_the_clock_the_last_door_did(session, lunch, cook, granny, booked, act):
    booking = booked(granny, 1, Mode.DELIVERY, BookingState.DELIVERED)
    session.add(Delivery(booking_id=booking.id, outcome=Outcome.HANDED_OVER, outcome_at=o_clock(12, 10)))
    kitchen.reach(session, lunch.id, Step.PACKED, act(cook, now=NOON))
    lunch.state = MealState.SERVED
    session.flush()
    (meal,) = kitchen_book.month(session, {"canteen_id": lunch.canteen_id, "month": "2026-11-01"})["meals"]
    assert datetime.fromisoformat(meal["handed_over"]) == o_clock(12, 10)


def test_a_whole_month_costs_as_many_statements_as_a_day(session, canteen, cook, month, act):
    def statements():
        counted = []
        engine = session.get_bind()
        listen = lambda *args: counted.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listen)
        kitchen_book.month(session, month)
        event.remove(engine, "before_cursor_execute", listen)
        return len(counted)

    one = statements()
    for day in range(1, 25):
        line = MenuLine(date(2026, 12, day), Sitting.LUNCH, DISHES)
        meal = menus.write(session, canteen, line, act(cook))
        meal.day, meal.state = date(2026, 11, day), MealState.SERVED
        session.add(meal)
        session.flush()
    assert statements() == one


def test_the_month_is_printed_with_its_gaps_and_counted_with_in_a_workbook(session, month):
    data = sheets.data(session, "kitchen_book", month)
    name, pages = paper.made("kitchen_book", data, WORDS)
    assert (name, pages[:4]) == ("kitchen_book-2026-11.pdf", b"%PDF")
    name, content = paper.made("kitchen_table", data, WORDS)
    assert name == "kitchen_table-2026-11.xlsx"
    book = zipfile.ZipFile(io.BytesIO(content))
    words = book.read("xl/sharedStrings.xml").decode()
    assert "未留样" in words
    assert "冬瓜汤" in words
    assert "11-28 11:30" in words, "when it was thrown away, in the village's time"
    assert "<f>" not in "".join(book.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2, 3))


def test_an_empty_month_is_printed_too(session, canteen):
    data = kitchen_book.month(session, {"canteen_id": canteen.id, "month": "2026-12-01"})
    assert paper.made("kitchen_book", data, Words("en", "Asia/Shanghai"))[1].startswith(b"%PDF")


def test_my_data_shows_my_morning_checks(session, cook, act):
    kitchen.check(session, cook.id, 365, act(cook, now=MORNING), fit=True)
    assert privacy.kept(session, cook)["morning_checks"] == [
        {"day": "2026-11-26", "temperature": 36.5, "fit": True}
    ]


def test_hours_are_those_of_the_village(session, canteen):
    assert kitchen_card.clock_time(canteen, at(canteen, THURSDAY, NOON.time())).hour == NOON.hour


def test_the_book_is_exported_row_by_row_and_outlives_a_page(
    session, canteen, cook, manager, month, act, monkeypatch
):
    monkeypatch.setattr(kitchen_export, "PAGE", 1)
    certificates.record(session, cook.id, CertificateKind.HEALTH, date(2027, 3, 1), act(manager))

    def rows(kind, *days):
        found = list(exports.rows(session, kind, canteen, *days))
        assert all(tuple(row) == exports.KINDS[kind] for row in found)
        return found

    assert [(row["dish"], row["discarded_by"]) for row in rows("samples")] == [
        ("红烧肉", "王师傅"),
        ("炒青菜", "王师傅"),
    ]
    assert rows("samples")[0]["kept_at"] == "2026-11-26T03:30:00Z"
    assert [(row["person"], row["temperature"], row["fit"]) for row in rows("morning_checks")] == [
        ("王师傅", 36.5, True)
    ]
    assert rows("certificates") == [
        {"id": 1, "person": "王师傅", "kind": "health", "valid_until": "2027-03-01"}
    ]
    assert rows("samples", THURSDAY + timedelta(days=1)) == []
    assert rows("morning_checks", None, THURSDAY - timedelta(days=1)) == []


def test_nobody_absent_is_told_while_somebody_else_is_there(session, cook, manager, villager, act):
    villager("黄主任", Role.MANAGER, telegram_id=3001, status=Status.AWAY)
    kitchen.check(session, cook.id, 380, act(cook, now=MORNING), fit=True)
    kept = session.exec(select(OutboxMessage).where(OutboxMessage.key.startswith("unfit:"))).all()
    assert [row.member_id for row in kept] == [manager.id]
    manager.status = Status.IN_HOSPITAL
    session.flush()
    later = act(cook, now=MORNING + timedelta(minutes=2))
    kitchen.check(session, cook.id, 385, later, fit=True)
    kept = session.exec(select(OutboxMessage).where(OutboxMessage.key.startswith("unfit:"))).all()
    assert len(kept) == 3, "when all are away, all are told"
