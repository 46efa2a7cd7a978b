"""Watching over what only one bot may have, the lock on the store; and that its keys lie apart from the copies."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from models.backup import beside_keys
from models.store import Store, StoreBusy
from rules import outbox
from rules.values import Text
from transports.faultlines import where

log = structlog.get_logger()

EVERY_SECONDS = 10.0
LOOKS_A_DAY = 8_640


async def guard(store: Store, clock: Callable[[], datetime], operators: Sequence[int]) -> None:
    """Until another bot has our store, which happens where its server was restarted and let go of our lock."""
    for look in itertools.count():
        if look % LOOKS_A_DAY == 0:
            await warn_of_keys(store, clock, operators)
        await asyncio.sleep(EVERY_SECONDS)
        try:
            await asyncio.to_thread(store.guard)
        except StoreBusy:
            raise
        except Exception as fault:
            log.error("nobody knows who holds the store", fault=where(fault))  # noqa: TRY400


async def warn_of_keys(store: Store, clock: Callable[[], datetime], operators: Sequence[int]) -> None:
    """Tell whoever keeps the machine, once, in chat, that who gets a copy of the store gets its keys as well."""
    if not operators:
        return
    try:
        if await asyncio.to_thread(beside_keys, store.vault.ring.place):
            said, now = Text("outbox.keys_with_copies"), clock()
            await store.write(
                lambda session: outbox.report(
                    session, "keys_with_copies", None, said, now=now, operators=operators
                )
            )
    except Exception as fault:
        log.error("nobody knows where the keys lie", fault=where(fault))  # noqa: TRY400


async def ended(*tasks: "asyncio.Task[None]") -> None:
    """End what still runs, and raise what one of them had ended with."""
    for task in tasks:
        task.cancel()
    for found in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(found, Exception):
            raise found
