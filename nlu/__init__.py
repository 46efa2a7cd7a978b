"""What people mean: Chinese and English sentences read into intents; pure, synchronous, no I/O."""

from nlu.answers import THE_USUAL
from nlu.labels import as_labels
from nlu.reader import understand
from nlu.values import Action, Context, Entry, Intent, OpenMeal, Part, Slots, Understanding

__all__ = [
    "THE_USUAL", "Action", "Context", "Entry", "Intent", "OpenMeal", "Part", "Slots", "Understanding", "as_labels", "understand",
]  # fmt: skip
