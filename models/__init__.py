"""What the canteen remembers. Importing the room makes every table known to the metadata."""

from models import audit, cards, deliveries, inbox, ledger, meals, menus, outbox, people

__all__ = ["audit", "cards", "deliveries", "inbox", "ledger", "meals", "menus", "outbox", "people"]
