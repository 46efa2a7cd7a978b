"""How the village calls people: surname and kinship for elders, 我妈 for one's mother."""

KINSHIP = (
    "奶奶",
    "爷爷",
    "婆婆",
    "公公",
    "阿婆",
    "阿公",
    "伯",
    "叔",
    "婶",
    "姨",
    "姑",
    "婆",
    "公",
    "妈",
    "爸",
    "大爷",
    "大妈",
    "大娘",
    "师傅",
    "哥",
    "嫂",
    "姐",
)

PARENTS: dict[str, frozenset[str]] = {
    "mother": frozenset({"妈", "妈妈", "老妈", "母亲", "老母", "阿妈", "娘", "mum", "mom", "mother"}),
    "father": frozenset({"爸", "爸爸", "老爸", "父亲", "老豆", "阿爸", "爹", "dad", "father"}),
    "grandmother": frozenset({"奶奶", "外婆", "阿婆", "婆婆", "姥姥", "grandma", "grandmother"}),
    "grandfather": frozenset({"爷爷", "外公", "阿公", "公公", "姥爷", "grandpa", "grandfather"}),
    "spouse": frozenset({"老伴", "老婆", "老公", "爱人", "wife", "husband"}),
}

_OWN = ("我家", "我们", "我", "俺", "家里", "my ")


def parent_words(words: str) -> frozenset[str]:
    """Which kin of the speaker is meant: `我妈`, `老妈`, `家里老妈` all mean the mother; empty for a name."""
    bare = words.strip().lower()
    for own in _OWN:
        bare = bare.removeprefix(own)
    bare = bare.removeprefix("的").strip()
    return frozenset(kin for kin, names in PARENTS.items() if bare in names)


def surname_of(name: str) -> str:
    """The first character of a name."""
    return name[:1]


def matches(said: str, name: str) -> bool:
    """Whether a name can be said so: the given name alone, or the surname with a kinship word the name ends in.

    李奶奶 means a member written 李奶奶 or 李秀英奶奶; 秀英 means 李秀英. Two letters at least, so that 李 means nobody.
    """
    if len(said) < 2:
        return False
    if name.endswith(said):
        return True
    kin = next((word for word in KINSHIP if said.endswith(word)), "")
    surname = said.removesuffix(kin)
    return bool(kin and surname) and name.startswith(surname) and name.endswith(kin)


def speaks_of_self(words: str) -> bool:
    """Whether somebody asks about themselves: 我这周几个班, when am I on, my shifts."""
    low = f" {words.lower()} "
    return "我" in low or any(f" {own} " in low for own in ("i", "my", "me"))


def asks_for_gaps(words: str) -> bool:
    """Whether somebody asks where hands are missing: 哪里缺人, 这周还缺人吗."""
    return any(
        gap in words.lower() for gap in ("缺人", "缺不缺", "差人", "人够", "short of people", "need people")
    )
