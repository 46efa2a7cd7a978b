"""Bring a backup back into an empty store."""

from argparse import Namespace

from commands.saying import complain, configured, say


def main(arguments: Namespace) -> int:
    """Restore; a store that holds anything is left alone."""
    config = configured(arguments)
    if config is None:
        return 1
    from commands.opening import keys_of
    from models import backup
    from models.members.keyring import KeyMissing, Place, WrongKey

    lay = Place.at(arguments.keys) if arguments.keys else None
    try:
        count = backup.restore(
            config.store.url, arguments.file, keys_of(config), taken_from=lay, without=arguments.without_keys
        )
    except backup.NoKeys as missing:
        complain("cli.restore_no_keys", file=str(missing))
        return 1
    except (WrongKey, KeyMissing) as wrong:
        complain("cli.wrong_key", file=str(wrong))
        return 1
    except backup.NotEmpty:
        complain("cli.restore_not_empty")
        return 1
    except backup.NotABackup:
        complain("cli.not_a_backup")
        return 1
    say("cli.restored", rows=count)
    return 0
