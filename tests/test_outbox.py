"""What is said to the village: once, in order, and when nobody knows whether it arrived, by the policy of its class."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from jobs import outbox as sender_room
from jobs.outbox import Sender, Sending
from models.members.people import Account, Canteen, Member, MemberRole, Role
from models.outbox import MessageClass, OutboxMessage, OutboxState, Post
from rules import outbox, settling
from rules.audit import Act
from rules.outbox import Receiver
from rules.values import Attachment, Button, Message, Refused, Text
from sandbox.clock import Clock
from sandbox.faults import Faults, Rule
from sandbox.inprocess import InProcessRequest
from sandbox.world import World
from tests.processes import LIMIT
from transports.failures import Retry
from transports.pacing import UNLIMITED
from transports.proxied import Proxied
from transports.telegram import Telegram
from transports.vitals import Vitals
from transports.wording import clip, pieces, units, worded

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
TOKEN = "7000000001:AA" + "b" * 33
GRANNY, MANAGER, OPERATOR = 1001, 1005, 42


def verbatim(words):
    return Text("verbatim", text=words)


class Village:
    """A sandbox village, its store, and a sender between them."""

    def __init__(self, store):
        self.store, self.now = store, NOW
        self.world, self.faults = World(Clock(standing_at=NOW), token=TOKEN), Faults()
        for number, name in ((GRANNY, "李奶奶"), (MANAGER, "韦主任"), (OPERATOR, "小周")):
            self.world.add_person(name, person_id=number)
            self.world.start(number)
        self.group = self.world.add_group("上寨", [GRANNY, MANAGER]).id
        wire = Proxied(InProcessRequest(self.world, self.faults))
        self.telegram = Telegram(TOKEN, (wire, wire))
        self.titles = {}
        sending = Sending(
            store,
            self.telegram,
            lambda: self.now,
            Vitals(NOW),
            self.sheet,
            {"meal": self.meal},
            (OPERATOR,),
            UNLIMITED,
            0.01,
        )
        self.vitals, self.sending, self.sender = sending.vitals, sending, Sender(sending)
        store.write_now(self.settle_in)

    def settle_in(self, session):
        canteen = Canteen(id=1, name="鼓楼食堂", chat_id=self.group, created_at=NOW)
        session.add(canteen)
        session.flush()
        for number, name in ((GRANNY, "李奶奶"), (MANAGER, "韦主任")):
            session.add(Account(telegram_id=number, name=name))
            session.add(Member(id=number, canteen_id=1, name=name, telegram_id=number, joined_at=NOW))
        session.flush()
        session.add(MemberRole(member_id=MANAGER, role=Role.MANAGER))

    async def sheet(self, attachment, row):
        return f"{attachment['sheet']}.pdf", b"%PDF-1.7"

    def meal(self, session, target_id, now):
        return Message(verbatim(self.titles[target_id]))

    def keep(self, key, words="您好", kind=MessageClass.NOTICE, chat=GRANNY, **more):
        """Keep a message as a rule would; answers its row."""
        said = words if isinstance(words, Message) else Message(verbatim(words))
        receiver = Receiver(chat, "zh_CN", 1, chat if chat > 0 else None)

        def unit(session):
            row = outbox.post(session, key, receiver, said, kind=kind, now=self.now, **more)
            session.flush()
            return row

        return self.store.write_now(unit)

    async def send(self, *rows):
        await self.sender.start()
        self.sender.hand_over(rows)
        await self.settled()

    async def settled(self):
        async with asyncio.timeout(LIMIT):
            await self.sender.settled()

    def heard(self, chat):
        """What the bot said in a chat; a private chat is seen by its person."""
        return [m.text for m in self.world.messages(chat, viewer=chat if chat > 0 else None) if m.by_bot]

    def row(self, key):
        return self.store.read_now(
            lambda s: s.exec(select(OutboxMessage).where(OutboxMessage.key == key)).one()
        )

    def state(self, key):
        return self.row(key).status


@pytest.fixture
async def village(store):
    """The village with a sender that is not started yet."""
    made = Village(store)
    yield made
    await made.sender.drain(0.2)


async def test_a_message_handed_over_is_sent_once_and_marked(village):
    row = village.keep("hello")
    await village.send(row)
    village.sender.hand_over([row])
    village.sender.sweep()
    await village.settled()
    assert village.heard(GRANNY) == ["您好"]
    assert village.state("hello") == OutboxState.SENT
    assert village.row("hello").message_id is not None


async def test_what_a_former_life_left_is_found_by_the_sweep_in_order(village):
    for number in range(5):
        village.keep(f"k{number}", str(number))
    await village.send()
    assert village.heard(GRANNY) == list("01234")


async def test_what_is_due_later_waits_for_its_time(village):
    row = village.keep("later", due_at=NOW + timedelta(hours=1))
    await village.send(row)
    assert village.heard(GRANNY) == []
    village.now += timedelta(hours=2)
    village.sender.sweep()
    await village.settled()
    assert village.heard(GRANNY) == ["您好"]


async def test_a_reminder_past_its_time_is_missed_and_reported(village):
    village.keep("old", kind=MessageClass.REMINDER, lasts=timedelta(minutes=30))
    village.now += timedelta(hours=1)
    await village.send()
    assert village.heard(GRANNY) == []
    assert village.state("old") == OutboxState.MISSED
    assert len(village.heard(MANAGER)) == 1


@pytest.mark.parametrize("fault", ["drop_before", "too_many"])
async def test_what_surely_was_not_sent_is_sent_again_and_arrives_once(village, fault):
    village.faults.once(Rule(fault, method="sendMessage", amount=1))
    await village.send(village.keep("hello"))
    assert village.heard(GRANNY) == ["您好"]
    assert village.state("hello") == OutboxState.SENT


@pytest.mark.parametrize(
    ("kind", "heard"),
    [
        (MessageClass.ANSWER, ["您好", "您好"]),
        (MessageClass.NOTICE, ["您好", "您好"]),
        (MessageClass.REMINDER, ["您好", "（补发）您好"]),
        (MessageClass.CARE, ["您好", "（第2次）您好"]),
    ],
)
async def test_when_nobody_knows_a_person_is_told_again(village, kind, heard):
    village.faults.once(Rule("drop_after", method="sendMessage"))
    await village.send(village.keep("hello", kind=kind))
    assert village.heard(GRANNY) == heard
    assert village.state("hello") == OutboxState.SENT


async def test_a_doubtful_reminder_is_repeated_only_once(village):
    village.faults.once(*[Rule("drop_after", method="sendMessage", chat_id=GRANNY)] * 2)
    await village.send(village.keep("hello", kind=MessageClass.REMINDER))
    assert len(village.heard(GRANNY)) == 2
    assert village.state("hello") == OutboxState.FAILED


async def test_when_nobody_knows_the_group_is_not_told_twice_but_the_manager_is_asked(village):
    village.faults.once(Rule("drop_after", method="sendMessage", chat_id=village.group))
    await village.send(village.keep("menu", "今天吃鱼", MessageClass.POST, village.group))
    assert village.heard(village.group) == ["今天吃鱼"]
    assert village.state("menu") == OutboxState.UNCERTAIN
    asked = [m for m in village.world.messages(MANAGER, viewer=MANAGER) if m.by_bot][-1]
    assert "今天吃鱼" in asked.text
    assert [b["text"] for b in asked.buttons] == ["补发", "已看到"]


async def test_a_post_on_the_wire_at_a_crash_is_not_sent_again(village):
    row = village.keep("menu", "今天吃鱼", MessageClass.POST, village.group)
    village.store.write_now(lambda s: settling.mark(s, [{"id": row.id, "status": OutboxState.SENDING}]))
    await village.send()
    assert village.heard(village.group) == []
    assert village.state("menu") == OutboxState.UNCERTAIN
    assert len(village.heard(MANAGER)) == 1


async def test_a_post_is_marked_as_on_the_wire_before_it_leaves(village):
    seen = []
    send = village.telegram.send

    async def watched(*given):
        seen.append(village.state("menu"))
        return await send(*given)

    village.telegram.send = watched
    await village.send(village.keep("menu", "鱼", MessageClass.POST, village.group))
    assert seen == [OutboxState.SENDING]
    assert village.state("menu") == OutboxState.SENT


def doubtful(village):
    row = village.keep("menu", "鱼", MessageClass.POST, village.group)
    village.store.write_now(lambda s: settling.mark(s, [{"id": row.id, "status": OutboxState.UNCERTAIN}]))
    return row


async def test_the_manager_has_a_doubtful_post_sent_again(village):
    row = doubtful(village)
    village.store.write_now(lambda s: settling.resend(s, row.id, Act(NOW, MANAGER, 1)))
    await village.send()
    assert village.heard(village.group) == ["鱼"]


async def test_the_manager_saw_the_doubtful_post_and_a_second_tap_is_refused(village):
    row = doubtful(village)
    village.store.write_now(lambda s: settling.seen(s, row.id, Act(NOW, MANAGER, 1)))
    assert village.state("menu") == OutboxState.SENT
    with pytest.raises(Refused):
        village.store.write_now(lambda s: settling.resend(s, row.id, Act(NOW, MANAGER, 1)))


async def test_a_manager_of_another_village_decides_nothing(village):
    row = doubtful(village)
    with pytest.raises(Refused):
        village.store.write_now(lambda s: settling.seen(s, row.id, Act(NOW, MANAGER, 2)))


async def test_somebody_who_blocked_the_bot_is_remembered_and_the_manager_told_once_by_name(village):
    village.world.block(GRANNY)
    await village.send(village.keep("one"), village.keep("two"))
    assert village.state("one") == village.state("two") == OutboxState.FAILED
    told = village.heard(MANAGER)
    assert len(told) == 1
    assert "李奶奶" in told[0]
    gone = village.store.read_now(
        lambda s: s.exec(select(Account).where(Account.telegram_id == GRANNY)).one()
    )
    assert gone.unreachable_since == NOW
    village.store.write_now(lambda s: outbox.reachable_again(s, GRANNY))
    back = village.store.read_now(
        lambda s: s.exec(select(Account).where(Account.telegram_id == GRANNY)).one()
    )
    assert back.unreachable_since is None


async def test_a_group_that_moved_is_followed_and_the_message_arrives_there(village):
    new = village.world.migrate(village.group)
    await village.send(village.keep("menu", "鱼", MessageClass.POST, village.group))
    assert village.heard(new) == ["鱼"]
    assert village.store.read_now(lambda s: s.get(Canteen, 1)).chat_id == new
    assert village.state("menu") == OutboxState.SENT


async def test_a_message_the_messenger_refuses_is_given_up_and_reported(village):
    await village.send(village.keep("empty", " "))
    assert village.state("empty") == OutboxState.FAILED
    assert len(village.heard(MANAGER)) == 1


async def test_buttons_that_are_refused_do_not_take_the_words_with_them(village):
    said = Message(verbatim("您好"), ((Button(verbatim("吃"), "x" * 65),),))
    await village.send(village.keep("hello", said))
    assert village.heard(GRANNY) == ["您好"]


async def test_large_keys_and_files_reach_the_person(village):
    await village.send(village.keep("keys", Message(verbatim("选"), keys=((verbatim("订饭"),),))))
    assert village.world.keyboard_of(GRANNY, GRANNY)["keyboard"] == [[{"text": "订饭"}]]
    row = village.keep("sheet", Message(verbatim("名单"), attachment=Attachment("kitchen", {"meal_id": 1})))
    village.sender.hand_over([row])
    await village.settled()
    last = village.world.messages(GRANNY, viewer=GRANNY)[-1]
    assert last.raw["document"]["file_name"] == "kitchen.pdf"
    assert last.text == "名单"


async def test_an_edit_changes_the_message_and_an_unchanged_one_is_no_fault(village):
    await village.send(village.keep("hello"))
    number = village.row("hello").message_id

    def unit(session):
        rows = [
            outbox.answer(
                f"e{n}", Receiver(GRANNY, "zh_CN", 1), verbatim("再见"), kind=MessageClass.EDIT, now=NOW
            )
            for n in (1, 2)
        ]
        for row in rows:
            row.message_id = number
            session.add(row)
        session.flush()
        return rows

    village.sender.hand_over(village.store.write_now(unit))
    await village.settled()
    assert village.heard(GRANNY) == ["再见"]
    assert village.state("e1") == village.state("e2") == OutboxState.SENT


async def test_a_live_post_shows_the_last_state_and_is_edited_seldom(village, monkeypatch):
    monkeypatch.setattr(sender_room, "LOOK_EVERY", 0.01)
    monkeypatch.setattr(sender_room, "EDIT_EVERY", 3600.0)
    village.store.write_now(
        lambda s: s.add(Post(id=1, canteen_id=1, kind="meal", target_id=7, chat_id=village.group))
    )
    row = village.keep("menu", "0 份", MessageClass.POST, village.group)
    row.post_id = 1
    await village.send(row)
    edits = []
    edit = village.telegram.edit

    async def watched(*given):
        edits.append(given)
        await edit(*given)

    village.telegram.edit = watched
    for count in range(1, 31):
        village.titles[7] = f"{count} 份"
        village.store.write_now(lambda s: outbox.touch(s, "meal", 7, datetime.now(UTC)))
        await asyncio.sleep(0.01)
    monkeypatch.setattr(sender_room, "EDIT_EVERY", 0.05)
    async with asyncio.timeout(LIMIT):
        while village.heard(village.group) != ["30 份"]:
            await asyncio.sleep(0.02)
    assert len(edits) <= 3
    async with asyncio.timeout(LIMIT):
        while village.store.read_now(settling.stale_posts):
            await asyncio.sleep(0.02)


async def test_a_report_comes_once_for_a_key(village):
    for _ in range(3):
        village.store.write_now(
            lambda s: outbox.report(
                s, "x", 1, Text("outbox.malformed", day="1"), now=NOW, operators=(OPERATOR,)
            )
        )
    await village.send()
    assert len(village.heard(MANAGER)) == len(village.heard(OPERATOR)) == 1


async def test_an_operator_is_written_to_in_their_own_language(village):
    village.store.write_now(lambda s: s.add(Account(telegram_id=OPERATOR, name="Ann", language="en")))
    village.store.write_now(
        lambda s: outbox.report(
            s, "y", None, Text("outbox.malformed", day="1"), now=NOW, operators=(OPERATOR, MANAGER)
        )
    )
    rows = village.store.read_now(
        lambda s: {row.chat_id: row.language for row in s.exec(select(OutboxMessage))}
    )
    assert rows == {OPERATOR: "en", MANAGER: "zh_CN"}


async def test_a_stop_sends_what_waits_and_keeps_what_became_of_it(village):
    rows = [village.keep(f"k{n}", str(n)) for n in range(20)]
    await village.sender.start()
    village.sender.hand_over(rows)
    await village.sender.drain(LIMIT)
    assert len(village.heard(GRANNY)) == 20
    assert {village.state(f"k{n}") for n in range(20)} == {OutboxState.SENT}


LONG = [f"{number}号 " + "🍚" * 60 for number in range(100)]


async def test_a_long_text_comes_whole_in_several_messages_with_its_buttons_under_the_last(village):
    ask = Message(verbatim("\n".join(LONG)), ((Button(Text("common.yes"), "x:1"),),))
    await village.send(village.keep("long", ask, MessageClass.ANSWER))
    assert len(village.heard(GRANNY)) > 2
    assert "\n".join(village.heard(GRANNY)).split("\n") == LONG
    own = [m for m in village.world.messages(GRANNY, viewer=GRANNY) if m.by_bot]
    assert [bool(m.buttons) for m in own] == [False] * (len(own) - 1) + [True]


async def test_a_pause_in_the_midst_of_a_long_text_repeats_none_of_it(village, monkeypatch):
    sent, calls = village.telegram.send, []

    async def stumbling(chat_id, said, document=None):
        calls.append(said)
        if len(calls) == 2:
            raise Retry(0.01)
        return await sent(chat_id, said, document)

    monkeypatch.setattr(village.telegram, "send", stumbling)
    await village.send(village.keep("long", "\n".join(LONG), MessageClass.ANSWER))
    assert "\n".join(village.heard(GRANNY)).split("\n") == LONG


@given(st.text(max_size=300), st.integers(4, 40))
def test_parts_are_short_enough_and_lose_nothing_but_line_ends(text, longest):
    parts = pieces(text, longest)
    assert all(units(part) <= longest for part in parts)
    assert "".join(parts).replace("\n", "") == text.replace("\n", "")


async def test_a_stop_that_comes_together_with_a_sweep_is_heard(village):
    await village.send()
    village.sender.sweep()
    loops = [task for task in asyncio.all_tasks() if task.get_name() == "outbox"]
    for loop in loops:
        loop.cancel()
    async with asyncio.timeout(LIMIT):
        await asyncio.gather(*loops, return_exceptions=True)
    assert len(loops) == 4


def test_long_words_are_cut_after_a_whole_line_in_the_messengers_units():
    text = "\n".join(["🍚" * 100] * 30)
    cut = clip(text, 4096)
    assert units(cut) <= 4096
    assert cut.endswith("🍚…")
    assert set(cut) == {"🍚", "\n", "…"}
    assert clip("短", 4096) == "短"
    assert units(clip("🍚" * 5000, 4096)) <= 4096


def test_words_are_in_the_receivers_language():
    row = outbox.answer("k", Receiver(1, "en"), Text("common.yes"), kind=MessageClass.ANSWER, now=NOW)
    assert worded(row) == {"text": "Yes"}
