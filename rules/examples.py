"""Learning: sentences nobody understood become examples when a social worker says what they mean; so do words."""

from sqlalchemy import delete
from sqlmodel import Session, col, func, select

from models.examples import Example, ExampleConsent, ExampleState
from models.members.people import Canteen, Member, Role
from models.store import hold
from rules import audit
from rules.audit import Act
from rules.members.people import roles_of
from rules.values import Refused

MOST_WORDS = 200
MOST_LESSONS = 500
MOST_WAITING = 200
WORDS = "words"
"""Where a village's own words stand among its settings."""
TEACHERS = frozenset({Role.SOCIAL_WORKER, Role.MANAGER})

Pairs = tuple[tuple[str, str], ...]


def consent(session: Session, member_id: int) -> bool | None:
    """Whether somebody agreed that their sentences are kept without names; None when never asked."""
    given = session.exec(select(ExampleConsent.agreed).where(ExampleConsent.member_id == member_id)).first()
    return None if given is None else bool(given)


def agree(session: Session, member: Member, act: Act, *, agreed: bool) -> None:
    """Keep what somebody answered; asked again they may answer otherwise."""
    row = _answers(session, member.id, act)
    row.agreed, row.answered_at = agreed, act.now
    session.add(row)
    what = "examples.agreed" if agreed else "examples.not_agreed"
    audit.record(session, act, what, f"member:{member.id}", subject_id=member.id)


def agree_model(session: Session, member: Member, act: Act, *, agreed: bool) -> None:
    """Keep whether a model outside the house may be asked about somebody's sentences."""
    row = _answers(session, member.id, act)
    row.model_agreed, row.answered_at = agreed, act.now
    session.add(row)
    what = "examples.model_agreed" if agreed else "examples.model_refused"
    audit.record(session, act, what, f"member:{member.id}", subject_id=member.id)


def model_consent(session: Session, member_id: int) -> bool:
    """Whether a model outside may be asked; no, until somebody says yes."""
    own = select(ExampleConsent.model_agreed).where(ExampleConsent.member_id == member_id)
    return bool(session.exec(own).first())


def names_if_agreed(session: Session, telegram_id: int | None) -> list[str] | None:
    """The names to take out of somebody's words before they leave the machine; None when they did not agree."""
    speakers = select(Member.canteen_id).join(ExampleConsent, col(ExampleConsent.member_id) == col(Member.id))
    agreed = speakers.where(Member.telegram_id == telegram_id, col(ExampleConsent.model_agreed).is_(True))
    canteens = list(session.exec(agreed))
    if telegram_id is None or not canteens:
        return None
    own = select(Member.name).where(col(Member.canteen_id).in_(canteens), col(Member.erased_at).is_(None))
    return list(session.exec(own))


def _answers(session: Session, member_id: int, act: Act) -> ExampleConsent:
    row = session.exec(select(ExampleConsent).where(ExampleConsent.member_id == member_id)).first()
    return row or ExampleConsent(member_id=member_id, answered_at=act.now)


def kept(session: Session, member_id: int) -> dict[str, bool | None]:
    """What somebody agreed to, for their own data."""
    return {
        "learn_from_my_words": consent(session, member_id),
        "ask_a_model": model_consent(session, member_id),
    }


def forget(session: Session, member_id: int) -> None:
    """The answer goes with the person; the examples name nobody."""
    session.execute(delete(ExampleConsent).where(col(ExampleConsent.member_id) == member_id))


def propose(session: Session, example: Example, act: Act) -> Example | None:
    """Keep a sentence without names, or count it once more; when too many wait, nothing is kept."""
    own = select(Example).where(Example.canteen_id == example.canteen_id)
    known = session.exec(own.where(Example.skeleton == example.skeleton)).first()
    if known is not None:
        known.times += 1
        known.intent = known.intent or example.intent
        session.add(known)
        return known
    if waiting(session, example.canteen_id) >= MOST_WAITING or not example.skeleton.strip():
        return None
    session.add(example)
    session.flush()
    # Who said it is left out on purpose: the example must not lead back to a person.
    anonymous = Act(now=act.now, canteen_id=act.canteen_id)
    audit.record(session, anonymous, "examples.proposed", f"example:{example.id}", after=example.facts())
    return example


def waiting(session: Session, canteen_id: int) -> int:
    """How many examples wait for a social worker."""
    own = select(func.count()).select_from(Example).where(Example.canteen_id == canteen_id)
    return session.exec(own.where(Example.state == ExampleState.PROPOSED)).one()


def next_waiting(session: Session, canteen_id: int) -> Example | None:
    """The example heard most often among those waiting."""
    own = select(Example).where(Example.canteen_id == canteen_id, Example.state == ExampleState.PROPOSED)
    return session.exec(own.order_by(col(Example.times).desc(), col(Example.id)).limit(1)).first()


def check_may_teach(session: Session, member: Member) -> None:
    """Refuse whoever is neither social worker nor manager."""
    if not TEACHERS & roles_of(session, member.id):
        raise Refused("examples.only_social_worker")


def decide(session: Session, teacher: Member, example_id: int, intent: str, act: Act) -> Example:
    """Accept an example as meaning something, or with no intent decline it."""
    check_may_teach(session, teacher)
    example = _held(session, teacher, example_id, waiting=True)
    before = example.facts()
    example.state = ExampleState.ACCEPTED if intent else ExampleState.DECLINED
    example.intent = intent or example.intent
    example.decided_by_id, example.decided_at = teacher.id, act.now
    return _kept(session, example, before, act)


def take_back(session: Session, teacher: Member, example_id: int, act: Act) -> Example:
    """It was not that after all: the example waits again."""
    check_may_teach(session, teacher)
    example = _held(session, teacher, example_id, waiting=False)
    before = example.facts()
    example.state, example.decided_by_id, example.decided_at = ExampleState.PROPOSED, None, None
    return _kept(session, example, before, act)


def _held(session: Session, teacher: Member, example_id: int, *, waiting: bool) -> Example:
    example = hold(session, Example, example_id)
    if example is None or example.canteen_id != teacher.canteen_id:
        raise Refused("common.old_button")
    if (example.state == ExampleState.PROPOSED) is not waiting:
        raise Refused("common.old_button")
    return example


def _kept(session: Session, example: Example, before: dict[str, str], act: Act) -> Example:
    session.add(example)
    what = f"examples.{example.state.value}"
    audit.record(session, act, what, f"example:{example.id}", before=before, after=example.facts())
    return example


def lessons(session: Session, canteen_id: int) -> Pairs:
    """What a village taught: intents and skeletons, the newest that fit."""
    own = select(Example.intent, Example.skeleton).where(Example.canteen_id == canteen_id)
    accepted = own.where(Example.state == ExampleState.ACCEPTED).order_by(col(Example.id).desc())
    return tuple((intent, text) for intent, text in session.exec(accepted.limit(MOST_LESSONS)))


def words_of(canteen: Canteen) -> Pairs:
    """The village's own words and what they mean."""
    return tuple(canteen.settings.get(WORDS, {}).items())


def teach_word(session: Session, teacher: Member, heard: str, meant: str, act: Act) -> str:
    """From now on a word means another; answers what it meant before, if anything."""
    check_may_teach(session, teacher)
    canteen = hold(session, Canteen, teacher.canteen_id)
    assert canteen is not None
    own = dict(canteen.settings.get(WORDS, {}))
    if heard not in own and len(own) >= MOST_WORDS:
        raise Refused("examples.too_many_words", most=MOST_WORDS)
    before = str(own.get(heard, ""))
    _keep_words(session, canteen, {**own, heard: meant}, act)
    return before


def forget_word(session: Session, teacher: Member, heard: str, before: str, act: Act) -> None:
    """A word means again what it meant before, or nothing."""
    check_may_teach(session, teacher)
    canteen = hold(session, Canteen, teacher.canteen_id)
    assert canteen is not None
    own = {word: meant for word, meant in canteen.settings.get(WORDS, {}).items() if word != heard}
    _keep_words(session, canteen, {**own, heard: before} if before else own, act)


def _keep_words(session: Session, canteen: Canteen, own: dict[str, str], act: Act) -> None:
    old = dict(canteen.settings.get(WORDS, {}))
    canteen.settings = {**canteen.settings, WORDS: own}
    session.add(canteen)
    audit.record(session, act, "examples.words", f"canteen:{canteen.id}", before=old, after=own)
