"""A small village in a sandbox, for the tests of the sandbox itself."""

from dataclasses import dataclass
from datetime import UTC, datetime

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from sandbox.clock import Clock
from sandbox.faults import Faults
from sandbox.inprocess import InProcessRequest
from sandbox.world import World

TOKEN = "4242:AAsandbox-token-for-tests-only-0000000"
NOON = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
GRANNY, DAUGHTER, COOK = 101, 102, 103


@dataclass(frozen=True, slots=True)
class Hamlet:
    """A world with granny, her daughter and the cook in one group, and a real Bot that speaks to it."""

    world: World
    group: int
    bot: Bot
    faults: Faults


def hamlet(*, privacy: bool = False, bot_is_admin: bool = True, start: bool = True) -> Hamlet:
    """The village at noon; the clock stands."""
    world = World(Clock(standing_at=NOON), token=TOKEN, privacy=privacy)
    world.add_person("李奶奶", person_id=GRANNY, username="granny_li")
    world.add_person("小芳", person_id=DAUGHTER)
    world.add_person("王师傅", person_id=COOK)
    group = world.add_group("鼓楼食堂群", [COOK, GRANNY, DAUGHTER], bot_is_admin=bot_is_admin)
    if start:
        world.start(GRANNY)
        world.updates.clear()
    faults = Faults()
    bot = Bot(TOKEN, request=InProcessRequest(world, faults), get_updates_request=InProcessRequest(world))
    return Hamlet(world, group.id, bot, faults)


def keyboard(*labels: str) -> InlineKeyboardMarkup:
    """One button per label; the label is the data."""
    return InlineKeyboardMarkup([[InlineKeyboardButton(label, callback_data=label)] for label in labels])
