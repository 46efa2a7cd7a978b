"""The whole house in one process: who is built on whom, what starts first, and how it stops without losing anything."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import structlog

from commands import engines
from commands.announcing import announce
from commands.guarding import ended, guard
from commands.logs import set_up
from commands.saying import say
from config import Config
from handlers.elders.emergencies import urgent
from handlers.taking import Turns
from jobs.gathered import DUTIES
from jobs.outbox import Sender, Sending
from jobs.scheduler import Clock, Scheduler
from models.outbox import OutboxMessage
from models.store import Store
from rules.elders.emergency_notices import group_post as emergency_post
from rules.elders.notices import group_post
from rules.lunch.posts import daily_post
from rules.volunteers.swap_posts import swap_post
from rules.volunteers.vacancies import vacancy_post
from transports.dispatch import Dispatcher, Handling
from transports.faultlines import where
from transports.headstart import Headstart
from transports.hearing import hear
from transports.pacing import UNLIMITED, Limits
from transports.receiving import Intake, Receiver
from transports.taps import Taps
from transports.telegram import Me, Retry, Telegram, Uncertain
from transports.updates import Heard
from transports.vitals import Vitals

if TYPE_CHECKING:
    from web.server import Web

log = structlog.get_logger()

T = TypeVar("T")

LIVE = {
    "meal": daily_post,
    "request": group_post,
    "emergency": emergency_post,
    "swap": swap_post,
    "vacancies": vacancy_post,
}
PACES = {"telegram": Limits(), "local": UNLIMITED}
DRAIN_SECONDS = 4.0
"""For each of the two steps of a stop; with the web's two seconds and some air it stays below fifteen."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0


async def make_sheet(
    store: Store, telegram: Telegram, attachment: Mapping[str, Any], row: OutboxMessage
) -> tuple[str, bytes]:
    """A sheet as it stands when it leaves: read, then set in a thread of its own; a recording is fetched again."""
    from rules.lunch import sheets as figures
    from texts import Words
    from texts import sheets as paper

    sheet, facts = attachment["sheet"], attachment["facts"]
    if sheet == "voice":
        return "voice.ogg", await telegram.file(facts["file_id"])
    found = await store.read(lambda session: figures.data(session, sheet, facts))
    return await asyncio.to_thread(paper.made, sheet, found, Words(row.language, row.timezone))


class PortTaken(Exception):
    """The web port is in use."""


class OffsetClock:
    """The machine's time plus the seconds in a file that a demo or a test may change."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __call__(self) -> datetime:
        """The present moment, aware UTC."""
        try:
            offset = float(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            offset = 0.0
        return datetime.now(UTC) + timedelta(seconds=offset)


def clock_of(config: Config) -> Callable[[], datetime]:
    """The machine's time, or the one a demo moves."""
    file = config.clock.offset_file
    return OffsetClock(file) if file else partial(datetime.now, UTC)


class House:
    """Everything that lives as long as the bot."""

    def __init__(self, config: Config, token: str, store: Store, reach: tuple[Telegram, Headstart]) -> None:
        set_up(config.log, token, config.telegram.webhook_secret.get_secret_value())
        self.config, self.store = config, store
        self.clock = clock_of(config)
        self.telegram, self.early = reach
        self.vitals = Vitals(self.clock())
        self.operators = config.operator.telegram_ids
        papers, limits = partial(make_sheet, store, self.telegram), PACES[config.telegram.pace]
        sending = Sending(store, self.telegram, self.clock, self.vitals, papers, LIVE, self.operators, limits)
        self.sender = Sender(sending)
        self.scheduler = Scheduler(store, DUTIES, self.clock)
        self.taps = Taps(self.telegram)

    async def live(self) -> None:
        """Open, work until told to stop, close in order."""
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        try:
            me = await self._introduce(stopping)
            if me is not None:
                await self._work(me, stopping)
        finally:
            await self.store.close()

    async def _introduce(self, stopping: asyncio.Event) -> Me | None:
        """Learn who we are, unless told to stop before the messenger answers."""
        asking = asyncio.create_task(persist(self.telegram.get_me))
        await _first(asking, asyncio.create_task(stopping.wait()))
        if asking.done():
            return asking.result()
        asking.cancel()
        return None

    async def _work(self, me: Me, stopping: asyncio.Event) -> None:
        read = partial(heard, me, self.config.web.public_url)
        hand_over = self.sender.hand_over
        turns = Turns(self.store, self.clock, hand_over, self.taps.answer)
        listening = engines.listening(self.config, self.store, self.telegram, turns.take, self.clock)
        handling = Handling(listening.hear, read, self.clock, self.operators, send=hand_over, urgent=urgent)
        desk = Dispatcher(self.store, handling)
        intake = Intake(self.store, read, self.clock, desk.offer, self.operators, self.vitals, desk.begin)
        receiver = Receiver(self.early.poll, intake.keep, self.vitals, self.clock)
        clock = Clock(self.scheduler, every=self.config.clock.tick_seconds, after=self._ticked)
        await self.sender.start()
        desk.start()
        receiving = asyncio.create_task(self._receive(receiver), name="receiving")
        announcing = asyncio.create_task(announce(self.telegram), name="announcing")
        await clock.wake()
        clock.start()
        web = await self._open_web(intake)
        say("cli.running", name=me.username)
        guarding = asyncio.create_task(guard(self.store, self.clock, self.operators), name="guarding")
        await _first(receiving, guarding, asyncio.create_task(stopping.wait()))
        announcing.cancel()
        await clock.stop()
        await _end(receiving, web, desk.drain(DRAIN_SECONDS))
        await asyncio.gather(self.taps.drain(DRAIN_SECONDS), self.sender.drain(DRAIN_SECONDS))
        await listening.close()
        await ended(receiving, guarding)

    async def _receive(self, receiver: Receiver) -> None:
        hook = self.config.telegram.webhook_url
        if hook:
            secret = self.config.telegram.webhook_secret.get_secret_value()
            await persist(partial(self.telegram.set_webhook, hook, secret))
            await asyncio.Event().wait()
        await persist(self.telegram.delete_webhook)
        await receiver.run()

    def _ticked(self) -> None:
        self.vitals.last_tick_at = self.clock()
        self.vitals.count("ticks")
        self.sender.sweep()

    async def _open_web(self, intake: Intake) -> "Web | None":
        address = self.config.web.address
        if address is None:
            return None
        from transports.webhooks import Webhook
        from web.calendars import Calendars
        from web.health import Pages
        from web.server import Web

        hook = self.config.telegram.webhook_url
        pages = Pages(self.vitals, self.clock, self._store_answers, polls=not hook)
        secret = self.config.telegram.webhook_secret.get_secret_value()
        routes = [
            *pages.routes(),
            *Calendars(self.store, self.clock).routes(),
            *([Webhook(secret, intake.keep, urlsplit(hook).path or "/").route()] if hook else []),
        ]
        web = Web(routes, *address)
        try:
            await web.start()
        except OSError:
            raise PortTaken(str(address[1])) from None
        return web

    async def _store_answers(self) -> bool:
        try:
            async with asyncio.timeout(5):
                await self.store.read(
                    lambda session: session.connection().exec_driver_sql("SELECT 1").scalar()
                )
        except Exception as fault:
            log.error("the store does not answer", fault=where(fault))  # noqa: TRY400
            return False
        return True


def heard(me: Me, public_url: str, raw: Any) -> Heard:
    """An update as it was heard, with where the bot itself is found."""
    said = hear(raw, me.id, me.username)
    return replace(said, web=public_url) if public_url else said


async def persist(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until the messenger answers: one that is down at the start is waited for."""
    pause = FIRST_PAUSE
    while True:
        try:
            return await ask()
        except (Retry, Uncertain) as fault:
            log.warning("the messenger does not answer yet", reason=type(fault).__name__)
            await asyncio.sleep(fault.after if isinstance(fault, Retry) else pause)
            pause = min(2 * pause, LONGEST_PAUSE)


async def _first(*tasks: "asyncio.Task[Any]") -> None:
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)


async def _end(
    receiving: "asyncio.Task[None]", web: "Web | None", draining: Coroutine[Any, Any, None]
) -> None:
    """Hear nothing more, finish what was begun, then close the web."""
    receiving.cancel()
    await asyncio.wait([receiving])
    await draining
    if web is not None:
        await web.stop()
