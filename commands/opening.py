"""The store as a command needs it: at this release, closed again whatever happens."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlmodel import Session, select

import models
from config import Config
from models import migrate
from models.members.keyring import Place
from models.members.people import Canteen
from models.store import Store, open_store

assert models


def keys_of(config: Config) -> Place:
    """Where the keys lie: as the configuration says, else beside the store."""
    beside = Place.beside(config.store.url)
    return Place(config.store.key_file or beside.key, config.store.ring_file or beside.ring)


@contextmanager
def opened(config: Config) -> Iterator[Store]:
    """The store of the configuration, beside a running bot or alone."""
    keys = keys_of(config)
    migrate.upgrade(config.store.url, keys=keys)
    store = open_store(config.store.url, keys=keys)
    try:
        yield store
    finally:
        store.close_now()


def village(session: Session, chat: int | None) -> Canteen | None:
    """The village of a chat, or the only one there is."""
    if chat is not None:
        return session.exec(select(Canteen).where(Canteen.chat_id == chat)).first()
    found = session.exec(select(Canteen).limit(2)).all()
    return found[0] if len(found) == 1 else None
