"""What is nobody's business: sealed where it lies, with the key of the person it is about.

How to use it. A column for private words is declared with the name of the column that says whose they are:

    findings: str = Field(default="", sa_type=Sealed("elder_id"))

It is written by `seal(session, visit, findings="…")` and read by `unsealed(visit, "findings")`; plain words do not get
into such a column, and what stands in it shows nothing. `row.findings` may only be asked whether it is empty.
What `unsealed` answers is `Private`: it can be said like any string, and a message or a card that says it is sealed as
well; words made out of it are `Private(words, owner)` again. Whoever shows it to somebody also keeps who saw it, with
`rules.members.readings.shown(session, act, row, ("findings",), to=[…])`.
"""

import base64
import json
import secrets
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import object_session
from sqlmodel import Session

from models.base import Row, table_of
from models.members.keyring import NOBODY, Forgotten, Keyring, Place

log = structlog.get_logger()

MARK = "v1:"
NONCE = 12
MOST_KEYS = 1_000


class PlainText(Exception):
    """Words were about to be written in the clear into a sealed column."""


class Ciphertext(str):
    """What stands in a sealed column; worth only the question whether it is empty."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Ciphertext()"


class Broken(Exception):
    """What is sealed was not sealed here, or not with this key: it was moved, changed, or the key was lost."""


class Private(str):
    """Words about a person, opened; whatever keeps them seals them again with that person's key."""

    owner: int

    def __new__(cls, words: str, owner: int) -> "Private":
        """Words and whose they are."""
        made = super().__new__(cls, words)
        made.owner = owner
        return made


class Sealed(sa.TypeDecorator[str]):
    """A column of words sealed with the key of the member another column names; `id` in a member's own row."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, owner: str) -> None:
        super().__init__()
        self.owner = owner

    def __repr__(self) -> str:
        """As migrations write it."""
        return "sa.Text()"

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Let nothing in but what is sealed or empty."""
        if value and not value.startswith(MARK):
            raise PlainText("use models.members.vault.seal")
        return value

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Hand out what is of no use without the key."""
        return Ciphertext(value) if value else value


class SealedJson(sa.TypeDecorator[dict[str, Any]]):
    """A column of JSON, sealed as a whole when its `private` names a member; of use at once when it is read."""

    impl = sa.JSON
    cache_ok = True

    def __init__(self, where: str, forgotten: str = "{}") -> None:
        super().__init__(none_as_null=True)
        self.where, self.forgotten = where, forgotten

    def process_bind_param(self, value: dict[str, Any] | None, dialect: Dialect) -> dict[str, Any] | None:
        """Seal what says that it is private."""
        if not value or "private" not in value or "sealed" in value:
            return value
        owner = int(value["private"])
        words = json.dumps(value, ensure_ascii=False)
        return {"private": owner, "sealed": vault_of(dialect).seal(owner, self.where, words)}

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Open it; of somebody forgotten, or what was not sealed here, nothing is left."""
        if not value or "sealed" not in value:
            return value
        try:
            return json.loads(vault_of(dialect).open(int(value["private"]), self.where, value["sealed"]))
        except Forgotten:
            return json.loads(self.forgotten)
        except Broken:  # one that does not open may not hold up all those behind it
            log.error("what is sealed does not open", where=self.where)  # noqa: TRY400
            return json.loads(self.forgotten)


class Vault:
    """Seals and opens words with the keys of people; bound to where they stand, so that they cannot be moved."""

    def __init__(self, place: Place) -> None:
        self.ring = Keyring(place)
        self._ciphers: dict[bytes, Any] = {}

    def seal(self, owner: int, where: str, words: str) -> str:
        """Words as they may lie in the store."""
        nonce = secrets.token_bytes(NONCE)
        sealed = self._cipher(self.ring.key_for(owner)).encrypt(nonce, words.encode(), _bound(owner, where))
        return MARK + base64.b64encode(nonce + sealed).decode()

    def open(self, owner: int, where: str, sealed: str) -> str:
        """The words again; raises Forgotten when the person's key is no more."""
        from cryptography.exceptions import InvalidTag

        raw = base64.b64decode(sealed.removeprefix(MARK))
        cipher = self._cipher(self.ring.key_of(owner))
        try:
            return str(cipher.decrypt(raw[:NONCE], raw[NONCE:], _bound(owner, where)).decode())
        except InvalidTag:
            raise Broken(where) from None

    def _cipher(self, key: bytes) -> Any:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        if key not in self._ciphers:
            if len(self._ciphers) >= MOST_KEYS:
                self._ciphers.clear()
            self._ciphers[key] = AESGCM(key)
        return self._ciphers[key]


def _bound(owner: int, where: str) -> bytes:
    return f"{owner}/{where}".encode()


def entrust(engine: sa.Engine, vault: Vault) -> None:
    """Let everything that goes through an engine use a vault: types of columns know nothing but their dialect."""
    engine.dialect.vault = vault  # type: ignore[attr-defined]


def vault_of(dialect: Dialect) -> Vault:
    """The vault of a store."""
    return dialect.vault  # type: ignore[attr-defined,no-any-return]


def seal(session: Session, row: Row, **words: str) -> None:
    """Write private words into a row; a new row is written first, as its number is part of the seal."""
    if row.id is None:
        session.add(row)
        session.flush()
    vault = vault_of(session.get_bind().dialect)
    for name, said in words.items():
        owner, where = _whose(row, name)
        setattr(row, name, vault.seal(owner, where, said) if said else "")
    session.add(row)


def opened(session: Session, row: Row, name: str) -> Private:
    """Private words of a row that is surely of this session, whatever has been written of it."""
    session.flush()
    return unsealed(row, name)


def unsealed(row: Row, name: str) -> Private:
    """Private words of a row; empty when there are none, or when nobody can read them any more."""
    sealed, session = getattr(row, name), object_session(row)
    owner, where = _whose(row, name)
    if not sealed or session is None:
        return Private("", owner)
    try:
        return Private(vault_of(session.get_bind().dialect).open(owner, where, sealed), owner)
    except Forgotten:
        return Private("", owner)
    except Broken:  # who is called to an emergency must be called all the same, without the address
        log.error("what is sealed does not open", where=where)  # noqa: TRY400
        return Private("", owner)


def _type(row: Row, name: str) -> Any:
    return table_of(type(row)).c[name].type


def _whose(row: Row, name: str) -> tuple[int, str]:
    """Whose key it is, and what the seal is bound to."""
    owner = getattr(row, _type(row, name).owner)
    return owner or NOBODY, f"{table_of(type(row)).name}:{row.id}:{name}"
