"""The token is never printed: not at DEBUG, not in exceptions, not by a library whose connection failed."""

import io
import logging

import pytest

from transports.failures import failure
from transports.redaction import HIDDEN, Redaction, guard
from transports.telegram import Retry, Telegram, TokenRefused, wires

TOKEN = "7000000001:AAcanary_canary_canary_canary_canary_c"
SECRET = "webhook-canary"


@pytest.fixture
def written():
    """Everything that is logged, at DEBUG, by anybody."""
    page = io.StringIO()
    handler = logging.StreamHandler(page)
    handler.setFormatter(logging.Formatter("%(message)s"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    guard(Redaction(TOKEN, SECRET), handler)
    yield page
    root.removeHandler(handler)
    root.setLevel(before)


@pytest.mark.parametrize("said", [f"https://api/bot{TOKEN}/getMe", f"x{SECRET}y", "1234567:" + "a" * 35])
def test_a_secret_in_a_line_is_hidden(written, said):
    logging.getLogger("any").debug("calling %s", said)
    assert HIDDEN in written.getvalue()
    assert said not in written.getvalue()


def test_a_secret_in_an_exception_is_hidden_but_the_exception_is_seen(written):
    try:
        int(f"no route to bot{TOKEN}")
    except ValueError:
        logging.getLogger("any").exception("failed")
    assert "ValueError" in written.getvalue()
    assert TOKEN not in written.getvalue()


def test_structlog_hides_secrets_in_every_value():
    cleaned = Redaction(TOKEN)(
        None, "info", {"event": TOKEN, "deep": {"list": [f"bot{TOKEN}", 3, None]}, "e": ValueError(TOKEN)}
    )
    assert TOKEN not in str(cleaned)
    assert cleaned["deep"]["list"][1:] == [3, None]


async def test_a_refused_connection_shows_no_token_anywhere(written):
    telegram = Telegram(TOKEN, wires(), "http://127.0.0.1:9")
    await telegram.open()
    with pytest.raises(Retry) as refused:
        await telegram.call("getMe")
    await telegram.close()
    assert TOKEN not in written.getvalue() + repr(refused.value) + repr(telegram)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_a_refused_token_is_not_quoted():
    fault = failure({"ok": False, "error_code": 401, "description": f"Unauthorized: `{TOKEN}`"})
    assert isinstance(fault, TokenRefused)
    assert TOKEN not in str(fault)
