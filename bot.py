"""The command line: builds the house and opens the door. Heavy rooms are entered only by the command that needs them."""

import argparse
import importlib
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

KINDS = (
    *("people", "menus", "meals", "bookings", "requests", "shifts"),
    *("certificates", "morning_checks", "samples"),
    *("visits", "needs", "care", "outbox", "audit"),
)
"""As in `rules.exports`, which is too heavy to be opened for a word of help."""


def parser() -> argparse.ArgumentParser:
    """Every command with its options; `--help` of each is in plain words."""
    top = argparse.ArgumentParser(
        prog="bot.py", description="鼓楼 · Gulou: a village canteen in the group chat"
    )
    commands = top.add_subparsers(dest="command", metavar="COMMAND", required=True)

    def add(name: str, text: str, *, config: bool = True) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        if config:
            command.add_argument("--config", type=Path, metavar="FILE", help="config.toml unless given")
        return command

    add("run", "bot, timed duties and web in one process")
    _demo(add("demo", "a sample village in the browser, no token, no network", config=False))
    add("doctor", "check configuration, store, token, group rights, font, clock, disk; name each cure")
    _canteen(add("canteen", "add a village, or change it"))
    _import(add("import", "people or menus from a CSV file: all rows or none"))
    _export(add("export", "lists as JSON, CSV or XLSX"))
    add("backup", "a verified copy of the store, taken while the bot runs").add_argument("file", type=Path)
    _restore(add("restore", "bring a backup back into an empty store"))
    add("migrate", "bring the store to this release")
    add("health", "exit 0 when bot, store, inbox, outbox and duties are alive")
    vault = add("vault", "the keys of what is private: rotate the master key, or copy the ring")
    vault.add_argument("what", choices=["rotate", "copy"])
    vault.add_argument(
        "file", type=Path, nargs="?", metavar="FILE", help="where the one copy of the ring goes"
    )
    add("erase", "forget a person everywhere").add_argument("person_id", type=int)
    audit = add("audit", "check that the audit was not changed")
    audit.add_argument("what", choices=["verify"])
    _understand(add("understand", "how the language layer reads sentences", config=False))
    return top


def _demo(command: argparse.ArgumentParser) -> None:
    command.add_argument("--port", type=int, default=8080)
    command.add_argument("--no-browser", action="store_true", help="do not open a browser window")
    command.add_argument("--keep", type=Path, metavar="DIR", help="keep the village in this folder")


def _canteen(command: argparse.ArgumentParser) -> None:
    command.add_argument("what", choices=["add"])
    command.add_argument("--chat", type=int, required=True, metavar="CHAT_ID")
    command.add_argument("--name", required=True)
    command.add_argument("--timezone", metavar="TZ")
    command.add_argument("--language", choices=["zh_CN", "en"])
    command.add_argument("--manager", action="append", default=[], metavar="TELEGRAM_ID:NAME")


def _restore(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", type=Path)
    command.add_argument("--keys", type=Path, metavar="RING", help="the ring, its master key beside it")
    command.add_argument("--without-keys", action="store_true", help="everybody comes back as a number")


def _import(command: argparse.ArgumentParser) -> None:
    command.add_argument("what", choices=["people", "menus", "shifts"])
    command.add_argument("file", type=Path)
    command.add_argument("--chat", type=int, metavar="CHAT_ID", help="which village, when there are several")
    command.add_argument("--dry-run", action="store_true", help="read and check only")


def _export(command: argparse.ArgumentParser) -> None:
    command.add_argument("kind", choices=KINDS)
    command.add_argument("--chat", type=int, metavar="CHAT_ID")
    command.add_argument("--from", dest="first", metavar="DAY", help="YYYY-MM-DD")
    command.add_argument("--to", dest="last", metavar="DAY", help="YYYY-MM-DD, included")
    command.add_argument("--format", choices=["json", "csv", "xlsx"], default="json")
    command.add_argument("--output", type=Path, metavar="FILE")


def _understand(command: argparse.ArgumentParser) -> None:
    command.add_argument("sentence", nargs="*", help="a sentence to explain")
    command.add_argument("--group", action="store_true", help="as if said in the group to nobody")
    command.add_argument("--at", type=datetime.fromisoformat, metavar="MOMENT", help="as if said then")
    command.add_argument("--input", type=Path, metavar="FILE.jsonl")
    command.add_argument("--output", type=Path, metavar="FILE.jsonl")


ROOMS = {"import": "importing", "export": "exporting"}
"""Commands whose module cannot bear their name: one is a word of the language."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 1 refused or finding, 2 wrong use."""
    chosen = parser().parse_args(arguments)
    try:
        command = importlib.import_module(f"commands.{ROOMS.get(chosen.command, chosen.command)}")
    except ModuleNotFoundError as missing:
        if (missing.name or "").split(".")[0] == "commands":
            raise
        print(
            f"缺少组件 {missing.name}。请先输入 make demo,或 .venv/bin/python bot.py …\n"
            f"{missing.name} is not installed. Type: make demo, or use .venv/bin/python bot.py …",
            file=sys.stderr,
        )
        return 1
    return int(command.main(chosen))


if __name__ == "__main__":
    sys.exit(main())
