"""Every timed duty can be named to the manager who is told that it was missed or keeps failing."""

import pytest

from jobs.gathered import DUTIES
from rules.values import Text
from texts import Words


@pytest.mark.parametrize("language", ["zh_CN", "en"])
def test_every_duty_has_a_name_a_manager_understands(language):
    words = Words(language, "Asia/Shanghai")
    named = {duty.kind: words.say(Text(f"duty.{duty.kind}")) for duty in DUTIES}
    assert [kind for kind, name in named.items() if kind in name] == []


def test_no_two_duties_bear_the_same_name():
    kinds = [duty.kind for duty in DUTIES]
    assert len(kinds) == len(set(kinds))
