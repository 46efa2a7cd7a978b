"""Coming into the village: by speaking in its group, by a manager's tap, as somebody already on the list."""

from sqlmodel import Session, col, select

from models.members.people import Account, Canteen, Member, Role
from models.store import hold
from rules import audit, outbox
from rules.audit import Act
from rules.members.people import holds, label
from rules.settings import local_day, settings_of
from rules.values import Button, Message, Refused, Style, Text

LONGEST_NAME = 20
"""A name from a profile is cut to this; the person is asked for their real one."""


def of_account(session: Session, canteen_id: int, telegram_id: int) -> Member | None:
    """The member an account is in a village, approved or waiting."""
    own = select(Member).where(Member.canteen_id == canteen_id, Member.telegram_id == telegram_id)
    return session.exec(own).first()


def join(session: Session, canteen: Canteen, telegram_id: int, name: str, act: Act) -> Member | None:
    """Somebody of the group comes in as the village's policy says; None while a manager has to decide.

    A name already on the list without a phone is perhaps the same person: only a manager can tell.
    """
    known = of_account(session, canteen.id, telegram_id)
    if known is not None:
        return known if known.approved_at else None
    name = name[:LONGEST_NAME].strip() or str(telegram_id)
    listed = without_phone(session, canteen.id, name)
    if listed:
        _ask_who(session, canteen, (telegram_id, name), listed, act)
        return None
    member = enter(session, canteen, telegram_id, name, act)
    if settings_of(canteen).join == "open":
        return approve(session, member, act)
    _ask_managers(session, member)
    return None


def without_phone(session: Session, canteen_id: int, name: str) -> list[Member]:
    """Members of a name who have no account yet."""
    same = select(Member).where(Member.canteen_id == canteen_id, Member.name == name)
    return list(session.exec(same.where(col(Member.telegram_id).is_(None)).order_by(col(Member.id))))


def enter(session: Session, canteen: Canteen, telegram_id: int, name: str, act: Act) -> Member:
    """An entry for an account, not yet approved."""
    name = name[:LONGEST_NAME].strip() or str(telegram_id)
    member = Member(canteen_id=canteen.id, name=name, telegram_id=telegram_id, joined_at=act.now)
    session.add(member)
    session.flush()
    return member


def approve(session: Session, member: Member, act: Act) -> Member:
    """The member may act from now on."""
    member.approved_at = act.now
    session.add(member)
    audit.record(session, act, "people.joined", f"member:{member.id}", subject_id=member.id)
    return member


def _ask_managers(session: Session, member: Member) -> None:
    yes = Button(Text("people.button_admit"), f"admit:{member.id}:yes", Style.SUCCESS)
    no = Button(Text("people.button_reject"), f"admit:{member.id}:no")
    said = Message(Text("people.wants_in", name=member.name), ((yes, no),))
    key, now = f"join:{member.id}", member.joined_at
    outbox.tell_role(session, key, member.canteen_id, (Role.MANAGER,), said, now=now)


def _ask_who(
    session: Session, canteen: Canteen, who: tuple[int, str], listed: list[Member], act: Act
) -> None:
    telegram_id, name = who
    today = local_day(canteen, act.now)
    same = tuple(
        (Button(label(one, today), f"claim:{one.id}:{telegram_id}", Style.SUCCESS),) for one in listed[:3]
    )
    new = (Button(Text("people.button_somebody_new"), f"claim:new:{telegram_id}"),)
    said = Message(Text("people.same_person", name=name), (*same, new))
    outbox.tell_role(
        session, f"claim:{canteen.id}:{telegram_id}", canteen.id, (Role.MANAGER,), said, now=act.now
    )


def admit(session: Session, member_id: int, manager: Member, act: Act) -> Member:
    """A manager lets somebody in; a second tap changes nothing."""
    member = _waiting(session, member_id, manager)
    if member.approved_at is not None:
        return member
    approve(session, member, act)
    outbox.tell(session, f"admitted:{member.id}", member, Text("people.admitted"), now=act.now)
    return member


def reject(session: Session, member_id: int, manager: Member, act: Act) -> Member:
    """A manager does not let somebody in; the entry loses its account and so can be asked again later."""
    member = _waiting(session, member_id, manager)
    if member.approved_at is not None:
        raise Refused("people.already_in", name=member.name)
    member.telegram_id, member.erased_at = None, act.now
    session.add(member)
    audit.record(session, act, "people.rejected", f"member:{member.id}", subject_id=member.id)
    return member


def _waiting(session: Session, member_id: int, manager: Member) -> Member:
    member = hold(session, Member, member_id)
    if member is None or member.canteen_id != manager.canteen_id or member.erased_at is not None:
        raise Refused("common.old_button")
    check_may_admit(session, manager)
    return member


def check_may_admit(session: Session, manager: Member) -> None:
    """Only managers decide who comes in."""
    if not holds(session, manager.id):
        raise Refused("people.managers_only")


def claim(session: Session, member_id: int, telegram_id: int, manager: Member, act: Act) -> Member:
    """A manager knows that an account is this member of the list."""
    member = _waiting(session, member_id, manager)
    return take_entry(session, member, telegram_id, act)


def claim_new(session: Session, telegram_id: int, manager: Member, act: Act) -> Member:
    """A manager knows that an account is nobody of the list: another person of the same name."""
    check_may_admit(session, manager)
    known = of_account(session, manager.canteen_id, telegram_id)
    account = session.exec(select(Account).where(Account.telegram_id == telegram_id)).first()
    if account is None or account.canteen_id != manager.canteen_id:
        raise Refused("common.old_button")
    if known is not None:
        return known
    canteen = session.get_one(Canteen, manager.canteen_id)
    member = approve(session, enter(session, canteen, telegram_id, account.name, act), act)
    outbox.tell(session, f"admitted:{member.id}", member, Text("people.admitted"), now=act.now)
    return member


def take_entry(session: Session, member: Member, telegram_id: int, act: Act) -> Member:
    """An account takes the place of a member without a phone."""
    if member.telegram_id == telegram_id:
        return member
    if member.telegram_id is not None or of_account(session, member.canteen_id, telegram_id) is not None:
        raise Refused("people.already_in", name=member.name)
    member.telegram_id, member.approved_at = telegram_id, member.approved_at or act.now
    session.add(member)
    session.flush()
    audit.record(session, act, "people.claimed", f"member:{member.id}", subject_id=member.id)
    outbox.tell(session, f"admitted:{member.id}", member, Text("people.admitted"), now=act.now)
    return member


def rename(session: Session, member: Member, name: str, act: Act) -> Member:
    """A member says their real name."""
    clean = " ".join(name.split())
    if not clean or len(clean) > LONGEST_NAME or not any(letter.isalpha() for letter in clean):
        raise Refused("people.no_name")
    member.name = clean
    session.add(member)
    audit.record(session, act, "people.renamed", f"member:{member.id}", subject_id=member.id)
    return member
