"""Where coverage looks away: measuring a line costs half as much again as running it, and some lines run only once more.

PostgreSQL runs the very lines SQLite has run, so one of the two is measured; and what repeats itself a thousand times
(`@pytest.mark.unmeasured`) is held by its own claims, while other tests run its lines. The floors in `coverage_floors.py` stay.
"""

import sys
import threading
from collections.abc import Generator

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test that is not to be measured runs without the tracer, and so does every thread it begins."""
    tracer, of_threads = sys.gettrace(), threading.gettrace()
    if tracer is None or not _runs_again(item):
        return (yield)
    _trace(None, None)
    try:
        return (yield)
    finally:
        _trace(tracer, of_threads)


def _trace(tracer: object, of_threads: object) -> None:
    sys.settrace(tracer)  # type: ignore[arg-type]
    threading.settrace(of_threads)  # type: ignore[arg-type]


def _runs_again(item: pytest.Item) -> bool:
    on = getattr(item, "callspec", None)
    return item.get_closest_marker("unmeasured") is not None or (
        on is not None and on.params.get("dialect") == "postgresql"
    )
