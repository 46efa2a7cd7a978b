"""A list of people comes in whole or not at all, and every bad row is named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from models.members.people import CareLink, Member, Role, Status
from models.members.vault import unsealed
from rules.members import people
from rules.members.people_import import apply, read
from rules.values import Refused

FILE = """\ufeff姓名,角色,电报号,电话,生日,地址,忌口,照顾,健康证,状态
李秀英奶奶,老人,1001,138,1944-03-01,上寨 12 号,soft；low_salt,,,在村
李小红,家属,1002,,,,,李秀英奶奶,,
王师傅,厨师;志愿者,1003,,,,,,2027-03-01,
"""


def test_chinese_headers_a_bom_and_lists_are_read():
    rows, bad = read(FILE)
    assert bad == []
    assert (rows[0].name, rows[0].roles, rows[0].diet) == ("李秀英奶奶", (Role.ELDER,), ("soft", "low_salt"))
    assert rows[2].roles == (Role.COOK, Role.VOLUNTEER)
    assert rows[2].certificate_until == date(2027, 3, 1)


def test_everybody_is_there_with_roles_and_links(session, canteen, act):
    assert apply(session, canteen, read(FILE)[0], act()) == 3
    granny, daughter, cook = session.exec(select(Member).order_by(Member.id)).all()
    assert granny.diet == ["soft", "low_salt"]
    assert people.roles_of(session, cook.id) == {Role.COOK, Role.VOLUNTEER}
    assert people.resolve(session, daughter, "李奶奶") == [granny]
    people.check_may_act(session, daughter, granny, "meals", date(2026, 11, 25))


def test_the_same_file_twice_doubles_nobody(session, canteen, act):
    for _ in range(2):
        apply(session, canteen, read(FILE)[0], act())
    assert len(session.exec(select(Member)).all()) == 3
    assert len(session.exec(select(CareLink)).all()) == 1


def test_what_a_later_file_leaves_out_is_kept(session, canteen, act):
    apply(session, canteen, read(FILE)[0], act())
    apply(session, canteen, read("name,telegram_id,status\n李秀英奶奶,1001,in_hospital\n")[0], act())
    granny = session.exec(select(Member).where(Member.telegram_id == 1001)).one()
    assert (unsealed(granny, "phone"), granny.birth_on, granny.status) == (
        "138",
        date(1944, 3, 1),
        Status.IN_HOSPITAL,
    )


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", [(1, "")]),
        ("name,hobby\n", [(1, "hobby")]),
        ("roles\nelder\n", [(1, "name")]),
        ("name,roles\n李奶奶,queen\n", [(2, "roles")]),
        ("name,birth_date,telegram_id\n李奶奶,1.3.1944,abc\n", [(2, "telegram_id"), (2, "birth_date")]),
        ("name\n李奶奶,extra\n", [(2, "")]),
        ("name,telegram_id\n甲,7\n\n乙,7\n", [(4, "telegram_id")]),
        ("name,status\n,asleep\n", [(2, "status"), (2, "name")]),
        (
            f"name,phone,address\n{'长' * 65},{'1' * 300},{'路' * 300}\n",
            [(2, "phone"), (2, "address"), (2, "name")],
        ),
    ],
)
def test_every_bad_row_is_named_with_line_and_column(text, where):
    assert [(bad.line, bad.column) for bad in read(text)[1]] == where


def test_an_elder_nobody_knows_stops_the_whole_import(session, canteen, act):
    with pytest.raises(Refused, match="which_elder"):
        apply(session, canteen, read("name,cares_for\n李小红,蓝奶奶\n")[0], act())


@given(st.text(max_size=300))
def test_any_text_is_read_or_explained(text):
    rows, bad = read(text)
    assert bad or all(row.name for row in rows)
