"""A month of granny's life in one process: an errand, an emergency, a visit, a wish, a missed meal; then she is forgotten.

What is private is a canary: at the end every call the bot ever made is searched, and its log, its store and an old backup.
"""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select

from models import backup
from models.members.keyring import Place
from models.members.people import CareLink, Consent, Member, MemberRole, Role
from models.members.vault import seal
from models.store import open_store
from sandbox.methods_media import Uploads
from sandbox.records import Message
from tests.processes import (
    FIRST,
    GROUP,
    MORNING,
    OPERATOR,
    TOKEN,
    Bot,
    free_port,
    name_of,
    on_sqlite,
    villagers,
)
from tests.sandbox.test_page import PNG as PICTURE
from tests.whole.test_process_clock import look
from tests.whole.test_process_requests import shows, tap

pytestmark = [pytest.mark.process, pytest.mark.timeout(900), on_sqlite]

PHONE, ADDRESS = "13877880001", "上寨 7788 号后门"
DRUG, ILLNESS, CODE = "甘精胰岛素", "酮症", "44668899"
CASH, RECEIPT, CHANGE = "4137.5", "4068.25", "69.25"
FINDING, WISH, ANSWER, CRY = "鹧鸪血压偏高", "锦葵拐杖", "山茱萸木的", "我摔倒在灶边了"
EVERYTHING = (PHONE, ADDRESS, DRUG, ILLNESS, CODE, CASH, RECEIPT, FINDING, WISH, ANSWER, CRY)
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
DATA = re.compile(r"[a-z]+(:[a-z0-9_-]*)*")
GRANNY, DAUGHTER, HELPER, WORKER, COMMITTEE, NEIGHBOUR, STRANGER = range(FIRST, FIRST + 7)
ROLES = {
    HELPER: Role.VOLUNTEER,
    WORKER: Role.SOCIAL_WORKER,
    COMMITTEE: Role.COMMITTEE,
    DAUGHTER: Role.FAMILY,
}
LINKS = {DAUGHTER: ("child", "我妈", ["meals", "requests", "health"]), NEIGHBOUR: ("neighbour", "", ["care"])}
HERS, HELPS = {GRANNY, DAUGHTER}, {GRANNY, DAUGHTER, WORKER, HELPER}
MAY = {
    PHONE: {*HELPS, NEIGHBOUR},
    ADDRESS: {*HELPS, NEIGHBOUR},
    DRUG: HELPS,
    ILLNESS: HELPS,
    CODE: HELPS,
    CASH: HELPS,
    RECEIPT: HELPS,
    CHANGE: HELPS,
    FINDING: {GRANNY, WORKER},
    WISH: {GRANNY, WORKER},
    ANSWER: {GRANNY, WORKER},
    CRY: {GRANNY, DAUGHTER, WORKER},
}
"""Who may ever read it, of everybody in the village; nobody else, and never the group."""


def village_time(month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


def settle(bot: Bot) -> None:
    """Granny with what is hers; a daughter far away, a neighbour, a volunteer, a social worker, the committee, somebody else."""

    def fill(session: Session) -> None:
        people = {one.telegram_id: one for one in session.exec(select(Member))}
        seal(session, people[GRANNY], phone=PHONE, address=ADDRESS)
        roles = {row.member_id: row for row in session.exec(select(MemberRole))}
        for who, role in ROLES.items():
            roles[people[who].id].role = role
        for carer, (relation, called, actions) in LINKS.items():
            session.add(
                CareLink(
                    elder_id=people[GRANNY].id,
                    carer_id=people[carer].id,
                    relation=relation,
                    called=called,
                    actions=actions,
                    consent=Consent.SAID,
                    created_at=MORNING,
                )
            )

    villagers(bot, 7)
    store = open_store(bot.store_url)
    store.write_now(fill)
    store.close_now()


def shown(bot: Bot, who: int, words: str) -> list[Message]:
    """What somebody was written with these words, on buttons too."""
    return [one for one in bot.said(who) if words in json.dumps(one.raw, ensure_ascii=False)]


async def says(bot: Bot, who: int, words: str, answer: str) -> None:
    """Somebody writes, and reads that."""
    known = len(shown(bot, who, answer))
    bot.world.say(who, who, words)
    await bot.until(lambda: len(shown(bot, who, answer)) > known)


async def taps(bot: Bot, who: int, label: str, answer: str = "") -> None:
    """Somebody taps the newest button with these words, and reads that."""
    await shows(bot, who, label)
    tap(bot, who, label)
    if answer:
        await bot.until(lambda: shown(bot, who, answer))


async def becomes(bot: Bot, *states: str) -> None:
    """Until her requests are so, the oldest first."""
    found = "SELECT state FROM request ORDER BY id"
    await bot.until(lambda: [row[0] for row in bot.rows(found)] == [*states])


async def the_errand(bot: Bot) -> None:
    """Asked with a photograph; card and cash there and back, both sides count; paid, rated, counted for a month."""
    await says(bot, GRANNY, f"我糖尿病{ILLNESS}，帮我买{DRUG}，门锁密码{CODE}", f"要的东西：{DRUG}")
    bot.world.send_photo(GRANNY, GRANNY, PICTURE)
    await bot.until(lambda: bot.heard(GRANNY, "药盒照片"))
    await taps(bot, GRANNY, "对，找人")
    await shows(bot, GROUP, "我去")
    assert bot.heard(GROUP, name_of(GRANNY))
    tap(bot, HELPER, "我去", GROUP)
    await bot.until(lambda: bot.heard(HELPER, ADDRESS))
    await taps(bot, HELPER, "看药盒照片")
    for thing in ("医保卡", "现金", "点好了"):
        await taps(bot, HELPER, thing)
        await bot.until(bot.all_done)
    await says(bot, HELPER, CASH, "对方点头就算数")
    await taps(bot, GRANNY, "都对")
    await bot.until(bot.all_done)
    await taps(bot, HELPER, "办好了", "小票上一共多少钱")
    await says(bot, HELPER, RECEIPT, CHANGE)
    await bot.until(lambda: not bot.heard(HELPER, ADDRESS))
    await taps(bot, DAUGHTER, "都对")
    await becomes(bot, "accepted")
    await taps(bot, DAUGHTER, "30 天", "12月20日")


async def the_emergency(bot: Bot) -> None:
    """The social worker is on call; the daughter goes."""
    await says(bot, WORKER, "/oncall", "我来值班")
    await taps(bot, WORKER, "我来值班", "我下班了")
    await says(bot, GRANNY, CRY, "120")
    await bot.until(lambda: bot.heard(DAUGHTER, ADDRESS) and bot.heard(WORKER, ADDRESS))
    await taps(bot, DAUGHTER, "我去")
    await taps(bot, DAUGHTER, "人没事了")
    await bot.until(lambda: bot.one("SELECT state FROM emergency") == "closed")


async def the_wish(bot: Bot) -> None:
    """Said by the way, answered in a sentence that she hears."""
    await says(bot, GRANNY, f"我想要一副{WISH}", "记下了")
    await taps(bot, WORKER, "给答复")
    await taps(bot, WORKER, "办到了")
    await bot.until(bot.all_done)
    await says(bot, WORKER, ANSWER, "已经告诉")
    await bot.until(lambda: bot.heard(GRANNY, ANSWER))


async def the_visit(bot: Bot) -> None:
    """The plan, the morning of the day, what was found."""
    await look(bot, village_time(11, 29, 19))
    await taps(bot, WORKER, "都好")
    await bot.until(lambda: bot.heard(COMMITTEE, "请您和"))
    await look(bot, village_time(12, 1, 8))
    await says(bot, WORKER, f"今天走访了{name_of(GRANNY)}家，{FINDING}", FINDING)
    await taps(bot, WORKER, "也去了", "下次：")


async def the_meal_she_missed(bot: Bot) -> None:
    """Asked after step by step, until the neighbour has looked."""
    ends = village_time(12, 2, 12, 30)
    await says(bot, GRANNY, "明天中午一份", "1 份")
    for minutes, who, words in ((0, GRANNY, "没见您来"), (15, DAUGHTER, "没来"), (30, NEIGHBOUR, "看一眼")):
        bot.world.clock.set(ends + timedelta(minutes=minutes))
        await bot.until(partial(bot.heard, who, words))
    await taps(bot, NEIGHBOUR, "我去看看", ADDRESS)
    await taps(bot, NEIGHBOUR, "人没事")
    await bot.until(lambda: bot.rows("SELECT 1 FROM concern WHERE finding = 'fine'"))


async def the_medicine_runs_out(bot: Bot) -> None:
    """Five days before its end she is asked; her name goes from the group when she wants it to; somebody goes."""
    await look(bot, village_time(12, 19, 10))
    assert bot.one("SELECT count(*) FROM request") == 1
    await look(bot, village_time(12, 20, 10))
    await bot.until(lambda: bot.heard(GRANNY, "5 天"))
    await taps(bot, GRANNY, "对，找人")
    await becomes(bot, "accepted", "confirmed")
    await bot.until(lambda: bot.heard(GROUP, f"{name_of(GRANNY)}需要送药"))
    await says(bot, GRANNY, "我的资料", PHONE)
    await taps(bot, GRANNY, "什么能记", "现在是这样")
    await taps(bot, GRANNY, "别写名字")
    await bot.until(lambda: not bot.heard(GROUP, f"{name_of(GRANNY)}需要送药"))
    tap(bot, HELPER, "我去", GROUP)
    await becomes(bot, "accepted", "taken")


async def the_fault(bot: Bot) -> None:
    """What she says meets a fault of the store that quotes it: she hears a polite word, the operator no word of hers."""
    bot.change(
        "CREATE TRIGGER broken BEFORE INSERT ON need BEGIN SELECT RAISE(ABORT, 'no room for this need'); END"
    )
    bot.world.say(GRANNY, GRANNY, f"我想要一副{WISH}")
    await bot.until(lambda: bot.said(OPERATOR))
    bot.change("DROP TRIGGER broken")
    await bot.until(bot.all_done)


def documents(bot: Bot, chat: int) -> list[Uploads]:
    """The files that were sent into a chat."""
    sent = [(given, files) for method, given, files in bot.asked if method == "sendDocument"]
    return [files for given, files in sent if int(given["chat_id"]) == chat]


async def the_copy_she_takes(bot: Bot) -> None:
    await says(bot, GRANNY, "我的资料", PHONE)
    await taps(bot, GRANNY, "全部发给我")
    await bot.until(lambda: documents(bot, GRANNY))
    [files] = documents(bot, GRANNY)
    mine = json.loads(b"".join(one.content for one in files.values()))
    assert (mine["phone"], mine["address"]) == (PHONE, ADDRESS)


async def the_last_morning(bot: Bot) -> None:
    """What others said of her minutes ago still lies in the inbox, and what they were told in the outbox."""
    await says(bot, WORKER, f"今天走访了{name_of(GRANNY)}家，{FINDING}", "对吗")
    await taps(bot, WORKER, "我一个人去的")
    await taps(bot, WORKER, "有事", "下次：")
    await says(bot, DAUGHTER, f"给{name_of(GRANNY)}订明天中午一份", "1 份")


async def the_end(bot: Bot) -> None:
    """She asks to be forgotten, and the clock destroys her key."""
    await says(bot, GRANNY, "我的资料", PHONE)
    await taps(bot, GRANNY, "忘掉我", "真的")
    await taps(bot, GRANNY, "真的忘掉")
    await bot.until(lambda: bot.rows("SELECT 1 FROM member WHERE telegram_id IS NULL"))
    await look(bot, village_time(12, 20, 11))


SCENES = (
    *(the_errand, the_emergency, the_wish, the_visit),
    *(the_meal_she_missed, the_medicine_runs_out, the_fault, the_copy_she_takes),
    the_last_morning,
)


@dataclass(frozen=True, slots=True)
class Said:
    """One thing the bot showed in one chat, once."""

    chat: int
    words: str
    buttons: str


def everything_said(bot: Bot) -> Iterator[Said]:
    taps_by = {tap.query_id: tap.person_id for tap in bot.world.taps.values()}
    for _, given, files in bot.asked:
        chat = given.get("chat_id") or taps_by.get(str(given.get("callback_query_id")), 0)
        buttons = [
            str(one.get("callback_data"))
            for line in (_read(given.get("reply_markup")) or {}).get("inline_keyboard", [])
            for one in line
        ]
        told = json.dumps(given, ensure_ascii=False)
        told += "".join(one.content.decode("utf-8", "replace") for one in (files or {}).values())
        yield Said(int(chat), plain(told), "\n".join(buttons))


def _read(markup):
    return json.loads(markup) if isinstance(markup, str) else markup


def check_eyes(bot: Bot) -> None:
    """Nobody ever read what is not theirs, and no button carries more than a number."""
    seen = list(everything_said(bot))
    wrong = {
        (secret, said.chat)
        for said in seen
        for secret, may in MAY.items()
        if secret in said.words and said.chat not in may
    }
    assert wrong == set()
    told = {(secret, said.chat) for said in seen for secret in MAY if secret in said.words}
    assert {secret for secret, _ in told} == set(MAY), (
        "each canary was shown to somebody, so it could have been seen"
    )
    assert [
        data for said in seen for data in said.buttons.split("\n") if data and not DATA.fullmatch(data)
    ] == []


def plain(words: str) -> str:
    """With the letters that JSON hid."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), words)


def in_store(url: str) -> dict[str, str]:
    """Every value of every table, as it lies there."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        tables = sa.inspect(connection).get_table_names()
        rows = {table: connection.exec_driver_sql(f'SELECT * FROM "{table}"').fetchall() for table in tables}
    engine.dispose()
    return {
        table: plain("\n".join(str(value) for row in found for value in row)) for table, found in rows.items()
    }


def left_in_store(url: str, *known: str) -> dict[str, list[str]]:
    return {table: left for table, words in in_store(url).items() if (left := left_in(words, *known))}


def left_in(words: str, *known: str) -> list[str]:
    return [canary for canary in (*EVERYTHING, *known) if canary in words]


async def test_granny_lives_in_private_and_is_forgotten_everywhere(bot: Bot, tmp_path: Path):
    settle(bot)
    bot.web_port, bot.tick, bot.pace = free_port(), 0.05, "local"
    await bot.start()
    for scene in SCENES:
        await scene(bot)
        await bot.until(bot.all_done)
    old = tmp_path / "old.gz"
    backup.write(bot.store_url, old, Place.beside(bot.store_url))
    name, number = name_of(GRANNY), str(GRANNY)
    assert {"member", "inbox_update", "outbox_message"} <= left_in_store(bot.store_url, name).keys(), (
        "there was something to forget"
    )
    await the_end(bot)
    assert not bot.heard(GROUP, name)
    assert await bot.stop() == 0
    check_eyes(bot)
    log = bot.log.read_text(encoding="utf-8")
    assert left_in(log, TOKEN.split(":")[1]) == []
    assert left_in_store(bot.store_url, name) == {}
    copy = plain(gzip.decompress(old.read_bytes()).decode())
    assert left_in(copy, name) == []
    target = f"sqlite:///{tmp_path / 'back.db'}"
    backup.restore(target, old, Place(tmp_path / "back.key", tmp_path / "back.ring"))
    assert left_in_store(target, name, number) == {}
