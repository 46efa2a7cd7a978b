"""Who lives together, as people say it: 李奶奶和李爷爷是一户, 莫嫂住在莫伯家."""

import re

NAME = r"(?!我|你|他|她|谁|哪|大家|那|这)[一-鿿]{2,8}?"
JOINED = r"(?:和|跟|同|与|、|,|，|还有| and )"
TOGETHER = rf"{NAME}(?:{JOINED}{NAME}){{1,8}}(?:是|就是|算|都是)?(?:一户|一家|同一户|一家人|一户人家|住一起|住在一起|同住)(?:的|了)?"
PARTED = re.compile(rf"{JOINED}|\s+")
ENDING = re.compile(
    r"(?:是|就是|算|都是)?(?:一户|一家|同一户|一家人|一户人家|住一起|住在一起|同住)(?:的|了)?$|(?:家|那户)$| live together$",
    re.I,
)


def living_together(text: str) -> tuple[str, ...]:
    """The names in a sentence about who lives together, or just names."""
    bare = ENDING.sub("", text.strip(" 。.!！"))
    return tuple(dict.fromkeys(part for part in PARTED.split(bare) if part))
