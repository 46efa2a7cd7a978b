"""Sign-up lists (接龙): numbered lists, +1 forms, 退出, 改 3 旧名 新名, and what changed between two versions."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from nlu.numbers import NUMBER, number
from nlu.spans import MODES, TIMES
from nlu.values import Entry

LINE = re.compile(
    r"^\s*(?:(?P<number>\d{1,3})\s*(?:[.、):,](?!\d)|\s(?=[^\d\s月日号点份人斤个块元]))|[-•*·●▪➤✔✅])\s*(?P<rest>.*)$"
)
PLUS = re.compile(r"^\s*[+](?P<count>\d{1,2})(?P<rest>[^\d\n]{0,40})$")
LEAVE = re.compile(r"^\s*(?:退出|我退出|退出接龙)\s*(?P<number>\d{1,3})?\s*(?P<name>[一-鿿\w]{0,8})\s*$")
RENAME = re.compile(r"^\s*改\s*(?P<number>\d{1,3})\s+(?P<old>\S{1,12})\s+(?P<new>\S{1,12})\s*$")
AMOUNT = re.compile(
    rf"[x×*+]\s*(?P<times>\d{{1,2}})|(?P<amount>{NUMBER}\s*(?=个?人份|份|客|盒|个人|人|位|口|个)|(?<![一-鿿]){NUMBER}(?=$|[\s,。;(送打堂自]|外)|(?<=[一-鿿])\d{{1,2}}(?=$|[\s,。;(送打堂自带外]))|(?P<alone>[俩仨])"
)
CANCELLED = re.compile(
    r"不吃了?(?![辣葱姜蒜香猪牛羊鱼肉素甜肥])|取消|退出|不来了?|不要了?(?![辣葱姜蒜香猪牛羊鱼肉味放太])|退了|退$|❌|✖|✗|删|cancel(?:led)?|not coming",
    re.I,
)
PREFIX = re.compile(
    r"^(?:五保户|低保户|志愿者|独居老人|孤寡老人|特困户|残疾人|老党员|\d?组|[一二三四五六七八九十]组)[:\s]*"
)
MEAL_WORD = re.compile(
    r"餐|饭|吃|食堂|lunch|dinner|breakfast|meal|supper",
    re.I,
)
FOREIGN = re.compile(
    r"橘子|橙|砂糖桔|沃柑|水果|苹果|西瓜|鸡蛋|土鸡|大米|红薯|服|尺码|鞋|帽|旅游|一日游|出游|大巴|坐车|拼车|包车|车费|体检|疫苗|打针|培训|开会|团购|预购|快递|肥料|农药|种子|篮球|比赛|跳舞|广场舞"
    r"|牛奶|月饼|粽子礼|捐款|随礼|红包|会费|学费|水费|电费|电影|唱歌|合唱|钓鱼|爬山|春游|秋游|清明扫墓|保险|医保|社保|KTV|饭店|餐馆|酒楼|酒店|大排档|酒席|喜酒|婚|桌|跳舞|打牌|麻将|扫墓|化肥|水费|trip|shirt|orange|uniform|bus\b|ticket",
    re.I,
)
TABLE = re.compile(r"^\s*(?:序号|姓名|名字|编号|例|example|name\b)", re.I)
CLOSING = re.compile(r"^\s*(?:合计|总计|一?共|谢谢|多谢|辛苦|以上|就这|[先都]记|先这|截止|备注|请|$|[^\w]+$)")
HEADING = re.compile(r"^[\s【\[(]*(?P<words>[^\s::】\])]{1,6})[\s】\])]*[::]?\s*$")
FOLDED = re.compile(r"\s+(?=\d{1,2}[.、)](?!\d))")
BY_MODE = re.compile(r"^\s*(?P<words>[^\s::,。、]{1,6})\s*[::]\s*(?P<names>[^\d\s][^::]{1,200})$")
"""堂食：周伯、吴婶: how those of one line eat."""
ADDED = re.compile(r"^\s*\+(?P<count>\d{1,2})\s+(?P<rest>[^\d\s].*)$")
"""+1 阿旺, on a line of its own."""
ABOVE = re.compile(r"^\s*以上(?:都)?是?(?P<words>[^,。]*)")
"""以上后天中午的: what a list is for, said below it."""
NAMES = re.compile(r"[,、;。]+")
SIGNING = re.compile(r"接龙|报名|名单|登记|订餐|报餐|sign.?up", re.I)
NOT_A_NAME = re.compile(
    r"[餐饭菜汤肉鱼鸡鸭粥面粉蛋瓜豆腐丝丁虾饺包糕酒烟药米油盐糖茶我你他她它们]|[今明后昨]天|周(?=[一二三四五六日天末])|星期|礼拜|中午|早上|晚上|上午|下午|大人|小孩|孩子|老人|客人|人数|合计|总共|元|块|斤|箱"
)
FOR_SEVERAL = re.compile(r"[^ ]{0,16}(?:报|订|登记)[^ ]{0,12} [一-鿿]{2,5}\d*\S* [一-鿿]{2,5}")
"""帮三组几家报明天中午的 李奶奶一份 赵爷爷一份: names with blanks between."""
PIECES = re.compile(r"[\n,、;。]+")
LONGEST_NAME, LONGEST_NOTE, LONGEST_HEADER, LONGEST_LOOSE = 6, 8, 40, 1500
NAME = re.compile(r"[A-Za-z][A-Za-z .'-]{0,24}[A-Za-z]|[A-Za-z]|[一-鿿·]{1,8}")


@dataclass(frozen=True, slots=True)
class SignUp:
    """A list: what stands above it, and its lines."""

    header: str
    entries: tuple[Entry, ...]


def sign_up(text: str) -> SignUp | None:
    """A numbered list, or names with amounts below or behind a meal; None for anything else."""
    text = _by_mode(_unfolded(text.replace("|", " ")))
    if looks_like_list(text):
        return SignUp(header_of(text), entries_of(text))
    return _loose(text)


def _unfolded(text: str) -> str:
    """A list written in one line, 接龙 明天午饭 1.韦叔 2.黄姨, with a line for each."""
    if "\n" in text or not SIGNING.search(text) or len(text) > LONGEST_LOOSE:
        return text
    return FOLDED.sub("\n", text) if len(FOLDED.findall(text)) >= 2 else text


def _by_mode(text: str) -> str:
    """Names behind 堂食：, each on a line of its own that says how."""
    lines = [_named_mode(line) for line in text.split("\n")]
    return "\n".join(lines) if len(lines) > 1 else text


def _named_mode(line: str) -> str:
    added = ADDED.match(line)
    if added:
        return f"{added['rest']} +{added['count']}"
    found = BY_MODE.match(line)
    if not found or not MODES.match(found["words"] + " "):
        return line
    said = (name.strip() for name in NAMES.split(found["names"]))
    return "\n".join(
        name if MODES.search(name + " ") else f"{name} {found['words']}" for name in said if name
    )


def header_of(text: str) -> str:
    """What stands before the first numbered line, without column names and examples."""
    lines = text.split("\n")
    first = next((i for i, line in enumerate(lines) if LINE.match(line)), len(lines))
    return "\n".join(line for line in lines[:first] if not TABLE.match(line))


def entries_of(text: str) -> tuple[Entry, ...]:
    """Every named line of a numbered list; a heading such as 送餐： holds for what stands below it."""
    found, mode = [], None
    for line in text.split("\n"):
        numbered = LINE.match(line)
        if not numbered:
            mode = _mode_of_heading(line) or mode
        elif not TABLE.match(numbered["rest"]):
            place = int(numbered["number"]) if numbered["number"] else None
            entry = entry_of(numbered["rest"], place)
            found += [replace(entry, mode=entry.mode or mode)] if entry else []
    return tuple(found)


def _mode_of_heading(line: str) -> str | None:
    heading = HEADING.match(line)
    mode = MODES.search(heading["words"] + " ") if heading else None
    return mode.lastgroup if mode else None


def _loose(text: str) -> SignUp | None:
    """Lines or pieces without numbers: taken for a list only when every one is a name with an amount."""
    header, _, body = _headed(text)
    if not body or len(text) > LONGEST_LOOSE or len(header) > LONGEST_HEADER:
        return None
    header, body = _said_below(header, body)
    pieces = [piece for piece in PIECES.split(body) if not CLOSING.match(piece) and not TABLE.match(piece)]
    kept = tuple(entry for piece in pieces if (entry := _named(piece)))
    telling = sum(bool(AMOUNT.search(p) or MODES.search(p) or CANCELLED.search(p)) for p in pieces)
    plain = telling == len(pieces) or SIGNING.search(header) or ("\n" in text and 2 * telling >= len(pieces))
    return SignUp(header, kept) if len(kept) >= 2 and len(kept) == len(pieces) and plain else None


def _said_below(header: str, body: str) -> tuple[str, str]:
    """What stands above a list, or below it when there are only names of columns above."""
    rest, _, last = body.rpartition("\n")
    below = ABOVE.match(last)
    return (below["words"], rest) if below and TABLE.match(header) else (header, body)


def _headed(text: str) -> tuple[str, str, str]:
    if "\n" in text:
        return text.partition("\n")
    if ":" in text or not FOR_SEVERAL.match(text):
        return text.partition(":")
    header, _, body = text.partition(" ")
    return header, " ", body.replace(" ", ",")


def _named(piece: str) -> Entry | None:
    entry = entry_of(piece)
    if entry is None or len(entry.name) > LONGEST_NAME or NOT_A_NAME.search(entry.name):
        return None
    return entry if len(entry.notes or "") <= LONGEST_NOTE else None


def entry_of(rest: str, place: int | None = None) -> Entry | None:
    """One line without its number: a name, how many, how, and a word beside it."""
    rest = PREFIX.sub("", rest.strip())
    cancelled = CANCELLED.search(rest)
    mode = MODES.search(rest)
    amount = AMOUNT.search(rest)
    cuts = [m.start() for m in (cancelled, mode, amount) if m]
    head = rest[: min(cuts)] if cuts else rest
    name = NAME.match(re.sub(r"^[^一-鿿A-Za-z]+", "", head).strip())
    if not name:
        return None
    count = 0 if cancelled else _amount(amount)
    tail = _beside(rest, name[0], amount)
    return Entry(name[0].strip(), count, mode.lastgroup if mode else None, tail, place)


def _amount(found: re.Match[str] | None) -> int:
    if not found:
        return 1
    value = number((found["times"] or found["amount"] or found["alone"]).strip())
    return 1 if value is None else value


def _beside(rest: str, name: str, amount: re.Match[str] | None) -> str | None:
    tail = rest.replace(name, "", 1)
    if amount:
        tail = tail.replace(amount[0], "", 1)
    tail = CANCELLED.sub("", MODES.sub("", tail)).strip(" ,。;:()份✅☑✓")
    return tail or None


def about_a_meal(header: str, *, bare: bool) -> bool:
    """A header that names a meal, or nothing but a day and a time of day (bare), and no foreign subject."""
    return (bare or bool(MEAL_WORD.search(header))) and not FOREIGN.search(header)


def looks_like_list(text: str) -> bool:
    """At least one numbered line under a header, or two without one."""
    numbered = sum(bool(LINE.match(line)) for line in text.split("\n"))
    return numbered >= 2 or (numbered == 1 and ("接龙" in text or "\n" in text))


def plus_entries(text: str) -> tuple[int, tuple[Entry, ...]] | None:
    """`+1`, `+1 名字`, `+3 小明 小华`: how many, and the names given."""
    found = PLUS.match(text)
    if not found:
        return None
    words = [w for w in re.split(r"[\s、,]+", found["rest"]) if w and NAME.fullmatch(w)]
    words = [] if MEAL_WORD.search(found["rest"]) or TIMES.search(found["rest"]) else words
    words = [
        w
        for w in words
        if not MODES.search(w) and not re.search(r"谢|好|吧|吃|同意|支持|赞|块|元|度|for|^the$", w)
    ]
    count = int(found["count"])
    share = count if len(words) == 1 else 1
    return count, tuple(Entry(word, share) for word in words)


def difference(
    old: Iterable[Entry], new: Iterable[Entry]
) -> tuple[tuple[Entry, ...], tuple[Entry, ...], tuple[Entry, ...]]:
    """What a re-posted list adds, changes and leaves out, by name; order does not matter."""
    before, after = _by_name(old), _by_name(new)
    added = tuple(entry for name, entry in after.items() if name not in before)
    changed = tuple(
        entry for name, entry in after.items() if name in before and _differs(before[name], entry)
    )
    removed = tuple(entry for name, entry in before.items() if name not in after)
    return added, changed, removed


def _by_name(entries: Iterable[Entry]) -> dict[str, Entry]:
    return {entry.name: entry for entry in entries}


def _differs(old: Entry, new: Entry) -> bool:
    return (old.count, old.mode, old.notes) != (new.count, new.mode, new.notes)
