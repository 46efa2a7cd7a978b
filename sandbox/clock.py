"""The sandbox's time: the real clock moved by an offset, or a clock that stands until it is moved."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Watcher = Callable[[datetime], None]


class Clock:
    """Aware UTC time that can be moved; an offset file shares the move with another process."""

    def __init__(self, offset_file: Path | None = None, *, standing_at: datetime | None = None) -> None:
        self._offset_file = offset_file
        self._standing_at = standing_at
        self._offset = _read_offset(offset_file)
        self._watchers: list[Watcher] = []

    def now(self) -> datetime:
        """The present instant of the sandbox."""
        if self._standing_at is not None:
            return self._standing_at
        return datetime.now(UTC) + self._offset

    def advance(self, seconds: float) -> None:
        """Move the time forward (or, below zero, back)."""
        self.set(self.now() + timedelta(seconds=seconds))

    def set(self, when: datetime) -> None:
        """Move the time to an instant; it stands or runs on from there as before."""
        if when.tzinfo is None:
            raise ValueError("the clock takes aware instants only")
        if self._standing_at is not None:
            self._standing_at = when.astimezone(UTC)
        self._offset = when - datetime.now(UTC)
        self._write_offset()
        for watcher in list(self._watchers):
            watcher(self.now())

    def watch(self, watcher: Watcher) -> Callable[[], None]:
        """Call back after every move; the answer ends it."""
        self._watchers.append(watcher)
        return lambda: self._watchers.remove(watcher)

    @property
    def offset(self) -> float:
        """Seconds between the sandbox's time and the machine's."""
        return self._offset.total_seconds()

    def _write_offset(self) -> None:
        if self._offset_file is None:
            return
        draft = self._offset_file.with_name(self._offset_file.name + ".new")
        draft.write_text(f"{self.offset:.3f}\n", encoding="utf-8")
        draft.replace(self._offset_file)


def _read_offset(path: Path | None) -> timedelta:
    if path is None or not path.exists():
        return timedelta()
    return timedelta(seconds=float(path.read_text(encoding="utf-8")))
