"""Shifts from files and pasted rosters, and back into files: nothing lost, every bad row named."""

import json
from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

import bot
from models.members.people import Role
from models.migrate import upgrade
from models.outbox import OutboxMessage
from models.store import open_store
from models.volunteers.shifts import Assignment, AssignmentState, DutyKind, Shift, SwapKind
from rules import exports
from rules.values import Refused
from rules.volunteers import roster_entries, rosters, rosters_read, shift_endings, shifts_import, swaps
from rules.volunteers.roster_entries import Entry
from rules.volunteers.rosters_read import DUTIES, looks_like_roster
from rules.volunteers.swaps import Asking

TODAY = date(2026, 11, 25)
MONDAY = date(2026, 11, 30)

HEAD = "day,starts,ends,duty,needed,people\n"


def read(text):
    entries, bad = rosters_read.read(text, TODAY)
    return [(e.day, e.starts, e.duty, e.needed, e.people) for e in entries], bad


def names_on(session, canteen, day):
    return {
        line.shift.duty.value: [member.name for _, member in line.people]
        for line in rosters.roster(session, canteen.id, day, day)
    }


@pytest.fixture
def crew(villager):
    """Three who help."""
    return [
        villager(name, Role.VOLUNTEER, telegram_id=1100 + n)
        for n, name in enumerate(("阿军", "覃叔", "韦嫂"))
    ]


def test_a_week_on_one_line_is_read():
    entries, bad = read("周一 早：阿军、覃叔 / 周二 早：韦嫂")
    assert bad == []
    assert entries == [
        (MONDAY, time(7, 30), DutyKind.HELP, 2, ("阿军", "覃叔")),
        (date(2026, 12, 1), time(7, 30), DutyKind.HELP, 1, ("韦嫂",)),
    ]


def test_a_day_gone_by_means_the_whole_roster_is_next_weeks():
    entries, _ = read("周一：阿军\n周五：覃叔")
    assert [entry[0] for entry in entries] == [MONDAY, date(2026, 12, 4)]


def test_days_still_to_come_are_this_weeks_unless_next_week_is_said():
    assert [e[0] for e in read("周四：阿军\n周五：覃叔")[0]] == [date(2026, 11, 26), date(2026, 11, 27)]
    assert [e[0] for e in read("下周排班\n周四：阿军\n周五：覃叔")[0]] == [
        date(2026, 12, 3),
        date(2026, 12, 4),
    ]


def test_several_duties_of_a_day_share_its_time():
    entries, _ = read("周一 早班 做饭：王师傅 帮厨：阿军、韦嫂\n周二 送餐：覃叔")
    assert entries == [
        (MONDAY, time(7, 30), DutyKind.COOK, 1, ("王师傅",)),
        (MONDAY, time(7, 30), DutyKind.HELP, 2, ("阿军", "韦嫂")),
        (date(2026, 12, 1), time(8, 0), DutyKind.DELIVERY, 1, ("覃叔",)),
    ]


@pytest.mark.parametrize(
    ("line", "needed", "people"),
    [
        ("周一 早：阿军（缺1人）", 2, ("阿军",)),
        ("周一 早：阿军，还差2人", 3, ("阿军",)),
        ("周一 早：待定", 1, ()),
        ("周一 早：？", 1, ()),
        ("周一 早：阿军 阿军", 1, ("阿军",)),
        ("周一早上：阿军和覃叔", 2, ("阿军", "覃叔")),
        ("星期一 上午 阿军,覃叔", 2, ("阿军", "覃叔")),
        ("11月30日 7:30-11:00 阿军、覃叔", 2, ("阿军", "覃叔")),
    ],
)
def test_one_line_in_the_ways_people_write_it(line, needed, people):
    [(day, starts, _, wanted, names)], bad = read(line)
    assert (day, starts, wanted, names, bad) == (MONDAY, time(7, 30), needed, people, [])


def test_a_line_without_a_day_is_named():
    _, bad = read("阿军、覃叔\n周一：韦嫂")
    assert [(line.line, line.reason.key) for line in bad] == [(1, "shifts.line_no_day")]


@pytest.mark.parametrize(
    "text", ["大家好，明天吃什么", "周一：开会", "1. 李奶奶\n2. 覃叔", "明天两份，周五一份", ""]
)
def test_chatter_is_no_roster(text):
    assert not looks_like_roster(text)


@given(st.text(max_size=300))
def test_any_text_is_read_without_falling(text):
    entries, bad = rosters_read.read(text, TODAY)
    assert all(entry.needed >= max(len(entry.people), 1) for entry in entries)
    assert len(bad) <= len(text) + 1


@given(
    st.lists(
        st.tuples(
            st.sampled_from("一二三四五六日"),
            st.sampled_from(sorted(DUTIES)),
            st.lists(st.sampled_from(["阿军", "覃叔", "韦嫂", "王师傅", "李姐"]), min_size=1, unique=True),
        ),
        min_size=1,
        max_size=10,
    )
)
def test_every_name_written_beside_a_day_is_found_there(lines):
    text = "\n".join(f"周{day} 早 {duty}：{'、'.join(people)}" for day, duty, people in lines)
    entries, bad = rosters_read.read(text, TODAY)
    assert bad == []
    found = {("一二三四五六日"[e.day.weekday()], e.duty, name) for e in entries for name in e.people}
    assert found == {(day, DUTIES[duty], name) for day, duty, people in lines for name in people}


def test_a_look_keeps_nothing(session, canteen, act, manager, crew):
    entries, _ = rosters_read.read("周一 早 打扫：阿军、无名氏", TODAY)
    [looked] = roster_entries.look(session, canteen, entries, act(manager))
    assert [member.name for member in looked.members] == ["阿军"]
    assert [problem.key for problem in looked.problems] == ["shifts.name_unknown"]
    assert session.exec(select(Shift)).all() == []


def test_a_pasted_roster_is_kept_and_each_is_told_once(session, canteen, act, manager, crew):
    entries, _ = rosters_read.read("周一 打扫：阿军、覃叔\n周二 打扫：阿军", TODAY)
    kept = roster_entries.keep(session, canteen, entries, act(manager))
    assert (kept.shifts, kept.places, kept.problems) == (2, 3, ())
    assert names_on(session, canteen, MONDAY) == {"cleaning": ["阿军", "覃叔"]}
    told = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == 1100)).all()
    assert len(told) == 1


def test_a_second_paste_loses_nobody(session, canteen, act, manager, crew):
    for text in ("周一 打扫：阿军", "周一 打扫：覃叔"):
        roster_entries.keep(session, canteen, rosters_read.read(text, TODAY)[0], act(manager))
    assert names_on(session, canteen, MONDAY) == {"cleaning": ["阿军", "覃叔"]}


def test_a_name_borne_twice_is_never_guessed(session, canteen, act, manager, crew, villager):
    villager("阿军", Role.VOLUNTEER)
    kept = roster_entries.keep(session, canteen, rosters_read.read("周一 打扫：阿军", TODAY)[0], act(manager))
    assert [problem.key for problem in kept.problems] == ["shifts.name_twice"]
    assert names_on(session, canteen, MONDAY) == {"cleaning": []}


def test_only_the_coordinator_keeps_a_roster(session, canteen, act, crew):
    with pytest.raises(Refused, match=r"shifts\.only_coordinator"):
        roster_entries.keep(session, canteen, [], act(crew[0]))


def test_a_file_is_read_in_either_language():
    english, bad = shifts_import.read(HEAD + "2026-11-30,07:30,11:00,cook,2,王师傅;李姐\n")
    chinese, also_bad = shifts_import.read(
        "﻿日期,开始,结束,岗位,人数,人员\n2026-11-30,7:30,11:00,做饭,2,王师傅；李姐\n"
    )
    assert (bad, also_bad) == ([], [])
    assert (
        english
        == chinese
        == [Entry(2, MONDAY, time(7, 30), time(11, 0), DutyKind.COOK, 2, ("王师傅", "李姐"))]
    )


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("30.11.2026,07:30,11:00,cook,1,", "day"),
        ("2026-11-30,early,11:00,cook,1,", "starts"),
        ("2026-11-30,07:30,25:00,cook,1,", "ends"),
        ("2026-11-30,07:30,11:00,dance,1,", "duty"),
        ("2026-11-30,07:30,11:00,cook,0,", "needed"),
        ("2026-11-30,07:30,11:00,cook,many,", "needed"),
        ("2026-11-30,07:30,11:00,cook,1,a,b", ""),
    ],
)
def test_a_bad_row_is_named_with_its_column(row, column):
    rows, bad = shifts_import.read(HEAD + row + "\n")
    assert rows == []
    assert [(one.line, one.column) for one in bad] == [(2, column)]


def test_a_file_without_its_columns_is_refused_at_the_head():
    _, bad = shifts_import.read("day,wage\n2026-11-30,5\n")
    assert {(one.line, one.column) for one in bad} == {(1, c) for c in ("starts", "ends", "duty", "wage")}


def test_the_same_shift_twice_in_a_file_is_named():
    _, bad = shifts_import.read(HEAD + "2026-11-30,07:30,11:00,help,1,\n" * 2)
    assert [(one.line, one.reason.key) for one in bad] == [(3, "shifts.row_twice")]


def test_a_file_of_last_year_becomes_history(session, canteen, act, crew):
    rows, _ = shifts_import.read(HEAD + "2025-03-03,08:00,11:00,cleaning,1,阿军\n")
    assert shifts_import.check(session, canteen, rows, act()) == []
    assert shifts_import.apply(session, canteen, rows, act()) == 1
    shift = session.exec(select(Shift)).one()
    shift_endings.finish(session, shift.id, act().now)
    place = session.exec(select(Assignment)).one()
    assert (place.state, place.minutes) == (AssignmentState.DONE, 180)
    assert session.exec(select(OutboxMessage).where(OutboxMessage.chat_id == 1100)).all() == []


def test_one_person_at_two_stoves_in_one_file_keeps_nothing(session, canteen, act, villager):
    villager("王师傅", Role.COOK, telegram_id=1200)
    rows, _ = shifts_import.read(
        HEAD + "2026-11-30,07:30,11:00,cook,1,王师傅\n2026-11-30,08:00,12:00,cook,1,王师傅\n"
    )
    with pytest.raises(Refused, match=r"shifts\.overlaps"):
        shifts_import.apply(session, canteen, rows, act())


def test_the_export_has_a_row_for_each_place_and_each_gap(session, canteen, act, manager, crew):
    rows, _ = shifts_import.read(HEAD + "2026-11-30,07:30,11:00,cleaning,2,阿军\n")
    shifts_import.apply(session, canteen, rows, act())
    place = session.exec(select(Assignment)).one()
    swaps.offer(session, canteen, place.id, Asking(SwapKind.GIVE), act(crew[0]))
    shift = session.exec(select(Shift)).one()
    facts = {
        "shift_id": shift.id,
        "day": "2026-11-30",
        "starts": "07:30",
        "ends": "11:00",
        "duty": "cleaning",
    }
    assert list(exports.rows(session, "shifts", canteen)) == [
        {**facts, "person": "阿军", "status": "assigned", "swap": "offered"},
        {**facts, "person": None, "status": "vacant", "swap": None},
    ]
    assert list(exports.rows(session, "shifts", canteen, date(2026, 12, 1))) == []
    shift_endings.call_off(session, shift.id, "停电", act(manager))
    assert [row["status"] for row in exports.rows(session, "shifts", canteen)] == ["excused", "cancelled"]


def test_the_export_knows_who_handed_over(session, canteen, act, crew):
    rows, _ = shifts_import.read(HEAD + "2026-11-30,07:30,11:00,cleaning,1,阿军\n")
    shifts_import.apply(session, canteen, rows, act())
    place = session.exec(select(Assignment)).one()
    swap = swaps.offer(session, canteen, place.id, Asking(SwapKind.GIVE), act(crew[0]))
    swaps.take(session, canteen, swap.id, act(crew[1]))
    assert [
        (row["person"], row["status"], row["swap"]) for row in exports.rows(session, "shifts", canteen)
    ] == [("阿军", "handed_over", "taken"), ("覃叔", "assigned", None)]


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A village with one volunteer, kept in a file."""
    upgrade(f"sqlite:///{tmp_path}/canteen.db")
    (tmp_path / "config.toml").write_text(f'[store]\nurl = "sqlite:///{tmp_path}/canteen.db"\n')
    monkeypatch.chdir(tmp_path)
    assert (
        bot.main(["canteen", "add", "--chat", "-1001", "--name", "鼓楼食堂", "--config", "config.toml"]) == 0
    )
    (tmp_path / "people.csv").write_text("name,roles\n阿军,volunteer\n", encoding="utf-8")
    assert bot.main(["import", "people", "people.csv", "--config", "config.toml"]) == 0
    return tmp_path


def test_the_command_line_imports_all_or_nothing_and_gives_it_back(home, capsys):
    (home / "bad.csv").write_text(HEAD + "2026-11-30,07:30,11:00,cleaning,1,无名氏\n", encoding="utf-8")
    assert bot.main(["import", "shifts", "bad.csv", "--config", "config.toml"]) == 1
    assert "无名氏" in capsys.readouterr().err
    (home / "good.csv").write_text(HEAD + "2026-11-30,07:30,11:00,cleaning,2,阿军\n", encoding="utf-8")
    assert bot.main(["import", "shifts", "good.csv", "--dry-run", "--config", "config.toml"]) == 0
    store = open_store(f"sqlite:///{home}/canteen.db")
    try:
        assert store.read_now(lambda session: len(session.exec(select(Shift)).all())) == 0
    finally:
        store.close_now()
    assert bot.main(["import", "shifts", "good.csv", "--config", "config.toml"]) == 0
    capsys.readouterr()
    assert bot.main(["export", "shifts", "--format", "json", "--config", "config.toml"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [(row["person"], row["status"]) for row in rows] == [("阿军", "assigned"), (None, "vacant")]


@pytest.mark.parametrize(
    ("line", "starts", "day"),
    [
        ("2026-12-07 早 打扫：阿军", time(7, 30), date(2026, 12, 7)),
        ("12.7 打扫：阿军", time(8, 0), date(2026, 12, 7)),
        ("11月2日 打扫：阿军", time(8, 0), date(2027, 11, 2)),
        ("周一 9点-11点 打扫：阿军", time(9, 0), MONDAY),
        ("周一 9:00-99:00 打扫：阿军", time(8, 0), MONDAY),
        ("周一 下午 打扫：阿军", time(14, 0), MONDAY),
        ("周一 晚班 打扫：阿军", time(16, 0), MONDAY),
    ],
)
def test_days_and_times_in_the_ways_people_write_them(line, starts, day):
    [(found, begins, _, _, names)], bad = read(line)
    assert (found, begins, names, bad) == (day, starts, ("阿军",), [])


@pytest.mark.parametrize("line", ["2026-13-40：阿军", "13月40日：阿军"])
def test_a_day_that_does_not_exist_is_no_day(line):
    entries, bad = read(line)
    assert entries == []
    assert len(bad) == 1
