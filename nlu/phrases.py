"""Sentences that stand for a command, and short answers to a question of the bot: whole messages only."""

import re
from datetime import date

from nlu.households import TOGETHER
from nlu.lessons import taught
from nlu.normalise import normalise
from nlu.sentence import read_sentence, skeleton_of
from nlu.spans import MODES, NEEDS, PERSON, find_needs
from nlu.values import Slots

LONGEST = 40
WHO = r"(?:帮|给|替)?(?P<who>(?!我的?$|我(?:现在|还|一共|总共|到底|先|的))[一-鿿]{1,6}?)?(?:的)?"
DEBTOR = r"(?:我|俺|(?:帮|给|替)?(?P<who>我(?:妈|爸|家|奶奶|爷爷|外婆|外公|老伴|老公|老婆)[一-鿿]{0,2}?|(?!我|俺|谁|哪|现在|还|一共|总共|到底|工资)[一-鿿]{2,4}?)的?)?"
REST = r"(?:先|就|都|要|想|暂时|全部)*(?:停掉|停送|停订|停餐|停吃|停一?停|停一下|停几天|停了|停|歇一?歇|歇几天|歇|暂停|(?<=先)不(?:用|要)(?:再)?(?:送饭|送餐|订饭|送|订))(?:吃|送|订|餐|饭|几天|一下|一阵|吧|了|啊)*"
LASTING = r"(?:长期|固定|每天|天天|平时)的?(?:报餐|订餐|订饭|送餐|送饭|吃饭|饭|餐)?的?"
WEEKDAY = r"(?:[今明后]天|大后天|下?(?:个)?(?:周|星期|礼拜)[一二三四五六日天])"
NOT_NEEDED = r"(?:(?:不用|不要|不必|别)(?:再)?(?:帮我|给我|麻烦大家)?(?:找|问|换)?(?:别?人|大家)?(?:替|顶|代|来)?(?:我)?(?:班)?|不(?:找|换|问)(?:别?人|大家|班)?(?:替|顶)?)了"
I_COME = r"(?:我又|又)?(?:还是)?(?:我|俺)(?:还是)?(?:自己|可以|能|又能)*(?:来|去|上|做|值)(?:得了)?(?:吧|了|好了|就行|就好)*"
MYSELF = (
    rf"(?P<when>(?:(?:那|这|本)个?)?{WEEKDAY}?(?:早上|中午|晚上)?的?(?:班|送餐|送饭|做饭|帮厨|打扫|洗碗)?[ ,]*"
    rf"(?:(?:算了|不用了|没事了?|{NOT_NEEDED})+[ ,]*(?:{NOT_NEEDED})?[ ,]*{I_COME}"
    rf"|(?:不用|不要|别|不必)(?:再)?(?:帮我|给我)?(?:找人?|找?人)(?:替|顶|代|换)?(?:我)?(?:班)?了"
    r"|(?:还是)?(?:我|俺)(?:还是)?自己(?:来|去|上|做|值)(?:吧|了|好了|就行|就好)*))"
    r"|(?:never ?mind|forget it)[ ,]*i(?:'ll| will| can) (?:come|do it|go)(?: myself)?|i(?:'ll| will) (?:come|do it) myself"
)
"""Nobody need be found any longer: whoever asked comes after all."""

SPOKEN: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (command, re.compile(pattern, re.I))
    for command, pattern in (
        (
            "account",
            rf"{DEBTOR}(?:我|现在|还|一共|总共|到底)*(?:欠|该付|要付|差)(?:食堂|你们|了|的|着)*(?:多少|几多|好多|几)?(?:块|元)?(?:钱|饭钱|账)?(?:没有|没|吗|呢|啊)?"
            r"|我的?(?:账|账单|饭钱|钱)|查一?下?账|(?:what|how much) do i owe|my account",
        ),
        ("mealtime", r"(?:[今明后]天)?(?:中午|晚上|午饭|晚饭|食堂)?(?:几点|什么时候|几时)(?:钟)?(?:可以)?(?:吃饭|开饭|开餐|开门|送饭|送来|送|截止|报名截止)(?:啊|呀|呢|了)?|when is (?:lunch|dinner|the meal)"),
        ("mealprice", r"(?:食堂|现在)?(?:的)?(?:一|每)?(?:餐|份|顿|个)?(?:饭|午饭|中饭)?(?:要|是|卖)?(?:多少|几多|几|好多)(?:块|元)?钱?(?:一|每)?(?:餐|份|顿|个人|次)|(?:一|每)(?:餐|份|顿)(?:饭)?(?:要|是)?(?:多少|几)(?:块|元)?钱?|how much is (?:a meal|lunch)"),
        ("deliver", r"(?:今天|中午)?(?:要)?(?:送餐|送饭|配送)(?:的)?(?:路线|单子?|名单|有?(?:几|多少|哪几|哪些)(?:家|户|个|份)?)|(?:今天|中午)?(?:要)?送(?:几|多少|哪几|哪些)(?:家|户)"),
        ("settings", r"(?:食堂|村里)?(?:的)?设置|settings"),
        ("debts", r"(?:食堂的?)?账本|(?:都)?(?:有)?(?:谁|哪些人|哪几个)(?:还|都)*(?:欠|没交|没给|没付)(?:着)?(?:食堂)?(?:的)?(?:钱|饭钱|账)?(?:没交|没给)?|who owes(?: money)?"),
        ("pay", r"(?P<paid>(?:今天)?收(?:到)?了?[一-鿿]{2,6}?(?:的)?(?:饭钱|钱|交的)?\d{1,5}(?:\.\d{1,2})?(?:块|元)钱?|[一-鿿]{2,6}?(?:今天)?(?:交|付|给)了?(?:饭钱|钱)?\d{1,5}(?:\.\d{1,2})?(?:块|元)钱?)"),
        ("condition", r"(?P<all>[一-鿿]{2,8}?(?:[今明后]天|昨天|下?周[一二三四五六日天]|现在|已经)?(?:去|在)?(?:住院|出院|外出|去(?:儿子|女儿|亲戚|外地|南宁|县城)[一-鿿]{0,4}(?:家)?|出(?:远)?门|走亲戚|回来|过世|去世|不在了|搬走)(?:了|啦)(?:[,，。 ].*)?)"),
        (
            "eaten",
            r"(?:今天|今日|今早|中午|晌午|午饭)*(?P<who>我(?:妈|爸|家|奶奶|爷爷|外婆|外公|老伴)(?:妈|爸|里)?|(?!大家|你们|他们|今天|中午|药)(?:(?!昨天|前天)[一-鿿]){2,4}?)?(?:今天|今日|今早|今晚|中午|晌午|午饭|早饭|晚饭|的|饭|都|她|他)*"
            r"(?:有没有|有冇)?(?:吃(?:上|到|过)?(?:饭|午饭|中饭)?了?|送(?:到|过去)?(?:家)?了?|领了?)(?:(?<=有没有.{2})|(?<=有没有.{3})|(?<=有没有.)|(?:没有|没|冇|吗|么|未)(?:有)?)(?:啊|呀|呢)?|has (?:my )?(?P<en>\w+) eaten(?: today)?",
        ),
        ("numbers", r"(?P<all>(?:[今明后]天|今日|明日|大后天|周[一二三四五六日天]|下?星期[一二三四五六日天])?(?:早上|中午|晌午|晚上|早饭|午饭|中饭|晚饭|早餐|午餐|晚餐)?(?:现在|一共|总共|大概)?(?:有|来|报了|订了|定了|是|要做|要煮|做|煮|还剩|还有|剩)*(?:多少|几|好多|几多)(?:个)?(?:人|份|位|个)?(?:的)?(?:吃饭|吃|来|报餐|报名|报|订餐|订饭|订|饭|餐)?(?:了)?(?:啊|呀|呢)?)|(?P<en>how many (?:are |come |people )?.*)"),
        ("numbers", r"(?P<all>(?:[今明后]天|大后天|周[一二三四五六日天])?(?:早上|中午|晚上|早饭|午饭|晚饭)?(?:一共|总共)?有?(?:多少|几)(?:个|份|家|户)?(?:是)?要(?:送|打包)的?(?:呢|啊)?)"),
        ("account", r"(?:饭钱|餐费|伙食费)(?:要)?(?:怎么|在哪里?|到哪里?|找谁|什么时候|跟谁)(?:交|付|给|结|算)(?:啊|呢|呀)?"),
        ("eaten", r"我?(?:今天|中午|晚上)?(?:订|报)?的?(?:饭|午饭|晚饭|早饭|餐)(?:怎么|为什么|咋)?(?:现在|到现在)?(?:还)?(?:没|没有)(?:到|送到|来|送来|送)(?:呢|啊|呀|吗)?"),
        ("eaten", r"(?P<who>(?:我家?)?(?:妈妈|爸爸|妈|爸|奶奶|爷爷|外婆|外公|老伴)|(?!大家|你们|他们|孩子)[一-鿿]{2,4}?)(?:今天|最近|这几天|这两天)(?:都)?吃[得的](?:怎么样|好不好|如何|好吗|多不多)(?:啊|呢|呀)?"),
        ("absent", r"(?:今天|中午|晚上|午饭|晚饭|现在)*(?:还)?(?:有)?(?:谁|哪些人|哪个|哪几个|哪些)(?:还)?(?:没|冇|没有|不)(?:来|到|吃|吃饭|来吃)(?:饭)?(?:的|呢|啊)?|who (?:is missing|did not come|has not come)(?: today)?"),
        ("sheet", r"(?:[今明]天)?(?:中午|晚上|午饭|晚饭)?(?:的)?(?:(?:谁|哪些|哪个|哪几个|有谁|哪几位|有哪些)(?:人|老人)?(?:是|要|吃|不吃|不能吃|忌|忌口|不要)+(?:软|烂|少盐|低盐|淡|清淡|少油|低糖|无糖|糖|猪肉|辣|葱|香菜|素|口)?(?:一?点)?(?:的)?|(?:厨房|备菜|打印的?)(?:单子?|表))"),
        ("close", r"(?P<when>.*(?:不开伙|不开饭|不开餐|停伙|食堂(?:休息|关门|不开|停一天|停餐))(?!.*(?:吗|么|没有|呢|\?)).*)"),
        ("privacy", r"我的(?:资料|信息|数据|档案)|my data"),
        ("more", r"(?P<first>更多|more)|(?P<next>还有(?:什么|啥)?|even more)|(?P<back>返回|回去|回到开头|back)"),
        ("family", r"(?:帮|给|替)(?:家里人|家人|家里|别人|老人)(?:订|报)(?:饭|餐)?|book for (?:my )?family"),
        ("pair", r"请家人(?:替|帮|给)我(?:订|报)(?:饭|餐)?|让(?:家人|家里人)(?:替|帮)我(?:订|报)(?:饭|餐)?|let (?:my )?family book"),
        ("neighbour", rf"(?P<all>(?:请|让|叫)(?!人|邻居|谁|个|你|大家|师傅)[一-鿿]{{2,4}}?(?:帮忙)?(?:照看|照应|关照)(?:一下|着)?(?:我|俺|{PERSON})|[一-鿿]{{2,4}}?是(?:我|俺|{PERSON})的?邻居)"),
        ("care", r"(?:还有)?(?:谁|哪些人|哪几个|哪些老人)(?:还)?(?:没|没有)(?:问到|联系上|找到)(?:的)?|(?:今天)?要(?:问|联系)(?:谁|哪些人)"),
        ("needs", r"(?:老人|大家)(?:们)?(?:都)?(?:想要|要|说过|提过|盼着?)(?:些|了)?(?:什么|啥)|(?:我)?(?:说过|提过)(?:的|什么)?(?:心愿|愿望|需求|想法)?(?:有哪些|怎么样了|呢)?|(?:我的)?心愿"),
        ("unseen", r"(?:有)?(?:谁|哪些(?:人|老人|家)?|哪几(?:个|户|家)(?:老人)?)(?:有)?(?:好久|很久|好长时间|多久)(?:都)?(?:没|没有)(?:人)?(?:见|去|来|看|走访)(?:到|过|看|见)*了?"),
        ("overdue", r"(?:到|过)了?(?:时间|日子)(?:还)?没(?:有)?(?:去|走访)(?:过)?的?(?:有哪些|有谁|是谁|名单)?"),
        ("standing", r"(?:我的)?(?:长期|固定)(?:报餐|订餐|订饭|送餐|饭|餐)?|every day"),
        ("language", r"(?:说|换|改成?|用)?(?:英文|英语|中文|english|chinese)"),
        ("away", r"(?:我)?(?:要)?(?:出远?门|不在家)(?:几天|一阵)?了?|(?:i am |i'm )?away"),
        ("household", rf"(?P<all>{TOGETHER})"),
        ("examples", r"(?:我)?(?:来|要)?教(?:一?教)?(?:你|机器人)(?:说话|听话|新说法)?|新说法|没听懂的话|teach you"),
        ("word", r"(?:我|你)?(?:教过|学过|学会)(?:你|我)?(?:什么|哪些)(?:词|话)?|learnt words"),
        (
            "whoate",
            r"(?P<when>[^,。谁哪]*?)(?:有)?(?:谁|哪些人|哪几个人|哪几位)(?:都)?吃(?:了|过)(?!药|饭|亏|早饭|午饭|晚饭|我|你|他|她)[一-鿿]{2,10}",
        ),
        ("certificate", r"(?:我的)?健康证(?:什么时候|几时|哪天)?(?:到期|过期)?(?:了|吗|呢)?|my (?:health )?certificate"),
        ("kitchen", r"(?:厨房)?台账|(?:要|来|开始)?(?:做)?晨检|(?:要)?留样|kitchen book"),
        ("hours", r"(?:我)?(?:一共|总共|这个月)?(?:我)?(?:帮|做|干)了(?:多少|几个?)(?:个)?(?:小时|钟头|工时)|我的工时|my hours"),
        ("help", r"(?:怎么|咋|如何)(?:用|订饭|订餐|订|报餐|报名|弄|搞)(?:呢|啊)?|(?:你)?(?:会|能)(?:做|干)?(?:什么|啥)|帮助|使用说明|how does (?:this|it) work"),
        (
            "undo",
            r"(?:我)?(?:不小心)?(?:点|按|搞|弄|订|报)错(?:了|啦)?|撤销|撤回|(?:我)?改(?:变)?主意了?|反悔了?|刚才(?:的|那个)?(?:不算|错了|点错了?|不要了?)|undo|my mistake",
        ),
        ("still", r"(?:算了|等等|哎呀|哦)?[ ,]*(?:我)?(?:还是|又)(?:要|想要|吃|想吃|来|订)(?:吧|了|的|好了)*|i want it after all"),
        ("myself", MYSELF),
        ("resume", rf"{WHO}(?:{LASTING})?(?:可以|都|再)*(?:恢复|重新开始|接着送|接着订|继续(?:送|订|吃))(?:{LASTING}|报餐|订餐|订饭|送餐|送饭|饭|餐|吧|了)*|resume"),
        ("rest", rf"{WHO}(?P<when>[^。停歇]*?)(?:{LASTING})?{REST}|(?:pause|stop) (?P<en>.*)"),
    )
)  # fmt: skip
"""Command and the words for it; `who` is for whom, what stands before is read for days."""

LINK = re.compile(r"(?:https?://)?t\.me/\w{4,32}\?start=(?P<secret>[\w-]{8,64})", re.ASCII)
FOREIGN = re.compile(
    r"停(?:电|水|车|工|气|课|班|药)|(?:雨|风|车|工|活|药|水|电)停|停下来|心跳|呼吸|歇业|停在"
)
YES = re.compile(
    r"(?:(?:嗯+|对+|是|是的|好|好的|好啊|行|可以|要|要的|没错|对的|就这样|确定|同意|要得|得|得嘞|中|成|好嘞|好咧|没问题|对头|系|ok|okay|yes|yep|right|sure)[!。啊呀吧了哒嘞咯呢]*[ ,]*)+",
    re.I,
)
NO = re.compile(
    r"(?:不|不对|不是|不要|不用|不行|不好|错|错了|别|算了|都不是|no|nope|wrong)[!。啊呀吧了]*", re.I
)


def spoken(text: str) -> tuple[str, str] | None:
    """The command a whole message stands for, and what it is about; None for every other sentence."""
    link = LINK.fullmatch(text.strip())
    if link:
        return "start", link["secret"]
    if len(text) > LONGEST:
        return None
    if taught(text):
        return "word", text
    said = normalise(text).strip(" ,。!?~").removesuffix("?")
    for command, pattern in SPOKEN if said else ():
        found = pattern.fullmatch(said)
        if found and (command == "close" or not FOREIGN.search(said)):
            return command, _about(found, said)
    return None


COMES = re.compile(MYSELF, re.I)


def comes_after_all(text: str) -> str | None:
    """Whether somebody who asked to be replaced comes themselves; what they said, with the day if they named one."""
    said = normalise(text).strip(" ,。!?~") if len(text) <= LONGEST else ""
    return said if COMES.fullmatch(said) else None


PLACED = rf"(?:[一-鿿]{{1,2}}(?:寨|组|屯|队|边|村)的?)?{PERSON}"
EACH = re.compile(
    r"^(?:大?[今明后]天|[今明]日|下?(?:周|星期|礼拜)[一二三四五六日天]|早上|中午|晌午|晚上|早饭|午饭|晚饭|,| )*(?:帮|给|替)?"
    rf"(?P<people>{PLACED}(?:(?:和|跟|同|与|、|,|还有){PLACED}){{1,5}})"
)
PARTED = re.compile(r"和|跟|同|与|、|,|还有")


def each_of(text: str) -> tuple[str, ...]:
    """Those a sentence is about, when it is about several by name; nobody when it is about one."""
    found = EACH.match(normalise(text)) if len(text) <= LONGEST else None
    return tuple(PARTED.split(found["people"])) if found else ()


INSTEAD = re.compile(
    r"不(?:用|要)?送(?:了|饭|餐)*[, ]*(?:我|我们|她|他|自己)*(?:过来|来|去)(?:食堂)?(?P<how>吃|拿|取|打包)"
)


def mode_instead(text: str) -> str | None:
    """ "Not brought, I come to eat": how the meal is had instead of being brought; it is not given up."""
    found = INSTEAD.search(normalise(text))
    return None if found is None else "dine_in" if found["how"] == "吃" else "takeaway"


def names_somebody(text: str) -> bool:
    """Whether a person is named anywhere, other than beside the speaker."""
    said = normalise(text)
    return bool(re.search(PERSON, said)) and not re.search(r"我们?(?:和|跟|同)", said)


def _about(found: re.Match[str], said: str) -> str:
    groups = found.groupdict()
    if groups.keys() & {"when", "all"}:
        return said
    if "paid" in groups:
        return _paid(said)
    if "first" in groups:
        return str(found.lastgroup)
    return groups.get("who") or groups.get("en") or ""


def endless(text: str) -> bool:
    """Whether a span has a beginning and no end: from Monday on."""
    return bool(re.search(r"起|开始|以后|往后|\bfrom\b(?!.*\bto\b)", text))


PAID = re.compile(
    r"(?:今天)?(?:收(?:到)?了?)?(?P<who>[一-鿿]{2,6}?)(?:的|今天)?(?:交的?|付|给)?了?(?:饭钱|钱)?(?P<yuan>[\d.]+)"
)


def _paid(said: str) -> str:
    """Who paid how much, as the command wants it."""
    found = PAID.match(said)
    return f"{found['who']} {found['yuan']}" if found else ""


CONDITIONS = (
    ("in_hospital", re.compile(r"住院")),
    ("active", re.compile(r"出院|回来")),
    ("deceased", re.compile(r"过世|去世|不在了")),
    ("left", re.compile(r"搬走")),
    ("away", re.compile(r"外出|去|出门|出远门|走亲戚|不在家")),
)


def condition_of(said: str) -> str | None:
    """What the first clause says about where somebody is: in hospital, away, back, gone."""
    first = re.split(r"[,，。 ]", said)[0]
    return next((name for name, pattern in CONDITIONS if pattern.search(first)), None)


def who_first(said: str) -> str:
    """The name a sentence begins with."""
    found = re.match(
        rf"(?:{PERSON}|[一-鿿]{{2,3}}?(?=[今明后昨]天|下?周|现在|已经|住院|出院|外出|去|在|出|走|回|过|不|搬))",
        said,
    )
    return found[0] if found else ""


def reply(text: str) -> bool | None:
    """A plain yes or no; None when it is neither."""
    said = normalise(text).strip(" ,。!?~")
    if YES.fullmatch(said):
        return True
    return False if NO.fullmatch(said) else None


FILLER = re.compile(
    r"我|还是|就|也|要|来|订|报|帮|给|留|改成?|换成?|变成?|成|是|家里?|里|过来|吧|了|啊|呢|的|[ ,。!]"
)


def detail(text: str, today: date) -> Slots | None:
    """How many, how eaten, how prepared, when nothing else is said: what is added to what was just talked about."""
    if len(text) > LONGEST:
        return None
    sentence = read_sentence(text, today)
    notes = find_needs(sentence.low)
    if not (sentence.counts or sentence.modes or notes) or sentence.days or sentence.meals:
        return None
    rest = NEEDS.sub("", MODES.sub("", skeleton_of(sentence))).replace("N", "", 1)
    if FILLER.sub("", rest):
        return None
    count = int(sentence.counts[-1].value) if sentence.counts else None
    return Slots(count=count, mode=str(sentence.modes[-1].value) if sentence.modes else None, notes=notes)
