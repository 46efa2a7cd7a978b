"""The commands behind the `/` key: shown where they are of use, in the reader's language, told only when changed."""

import pytest

from commands import announcing
from handlers import routes, slash
from sandbox.faults import Rule
from sandbox.inprocess import InProcessRequest
from tests.sandboxes import COOK, GRANNY, TOKEN, hamlet
from texts import load
from transports.proxied import Proxied
from transports.telegram import Telegram


@pytest.fixture
def sandbox():
    return hamlet()


@pytest.fixture
async def telegram(sandbox):
    """The bot's own way to the messenger, into the sandbox."""
    requests = (InProcessRequest(sandbox.world), InProcessRequest(sandbox.world, sandbox.faults))
    opened = Telegram(TOKEN, (Proxied(requests[0]), Proxied(requests[1])))
    await opened.open()
    yield opened
    await opened.close()


def names(menu):
    return [line["command"] for line in menu]


async def test_granny_sees_chinese_commands_in_private(sandbox, telegram):
    sandbox.world.person(GRANNY).language_code = "zh-hans"
    await announcing.announce(telegram)
    menu = sandbox.world.commands_for(GRANNY, GRANNY)
    assert {"command": "menu", "description": "看菜单"} in menu
    assert names(menu)[0] == "menu", "an elder's own commands come first"


async def test_who_speaks_neither_chinese_nor_english_reads_english(sandbox, telegram):
    sandbox.world.person(GRANNY).language_code = "fr"
    await announcing.announce(telegram)
    assert {"command": "menu", "description": "See the menu"} in sandbox.world.commands_for(GRANNY, GRANNY)


async def test_in_the_group_nothing_private_is_offered(sandbox, telegram):
    await announcing.announce(telegram)
    shown = names(sandbox.world.commands_for(GRANNY, sandbox.group))
    assert "menu" in shown
    assert not {"account", "privacy", "pair", "list", "settings", "storm"} & set(shown)


async def test_who_rules_the_group_sees_what_rules_it(sandbox, telegram):
    await announcing.announce(telegram)
    assert "storm" in names(sandbox.world.commands_for(COOK, sandbox.group))


async def test_what_is_known_already_is_not_told_again(sandbox, telegram, monkeypatch):
    await announcing.announce(telegram)
    told = []
    monkeypatch.setattr(Telegram, "set_commands", lambda self, *given: told.append(given))
    await announcing.announce(telegram)
    assert told == []


async def test_a_messenger_that_does_not_answer_does_not_stop_the_bot(sandbox, telegram):
    sandbox.faults.once(Rule("status", "getMyCommands", amount=500))
    await announcing.announce(telegram)
    assert sandbox.world.commands_for(GRANNY, GRANNY) == []


def test_every_command_shown_is_heard_and_has_words():
    for scope in slash.SHOWN:
        shown = slash.shown(scope, routes.COMMANDS)
        assert shown
        assert set(shown) <= set(routes.COMMANDS)
    for language in load():
        lines = [line for scope in slash.SHOWN for line in announcing.described(scope, language)]
        assert not any("⟦" in line["description"] for line in lines), language


def test_a_command_nobody_hears_yet_is_not_shown():
    assert slash.shown("all_private_chats", {"menu"}) == ("menu",)
