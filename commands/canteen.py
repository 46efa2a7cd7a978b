"""Add a village without the chat wizard, or change the one of that chat."""

from argparse import Namespace
from datetime import UTC, datetime

from commands.opening import opened
from commands.saying import complain, configured, say


def main(arguments: Namespace) -> int:
    """Add or change the canteen of a chat."""
    config = configured(arguments)
    managers = [_manager(text) for text in arguments.manager]
    if config is None:
        return 1
    if None in managers:
        complain("cli.wrong_manager")
        return 2
    from rules import canteens
    from rules.values import Refused

    with opened(config) as store:
        try:
            name = store.write_now(
                lambda session: (
                    canteens.add(
                        session,
                        chat_id=arguments.chat,
                        name=arguments.name,
                        timezone=arguments.timezone or config.defaults.timezone,
                        language=arguments.language or config.defaults.language,
                        managers=[manager for manager in managers if manager],
                        now=datetime.now(UTC),
                    ).name
                )
            )
        except Refused as refused:
            complain(refused.key, **refused.facts)
            return 1
    say("cli.canteen_added", name=name)
    return 0


def _manager(text: str) -> tuple[int, str] | None:
    number, _, name = text.partition(":")
    return (int(number), name) if number.isdecimal() and name else None
