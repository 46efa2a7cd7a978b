"""People, menus or shifts from a CSV file: all rows or none, every bad row named."""

from argparse import Namespace
from datetime import UTC, datetime
from typing import Any

from commands.opening import opened, village
from commands.saying import complain, configured, say
from rules.audit import Act
from rules.values import Refused


def main(arguments: Namespace) -> int:
    """Read the whole file, then keep all of it or nothing."""
    config = configured(arguments)
    if config is None:
        return 1
    source = reader(arguments.what)
    if source is None:
        complain("cli.not_yet", what=arguments.what)
        return 1
    try:
        text = arguments.file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as wrong:
        complain("cli.cannot_read", file=str(arguments.file), why=type(wrong).__name__)
        return 1
    rows, bad = source.read(text)
    for row in bad:
        complain("cli.bad_row", line=row.line, column=row.column, reason=row.reason)
    if bad:
        return 1
    if arguments.dry_run and not hasattr(source, "check"):
        say("cli.would_import", count=len(rows))
        return 0
    return _keep(config, arguments, source, rows)


def reader(what: str) -> Any:
    """The rules that read and keep this kind of file; None for one that no release knows yet."""
    if what == "people":
        from rules.members import people_import

        return people_import
    if what == "menus":
        from rules.lunch import menus_import

        return menus_import
    if what == "shifts":
        from rules.volunteers import shifts_import

        return shifts_import
    return None


def _keep(config: Any, arguments: Namespace, source: Any, rows: list[Any]) -> int:
    def unit(session: Any) -> tuple[int, list[Any]] | None:
        canteen = village(session, arguments.chat)
        if canteen is None:
            return None
        act = Act(now=datetime.now(UTC), canteen_id=canteen.id)
        bad = source.check(session, canteen, rows, act) if hasattr(source, "check") else []
        if bad or arguments.dry_run:
            return len(rows), bad
        return int(source.apply(session, canteen, rows, act)), []

    with opened(config) as store:
        try:
            kept = store.read_now(unit) if arguments.dry_run else store.write_now(unit)
        except Refused as refused:
            complain(refused.key, **refused.facts)
            return 1
    return _told(arguments, kept)


def _told(arguments: Namespace, kept: tuple[int, list[Any]] | None) -> int:
    if kept is None:
        complain("cli.which_village")
        return 1
    count, bad = kept
    for row in bad:
        complain("cli.bad_row", line=row.line, column=row.column, reason=row.reason)
    if bad:
        return 1
    say("cli.would_import" if arguments.dry_run else "cli.imported", count=count)
    return 0
