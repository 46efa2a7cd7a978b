"""The kitchen's side of lunch as it is said and tapped, through the whole path of an update."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import select

from models.lunch.deliveries import DeliveryStop, StopException
from models.lunch.meals import Booking, BookingState, Meal, MealState
from models.lunch.menus import MenuWish
from models.members.vault import seal
from models.outbox import OutboxMessage
from rules.lunch import ledger


def at(hour, minute=0, day=26):
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))


def test_the_cook_writes_tomorrows_menu_and_everybody_can_ask(village, session, cook, granny):
    village.says(cook, "/menu")
    village.taps(cook, village.data_of("写菜单"))
    shown = village.says(cook, "明天中午：红烧肉、炒青菜、冬瓜汤")
    assert "红烧肉" in shown[0]
    assert session.exec(select(Meal).where(Meal.day == date(2026, 11, 26))).first() is None, (
        "not before the tap"
    )
    village.taps(cook, village.data_of("好的"))
    assert "红烧肉、炒青菜、冬瓜汤" in village.says(granny, "/menu")[0]
    assert "红烧肉" in village.says(granny, "明天吃什么")[0]


def test_a_menu_written_by_mistake_is_taken_back(village, session, cook):
    village.says(cook, "/menu 明天中午：毒蘑菇")
    village.taps(cook, village.data_of("好的"))
    village.taps(cook, village.data_of("撤销"))
    assert session.exec(select(Meal).where(Meal.day == date(2026, 11, 26))).one().dishes == []


def test_granny_cannot_write_the_menu(village, session, granny):
    village.says(granny, "/menu 明天中午：糖")
    assert session.exec(select(Meal.dishes)).all() in ([], [[]])
    assert "厨师" in village.taps(granny, "menuwrite")


def test_a_wish_is_kept_and_thanked_for(village, session, granny):
    said = village.says(granny, "我想吃扣肉")
    assert [row.text for row in session.exec(select(MenuWish))] == ["我想吃扣肉"]
    assert "谢谢" in said[0]


def test_granny_comes_and_is_ticked_off_and_back(village, session, granny, cook):
    village.says(granny, "明天中午一份")
    village.now = at(11, 30)
    assert "1 位" in village.says(cook, "/serve")[0]
    village.taps(cook, village.data_of("李奶奶"))
    booking = session.exec(select(Booking)).one()
    assert booking.state == BookingState.SERVED
    village.taps(cook, village.data_of("撤销：李奶奶"))
    assert booking.state == BookingState.BOOKED


def test_all_have_eaten_takes_two_taps(village, session, granny, daughter, cook):
    village.says(granny, "明天中午一份")
    village.says(daughter, "明天中午一份")
    village.now = at(12)
    village.says(cook, "/serve")
    village.taps(cook, village.data_of("都吃到了"))
    assert {row.state for row in session.exec(select(Booking))} == {BookingState.BOOKED}
    village.taps(cook, village.data_of("好的"))
    assert {row.state for row in session.exec(select(Booking))} == {BookingState.SERVED}


def test_the_address_is_told_to_the_carrier_alone(village, session, granny, volunteer):
    seal(session, granny, address="上寨 3 号", phone="13900000000")
    village.says(granny, "明天中午一份，送到家")
    village.now = at(11, 30)
    village.says(volunteer, "/deliver")
    village.taps(volunteer, village.data_of("路线 1"))
    assert any("13900000000" in words for words in village.told(volunteer))
    others = session.exec(select(OutboxMessage).where(OutboxMessage.chat_id != volunteer.telegram_id)).all()
    assert "13900000000" not in str([row.body for row in others])
    booking = session.exec(select(Booking)).one()
    assert "交到本人" in village.taps(volunteer, f"door:{booking.id}:handed_over")
    assert booking.state == BookingState.DELIVERED


def test_the_manager_writes_down_fifty_yuan_and_granny_reads_it_in_private(village, session, granny, manager):
    assert "50元" in village.says(manager, "/pay 李奶奶 50元")[0]
    village.taps(manager, village.data_of("好的"))
    assert ledger.balance(session, granny.id) == -5000
    assert "50元" in village.says(granny, "/account")[0]
    assert "50" not in village.says(granny, "/account", group=True)[0]
    village.taps(manager, village.data_of("撤销"))
    assert ledger.balance(session, granny.id) == 0


def test_taking_back_a_payment_never_speaks_of_a_debt_below_zero(village, session, granny, manager):
    for paid in ("50", "30"):
        village.says(manager, f"/pay 李奶奶 {paid}元")
        village.taps(manager, village.data_of("好的"))
    village.taps(manager, village.data_of("撤销"))
    assert village.told(manager)[-1] == "撤销了。李奶奶不欠钱，账上还存着 50元。"


def test_taking_back_the_only_payment_leaves_nothing_owed(village, granny, manager):
    village.says(manager, "/pay 李奶奶 50元")
    village.taps(manager, village.data_of("好的"))
    village.taps(manager, village.data_of("撤销"))
    assert village.told(manager)[-1] == "撤销了。李奶奶不欠钱。"


def test_nobody_reads_somebody_elses_account(village, session, granny, volunteer):
    assert "李奶奶" in village.says(volunteer, "/account 李奶奶")[0]
    assert "元" not in village.says(volunteer, "/account 李奶奶")[0]


def test_a_storm_takes_a_reason_and_a_tap(village, session, granny, manager):
    village.says(granny, "明天中午一份")
    village.says(manager, "/storm")
    village.says(manager, "台风")
    village.taps(manager, village.data_of("今天和明天"))
    assert any("台风" in words for words in village.told(granny))
    assert any("李奶奶（上寨，82岁）" in words for words in village.told(manager))
    assert {meal.state for meal in session.exec(select(Meal))} == {MealState.CANCELLED}
    village.says(manager, "/storm")
    village.taps(manager, village.data_of("恢复"))
    assert village.canteen.storm_since is None


def test_the_manager_closes_a_day_and_opens_it_again(village, session, granny, manager):
    village.says(granny, "明天中午一份")
    village.says(manager, "/calendar 2026-11-26 停电")
    assert village.taps(manager, village.data_of("好的"))
    assert session.exec(select(Booking)).one().state == BookingState.CANCELLED
    assert any("停电" in words for words in village.told(granny))
    assert "停电" in village.says(granny, "/calendar")[0]
    village.taps(manager, village.data_of("照常"))
    village.says(granny, "明天中午一份")
    assert session.exec(select(Booking)).one().state == BookingState.BOOKED


def test_the_sheet_is_for_the_kitchen_and_never_in_the_group(village, session, granny, cook):
    village.says(granny, "明天中午一份")
    said = village.says(cook, "/sheet")
    assert "共 1 份" in said[0]
    assert len(said) == 2, "the words, and the paper"
    assert "共" not in village.says(cook, "/sheet", group=True)[0]
    assert "共" not in village.says(granny, "/sheet")[0]


def test_routes_are_arranged_by_names(village, session, granny, daughter, cook):
    village.says(cook, "/route")
    assert "路线 上寨 排好了" in village.says(cook, "上寨：李小红、李奶奶")[0]
    assert "0 个人" in village.says(cook, "/route 谁也不是")[0]


def test_forged_taps_are_refused(village, session, granny, cook):
    for data in (
        "here:x:0",
        "here:999:0",
        "door:1:eaten",
        "menuyes:7",
        "payyes:x",
        "care:1:fine",
        "care:x:fine",
    ):
        assert village.taps(cook, data), data
    for data in ("carry:1:1", "serveyes:9", "storm:1:2", "stormover", "openday:x", "closeday:1"):
        assert village.taps(granny, data), data


def test_the_manager_sets_the_price_of_the_old_and_granny_pays_it(village, session, granny, manager, cook):
    assert "3元" in village.says(manager, "/tier 80 3")[0]
    assert "2.50元" in village.says(manager, "/tier 80 2.5")[0]
    assert "元" not in village.says(granny, "/tier 80 1")[0]
    village.says(granny, "明天中午一份")
    village.now = at(11, 30)
    village.says(cook, "/serve")
    village.taps(cook, village.data_of("李奶奶"))
    assert ledger.balance(session, granny.id) == 250


def test_a_route_is_changed_for_one_day_only(village, session, cook, granny, neighbour):
    village.says(cook, "/route 1：李奶奶 覃叔")
    said = village.says(cook, "/route 明天 2号线：覃叔")[0]
    assert "只有11月26日 周四" in said
    (once,) = session.exec(select(StopException)).all()
    assert (once.member_id, once.day, once.route, once.position) == (
        neighbour.id,
        date(2026, 11, 26),
        "2号线",
        1,
    )
    fixed = {stop.member_id: stop.route for stop in session.exec(select(DeliveryStop))}
    assert fixed == {granny.id: "1", neighbour.id: "1"}


def test_a_number_of_a_route_is_no_day(village, session, cook, granny):
    village.says(cook, "/route 3：李奶奶")
    assert session.exec(select(StopException)).all() == []
    assert session.exec(select(DeliveryStop)).one().route == "3"


def test_who_is_in_hardship_pays_their_price_and_nobody_else_reads_it(
    village, session, canteen, manager, granny, volunteer
):
    assert "困难户：2元" in village.says(manager, "/tier 0 2")[0]
    meal = Meal(
        canteen_id=canteen.id,
        day=date(2026, 11, 26),
        sitting="lunch",
        seats=9,
        price=1000,
        closes_at=at(18),
        starts_at=at(11),
    )
    assert ledger.price_for(session, meal, granny).own == 1000
    village.says(manager, "/hardship 李奶奶")
    village.taps(manager, village.data_of("改成困难户价"))
    assert ledger.price_for(session, meal, granny).own == 200
    village.says(manager, "撤销")
    assert ledger.price_for(session, meal, granny).own == 1000
    village.taps(volunteer, f"hardship:{granny.id}:yes")
    assert "困难" not in "".join(village.says(volunteer, "/hardship 李奶奶"))
    assert "困难" not in "".join(village.says(manager, "/hardship 李奶奶", group=True))
    assert granny.hardship is False


def test_granny_asks_what_she_owes_in_her_own_words(village, session, granny, manager):
    village.says(manager, "/pay 李奶奶 50")
    village.says(manager, "好的")
    assert "50元" in village.says(granny, "我欠多少钱")[0]
    assert "50" not in "".join(village.says(granny, "我欠多少钱", group=True, reply_to_bot=True))


def test_who_owes_nothing_hears_no_number(village, granny):
    assert village.says(granny, "我欠多少") == ["李奶奶不欠钱。"]
