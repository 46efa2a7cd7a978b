"""接龙: pasted lists are compared and merged."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from models.lunch.meals import Booking, Mode, Sitting, Source
from rules.lunch import lists, meals, rolls
from rules.lunch.counts import count
from rules.lunch.lists import Line
from rules.values import Refused

TOMORROW = date(2026, 11, 26)


@pytest.fixture
def meal(session, canteen):
    return meals.meal_on(session, canteen, TOMORROW, Sitting.LUNCH)


@pytest.fixture
def paste(session, canteen, meal, act):
    def by(poster, *lines):
        return lists.merge(session, canteen, meal, [Line(*line) for line in lines], act(poster))

    return by


def test_a_pasted_list_books_everybody_on_it(session, meal, paste, granny, neighbour, volunteer):
    merged = paste(volunteer, ("李奶奶", 2, Mode.DELIVERY), ("覃叔",), ("阿军",))
    assert merged.added == ["李奶奶", "覃叔", "阿军"]
    assert (merged.taken, count(session, meal.id).by_mode[Mode.DELIVERY]) == (4, 2)
    assert {row.source for row in session.exec(select(Booking))} == {Source.LIST}


def test_a_list_pasted_twice_books_once(paste, granny, volunteer):
    first = paste(volunteer, ("李奶奶", 2), ("阿军",), ("小明",))
    again = paste(volunteer, ("李奶奶", 2), ("阿军",), ("小明",))
    assert (again.added, again.changed, again.taken) == ([], [], first.taken)


def test_two_who_paste_at_once_lose_nobody(paste, granny, neighbour, volunteer, cook):
    paste(volunteer, ("李奶奶",), ("阿军",))
    merged = paste(cook, ("李奶奶",), ("王师傅",))
    assert (merged.added, merged.taken) == (["王师傅"], 3)


def test_an_old_list_does_not_undo_what_granny_changed_in_private(
    session, canteen, meal, paste, granny, volunteer, act
):
    paste(volunteer, ("李奶奶", 2))
    mine = rolls.booking_of(session, meal.id, granny.id)
    mine.portions = 3
    paste(volunteer, ("李奶奶", 2), ("阿军",))
    assert mine.portions == 3


def test_plus_one_without_a_name_is_the_poster(session, meal, paste, volunteer):
    paste(volunteer, ("", 1))
    assert rolls.booking_of(session, meal.id, volunteer.id).portions == 1


def test_a_name_nobody_knows_is_the_posters_guest(session, meal, paste, volunteer):
    paste(volunteer, ("阿军", 1), ("小明", 2))
    mine = rolls.booking_of(session, meal.id, volunteer.id)
    assert (mine.portions, mine.guests) == (3, ["小明", "小明"])


def test_somebody_elses_paste_does_not_take_a_guest_over(session, meal, paste, volunteer, cook):
    paste(volunteer, ("小明", 1))
    paste(cook, ("小明", 2))
    assert rolls.booking_of(session, meal.id, cook.id) is None
    assert rolls.booking_of(session, meal.id, volunteer.id).portions == 2


def test_leaving_is_for_oneself_and_those_one_cares_for(session, meal, paste, granny, daughter, volunteer):
    paste(volunteer, ("李奶奶",), ("阿军",))
    assert paste(volunteer, ("李奶奶", 0)).unclear == ["李奶奶"]
    assert paste(daughter, ("李奶奶", 0)).removed == ["李奶奶"]
    assert paste(volunteer, ("阿军", 0)).removed == ["阿军"]
    assert count(session, meal.id).taken == 0


def test_a_name_that_two_people_bear_is_booked_for_neither(paste, villager, granny, volunteer):
    villager("李奶奶", hamlet="下寨")
    merged = paste(volunteer, ("李奶奶", 1), ("阿军", 1))
    assert (merged.unclear, merged.added) == (["李奶奶"], ["阿军"])


def test_a_guest_who_leaves_makes_the_booking_smaller_and_the_last_one_ends_it(
    session, meal, paste, volunteer
):
    paste(volunteer, ("阿军", 1), ("小明", 1))
    paste(volunteer, ("小明", 0))
    assert rolls.booking_of(session, meal.id, volunteer.id).portions == 1
    paste(volunteer, ("阿军", 0))
    assert count(session, meal.id).taken == 0


def test_a_place_is_given_to_another_name(session, canteen, meal, paste, granny, neighbour, daughter, act):
    paste(daughter, ("李奶奶", 2))
    merged = lists.renamed(session, canteen, meal, ("李奶奶", "覃叔"), act(daughter))
    assert (merged.removed, merged.added, merged.taken) == (["李奶奶"], ["覃叔"], 2)
    with pytest.raises(Refused, match="no_such_line"):
        lists.renamed(session, canteen, meal, ("没人", "覃叔"), act(daughter))


def test_nobody_gives_away_the_place_of_somebody_else(
    session, canteen, meal, paste, granny, neighbour, volunteer, act
):
    paste(granny, ("李奶奶", 1))
    with pytest.raises(Refused, match="not_your_line"):
        lists.renamed(session, canteen, meal, ("李奶奶", "覃叔"), act(volunteer))


def test_a_list_that_overflows_puts_the_last_on_the_waiting_list(
    session, canteen, meal, paste, granny, neighbour, volunteer
):
    meal.seats = 2
    merged = paste(volunteer, ("李奶奶",), ("覃叔",), ("阿军",))
    assert (merged.added, merged.waiting, merged.taken) == (["李奶奶", "覃叔"], ["阿军"], 2)


def test_a_closed_meal_takes_no_list(session, canteen, meal, volunteer, act):
    with pytest.raises(Refused, match=r"meals\.closed"):
        lists.merge(session, canteen, meal, [Line("阿军")], act(volunteer, now=meal.closes_at))


NAMES = ("李奶奶", "覃叔", "阿军", "王师傅", "小明", "小红")
A_LIST = st.lists(
    st.tuples(st.sampled_from(NAMES), st.integers(1, 4)),
    min_size=1,
    max_size=6,
    unique_by=lambda line: line[0],
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mine=A_LIST, theirs=A_LIST)
def test_any_two_lists_pasted_over_and_over_book_each_name_once(
    session, meal, paste, granny, neighbour, volunteer, cook, mine, theirs
):
    point = session.begin_nested()
    try:
        paste(volunteer, *mine)
        once = paste(cook, *[line for line in theirs if line[0] not in dict(mine)]).taken
        again = paste(volunteer, *mine).taken
        assert once == again == sum({**dict(theirs), **dict(mine)}.values())
    finally:
        point.rollback()
        session.expire_all()
