"""Certificates: who may work with food, who is reminded when, and what a manager signs for."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from jobs.cooks import certificates as duties
from jobs.duties import Look
from models import migrate
from models.audit import AuditEntry
from models.cooks.certificates import Certificate, CertificateKind, CertificateOverride
from models.members.people import Role, Status
from models.outbox import OutboxMessage
from models.volunteers.shifts import DutyKind
from rules import exports
from rules.cooks import certificates, expiries, signatures
from rules.members import people_import, privacy
from rules.settings import local_day
from rules.values import Refused
from texts.rendering import Words

TODAY = date(2026, 11, 25)
WORDS = Words("zh_CN", "Asia/Shanghai")
HEALTH = CertificateKind.HEALTH


@pytest.fixture
def holds(session, act, manager):
    """Writes down until when somebody's certificate holds: `holds(cook, days=30)`."""

    def make(member, days, kind=HEALTH):
        return certificates.record(session, member.id, kind, TODAY + timedelta(days=days), act(manager))[0]

    return make


@pytest.fixture
def morning(session, canteen, now):
    """The clock comes by at nine, so many days later."""

    def tick(days=0, hour=9):
        moment = now + timedelta(days=days, hours=hour - 10)
        for due in list(duties.due(Look(session, moment, [canteen]))):
            duties.do(session, due, moment)
        session.flush()
        return moment

    return tick


def told(session, member, prefix=""):
    theirs = select(OutboxMessage).where(OutboxMessage.member_id == member.id)
    rows = session.exec(theirs.order_by(col(OutboxMessage.id))).all()
    return [row.body["text"]["key"] for row in rows if row.key.startswith(prefix)]


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2027-03-01", date(2027, 3, 1)),
        ("2027年3月1日", date(2027, 3, 1)),
        ("王师傅 27.3.1", date(2027, 3, 1)),
        ("有效期至 2027 / 12 / 31", date(2027, 12, 31)),
        ("2027-02-30", None),
        ("3月1日", None),
        ("13800138000", None),
        ("", None),
    ],
)
def test_a_day_is_read_as_people_write_it(words, day):
    assert certificates.read_day(words) == day


@given(st.dates(date(2001, 1, 1), date(2099, 12, 31)), st.sampled_from("-./年 "))
def test_every_day_of_the_century_is_read_back(day, sign):
    assert certificates.read_day(f"{day.year}{sign}{day.month}{sign}{day.day}") == day


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_a_day(words):
    found = certificates.read_day(words)
    assert found is None or 2000 <= found.year <= 2099


def test_who_has_no_certificate_does_not_cook_and_hears_why(session, canteen, cook):
    with pytest.raises(Refused, match=r"certificates\.missing"):
        certificates.check_duty(session, canteen, cook, DutyKind.COOK, TODAY)
    certificates.check_duty(session, canteen, cook, DutyKind.CLEANING, TODAY)


def test_a_certificate_holds_through_its_last_day_and_not_the_next(session, canteen, cook, holds):
    holds(cook, days=3)
    certificates.check_duty(session, canteen, cook, DutyKind.COOK, TODAY + timedelta(days=3))
    with pytest.raises(Refused, match=r"certificates\.expired") as refused:
        certificates.check_duty(session, canteen, cook, DutyKind.HELP, TODAY + timedelta(days=4))
    assert refused.value.facts["name"] == "王师傅"


def test_training_does_not_stand_in_for_health(session, canteen, cook, holds):
    holds(cook, days=300, kind=CertificateKind.FOOD_TRAINING)
    with pytest.raises(Refused, match=r"certificates\.missing"):
        certificates.check_duty(session, canteen, cook, DutyKind.COOK, TODAY)


def test_a_village_may_go_without(session, canteen, cook):
    canteen.settings = {"certificates": "advised"}
    certificates.check_duty(session, canteen, cook, DutyKind.COOK, TODAY)


def test_only_those_responsible_write_a_day_down(session, cook, granny, act):
    for actor in (cook, granny, None):
        with pytest.raises(Refused, match=r"certificates\.only_lookers"):
            certificates.record(session, cook.id, HEALTH, TODAY, act(actor))


def test_a_day_far_away_is_a_slip_of_the_pen(session, cook, manager, act):
    with pytest.raises(Refused, match=r"certificates\.strange_day"):
        certificates.record(session, cook.id, HEALTH, date(2036, 3, 1), act(manager))


def test_somebody_of_another_village_is_nobody_here(session, cook, manager, act):
    elsewhere = act(manager)
    stranger = type(elsewhere)(now=elsewhere.now, actor_id=manager.id, canteen_id=elsewhere.canteen_id + 7)
    with pytest.raises(Refused, match=r"common\.old_button"):
        certificates.record(session, cook.id, HEALTH, TODAY, stranger)
    with pytest.raises(Refused, match=r"common\.old_button"):
        signatures.sign(session, cook.id, 1, "人手不够", stranger)


def test_a_wrong_day_is_taken_back_within_ten_minutes(session, canteen, cook, manager, holds, act, now):
    holds(cook, days=10)
    row, before = certificates.record(session, cook.id, HEALTH, TODAY + timedelta(days=400), act(manager))
    assert before == TODAY + timedelta(days=10)
    with pytest.raises(Refused, match=r"common\.old_button"):
        certificates.take_back(session, row.id, before, act(manager, now=now + timedelta(minutes=11)))
    certificates.take_back(session, row.id, before, act(manager))
    assert row.valid_until == TODAY + timedelta(days=10)
    certificates.take_back(session, row.id, None, act(manager))
    assert session.exec(select(Certificate)).all() == []


def test_the_manager_signs_for_some_days_and_why_is_kept(session, canteen, cook, manager, social_worker, act):
    with pytest.raises(Refused, match=r"certificates\.only_manager"):
        signatures.sign(session, cook.id, 1, "人手不够", act(social_worker))
    for days, reason in ((0, "人手不够"), (15, "人手不够"), (1, " ")):
        with pytest.raises(Refused, match=r"certificates\.say_why"):
            signatures.sign(session, cook.id, days, reason, act(manager))
    row = signatures.sign(session, cook.id, 3, "新证后天发", act(manager))
    certificates.check_duty(session, canteen, cook, DutyKind.COOK, TODAY + timedelta(days=2))
    with pytest.raises(Refused, match=r"certificates\.missing"):
        certificates.check_duty(session, canteen, cook, DutyKind.COOK, TODAY + timedelta(days=3))
    entry = session.exec(select(AuditEntry).where(AuditEntry.action == "certificates.signed")).one()
    assert (entry.actor_id, entry.subject_id) == (manager.id, cook.id)
    assert "新证" not in str(entry.after), "the reason may speak of illness and stays with the signature"
    signatures.end(session, row.id, act(manager))
    with pytest.raises(Refused, match=r"certificates\.missing"):
        certificates.check_duty(session, canteen, cook, DutyKind.COOK, TODAY)
    with pytest.raises(Refused, match=r"common\.old_button"):
        signatures.end(session, row.id, act(manager))
    with pytest.raises(Refused, match=r"certificates\.only_manager"):
        signatures.end(session, row.id, act(cook))


def test_everybody_on_duty_is_looked_through_at_once(session, canteen, cook, manager, volunteer, holds):
    holds(volunteer, days=1)
    everybody = [cook.id, manager.id, volunteer.id]
    lacks = certificates.lacking(session, canteen, everybody, DutyKind.HELP, TODAY + timedelta(days=2))
    assert {number: lack.over_since for number, lack in lacks.items()} == {
        cook.id: None,
        manager.id: None,
        volunteer.id: TODAY + timedelta(days=1),
    }
    assert certificates.lacking(session, canteen, [], DutyKind.COOK, TODAY) == {}


def test_the_list_shows_cooks_without_one_first(session, canteen, cook, volunteer, granny, villager, holds):
    second = villager("莫嫂", Role.COOK)
    holds(second, days=40)
    holds(volunteer, days=10)
    assert [member.name for member, _ in certificates.in_kitchen(session, canteen.id)] == [
        "王师傅",
        "阿军",
        "莫嫂",
    ]


@given(st.integers(-400, 400), st.lists(st.integers(1, 90), unique=True, min_size=1))
def test_the_threshold_is_the_nearest_one_not_passed(left, thresholds):
    reached = expiries.stage(left, thresholds)
    if left < 0:
        assert reached == expiries.OVER
    elif left > max(thresholds):
        assert reached is None
    else:
        assert reached is not None
        assert left <= reached
        assert not [days for days in thresholds if left <= days < reached]


def test_the_cook_is_told_30_7_and_1_days_before_and_once_when_it_is_over(
    session, cook, manager, holds, morning
):
    row = holds(cook, days=40)
    heard = {}
    for days in range(60):
        before = len(told(session, cook, "certificate:"))
        morning(days)
        if len(told(session, cook, "certificate:")) > before:
            heard[40 - days] = told(session, cook, "certificate:")[-1]
    assert heard == {
        30: "certificates.runs_out",
        7: "certificates.runs_out",
        1: "certificates.runs_out",
        -1: "certificates.ran_out",
    }
    assert row.reminded == expiries.OVER
    assert len(told(session, manager, "certificates:")) == 3, (
        "the manager hears when it presses, in one message"
    )


def test_a_bot_that_slept_tells_what_is_true_when_it_wakes(session, cook, holds, morning):
    holds(cook, days=40)
    morning(35)
    assert told(session, cook, "certificate:") == ["certificates.runs_out"]
    morning(36)
    assert len(told(session, cook, "certificate:")) == 1


def test_a_renewed_certificate_is_not_reminded_of_any_more(session, cook, holds, morning):
    holds(cook, days=5)
    morning(0)
    holds(cook, days=365)
    morning(1)
    assert len(told(session, cook, "certificate:")) == 1


def test_on_the_last_day_it_is_said_so(session, cook, manager, holds, morning):
    holds(cook, days=0)
    morning(0)
    rows = session.exec(select(OutboxMessage).order_by(OutboxMessage.id)).all()
    said = [WORDS.say(row.body["text"]) for row in rows]
    assert "今天到期（2026年11月25日）" in said[0]
    assert "王师傅：健康证今天到期" in said[1]


def test_before_nine_and_at_night_nobody_is_told(session, cook, holds, morning):
    holds(cook, days=5)
    for hour in (0, 6, 8, 21, 23):
        morning(0, hour=hour)
    assert told(session, cook, "certificate:") == []


@pytest.mark.parametrize("status", [Status.AWAY, Status.IN_HOSPITAL, Status.DECEASED, Status.LEFT])
def test_nothing_goes_to_the_absent_ill_or_dead_and_the_absent_are_told_when_back(
    session, cook, manager, holds, morning, status
):
    holds(cook, days=5)
    cook.status = status
    morning(0)
    assert told(session, cook) == []
    assert told(session, manager, "certificates:") == []
    cook.status = Status.ACTIVE
    morning(1)
    assert told(session, cook, "certificate:") == ["certificates.runs_out"]


def test_a_cook_without_a_phone_is_told_through_the_manager(session, villager, manager, holds, morning):
    holds(villager("莫嫂", Role.COOK), days=25)
    morning(0)
    (said,) = told(session, manager, "certificates:")
    assert said == "lines"


def test_one_long_over_is_not_told_again_every_day(session, cook, holds, morning):
    holds(cook, days=-15)
    morning(0)
    assert told(session, cook, "certificate:") == []


def test_a_file_of_people_brings_certificates_and_takes_them_out(session, canteen, cook, manager, act):
    rows, bad = people_import.read("姓名,角色,健康证\n莫嫂,厨师,2027-03-01\n阿军,志愿者,\n")
    assert bad == []
    people_import.apply(session, canteen, rows, act(manager))
    people_import.apply(session, canteen, rows, act(manager))
    assert [row.valid_until for row in session.exec(select(Certificate))] == [date(2027, 3, 1)]
    exported = {row["name"]: row["certificate_until"] for row in exports.rows(session, "people", canteen)}
    assert exported == {"王师傅": None, "韦主任": None, "莫嫂": "2027-03-01", "阿军": None}


def test_my_data_shows_my_certificate_and_erasing_forgets_it(session, cook, manager, holds, act):
    holds(cook, days=30)
    signatures.sign(session, cook.id, 1, "等体检结果", act(manager))
    assert privacy.kept(session, cook)["certificates"] == [{"kind": "health", "valid_until": "2026-12-25"}]
    privacy.erase(session, cook.id, act(manager))
    assert session.exec(select(Certificate)).all() == []
    assert session.exec(select(CertificateOverride.reason)).all() == [""]


def test_dates_written_by_an_earlier_release_move_to_their_new_place_and_back(store_url):
    migrate.downgrade(store_url, "0002")
    engine = sa.create_engine(store_url)
    with engine.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO canteen (id, name, timezone, language, settings, created_at)"
                " VALUES (1, 'x', 'Asia/Shanghai', 'zh_CN', '{}', '2026-01-01 00:00:00+00:00')"
            )
        )
        connection.execute(
            sa.text(
                "INSERT INTO member (id, canteen_id, name, phone, hamlet, address, diet, hardship, status,"
                " joined_at, certificate_until) VALUES (1, 1, 'y', '', '', '', '[]', false, 'active',"
                " '2026-01-01 00:00:00+00:00', '2027-03-01')"
            )
        )
    migrate.upgrade(store_url)
    with engine.connect() as connection:
        (found,) = connection.execute(sa.text("SELECT kind, valid_until FROM certificate")).all()
        assert (found[0], str(found[1])) == ("health", "2027-03-01")
    migrate.downgrade(store_url, "0002")
    with engine.connect() as connection:
        assert str(connection.scalar(sa.text("SELECT certificate_until FROM member"))) == "2027-03-01"
    engine.dispose()


def test_the_day_of_the_village_counts_not_the_servers(session, canteen, cook, holds, now):
    holds(cook, days=0)
    late = now.replace(hour=17)  # one in the morning of the 26th, in the village
    assert local_day(canteen, late) == TODAY + timedelta(days=1)
    with pytest.raises(Refused, match=r"certificates\.expired"):
        certificates.check_duty(session, canteen, cook, DutyKind.COOK, local_day(canteen, late))
