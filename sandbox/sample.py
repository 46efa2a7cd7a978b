"""The sample village: forty people, a week of menus, standing bookings; names are made up."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session

from models.lunch.meals import Meal, MealState, Mode, Sitting, StandingBooking
from models.members.people import Canteen, CareLink, Consent, Member, MemberRole, Role
from models.members.vault import seal
from rules.settings import closes_at, settings_of, starts_at
from sandbox import sample_kitchen, sample_needs, sample_requests, sample_shifts, sample_visits

GROUP = -1001000000001
TITLE = "鼓楼村乐龄食堂"


@dataclass(frozen=True, slots=True)
class Persona:
    """Somebody one can be in the chat page."""

    telegram_id: int
    name: str
    roles: tuple[Role, ...]
    sentence: str
    """What to try first, in their own words."""


PERSONAE = (
    Persona(1001, "李奶奶", (Role.ELDER,), "明天中午两份，送到家"),
    Persona(1002, "李小红", (Role.FAMILY,), "帮我妈订后天午饭，软一点，送到家"),
    Persona(1003, "王师傅", (Role.COOK,), "明天多少人吃饭"),
    Persona(1004, "陈社工", (Role.SOCIAL_WORKER,), "帮覃爷爷订明天中午一份"),
    Persona(1005, "韦主任", (Role.MANAGER,), "/settings"),
    Persona(1006, "阿军", (Role.VOLUNTEER,), "我周三早上来不了，谁能替"),
)

SURNAMES = "李韦覃黄陆梁莫蒙罗蓝"
ELDERS = tuple(f"{surname}{called}" for called in ("爷爷", "奶奶", "伯", "婶") for surname in SURNAMES)[
    : 40 - 9
]
VOLUNTEERS = ("莫嫂", "小蓝")
HAMLETS = ("上寨", "下寨", "河边")
DIETS: tuple[tuple[str, ...], ...] = ((), ("soft",), (), ("low_salt",), (), ("no_pork",), ("low_sugar",))

WEEK = (
    ("红烧豆腐", "炒青菜", "冬瓜排骨汤"),
    ("清蒸鱼", "番茄炒蛋", "紫菜汤"),
    ("肉末蒸蛋", "炒南瓜", "白菜汤"),
    ("酿豆腐", "炒豆角", "玉米排骨汤"),
    ("白切鸡", "炒莴笋", "丝瓜汤"),
    ("扣肉", "炒空心菜", "酸菜汤"),
    ("饺子", "凉拌黄瓜", "绿豆粥"),
)


def fill(session: Session, now: datetime, language: str = "zh_CN") -> Canteen:
    """Put the whole village into an empty store."""
    canteen = Canteen(name=TITLE, chat_id=GROUP, language=language, set_up_at=now, created_at=now)
    session.add(canteen)
    session.flush()
    people = {persona.name: _persona(session, canteen, persona, now) for persona in PERSONAE}
    _elders(session, canteen, people["李奶奶"], now)
    for name in VOLUNTEERS:
        _member(session, canteen, name, (Role.VOLUNTEER,), now)
    _care(session, people, now)
    today = now.astimezone(starts_at(canteen, now.date(), Sitting.LUNCH).tzinfo).date()
    _menus(session, canteen, today, now)
    sample_kitchen.fill(session, canteen, people, WEEK, now)
    sample_shifts.fill(session, canteen, people, now)
    sample_requests.fill(session, canteen, people, now)
    sample_needs.fill(session, canteen, people, now)
    sample_visits.fill(session, canteen, people, now)
    return canteen


def _member(session: Session, canteen: Canteen, name: str, roles: tuple[Role, ...], now: datetime) -> Member:
    member = Member(canteen_id=canteen.id, name=name, joined_at=now, approved_at=now)
    session.add(member)
    session.flush()
    session.add_all(MemberRole(member_id=member.id, role=role) for role in roles)
    return member


def _persona(session: Session, canteen: Canteen, persona: Persona, now: datetime) -> Member:
    member = _member(session, canteen, persona.name, persona.roles, now)
    member.telegram_id = persona.telegram_id
    if Role.ELDER in persona.roles:
        member.birth_on, member.hamlet, member.diet = date(1944, 3, 1), "上寨", ["soft"]
        seal(session, member, address="上寨 12 号")
    session.add(member)
    return member


def _elders(session: Session, canteen: Canteen, granny: Member, now: datetime) -> None:
    start = now.date()
    for number, name in enumerate(ELDERS):
        elder = _member(session, canteen, name, (Role.ELDER,), now)
        elder.birth_on = date(1936 + number % 28, 1 + number % 12, 1 + number % 28)
        elder.hamlet = HAMLETS[number % 3]
        seal(session, elder, address=f"{elder.hamlet} {number + 20} 号")
        elder.diet = list(DIETS[number % len(DIETS)])
        session.add(elder)
        if number % 4 == 0:
            mode = Mode.DELIVERY if number % 8 == 0 else Mode.DINE_IN
            session.add(_standing(elder, mode, start, now))
    session.flush()


def _standing(elder: Member, mode: Mode, start: date, now: datetime) -> StandingBooking:
    return StandingBooking(
        eater_id=elder.id,
        sitting=Sitting.LUNCH,
        weekdays=[1, 2, 3, 4, 5],
        mode=mode,
        starts_on=start,
        made_at=now,
    )


def _care(session: Session, people: dict[str, Member], now: datetime) -> None:
    session.add(
        CareLink(
            elder_id=people["李奶奶"].id,
            carer_id=people["李小红"].id,
            relation="child",
            called="我妈",
            actions=["meals", "requests"],
            consent=Consent.SAID,
            created_at=now,
        )
    )


def _menus(session: Session, canteen: Canteen, today: date, now: datetime) -> None:
    settings = settings_of(canteen)
    for ahead in range(8):
        day = today + timedelta(days=ahead)
        closing = closes_at(canteen, day, Sitting.LUNCH)
        session.add(
            Meal(
                canteen_id=canteen.id,
                day=day,
                sitting=Sitting.LUNCH,
                dishes=list(WEEK[day.weekday()]),
                seats=settings.seats,
                price=settings.price,
                closes_at=closing,
                starts_at=starts_at(canteen, day, Sitting.LUNCH),
                state=MealState.OPEN if now < closing else MealState.CLOSED,
            )
        )
