"""Watching over what only one bot may have: the lock on the store."""

import asyncio

import structlog

from models.store import Store, StoreBusy
from transports.faultlines import where

log = structlog.get_logger()

EVERY_SECONDS = 10.0


async def guard(store: Store) -> None:
    """Until another bot has our store, which happens where its server was restarted and let go of our lock."""
    while True:
        await asyncio.sleep(EVERY_SECONDS)
        try:
            await asyncio.to_thread(store.guard)
        except StoreBusy:
            raise
        except Exception as fault:
            log.error("nobody knows who holds the store", fault=where(fault))  # noqa: TRY400


async def ended(*tasks: "asyncio.Task[None]") -> None:
    """End what still runs, and raise what one of them had ended with."""
    for task in tasks:
        task.cancel()
    for found in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(found, Exception):
            raise found
