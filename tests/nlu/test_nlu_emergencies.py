"""Danger is heard whatever else is said, and stories of danger are not danger."""

from datetime import datetime, timedelta, timezone

import pytest

from nlu import Action, Context, Intent, understand

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=8)))
DANGER = [
    "我摔倒了", "我刚刚摔了一跤起不来", "我爷爷摔倒了以后起不来", "我腿脚不便摔倒了", "昨天摔了现在胸口痛", "我妈昨晚摔倒了到现在动不了",
    "屁股摔了好痛站不起来", "我好怕，胸口好痛喘不上气", "快来人，李奶奶晕倒了", "宾馆旁边我家着火了", "家里起火了", "煤气漏了头好晕",
    "老伴叫不醒了", "我爸嘴歪了说不出话", "孙子掉进水塘了", "吃错药了肚子疼", "喝农药了快救人", "被蛇咬了", "血止不住", "救命", "我不想活了",
    "热水烫伤了手", "喉咙卡住了喘不过气", "心口好疼", "取消明天午饭，我摔倒了", "谢谢，我胸口痛", "我滑倒在厕所里了", "呼吸困难",
    "老人倒在地上没反应", "I fell down and can't get up", "chest pain", "the kitchen is on fire", "grandma is unconscious",
    "我摔沟里了", "爷爷摔地上了流血了", "楼梯上滚下来了", "屋里冒好大的烟", "锅烧着了", "电线冒火花", "服药过量，意识模糊", "吃了菌子吐得厉害",
    "手脚发麻动不了了", "突然不说话了眼睛直直的", "里面有人呻吟没人开门", "我妈走丢了", "被车撞了", "他拿刀要砍人", "家里进贼了", "痛得打滚", "头很晕要倒了",
    "there's smoke in the kitchen", "she is not waking up", "there's a fire", "我的头流血了", "呼息困难", "救命阿", "我荤倒了",
    "听晏昼我阿婆跌咗起唔来", "胸扣痛", "我晕到了", "率倒了起不来", "救護車快來", "阿公抽搐口吐白沫",
]  # fmt: skip
STORIES = [
    "昨天摔了一跤，没事了", "做梦梦到着火", "小心别摔倒", "地滑，当心摔跤", "消防演习别慌", "电视里那个人晕倒了", "笑死我了", "热死了",
    "去年我摔过一跤", "我把碗摔了个碗", "防止煤气中毒要开窗", "明天有防摔讲座", "手机摔了屏幕坏了", "上周走访的老人摔过一跤",
    "以前我摔断过腿，现在天冷就痛", "听说黄婆上个月摔了一跤", "救命，这个表情包太好笑了", "门口那条狗躺着一动不动", "股票跌了", "我家猫走丢了", "想死你了",
    "I had a fall yesterday but I'm fine", "消防演习，明天下午三点", "气得冒烟",
]  # fmt: skip


@pytest.mark.parametrize("text", DANGER)
@pytest.mark.parametrize("chat", ["private", "group"])
def test_danger_is_never_met_with_silence(text, chat):
    read = understand(text, NOW, Context(chat=chat))
    assert (read.intent, read.action) == (Intent.EMERGENCY, Action.ACT)


@pytest.mark.parametrize("text", STORIES)
def test_a_story_of_danger_alarms_nobody(text):
    assert understand(text, NOW, Context(chat="group")).intent is not Intent.EMERGENCY
