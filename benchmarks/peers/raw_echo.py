"""As little as a bot can do: bytes in, bytes out. What it reaches is the ceiling of the server and its people."""

import asyncio
import json
import sys
from urllib.parse import quote_plus, urlsplit

CONNECTIONS = 32


class Line:
    """One kept connection to the server."""

    def __init__(self, url: str, token: str) -> None:
        self._at, self._token = urlsplit(url), token

    async def open(self) -> "Line":
        """Connect."""
        self._reader, self._writer = await asyncio.open_connection(self._at.hostname, self._at.port)
        return self

    async def call(self, method: str, body: str = "") -> bytes:
        """One request, one answer."""
        head = f"POST /bot{self._token}/{method} HTTP/1.1\r\nContent-Length: {len(body)}\r\n\r\n"
        self._writer.write((head + body).encode())
        head_back = await self._reader.readuntil(b"\r\n\r\n")
        return await self._reader.readexactly(int(head_back.rpartition(b":")[2]))


async def answer(lines: "asyncio.Queue[Line]", chat_id: int, text: str) -> None:
    """Say it back on a line that is free."""
    line = await lines.get()
    await line.call("sendMessage", f"chat_id={chat_id}&text={quote_plus(text)}")
    lines.put_nowait(line)


async def main(url: str, token: str) -> None:
    """Poll until killed; a batch is answered side by side."""
    lines: asyncio.Queue[Line] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        lines.put_nowait(await Line(url, token).open())
    polling, offset = await Line(url, token).open(), 0
    while True:
        found = json.loads(await polling.call("getUpdates", f"timeout=10&offset={offset}"))["result"]
        told = [(each["message"]["chat"]["id"], each["message"]["text"]) for each in found]
        await asyncio.gather(*(answer(lines, chat_id, text) for chat_id, text in told))
        offset = found[-1]["update_id"] + 1 if found else offset


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
