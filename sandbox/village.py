"""People and groups: who is there, who comes and goes, who rules."""

from sandbox.ground import Ground
from sandbox.records import Chat, Json, Message, Person
from sandbox.refusals import NotAllowed

GROUP_BOT: Json = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
CHANNEL_BOT: Json = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}


class Village(Ground):
    """The ground with people and chats on it."""

    def add_person(
        self,
        name: str,
        *,
        person_id: int | None = None,
        username: str | None = None,
        language_code: str = "zh-hans",
    ) -> Person:
        """Somebody gets a phone; the bot can't write to them before they write first."""
        new_id = person_id or 10_000 + len(self.people) + 1
        person = Person(new_id, name, username, language_code)
        self.people[new_id] = person
        self.chats[new_id] = Chat(new_id, "private", name, {new_id: "member", self.bot_id: "member"})
        self.emit("person", new_id, person.raw)
        return person

    def add_group(
        self,
        title: str,
        members: list[int],
        *,
        chat_id: int | None = None,
        bot_is_admin: bool = True,
        with_bot: bool = True,
    ) -> Chat:
        """A group; the first member made it. Ids from -100… are supergroups, others can still migrate."""
        new_id = chat_id or -4_000_000 - self.serial()
        kind = "supergroup" if str(new_id).startswith("-100") else "group"
        chat = Chat(new_id, kind, title)
        chat.members = {self.person(member).id: "member" for member in members}
        if members:
            chat.members[members[0]] = "creator"
        if with_bot:
            chat.members[self.bot_id] = "administrator" if bot_is_admin else "member"
        self.chats[new_id] = chat
        self.emit("chat", new_id, chat.raw)
        return chat

    def add_bot(self, chat_id: int, by: int, *, admin: bool | None = None) -> None:
        """A member adds the bot to the group."""
        chat = self.chat(chat_id)
        before = chat.members.get(self.bot_id, "left")
        status = "administrator" if admin or (admin is None and before == "administrator") else "member"
        chat.members[self.bot_id] = status
        chat.bot_was_kicked = False
        old = "left" if before in {"member", "administrator"} and admin is None else before
        self._tell_bot_status(chat, by, old, status)
        self._service(chat, self.user(by), {"new_chat_members": [self.bot]})

    def kick_bot(self, chat_id: int, by: int | None = None) -> None:
        """A member throws the bot out."""
        chat = self.chat(chat_id)
        actor = by or next(iter(chat.members))
        self._service(chat, self.user(actor), {"left_chat_member": self.bot})
        before = chat.members.get(self.bot_id, "left")
        chat.members[self.bot_id] = "kicked"
        chat.bot_was_kicked = True
        self._tell_bot_status(chat, actor, before, "kicked")

    def join(self, person_id: int, chat_id: int) -> None:
        """A person enters the group."""
        chat = self.chat(chat_id)
        before = chat.members.get(person_id, "left")
        chat.members[person_id] = "member"
        user = self.person(person_id).raw
        self._tell_status(chat, person_id, before)
        self._service(chat, user, {"new_chat_members": [user]})
        self.emit("members", chat_id, {"person_id": person_id, "status": "member"})

    def leave(self, person_id: int, chat_id: int) -> None:
        """A person leaves the group."""
        chat = self.chat(chat_id)
        before = chat.members.get(person_id, "left")
        user = self.person(person_id).raw
        self._service(chat, user, {"left_chat_member": user})
        chat.members[person_id] = "left"
        self._tell_status(chat, person_id, before)
        self.emit("members", chat_id, {"person_id": person_id, "status": "left"})

    def promote(self, person_id: int, chat_id: int) -> None:
        """A person (or the bot) becomes an administrator."""
        chat = self.chat(chat_id)
        before = chat.members.get(person_id, "left")
        chat.members[person_id] = "administrator"
        if person_id == self.bot_id:
            self._tell_bot_status(chat, next(iter(chat.members)), before, "administrator")

    def block(self, person_id: int) -> None:
        """A person blocks the bot."""
        self.person(person_id).blocked = True
        self.chats[person_id].members[self.bot_id] = "kicked"
        self._tell_bot_status(self.chats[person_id], person_id, "member", "kicked")

    def unblock(self, person_id: int) -> None:
        """A person lets the bot write again."""
        self.person(person_id).blocked = False
        self.chats[person_id].members[self.bot_id] = "member"
        self._tell_bot_status(self.chats[person_id], person_id, "kicked", "member")

    def deactivate(self, person_id: int) -> None:
        """A person gives up their account."""
        self.person(person_id).deactivated = True

    def migrate(self, chat_id: int) -> int:
        """The group becomes a supergroup with a new id; both service messages are posted."""
        old = self.chat(chat_id)
        if old.kind != "group" or old.migrated_to:
            raise NotAllowed("only a basic group can become a supergroup, and only once")
        new = Chat(-1_000_000_000_000 - abs(chat_id), "supergroup", old.title, dict(old.members))
        self.chats[new.id] = new
        creator = self.user(next(member for member in old.members if member != self.bot_id))
        self._service(old, creator, {"migrate_to_chat_id": new.id})
        old.migrated_to = new.id
        self._service(new, creator, {"migrate_from_chat_id": old.id})
        self.emit("chat", new.id, {**new.raw, "migrated_from": old.id})
        return new.id

    def chats_of(self, person_id: int) -> list[Chat]:
        """The person's private chat with the bot, then their groups."""
        groups = [
            chat
            for chat in self.chats.values()
            if not chat.is_private and not chat.migrated_to and chat.has(person_id)
        ]
        return [self.chat(self.person(person_id).id), *groups]

    def member(self, chat: Chat, member_id: int) -> Json:
        """Somebody's place in a chat as Telegram's `ChatMember`."""
        return _as_member(self.user(member_id), chat.members.get(member_id, "left"))

    def _service(self, chat: Chat, sender: Json, content: Json) -> Message:
        message = self.keep(chat, sender, content)
        if chat.has(self.bot_id):
            self.updates.put("message", dict(message.raw), f"chat:{chat.id}")
        return message

    def _tell_bot_status(self, chat: Chat, by: int, before: str, after: str) -> None:
        self._member_update("my_chat_member", chat, self.user(by), (self.bot, before, after))
        self.emit("members", chat.id, {"person_id": self.bot_id, "status": after})

    def _tell_status(self, chat: Chat, person_id: int, before: str) -> None:
        if chat.is_ruled_by(self.bot_id):
            user = self.person(person_id).raw
            self._member_update("chat_member", chat, user, (user, before, chat.members[person_id]))

    def _member_update(self, kind: str, chat: Chat, by: Json, change: tuple[Json, str, str]) -> None:
        user, before, after = change
        body = {
            "chat": self.raw_chat(chat),
            "from": by,
            "date": self.now_unix(),
            "old_chat_member": _as_member(user, before),
            "new_chat_member": _as_member(user, after),
        }
        self.updates.put(kind, body, f"chat:{chat.id}")


def _as_member(user: Json, status: str) -> Json:
    member: Json = {"user": user, "status": status}
    if status == "creator":
        member["is_anonymous"] = False
    if status == "kicked":
        member["until_date"] = 0
    if status == "administrator":
        member |= {"can_be_edited": False, "is_anonymous": False} | dict.fromkeys(_RIGHTS, True)
    return member


_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
)
