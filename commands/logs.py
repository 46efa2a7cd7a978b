"""What is logged and how: structlog over the standard library, without tokens and without people's words."""

import logging
import sys

import structlog

from config import LogSection
from transports.redaction import Redaction, guard


def set_up(section: LogSection, *secrets: str) -> None:
    """Log to standard error; every handler hides the secrets, talkative libraries speak only of trouble."""
    redaction = Redaction(*secrets)
    renderer = structlog.processors.JSONRenderer() if section.format == "json" else _console()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(section.level)
    guard(redaction, handler)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redaction,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(section.level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _console() -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
