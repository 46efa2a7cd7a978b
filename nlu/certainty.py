"""Whether a sentence says nothing beside a meal to be booked: only then is an unaddressed one acted on."""

import re

from nlu.sentence import Sentence, skeleton_of
from nlu.spans import MODES, NEEDS, PERSON

LONGEST = 60
FILLER = re.compile(
    r"[DERTMN]|我们?家?|咱们?|家里?|一共|总共|[共都也就还要来去吃在过的了吧啊呀呢哈嘛咯哦给帮请送到加多和跟同带拿走中午早晚记下先再想你好个份]"
    r"|麻烦|谢+|多谢|安排|大家|各位|老?人|上门|订|报名?|留|备|登记|算上?|打包|自取|堂食|人数|数量|日期|那天|全家|一家|准备|食堂|餐|饭菜?"
    r"|老年|协会|村委|开会|聚餐|两?桌|姓名"
    r"|\b(?:for|please|and|the|us|me|at|on|to|my|our|of|family|in|a|lunch|meals?|book|order|reserve|i|we|want|need|thanks?)\b"
    r"|[^\w]"
)
ANYBODY = re.compile(PERSON)


def says_nothing_else(sentence: Sentence) -> bool:
    """Days, meals, counts, ways, people and the small words between them, and no other matter."""
    if len(sentence.text) > LONGEST or sentence.text.count("\n") > 1:
        return False
    left = ANYBODY.sub("", skeleton_of(sentence))
    return not FILLER.sub("", NEEDS.sub("", MODES.sub("", left)))
