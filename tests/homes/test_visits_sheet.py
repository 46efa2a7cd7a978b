"""The week on one page, to carry; the calendar of those who go."""

from datetime import timedelta

import pytest

from models.members.people import Role
from models.members.vault import seal
from rules.homes import visit_plans, visit_sheets
from rules.lunch import sheets as figures
from rules.volunteers import feeds
from tests.homes.visiting import MONDAY, WEDNESDAY
from tests.lunch.test_sheets import pages
from texts import Words
from texts import sheets as paper
from texts.calendars import ics


@pytest.fixture
def data(session, canteen, social_worker, committee, granny, elders, wrote, act):
    """The week as plain data, with everything a sheet may bear."""
    seal(session, granny, phone="13800001001", address="上寨 12 号")
    wrote(granny, days=50, findings="血压偏高，晚上起来两次，走路要扶墙")
    visit_plans.propose(session, canteen, MONDAY, act())
    facts = {"canteen_id": canteen.id, "monday": MONDAY.isoformat(), "reader_id": social_worker.id}
    return figures.data(session, "visits", facts)


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_a_week_fits_one_page_with_everything_on_it(data, language):
    words = Words(language, "Asia/Shanghai")
    name, content = paper.made("visits", data, words)
    assert name == "visits.pdf"
    assert content.startswith(b"%PDF")
    assert pages(content) == 1
    said = str(paper.PAGES["visits"][1](data, words))
    assert "⟦" not in said
    assert "莫爷爷" in said


def test_twenty_houses_still_fit_one_page(session, canteen, social_worker, data):
    many = {**data, "visits": data["visits"] * 5}
    assert pages(paper.pdf("visits", many, Words("zh_CN", "Asia/Shanghai"))) == 1


def test_the_calendar_of_those_who_go_has_whole_days_and_no_names(
    session, canteen, social_worker, committee, elders, act
):
    visit_plans.propose(session, canteen, MONDAY, act())
    visit_plans.accept_all(session, canteen, MONDAY, act(social_worker))
    for who in (social_worker, committee):
        data = feeds.calendar(session, who, WEDNESDAY)
        page = ics(data, Words("zh_CN", "Asia/Shanghai")).decode()
        assert page.count("BEGIN:VEVENT") == 4
        assert "DTSTART;VALUE=DATE:20261201" in page
        assert "DTEND;VALUE=DATE:20261202" in page
        assert "SUMMARY:走访" in page
        assert not any(elder.name in page for elder in elders)


def test_nobody_elses_visits_stand_in_ones_calendar(
    session, canteen, social_worker, committee, elders, villager, act
):
    visit_plans.propose(session, canteen, MONDAY, act())
    other = villager("小蓝", Role.VOLUNTEER)
    assert visit_sheets.events(session, other.id, WEDNESDAY, MONDAY + timedelta(days=30)) == []
    assert visit_sheets.events(session, committee.id, WEDNESDAY, MONDAY + timedelta(days=30)) == [], (
        "not settled yet"
    )
