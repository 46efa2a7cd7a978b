"""What a sentence costs: it is made readable once, however many readers look at it."""

import unicodedata
from datetime import UTC, datetime

from nlu import Context, understand
from nlu.errands import sounds_dangerous
from nlu.phrases import reply, spoken

NOW = datetime(2026, 11, 25, 2, tzinfo=UTC)


def test_grannys_words_are_made_readable_once_though_a_hundred_others_came_with_them(monkeypatch):
    seen: list[str] = []

    def noted(form: str, text: str) -> str:
        seen.append(text)
        return text

    monkeypatch.setattr(unicodedata, "normalize", noted)
    batch = [f"奶奶明天中午订{portions}份" for portions in range(1, 101)]
    for words in batch:
        sounds_dangerous(words)
    for words in batch:
        understand(words, NOW, Context())
        spoken(words)
        reply(words)
    assert sorted(text for text in seen if text in batch) == sorted(batch)
