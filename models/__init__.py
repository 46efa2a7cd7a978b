"""What the canteen remembers. Importing the room makes every table known to the metadata."""

from models import audit, cards, examples, inbox, outbox
from models.cooks import certificates, kitchen
from models.elders import care, emergencies, needs, requests
from models.homes import visits
from models.lunch import deliveries, ledger, meals, menus
from models.members import consents, people
from models.volunteers import shifts, vacancies

__all__ = [
    "audit",
    "cards",
    "care",
    "certificates",
    "consents",
    "deliveries",
    "emergencies",
    "examples",
    "inbox",
    "kitchen",
    "ledger",
    "meals",
    "menus",
    "needs",
    "outbox",
    "people",
    "requests",
    "shifts",
    "vacancies",
    "visits",
]
