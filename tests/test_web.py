"""Health says what is true, metrics hold numbers only, and the port can be taken and let go."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette

from transports.vitals import Vitals
from web.health import Pages, exposition
from web.server import Web

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)
NONE = timedelta(0)


def pages(*, store: bool = True, keeps: bool = True, poll: timedelta = NONE, tick: timedelta = NONE) -> Pages:
    vitals = Vitals(NOW, Counter(updates=3), last_poll_at=NOW - poll, last_tick_at=NOW - tick, keeps=keeps)

    async def answers() -> bool:
        return store

    return Pages(vitals, lambda: NOW, answers)


async def get(pages: Pages, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(Starlette(routes=pages.routes()))
    async with httpx.AsyncClient(transport=transport, base_url="http://canteen") as client:
        return await client.get(path)


async def test_a_bot_that_hears_remembers_and_keeps_time_is_ready():
    answer = await get(pages(), "/readyz")
    assert answer.status_code == 200
    parts = ("ready", "receiving", "duties", "keeping", "store")
    assert answer.json() == dict.fromkeys(parts, True)


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        ({"store": False}, "store"),
        ({"keeps": False}, "keeping"),
        ({"poll": timedelta(minutes=3)}, "receiving"),
        ({"tick": timedelta(minutes=2)}, "duties"),
    ],
)
async def test_a_bot_that_lacks_one_of_them_says_which(wrong, part):
    answer = await get(pages(**wrong), "/readyz")
    assert answer.status_code == 503
    assert [name for name, well in answer.json().items() if not well] == ["ready", part]


async def test_a_living_process_answers_even_when_it_is_not_ready():
    assert (await get(pages(store=False), "/healthz")).status_code == 200


async def test_metrics_are_numbers_by_kind():
    text = (await get(pages(), "/metrics")).text
    assert 'canteen_events_total{what="updates"} 3.0' in text


def test_a_count_goes_up():
    vitals = Vitals(NOW)
    vitals.count("updates")
    vitals.count("updates", 2)
    assert 'what="updates"} 3.0' in exposition(vitals)


async def test_the_server_listens_stops_and_refuses_a_taken_port(unused_tcp_port):
    web = Web(pages().routes(), "127.0.0.1", unused_tcp_port)
    await web.start()
    with pytest.raises(OSError, match="in use"):
        await Web([], "127.0.0.1", unused_tcp_port).start()
    async with httpx.AsyncClient(timeout=60) as client:
        assert (await client.get(f"http://127.0.0.1:{unused_tcp_port}/healthz")).text == "ok\n"
    await asyncio.wait_for(web.stop(), 60)
