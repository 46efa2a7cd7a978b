"""The .po catalogs, read once at start; keys are the msgids."""

import ast
import functools
import re
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent
FALLBACK = "zh_CN"

Catalogs = Mapping[str, Mapping[str, str]]

_QUOTED = re.compile(r'^(?:(msgid|msgstr)\s+)?(".*")\s*$')


def _entries(lines: list[str]) -> dict[str, str]:
    """Read `msgid`/`msgstr` pairs; Babel writes and checks the same files, its import alone costs 30 MB."""
    found: dict[str, str] = {}
    parts: dict[str, list[str]] = {"msgid": [], "msgstr": []}
    where = "msgid"
    for line in [*lines, 'msgid ""']:
        match = _QUOTED.match(line)
        if not match:
            continue
        if match[1] == "msgid":
            found["".join(parts["msgid"])] = "".join(parts["msgstr"])
            parts = {"msgid": [], "msgstr": []}
        where = match[1] or where
        parts[where].append(str(ast.literal_eval(match[2])))
    found.pop("", None)
    return found


@functools.cache
def load(folder: Path = HERE) -> Catalogs:
    """All catalogs of a folder by language: `zh_CN.po`, and `parts/…/<capability>.zh_CN.po` below it."""
    found: dict[str, dict[str, str]] = {}
    for path in sorted((*folder.glob("*.po"), *folder.glob("parts/**/*.po"))):
        language = path.stem.rpartition(".")[2]
        found.setdefault(language, {}).update(_entries(path.read_text(encoding="utf-8").splitlines()))
    return found


def known(language: str | None) -> str:
    """The nearest language there is a catalog for: `en-GB` → `en`, `zh-hans` → `zh_CN`."""
    if language and language.lower().startswith("en"):
        return "en"
    return FALLBACK
