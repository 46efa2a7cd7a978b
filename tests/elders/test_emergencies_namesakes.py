"""Somebody cries for one of two of the same name: helpers are not sent to the house of who told of it."""

import pytest
from sqlmodel import select

from models.elders.emergencies import Emergency
from models.members.people import Role
from models.members.vault import seal
from tests.requesting import last_told


@pytest.fixture
def two(session, granny, villager, cook):
    """李奶奶 of 上寨 and 李奶奶 of 下寨; the cook tells of one of them."""
    granny.hamlet = "上寨"
    session.add(granny)
    other = villager("李奶奶", Role.ELDER, hamlet="下寨")
    seal(session, cook, address="王师傅家 9 号", phone="13900000009")
    seal(session, granny, address="上寨 12 号", phone="13800000001")
    session.flush()
    return granny, other


def test_the_name_is_that_of_the_words_and_who_told_is_named_as_such(village, session, two, cook, manager):
    village.says(cook, "李奶奶摔倒了")
    emergency = session.exec(select(Emergency)).one()
    assert (emergency.person_id, emergency.called, emergency.raised_by_id) == (None, "李奶奶", cook.id)
    told = last_told(village, manager)
    assert "李奶奶可能有危险" in told
    assert "王师傅可能有危险" not in told
    assert "王师傅家 9 号" not in told
    assert "报信的人：王师傅　电话：13900000009" in told


def test_the_hamlets_of_both_are_told_and_the_house_of_neither(village, two, cook, manager):
    village.says(cook, "快来人，李奶奶晕倒了", group=True)
    told = last_told(village, manager)
    assert "上寨、下寨" in told
    assert "12 号" not in told
    assert "13800000001" not in told


def test_more_words_of_the_same_name_belong_to_it(village, session, two, cook, manager):
    village.says(cook, "李奶奶摔倒了")
    village.says(cook, "李奶奶摔倒了，流血了")
    assert len(session.exec(select(Emergency)).all()) == 1


def test_one_of_them_who_cries_herself_is_known(village, session, two, manager):
    village.says(two[0], "我摔倒了起不来")
    assert session.exec(select(Emergency)).one().person_id == two[0].id
    assert "上寨 12 号" in last_told(village, manager)
