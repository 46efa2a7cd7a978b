"""Lists as JSON, CSV or XLSX."""

import sys
from argparse import Namespace
from datetime import date
from typing import Any

from commands.opening import opened, village
from commands.saying import complain, configured


def main(arguments: Namespace) -> int:
    """Write one kind of list to a file or standard output."""
    config = configured(arguments)
    if config is None:
        return 1
    try:
        first, last = (date.fromisoformat(day) if day else None for day in (arguments.first, arguments.last))
    except ValueError:
        complain("cli.wrong_day")
        return 2
    from rules import exports
    from texts import tables

    if arguments.kind not in exports.KINDS:
        complain("cli.not_yet", what=arguments.kind)
        return 1
    with opened(config) as store:

        def unit(session: Any) -> list[dict[str, Any]] | None:
            canteen = village(session, arguments.chat)
            if canteen is None:
                return None
            return list(exports.rows(session, arguments.kind, canteen, first, last))

        rows = store.read_now(unit)
    if rows is None:
        complain("cli.which_village")
        return 1
    _write(arguments, tables.render(rows, arguments.format, exports.KINDS[arguments.kind]))
    return 0


def _write(arguments: Namespace, content: bytes) -> None:
    if arguments.output:
        arguments.output.write_bytes(content)
        return
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
