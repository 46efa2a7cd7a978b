"""The last step of forgetting somebody: their key goes, and with it every copy of the store that was ever taken.

It is its own step, after the erasure is kept: a key destroyed for a unit that was then rolled back would be lost for nothing.
"""

from sqlmodel import Session, col, select

from models.members.belongings import UNDER_WAY
from models.members.keyring import Keyring
from models.members.people import Member
from models.members.vault import vault_of


def waits(session: Session) -> list[int]:
    """Whoever is erased and still has a key, by number."""
    erased = select(Member.id).where(col(Member.erased_at).is_not(None)).order_by(col(Member.id))
    gone = session.exec(erased).all()
    held = _ring(session).people() if gone else frozenset()
    return [number for number in gone if number in held]


def destroy(session: Session) -> int:
    """Destroy the keys of everybody whose erasure is kept, and what was only under way; answers how many."""
    ring, waiting = _ring(session), waits(session)
    for number in waiting:
        ring.destroy(number)
    if waiting:
        ring.destroy(UNDER_WAY)
    return len(waiting)


def _ring(session: Session) -> Keyring:
    return vault_of(session.get_bind().dialect).ring
