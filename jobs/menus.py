"""A menu missing the evening before: the cook is reminded twice, then the manager is told."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session

from jobs.duties import Due, Duty, Look
from models.people import Canteen, Role
from rules import menus, outbox
from rules.settings import at, local_day, settings_of
from rules.values import Button, Message, Style, Text

WINDOW = timedelta(minutes=50)


def due(look: Look) -> Iterable[Due]:
    """Reminders of tomorrow's menu whose time has come."""
    for canteen in look.canteens:
        if canteen.storm_since is None:
            yield from _due(look, canteen)


def _due(look: Look, canteen: Canteen) -> Iterable[Due]:
    today, settings = local_day(canteen, look.now), settings_of(canteen)
    clocks = (*settings.menu_reminders, settings.menu_escalates_at)
    passed = [(n, at(canteen, today, clock)) for n, clock in enumerate(clocks)]
    ready = [(n, begun) for n, begun in passed if begun <= look.now < begun + WINDOW]
    if ready and menus.missing(look.session, canteen, today + timedelta(days=1)):
        for number, begun in ready:
            yield Due("menus.missing", today, f"{canteen.id}:{number}", canteen.id, begun + WINDOW)


def do(session: Session, due: Due, now: datetime) -> None:
    """Remind the cook, or at last tell the manager."""
    canteen = session.get_one(Canteen, due.canteen_id)
    day, number = due.day + timedelta(days=1), int(due.target.rpartition(":")[2])
    missing = menus.missing(session, canteen, day)
    if not missing:
        return
    last = number == len(settings_of(canteen).menu_reminders)
    said = Text("menus.still_missing" if last else "menus.missing", day=day, sittings=missing)
    write = Button(Text("menus.button_write"), "menuwrite", Style.PRIMARY)
    roles = (Role.MANAGER,) if last else (Role.COOK,)
    key = f"menu-missing:{canteen.id}:{day}:{number}"
    outbox.tell_role(session, key, canteen.id, roles, Message(said, ((write,),)), now=now)


DUTIES = (Duty("menus.missing", due, do),)
