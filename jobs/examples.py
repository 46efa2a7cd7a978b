"""Once a week the social workers are asked to teach what nobody understood, if there is anything."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta

from sqlmodel import Session

from jobs.duties import Due, Duty, Look
from models.members.people import Canteen, Role
from rules import examples, outbox
from rules.settings import at, local_day
from rules.values import Button, Message, Style, Text

WEEKDAY, CLOCK, WINDOW = 1, time(10, 0), timedelta(hours=4)
"""Tuesdays at ten: a quiet hour of a quiet day."""


def due(look: Look) -> Iterable[Due]:
    """Villages where it is that hour; whether anything waits is seen when it is done."""
    for canteen in look.canteens:
        day = local_day(canteen, look.now)
        begun = at(canteen, day, CLOCK)
        if day.weekday() == WEEKDAY and begun <= look.now < begun + WINDOW:
            yield Due("examples.waiting", day, str(canteen.id), canteen.id)


def do(session: Session, due: Due, now: datetime) -> None:
    """Ask, when sentences wait."""
    count = examples.waiting(session, due.canteen_id)
    if not count:
        return
    teach = Button(Text("examples.button_teach"), "teach", Style.PRIMARY)
    said = Message(Text("examples.waiting", count=count), ((teach,),))
    key = f"examples:{due.canteen_id}:{due.day}"
    canteen = session.get_one(Canteen, due.canteen_id)
    outbox.tell_role(session, key, canteen.id, (Role.SOCIAL_WORKER,), said, now=now)


DUTIES = (Duty("examples.waiting", due, do),)
