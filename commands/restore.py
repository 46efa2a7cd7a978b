"""Bring a backup back into an empty store."""

from argparse import Namespace

from commands.saying import complain, configured, say


def main(arguments: Namespace) -> int:
    """Restore; a store that holds anything is left alone."""
    config = configured(arguments)
    if config is None:
        return 1
    from models import backup

    try:
        count = backup.restore(config.store.url, arguments.file)
    except backup.NotEmpty:
        complain("cli.restore_not_empty")
        return 1
    except backup.NotABackup:
        complain("cli.not_a_backup")
        return 1
    say("cli.restored", rows=count)
    return 0
