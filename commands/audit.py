"""Check that nobody changed the audit."""

from argparse import Namespace

from commands.opening import opened
from commands.saying import complain, configured, say


def main(arguments: Namespace) -> int:
    """Seal what is new, then read the whole chain."""
    config = configured(arguments)
    if config is None:
        return 1
    from rules import sealing

    with opened(config) as store:
        while store.write_now(sealing.seal):
            pass
        count, broken = store.read_now(sealing.verify)
    if broken is not None:
        complain("cli.audit_broken", number=broken)
        return 1
    say("cli.audit_whole", count=count)
    return 0
