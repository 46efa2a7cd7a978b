"""Bring the store to this release."""

from argparse import Namespace

from commands.saying import complain, configured, say


def main(arguments: Namespace) -> int:
    """Upgrade the store; a store newer than this release is left alone."""
    config = configured(arguments)
    if config is None:
        return 1
    from commands.opening import keys_of
    from models import migrate

    try:
        migrate.upgrade(config.store.url, keys=keys_of(config))
    except migrate.StoreTooNew:
        complain("cli.store_too_new")
        return 1
    say("cli.migrated", revision=migrate.head())
    return 0
