"""Who is who in the village, and who may act for whom."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.members.people import CareLink, Role, Status, StatusChange
from rules.members import people
from rules.members.naming import matches, parent_words
from rules.values import Refused

TODAY = date(2026, 11, 25)


def test_granny_may_act_for_herself(session, granny):
    people.check_may_act(session, granny, granny, "meals", TODAY)


def test_a_daughter_may_book_for_her_mother_but_not_for_a_neighbour(session, granny, daughter, neighbour):
    people.check_may_act(session, daughter, granny, "meals", TODAY)
    with pytest.raises(Refused, match="people.not_yours"):
        people.check_may_act(session, daughter, neighbour, "meals", TODAY)


def test_a_link_for_meals_is_none_for_medicine(session, granny, daughter):
    with pytest.raises(Refused):
        people.check_may_act(session, daughter, granny, "medicine", TODAY)


def test_a_link_that_has_run_out_or_was_ended_counts_no_more(session, granny, daughter, now):
    link = session.get(CareLink, 1)
    link.until_on = TODAY - timedelta(days=1)
    with pytest.raises(Refused):
        people.check_may_act(session, daughter, granny, "meals", TODAY)
    link.until_on, link.ended_at = None, now
    with pytest.raises(Refused):
        people.check_may_act(session, daughter, granny, "meals", TODAY)


@pytest.mark.parametrize("who", ["cook", "social_worker", "manager"])
def test_kitchen_and_care_may_book_for_anybody(session, request, granny, who):
    people.check_may_act(session, request.getfixturevalue(who), granny, "meals", TODAY)


def test_a_volunteer_may_not(session, granny, volunteer):
    with pytest.raises(Refused):
        people.check_may_act(session, volunteer, granny, "meals", TODAY)


@pytest.mark.parametrize("words", ["我妈", "老妈", "我妈妈", "家里老妈", "my mother"])
def test_my_mother_is_the_elder_i_call_so(session, granny, daughter, words):
    assert people.resolve(session, daughter, words) == [granny]


def test_my_father_is_nobody_when_only_mother_is_linked(session, granny, daughter):
    assert people.resolve(session, daughter, "我爸") == []


def test_two_grannies_of_one_name_are_both_named_and_told_apart(session, granny, villager, cook):
    other = villager("李奶奶", Role.ELDER, hamlet="下寨", birth_on=date(1940, 1, 1))
    assert people.resolve(session, cook, "李奶奶") == [granny, other]
    assert people.label(granny, TODAY) != people.label(other, TODAY)


def test_of_two_grannies_of_one_name_a_daughter_means_her_own(session, granny, daughter, villager):
    villager("李奶奶", Role.ELDER, hamlet="下寨")
    assert people.resolve(session, daughter, "李奶奶") == [granny]


def test_somebody_of_another_village_is_not_found(session, granny, cook):
    assert people.named(session, granny.canteen_id + 1, "李奶奶") == []


def test_a_percent_sign_is_a_letter_like_others(session, granny):
    assert people.named(session, granny.canteen_id, "%奶奶") == []


@pytest.mark.parametrize(
    ("said", "name", "meant"),
    [
        ("秀英", "李秀英", True),
        ("李奶奶", "李秀英奶奶", True),
        ("李奶奶", "覃奶奶", False),
        ("李", "李秀英", False),
        ("奶奶", "李奶奶", True),
    ],
)
def test_names_are_said_in_several_ways(said, name, meant):
    assert matches(said, name) is meant


def test_a_name_is_not_taken_for_kin():
    assert parent_words("李奶奶") == frozenset()


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_words_are_too_strange_to_be_compared(said, name):
    assert matches(said, name) in (True, False)
    assert isinstance(parent_words(said), frozenset)


def test_status_begins_on_its_day_and_ends_on_its_day(session, granny, now):
    for days, status in ((2, Status.AWAY), (5, Status.ACTIVE)):
        change = StatusChange(
            member_id=granny.id, starts_on=TODAY + timedelta(days=days), status=status, set_at=now
        )
        session.add(change)
    session.flush()
    found = [people.status_on(session, granny, TODAY + timedelta(days=n)) for n in (0, 1, 2, 4, 5, 9)]
    assert found == [Status.ACTIVE, Status.ACTIVE, Status.AWAY, Status.AWAY, Status.ACTIVE, Status.ACTIVE]


def test_an_undone_change_never_was(session, granny, now):
    session.add(
        StatusChange(member_id=granny.id, starts_on=TODAY, status=Status.LEFT, set_at=now, undone_at=now)
    )
    session.flush()
    assert people.status_on(session, granny, TODAY) == Status.ACTIVE


def test_age_turns_on_the_birthday(session, granny):
    assert people.age_on(granny, date(2026, 2, 28)) == 81
    assert people.age_on(granny, date(2026, 3, 1)) == 82


def test_an_age_nobody_knows_is_not_invented(session, daughter):
    assert people.age_on(daughter, TODAY) is None


def test_roles_are_given_once(session, granny):
    people.grant(session, granny.id, Role.VOLUNTEER, Role.ELDER)
    assert people.roles_of(session, granny.id) == {Role.ELDER, Role.VOLUNTEER}
    assert people.holds(session, granny.id, Role.VOLUNTEER)
    assert not people.holds(session, granny.id, Role.COOK)


def test_a_manager_may_what_any_role_may(session, manager):
    assert people.holds(session, manager.id, Role.COOK)


def test_carers_are_those_linked_today(session, granny, daughter):
    assert people.carers_of(session, granny.id, TODAY) == [daughter]
    session.get(CareLink, 1).until_on = TODAY - timedelta(days=1)
    assert people.carers_of(session, granny.id, TODAY) == []
