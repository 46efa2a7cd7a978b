"""Whether a store holds anything that only its keys can open; asked of the tables as they are, whatever their release."""

import sqlalchemy as sa

from models.members.vault import MARK

LOOKED_AT = (("member", "phone"), ("member", "address"), ("request", "words"), ("emergency", "words"))


def anything_sealed(engine: sa.Engine) -> bool:
    """Whether something sealed stands in the tables that hold it first."""
    with engine.connect() as connection:
        there = set(sa.inspect(connection).get_table_names())
        for name, column in LOOKED_AT:
            words = sa.table(name, sa.column(column)).c[column]
            found = sa.select(words).where(words.startswith(MARK)).limit(1)
            if name in there and connection.execute(found).first() is not None:
                return True
    return False
