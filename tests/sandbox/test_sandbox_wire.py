"""The lean server under the sandbox: whole requests, streams, drops, and faults of an app."""

import asyncio
import contextlib
import logging

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from sandbox.wire import DROP, listen, take_request


async def echo(request: Request) -> PlainTextResponse:
    """Say back what came."""
    return PlainTextResponse(
        f"{request.method} {request.url.path} {request.query_params} {(await request.body()).decode()}"
    )


async def count(request: Request) -> StreamingResponse:
    """Count to three in pieces."""

    async def numbers():
        for number in (b"1", b"2", b"3"):
            yield number
            await asyncio.sleep(0)

    return StreamingResponse(numbers())


async def drop(request: Request) -> PlainTextResponse:
    """Cut the line."""
    await request._send({"type": DROP})
    return PlainTextResponse("never seen")


async def fail(request: Request) -> PlainTextResponse:
    """A bug."""
    raise RuntimeError("a bug in the app")


@contextlib.asynccontextmanager
async def client():
    """A client of an app behind the wire."""
    app = Starlette(
        routes=[
            Route("/echo/{rest:path}", echo, methods=["GET", "POST"]),
            Route("/count", count),
            Route("/drop", drop),
            Route("/fail", fail),
        ]
    )
    server, wires = await listen(app, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60) as caller:
        yield caller
    server.close()
    for wire in list(wires):
        wire.close()
    await asyncio.sleep(0)


async def test_a_request_arrives_whole_and_the_connection_stays():
    async with client() as caller:
        for _ in range(3):
            answer = await caller.post("/echo/鼓楼?a=1", content="两份".encode())
            assert answer.text == "POST /echo/鼓楼 a=1 两份"


async def test_a_body_in_chunks_arrives_whole():
    async def pieces():
        for piece in (b"ab", b"cd" * 4000, b"e"):
            yield piece

    async with client() as caller:
        assert (await caller.post("/echo/", content=pieces())).text.endswith("cde")


async def test_a_stream_is_answered_in_chunks():
    async with client() as caller:
        answer = await caller.get("/count")
        assert (answer.text, answer.headers["transfer-encoding"]) == ("123", "chunked")


async def test_a_dropped_call_has_no_answer_at_all():
    async with client() as caller:
        with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
            await caller.get("/drop")


async def test_a_bug_in_the_app_is_logged_and_the_server_lives_on(caplog):
    async with client() as caller:
        with caplog.at_level(logging.ERROR):
            assert (await caller.get("/fail")).status_code == 500
        assert "answering GET failed" in caplog.text
        assert (await caller.get("/echo/x")).status_code == 200


def test_a_request_is_taken_only_when_it_is_complete():
    whole = b"POST /x HTTP/1.1\r\nContent-Length: 3\r\n\r\nabcGET /y HTTP/1.1\r\n\r\n"
    buffer = bytearray()
    for place in range(len(whole)):
        if (request := take_request(buffer)) is not None:
            assert (request.target, request.body, place) == ("/x", b"abc", whole.index(b"GET"))
        buffer += whole[place : place + 1]
    last = take_request(buffer)
    assert last is not None
    assert last.target == "/y"


def test_an_incomplete_chunk_waits():
    head = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
    for part in (b"", b"3\r\nab", b"3\r\nabc\r\n", b"3\r\nabc\r\n0\r\n"):
        assert take_request(bytearray(head + part)) is None
    request = take_request(bytearray(head + b"3\r\nabc\r\n0\r\n\r\n"))
    assert request is not None
    assert request.body == b"abc"
