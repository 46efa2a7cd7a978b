"""Files of keys: for our eyes only, whole on the disk before anybody relies on them."""

import os
import secrets
from contextlib import suppress
from pathlib import Path


def _written(file: Path, text: str) -> Path:
    """A whole file beside the one that is meant, on the disk, for our eyes only."""
    beside = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
    with os.fdopen(
        os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii"
    ) as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    return beside


def write_new(file: Path, text: str) -> None:
    """Make a file; one that somebody else made at the same moment stays."""
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = _written(file, text)
    with suppress(FileExistsError):
        os.link(beside, file)
    beside.unlink()


def replace(file: Path, text: str) -> None:
    """Write a file over the one before, in one step."""
    _written(file, text).replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


def append(ring: int, lines: bytes) -> None:
    """At the end; what a kill left half written there is closed off first."""
    size = os.fstat(ring).st_size
    if size and os.pread(ring, 1, size - 1) != b"\n":
        lines = b"\n" + lines
    os.pwrite(ring, lines, size)
    os.fsync(ring)
