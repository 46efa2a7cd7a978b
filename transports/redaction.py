"""No token in any log: a filter for every handler and a processor for structlog."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

TOKEN = re.compile(r"\d{5,}:[A-Za-z0-9_-]{30,}")
HIDDEN = "[token]"
TALKATIVE = ("httpx", "httpcore", "telegram", "aiohttp", "asyncio", "apscheduler", "sqlalchemy", "uvicorn")
"""Libraries that write whole addresses, updates or statements when they are let."""


class Redaction(logging.Filter):
    """Takes tokens, and the secrets given, out of all that is logged; exceptions included."""

    def __init__(self, *secrets: str) -> None:
        super().__init__()
        self._secrets = tuple(sorted((s for s in secrets if s), key=len, reverse=True))
        self._format = logging.Formatter()

    def clean(self, text: str) -> str:
        """The text without secrets."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return TOKEN.sub(HIDDEN, text)

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record before any handler formats it."""
        record.msg, record.args = self.clean(record.getMessage()), None
        if record.exc_info:
            record.exc_text = self._format.formatException(record.exc_info)
            record.exc_info = None
        if record.exc_text:
            record.exc_text = self.clean(record.exc_text)
        if record.stack_info:
            record.stack_info = self.clean(record.stack_info)
        return True

    def __call__(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        """Be a structlog processor; stands after the one that renders exceptions."""
        return {name: self._value(value) for name, value in event.items()}

    def _value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.clean(value)
        if isinstance(value, dict):
            return {key: self._value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._value(item) for item in value]
        if value is None or isinstance(value, bool | int | float):
            return value
        return self.clean(str(value))


def guard(redaction: Redaction, *handlers: logging.Handler) -> None:
    """Put the filter on the handlers and ask talkative libraries to speak only of trouble."""
    for handler in handlers:
        handler.addFilter(redaction)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
