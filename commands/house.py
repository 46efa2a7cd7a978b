"""The whole house in one process: who is built on whom, what starts first, and how it stops without losing anything."""

from typing import TYPE_CHECKING, TypeVar

import structlog

if TYPE_CHECKING:
    pass

log = structlog.get_logger()

T = TypeVar("T")
