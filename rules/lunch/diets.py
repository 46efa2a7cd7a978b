"""What people must not or will not eat, and which dishes that concerns, by the words people use."""

from collections.abc import Iterable, Sequence

AVOIDS: dict[str, tuple[str, ...]] = {
    "no_pork": (
        *(
            "猪",
            "扣肉",
            "红烧肉",
            "回锅肉",
            "排骨",
            "五花",
            "腊肉",
            "香肠",
            "叉烧",
            "肘子",
            "肉末",
            "肉丝",
            "肉片",
        ),
        *("肉饼", "肉丸", "火腿", "pork", "bacon", "ham"),
    ),
    "no_beef": ("牛", "beef"),
    "no_mutton": ("羊", "mutton", "lamb"),
    "no_spicy": ("辣", "麻婆", "剁椒", "泡椒", "尖椒", "水煮", "spicy", "chili"),
    "no_peanut": ("花生", "宫保", "宫爆", "peanut"),
    "no_egg": ("蛋", "egg"),
    "no_fish": ("鱼", "fish"),
    "no_seafood": ("鱼", "虾", "蟹", "贝", "螺", "鱿", "海", "fish", "shrimp", "prawn", "crab"),
    "no_milk": ("奶", "milk", "cheese"),
    "no_soy": ("豆", "tofu", "soy"),
    "vegetarian": (
        "肉",
        "猪",
        "牛",
        "羊",
        "鸡",
        "鸭",
        "鹅",
        "鱼",
        "虾",
        "排骨",
        "腊",
        "meat",
        "pork",
        "beef",
        "fish",
    ),
    "low_sugar": ("糖", "甜", "蜜", "拔丝", "sweet", "sugar"),
    "low_salt": ("腊", "咸", "腌", "酸菜", "榨菜", "腐乳", "salted", "pickled"),
}
READS: dict[str, tuple[str, ...]] = {
    "soft": ("软", "烂", "soft"),
    "low_salt": ("少盐", "低盐", "淡", "清淡", "low salt", "low_salt", "less salt"),
    "low_sugar": ("少糖", "低糖", "无糖", "糖尿", "low sugar", "low_sugar", "diabet"),
    "low_oil": ("少油", "low oil", "low_oil"),
    "no_pork": ("不吃猪", "不要猪", "忌猪", "清真", "no pork", "no_pork", "halal"),
    "no_beef": ("不吃牛", "不要牛", "忌牛", "no beef", "no_beef"),
    "no_mutton": ("不吃羊", "不要羊", "忌羊", "no_mutton"),
    "no_spicy": ("不辣", "不吃辣", "不要辣", "忌辣", "免辣", "no_spicy", "not spicy", "no chili"),
    "no_peanut": ("花生", "peanut"),
    "no_egg": ("不吃蛋", "不吃鸡蛋", "不要蛋", "蛋过敏", "no egg", "no_egg"),
    "no_fish": ("不吃鱼", "不要鱼", "鱼刺", "no fish", "no_fish", "fish bones"),
    "no_seafood": ("海鲜", "seafood"),
    "no_milk": ("不吃奶", "不喝奶", "奶过敏", "乳糖", "no milk", "no_milk", "lactose"),
    "no_soy": ("豆过敏", "不吃豆", "no_soy"),
    "vegetarian": ("吃素", "素食", "吃斋", "vegetarian", "no meat"),
}
HARMLESS: dict[str, tuple[str, ...]] = {
    "no_fish": ("鱼香", "鱼腥草"),
    "no_seafood": ("鱼香", "鱼腥草", "海带"),
    "no_beef": ("蜗牛", "牛奶", "牛油果"),
    "vegetarian": ("素鸡", "素鸭", "素肉", "鸡蛋", "鱼香茄子", "鱼腥草", "鸡毛菜"),
    "no_spicy": ("不辣", "微辣免"),
    "no_milk": ("奶油菜", "奶白菜"),
    "no_soy": ("豆角", "土豆", "四季豆", "荷兰豆"),
}


def preparations(diet: Iterable[str], note: str = "") -> tuple[str, ...]:
    """What the kitchen must do differently, read from a person's diet and the booking's note."""
    words = " ".join((*diet, note)).lower()
    return tuple(name for name, forms in READS.items() if any(form in words for form in forms))


def clashes(wanted: Sequence[str], dishes: Iterable[str]) -> tuple[str, ...]:
    """The dishes that go against what somebody wants."""
    return tuple(dish for dish in dishes if any(_concerns(name, dish.lower()) for name in wanted))


def _concerns(name: str, dish: str) -> bool:
    for harmless in HARMLESS.get(name, ()):
        dish = dish.replace(harmless, "")
    return any(word in dish for word in AVOIDS.get(name, ()))
