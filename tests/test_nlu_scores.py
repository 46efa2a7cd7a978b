"""What the language layer must not fall below, on labelled messages."""

import pytest

from tests.scoring import records, score

FLOORS = {"intent": 0.95, "dates": 0.98, "meal slots": 0.95, "lists": 0.95, "emergency": 1.0}
HELD_FLOORS = {"intent": 0.70, "dates": 0.90, "meal slots": 0.85}


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_common_wording_is_read_at_least_this_well(name):
    result = score(records("utterances"))
    assert result.share(name) >= FLOORS[name], result.wrong


@pytest.mark.parametrize("name", sorted(HELD_FLOORS))
def test_wording_kept_aside_is_read_at_least_this_well(name):
    assert score(records("utterances_held")).share(name) >= HELD_FLOORS[name]


@pytest.mark.parametrize("file", ["utterances", "utterances_held"])
def test_group_chatter_is_left_alone(file):
    assert score(records(file)).share("group chatter left alone") == 1.0


def test_every_intent_has_messages():
    assert len({row["intent"] for row in records("utterances") + records("utterances_held")}) == 23
