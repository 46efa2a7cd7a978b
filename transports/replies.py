"""Reading an HTTP/1.1 reply as it arrives; the parser is httptools (Node's), the bounds are ours."""

from dataclasses import dataclass

from httptools import HttpParserError, HttpResponseParser

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

    __slots__ = ("_body", "_bounded", "_declared", "_head", "_headed", "_parser", "_size", "_whole")

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self._body: list[bytes] = []
        self._head = self._size = self._declared = 0
        self._headed = self._bounded = False
        self._whole: Reply | None = None

    def feed(self, data: bytes) -> Reply | None:
        """Take a piece; raises Garbled when it makes no sense."""
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            if self._whole is None:
                raise Garbled(type(error).__name__) from None
            # What follows a whole reply was not asked for: such a line is not used again.
            return Reply(self._whole.status, self._whole.body, keeps=False)
        self._check_bounds(len(data))
        return self._whole

    def end(self) -> Reply | None:
        """The line was closed: a reply without a length is whole now, any other is torn."""
        if self._whole is None and self._headed and not self._bounded:
            return Reply(self._parser.get_status_code(), b"".join(self._body), keeps=False)
        return self._whole

    def _check_bounds(self, size: int) -> None:
        self._head += 0 if self._headed else size
        if self._head > LONGEST_HEAD or max(self._size, self._declared) > LONGEST_BODY:
            raise Garbled("too long")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Whether the reply says by itself where it ends."""
        name = name.lower()
        self._bounded = self._bounded or name in (b"content-length", b"transfer-encoding")
        if name == b"content-length" and value.isdigit():  # what is no number is the parser's to refuse
            self._declared = int(value)

    def on_headers_complete(self) -> None:
        """The head is over; an interim word is not the reply."""
        self._headed = self._parser.get_status_code() >= 200

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._body.append(body)
        self._size += len(body)

    def on_message_complete(self) -> None:
        """The reply is whole."""
        if self._headed and self._whole is None:
            keeps = self._parser.should_keep_alive()
            self._whole = Reply(self._parser.get_status_code(), b"".join(self._body), keeps)
