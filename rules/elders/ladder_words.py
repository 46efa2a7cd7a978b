"""A ladder as a manager writes it: `30 志愿者，60 值班社工，每120`."""

import re
from typing import Any

from models.elders.requests import RequestKind, Urgency
from models.members.people import Canteen
from rules.elders.ladders import CARE, EMERGENCY, OCCASIONS, PRESSING, Audience, Ladder, Rung
from rules.values import Refused

SHORTEST, LONGEST = 1, 1440
MOST_RUNGS = 6
LATEST = {EMERGENCY: 15, PRESSING: 15, CARE: 60}
"""Where somebody may be lying on the floor, nobody waits longer between two calls."""
NAMES = {
    "志愿者": "helpers",
    "帮忙的人": "helpers",
    "值班": "on_call",
    "值班社工": "on_call",
    "社工": "social_worker",
    "全部社工": "social_worker",
    "村医": "doctor",
    "医生": "doctor",
    "村委": "committee",
    "管理员": "manager",
    "家人": "family",
    "家属": "family",
    "邻居": "neighbour",
    "接的人": "taker",
    "去的人": "taker",
    "老人": "elder",
    "本人": "elder",
    **{audience.value: audience.value for audience in Audience},
}
KINDS = {
    "送药": "medicine",
    "买药": "medicine",
    "陪同": "escort",
    "陪诊": "escort",
    "修理": "repair",
    "跑腿": "errand",
    "陪伴": "companionship",
    "谈心": "counselling",
    "量血压": "health_check",
    "照料": "home_care",
    "吃饭": "meal_help",
    "其他": "other",
    **{kind.value: kind.value for kind in RequestKind},
}
AS_EVER = frozenset({"照旧", "默认", "default"})
_RUNG = re.compile(r"^(\d{1,4})\s*(?:分钟?后?|min)?\s*[::]?\s*(\S.*)$")
_EVERY = re.compile(r"^(?:每|every)\s*(\d{1,4})")


def read(canteen: Canteen, urgency: str, words: str) -> dict[str, Any]:
    """All ladders of the village with what was written: `30 志愿者，60 值班社工，每120`, before it a kind if meant."""
    kept = dict(canteen.settings.get("ladders") or {})
    before, parted, rest = words.replace("：", ":").partition(":")
    kind = KINDS.get(before.strip()) if parted else None
    if parted and not before.strip()[:1].isdecimal() and (kind is None or urgency not in set(Urgency)):
        raise ValueError(before)
    name = f"{kind}.{urgency}" if kind else urgency
    written = rest if kind else words
    if written.strip() in AS_EVER:
        kept.pop(name, None)
        return kept
    ladder = parsed(written)
    check(ladder, urgency)
    rungs = [[rung.after, [audience.value for audience in rung.tell]] for rung in ladder.rungs]
    return {**kept, name: {"rungs": rungs, "every": ladder.every}}


def written(ladder: Ladder) -> str:
    """A ladder as it may be written."""
    rungs = [f"{rung.after} {'+'.join(rung.tell)}" for rung in ladder.rungs]
    return ",".join([*rungs, f"every {ladder.every}"])


def parsed(words: str) -> Ladder:
    """A ladder as it is written."""
    rungs: list[Rung] = []
    every = 0
    for part in filter(None, map(str.strip, re.split(r"[,,;;。\n]", words.replace("，", ",")))):
        again, rung = _EVERY.match(part), _RUNG.match(part)
        if again:
            every = int(again[1])
        elif rung:
            people = [name.strip() for name in re.split(r"[、+和与/]", rung[2]) if name.strip()]
            rungs.append(Rung(int(rung[1]), tuple(Audience(NAMES[name]) for name in people)))
        else:
            raise ValueError(part)
    return Ladder(tuple(rungs), every or max(15, rungs[-1].after if rungs else 15))


def check(ladder: Ladder, urgency: str) -> None:
    """A ladder climbs, ends within a day, is repeated, and in an emergency begins at once."""
    minutes = [rung.after for rung in ladder.rungs]
    if not 1 <= len(minutes) <= MOST_RUNGS or minutes != sorted(set(minutes)) or minutes[-1] > LONGEST:
        raise Refused("requests.ladder_must_climb")
    latest = LATEST.get(urgency, LONGEST)
    if not SHORTEST <= ladder.every <= latest or (urgency in OCCASIONS and minutes[0] != 0):
        raise Refused("requests.ladder_too_slow", most=latest)
