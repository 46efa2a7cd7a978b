"""Who lives together is said in a sentence or a list; how closely they are looked after is the social workers' alone."""

import pytest
from sqlmodel import col, select

from models.homes.visits import VisitState
from models.members.people import Household, Member, Risk, Role
from rules.homes import households, visit_proposals, visits
from rules.homes.visits import Wanted
from rules.members import people_import, privacy
from rules.values import Refused
from tests.homes.visiting import MONDAY, WEDNESDAY
from tests.requesting import buttons_of


def taps(village, who, label):
    return village.taps(who, buttons_of(village.session, who, label))


def test_whoever_lives_alone_is_a_household_of_one(session, granny):
    house = households.of(session, granny)
    assert households.of(session, granny).id == house.id
    assert households.living_with(session, granny) == [granny]


def test_two_live_together_and_apart_again(session, granny, neighbour, social_worker, act):
    house = households.group(session, [granny, neighbour], act(social_worker))
    assert households.living_with(session, neighbour) == [granny, neighbour]
    left = households.move_out(session, neighbour, act(social_worker))
    assert left.id == house.id
    assert households.living_with(session, neighbour) == [neighbour]
    with pytest.raises(Refused, match="households.alone_already"):
        households.move_out(session, neighbour, act(social_worker))


def test_only_social_workers_and_managers_say_who_lives_together(
    session, granny, neighbour, manager, volunteer, act
):
    for who in (volunteer, granny, None):
        with pytest.raises(Refused, match="households.only_staff"):
            households.group(session, [granny, neighbour], act(who))
    assert households.group(session, [granny, neighbour], act(manager))


def test_a_house_left_empty_is_not_visited_and_the_closer_look_stays(
    session, granny, neighbour, social_worker, act
):
    own = households.of(session, neighbour)
    households.set_risk(session, own.id, Risk.HIGH, act(social_worker))
    households.of(session, granny)
    visit = visits.plan(session, neighbour, Wanted(MONDAY), act(social_worker))
    house = households.group(session, [granny, neighbour], act(social_worker))
    assert (visit.state, house.risk) == (VisitState.CALLED_OFF, Risk.HIGH)


def test_who_moves_takes_their_visits_along(session, canteen, granny, neighbour, social_worker, wrote, act):
    wrote(neighbour, days=3)
    households.group(session, [granny, neighbour], act(social_worker))
    (one,) = visit_proposals.candidates(session, canteen, MONDAY)
    assert one.seen_on is not None
    households.move_out(session, neighbour, act(social_worker))
    seen = {one.elder.name: one.seen_on for one in visit_proposals.candidates(session, canteen, MONDAY)}
    assert seen["李奶奶"] is None
    assert seen["覃叔"] is not None


def test_too_many_and_strangers_are_no_household(session, granny, villager, social_worker, act):
    crowd = [villager(f"人{number}", Role.ELDER) for number in range(13)]
    with pytest.raises(Refused, match="households.too_many"):
        households.group(session, crowd, act(social_worker))
    granny.erased_at = act().now
    with pytest.raises(Refused, match=r"common\.old_button"):
        households.group(session, [granny, crowd[0]], act(social_worker))


def test_how_closely_is_set_by_social_workers_only_and_moves_the_next_visit(
    session, granny, manager, social_worker, wrote, act
):
    visit = wrote(granny).visit
    house = households.of(session, granny)
    with pytest.raises(Refused, match="visits.only_social_worker"):
        households.set_risk(session, house.id, Risk.HIGH, act(manager))
    assert households.set_risk(session, house.id, Risk.HIGH, act(social_worker)) == Risk.USUAL
    assert (visit.next_on - WEDNESDAY).days == 7
    with pytest.raises(Refused, match=r"common\.old_button"):
        households.set_risk(session, 10**6, Risk.HIGH, act(social_worker))


def test_grouping_is_taken_back_unless_it_changed_since(session, granny, neighbour, social_worker, act):
    house = households.group(session, [granny, neighbour], act(social_worker))
    moves = [(granny.id, None, house.id), (neighbour.id, None, house.id)]
    households.put_back(session, moves, act(social_worker))
    assert (granny.household_id, neighbour.household_id) == (None, None)
    with pytest.raises(Refused, match=r"common\.old_button"):
        households.put_back(session, moves, act(social_worker))


def test_a_list_of_people_says_who_lives_together(session, canteen, act):
    text = "姓名,角色,户\n李秀英,老人,李家\n李大山,老人,李家\n韦明,老人,\n"
    rows, bad = people_import.read(text)
    assert bad == []
    people_import.apply(session, canteen, rows, act())
    people_import.apply(session, canteen, people_import.read("姓名,角色,户\n李小山,家属,李家\n")[0], act())
    house = session.exec(select(Household).where(Household.name == "李家")).one()
    living = session.exec(select(Member).where(Member.household_id == house.id).order_by(col(Member.id)))
    assert [one.name for one in living] == ["李秀英", "李大山", "李小山"]
    assert people_import.read("姓名,户\n李秀英," + "长" * 65)[1][0].column == "household"


def test_whoever_is_forgotten_leaves_no_name_on_the_house(session, granny, neighbour, social_worker, act):
    house = households.group(session, [granny, neighbour], act(social_worker), "李奶奶家")
    privacy.erase(session, granny.id, act())
    session.refresh(house)
    assert house.name == ""
    assert households.living_with(session, neighbour) == [neighbour]


# by sentence and by taps


def test_a_sentence_says_who_lives_together_and_undo_takes_it_back(village, granny, neighbour, social_worker):
    assert "是一户" in village.says(social_worker, "李奶奶和覃叔是一户")[0]
    assert granny.household_id == neighbour.household_id
    assert granny.household_id is not None
    village.says(social_worker, "撤销")
    assert (granny.household_id, neighbour.household_id) == (None, None)


def test_the_card_of_a_household(village, session, granny, neighbour, villager, social_worker, manager):
    villager("韦婶", Role.ELDER, hamlet="上寨")
    assert "一个人住" in village.says(social_worker, "/household 李奶奶")[0]
    taps(village, social_worker, "加一个人")
    assert "李奶奶、覃叔" in village.says(social_worker, "覃叔")[0]
    said = village.says(social_worker, "/household 覃叔")[0]
    assert "李奶奶，82 岁" in said
    assert "多久去看一次：每季去" in said
    taps(village, social_worker, "改多久")
    taps(village, social_worker, "每周去")
    assert session.get_one(Household, granny.household_id).risk == Risk.HIGH
    taps(village, social_worker, "撤销")
    assert session.get_one(Household, granny.household_id).risk == Risk.USUAL
    village.taps(social_worker, f"house:{neighbour.id}:out")
    assert granny.household_id != neighbour.household_id
    taps(village, social_worker, "撤销")
    assert granny.household_id == neighbour.household_id
    village.says(social_worker, "/household 李奶奶")
    taps(village, social_worker, "安排走访")
    shown = village.says(manager, "/household 李奶奶")[0]
    assert "多久" not in shown, "how closely is no manager's business"


def test_what_is_not_for_everybody(village, granny, volunteer, manager, social_worker, villager):
    villager("李奶奶", Role.ELDER, hamlet="下寨")
    assert "社工或管理员" in village.says(volunteer, "/household 李奶奶")[0]
    assert "私下" in village.says(social_worker, "/household 李奶奶", group=True)[0]
    assert "有 2 位李奶奶" in village.says(social_worker, "/household 李奶奶")[0]
    assert "请说是谁" in village.says(social_worker, "/household")[0]
    village.says(social_worker, "/household 上寨李奶奶")
    for data in (f"house:{granny.id}:risk", f"houserisk:{granny.household_id or 1}:high"):
        assert "只有社工" in village.taps(manager, data) or "过期" in village.taps(manager, data)
    for data in (
        "house:x:see",
        "house:999:see",
        f"house:{granny.id}:burn",
        "houserisk:1:dire",
        "houseundo:1",
    ):
        assert village.taps(social_worker, data)
    assert granny.household_id is None
