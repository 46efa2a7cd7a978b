"""Our own HTTP: whatever way a reply comes, it is read whole, and a torn one is never taken for an answer."""

import asyncio
import shutil
import ssl
import subprocess
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transports.proxied import through
from transports.replies import Garbled, Reading, Reply
from transports.wire import NotSent, Unanswered, Wires, trusted

BY_LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
IN_CHUNKS = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nTrailer: 1\r\n\r\n"
)
TO_THE_END = b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\nhello"
AFTER_A_WORD = b"HTTP/1.1 100 Continue\r\n\r\n" + BY_LENGTH


@given(
    st.sampled_from([BY_LENGTH, IN_CHUNKS, TO_THE_END, AFTER_A_WORD]),
    st.lists(st.integers(1, 90), max_size=6),
)
def test_a_reply_is_the_same_however_it_is_cut(raw, cuts):
    reading, found = Reading(), None
    ends = [*sorted({cut for cut in cuts if cut < len(raw)}), len(raw)]
    for begin, end in zip([0, *ends], ends, strict=False):
        assert found is None, "nothing may follow a whole reply"
        found = reading.feed(raw[begin:end])
    found = found or reading.end()
    assert found is not None
    assert (found.status, found.body) == (200, b"hello")


@given(st.sampled_from([BY_LENGTH, IN_CHUNKS, AFTER_A_WORD]), st.integers(0, 200))
def test_a_reply_that_was_torn_is_none(raw, cut):
    reading = Reading()
    assert reading.feed(raw[: min(cut, len(raw) - 1)]) is None
    assert reading.end() is None


@given(st.binary(max_size=300))
def test_noise_is_garbled_or_waited_for_and_nothing_else(noise):
    try:
        found = Reading().feed(noise)
    except Garbled:
        return
    assert found is None or isinstance(found, Reply)


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
        b"x" * 70_000,
    ],
)
def test_what_is_no_reply_is_garbled(raw):
    with pytest.raises(Garbled):
        Reading().feed(raw)


@pytest.mark.parametrize(
    ("raw", "keeps"),
    [
        (BY_LENGTH, True),
        (BY_LENGTH + b"more", False),
        (BY_LENGTH.replace(b"1.1", b"1.0"), False),
        (BY_LENGTH.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), False),
        (b"HTTP/1.1 204 No Content\r\n\r\n", True),
    ],
)
def test_a_line_is_kept_only_when_both_sides_mean_it(raw, keeps):
    assert Reading().feed(raw).keeps is keeps


class Server:
    """Answers each request with what it was told to; counts the lines people opened to it."""

    def __init__(self, *answers, closes=False):
        self.answers, self.closes, self.heard, self.lines = list(answers), closes, [], 0

    async def __call__(self, reader, writer):
        self.lines += 1
        try:
            while self.answers:
                head = await reader.readuntil(b"\r\n\r\n")
                length = next(
                    (int(x[15:]) for x in head.split(b"\r\n") if x.lower().startswith(b"content-length")), 0
                )
                self.heard.append((head, await reader.readexactly(length)))
                answer = self.answers.pop(0)
                if answer is None:
                    break
                writer.write(answer)
            else:
                await (writer.drain() if self.closes else reader.read())
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


@pytest.fixture
async def start():
    """Opens servers, answers where they are, and closes them all."""
    opened, busy = [], set()

    async def opening(serve, trust=None):
        async def served(reader, writer):
            busy.add(asyncio.current_task())
            await serve(reader, writer)

        listening = await asyncio.start_server(served, "127.0.0.1", 0, ssl=trust)
        opened.append(listening)
        port = listening.sockets[0].getsockname()[1]
        return f"{'https' if trust else 'http'}://127.0.0.1:{port}/botX/getMe"

    yield opening
    for listening in opened:
        listening.close()
        await listening.wait_closed()
    for task in busy:
        task.cancel()
    await asyncio.gather(*busy, return_exceptions=True)


@pytest.fixture
async def wires():
    opened = Wires(4, 30.0)
    yield opened
    await opened.close()


async def test_a_line_is_used_again(wires, start):
    server = Server(BY_LENGTH, IN_CHUNKS, BY_LENGTH)
    url = await start(server)
    for _ in range(3):
        assert (await wires.post(url, {"text": "您好"})).body == b"hello"
    assert server.lines == 1
    assert server.heard[0][1] == b'{"text":"\\u60a8\\u597d"}'


async def test_people_side_by_side_have_lines_of_their_own_but_not_more_than_allowed(wires, start):
    server = Server(*[BY_LENGTH] * 12)
    url = await start(server)
    replies = await asyncio.gather(*(wires.get(url) for _ in range(12)))
    assert [reply.body for reply in replies] == [b"hello"] * 12
    assert 1 <= server.lines <= 4


async def test_a_line_that_was_closed_while_it_rested_is_not_used_again(wires, start):
    server = Server(BY_LENGTH, closes=True)
    url = await start(server)
    await wires.get(url)
    server.answers.append(BY_LENGTH)
    while not all(line.closed for line in wires._lines):
        await asyncio.sleep(0)
    assert (await wires.get(url)).body == b"hello"
    assert server.lines == 2


async def test_a_request_that_is_hung_up_on_leaves_it_open(wires, start):
    url = await start(Server(None))
    with pytest.raises(Unanswered):
        await wires.post(url, {})


async def test_an_answer_that_never_comes_leaves_it_open(start):
    wires = Wires(1, 0.05)
    with pytest.raises(Unanswered, match="in time"):
        await wires.get(await start(Server(b"")))
    assert not wires._lines, "a line that owes an answer must not be asked again"


async def test_garbage_leaves_it_open(wires, start):
    url = await start(Server(b"what?\r\n\r\n"))
    with pytest.raises(Unanswered, match="garbled"):
        await wires.get(url)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/x", "http://no-such-name.invalid/x", "https://127.0.0.1:9/x"]
)
async def test_where_nobody_listens_nothing_was_sent(wires, url):
    with pytest.raises(NotSent):
        await wires.get(url)


async def test_who_stops_waiting_leaves_no_line_that_owes_an_answer(wires, start):
    server = Server(b"")
    url = await start(server)
    asking = asyncio.create_task(wires.get(url))
    while not server.heard:
        await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert not wires._lines


async def test_a_file_goes_as_a_form(wires, start):
    server = Server(BY_LENGTH)
    url = await start(server)
    await wires.post(url, {"chat_id": 5, "caption": "名单"}, ("document", 'a"b.pdf', b"%PDF\r\n"))
    head, body = server.heard[0]
    assert b"multipart/form-data; boundary=" in head
    assert b'name="chat_id"\r\n\r\n5\r\n' in body
    assert 'name="caption"\r\n\r\n名单\r\n'.encode() in body
    assert b'filename="a_b.pdf"' in body
    assert b"%PDF\r\n\r\n--" in body


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl makes the certificate")
async def test_over_tls_only_who_is_trusted_is_spoken_to(tmp_path, wires, start):
    key, paper = tmp_path / "key.pem", tmp_path / "paper.pem"
    made = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=x"
    told = [*made.split(), "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", paper]
    subprocess.run(["openssl", *told], check=True, capture_output=True)
    server, own = Server(BY_LENGTH, BY_LENGTH), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    own.load_cert_chain(paper, key)
    url = await start(server, own)
    with pytest.raises(NotSent):
        await wires.get(url)
    trust = trusted()
    trust.load_verify_locations(paper)
    trusting = Wires(1, 30.0, trust)
    assert (await trusting.get(url)).body == b"hello"
    await trusting.close()
    assert len(server.heard) == 1


async def test_a_proxy_carries_for_us(start):
    server = Server(BY_LENGTH)
    proxy = (await start(server)).removesuffix("/botX/getMe")
    wire = through(proxy, 2, 30.0)
    await wire.open()
    reply = await wire.post("http://messenger.invalid/botX/getMe", {"chat_id": 5})
    await wire.close()
    assert reply.body == b"hello"
    assert server.heard[0][0].startswith(b"POST http://messenger.invalid/botX/getMe")


async def test_a_proxy_that_is_not_there_means_not_sent():
    wire = through("http://127.0.0.1:9", 2, 30.0)
    await wire.open()
    with pytest.raises(NotSent):
        await wire.post("http://messenger.invalid/botX/getMe", {})
    await wire.close()
