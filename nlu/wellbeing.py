"""What somebody says when they are asked whether all is well: whole messages only, danger is heard elsewhere."""

import re

from nlu.normalise import normalise

LONGEST = 24
WHO = r"(?:我妈|我爸|她|他|老人家?|奶奶|爷爷|人|我|俺)*+都?"
END = r"(?:的|了|啊|呢|呀|哦|嘞|咧|着|谢谢(?:你们|大家|关心)?|放心|别担心|[ ,。!~])*"
ELSEWHERE = re.compile(
    rf"{WHO}(?:今天|中午|刚才|已经|都)*(?:在|去|到|回)?(?:家里?|女儿家?|儿子家?|亲戚家?|邻居家?|朋友家?|外面|别处|街上|镇上|自己)*(?:煮|做)?(?:了)?(?:饭)?(?:吃(?:过|好|完)?){END}"
    r"|i ate (?:at home|elsewhere|already)",
    re.I,
)
FINE = re.compile(
    rf"{WHO}(?:打(?:过|了)?电话(?:问)?(?:过|了)?|问(?:过|到)?|看(?:过|到))*{END}(?:{WHO}(?:没(?:什么|啥)?事|很好|挺好|好得很|好着|好好|都好|平安|在家|没问题|不要紧|睡着|睡过头|忘记|忘){END})+"
    r"|(?:i'?m|i am|she is|he is|she'?s|he'?s) (?:fine|well|ok|okay|all right)",
    re.I,
)
HELP = re.compile(
    rf"{WHO}(?:有点|有些|很|不太|好像)*(?:不舒服|难受|不好|病|头晕|没力气|走不动|要帮忙|需要帮忙|要人帮|帮帮我|来个人|下不了床|起不来床){END}|i need help",
    re.I,
)
CANNOT_GO = re.compile(
    r"(?:对不起|不好意思)?[ ,]*(?:我|俺)?(?:现在|这边|有事|又|又是|突然|临时)*(?:我)?(?:去不了|去不成|来不了|来不成|走不开|过不去|不能去|没法去|去不到|赶不到|赶不过去)(?:了|啦|啊)*(?:[ ,]*(?:再|另外)?(?:请)?(?:叫|找)(?:别|其他)?人(?:去|吧)*)?"
    r"|(?:sorry[ ,]*)?i (?:can't|cannot|can not) (?:go|come|make it)",
    re.I,
)


def cannot_go(text: str) -> bool:
    """Whether somebody says that they cannot go; nothing more stands in the message."""
    return len(text) <= LONGEST and bool(CANNOT_GO.fullmatch(normalise(text).strip(" ,。!?~")))


def well(text: str) -> str | None:
    """fine, elsewhere or help; None when the words say something else."""
    said = normalise(text).strip(" ,。!?~")
    if not said or len(text) > LONGEST or "?" in text or "吗" in said:
        return None
    for name, pattern in (("help", HELP), ("fine", FINE), ("elsewhere", ELSEWHERE)):
        if pattern.fullmatch(said):
            return name
    return None
