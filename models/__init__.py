"""What the canteen remembers. Importing the room makes every table known to the metadata."""

from models import (
    audit,
    cards,
    certificates,
    deliveries,
    emergencies,
    examples,
    inbox,
    kitchen,
    ledger,
    meals,
    menus,
    outbox,
    people,
    requests,
    shifts,
    vacancies,
)

__all__ = [
    "audit",
    "cards",
    "certificates",
    "deliveries",
    "emergencies",
    "examples",
    "inbox",
    "kitchen",
    "ledger",
    "meals",
    "menus",
    "outbox",
    "people",
    "requests",
    "shifts",
    "vacancies",
]
