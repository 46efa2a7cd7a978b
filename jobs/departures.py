"""One message on its way out: put into words, sent, and what became of it kept by the policy of its class."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from sqlmodel import Session

from models.members.people import Canteen
from models.outbox import MessageClass, OutboxMessage, OutboxState, Post
from models.store import Store
from rules import settling
from rules.values import Message, encode_message
from transports.pacing import Limits, Urgency
from transports.telegram import Migrated, Rejected, Telegram, Uncertain, Unreachable
from transports.vitals import Vitals
from transports.wording import opening, pieces, reworded, worded

log = structlog.get_logger()

SAID_AGAIN = {MessageClass.CARE: 20, MessageClass.REMINDER: 1}
"""How often a message is said again when nobody knows whether it arrived."""
USUALLY_SAID_AGAIN = 5

Sheets = Callable[[Mapping[str, Any], OutboxMessage], Awaitable[tuple[str, bytes]]]
Live = Mapping[str, Callable[[Session, int, datetime], Message]]
Unit = Callable[[Session], None]


@dataclass(frozen=True, slots=True)
class Sending:
    """What the sender works with; `sheets` makes files when they leave, `live` renders posts as they are now."""

    store: Store
    telegram: Telegram
    clock: Callable[[], datetime]
    vitals: Vitals
    sheets: Sheets
    live: Live = field(default_factory=dict)
    operators: tuple[int, ...] = ()
    limits: Limits = field(default_factory=Limits)
    pause: float = 1.0
    """Seconds before a message that could not be sent is tried again; doubles up to half a minute."""


@dataclass(slots=True, eq=False)
class Leaving:
    """A message that waits for its turn; `plain` means without the buttons that were refused."""

    row: OutboxMessage
    post: Post | None = None
    pause: float = 1.0
    plain: bool = False
    said: int = 0
    """How many parts of a long text are sent already."""

    @property
    def once(self) -> bool:
        """Whether it must not come twice."""
        return self.row.kind == MessageClass.POST and self.row.chat_id < 0

    @property
    def urgency(self) -> Urgency:
        """Which lane it takes; the edit of a person's own message is an answer."""
        match self.row.kind:
            case MessageClass.CARE:
                return Urgency.CARE
            case MessageClass.ANSWER:
                return Urgency.ANSWER
            case MessageClass.EDIT:
                return Urgency.EDIT if self.post is not None or self.row.chat_id < 0 else Urgency.ANSWER
            case _:
                return Urgency.BULK


Mark = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Departure:
    """Tries one message; raises Retry when it surely was not sent."""

    sending: Sending
    unit: Callable[[Unit], Awaitable[None]]
    """Keeps a unit and hands over whom it makes us write to."""

    async def attempt(self, leaving: Leaving) -> Mark | None:
        """Send it; answers the mark to be written, or None when its state is already kept."""
        row, now = leaving.row, self.sending.clock()
        if row.expires_at is not None and now > row.expires_at:
            await self._lost(row, OutboxState.MISSED)
            return None
        try:
            message_id = await self._send(leaving)
        except Unwanted:
            return None
        except Uncertain as unknown:
            await self._doubt(leaving, str(unknown))
            return None
        except Migrated as moved:
            new, old = moved.new_chat_id, row.chat_id
            await self.unit(lambda session: settling.migrate(session, old, new))
            row.chat_id = new
            raise Moved from None
        except Unreachable as gone:
            reason = str(gone)
            await self.unit(lambda session: settling.unreachable(session, row, reason, now))
            return None
        except Rejected as refused:
            await self._refused(leaving, str(refused))
            return None
        return await self._sent(row, message_id)

    async def refresh(self, leaving: Leaving) -> None:
        """Bring a live post up to date with what is true at this moment; one that is gone is let go."""
        assert leaving.post is not None
        post_id, now = leaving.post.id, self.sending.clock()
        found = await self.sending.store.read(lambda session: self._live(session, post_id, now))
        if found is None:
            return
        row, seen = found
        try:
            await self.sending.telegram.edit(row.chat_id, row.message_id or 0, reworded(row))
        except (Rejected, Unreachable) as gone:
            log.warning("a live post can no longer be edited", post=post_id, fault=type(gone).__name__)
        except Migrated as moved:
            new, old = moved.new_chat_id, row.chat_id
            await self.unit(lambda session: settling.migrate(session, old, new))
            return
        except Uncertain:
            return
        await self.unit(lambda session: settling.shown(session, post_id, seen, now))

    def _live(self, session: Session, post_id: int, now: datetime) -> tuple[OutboxMessage, datetime] | None:
        post = session.get(Post, post_id)
        render = self.sending.live.get(post.kind) if post else None
        if post is None or post.changed_at is None or render is None:
            return None
        village = session.get_one(Canteen, post.canteen_id)
        row = OutboxMessage(
            key=f"live:{post_id}",
            chat_id=post.chat_id,
            kind=MessageClass.EDIT,
            body=encode_message(render(session, post.target_id, now)),
            language=village.language,
            timezone=village.timezone,
            message_id=post.message_id,
            due_at=now,
            created_at=now,
        )
        return row, post.changed_at

    async def _send(self, leaving: Leaving) -> int | None:
        row, telegram = leaving.row, self.sending.telegram
        if row.body.get("delete"):
            await telegram.delete(row.chat_id, row.message_id or 0)
            return row.message_id
        if row.kind == MessageClass.EDIT:
            await telegram.edit(row.chat_id, row.message_id or 0, reworded(row, plain=leaving.plain))
            return row.message_id
        if row.body.get("revocable"):
            return await self._open_then_say(leaving)
        attachment = row.body.get("attachment")
        document = await self.sending.sheets(attachment, row) if attachment else None
        said = worded(row, plain=leaving.plain)
        if leaving.once:
            on_the_wire = {"id": row.id, "status": OutboxState.SENDING}
            await self.unit(lambda session: settling.mark(session, [on_the_wire]))
        if row.body.get("photo"):
            return await telegram.show(row.chat_id, said, row.body["photo"])
        if document is None:
            said["text"] = await self._say_first(leaving, pieces(said["text"]))
        return await telegram.send(row.chat_id, said, document)

    async def _open_then_say(self, leaving: Leaving) -> int:
        """A message without the words, its number kept, then the words: however it ends, they can be found again."""
        row, telegram = leaving.row, self.sending.telegram
        number = row.message_id or await telegram.send(row.chat_id, opening(row))
        wanted: list[bool] = []
        await self.unit(lambda session: wanted.append(settling.opened(session, row.id, number)))
        if not wanted[-1]:
            await telegram.delete(row.chat_id, number)
            raise Unwanted
        row.message_id = number
        await telegram.edit(row.chat_id, number, reworded(row, plain=leaving.plain))
        return number

    async def _say_first(self, leaving: Leaving, parts: list[str]) -> str:
        """Send all parts of a long text but the last, which carries the buttons; those already sent are left out."""
        for part in parts[leaving.said : -1]:
            await self.sending.telegram.send(leaving.row.chat_id, {"text": part})
            leaving.said += 1
        return parts[-1]

    async def _sent(self, row: OutboxMessage, message_id: int | None) -> Mark:
        now = self.sending.clock()
        self.sending.vitals.last_send_at = now
        self.sending.vitals.count("sent")
        if row.post_id is not None and message_id is not None and row.kind != MessageClass.EDIT:
            post_id, number = row.post_id, message_id
            await self.unit(lambda session: settling.remember_post(session, post_id, number, now))
        return {"id": row.id, "status": OutboxState.SENT, "sent_at": now, "message_id": message_id}

    async def _doubt(self, leaving: Leaving, reason: str) -> None:
        """Nobody knows whether it arrived: the class of the message decides."""
        row, now, operators = leaving.row, self.sending.clock(), self.sending.operators
        row.error = reason
        self.sending.vitals.count("uncertain")
        if leaving.once:
            return await self.unit(lambda session: settling.doubt(session, row, now, operators))
        row.tries += 1
        if row.tries > SAID_AGAIN.get(row.kind, USUALLY_SAID_AGAIN):
            return await self._lost(row, OutboxState.FAILED)
        counted = {"id": row.id, "tries": row.tries}
        await self.unit(lambda session: settling.mark(session, [counted]))
        raise Again

    async def _refused(self, leaving: Leaving, reason: str) -> None:
        if leaving.row.body.get("buttons") and not leaving.plain:
            leaving.plain = True
            raise Moved
        leaving.row.error = reason
        log.error("the messenger refuses a message", row=leaving.row.id, kind=str(leaving.row.kind))
        await self._lost(leaving.row, OutboxState.FAILED)

    async def _lost(self, row: OutboxMessage, status: OutboxState) -> None:
        now, operators = self.sending.clock(), self.sending.operators
        await self.unit(lambda session: settling.lost(session, row, status, now, operators=operators))


class Unwanted(Exception):
    """Taken back before it was said."""


class Again(Exception):
    """To be said again after a while: nobody knows whether it arrived."""


class Moved(Exception):
    """To be sent at once in another way: to the new chat, or without its buttons."""
