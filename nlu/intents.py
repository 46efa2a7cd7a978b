"""Ordered, named rules from words to intents, each with its vetoes; the first that holds wins.

Rules see a skeleton of the sentence in lower case: D a day, R a recurrence, M a meal by name, T a time of day, N a count.
"""

import re
from dataclasses import dataclass

from nlu.values import Intent


@dataclass(frozen=True, slots=True)
class Rule:
    """One way to say something; `sure` rules may act, others ask first; `group` ones may act unaddressed."""

    name: str
    intent: Intent
    words: re.Pattern[str]
    veto: re.Pattern[str] | None = None
    sure: bool = True
    group: bool = False

    def holds(self, skeleton: str) -> bool:
        """Whether the words are there and nothing speaks against them."""
        return bool(self.words.search(skeleton)) and not (self.veto and self.veto.search(skeleton))


def _rule(name: str, intent: Intent, words: str, veto: str = "", **flags: bool) -> Rule:
    return Rule(name, intent, re.compile(words), re.compile(veto) if veto else None, **flags)


FOREIGN = (
    "酒店|宾馆|饭店|餐馆|酒楼|大排档|高铁|火车|机票|车票|门票|电影|快递|淘宝|拼多多|外卖|蛋糕|牛奶|鲜奶|报纸|杂志|鲜花|一束花|化肥|种子|肥料|衣服|房间|火锅店|烧烤|喜酒|满月酒|婚宴|吃席|酒席|生日宴"
    "|橘子|沃柑|红薯|鸡蛋|送货|医院食堂|学校食堂|ticket|train|flight|hotel|restaurant|movie|大巴|牛排|自助餐|宴请|酒会"
)
PAST = (
    "昨[天晚夜]|前天|上周|上个|去年|上次|刚才|刚刚|以前|那时|小时候|当年|yesterday|last (?:week|night|month)"
)
REPORTED = "听说|据说|人家说|他们说|电视里|新闻|小说|电影|电视剧|梦见|梦到|做梦|笑死|哈哈|开玩笑|抖音|视频"
FALL = "摔(?:倒|了|伤|下|断|跤|一跤|在|得|着)|滑倒|跌倒|栽倒|倒在(?:地|厕|门|田|路|床|灶|院|浴)|起不来了?|爬不起来|站不起来"
ACUTE = (
    "胸口?(?:很|好|有点|突然|一阵|发)*[痛疼闷]|心(?:口|脏)?(?:绞痛|很痛|好痛|好疼|疼得|痛得|难受得|病犯)|心口(?:很|好|有点|又)?[痛疼]|(?:喘|透|呼吸|上)不(?:上|过|来|出)气|呼吸(?:困难|不了|不上)|喘不(?:过|上)|晕倒|昏(?:倒|迷|过去|死)|晕过去|不省人事|没(?:有)?意识|叫不(?:醒|应)|喊不(?:醒|应)"
    "|抽(?:搐|筋不停)|口吐白沫|(?:嘴|脸|口)(?:巴|角)?歪|半边(?:身|脸|手|身子).{0,4}(?:不能动|动不了|麻|没力)|说不出话|中风|脑溢血|大出血|吐血|流(?:了)?(?:好多|很多|大量)血|血(?:止不住|流不停)|噎(?:住|着|到)|卡(?:住)?(?:了)?(?:喉咙|喉|嗓子)|触电|溺水|掉(?:进|到|下)?(?:了)?(?:水里|河里|塘里|井里|水塘|河|井)"
    "|吃错(?:了)?药|(?:喝|吃)(?:了)?农药|中毒|煤气(?:味|中毒|漏)|漏(?:煤)?气|着火|起火|失火|烧起来|火灾|不想活|想死|活着没意思|自杀|跳楼|寻短见|被(?:蛇|毒蛇|狗)咬|蛇咬|烫伤|快不行了|救命|快来人|打120|叫救护车|救护车|不会动了|没(?:有)?(?:呼吸|气)了|(?:人|他|她|爷|奶|妈|爸|公|婆|叔|伯|婶|喊|叫).{0,5}没(?:有)?反应"
)
ENGLISH_ACUTE = r"can'?t breathe|chest pain|chest hurts|fell (?:down|over|and)|has fallen|collapsed|unconscious|passed out|on fire\b|fire in|bleeding (?:a lot|badly|heavily)|stroke|heart attack|choking|ambulance|emergency|not breathing|smell(?:s)? (?:of )?gas|poison|help me\b.*(?:fall|fell|hurt)|can'?t get up"
LONG_AGO = "昨[天晚夜]|前天|上周|上个|去年|上次|以前|那时|小时候|当年|走访|探访|入户|家访|yesterday|last (?:week|night|month)|years? ago"
STILL = "起不来|爬不|站不|动不了|动不得|疼|痛|肿|血|昏|晕|现在|还在|can'?t|hurt|still"
EMERGENCY_VETO = (
    "着火车|[不点]着火|触摸|笔记本|键盘|开机|溺水者|彻底晕|餐具了晕|这本书|作者|书中|剧情|等等$|使用中风|(?<![不快])没事了|好多了|缓过来了|已经出院|虚惊"
    "|梦见|梦到|做梦|电视|电影|小说|演习|讲座|培训|宣传|笑死|热死|饿死|开玩笑|闹着玩|新闻|游戏|手机摔|fire drill|dream|movie"
    "|摔(?:了|坏|碎)(?:个?碗|杯|手机|盘|一个碗|鸡蛋)|(?:如果|假如|万一|小心|注意|当心|防止?|以防|预防|别|怕|担心|避免|不会|没有?)[^,。!]{0,6}(?:摔|跌|滑|着火|起火|火灾|中毒|烫|晕|触电|溺水|漏气)"
    f"|^(?!.*(?:{STILL})).*(?:{LONG_AGO})"
)
SHIFT = "班|值日|值班|轮值|当值|shift"
BOOK = "订(?!单|购|的|房|书|票|阅|机|婚)|报名|报个|报N|报餐|留饭|留N|留个|留一|预订|预约|预留|登记|加上|算我|算上|带上我|安排|来N|要N|想吃|想去吃|去食堂|来食堂|来吃|过来吃|去吃|吃饭|添N|加N|搭N|再来|\\bbook|\\border|\\breserve|\\bsign me|put me down|count me in|i'?ll have|\\bcan i have|\\bi'?d like|save me|please send"
CANCEL = "取消|不吃|不用(?:R|给|再|我|妈|爸|他|她|了|T|M|D){0,5}(?:给|送|留|订|做|煮|准备|来|报|预|饭|M)|不要(?:了|啦|给|送|留|订|做|N|M|饭|吃)|退(?:掉|N|M|订|餐|饭|了|一下)|不订|不来吃|不去吃|不来食堂|不去食堂|不过来(?:吃)?|别(?:留|送|做|煮|给|订)|停(?:餐|饭|送|几天|N|一|掉|M)|撤|不在家吃|划掉|免了|不报了|\\bcancel|won'?t (?:be )?(?:eat|com|need|mak)|not (?:eating|coming)|don'?t need|no (?:M|lunch|meal)|skip"
CHANGE = "改(?:成|为|到|在|送|堂食|打包|自取|配送|N|D|M|T|一下|下|吃|去)|换(?:成|到|为|去|D|M)|挪(?:到|去)|推(?:到|迟)|提前到|变成?N|变成|调(?:到|成)|少(?:订|送|做|留|要|报)?N|减(?:少|掉|去)?N|多(?:加|订|送|做|留|要|来|报)?N|(?:再)?(?:多)?加N|再添N|\\bchange|\\bmove|\\bswitch|make it N|instead|one (?:more|less|fewer)|N more|N (?:less|fewer)"

RULES = (
    _rule("danger", Intent.EMERGENCY, f"{ACUTE}|{ENGLISH_ACUTE}", EMERGENCY_VETO),
    _rule("fall", Intent.EMERGENCY, FALL, EMERGENCY_VETO + "|(?:早|睡|赖床|腰懒)起不来|起不来床.*(?:困|懒)|价格|房价"),
    _rule("dream", Intent.CHATTER, "梦见|梦到|做了?个?梦|电视里|开玩笑"),
    _rule("greeting", Intent.CHATTER, "^(?:大家|各位)?(?:T好|你好|您好|T安|晚安|好的|收到|知道了|嗯+|哈+|哦+|在吗|hello|hi|ok|good M|good T)[!。啊呀~,]*$"),
    _rule("past_and_well", Intent.CHATTER, f"(?:{PAST}).*(?:没事了|没事|好了|没什么大碍)$|虚惊"),
    _rule("visit", Intent.VISIT_NOTE, "(?:探访|走访|家访|入户|探望|回访)(?:了|D|过|记录|:|,|[^班谁吗?]{0,8}(?:家|户|奶奶|阿公|阿婆|爷爷|婶|叔|伯))|(?:去|到)(?:看|了)?(?:望)?[^,。]{0,6}(?:奶奶|阿公|阿婆|爷爷|婶|叔|伯|公|婆)家?(?:看了|走访|了一?趟)|(?:去|来|上门)看了|看望了|\\bvisited\\b|home visit", f"什么时候|谁去|吗|\\?|{REPORTED}|(?:请|想|能)(?:人|谁)?(?:来)?(?:探访|走访)"),
    _rule("swap", Intent.SWAP_SHIFT, f"(?:换|对调|调换|互换|对换|调)(?:个|一下|下|一?天)?(?:{SHIFT})|(?:{SHIFT}).*(?:换|对调|调换|互换|对换|调一?下|调到)|(?:跟|和|同).{{0,6}}(?:换|对调)(?:个|一下|一?天|D)|\\bswap", f"换班车|换衣|班车|{PAST}.*(?:换了|调了)"),
    _rule("substitute", Intent.OFFER_SHIFT, f"(?:谁|哪位|有人|有没有人|有没有谁|哪个).{{0,12}}(?:替|顶|代)(?:我|一下|个|下|班|D|T|\\b|$)|(?:帮|替|代|顶)(?:我)?(?:一下|下|个|一个|一?天|N)?(?:我)?(?:D|T|M)*的?(?:{SHIFT})|(?:谁|哪位|有人|有没有人).{{0,8}}(?:顶|替|接)|找(?:个|一个)?人(?:顶|替|代)|求(?:顶|替|代)|(?:cover|take) my|someone (?:to )?(?:cover|take (?:my|the shift|it))|can anyone cover", "我来(?!不)|我可以|我能(?!不)|我去(?!不)|我愿|班车|我帮|我替"),
    _rule("claim", Intent.CLAIM_SHIFT, "(?:^|[,我])(?:那)?我(?:帮|替|顶)(?:你|他|她)(?:吧|一下|$)|我(?:来|可以|能|去(?!不)|愿意|有空|帮(?:你|他|她)|替(?:你|他|她|.{1,3})|顶|接).{0,8}(?:顶|替|代|接|值|班|帮厨|上|补)|我(?:D|T|M)*(?:有空|得闲|可以).{0,6}(?:顶|替|帮|值|去)|(?:这个|那个|D|T|M)+的?班?(?:我来|我顶|我接|我上|我值|我要)|算我一个班|i(?:'ll| can| will) (?:take|cover|do) (?:the |that |your |it|D|\\w+'s )", "顶不|来不了|不能|没空|谁|吗|拿|接孩子|接孙"),
    _rule("roster", Intent.QUERY_SHIFTS, f"谁(?:做饭|煮|当班|值|掌勺|的?{SHIFT}|炒菜|帮厨|送饭|负责|洗碗|送餐|D|T|M)|(?:D|T|M)+(?:是|轮到|该|到)?谁|轮到(?:谁|我)|(?:我|排)(?:的)?(?:D|T|M|这|有|是)*(?:什么|哪|几|有没有|多少)[^,。]{{0,5}}(?:{SHIFT})|排班(?:表)?|值班表|班表|(?:{SHIFT}).{{0,4}}(?:什么时候|哪天|几点|吗|多少|几个)|(?:什么时候|哪天|几时).{{0,5}}(?:{SHIFT}|轮到|到我)|who(?:'s| is)? (?:cook|on|work|deliver)|\\broster|my shifts?", f"can't|cannot|won't|cover|谁家|谁(?:要|有|看见|吃|替|顶|订|能|帮)|班车|{FOREIGN}"),
    _rule("leave", Intent.LEAVE_SHIFT, f"请(?:个|N|一|半|两|几)?(?:天|个)*假|(?:D|T|M|我).{{0,8}}(?:来不了|去不了|上不了|到不了|不能来|不能去|来不成|去不成).{{0,10}}(?:{SHIFT}|做饭|帮厨|煮|帮忙|洗碗|送餐|送饭|了|$)|(?:{SHIFT}).{{0,8}}(?:来不了|去不了|上不了|不能|不来|没法)|(?:can'?t|cannot|won'?t) (?:make|do|come|work).{{0,14}}(?:shift|cook|work|help)|day off|take leave", "吃|M不|不用留|取消|订|孩子[^,]{0,3}请假|给孩子|老师|学校|公司|单位|老板"),
    _rule("medicine", Intent.REQUEST_MEDICINE, "(?:帮|给|替|代|请|要|想|能|去|谁|托).{0,10}(?:买|拿|开|取|带|抓|送|配|捎).{0,10}(?:药|胶囊|糖浆|眼药水|膏药|胰岛素|感冒灵|片\\b|冲剂)|(?:买|拿|开|取|送|配|代购)(?:点|一点|些|盒|几盒|N)?.{0,6}药|药(?:快|都|已经|也)?(?:吃完|没了|没有了|用完|没剩|断了|不够|要没|光了|冇)|代买药|药.{0,6}(?:帮|能|可以).{0,6}(?:买|拿|带|开)|medicine|prescription|pills|pharmacy|tablets", f"农药|{PAST}.*(?:买了|拿了)|吃药了没|药贵|记得吃药|火药|{REPORTED}|草药|饭后吃药"),
    _rule("escort", Intent.REQUEST_ESCORT, "陪诊|陪(?:我|他|她|老人|着|同|护).{0,10}(?:医院|看病|复查|检查|就医|看医生|门诊|卫生院|看眼|看牙|看腿|打针|住院)|(?:医院|看病|复查|卫生院|门诊|看医生|看牙|看眼睛|换药|拆线|化疗|透析).{0,14}(?:陪|没人|送我|带我|接送|有人|跟我|有没有)|(?:送|带|载|搭|跟|陪)(?:我|他|她|我妈|我爸)?.{0,4}(?:去|上|到).{0,6}(?:医院|看病|卫生院|看医生|复查|门诊)|(?:take|accompany|go with|come with|drive).{0,16}(?:hospital|clinic|doctor)|(?:hospital|doctor|clinic).{0,20}(?:with me|company|a lift|accompan)", f"{PAST}|{REPORTED}|陪他去了|回来了"),
    _rule("health_check", Intent.REQUEST_HEALTH_CHECK, "(?:量|测|查|检查|验)(?:个|一下|下|一量|量|测|次|N)?(?:血压|血糖|体温|血脂|心率|身体|体重)|体检|血压.{0,6}(?:帮|给|能).{0,4}量|(?:帮|给|想|能|要).{0,8}(?:量|测)(?:一?下)?(?:血|体)|义诊|血压.{0,4}(?:来|能).{0,4}[测量]|blood (?:pressure|sugar)|health check|check-?up", f"才准|要坐着|正常|{PAST}|{REPORTED}|量了|查了|测了|结果|通知|仪.{{0,4}}(?:坏|卖|多少钱)|学校|年轻人"),
    _rule("repair", Intent.REQUEST_REPAIR, "(?:灯|水管|水龙头|电|电视|风扇|空调|冰箱|洗衣机|门|锁|窗|马桶|厕所|瓦|屋顶|房顶|电饭[锅煲]|热水器|插座|开关|电线|线路|水|收音机|手机|床|桌|椅|轮椅|助听器|煤气灶|灶|下水道|管|电表|电扇|路由器|网).{0,8}(?:坏|不亮|漏|不转|不通|堵|跳闸|烧了|烧坏|断了|不制|没反应|打不开|关不|不响|不出水|不动|掉了|裂|松了|不热|没电|停了|没信号)|(?:修|换)(?:一?下|个|修|一修|理)?(?:灯|水|电|门|锁|管|房|瓦|屋|风扇|电视|洗衣|空调|冰箱|窗|马桶|插|轮椅)|(?:帮|来|能|请|找|谁).{0,10}(?:修(?!路|改|行)|维修|通(?:一?下)?(?:下水|厕))|\\brepair|\\bfix\\b|broken|leak|not working|doesn'?t work", f"修路|停电到|{PAST}.*(?:修好|修了)|修好了|饭.*(?:坏|馊)|{REPORTED}|公路|村口"),
    _rule("company", Intent.REQUEST_COMPANIONSHIP, "(?:找|有|来|想|要|能|叫|派|陪).{0,8}(?:人)?.{0,3}(?:说说?话|聊聊|聊天|谈谈心|谈心|解闷|唠嗑|唠唠|讲讲?话|坐坐|下棋|打牌|作伴|做伴|吹水|倾偈)|(?:闷|孤单|孤独|寂寞|一个人在家|没人说话|没人聊|没人陪|冷清|没人理)|陪(?:陪)?(?:我|她|他|老人|我妈|我爸)(?:说|聊|坐|走|玩|待|散|晒|逛|一下|会|$)|someone to talk|lonely|keep (?:me|her|him) company|\\bchat with", f"天气闷|闷热|闷(?:了|一锅|饭|鸡)|{PAST}|群里聊|不孤单|聊天记录|{REPORTED}"),
    _rule("menu", Intent.QUERY_MENU, "菜单|菜谱|菜牌|食谱|(?:吃|有|煮|做|炒|加|供应|(?:菜|饭|汤|粥|M|T|D).{0,2}是)(?:的是|点|些)?什么(?:菜|饭|好吃|汤|粥|肉|呢|啊|呀|$|[,。?!])|什么菜|哪些菜|有没有.{0,8}(?:菜|肉|鱼|汤|粥|鸡|鸭|豆腐|面|粉|排骨|红烧|扣肉|馒头|包子|豆浆)(?:吗|$|\\?|啊|呀|吃|卖)|(?:D|T|M)+(?:的)?(?:饭|菜)?(?:有|是)(?:鱼|肉|鸡|鸭|汤|粥|面|粉|排骨|豆腐|扣肉).{0,3}(?:吗|没|不)|(?:D|T|M).{0,4}(?:吃|食)什么|(?:做不做|有没得|煮不煮|有不有|卖不卖)|(?:菜|饭).{0,4}(?:辣不辣|辣吗|多少钱|几块)|(?:M|一餐|一顿|一份|N|饭)(?:是|要|卖)?(?:多少钱|几块|几元|几多钱)|几点开(?:饭|餐)|开饭时间|\\bmenu|what'?s (?:for|cooking|on)|what (?:is|are) .{0,12}(?:for M|M|D|serving|cooking|eat)|what(?:'s| is) .{0,6}M|is there (?:any )?(?:fish|meat|soup|pork|chicken)", f"{FOREIGN}|药|谁家|你们家吃|你家"),
    _rule("my_bookings", Intent.QUERY_BOOKINGS, "(?:我|妈|爸|奶奶|爷爷|老伴|阿婆|阿公|家).{0,10}(?:订|报|登记|预约)(?:了|上|过|到|成功|好|的)?(?:名|餐|饭|M|D|T)*(?:了)?(?:没|吗|几|哪|多少|什么|是不是)|(?:订|报)(?:上|到|好|成功|进去)(?:了)?(?:没|吗|\\?)|(?:我|妈|爸).{0,8}(?:有没有|是不是|到底|还有没有|有冇).{0,6}(?:订|报)|(?:查|看)(?:一?下|看|查)?.{0,10}(?:订|报餐|报名|预订|记录)|还(?:有|剩)几?(?:餐|顿|份|几)|(?:D|T|M|我|一共|总共).{0,8}(?:订|报)(?:了)?(?:多少|几|哪)|我的(?:订单|订餐|报餐|预订)|谁(?:还)?(?:没)?(?:订|报)|(?:D|T|M).{0,4}(?:有|多少|几)(?:人|个人|份)(?:吃|订|报)|名单|did i book|have i booked|my bookings?|am i (?:down|booked|signed)|what (?:have|did) i (?:book|order)|is .{2,12} booked", f"{FOREIGN}|多收|少送|搞错|送错"),
    _rule("complaint", Intent.FEEDBACK, "搞错|弄错|送错|送(?:到|来|过来)(?:都|时|就|已经)?(?:凉|冷)|少送|漏送|没送到|没收到|没送来|还没送|(?:饭|菜|汤|肉|米|粥|味道|M)(?:都|有点|太|也|是|又|里|还|今天|D|T|里面|很|好)*(?:咸|硬|凉|冷|淡|油|辣|生|馊|少|酸|老|头发|虫|沙|不熟|夹生|难吃|不好吃|糊|不新鲜)|太(?:咸|硬|凉|冷|淡|油|辣|生|少|老|晚了)|难吃|(?:饭|菜|汤).{0,4}洒|(?:肉|菜|饭|汤)里?面?有(?:头发|虫|沙|石|苍蝇)|(?:送|来)(?:得|的)?(?:太|有点)?(?:晚|慢|迟)|只送了|投诉|意见|建议|服务态度|态度(?:不好|差|很)|打.{0,2}分|满意|评价|给.{0,6}(?:五星|好评|差评)|(?:多|少)收(?:了)?.{0,4}钱|too (?:salty|cold|hard|oily|spicy|late)|complain|was (?:cold|late|salty)|(?:five|[1-5]) ?stars?|wrong order|never arrived|didn'?t arrive|feedback|suggestion", "太晚了?不(?:吃|用|来)|天(?:太)?冷|人太少|水太|房价|网购|酒店|宾馆|房间|这本书|这书|客栈|前台|手机|电影|老板", sure=False),
    _rule("change", Intent.CHANGE_MEAL, CHANGE, f"{FOREIGN}|{SHIFT}|{REPORTED}|{PAST}.*(?:改了|换了)|时间改|会议|开会|改革|改造|改天|衣服|药|天气|换(?:成)?手机|灯泡|心情"),
    _rule("cancel", Intent.CANCEL_MEAL, CANCEL, f"^取消[了吧]?$|{FOREIGN}|{SHIFT}|{REPORTED}|不吃(?:辣|葱|香菜|猪肉|肥|鱼|蒜|姜|牛|肉|药|得|香|海鲜|甜|苦|早睡|内脏|素)|不要(?:辣|葱|香菜|放|太|加|紧|脸|钱|吵|怕|急|肥|忘|再说)|会议|活动取消|航班|退休|退货|退钱|退烧|停电|停水|停车|停工|取消了(?:一个|那个)?会|不吃不喝|不用(?:谢|客气|担心|急)|吗\\?|培训|跳舞|广场舞"),
    _rule("wish", Intent.MENU_WISH, "(?:想|好想|能不能|可不可以|可以|希望|建议|要是|最好|几时|什么时候).{0,10}(?:吃(?!饭|M|中|午|晚|早)|喝|煮|做|炒|炖|蒸|包|加|上|来)(?:一?[点次顿些回碗个]|道)?.{0,4}(?:[一-鿿]{0,3}(?:鱼|肉|鸡|鸭|汤|粥|面|粉|排骨|豆腐|饺子|馒头|包子|糍粑|粽|豆浆|瓜|菜|蛋|糕|糖水|米粉|螺蛳|油茶|芋头|笋|菌|菇|红烧|扣|酿|玉米|豆|羊|牛|猪脚|饼|汤圆))|(?:多|少|常)(?:做|煮|炒|放|来|搞)点.{1,6}|(?:菜谱|菜单)(?:上)?(?:能|可以|加|多)|想(?:吃|喝).{0,6}了|馋|(?:菜|饭|肉)(?:能不能|可以|能|要是)?.{0,3}(?:煮|做|炒|炖)?(?:烂|软|淡|咸|清淡|辣)一?点|(?:can|could) (?:we|you) (?:have|make|cook)|would (?:love|like) .{0,14}(?:on the menu|dumpling|fish|soup|noodle)|more (?:vegetables|fish|soup)|craving", f"{FOREIGN}|N|D.{{0,4}}订|{PAST}|吃药|想吃饭|报名|我妈做|自家|自己做|老婆做|做了|包了|煮了", sure=False),
    _rule("thanks", Intent.THANKS, "^(?:[^D]{0,12})(?:谢谢|多谢|感谢|辛苦|唔该|麻烦(?:你们|大家|各位)?了|谢了|thank|thx|cheers)", f"{BOOK}|N|帮我|请问|想|能不能"),
    _rule("other_request", Intent.REQUEST_OTHER, "理发|(?:不会|不懂)(?:弄|用|搞|填).{0,8}(?:教|帮)|剪(?:个|一?下)?(?:头发|头|指甲)|(?:帮|请|能|谁|想|找|叫|派).{0,12}(?:交(?:一?下|了)?(?:电|水|话)费|充(?:话|电)费|寄|取(?:个|一?下)?(?:钱|包裹|快递)|买(?:点|些|袋|个|一|桶|米|菜|油|盐|N)|搬|扛|打扫|搞卫生|扫地|洗(?:被|衣|澡|床|碗|头|窗)|办(?:证|卡|手续|理)|填(?:表)?|写信|读信|念|教(?:我|一下|下)?|搭车|捎|劈柴|挑水|换煤气|灌煤气|晒谷|收谷|认证|挂号|微信|申请|看(?:一?下)?(?:孩子|信|通知)|帮个忙|照看)|帮(?:我|忙)(?:个忙|一个忙)|代(?:买|购|办|缴|领)|上门(?:剪|洗|理|打扫)|haircut|help me (?:with|carry|move|pay|fill)|someone to (?:help|clean|carry|move)|groceries|\\berrand", f"{FOREIGN}|{PAST}|{REPORTED}|叫一下老", sure=False),
    _rule("book_day_meal", Intent.BOOK_MEAL, f"(?:D|R|M|T)[^。?]{{0,20}}(?:N|{BOOK})|(?:N|{BOOK})[^。?]{{0,20}}(?:D|R|M|T)|^(?:{BOOK}).{{0,6}}N|(?:留|订|报|要|来|搭|送|加)(?:多|个)?N|(?:饭|M).{{0,4}}N|N(?:饭|M)|(?:帮|给|替).{{0,8}}(?:订|报|留|送).{{0,6}}(?:餐|饭|M)", f"{FOREIGN}|{SHIFT}|{REPORTED}|开会|文件|材料|快件|包裹|名额|会议|村里开|每户|婚|结婚|喝酒|打牌|打麻将|跳舞|广场舞|摘|种|插秧|收谷|收割|赶集|赶圩|圩|上学|放学|考试|学校|医生|体检|来电|停水|停电|停气|天气|下雨|气温|坐车|班车|{PAST}.*(?:吃了|订了|报了|吃得|是)|订了|报了名|做了|煮了|煮N|自己煮|自家|家里吃|在家吃|我家吃|来我家|到我家|请你|请大家|请吃|聚餐|同学|老同学|多少|来了N|来N个(?:客|领导|亲戚|志愿)|N个?(?:领导|客人|亲戚|小孩在)|吃了N|走了|死|考上|出生|去世|电话|疫苗|打针|生日快乐|几点|斤|岁|丢|捡|看见|谁", group=True),
    _rule("book_bare", Intent.BOOK_MEAL, "^(?:我|也)?(?:订餐|报餐|订饭|报名吃饭|我要订餐|我要报餐|想订餐|订个餐|订个饭|我来吃饭|我要吃饭)[啊吧了呀]*$|^(?:帮我|给我|我要|我想)(?:订|报|留).{0,6}(?:餐|饭|名)|^(?:D|M|T|也|我|俩|,|\\s)*(?:吃|要|来|报|订|有我)[!。吧了啊]*$|\\bbook (?:a )?(?:meal|lunch|M)", f"{FOREIGN}|{PAST}|吗|\\?"),
    _rule("half_said", Intent.UNCLEAR, "^取消[了吧]?$|^(?:D|M|T|N|老样子|照旧|一样|跟(?:昨天|上次|平时)一样|同上|要|不要|那个|帮我|订|取消|改一?下|as usual|same as|the usual|\\s|[,。])+[。!吧啊]*$"),
)  # fmt: skip


def first_rule(skeleton: str) -> Rule | None:
    """The first rule whose words are there and whose vetoes are not."""
    return next((rule for rule in RULES if rule.holds(skeleton)), None)
