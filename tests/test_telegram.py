"""The four ways a call can fail, over real sockets: not sent, nobody knows, gone, refused."""

import asyncio
import json

import pytest

from transports.telegram import (
    Migrated,
    Rejected,
    Retry,
    SecondPoller,
    Telegram,
    TokenRefused,
    Uncertain,
    Unreachable,
    wires,
)

TOKEN = "7000000001:AA" + "b" * 33


def reply(status, body):
    content = json.dumps(body).encode() if not isinstance(body, bytes) else body
    return (
        b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s"
        % (
            status,
            len(content),
            content,
        )
    )


def refusal(code, words, **parameters):
    return reply(code, {"ok": False, "error_code": code, "description": words, "parameters": parameters})


@pytest.fixture
async def server():
    """A messenger that hears each request whole and then answers what it was told to: None hangs up."""
    heard, answers = [], []

    async def serve(reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        length = (
            next(
                int(line.split(b":")[1])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length")
            )
            if b"content-length" in head.lower()
            else 0
        )
        heard.append((head, await reader.readexactly(length)))
        answer = answers.pop(0)
        if answer:
            writer.write(answer)
            await writer.drain()
        writer.close()
        await writer.wait_closed()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    listening.heard, listening.answers = heard, answers
    yield listening
    listening.close()
    await listening.wait_closed()


@pytest.fixture
async def telegram(server):
    port = server.sockets[0].getsockname()[1]
    bot = Telegram(TOKEN, wires(), f"http://127.0.0.1:{port}")
    await bot.open()
    yield bot
    await bot.close()


async def test_what_is_sent_arrives_as_the_api_wants_it(server, telegram):
    server.answers.append(reply(200, {"ok": True, "result": {"message_id": 7}}))
    markup = {"inline_keyboard": [[{"text": "吃", "callback_data": "eat:1"}]]}
    assert await telegram.send(1001, {"text": "您好", "reply_markup": markup}) == 7
    head, body = server.heard[0]
    assert f"/bot{TOKEN}/sendMessage".encode() in head
    assert b"application/json" in head
    assert json.loads(body) == {"chat_id": 1001, "text": "您好", "reply_markup": markup}


async def test_a_file_goes_with_its_words_as_caption(server, telegram):
    server.answers.append(reply(200, {"ok": True, "result": {"message_id": 8}}))
    assert await telegram.send(1001, {"text": "名单"}, ("kitchen.pdf", b"%PDF")) == 8
    _, body = server.heard[0]
    assert b'name="caption"' in body
    assert b'filename="kitchen.pdf"' in body


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (refusal(400, "Bad Request: message text is empty"), Rejected),
        (refusal(400, "Bad Request: chat not found"), Unreachable),
        (refusal(403, "Forbidden: bot was blocked by the user"), Unreachable),
        (refusal(403, "Forbidden: user is deactivated"), Unreachable),
        (refusal(429, "Too Many Requests", retry_after=7), Retry),
        (refusal(400, "Bad Request: upgraded", migrate_to_chat_id=-2), Migrated),
        (refusal(401, "Unauthorized"), TokenRefused),
        (refusal(409, "Conflict: terminated by other getUpdates request"), SecondPoller),
        (refusal(500, "Internal Server Error"), Uncertain),
        (reply(502, b"<html>"), Uncertain),
        (reply(200, b'{"ok": tru'), Uncertain),
        (None, Uncertain),
    ],
)
async def test_each_answer_means_one_thing(server, telegram, answer, fault):
    server.answers.append(answer)
    with pytest.raises(fault):
        await telegram.send(1001, {"text": "x"})
    assert len(server.heard) == 1


async def test_nobody_listening_means_not_sent():
    bot = Telegram(TOKEN, wires(), "http://127.0.0.1:9")
    await bot.open()
    with pytest.raises(Retry) as refused:
        await bot.send(1001, {"text": "x"})
    assert not refused.value.flood
    await bot.close()


async def test_a_flood_says_how_long(server, telegram):
    server.answers.append(refusal(429, "Too Many Requests", retry_after=7))
    with pytest.raises(Retry) as flooded:
        await telegram.call("sendMessage", chat_id=1, text="x")
    assert (flooded.value.after, flooded.value.flood) == (7.0, True)


async def test_an_edit_that_changes_nothing_is_no_fault(server, telegram):
    server.answers.append(refusal(400, "Bad Request: message is not modified: specified new message content"))
    await telegram.edit(1001, 5, {"text": "x"})


async def test_polling_brings_raw_updates(server, telegram):
    server.answers.append(reply(200, {"ok": True, "result": [{"update_id": 1, "odd": None}]}))
    assert await telegram.poll(5) == [{"update_id": 1, "odd": None}]
    asked = json.loads(server.heard[0][1])
    assert (asked["offset"], asked["timeout"]) == (5, 50)
    assert "callback_query" in asked["allowed_updates"]


async def test_a_file_somebody_sent_can_be_fetched(server, telegram):
    server.answers += [
        reply(200, {"ok": True, "result": {"file_path": "photos/一 1.jpg"}}),
        reply(200, b"jpeg"),
    ]
    assert await telegram.file("abc") == b"jpeg"
    assert b"/photos/%E4%B8%80%201.jpg HTTP/1.1" in server.heard[1][0]


async def test_a_file_that_is_gone_is_refused_and_the_bot_lives_on(server, telegram):
    server.answers += [reply(200, {"ok": True, "result": {"file_path": "x"}}), reply(404, {"ok": False})]
    with pytest.raises(Rejected):
        await telegram.file("abc")


@pytest.mark.parametrize(
    "words",
    [
        b"<html>404</html>",
        b"[]",
        b'{"error": 404}',
        b'{"ok": "no"}',
        b'{"ok": false}',
        b'{"ok": true}',
        b"\xff",
    ],
)
async def test_what_no_bot_api_says_leaves_it_open(server, telegram, words):
    """A portal or a proxy between us and the messenger may say 404; that is no word about the token."""
    server.answers.append(reply(404, words))
    with pytest.raises(Uncertain):
        await telegram.get_me()


@pytest.mark.parametrize("rest", ["soon", -3, None, 10**12])
async def test_a_flood_without_sense_still_rests(server, telegram, rest):
    server.answers.append(refusal(429, "Too Many Requests", retry_after=rest))
    with pytest.raises(Retry) as flooded:
        await telegram.send(1001, {"text": "x"})
    assert 1.0 <= flooded.value.after <= 3_600
