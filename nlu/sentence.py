"""A message with everything found in it: what the rules see and what the slots are filled from."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from nlu.dates import DateSpan, find_dates, gathered
from nlu.normalise import Pairs, lower, normalise
from nlu.numbers import number
from nlu.spans import Span, find_counts, find_meals, find_modes

CORRECTION = re.compile(
    r"(?:哦|啊|噢|喔)?不是(?:早上?|中午|晚上?|早饭|午饭|晚饭|今天|明天|后天|周.|\d+[号份])[^,]{0,2},?(?:是|要)|哦不|啊不|噢不|呃不|喔不|不对|(?:说|讲|看|记|数|算)错(?:日[历子]|人数|一个)?了?|不不不?|打错了?|(?<=[份个人客位]),?(?=应该是)|搞错了,|不是,?(?=后|明|大|周|下|两|三|一)|no wait|sorry,? i mean|i mean|actually"
)

CLAUSE = re.compile(r"(?:[^,。;!?\n ]|(?<![一-鿿]) )+")
WEEKEND = {5, 6}
WEEKS = re.compile(
    r"(?:先|就)?(?:订|送|吃|报)(?P<n>[一两二三1-4])(?:个?星期|周|个?礼拜)(?![一二三四五六日天末])"
)
FURTHEST = 1200
"""What is wanted is said by then; lists and cries for help are read to their end."""
LOOSE = re.compile(r"(?<![a-z\d]) | (?![a-z\d])")
"""Spaces that part no English words: Chinese has none, and an English sentence may hold a Chinese name."""
GONE = re.compile(r"昨|大?前天|上个?[周星礼]|yesterday")


@dataclass(frozen=True, slots=True)
class Sentence:
    """The normalised text and its spans."""

    text: str
    low: str
    days: tuple[DateSpan, ...]
    meals: tuple[Span, ...]
    counts: tuple[Span, ...]
    modes: tuple[Span, ...]

    @property
    def dates(self) -> tuple[date, ...]:
        """Every day stated."""
        return gathered(list(self.days))

    @property
    def recur(self) -> str | None:
        """The recurrence stated, if any; "每天" after a narrower rule adds nothing."""
        rules = [span.recur for span in self.days if span.recur]
        off = {day.weekday() for span in self.days if span.removed for day in span.dates}
        if rules and rules[0] == "daily" and off == WEEKEND:
            return "weekdays"
        return rules[0] if rules else None

    def within(self, start: int, end: int) -> "Sentence":
        """Only what stands between two places; places stay those of the whole text."""
        return Sentence(
            self.text,
            self.low,
            tuple(s for s in self.days if start <= s.start < end),
            tuple(s for s in self.meals if start <= s.start < end),
            tuple(s for s in self.counts if start <= s.start < end),
            tuple(s for s in self.modes if start <= s.start < end),
        )

    def without(self, clause: re.Pattern[str]) -> "Sentence":
        """Without the clauses that speak of something else; all of it when nothing would be left."""
        left_out = {
            place
            for piece in CLAUSE.finditer(self.low)
            if clause.search(piece[0])
            for place in range(piece.start(), piece.end())
        }
        kept = Sentence(
            self.text,
            self.low,
            tuple(s for s in self.days if s.removed or s.start not in left_out),
            tuple(s for s in self.meals if s.start not in left_out),
            tuple(s for s in self.counts if s.start not in left_out),
            tuple(s for s in self.modes if s.start not in left_out),
        )
        return kept if kept.days or kept.meals or kept.counts or kept.modes else self

    def narrowed(self, clause: re.Pattern[str]) -> "Sentence":
        """When the clauses meant name days or meals themselves, those of the other clauses are not meant."""
        meant = [(m.start(), m.end()) for m in CLAUSE.finditer(self.low) if clause.search(m[0])]

        def inside(start: int) -> bool:
            return any(begin <= start < end for begin, end in meant)

        days = tuple(span for span in self.days if inside(span.start))
        meals = tuple(span for span in self.meals if inside(span.start))
        dated = any(span.dates for span in days)
        return replace(self, days=days if dated else self.days, meals=meals or self.meals)


def read_sentence(raw: str, today: date, *, past: bool = False, words: Pairs = ()) -> Sentence:
    """Normalise and find everything; what a speaker took back is left out."""
    text = normalise(raw, words)
    low = lower(text)
    said = low[:FURTHEST]
    days = find_dates(said, today, past=past)
    days = _lasting(said, days)
    places = {place for span in days for place in range(span.start, span.end)}
    counts = [span for span in find_counts(said) if not {span.start, span.end - 1} & places]
    sentence = Sentence(
        text, low, tuple(days), tuple(find_meals(said)), tuple(counts), tuple(find_modes(said))
    )
    return _corrected(sentence)


def _lasting(low: str, days: list[DateSpan]) -> list[DateSpan]:
    """后天开始，先订一周: a beginning and how long; every day of it, and no recurrence."""
    found = WEEKS.search(low)
    starts = [span for span in days if span.dates]
    if not found or len(starts) != 1 or len(starts[0].dates) != 1:
        return days
    first, length = starts[0], 7 * (number(found["n"]) or 0)
    run = tuple(first.dates[0] + timedelta(n) for n in range(length))
    return [replace(first, dates=run)] if run else days


def _corrected(sentence: Sentence) -> Sentence:
    found = max(CORRECTION.finditer(sentence.low), key=lambda match: match.start(), default=None)
    if found is None:
        return sentence
    before, after = sentence.within(0, found.start()), sentence.within(found.end(), len(sentence.text) + 1)
    return Sentence(
        sentence.text,
        sentence.low,
        after.days or before.days,
        after.meals or before.meals,
        after.counts or before.counts,
        after.modes or before.modes,
    )


def skeleton_of(sentence: Sentence) -> str:
    """The sentence in lower case with days, meals and counts as single capital letters (E a day left out); days gone by stay."""
    days = [s for s in sentence.days if not GONE.match(sentence.low, s.start)]
    stops = "停"  # 从后天停到周一: what is done from one day to another stands between them
    marks = [(s.start, s.end, _letter(s) + stops * (stops in sentence.low[s.start : s.end])) for s in days]
    marks += [
        (s.start, s.end - sentence.low.startswith("班", s.end - 1), "T" if s.plain else "M")
        for s in sentence.meals
    ]
    marks += [(s.start, s.end, "N") for s in sentence.counts if s.end - s.start < 20]
    out: list[str] = []
    place = 0
    for start, end, letter in sorted(marks):
        if end <= place:
            continue
        out.append(_plain(sentence.low[place : max(start, place)]) + letter)
        place = end
    return "".join(out) + _plain(sentence.low[place:])


def _letter(span: DateSpan) -> str:
    return "R" if span.recur else "E" if span.removed else "D"


def _plain(text: str) -> str:
    return LOOSE.sub("", text.replace("\n", ",")) if not text.isascii() else text
