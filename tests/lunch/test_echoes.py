"""What was done is said back in one breath, and rings a telephone once."""

from tests.conversations import Conversation

WEEK = "11月30日 周一、12月1日 周二、12月2日 周三、12月3日 周四、12月4日 周五"


def test_a_week_is_said_back_in_one_breath(village, granny):
    said = village.says(granny, "下周一到周五中午都订两份，送到家")[0]
    assert said == f"李奶奶订好了午饭，每天 2 份，送到家：{WEEK}。"


def test_a_week_given_up_is_said_back_in_one_breath(village, granny):
    village.says(granny, "下周一到周五中午都订两份，送到家")
    said = village.says(granny, "下周一到周五午饭都不吃了")[0]
    assert said == f"李奶奶取消了午饭，每天 2 份（送到家）：{WEEK}。"


def test_soft_food_is_said_once_for_the_week(village, granny):
    said = village.says(granny, "下周一到周五中午都订一份，软一点")[0]
    assert said.endswith(f"{WEEK}。备注：软一点。")


def test_soft_food_for_a_week_is_not_said_in_the_group(village, granny):
    said = village.says(granny, "@gulou_bot 下周一到周五中午都订一份，软一点", group=True)
    assert all("软" not in each for each in (*said, *village.told_in_group()))


def test_days_that_differ_are_said_one_by_one(village, granny):
    village.says(granny, "下周二中午两份，送到家")
    said = village.says(granny, "下周一到周三中午都要订饭")[0]
    assert len(said.splitlines()) == 3


def test_granny_hears_once_of_all_the_days_her_daughter_booked(village: Conversation, granny, daughter):
    village.says(daughter, "帮我妈订下周一到周五的午饭，送到家")
    (told,) = village.told(granny)
    assert told.startswith("李小红替您办了。李奶奶订好了：11月30日")
    assert len(told.splitlines()) == 5


def test_granny_hears_once_that_her_daughter_took_all_of_it_back(village, granny, daughter):
    village.says(daughter, "帮我妈订下周一到周三的午饭")
    village.says(daughter, "撤销")
    booked, taken_back = village.told(granny)
    assert (booked.count("订好了"), taken_back.count("取消了")) == (3, 3)


def test_a_week_taken_back_is_said_in_one_breath_too(village, granny):
    village.says(granny, "下周一到周五中午都订两份，送到家")
    assert village.says(granny, "撤销")[0] == f"撤销了。李奶奶取消了午饭，每天 2 份（送到家）：{WEEK}。"


def test_two_grannies_hear_each_of_their_own(village, session, granny, daughter, cook):
    village.says(cook, "帮上寨李奶奶订明天午饭")
    village.says(cook, "帮上寨李奶奶订后天午饭")
    first, second = village.told(granny)
    assert ("11月26日" in first, "11月27日" in second, len(second.splitlines())) == (True, True, 1)
