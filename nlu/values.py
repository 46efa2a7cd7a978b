"""What the language layer hands out: intents, slots, the context given and the understanding reached."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Intent(StrEnum):
    """What a sentence is for."""

    BOOK_MEAL = "book_meal"
    CANCEL_MEAL = "cancel_meal"
    CHANGE_MEAL = "change_meal"
    QUERY_MENU = "query_menu"
    QUERY_BOOKINGS = "query_bookings"
    SWAP_SHIFT = "swap_shift"
    OFFER_SHIFT = "offer_shift"
    CLAIM_SHIFT = "claim_shift"
    QUERY_SHIFTS = "query_shifts"
    LEAVE_SHIFT = "leave_shift"
    REQUEST_MEDICINE = "request_medicine"
    REQUEST_ESCORT = "request_escort"
    REQUEST_REPAIR = "request_repair"
    REQUEST_COMPANIONSHIP = "request_companionship"
    REQUEST_HEALTH_CHECK = "request_health_check"
    REQUEST_OTHER = "request_other"
    EMERGENCY = "emergency"
    VISIT_NOTE = "visit_note"
    MENU_WISH = "menu_wish"
    FEEDBACK = "feedback"
    THANKS = "thanks"
    CHATTER = "chatter"
    UNCLEAR = "unclear"


class Action(StrEnum):
    """What the bot would do before any tap."""

    ACT = "act"
    ASK = "ask"
    SILENT = "silent"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a sign-up list; count 0 means cancelled."""

    name: str
    count: int = 1
    mode: str | None = None
    notes: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One of several orders in one message."""

    dates: tuple[date, ...] = ()
    meal: str | None = None
    count: int | None = None
    mode: str | None = None


@dataclass(frozen=True, slots=True)
class Slots:
    """What a sentence states; nothing here is a default of policy."""

    dates: tuple[date, ...] = ()
    meal: str | None = None
    count: int | None = None
    mode: str | None = None
    beneficiary: str | None = None
    notes: str | None = None
    entries: tuple[Entry, ...] = ()
    parts: tuple[Part, ...] = ()
    recur: str | None = None
    from_dates: tuple[date, ...] = ()
    from_meal: str | None = None
    count_delta: int | None = None
    to_dates: tuple[date, ...] = ()
    time: str | None = None
    rating: int | None = None
    rename: tuple[str, str, str] | None = None


@dataclass(frozen=True, slots=True)
class OpenMeal:
    """A sitting that can still be booked."""

    day: date
    meal: str
    closes_at: datetime


@dataclass(frozen=True, slots=True)
class Context:
    """What is known around the words: the chat, the speaker, what was asked before."""

    chat: str = "private"
    addressed: bool = False
    role: str | None = None
    open_meals: tuple[OpenMeal, ...] = ()
    last_question: str | None = None
    reply_to: str | None = None
    reply_to_bot: bool = False
    usual: Part | None = None
    names: frozenset[str] = frozenset()
    words: tuple[tuple[str, str], ...] = ()
    """Words of the village and what they mean there."""
    lessons: tuple[tuple[str, str], ...] = ()
    """Intents and skeletons that a social worker accepted as examples."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """The reading of one message, with the reasons for it."""

    intent: Intent
    slots: Slots
    action: Action
    choices: tuple[Intent, ...] = ()
    confidence: float = 0.0
    why: tuple[str, ...] = ()

    @property
    def unsure(self) -> bool:
        """Whether no rule held: worth reading again with all that is known."""
        return self.intent is Intent.UNCLEAR or "no rule" in self.why

    @property
    def reason(self) -> str:
        """The rule and what was not said, without a word of the message: for the audit."""
        return "; ".join(why for why in self.why if not why.startswith("seen "))[:160]
