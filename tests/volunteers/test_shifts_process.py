"""Each sentence about shifts through the real bot in a process of its own: heard, decided, kept, said."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import uvicorn

from commands import demo
from sandbox.clock import Clock
from sandbox.records import Message
from sandbox.sample import GROUP
from sandbox.server import create_app
from sandbox.world import World

pytestmark = [pytest.mark.process, pytest.mark.slow, pytest.mark.timeout(900)]
TOKEN = "7000000001:AAshift_shift_shift_shift_shift_sh"
MORNING = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
GRANNY, COOK, WORKER, MANAGER, VOLUNTEER = 1001, 1003, 1004, 1005, 1006
LIMIT = 120.0
"""How long words are waited for: far longer than a busy machine needs."""


@dataclass(slots=True)
class Village:
    """The sample village and what is heard in it."""

    world: World

    def says(self, person: int, chat: int, words: str) -> None:
        """Somebody writes."""
        self.world.say(person, chat, words)

    async def hears(self, chat: int, words: str) -> Message:
        """What the bot says in a chat, as soon as it does."""
        try:
            async with asyncio.timeout(LIMIT):
                while True:
                    said = [m for m in self.world.messages(chat) if m.by_bot and words in m.text]
                    if said:
                        return said[-1]
                    await asyncio.sleep(0.05)
        except TimeoutError:
            heard = [m.text for m in self.world.messages(chat) if m.by_bot]
            pytest.fail(f"{words} was not said in {chat}, but {heard[-3:]}")

    def taps(self, person: int, message: Message, label: str) -> None:
        """Somebody taps a button by its words."""
        rows = message.raw["reply_markup"]["inline_keyboard"]
        data = next(key["callback_data"] for row in rows for key in row if label in key["text"])
        self.world.press(person, message.chat_id, message.id, data)


@pytest.fixture
async def village(tmp_path: Path) -> AsyncIterator[Village]:
    """A Wednesday morning in the sample village, its bot in a process of its own."""
    world = World(Clock(tmp_path / "offset"), token=TOKEN)
    world.clock.set(MORNING)
    demo.populate(world)
    app = create_app(world)
    server = uvicorn.Server(
        uvicorn.Config(app, port=0, log_level="warning", ws="none", timeout_graceful_shutdown=1)
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    bot = await asyncio.to_thread(demo._start_bot, tmp_path, port, TOKEN, world.clock.now())
    yield Village(world)
    await asyncio.to_thread(_stop, bot)
    app.state.api.close()
    server.should_exit = True
    await serving


def _stop(bot: "subprocess.Popen[bytes]") -> None:
    bot.terminate()
    assert bot.wait(120) == 0


async def test_give_away_cover_exchange_and_leave(village: Village) -> None:
    village.says(VOLUNTEER, GROUP, "我周五的送餐来不了，谁能替")
    post = await village.hears(GROUP, "阿军来不了：11月27日 周五 11:00–12:30 送餐。谁能替一下？")
    village.taps(GRANNY, post, "我可以")
    await village.hears(GROUP, "11月27日 周五 11:00–12:30 送餐：李奶奶来，谢谢！")
    await village.hears(VOLUNTEER, "李奶奶接了您的班")
    await village.hears(WORKER, "换好了：11月27日 周五 11:00–12:30 送餐，阿军换成李奶奶。")

    village.says(GRANNY, GRANNY, "周五的打扫我来")
    await village.hears(GRANNY, "记下了：11月27日 周五 12:30–13:30 打扫，李奶奶来。谢谢！")

    village.says(VOLUNTEER, VOLUNTEER, "我拿下周二的送餐换李奶奶这周五的打扫")
    question = await village.hears(GRANNY, "阿军想跟您换班")
    assert "11月27日 周五 12:30–13:30 打扫" in question.text
    village.taps(GRANNY, question, "好，可以")
    await village.hears(VOLUNTEER, "换给您的是 11月27日 周五 12:30–13:30 打扫")
    await village.hears(GRANNY, "阿军的班归您：12月1日 周二 11:00–12:30 送餐")

    village.says(VOLUNTEER, VOLUNTEER, "我周五请假")
    which = await village.hears(VOLUNTEER, "哪个班来不了？")
    village.taps(VOLUNTEER, which, "打扫")
    cannot = await village.hears(VOLUNTEER, "12:30–13:30 打扫来不了")
    assert cannot.raw["reply_markup"]["inline_keyboard"]


async def test_two_of_one_name_never_mind_and_by_command(village: Village) -> None:
    village.says(VOLUNTEER, VOLUNTEER, "我下周三的送餐来不了，李奶奶能替我的班吗")
    which = await village.hears(VOLUNTEER, "您说的是哪一位？")
    village.taps(VOLUNTEER, which, "上寨，82岁")
    asked = await village.hears(GRANNY, "阿军想请您替班：12月2日 周三 11:00–12:30 送餐。可以吗？")
    village.taps(GRANNY, asked, "不行")
    no = await village.hears(VOLUNTEER, "李奶奶来不了：12月2日 周三 11:00–12:30 送餐还是您的班")
    village.taps(VOLUNTEER, no, "问问大家")
    await village.hears(GROUP, "阿军来不了：12月2日 周三 11:00–12:30 送餐。谁能替一下？")

    village.says(VOLUNTEER, VOLUNTEER, "下周三不用找人了，我来")
    await village.hears(VOLUNTEER, "好，不找了：12月2日 周三 11:00–12:30 送餐还是阿军来。")
    await village.hears(GROUP, "12月2日 周三 11:00–12:30 送餐：不再找人了。")

    village.says(VOLUNTEER, VOLUNTEER, "/swap")
    command = await village.hears(VOLUNTEER, "哪个班要找人替？")
    village.taps(VOLUNTEER, command, "11月27日")
    await village.hears(VOLUNTEER, "有人接之前，11月27日 周五 7:30–11:00 帮厨还是您的班")
    village.says(VOLUNTEER, GROUP, "周五的帮厨不用找人了，我来")
    await village.hears(GROUP, "好，不找了：11月27日 周五 7:30–11:00 帮厨还是阿军来。")


async def test_the_roster_is_asked_pasted_and_a_closed_day_is_cleared(village: Village) -> None:
    village.says(WORKER, WORKER, "周五谁送饭")
    await village.hears(WORKER, "11:00–12:30 送餐：阿军")
    village.says(WORKER, WORKER, "周六 打扫：阿军\n周日 打扫：莫嫂")
    preview = await village.hears(WORKER, "我读到的是这样")
    village.taps(WORKER, preview, "就这样排")
    await village.hears(VOLUNTEER, "给您排了这些班：\n11月28日 周六 8:00–12:00 打扫")

    village.says(MANAGER, MANAGER, "周五停电，不开伙")
    sure = await village.hears(MANAGER, "不开伙，订了饭的人都会收到通知。确定吗？")
    village.taps(MANAGER, sure, "好的")
    standing = await village.hears(WORKER, "11月27日 周五不开伙，还排着 4 个班。要取消吗？")
    village.taps(WORKER, standing, "这些班都取消")
    await village.hears(VOLUNTEER, "您的这些班都取消了，不用来：\n11月27日 周五 7:30–11:00 帮厨")
    off = await village.hears(WORKER, "11月27日 周五的 4 个班取消了")
    village.taps(WORKER, off, "撤")
    await village.hears(WORKER, "撤回了，4 个班照常")
    await village.hears(VOLUNTEER, "这些班又照常了，请您来：\n11月27日 周五 7:30–11:00 帮厨")

    village.says(WORKER, WORKER, "/plan")
    plan = await village.hears(WORKER, "怎么排？")
    for label, next_words in (
        ("每周固定的班", "每周哪天的班？"),
        ("周四", "哪个班？"),
        ("打扫", "还没有固定来的人。"),
        ("加固定来的人", "谁固定来？写名字。"),
    ):
        village.taps(WORKER, plan, label)
        plan = await village.hears(WORKER, next_words)
    village.says(WORKER, WORKER, "阿军")
    await village.hears(WORKER, "好，阿军以后固定来")
    await village.hears(VOLUNTEER, "以后每周四 12:30–13:30 打扫都请您来。")
