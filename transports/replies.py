"""Reading an HTTP/1.1 reply as it arrives: by length, in chunks, or until the line is closed."""

from dataclasses import dataclass

LONGEST_HEAD = 65_536
LONGEST_BODY = 64 * 2**20


class Garbled(Exception):
    """That is no reply."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole reply; `keeps`: the line may be used again."""

    status: int
    body: bytes
    keeps: bool = True


class Reading:
    """One reply, fed piece by piece; `feed` and `end` answer it when it is whole."""

    __slots__ = ("_body", "_chunked", "_data", "_keeps", "_left", "_status")

    def __init__(self) -> None:
        self._data = b""
        self._body: list[bytes] = []
        self._status = 0
        self._keeps, self._chunked = True, False
        self._left = 0

    def feed(self, data: bytes) -> Reply | None:
        """Take a piece; raises Garbled when it makes no sense."""
        self._data = self._data + data if self._data else data
        while not self._status:
            head, gap, rest = self._data.partition(b"\r\n\r\n")
            if not gap:
                if len(self._data) > LONGEST_HEAD:
                    raise Garbled("a head without end")
                return None
            self._data = rest
            self._head(head)
        return self._chunks() if self._chunked else self._plain()

    def end(self) -> Reply | None:
        """The line was closed: a reply without a length is whole now, any other is torn."""
        if self._status and self._left < 0:
            return Reply(self._status, b"".join([*self._body, self._data]), keeps=False)
        return None

    def _head(self, head: bytes) -> None:
        first, *lines = head.split(b"\r\n")
        words = first.split(None, 2)
        if len(words) < 2 or not words[0].startswith(b"HTTP/1.") or not words[1].isdigit():
            raise Garbled("no status line")
        status = int(words[1])
        if status < 200:  # an interim word; the reply follows
            return
        named = {name.strip().lower(): value.strip() for name, _, value in (x.partition(b":") for x in lines)}
        self._status = status
        self._keeps = words[0] != b"HTTP/1.0" and named.get(b"connection", b"").lower() != b"close"
        self._chunked = named.get(b"transfer-encoding", b"").lower().endswith(b"chunked")
        self._left = 0 if self._chunked else self._length(named.get(b"content-length"))

    def _length(self, given: bytes | None) -> int:
        if self._status in (204, 304):
            return 0
        if given is None:
            return -1
        if not given.isdigit() or int(given) > LONGEST_BODY:
            raise Garbled("a length that cannot be")
        return int(given)

    def _plain(self) -> Reply | None:
        if len(self._data) > LONGEST_BODY:
            raise Garbled("too long")
        if self._left < 0 or len(self._data) < self._left:
            return None
        # What follows a whole reply was not asked for: such a line is not used again.
        return Reply(self._status, self._data[: self._left], self._keeps and len(self._data) == self._left)

    def _chunks(self) -> Reply | None:
        while True:
            line, gap, rest = self._data.partition(b"\r\n")
            if not gap:
                return None
            size = _size(line)
            if size == 0:
                return self._last(rest)
            if len(rest) < size + 2:
                return None
            self._body.append(rest[:size])
            self._left += size
            if self._left > LONGEST_BODY:
                raise Garbled("too long")
            self._data = rest[size + 2 :]

    def _last(self, rest: bytes) -> Reply | None:
        """After the last chunk: trailers, if any, and an empty line."""
        if rest.startswith(b"\r\n") or b"\r\n\r\n" in rest:
            return Reply(self._status, b"".join(self._body), self._keeps)
        return None


def _size(line: bytes) -> int:
    digits = line.partition(b";")[0].strip()
    if not digits or digits.strip(b"0123456789abcdefABCDEF") or len(digits) > 8:
        raise Garbled("a chunk without a size")
    return int(digits, 16)
