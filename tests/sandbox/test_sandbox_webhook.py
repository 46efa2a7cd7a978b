"""Webhook delivery of the sandbox: secret, order, repetition, expiry."""

import asyncio
import contextlib
import json

import httpx
import pytest

from sandbox.webhook import Webhook
from tests.sandboxes import GRANNY, Hamlet, hamlet


async def delivered(
    village: Hamlet, answers: list[httpx.Response], count: int
) -> tuple[list[httpx.Request], list[float]]:
    """Deliver to a webhook that answers as given (then 200), until so many requests came."""
    requests: list[httpx.Request] = []
    pauses: list[float] = []
    done = asyncio.Event()

    def take(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        if len(requests) >= count:
            done.set()
        return answers.pop(0) if answers else httpx.Response(200)

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    webhook = asyncio.create_task(
        Webhook(village.world, pause=pause, transport=httpx.MockTransport(take)).run()
    )
    await asyncio.wait_for(done.wait(), 5)
    await asyncio.sleep(0)
    webhook.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await webhook
    return requests, pauses


async def test_a_webhook_gets_each_update_once_with_its_secret():
    village = hamlet()
    await village.bot.set_webhook("http://127.0.0.1:9/hook", secret_token="s3cret")
    village.world.say(GRANNY, GRANNY, "一")
    village.world.say(GRANNY, GRANNY, "二")
    requests, _ = await delivered(village, [], 2)
    assert [json.loads(each.content)["message"]["text"] for each in requests] == ["一", "二"]
    assert {each.headers["X-Telegram-Bot-Api-Secret-Token"] for each in requests} == {"s3cret"}
    assert (await village.bot.get_webhook_info()).pending_update_count == 0


async def test_a_failing_webhook_is_tried_again_with_growing_pauses_in_order():
    village = hamlet()
    await village.bot.set_webhook("http://127.0.0.1:9/hook")
    village.world.say(GRANNY, GRANNY, "一")
    village.world.say(GRANNY, GRANNY, "二")
    answers = [httpx.Response(500), httpx.Response(502), httpx.Response(503, headers={"Retry-After": "9"})]
    requests, pauses = await delivered(village, answers, 5)
    assert [json.loads(each.content)["message"]["text"] for each in requests] == [
        "一",
        "一",
        "一",
        "一",
        "二",
    ]
    assert pauses == [1.0, 2.0, 9.0]
    assert "503" in (await village.bot.get_webhook_info()).last_error_message


async def test_what_a_webhook_never_took_expires():
    village = hamlet()
    await village.bot.set_webhook("http://127.0.0.1:9/hook")
    village.world.say(GRANNY, GRANNY, "一")
    village.world.clock.advance(25 * 3600)
    village.world.say(GRANNY, GRANNY, "二")
    requests, _ = await delivered(village, [], 1)
    assert json.loads(requests[0].content)["message"]["text"] == "二"


@pytest.mark.parametrize(("url", "secret"), [("ftp://x", None), ("http://127.0.0.1:9/", "不行")])
async def test_a_bad_webhook_is_refused(url, secret):
    with pytest.raises(Exception, match=r"(?i)bad webhook|unallowed characters"):
        await hamlet().bot.set_webhook(url, secret_token=secret)
