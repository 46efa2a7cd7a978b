"""Forget a person everywhere; counts stay."""

import asyncio
from argparse import Namespace
from datetime import UTC, datetime
from typing import Any

from commands.opening import opened
from commands.saying import complain, configured, say
from rules.audit import Act
from rules.values import Refused


def main(arguments: Namespace) -> int:
    """Erase the member with this number, then leave no word of them in the log of the store."""
    config = configured(arguments)
    if config is None:
        return 1
    from models.members.people import Member
    from rules.members import privacy, vanishing

    def unit(session: Any) -> bool:
        member = session.get(Member, arguments.person_id)
        if member is None:
            return False
        privacy.erase(session, member.id, Act(now=datetime.now(UTC), canteen_id=member.canteen_id))
        return True

    with opened(config) as store:
        try:
            found = store.write_now(unit)
            store.read_now(vanishing.destroy)
        except Refused as refused:
            complain(refused.key, **refused.facts)
            return 1
        asyncio.run(store.scrub())
    if not found:
        complain("cli.no_such_person")
        return 1
    say("cli.erased")
    return 0
