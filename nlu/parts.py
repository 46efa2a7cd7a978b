"""How many, which meal and how, of a sentence or of each of the orders in it."""

import re
from dataclasses import replace
from datetime import date

from nlu.dates import DateSpan
from nlu.sentence import CLAUSE, Sentence
from nlu.spans import FOLK, NEEDS, PERSON, Span
from nlu.values import Part

PORTIONS = ("份", "客", "盒", "套", "碗")
AMONG = re.compile("其中|里面|当中")
IN_ALL = re.compile("一共|总共|共|合计")
PLUS = re.compile("加上|再加|还有|另外")
WITH_ME = re.compile(
    r"[我俺][和跟同与](?![我你他她]?们|大家)[一-鿿]{1,4}?(?:(?:今|明|后)天)?(?:早上|中午|晚上|午饭|晚饭|早饭)?各(?:要|订|来|留)?[一1两二2]"
)
"""我和张三丰各一份: as much for each of the two."""
EACH = re.compile("各(?:自|要|订|来|留|报|带|打包)*$")
"""爸妈各一份: as much for each of those named before."""
BROUGHT = re.compile("带(?:着|上|了)?$")
"""我跟老公带三个娃: whoever brings them eats too."""
OTHERS = re.compile(rf"(?:{PERSON})(?:的|那)")
FOLKS = re.compile(FOLK)
REFUSED = re.compile(
    r"不用|不要(?![辣葱姜蒜香放太])|不煮(?!太)|不吃(?![辣葱姜蒜香猪牛羊鱼肉])|不来|不订|不报|免了|(?<!分)别(?![放煮加炒做太弄])|自己(?:吃|做|煮|弄|解决)|\bno (?:lunch|dinner|breakfast|meal)|\bnot\b|skip"
)


def portions_in(sentence: Sentence) -> list[Span]:
    """The counts that are said to be portions."""
    return [s for s in sentence.counts if sentence.low[s.end - 1 : s.end] in PORTIONS]


def counts_differ(sentence: Sentence) -> bool:
    """Whether several counts stand beside one meal: for whom, or how, is each?"""
    parts = parts_of(sentence)
    if len(parts) > 1:
        # A meal is booked once for each eater: the second half would take the place of the first.
        return len({(part.dates, part.meal) for part in parts}) < len(parts)
    if len({span.value for span in sentence.modes}) > 1:
        return True
    if AMONG.search(sentence.low):
        return bool(sentence.modes)
    portions = [] if IN_ALL.search(sentence.low) else portions_in(sentence)
    return len(portions) > 1 and not any(NEEDS.match(sentence.low, s.end) for s in portions)


def meal_of(sentence: Sentence) -> str | None:
    """The one meal a sentence names."""
    named = [s for s in sentence.meals if not s.plain] or list(sentence.meals)
    values = {str(s.value) for s in named}
    return values.pop() if len(values) == 1 else None


def count_of(sentence: Sentence) -> int | None:
    """How many: portions before people, the whole before a part of it, the last of what is left."""
    if not sentence.counts:
        return None
    people = [s for s in sentence.counts if FOLKS.search(sentence.low, s.start, s.end)]
    if len(people) > 1 or (PLUS.search(sentence.low) and len(sentence.counts) > 1):
        people = people if len(people) > 1 else list(sentence.counts)
        return sum(int(s.value) for s in people)
    found = portions_in(sentence) or list(sentence.counts)
    if WITH_ME.search(sentence.low) and len(sentence.counts) == 1:
        return 2 * int(found[0].value)
    if len(sentence.counts) == 2 and EACH.search(sentence.low, 0, sentence.counts[1].start):
        return int(sentence.counts[0].value) * int(sentence.counts[1].value)
    brought = [s for s in sentence.counts if BROUGHT.search(sentence.low, max(0, s.start - 3), s.start)]
    if brought and not (IN_ALL.search(sentence.low) or portions_in(sentence)):
        others = [int(s.value) for s in sentence.counts if s.start < brought[0].start]
        return (others[-1] if others else 1) + sum(int(s.value) for s in brought)
    among = (
        AMONG.search(sentence.low) or IN_ALL.search(sentence.low) or NEEDS.match(sentence.low, found[-1].end)
    )
    return max(int(s.value) for s in found) if among else int(found[-1].value)


def mode_of(sentence: Sentence) -> str | None:
    """How it is eaten; the last word counts."""
    return str(sentence.modes[-1].value) if sentence.modes else None


def parts_of(sentence: Sentence, *, refused: bool = False) -> tuple[Part, ...]:
    """Several orders in one message, each with its own meal, day or mode; refused ones only when they are meant."""
    values = [str(s.value) for s in sentence.meals]
    if len(set(values)) > 1:
        return _parts_by(
            sentence, [s.start for s in sentence.meals if str(s.value)], by_day=False, refused=refused
        )
    days = [s for s in sentence.days if s.dates and not s.removed]
    if len({day.dates for day in days}) > 1 and len(sentence.counts) > 1 and _each_counted(sentence, days):
        return _parts_by(sentence, [s.start for s in days], by_day=True, refused=refused)
    return _by_mode(sentence) or here_and_there(sentence)


def _each_counted(sentence: Sentence, days: list[DateSpan]) -> bool:
    """Whether between any day and the next something is counted."""
    starts = [day.start for day in days]
    return all(
        sentence.within(start, end).counts
        for start, end in zip(starts, [*starts[1:], len(sentence.text) + 1], strict=True)
    )


def _parts_by(sentence: Sentence, starts: list[int], *, by_day: bool, refused: bool) -> tuple[Part, ...]:
    parts: list[Part] = []
    refusals: list[bool] = []
    common: tuple[date, ...] = ()
    for start, end in zip(starts, [*starts[1:], len(sentence.text) + 1], strict=True):
        piece = sentence.within(start, end)
        lead = None if parts else sentence.within(0, start)
        own = piece.dates if by_day else _days_before(sentence, start)
        common = own or (lead.dates if lead else ()) or common or (() if by_day else sentence.dates)
        refusals.append(bool(REFUSED.search(sentence.low[start:end])))
        parts.append(Part(common, meal_of(piece) or meal_of(sentence), count_of(piece), mode_of(piece)))
    kept = [part for part, no in zip(parts, refusals, strict=True) if refused or not no]
    return _evened(kept, sentence)


def _by_mode(sentence: Sentence) -> tuple[Part, ...]:
    """堂食一份，外带一份: as many portions as modes, in the same order."""
    portions = portions_in(sentence)
    modes = [str(span.value) for span in sentence.modes]
    if len(portions) != len(modes) or len(set(modes)) < 2:
        return ()
    meal, dates = meal_of(sentence), sentence.dates
    return tuple(Part(dates, meal, int(n.value), mode) for n, mode in zip(portions, modes, strict=True))


def here_and_there(sentence: Sentence) -> tuple[Part, ...]:
    """我在食堂吃，我老伴那份送到家里: two clauses, each with who and how."""
    places = [(m.start(), m.end()) for m in CLAUSE.finditer(sentence.low)]
    pieces = [piece for place in places if (piece := sentence.within(*place)).modes]
    if len(pieces) != 2 or mode_of(pieces[0]) == mode_of(pieces[1]):
        return ()
    second = next(low for low in (sentence.low[b:e] for b, e in places if b <= pieces[1].modes[0].start < e))
    if not OTHERS.search(second):
        return ()
    meal, dates = meal_of(sentence), sentence.dates
    return tuple(Part(dates, meal, count_of(piece) or 1, mode_of(piece)) for piece in pieces)


def _days_before(sentence: Sentence, start: int) -> tuple[date, ...]:
    before = sentence.within(0, start).days
    earlier = [s.start for s in sentence.meals if s.start < start]
    since = earlier[-1] if earlier else -1
    fresh = [s for s in before if s.start > since and s.dates]
    chosen = fresh or ([s for s in before if s.dates][-1:])
    return tuple(sorted({day for span in chosen for day in span.dates}))


def _of_the_last(sentence: Sentence) -> bool:
    """早饭一份，后天午饭两份打包: how the last is had, said in its own clause."""
    mode = sentence.modes[0]
    clauses = [
        (m.start(), m.end()) for m in CLAUSE.finditer(sentence.low) if m.start() <= mode.start < m.end()
    ]
    own = sentence.within(*clauses[0]) if clauses else sentence
    counted = len(sentence.counts) > len(own.counts) > 0
    return counted and "都" not in sentence.low[: mode.start] and bool(own.meals)


def _evened(parts: list[Part], sentence: Sentence) -> tuple[Part, ...]:
    """One count or mode said once for all parts belongs to all."""
    shared_count = count_of(sentence) if len(sentence.counts) == 1 else None
    shared_mode = mode_of(sentence) if len(sentence.modes) == 1 and not _of_the_last(sentence) else None
    return tuple(replace(p, count=p.count or shared_count, mode=p.mode or shared_mode) for p in parts)
