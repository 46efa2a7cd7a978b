"""Who may be written to now: told the time, never sleeping."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from transports.pacing import UNLIMITED, Lanes, Limits, Urgency

GRANNY, DAUGHTER, GROUP = 1001, 1002, -1001
BULK, ANSWER, CARE, EDIT = Urgency.BULK, Urgency.ANSWER, Urgency.CARE, Urgency.EDIT


def run(lanes: Lanes[str], until: float, start: float = 0.0) -> list[tuple[float, int, str]]:
    """Let everything leave as soon as it may, each call taking no time."""
    now, left = start, []
    while now <= until:
        taken = lanes.take(now)
        if taken is not None:
            left.append((now, *taken))
            lanes.done(taken[0], now)
            continue
        following = lanes.next_at(now)
        if following is None:
            break
        assert following > now, "asking again at the same moment would never end"
        now = following
    return left


def most_within(times: list[float], seconds: float) -> int:
    return max(sum(start <= t < start + seconds for t in times) for start in times)


def test_one_chat_hears_its_messages_in_order():
    lanes: Lanes[str] = Lanes()
    for number in range(6):
        lanes.put(GRANNY, ANSWER, str(number))
    assert [item for _, _, item in run(lanes, 60)] == list("012345")


def test_granny_is_not_written_to_twice_at_once():
    lanes: Lanes[str] = Lanes()
    lanes.put(GRANNY, ANSWER, "first")
    lanes.put(GRANNY, ANSWER, "second")
    assert lanes.take(0) == (GRANNY, "first")
    assert lanes.take(0) is None
    lanes.done(GRANNY, 0)
    assert lanes.take(0) == (GRANNY, "second")


def test_care_goes_before_answers_and_answers_before_bulk():
    lanes: Lanes[str] = Lanes()
    lanes.put(1, BULK, "menu")
    lanes.put(2, ANSWER, "booked")
    lanes.put(3, CARE, "help")
    assert [item for _, _, item in run(lanes, 1)] == ["help", "booked", "menu"]


def test_an_answer_overtakes_three_thousand_reminders():
    lanes: Lanes[str] = Lanes()
    for person in range(3000):
        lanes.put(person + 1, BULK, "reminder")
    run(lanes, 10)
    lanes.put(9001, ANSWER, "booked")
    left = run(lanes, 12, start=10)
    assert left[0][2] == "booked"
    assert left[0][0] < 11.1


def test_three_thousand_reminders_go_out_near_the_limit_and_never_above_it():
    lanes: Lanes[str] = Lanes()
    for person in range(3000):
        lanes.put(person + 1, BULK, "reminder")
    times = [at for at, _, _ in run(lanes, 200)]
    assert len(times) == 3000
    assert most_within(times, 1.0) <= 30
    assert 3000 / times[-1] >= 0.95 * 30


def test_reminders_leave_evenly_so_that_a_net_that_holds_some_back_makes_no_flood():
    lanes: Lanes[str] = Lanes()
    for person in range(200):
        lanes.put(person + 1, BULK, "reminder")
    times = [at for at, _, _ in run(lanes, 20)]
    assert all(0.03 < later - earlier < 0.04 for earlier, later in pairwise(times))
    held_back = [at + 0.03 if number % 7 else at for number, at in enumerate(times)]
    assert most_within(sorted(held_back), 1.0) <= 30


def test_a_reminder_that_was_kept_waiting_is_caught_up_but_never_more_than_one():
    lanes: Lanes[str] = Lanes()
    for person in range(10):
        lanes.put(person + 1, BULK, "reminder")
    assert lanes.take(0.0)
    assert lanes.take(5.0), "the loop was busy elsewhere"
    assert lanes.take(5.0)
    assert lanes.take(5.0) is None
    assert 5.03 < (lanes.next_at(5.0) or 0) < 5.04


def test_thirty_people_who_ask_at_once_are_answered_at_once_in_the_midst_of_reminders():
    lanes: Lanes[str] = Lanes()
    for person in range(100):
        lanes.put(person + 1, BULK, "reminder")
    assert lanes.take(0.0)
    for person in range(29):
        lanes.put(5000 + person, ANSWER, "booked")
    assert [item for _, _, item in run(lanes, 0.0)] == ["booked"] * 29


def test_one_chat_gets_a_short_burst_and_then_one_a_second():
    lanes: Lanes[str] = Lanes()
    for number in range(10):
        lanes.put(GRANNY, ANSWER, str(number))
    times = [at for at, _, _ in run(lanes, 60)]
    assert times[2] == 0
    assert all(later - earlier >= 1.0 for earlier, later in pairwise(times[2:]))


def test_a_group_hears_at_most_twenty_a_minute():
    lanes: Lanes[str] = Lanes()
    for number in range(50):
        lanes.put(GROUP, ANSWER, str(number))
    times = [at for at, _, _ in run(lanes, 300)]
    assert len(times) == 50
    assert most_within(times, 60.0) <= 20


def test_a_counter_that_is_edited_leaves_room_for_answers_in_the_group():
    lanes: Lanes[str] = Lanes()
    for number in range(20):
        lanes.put(GROUP, EDIT, f"edit{number}")
    edits = run(lanes, 50)
    assert len(edits) == 15
    lanes.put(GROUP, ANSWER, "booked")
    assert run(lanes, 51, start=50)[0][2] == "booked"


def test_a_flood_rests_only_its_own_chat():
    lanes: Lanes[str] = Lanes()
    lanes.put(GRANNY, ANSWER, "one")
    assert lanes.take(0) == (GRANNY, "one")
    lanes.flooded(GRANNY, 34, 0)
    lanes.put(GRANNY, ANSWER, "one", first=True)
    lanes.put(DAUGHTER, ANSWER, "two")
    lanes.done(GRANNY, 0)
    left = run(lanes, 60)
    assert left == [(0, DAUGHTER, "two"), (34, GRANNY, "one")]


def test_a_flood_gives_reminders_to_others_a_moments_rest_and_answers_none():
    lanes: Lanes[str] = Lanes()
    lanes.put(GROUP, ANSWER, "posted")
    assert lanes.take(0)
    lanes.flooded(GROUP, 34, 0)
    lanes.done(GROUP, 0)
    lanes.put(GRANNY, BULK, "reminder")
    lanes.put(DAUGHTER, ANSWER, "booked")
    assert run(lanes, 60) == [(0, DAUGHTER, "booked"), (1.0, GRANNY, "reminder")]


def test_floods_in_several_chats_at_once_halt_everything():
    lanes: Lanes[str] = Lanes()
    for person in (1, 2, 3):
        lanes.put(person, ANSWER, "x")
        assert lanes.take(0)
        lanes.flooded(person, 5, 0)
        lanes.done(person, 0)
    lanes.put(4, CARE, "help")
    assert run(lanes, 60)[0][0] == 5


def test_what_was_given_back_goes_before_what_came_later():
    lanes: Lanes[str] = Lanes()
    lanes.put(GRANNY, ANSWER, "one")
    lanes.take(0)
    lanes.put(GRANNY, ANSWER, "two")
    lanes.put(GRANNY, ANSWER, "one", first=True)
    lanes.done(GRANNY, 0)
    assert [item for _, _, item in run(lanes, 10)] == ["one", "two"]


def test_without_limits_nothing_waits():
    lanes: Lanes[str] = Lanes(UNLIMITED)
    for number in range(100):
        lanes.put(GROUP, ANSWER, str(number))
    assert [at for at, _, _ in run(lanes, 0)] == [0.0] * 100


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(-3, 5).filter(bool), st.sampled_from(list(Urgency))), max_size=120))
def test_whatever_comes_everything_leaves_once_within_the_limits(wanted):
    lanes: Lanes[str] = Lanes(Limits())
    for number, (chat, urgency) in enumerate(wanted):
        lanes.put(chat, urgency, str(number))
    left = run(lanes, 2000)
    assert sorted(int(item) for _, _, item in left) == list(range(len(wanted)))
    assert len(lanes) == 0
    for chat in {chat for chat, _ in wanted}:
        mine = [(at, int(item)) for at, where, item in left if where == chat]
        for urgency in Urgency:
            order = [number for _, number in mine if wanted[number][1] == urgency]
            assert order == sorted(order)
        if chat < 0:
            assert most_within([at for at, _ in mine], 60.0) <= 20
