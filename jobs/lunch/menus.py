"""A menu missing the evening before: the cook is reminded twice, then the manager is told."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlmodel import Session

from jobs.duties import CATCH_UP, Due, Duty, Look
from models.members.people import Canteen, Role
from rules import outbox
from rules.lunch import menus
from rules.settings import at, local_day, settings_of
from rules.values import Button, Message, Style, Text

WINDOW = timedelta(minutes=50)


def due(look: Look) -> Iterable[Due]:
    """Reminders of the next day's menu whose time has come, and those just missed."""
    for canteen in look.canteens:
        if canteen.storm_since is None:
            yield from _due(look, canteen)


def _due(look: Look, canteen: Canteen) -> Iterable[Due]:
    today, settings = local_day(canteen, look.now), settings_of(canteen)
    clocks = (*settings.menu_reminders, settings.menu_escalates_at)
    for day in (today - timedelta(days=1), today):
        for number, clock in enumerate(clocks):
            begun = at(canteen, day, clock)
            over = begun + WINDOW
            # What a village missed before it was there it did not miss.
            if begun <= look.now < over or (
                canteen.created_at <= begun and over <= look.now < over + CATCH_UP
            ):
                yield Due("menus.missing", day, f"{canteen.id}:{number}", canteen.id, over)


def matters(session: Session, due: Due) -> bool:
    """Whether the menu was missing to the end: a manager is told once, not of every reminder."""
    canteen = session.get_one(Canteen, due.canteen_id)
    last = due.target.endswith(f":{len(settings_of(canteen).menu_reminders)}")
    return last and bool(menus.missing(session, canteen, due.day + timedelta(days=1)))


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


DUTIES = (Duty("menus.missing", due, do, matters=matters),)
