"""What is said about a concern, and to whom: gently to the elder, with a phone to the family, an address only to who goes."""

from dataclasses import dataclass

from sqlmodel import Session

from models.elders.care import Concern, ConcernCause, Finding
from models.lunch.meals import Meal
from models.members.people import Canteen, Member
from models.members.vault import unsealed
from rules.elders import notices
from rules.elders.ladders import Audience
from rules.members import consents
from rules.members.people import label
from rules.values import Button, Message, Rows, Style, Text, lines

FAR_DOWN = (Audience.TAKER, Audience.ELDER, Audience.NEIGHBOUR, Audience.HELPERS, Audience.FAMILY)
ORDER = (
    *FAR_DOWN,
    *(Audience.DOCTOR, Audience.COMMITTEE, Audience.MANAGER, Audience.SOCIAL_WORKER, Audience.ON_CALL),
)
"""Whoever stands behind several names is asked as the last of them."""
NEAR_BY = frozenset({Audience.NEIGHBOUR, Audience.HELPERS})
BY_PHONE = frozenset({Audience.FAMILY, Audience.ON_CALL})
"""Who is told the phone at the first asking."""
FIRST = (Finding.FINE, Finding.HELP)
REST = (Finding.NOBODY, Finding.HOSPITAL)
OWN = (Finding.FINE, Finding.ELSEWHERE, Finding.HELP)
STYLES = {Finding.FINE: Style.SUCCESS, Finding.HELP: Style.DANGER}


@dataclass(frozen=True, slots=True)
class Scene:
    """The village, the elder and the meal of a concern."""

    canteen: Canteen
    elder: Member
    meal: Meal


def question(session: Session, scene: Scene, concern: Concern, audience: Audience, number: int) -> Message:
    """What somebody is asked at this step; from the second time on it says for the how manieth."""
    if audience == Audience.ELDER:
        return _to_elder(scene, concern, number)
    said = (
        _needs(scene, concern, audience) if concern.pressing else _misses(session, scene, concern, audience)
    )
    again = Text("care.again", number=number, said=said) if number > 1 else said
    return Message(again, asking(concern.id, call=audience == Audience.FAMILY))


def of_all(scene: Scene, number: int) -> Message:
    """Several were missed at one meal: the way to the list of them."""
    said = Text("care.several", day=scene.meal.day, sitting=scene.meal.sitting)
    again = Text("care.again", number=number, said=said) if number > 1 else said
    return Message(again, ((Button(Text("care.button_list"), "carepage:0"),),))


def _to_elder(scene: Scene, concern: Concern, number: int) -> Message:
    facts = {"name": scene.elder.name, "sitting": scene.meal.sitting, "day": scene.meal.day}
    key = f"care.ask_elder_{concern.cause}" if number == 1 else "care.ask_elder_again"
    more = {} if number == 1 else {"number": number}
    own = OWN if concern.cause != ConcernCause.SILENT else FIRST
    rows = tuple((_button(concern.id, one, f"care.own_{one}"),) for one in own)
    return Message(Text(key, **facts, **more), rows)


def _misses(session: Session, scene: Scene, concern: Concern, audience: Audience) -> Text:
    facts = {"who": label(scene.elder, scene.meal.day), "day": scene.meal.day, "sitting": scene.meal.sitting}
    what = Text(f"care.what_{concern.cause}", **facts)
    if audience in NEAR_BY:
        return Text("care.ask_neighbour", what=what)
    if audience == Audience.FAMILY:
        return Text("care.ask_family", what=what, phone=_phone_if_wanted(session, scene.elder))
    if audience == Audience.ON_CALL:
        return Text("care.ask_on_call", what=what, phone=_phone_if_wanted(session, scene.elder))
    return Text("care.ask_visit", what=what)


def _needs(scene: Scene, concern: Concern, audience: Audience) -> Text:
    key = "care.nobody_opens" if concern.finding == Finding.NOBODY else "care.needs_help"
    if audience in NEAR_BY:
        return Text(f"{key}_near", who=label(scene.elder, scene.meal.day))
    return Text(key, who=label(scene.elder, scene.meal.day), phone=phone(scene.elder))


def says_phone(session: Session, scene: Scene, concern: Concern, audience: Audience) -> bool:
    """Whether the question to somebody says the elder's phone."""
    if concern.pressing:
        return audience not in (*NEAR_BY, Audience.ELDER)
    return audience in BY_PHONE and consents.by_messenger(session, scene.elder)


def _phone_if_wanted(session: Session, elder: Member) -> str | Text:
    """The phone, where no danger is known and it may travel by messenger."""
    return phone(elder) if consents.by_messenger(session, elder) else Text("consents.in_person")


def phone(elder: Member) -> str | Text:
    """The elder's phone, or that there is none."""
    return unsealed(elder, "phone") or Text("care.no_phone")


def asking(concern_id: int, *, call: bool = False) -> Rows:
    """I see to it; all is well; help is needed."""
    label_key = "care.button_call" if call else "care.button_go"
    go = Button(Text(label_key), f"care:{concern_id}:go", Style.PRIMARY)
    return (go,), *((_button(concern_id, one, f"care.{one}"),) for one in FIRST)


def answering(concern_id: int) -> Rows:
    """How it is, for who has it in hand; the rarer answers one tap away."""
    more = Button(Text("common.more"), f"care:{concern_id}:more")
    return *((_button(concern_id, one, f"care.{one}"),) for one in FIRST), (more,)


def rarer(concern_id: int, *, leave: bool) -> Rows:
    """Nobody there, in hospital; and for who wanted to go: not able to after all."""
    rows = tuple((_button(concern_id, one, f"care.{one}"),) for one in REST)
    back = Button(Text("care.button_leave"), f"care:{concern_id}:leave")
    return (*rows, (back,)) if leave else rows


def _button(concern_id: int, finding: Finding, key: str) -> Button:
    return Button(Text(key), f"care:{concern_id}:{finding}", STYLES.get(finding, Style.PLAIN))


def how_is_it(scene: Scene, concern: Concern) -> Message:
    """To who has it in hand, and later to those responsible."""
    return Message(Text("care.how_is_it", name=scene.elder.name), answering(concern.id))


def to_goer(session: Session, scene: Scene, concern: Concern) -> Message:
    """Where to go and whom to ring up: only to who has taken it into their hands."""
    if not concern.pressing and not consents.by_messenger(session, scene.elder):
        said = Text("consents.not_over_messenger", name=scene.elder.name)
        return Message(lines(Text("care.how_is_it", name=scene.elder.name), said), answering(concern.id))
    place = notices.place(scene.elder) or Text("requests.not_known")
    said = Text("care.you_go", name=scene.elder.name, place=place, phone=phone(scene.elder))
    return Message(said, answering(concern.id))
