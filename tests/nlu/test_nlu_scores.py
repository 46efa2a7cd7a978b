"""What the language layer must not fall below, on labelled messages."""

import hashlib

import pytest

from tests.scoring import DATA, records, score

FLOORS = {
    "intent": 0.97,
    "dates": 0.98,
    "meal slots": 0.95,
    "lists": 0.95,
    "emergency": 1.0,
    "no wrong act": 0.995,
}
COMMON = ("utterances", "utterances_held", "voices")
OTHERS = ("others_tune", "others_c", "others_final", "others_d")
"""By hands that never saw the rules; read blind first (docs/language.md), then learnt from."""
NEWEST = ("others_e", "others_f")
"""The newest of them."""
LATELY = FLOORS | {"group chatter left alone": 1.0}
DANGER = ("others_e", "others_g", "others_h")
"""Cries and their look-alikes; scored blind first, then their cries were learnt from."""
DANGER_FLOORS = {"emergency": 0.94, "no wrong act": 0.97}
HARD = {"emergency": 1.0, "no wrong act": 1.0, "intent": 0.95, "dates": 0.98, "group chatter left alone": 1.0}
"""What is kept of the sealed cries and look-alikes (`others_h`)."""
BLIND = {
    "intent": 0.95,
    "dates": 0.97,
    "meal slots": 0.80,
    "lists": 0.95,
    "emergency": 1.0,
    "no wrong act": 0.98,
}
"""The sealed third as it was read before anybody looked at it; what was repaired since stands above this."""
SEALED = "0082602eb60ad8ac0629eecbce219bccea21ccbd15b48c3b9d48cd330e8fe2ae"


@pytest.fixture(scope="module")
def common():
    return score([row for name in COMMON for row in records(name)])


@pytest.fixture(scope="module")
def others():
    return score([row for name in OTHERS for row in records(name)])


@pytest.fixture(scope="module")
def sealed():
    return score(records("voices_sealed"))


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_common_wording_is_read_at_least_this_well(common, name):
    assert common.share(name) >= FLOORS[name], [wrong for wrong in common.wrong if wrong[0] == name]


@pytest.mark.parametrize("name", sorted(FLOORS))
def test_the_wording_of_other_hands_is_read_at_least_this_well(others, name):
    assert others.share(name) >= FLOORS[name], [wrong for wrong in others.wrong if wrong[0] == name]


@pytest.fixture(scope="module")
def newest():
    return score([row for name in NEWEST for row in records(name)])


@pytest.mark.parametrize("name", sorted(LATELY))
def test_the_newest_wording_is_read_at_least_this_well(newest, name):
    assert newest.share(name) >= LATELY[name], [wrong for wrong in newest.wrong if wrong[0] == name]


@pytest.mark.parametrize("name", sorted(DANGER_FLOORS))
def test_hard_cries_are_heard_at_least_this_well(name):
    read = score([row for file in DANGER for row in records(file)])
    assert read.share(name) >= DANGER_FLOORS[name], [wrong for wrong in read.wrong if wrong[0] == name]


@pytest.mark.parametrize("name", sorted(HARD))
def test_the_sealed_cries_and_look_alikes_are_read_at_least_this_well(name):
    read = score(records("others_h"))
    assert read.share(name) >= HARD[name], [wrong for wrong in read.wrong if wrong[0] == name]


@pytest.mark.parametrize("name", sorted(BLIND))
def test_wording_kept_sealed_is_read_at_least_as_well_as_blind(sealed, name):
    assert sealed.share(name) >= BLIND[name]


@pytest.mark.parametrize("file", [*COMMON, *OTHERS, "voices_sealed"])
def test_group_chatter_is_left_alone(file):
    assert score(records(file)).share("group chatter left alone") == 1.0


def test_the_sealed_messages_are_those_that_were_sealed():
    content = (DATA / "voices_sealed.jsonl").read_bytes()
    assert hashlib.sha256(content).hexdigest() == SEALED


def test_every_intent_has_messages():
    assert len({row["intent"] for name in COMMON for row in records(name)}) == 23
