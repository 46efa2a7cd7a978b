"""The pulse of the bot: plain counters and last-seen times that health and metrics read."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(slots=True)
class Vitals:
    """What happened since the start; instants are aware UTC. Only numbers and names of kinds, nothing personal."""

    started_at: datetime
    counts: Counter[str] = field(default_factory=Counter)
    last_poll_at: datetime | None = None
    last_tick_at: datetime | None = None
    last_send_at: datetime | None = None
    waiting_updates: int = 0
    waiting_messages: int = 0
    bot_username: str = ""
    keeps: bool = True
    """Whether what came last could be kept in the store."""

    def count(self, what: str, by: int = 1) -> None:
        """Count something that happened."""
        self.counts[what] += by
