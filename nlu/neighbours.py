"""Who is to look in on whom: 请覃叔照看我, 莫嫂是李奶奶的邻居."""

import re

LOOKS_AFTER = re.compile(
    r"(?:请|让|麻烦|叫)?(?P<who>[一-鿿]{2,4}?)(?:帮忙)?(?:照看|照应|关照)(?:一下|着)?(?P<elder>[一-鿿]{1,4})"
)
IS_NEIGHBOUR = re.compile(r"(?P<who>[一-鿿]{2,4}?)是(?P<elder>[一-鿿]{1,4}?)的?邻居")
MYSELF = frozenset({"我", "俺"})


def looks_in(text: str) -> tuple[str, str] | None:
    """The elder and the neighbour a sentence names; an empty elder is who speaks. None when it names neither."""
    said = text.strip(" ，。！!")
    found = LOOKS_AFTER.fullmatch(said) or IS_NEIGHBOUR.fullmatch(said)
    if found is None:
        return None
    return "" if found["elder"] in MYSELF else found["elder"], found["who"]
