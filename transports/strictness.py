"""Values of a raw update, held to their types: nonsense is Malformed and nothing else."""

from typing import Any

from transports.updates import Malformed, Raw

LARGEST = 2**63 - 1
MOST_ITEMS = 500


def table(value: Any) -> Raw:
    """An object."""
    if not isinstance(value, dict):
        raise Malformed("an object was expected")
    return value


def whole(found: Raw, name: str, *, least: int = -LARGEST, most: int = LARGEST) -> int:
    """A whole number within bounds."""
    value = found.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise Malformed(f"{name} is no number that can be")
    return value


def string(found: Raw, name: str) -> str:
    """A text that a store can keep; empty when there is none."""
    value = found.get(name, "")
    if not isinstance(value, str):
        raise Malformed(f"{name} is no text")
    if value.isascii() and "\0" not in value:
        return value
    # Half a character pair or a NUL would be refused by the store.
    return (
        value.replace("\0", "\N{REPLACEMENT CHARACTER}")
        .encode("utf-16-le", "surrogatepass")
        .decode("utf-16-le", "replace")
    )


def listed(found: Raw, name: str) -> list[Any]:
    """A list of bearable length; empty when there is none."""
    value = found.get(name) or []
    if not isinstance(value, list) or len(value) > MOST_ITEMS:
        raise Malformed(f"{name} is no list")
    return value
