"""The keys of what is private: a new master key around everybody's key, or the one copy of the ring."""

from argparse import Namespace
from typing import TYPE_CHECKING

from commands.saying import complain, configured, say

if TYPE_CHECKING:
    from models.members.keyring import Keyring


def main(arguments: Namespace) -> int:
    """Rotate the master key, or write the copy of the ring over the one before."""
    config = configured(arguments)
    if config is None:
        return 1
    from commands.opening import keys_of
    from models.members.keyring import KeyMissing, Keyring, WrongKey

    ring = Keyring(keys_of(config))
    try:
        if not ring.check():
            complain("cli.key_missing", file=str(ring.place.ring))
            return 1
        return _rotate(ring) if arguments.what == "rotate" else _copy(ring, arguments)
    except (WrongKey, KeyMissing) as wrong:
        complain("cli.wrong_key", file=str(wrong))
    except OSError as wrong:
        complain("cli.cannot_write", file=str(wrong.filename), why=wrong.strerror or type(wrong).__name__)
    return 1


def _rotate(ring: "Keyring") -> int:
    say("cli.key_rotated", count=ring.rotate(), file=str(ring.place.key))
    return 0


def _copy(ring: "Keyring", arguments: Namespace) -> int:
    if arguments.file is None:
        complain("cli.copy_where")
        return 2
    ring.copy_to(arguments.file)
    say("cli.ring_copied", file=str(arguments.file))
    return 0
