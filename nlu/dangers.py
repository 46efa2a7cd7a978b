"""Danger to a person now: read before anything else, in every chat; and the stories, jokes and warnings that are none.

Words of dangers.toml become one letter each; a word that is danger alone, or a few letters near each other, raise the alarm
unless something beside them speaks against it. What only half speaks against it leaves a doubt: in private that is asked about.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from nlu.danger_words import Marks, marked

NEAR, FAR, WHO, UNTHING = "[^,。!?\n]", "[^。!?\n]", "[^,。!?\nXA]", "[^,。!?\nX]"
TOGETHER: tuple[tuple[str, str], ...] = (
    ("breath", f"F唇?{NEAR}{{0,5}}(?:香肠|肿){FAR}{{0,14}}(?:嘶|喘|响|气)|[PM]{NEAR}{{0,6}}N|N,?人凉|[BF]{NEAR}{{0,2}}肿{FAR}{{0,12}}(?:气|E|喘|过敏|吞不)"),
    ("heart", f"(?:硝酸甘油|救心丸){FAR}{{0,8}}还是{NEAR}{{0,3}}Q|心[跳L]{FAR}{{0,14}}B前[发一]?[黑花]|B前[发一]?[黑花]{FAR}{{0,8}}心[跳L]|心[跳L]得{NEAR}{{0,4}}出来{FAR}{{0,10}}(?:停|Z|晕)|C[^,。!?\nCX]{{0,8}}Q|心(?:L|慌|悸){FAR}{{0,8}}Z|捂着?C|心B[好很得]?Q"),
    ("stroke", f"歪着?身子?{FAR}{{0,10}}U|U{NEAR}{{0,4}}只会?[眨瞪哼流Θ]|讲话像?含着?了?(?:口水|东西|石头|核桃)|F{NEAR}{{0,2}}[流淌]?(?:[.]|口水){FAR}{{0,10}}I|P{NEAR}{{0,4}}半边F|F[^,。!?\nPX]{{0,6}}K|H{UNTHING}{{0,6}}[IS]|口水{NEAR}{{0,2}}直流"),
    ("senses", f"P[^,。!?\nXA快要]{{0,4}}D|D{FAR}{{0,8}}快|U{UNTHING}{{0,8}}[OΛ]|U{UNTHING}{{0,4}}(?:不动|没(?:有|得|了)?(?:一点)?声)|[PM]{WHO}{{0,10}}O|[PM]{WHO}{{0,8}}S|T{WHO}{{0,6}}S|B{WHO}{{0,4}},?{NEAR}{{0,3}}S|^S"),
    ("down", f"[PM](?:突然|忽然|一下子?|整个人|就|慢慢|都)*软(?:下去|倒)|[X树墙架房]{NEAR}{{0,2}}[倒塌]{FAR}{{0,6}}R{FAR}{{0,8}}P|[雷树车墙房梁架]{FAR}{{0,12}}P[^。XA]{{0,3}}倒了|[PM]?{WHO}{{0,6}}倒(?:在|到)了?[地路厕门田院村床沙灶浴街外山沟屋家楼河卫水桥.]|[PM](?:突然|一下子?|直接|刚才|刚刚|刚|就|又|都|给|,)*(?:倒|瘫)(?:下去|下来|下|地|了)(?:了|$|[,。!?快怎PMD])|P{WHO}{{0,6}}T(?:在|到|着)*(?:地上|地|路|马路|雪|田|沟|村口|桥)|T(?:在|到|着)*(?:地|路){FAR}{{0,8}}[SOΘ]"),
    ("seizure", f"(?:H|B){NEAR}{{0,3}}一[阵下]一[阵下]{NEAR}{{0,2}}[绷抽]|[PM]{UNTHING}{{0,6}}抽风|F{NEAR}{{0,4}}(?:沫|泡泡)|(?:烧|[PM]){FAR}{{0,6}}抽筋{FAR}{{0,6}}(?:B|翻|不停)|烧{FAR}{{0,5}}抽|Θ{FAR}{{0,8}}Θ"),
    ("fall", f"[PM]{WHO}{{0,6}}Φ(?:了|$|[,。!?])(?!一?个?X)|从(?![下上这本今明后现早头周星礼\\d初]){WHO}{{0,6}}[LΦK]|[^,。!?\nXA]Φ了[^X]{{0,4}}B|B{NEAR}{{0,3}}[闪扭]{FAR}{{0,4}}S"),
    ("wound", f"B{NEAR}{{0,4}}[咔咯啪][嚓吧哒]?的?一?声|B{NEAR}{{0,2}}[撇拐歪]到一?边|B勺?(?:磕|碰|R|Φ)(?:到|在|了|着)*{FAR}{{0,14}}(?:Θ|吐|晕)|(?:^|[,。!?])R(?:开|下去)了?[,。]{FAR}{{0,8}}血|(?:被|给|让){NEAR}{{0,6}}[Q轧](?:到了|断|进|住)|[打割砍]到{NEAR}{{0,2}}B{FAR}{{0,6}}(?:血|!)|骨B?[^,。]{{0,3}}露|露{NEAR}{{0,3}}骨|[夹R]{{1,2}}(?:到|住|得)?{FAR}{{0,8}}(?:骨B?|B)[^,。]{{0,3}}[露断烂]|[PMB]{NEAR}{{0,8}}(?:被|给|让|遭)[^,。!?\nAV]{{0,6}}R(?:到|了|伤|着|断|破|中|住|倒|穿|一|$|[,。!BPM])|(?:^|[,。!?])被[^,。!?\nAV]{{0,4}}R(?:到|伤|中|住|倒)|R(?:到|伤|断|着|破|中|穿|了)*{NEAR}{{0,3}}B{FAR}{{0,10}}(?:血|断|快|骨|肿|黑|!)|[把将][PM]{NEAR}{{0,3}}(?:R|顶|咬|Φ(?:倒|了|伤|成|下|在))|B{NEAR}{{0,2}}弯了"),
    ("blood", f"B{NEAR}{{0,6}}[流出冒飙喷]{NEAR}{{0,4}}血|血{NEAR}{{0,3}}(?:止不|流不|[喷涌])"),
    ("water", f"[LΦ](?:进|到|下|在|入|了|去|过)*[WX]?W|[LΦ](?:进|到|下|入)+了?[水河塘坑沟井潭湖江渠]|P{WHO}{{0,6}}W{NEAR}{{0,4}}(?:[浮沉]|G|不见)"),
    ("crash", f"V上?{NEAR}{{0,2}}[飞甩弹](?:出|Γ)|V{NEAR}{{0,4}}R{NEAR}{{0,3}}[PMB]|V{NEAR}{{0,3}}把[PM]|[PM]?(?:被|给|让)V{NEAR}{{0,3}}[RL刮带]|V{NEAR}{{0,4}}L{FAR}{{0,8}}[PMB]|V{NEAR}{{0,3}}冲{NEAR}{{0,3}}P|[PM]{NEAR}{{0,4}}V{NEAR}{{0,4}}[LΦ](?:了|到|进|下|在|倒)|V{FAR}{{0,6}}R{FAR}{{0,6}}P"),
    ("bite", f"P?(?:被|给|让|遭)A{NEAR}{{0,3}}R{FAR}{{0,8}}[块肉]|[蛇蜂]{FAR}{{0,4}}R(?:到|了|伤){NEAR}{{0,2}}P|[PM]{NEAR}{{0,4}}(?:被|给|让|遭)A{NEAR}{{0,3}}R{FAR}{{0,8}}(?:血|肿|深|口)|B{NEAR}{{0,4}}(?:被|给|让|遭)A{NEAR}{{0,3}}R"),
    ("poison", f"(?:周|天|月|板|盒|瓶|格|药)的?{NEAR}{{0,3}}[全都]部?Σ|P(?:们|P)?(?:都|全|个个)(?:在|又)(?:吐(?!槽|口|气|舌|沫)|呕|拉)|E(?:了|下|进|过|的|着|掉|完|到|a|some)*{UNTHING}{{0,4}}J(?!的)|[把将拿]{NEAR}{{0,4}}J{NEAR}{{0,3}}E|(?:误|偷){NEAR}{{0,2}}E{NEAR}{{0,4}}J|P{NEAR}{{0,4}}ΣX?|Σ{NEAR}{{0,5}}[JX]|[JX]Σ|J{NEAR}{{0,2}}E(?:了|下)|[菌菇]{FAR}{{0,10}}(?:[吐拉泻晕幻Q]|小人|!)|胰岛素{FAR}{{0,16}}(?:没E|没吃|抖|冷汗|晕|花|慌|Z)"),
    ("gas", f"Ж[罐管灶阀瓶X]{{0,2}}{NEAR}{{0,3}}[漏泄味臭]|(?:烤火|炭火|炭|炉){FAR}{{0,18}}(?:[DSQ晕昏]|发软|作呕|恶心)"),
    ("fire", f"[家屋房灶厨]{NEAR}{{0,3}}有火|(?:锅|线|灶|房|屋|柴|V|X)[^,。!?\n不]{{0,3}}(?:着了|烧起|烧着了)"),
    ("burn", f"[被给让遭]Ψ{NEAR}{{0,2}}烫|(?:Ψ|油|J){NEAR}{{0,4}}[烫泼倒淋溅洒浇进]{NEAR}{{0,3}}[PMBF身眼]|(?:烫|烧)(?:到|伤|着)(?:了|$|[,。!?PMB])|[PMB]{WHO}{{0,6}}烫(?:到|伤|着)"),
    ("lost", f"[塘河井水沟渠]边{FAR}{{0,14}}P{NEAR}{{0,2}}G|P[^,。!?\nXAM]{{0,3}}G|Γ{FAR}{{0,14}}Y|Y{FAR}{{0,14}}Γ|[PY]{FAR}{{0,8}}(?:走不回|认不得路)|[PM]{NEAR}{{0,8}}迷了?路|迷了?路{FAR}{{0,10}}(?:山|回不|天黑|P)|[PM]{FAR}{{0,3}}下不了?山"),
    ("door", f"[天夜](?:没{NEAR}{{0,2}}[见看]|Γ){FAR}{{0,12}}(?:臭|门|O|Λ|不接|X)|(?:没P|没有P|Λ|O|不|没)[^,。]{{0,2}}(?:应|开|理)?X?{FAR}{{0,10}}(?:\\.|里头|屋里?|听到|听见)[^。]{{0,4}}(?:Θ|有声|哭)|(?:\\.|屋里|里头){FAR}{{0,4}}Θ|(?:敲|U)X?{FAR}{{0,8}}(?:O|Λ|没P|没有P|不开|没开){FAR}{{0,20}}(?:\\.|里头|屋|听|声|Θ|T|倒|不接|接不通|不通|天没|没出|天了)|天没(?:有)?(?:出门|Γ|开门|见到?P|看到P){FAR}{{0,14}}(?:Λ|O|没P|不接|不通)"),
    ("trapped", f"V[里内上]?{FAR}{{0,6}}P{FAR}{{0,16}}(?:X{FAR}{{0,14}}(?:哭|晒|闷|太阳)|哭{FAR}{{0,10}}XV)|[锁X]在(?!X?家)[^,。]{{0,6}}[里房库车]{FAR}{{0,12}}(?:出不|冷|闷|黑|热|僵|喘|怎么办|救)|P{NEAR}{{0,6}}(?:卡|陷|挂|吊)在|[WV].{{0,4}}喊救|有人喊救|(?:W|Ж池){NEAR}{{0,8}}P{FAR}{{0,12}}(?:[OΛS]|没声|没上来|上不来|没出来|不见上来|没动静)|P{NEAR}{{0,6}}[下进]了?(?:W|Ж池){FAR}{{0,12}}(?:[OΛS]|没声|没上来|上不来|没出来|不见上来)|水{NEAR}{{0,3}}(?:进屋|进来|淹){FAR}{{0,12}}P|P{FAR}{{0,8}}(?:困|出不来)|(?:屋|房|楼){FAR}{{0,8}}P{NEAR}{{0,6}}(?:没出来|没跑出|出不来)"),
    ("ill", f"[针J]打[完了]{FAR}{{0,10}}没(?:E|送){FAR}{{0,14}}(?:飘|抖|Z|晕|成双)|不抖了{FAR}{{0,8}}[睡困T]|[冻冷]{NEAR}{{0,6}}(?:想[睡T]|犯困)|Π{FAR}{{0,6}}(?:两百|二百|2\\d\\d|1[89]\\d|一百[八九]){FAR}{{0,12}}(?:B|晕|Q|吐|Z)|眼睛?B?{NEAR}{{0,4}}Ω了?|[J灰]{FAR}{{0,4}}Ω|E{FAR}{{0,10}}眼?B?{NEAR}{{0,2}}Ω|过敏{FAR}{{0,10}}(?:肿|喘)|(?:烧|体温){NEAR}{{0,5}}(?:四十|40|41|39|三十九)|晕{FAR}{{0,6}}(?:要倒|站不|倒了|不行)|B{NEAR}{{0,3}}Q死{NEAR}{{0,2}}[,!。]?快"),
    ("despair", f"X[放藏在R]{FAR}{{0,14}}[跟给对替]P{NEAR}{{0,6}}(?:对不起|保重|别难过|别怪)|药{NEAR}{{0,6}}(?:数好|摆好|攒|存够){FAR}{{0,20}}(?:去[找见陪]|解脱|走了)|别[怪恨找等](?:P|M){FAR}{{0,12}}(?:关机|不接|联系不上|打不通)|(?:T|站|爬)(?:在|到|上|着)*{NEAR}{{0,3}}(?:楼顶|天台|栏杆|窗台|桥栏|桥边|崖边|塘边){FAR}{{0,14}}(?:边|外|不用等|别等|不下来|不肯下|要跳|哭|别找|对不起|不活|劝)"),
    ("pain", f"(?:Q|晕|慌|抖){FAR}{{0,8}}冷汗|冷汗{FAR}{{0,8}}(?:Q|慌|抖|晕)|B{NEAR}{{0,5}}Q{NEAR}{{0,3}}(?:一直)?吐|Q死(?:我|了){NEAR}{{0,2}}快来"),
    ("violence", f"[拿提举持抓]{NEAR}{{0,2}}[刀斧]{NEAR}{{0,2}}(?:要|R|追|闯|冲|乱|威胁|[PM])|打架{FAR}{{0,6}}刀|P{NEAR}{{0,4}}[拿提举持]{NEAR}{{0,2}}刀了|P{NEAR}{{0,3}}[撬踹砸]{NEAR}{{0,4}}(?:X|锁)|有P{FAR}{{0,22}}不敢(?:出声|作声|吭声|开门|开灯|动|出去)|P{NEAR}{{0,6}}(?:尾随|跟踪)"),
    ("cry", f"[PM](?:快|要|就|都|已经)*Z了(?:$|[快,。!怎])|[PM]{NEAR}{{0,2}}救(?:我|他|她|人|[PM])|快不行了$"),
)  # fmt: skip
HINTS = re.compile(
    "晕了|昏沉|天转|抽筋|心(?:好|很|里)?[痛疼]|想不开|流鼻血|[痛疼]死|难受[死得]|(?:好|很|全身|浑身)(?:不舒服|难受)|没人应|没反应|好怕|害怕|流血|受伤|不行了|呕吐|吐了|发高?烧|肿(?:了|得)|救|危险|快来人?|急死|着急|喘|烟|起火|120|hurt|sick|dizzy|scared|help"
)
"""In private, words that no rule understood and that may come from somebody in need."""
BREAKS = re.compile(r"[\n。!?]")
LETTERS = re.compile("[炭A-ZΦΛΘΓΣΠΩΨЖ刀!倒抽烧血汗困火心救敲口着]")
SUBJECT = frozenset(
    {
        "fall",
        "water",
        "senses",
        "crash",
        "lost",
        "down",
        "wound",
        "stroke",
        "blood",
        "seizure",
        "trapped",
        "bite",
        "breath",
        "cry",
        "burn",
        "ill",
        "poison",
    }
)
BEASTS = frozenset({"poison", "seizure", "ill", "breath", "senses", "down", "trapped"})
"""What befalls beasts too: 母猪要生了."""
ONLY_A_BEAST = re.compile("^[^PMBRF]*A[^PMBR]*$")
STOPS = frozenset({"cry", "senses"})
DOES = "喂抓赶追修拿搬挑养杀放换擦洗关开捡摘端倒抱背扛提踩砍骑坐打"
THING = re.compile(
    f"(?:^|[,。!?\n ])[^,。!?\nPMXA{DOES}]{{0,6}}(?:[PM]{{1,2}}[家屋们里头]?的?)?[那这一两三只头条个台部老大小]*[XA][^,。!?\nPM]{{0,8}}$"
)
SEEN = re.compile("[看望见][见到][^,。]{0,3}$")
"""从窗户看见黄阿公趴着: the window is only looked through."""
GROUND = re.compile("[在倒下到]$")
"""摔在马桶边: a place, and nothing that was let fall."""
BEAST = re.compile("A[^PM。!?\n]{0,10}$")
MACHINE = re.compile("(?:^|[,。!?\n ])[^,。!?\nPM]{0,6}V[^,。!?\nPM]{0,5}$")
OBJECT = re.compile("^[!LΦ]了?(?:一|个|两|只|三)*X")

TOLD = "排[戏练演节]|话剧|台上|急救课|课讲|宣传单|讲课|医讲|动画片|收音机里|广播里|戏里|洪水退|水退了|梦见|梦到|做梦|梦里|噩梦|电视(?!(?:声|机)?(?:还|一直|都|也)*(?:响|开着|亮|没关))|电影|小说|这本书|作者|书中|剧情|剧里|新闻|抖音|视频里|游戏|演习|演练|演员|演戏|讲座|培训|宣传|课上|上课讲|老师教|教我们|教大家|学会|学了|怎么急救|怎么预防|预防|手环|[a-z]{3,}说|听说是?(?:酒店|宾馆|商场|工厂|市里)|fire drill|dream|movie|fire up"
FIGURES = frozenset({"cry", "senses", "despair", "pain"})
"""What people say who only find something delicious, or far too dear."""
JOKES = '装(?:昏|晕|死|病|睡|瘸)(?!.*(?:真|结果|120|快来))|戏精|(?:衣服|裤子|被子|手机|电视|冰箱|机器?)[^,。]{0,4}[“"「](?:跳楼|断气|中风|昏迷|阵亡|牺牲)|(?:mouth|tongue|lips?|throat) (?:is |was )?on fire|笑(?:死|得|到|喷|疯|晕|岔)|好笑|表情包|太可爱|热死|饿死|冷死|开玩笑|闹着玩|逗你|[-—.…~]晕倒|彻底晕|餐具了晕|哈哈|呵呵|嘻嘻|hhh|😂|🤣|😆|😄|😝|lol|haha'
HYPER = (
    "(?<!心)跳得|[辣馋香美酸臭丑贵穷输赢渴撑困烦忙尬](?:得|到|的)|[跑爬唱]得|(?:高兴|开心|激动|尴尬|感动|兴奋|羡慕|紧张|好看|好吃|好听|帅)(?:得|到|死|哭|晕)"
    "|[气吓热冷冻累饿]得(?:我|人|要|都|想|快|半|手|腿|脚|全身|浑身|心|一身)?(?:(?!倒在|倒了|不抖|想睡).)*$|吓(?:死|出)|气得|差点(?!.*现在)|差一点|险些|恨不得|价钱|价格|涨(?:价|到)|跌到|太贵|股票|炒股|账单|麻将|打牌|彩票|考试|作业|房价|油价|工资|加班|上班迟到"
    "|晒得(?![^。]{0,8}哭)|想得(?:我)?(?:心|胸)|[气愁烦]得(?:我)?(?:心|胸|头)|[像跟](?:打仗|救火)|(?:三十|3)[5-9五六七八九]?度|气死人"
    "|要晕了[,。! ]*这么多|救命[啊呀!,. ~]*(?:谁[家又把懂]|我又|又|这|太|怎么|好(?!像|痛|疼|怕|难|晕|多)|我的妈|作业|帅|真)|没人说话|无聊"
)
WARNED = "(?:如果|假如|万一|要是|小心|注意|当心|防止?|以防|预防|别|(?<!老)莫(?!家|[阿大老小]?[婆公叔伯奶爷姨婶嫂哥姐弟妹太])|怕|担心|避免|不会|没有?|严禁|禁止|不要|不准|谨防|容易|老?是怕|免得|省得|不小心会)[^,。!]{0,8}$"
GENERAL = "机(?:又|把)?(?:吃|吞|嚼|咬)了?(?:一?[块根把团张片条个])?(?:石|铁|布|纸|塑料|绳|钉|草|泥)|要不要(?:扶|救)|扶起来要|该不该|怎么(?:扶|逃|救|预防|防)|扣分|去年|有没有卖|哪里有?卖|药有没有|多少钱|保险|赔|是免费|后遗症|康复|护栏|扶手|老化|消防(?:车|栓|员|宣)|刚刚过去|是接|比赛|格言|谚语|笑话|故事|传说|等等$|赖床|起床|懒觉|(?:早上?|懒得|困得)(?:都|总|又|老)?起不来"
COOKING = "下锅|煎至|油烧|再放|慢炖|小火|炒香|下肉|放盐|蒸熟|切块|打出|蛋清|收汁|凝住"
OVER = "保住了|谢[^,。!?]{0,10}(?:救|扶|灭|抬)|(?<![不快])没事了|没事儿了|人没事|没大碍|无大碍|无碍|没什么大|不要紧|不碍事|好多了|(?:现在|已经|早就?|全|都|病)好了|(?<![备做装煮买收弄订写想打锁])好了[。!]?$|能走路了|能走了|缓过来了|(?:已经|刚|才)?出院|(?<![要想快上紧得])送(?:到|去)?医院了|已经?送(?:到|去)?医|虚惊|取出来了|找到了|(?<!不)醒了(?=$|[,。])|扑灭|(?<!炉子)(?<!炉火)(?<!灯)灭了|修好|拉上来了|休息就好|恢复|快好了|没伤|(?:but|and|he|she) (?:i am|i'm|he is|she is|he's|she's|is)? ?(?:fine|ok|alright|all right)\\b|fine now"
AGO = "去年|前年|上个?月|上回|上次|以前|从前|那时|那次|小时候|当年|年轻时|[几多两三四五六七八九十\\d]年前|年前|前几年|前几天|前阵|前段|早几天|上周|上星期|半年|[两三四五六七八九十几\\d]年了|走的|去世|得过|患过|刚出院|last (?:year|month|week|night)|(?:years?|months?|weeks?) ago|\bin (?:january|february|march|april|may|june|july|august|september|october|november|december)\b"
RECENT = "昨[天晚夜]|前天|走访|探访|入户|家访|随访|回访|yesterday"
HELPLESS = "起不来|爬不|站不|动不了|动不得|昏|晕|喘|叫不|can't|没反应"
STILL = f"{HELPLESS}|疼|痛|肿|现在|还在|一直|没回|血|hurt|still"
HISTORY = "(?:有|得过|患|是)(?:严重的?|老)?(?:心脏病|哮喘|癫痫|低血糖)|中风(?:后|过|\\d|半|两|几|三|多|的|药|预)|偏瘫(?:在|多|\\d|两|三|几)|瘫(?:痪)?在床|骨折(?:在家|刚|手术|后|过|以后)|断(?:了)?(?:刚出院|在家)|养伤|养病|摔(?:伤|断)?的(?:腿|脚|手|那)|拄拐|打着石膏"
RAISED = re.compile(
    "救|是不是|快来|来人|现在(?![^,。]{0,6}(?:出院|能走|好了|没事|好多|恢复|精神)|我?(?:吃饭|走路|睡觉|出门)[^,。]{0,3}都)|突然|刚才|刚刚|正在|怎么办|咋办|120"
)
LONG_AGO = f"^(?!.*(?:{HELPLESS}|现在|又|突然|刚才)).*(?:十年前|那时候?年轻|年轻的?时候?)"
SUPPOSED = re.compile("^(?:如果|假如|万一|要是)[^。]{0,24}(?:应该|要|该)(?:怎么|先|如何)|^我?想学一下")
"""如果老人摔倒了应该怎么办: nobody fell."""
GRAVE = "起不来|爬不|站不|动不|昏|晕了|晕[倒过死]|叫不|没反应|没气|不行|流血|出血|止不|断了|(?<!急)救(?!助)|快来|快打|农药|刀|砍|想不开|不活|吐|喘(?!得很)|是不是|吗|现在怎|collaps|breath|can't|but now"
LESSON = (
    "(?:记住|记牢|记好|存一?下|背一?下)[^。]{0,10}(?:120|119|110)|冒充[^。]{0,12}(?:汇|转账|骗|打电话|打钱)|诈骗|反诈|骗子(?:说|讲|打电|冒|装)"
    "|(?:烧炭|烤火|用火)[^。]{0,6}(?:记得|要|注意|一定)[^,。]{0,4}(?:开窗|通风|开门)|想学(?:一?[下学]|怎么|被|急救|救)|学一下"
    "|追剧|女主(?!人)|男主(?!人)|主角|那集(?!市|合)|大结局|教人(?:看|认|识别|怎么|如何)|挂图|海报|多亏[^,。]{0,8}(?:拍|扶|救|送|拉|帮|拽|抠)|还好没(?:伤|事|摔)"
    "|(?:喝|吃|睡|躺|歇|揉|擦|抹)[^,。]{0,6}就好(?:了|$|[,。])|(?:今天|现在)[^,。]{0,3}精神(?:很|蛮|挺|还|也)?好|(?:'s|is|am|are) (?:walking|doing|eating|sleeping) fine|bruises? (?:are |have )?gone|healed"
)
"""Dramas, posters, frauds, and what went well: they explain nothing where somebody lies there or is called for."""
NEVER = re.compile(f"{TOLD}|{COOKING}|{GENERAL}|{LONG_AGO}|^(?!.*(?:{GRAVE})).*(?:{LESSON})")
HALF = re.compile(f"{JOKES}|{HYPER}")
MOVED = re.compile("高兴|开心|激动|尴尬|感动|兴奋|羡慕|好看|好吃|好听|帅")
PAST = re.compile(f"^(?!.*(?:{HELPLESS})).*(?:{AGO})|^(?!.*(?:{STILL})).*(?:{RECENT})")
ENDED, WARNING, KNOWN = re.compile(OVER), re.compile(WARNED), re.compile(HISTORY)
HAPPENED = re.compile("(?:倒|昏|晕)(?:过去|倒|迷)?了?(?:在|[地路厕田])|叫不|没反应|不省人事|倒了")


@dataclass(frozen=True, slots=True)
class Alarm:
    """The kind of danger, and whether it is sure enough to call somebody."""

    kind: str
    sure: bool


@cache
def patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """What is danger together, compiled when words of danger are first met: most messages have none."""
    return tuple((kind, re.compile(pattern)) for kind, pattern in TOGETHER)


def danger_in(low: str) -> Alarm | None:
    """The danger a text in lower case tells of; one that is not sure only when no other is."""
    pieces = [low] if len(low) < LONGEST else BREAKS.split(low)
    doubt: Alarm | None = None
    for piece in pieces:
        found = _heard(piece)
        if found and found.sure:
            return found
        doubt = doubt or found
    return doubt


LONGEST = 200
"""Longer texts are read sentence by sentence: what speaks against a danger must stand near it."""


def hints_at_danger(low: str) -> bool:
    """Whether words that nothing else explains may come from somebody in need."""
    return bool(HINTS.search(low[:LONGEST]))


def is_over_or_supposed(low: str) -> bool:
    """Whether it is told that all is well again, or only asked what to do if."""
    ended = bool(ENDED.search(low)) and not RAISED.search(low)
    return ended or bool(SUPPOSED.search(low))


def sounds_dangerous(low: str) -> bool:
    """Whether the words are there at all, whatever speaks against them."""
    return next(_hits(marked(low)), None) is not None


@lru_cache(maxsize=64)
def _heard(low: str) -> Alarm | None:
    marks = marked(low)
    if not LETTERS.search(marks.text):
        return None
    doubt: Alarm | None = None
    for kind, start, end in _hits(marks):
        sure = _sure(kind, low, marks, (start, end))
        if sure:
            return Alarm(kind, sure=True)
        if sure is not None:
            doubt = doubt or Alarm(kind, sure=False)
    return doubt


def _hits(marks: Marks) -> Iterator[tuple[str, int, int]]:
    """Every place where danger is heard: its kind, its first letter and what follows."""
    for place, kind in marks.kinds.items():
        yield kind, place, place + 1
    for kind, pattern in patterns():
        found = pattern.search(marks.text)
        if found:
            yield kind, found.start(), found.end()


def _sure(kind: str, low: str, marks: Marks, place: tuple[int, int]) -> bool | None:
    """True: an alarm; False: a doubt; None: a story, a thing, a warning."""
    before = low[: marks.places[place[0]]]
    if NEVER.search(low) or WARNING.search(before) or KNOWN.search(low):
        return None
    if kind in SUBJECT and _a_thing(
        kind,
        marks.text[: place[0]],
        marks.text[place[0] :],
        low[marks.places[place[0]] : marks.places[place[1]]],
    ):
        return None
    if kind != "despair" and ENDED.search(low) and not RAISED.search(low):
        return None
    if kind in FIGURES and MOVED.search(low) and not HAPPENED.search(low):
        return False
    if HALF.search(low) and not (HAPPENED.search(low) and not re.search(JOKES, low)):
        return False
    return not PAST.search(low)


def _a_thing(kind: str, before: str, after: str, said: str) -> bool:
    """Whether a beast or a thing fell, or was let fall."""
    if SEEN.search(before):
        before = ""
    if GROUND.search(said):
        after = ""
    if kind in BEASTS and ONLY_A_BEAST.search((before + after).replace("M家", "")):
        return True
    broken = kind in STOPS and (MACHINE.search(before) or BEAST.search(before))
    return bool(broken or THING.search(before) or OBJECT.search(after))
