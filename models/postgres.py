"""PostgreSQL: a few threads, one transaction per unit, run again when the server had to break a tie."""


import sqlalchemy as sa
from psycopg import errors

THREADS = 8
TRIES = 5
CONNECT_SECONDS = 10
# Any number will do as long as every bot uses the same one: "gulou" in ASCII.
LOCK_KEY = int.from_bytes(b"gulou", "big")

TIES = (errors.SerializationFailure, errors.DeadlockDetected)


def open_engine(url: sa.URL) -> sa.Engine:
    """Engine for a database on a server."""
    return sa.create_engine(
        url,
        pool_size=THREADS,
        max_overflow=THREADS,
        hide_parameters=True,
        json_serializer=plain_json,
        connect_args={"connect_timeout": CONNECT_SECONDS},
    )
