"""Files that are no sheets: a link as a picture to be scanned, and what is kept about a person as a document."""

import io
import json
from collections.abc import Callable, Mapping
from typing import Any

from texts.calendars import ics
from texts.rendering import Words

Made = tuple[str, bytes]
DOTS = 8
"""Pixels of one dot of the code: large enough to be scanned from a small screen."""


def link(data: Mapping[str, Any], words: Words) -> Made:
    """The code of an address, black on white with a quiet border."""
    import segno

    picture = io.BytesIO()
    segno.make(data["url"], error="m").save(picture, kind="png", scale=DOTS, border=4)
    return "link.png", picture.getvalue()


def mine(data: Mapping[str, Any], words: Words) -> Made:
    """What is kept about a person, readable by people and programs."""
    document = json.dumps(data["kept"], ensure_ascii=False, indent=1)
    return f"{words.template('people.file_name')}.json", document.encode()


def calendar(data: Mapping[str, Any], words: Words) -> Made:
    """Someone's shifts for their calendar."""
    return "shifts.ics", ics(data, words)


FILES: Mapping[str, Callable[[Mapping[str, Any], Words], Made]] = {
    "link": link,
    "mine": mine,
    "calendar": calendar,
}
