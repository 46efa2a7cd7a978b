"""The first question for updates is asked while the house is still being built, and nothing is lost by it."""

import asyncio
import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from commands.run import undisturbed
from transports.headstart import Headstart
from transports.telegram import SecondPoller

HOME = Path(__file__).parent.parent


class Messenger:
    """Answers polls in order; an exception is raised. Holds the first until told to go on."""

    def __init__(self, *answers):
        self.answers, self.asked, self.go_on = list(answers), [], asyncio.Event()

    async def poll(self, offset):
        self.asked.append(offset)
        await self.go_on.wait()
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def messenger():
    return Messenger([{"update_id": 5}], [{"update_id": 6}])


async def test_the_early_question_is_asked_once_and_its_answer_comes_first(messenger):
    early = Headstart(messenger.poll)
    early.begin()
    await asyncio.sleep(0)
    assert messenger.asked == [None], "it is under way before anybody waits for it"
    messenger.go_on.set()
    assert await early.poll(None) == [{"update_id": 5}]
    assert await early.poll(6) == [{"update_id": 6}]
    assert messenger.asked == [None, 6]


async def test_without_a_headstart_polling_is_as_usual(messenger):
    messenger.go_on.set()
    assert await Headstart(messenger.poll).poll(None) == [{"update_id": 5}]


@pytest.mark.parametrize("first", [SecondPoller("a webhook is still set"), OSError("no network")])
async def test_an_early_question_that_failed_is_asked_again_as_usual(first):
    messenger = Messenger(first, [{"update_id": 5}])
    messenger.go_on.set()
    early = Headstart(messenger.poll)
    early.begin()
    assert await early.poll(None) == [{"update_id": 5}]


async def test_an_early_answer_without_updates_is_an_answer_and_nothing_more_is_waited_for():
    messenger = Messenger([], [{"update_id": 5}])
    messenger.go_on.set()
    early = Headstart(messenger.poll)
    early.begin()
    assert await early.poll(None) == []
    assert messenger.asked == [None]


async def test_a_house_that_is_never_built_leaves_no_question_open(messenger):
    early = Headstart(messenger.poll)
    early.begin()
    await asyncio.sleep(0)
    await early.close()
    assert len(messenger.answers) == 2
    await early.close()


async def test_who_stops_waiting_for_the_early_answer_stops_asking(messenger):
    early = Headstart(messenger.poll)
    early.begin()
    waiting = asyncio.create_task(early.poll(None))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name() == "headstart"] == []


def test_a_bot_that_works_already_is_not_disturbed(tmp_path):
    url = f"sqlite:///{tmp_path}/canteen.db"
    assert undisturbed(url), "the very first start"
    with (tmp_path / "canteen.db.lock").open("w") as lock:
        assert undisturbed(url), "a lock that nobody holds"
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert not undisturbed(url)
    assert undisturbed(url)
    assert not undisturbed("postgresql+psycopg://x@h/canteen"), "there one would have to ask the server first"


def test_what_asks_for_updates_is_loaded_before_anything_that_remembers():
    heavy = ["sqlalchemy", "sqlmodel", "telegram", "httpx", "aiohttp", "models", "handlers", "nlu"]
    code = f"import sys, commands.run, transports.headstart, transports.telegram; print([m for m in {heavy!r} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"
