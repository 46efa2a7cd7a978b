"""A verified copy of the store, taken while the bot runs."""

from argparse import Namespace

from commands.saying import complain, configured, say


def main(arguments: Namespace) -> int:
    """Write the copy; an existing file is never overwritten."""
    config = configured(arguments)
    if config is None:
        return 1
    if arguments.file.exists():
        complain("cli.file_exists", file=str(arguments.file))
        return 1
    from commands.opening import keys_of
    from models import backup

    keys = keys_of(config)
    if arguments.file.parent.resolve() in (keys.key.parent.resolve(), keys.ring.parent.resolve()):
        complain("cli.key_with_backups", folder=str(arguments.file.parent))
    try:
        count = backup.write(config.store.url, arguments.file, keys)
    except backup.NotABackup as bad:
        complain("cli.backup_bad", why=str(bad))
        return 1
    except OSError as wrong:
        complain("cli.cannot_write", file=str(arguments.file), why=wrong.strerror or type(wrong).__name__)
        return 1
    say("cli.backed_up", file=str(arguments.file), rows=count)
    return 0
