"""The keys of people, kept outside the store: one master key, and a ring of everybody's own key wrapped by it.

A copy of the store has no key in it. Whoever is to be forgotten loses the key in the ring, and with it every copy that
was ever taken: see docs/decisions/0015-vault.md.
"""

import base64
import fcntl
import hashlib
import hmac
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from models.members import keyfiles

HEAD = "gulou-ring-1"
LENGTH, WRAPPED = 32, 80
"""Bytes of a key; and letters of one that is wrapped."""
GONE = "-"
NOBODY = 0
"""Whose key what belongs to nobody in the village is sealed with; it is changed at every erasure."""


class WrongKey(Exception):
    """The master key is not the one the ring was wrapped with."""


class KeyMissing(Exception):
    """There is a ring, but the master key that opens it is not where it is looked for."""


class Forgotten(Exception):
    """The key was destroyed, or never was here: what it sealed can no longer be read by anybody."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the master key and the ring lie."""

    key: Path
    ring: Path

    @classmethod
    def at(cls, ring: Path) -> "Place":
        """A ring with its master key beside it, under the same name."""
        return cls(ring.with_suffix(".key"), ring)

    @classmethod
    def beside(cls, url: str) -> "Place":
        """Beside a store on SQLite; for a server, in the folder the bot is started in."""
        name = url.partition("?")[0].removeprefix("sqlite:///")
        file = Path(f"{name.rpartition('/')[2]}.db") if "://" in name else Path(name)
        return cls(file.with_suffix(".key"), file.with_suffix(".ring"))


class Keyring:
    """Everybody's key by number; shared between processes, so the file is looked at again when it has changed."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self._master = b""
        self._wrapped: dict[int, str] = {}
        self._seen: tuple[int, ...] = ()

    def check(self) -> bool:
        """Whether there is a ring; raises WrongKey or KeyMissing when it could not be used."""
        if not self.place.ring.exists():
            return False
        self._read()
        return True

    def make(self) -> None:
        """The first start: a master key and an empty ring, for nobody's eyes but the bot's."""
        if self.place.ring.exists():
            return
        if not self.place.key.exists():
            keyfiles.write_new(self.place.key, f"{base64.b64encode(secrets.token_bytes(LENGTH)).decode()}\n")
        master = masters(self.place.key)[0]
        keyfiles.write_new(self.place.ring, f"{HEAD} {fingerprint(master)}\n")

    def key_of(self, person: int) -> bytes:
        """Somebody's key; raises Forgotten."""
        self._read()
        wrapped = self._wrapped.get(person, GONE)
        if wrapped == GONE:
            raise Forgotten(str(person))
        return _unwrap(self._master, person, wrapped)

    def key_for(self, person: int) -> bytes:
        """Somebody's key, made when there is none; it is on the disk before anything is sealed with it."""
        self.make()
        self._read()
        if self._wrapped.get(person, GONE) == GONE:
            with self._held() as ring:
                self._read()
                if self._wrapped.get(person, GONE) == GONE:
                    line = f"{person} {_wrap(self._master, person, secrets.token_bytes(LENGTH))}\n"
                    keyfiles.append(ring, line.encode())
        return self.key_of(person)

    def people(self) -> frozenset[int]:
        """Who has a key."""
        self._read()
        return frozenset(person for person, wrapped in self._wrapped.items() if wrapped != GONE)

    def destroy(self, person: int) -> None:
        """Write over somebody's key where it stands: no copy sealed with it can be read any more."""
        if not self.place.ring.exists():
            return
        with self._held() as ring:
            place = 0
            for line in os.pread(ring, os.fstat(ring).st_size, 0).splitlines(keepends=True):
                number, _, wrapped = line.rstrip(b"\n").partition(b" ")
                if number == str(person).encode():
                    os.pwrite(ring, GONE.encode() * len(wrapped), place + len(number) + 1)
                place += len(line)
            os.fsync(ring)
        self._seen = ()

    def take_over(self, other: "Keyring") -> int:
        """Keys of another ring that this one has not; answers how many there were to take."""
        self.make()
        self._read()
        missing = [person for person in sorted(other.people()) if person not in self._wrapped]
        lines = [f"{one} {_wrap(self._master, one, other.key_of(one))}\n" for one in missing]
        with self._held() as ring:
            keyfiles.append(ring, "".join(lines).encode())
        return len(missing)

    def copy_to(self, file: Path) -> None:
        """The one copy of the ring, written over the one before: who was forgotten must not live on in an old one."""
        keyfiles.replace(file, self.place.ring.read_text(encoding="ascii"))

    def rotate(self) -> int:
        """A new master key around the same keys of people; a kill at any moment leaves one that opens the ring."""
        self._read()
        old, new = self._master, secrets.token_bytes(LENGTH)
        keys = {person: self.key_of(person) for person in sorted(self.people())}
        lines = [f"{person} {_wrap(new, person, key)}\n" for person, key in keys.items()]
        both = "".join(f"{base64.b64encode(one).decode()}\n" for one in (new, old))
        keyfiles.replace(self.place.key, both)
        keyfiles.replace(self.place.ring, f"{HEAD} {fingerprint(new)}\n{''.join(lines)}")
        keyfiles.replace(self.place.key, both.splitlines(keepends=True)[0])
        self._seen = ()
        return len(keys)

    def _read(self) -> None:
        try:
            found = self.place.ring.stat()
        except FileNotFoundError:
            self._wrapped, self._seen = {}, ()
            return
        # An overwritten key leaves the size as it was, so the time counts as well.
        seen = (found.st_ino, found.st_size, found.st_mtime_ns)
        if seen == self._seen:
            return
        head, *lines = self.place.ring.read_text(encoding="ascii").splitlines()
        self._master = _fitting(self.place.key, head)
        self._wrapped = dict(_entry(line) for line in lines if len(line.partition(" ")[2]) == WRAPPED)
        self._seen = seen

    @contextmanager
    def _held(self) -> Iterator[int]:
        """The file of the ring, ours alone among all processes."""
        ring = os.open(self.place.ring, os.O_RDWR)
        try:
            fcntl.flock(ring, fcntl.LOCK_EX)
            yield ring
        finally:
            os.close(ring)


def masters(file: Path) -> list[bytes]:
    """The master keys in a file: one, or two while it is being changed."""
    try:
        lines = file.read_text(encoding="ascii").split()
        keys = [base64.b64decode(line, validate=True) for line in lines]
    except FileNotFoundError:
        raise KeyMissing(str(file)) from None
    except ValueError:
        raise WrongKey(str(file)) from None
    if not keys or any(len(key) != LENGTH for key in keys):
        raise WrongKey(str(file))
    return keys


def fingerprint(master: bytes) -> str:
    """What a ring says of the key it was wrapped with; nothing of the key can be learnt from it."""
    return hmac.new(master, HEAD.encode(), hashlib.sha256).hexdigest()


def _fitting(file: Path, head: str) -> bytes:
    for master in masters(file):
        if hmac.compare_digest(head, f"{HEAD} {fingerprint(master)}"):
            return master
    raise WrongKey(str(file))


def _entry(line: str) -> tuple[int, str]:
    """Whose key, and the key wrapped; what a kill left half written has not the length of one and is no entry."""
    person, _, wrapped = line.partition(" ")
    return int(person), GONE if wrapped.startswith(GONE) else wrapped


def _wrap(master: bytes, person: int, key: bytes) -> str:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = secrets.token_bytes(12)
    sealed = AESGCM(master).encrypt(nonce, key, f"{HEAD}:{person}".encode())
    return base64.b64encode(nonce + sealed).decode()


def _unwrap(master: bytes, person: int, wrapped: str) -> bytes:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    raw = base64.b64decode(wrapped)
    try:
        return AESGCM(master).decrypt(raw[:12], raw[12:], f"{HEAD}:{person}".encode())
    except InvalidTag:
        raise WrongKey(str(person)) from None
