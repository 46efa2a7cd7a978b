"""The sample village of the benchmarks, made by the command line an operator uses, and read again afterwards."""

import csv
import shutil
import socket
import sqlite3
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.messenger import TOKEN
from benchmarks.people import GROUP, LAST_DAY, PEOPLE, ZONE, person_ids

HOME = Path(__file__).parent.parent
SEATS = 2_000
DISHES = ("红烧豆腐;炒青菜;冬瓜排骨汤", "清蒸鱼;番茄炒蛋;紫菜汤", "肉末蒸蛋;炒南瓜;白菜汤")


def configure(folder: Path, url: str, *, pace: str = "local") -> Path:
    """Write config.toml: everything as shipped but the messenger's address and pace."""
    file = folder / "config.toml"
    file.write_text(
        f'[telegram]\ntoken = "{TOKEN}"\napi_base = "{url}"\npace = "{pace}"\n'
        f'[store]\nurl = "sqlite:///{folder / "canteen.db"}"\n'
        f'[web]\nlisten = "127.0.0.1:{free_port()}"\n',
        encoding="utf-8",
    )
    return file


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make(folder: Path) -> Path:
    """A village of 306 people with two months of menus; answers the file of its store."""
    folder.mkdir(parents=True, exist_ok=True)
    config = configure(folder, "http://127.0.0.1:9")
    _people(folder / "people.csv")
    _menus(folder / "menus.csv")
    manager = f"{person_ids()[0]}:韦主任"
    _command(
        config,
        "canteen",
        "add",
        "--chat",
        str(GROUP),
        "--name",
        "鼓楼食堂",
        "--manager",
        manager,
        "--timezone",
        ZONE.key,
    )
    _command(config, "import", "people", str(folder / "people.csv"))
    _command(config, "import", "menus", str(folder / "menus.csv"))
    return folder / "canteen.db"


def copy(template: Path, folder: Path) -> Path:
    """A fresh copy of a village for one round."""
    folder.mkdir(parents=True, exist_ok=True)
    for ending in ("", "-wal"):
        if Path(f"{template}{ending}").exists():
            shutil.copy(f"{template}{ending}", f"{folder / 'canteen.db'}{ending}")
    for beside in template.parent.glob(f"{template.stem}.*"):
        if beside.suffix in (".ring", ".key"):  # without its keys the bot does not open the store
            shutil.copy(beside, folder / beside.name)
    return folder / "canteen.db"


def count(store: Path, question: str) -> int:
    """One number out of a store that no bot works on."""
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as book:
        return int(book.execute(question).fetchone()[0])


def bookings(store: Path) -> int:
    """How many places are kept, each a row of its own."""
    return count(store, "SELECT count(*) FROM booking WHERE state = 'booked'")


def undone(store: Path) -> int:
    """Updates not done and messages not sent: none may be left."""
    waiting = count(store, "SELECT count(*) FROM inbox_update WHERE state <> 'done'")
    return waiting + count(store, "SELECT count(*) FROM outbox_message WHERE status <> 'sent'")


def check(store: Path, answered: int) -> None:
    """Speed counts for nothing when a booking is missing."""
    kept, left = bookings(store), undone(store)
    if kept != answered or left:
        raise AssertionError(f"{answered} answers, but {kept} bookings kept and {left} rows undone")


def _people(file: Path) -> None:
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(("name", "roles", "telegram_id", "address"))
        table.writerows((f"村民{n}", "elder", n, f"上寨 {n} 号") for n in person_ids(PEOPLE))


def _menus(file: Path) -> None:
    today = datetime.now(ZONE).date()
    with file.open("w", encoding="utf-8", newline="") as out:
        table = csv.writer(out)
        table.writerow(("day", "meal", "dishes", "seats"))
        for ahead in range(1, LAST_DAY + 2):
            table.writerow((today + timedelta(days=ahead), "lunch", DISHES[ahead % len(DISHES)], SEATS))


def _command(config: Path, *words: str) -> None:
    command = [sys.executable, str(HOME / "bot.py"), *words[:1], *_where(words, config)]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"bot.py {' '.join(words)}: {done.stdout}{done.stderr}")


def _where(words: tuple[str, ...], config: Path) -> list[str]:
    return ["--config", str(config), *words[1:]]
