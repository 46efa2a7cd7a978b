"""Talking with the bot in a test: a sentence or a tap in, the bot's own words out, one unit each."""

import itertools
import json
from dataclasses import replace
from datetime import datetime

import pytest
from sqlmodel import Session, col, select

from handlers import taking
from models.inbox import InboxUpdate
from models.members.people import Canteen, Member
from models.outbox import OutboxMessage
from rules.values import Refused
from texts import Words
from transports.hearing import hear

BOT_ID, BOT_NAME = 42, "gulou_bot"
_ids = itertools.count(700_000)
"""Far from every number of a person: a test may look for those in all tables."""


class Conversation:
    """The village talking to the bot; `now` is set by the test."""

    def __init__(self, session: Session, canteen: Canteen, now: datetime) -> None:
        self.session, self.canteen, self.now = session, canteen, now
        self.buttons: list[tuple[str, str]] = []
        self.web = ""

    def says(self, who: Member, text: str, *, group: bool = False, reply_to_bot: bool = False) -> list[str]:
        """Somebody writes; answers what the bot says to the asker, in order."""
        message = {
            "message_id": next(_ids),
            "date": 1,
            "from": self._person(who),
            "chat": self._chat(who, group),
            "text": text,
        }
        if text.startswith("/"):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        if reply_to_bot:
            own = {"id": BOT_ID, "is_bot": True, "first_name": "鼓楼", "username": BOT_NAME}
            message["reply_to_message"] = {
                "message_id": 1,
                "date": 1,
                "chat": message["chat"],
                "from": own,
                "text": "…",
            }
        said = self._take({"update_id": next(_ids), "message": message})
        return [
            self._words(row) for row in said.rows if row.key.split(":")[0] in ("answer", "also0", "also1")
        ]

    def shows(self, who: Member, photo: str) -> list[str]:
        """Somebody sends a picture in private; answers what the bot says to the asker."""
        message = {
            "message_id": next(_ids),
            "date": 1,
            "from": self._person(who),
            "chat": self._chat(who, False),
            "photo": [{"file_id": photo, "file_unique_id": "u", "width": 90, "height": 90}],
        }
        return [self._words(row) for row in self._take({"update_id": next(_ids), "message": message}).rows]

    def taps(self, who: Member, data: str, *, group: bool = False) -> str:
        """Somebody taps a button; answers the toast."""
        own = {"message_id": 5, "date": 1, "chat": self._chat(who, group), "text": "…"}
        query = {"id": "77", "from": self._person(who), "chat_instance": "1", "message": own, "data": data}
        return self._take({"update_id": next(_ids), "callback_query": query}).words()

    def data_of(self, label: str) -> str:
        """The data of a button of the last answer, by its words."""
        return next(data for words, data in self.buttons if label in words)

    def told(self, who: Member) -> list[str]:
        """Everything the bot ever wrote to somebody in private, put into words."""
        theirs = select(OutboxMessage).where(OutboxMessage.chat_id == who.telegram_id)
        rows = self.session.exec(theirs.order_by(col(OutboxMessage.id))).all()
        return [self._words(row) for row in rows]

    def told_in_group(self) -> list[str]:
        """Everything the bot ever wrote in the group, put into words."""
        public = select(OutboxMessage).where(OutboxMessage.chat_id == self.canteen.chat_id)
        rows = self.session.exec(public.order_by(col(OutboxMessage.id))).all()
        return [self._words(row) for row in rows]

    def data_of_told(self, who: Member, label: str) -> str:
        """The data of a button under something somebody was told, by its words; the latest."""
        theirs = select(OutboxMessage).where(OutboxMessage.chat_id == who.telegram_id)
        rows = self.session.exec(theirs.order_by(col(OutboxMessage.id))).all()
        for row in rows:
            self._remember(row)
        return self.data_of(label)

    def _take(self, raw: dict) -> taking.Said:
        heard = replace(hear(raw, BOT_ID, BOT_NAME), web=self.web)
        self.session.add(InboxUpdate(update_id=heard.update_id, raw=json.dumps(raw), received_at=self.now))
        self.session.flush()
        savepoint = self.session.begin_nested()
        try:
            said = taking.hear(self.session, heard, self.now)
            savepoint.commit()
        except Refused as refused:
            savepoint.rollback()
            self.session.info.clear()
            said = taking.refuse(self.session, heard, self.now, refused.text)
        for row in said.rows:
            self._remember(row)
        return said

    def _remember(self, row: OutboxMessage) -> None:
        words = Words(row.language, row.timezone)
        if row.body.get("buttons"):
            self.buttons = [
                (words.say(label), data) for line in row.body["buttons"] for label, data, _ in line
            ]

    @staticmethod
    def _words(row: OutboxMessage) -> str:
        return Words(row.language, row.timezone).say(row.body["text"])

    @staticmethod
    def _person(who: Member) -> dict:
        return {"id": who.telegram_id, "is_bot": False, "first_name": who.name, "language_code": "zh-hans"}

    def _chat(self, who: Member, group: bool) -> dict:
        if group:
            return {"id": self.canteen.chat_id, "type": "supergroup", "title": self.canteen.name}
        return {"id": who.telegram_id, "type": "private", "first_name": who.name}


@pytest.fixture
def village(session: Session, canteen: Canteen, now: datetime) -> Conversation:
    """The village, ready to talk."""
    return Conversation(session, canteen, now)
