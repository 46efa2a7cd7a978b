"""People from a CSV file: every bad row named, all rows or none."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, select

from models.cooks.certificates import CertificateKind
from models.members.people import Canteen, CareLink, Member, Role, Status
from models.members.vault import seal
from rules import audit
from rules.audit import Act
from rules.cooks import certificates
from rules.homes import households
from rules.members.people import grant, named
from rules.values import Refused, Text

HEADERS = {
    "姓名": "name",
    "角色": "roles",
    "电报号": "telegram_id",
    "电话": "phone",
    "生日": "birth_date",
    "出生日期": "birth_date",
    "地址": "address",
    "忌口": "diet",
    "照顾": "cares_for",
    "健康证": "certificate_until",
    "状态": "status",
    "户": "household",
}
COLUMNS = frozenset(HEADERS.values())
ROLES = {
    "老人": Role.ELDER,
    "家属": Role.FAMILY,
    "志愿者": Role.VOLUNTEER,
    "厨师": Role.COOK,
    "社工": Role.SOCIAL_WORKER,
    "村医": Role.DOCTOR,
    "村委": Role.COMMITTEE,
    "协会": Role.ASSOCIATION,
    "评估": Role.EVALUATOR,
    "管理员": Role.MANAGER,
}
STATUSES = {
    "在村": Status.ACTIVE,
    "外出": Status.AWAY,
    "住院": Status.IN_HOSPITAL,
    "暂停": Status.PAUSED,
    "离开": Status.LEFT,
    "去世": Status.DECEASED,
}
LONGEST_NAME = 64


@dataclass(frozen=True, slots=True)
class BadRow:
    """Where a file is wrong, and why; the value itself is not repeated."""

    line: int
    column: str
    reason: Text


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person of the file."""

    line: int
    name: str
    roles: tuple[Role, ...] = ()
    telegram_id: int | None = None
    phone: str = ""
    birth_on: date | None = None
    address: str = ""
    diet: tuple[str, ...] = ()
    cares_for: tuple[str, ...] = ()
    certificate_until: date | None = None
    status: Status = Status.ACTIVE
    household: str = ""


class _Wrong(Exception):
    """A cell that cannot be read."""


def read(text: str) -> tuple[list[PersonRow], list[BadRow]]:
    """Read a whole file, Chinese or English headers, with or without BOM; answers rows and what is wrong."""
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff")))
    try:
        table = list(reader)
    except csv.Error:
        return [], [BadRow(reader.line_num, "", Text("people_import.torn"))]
    if not table:
        return [], [BadRow(1, "", Text("people_import.empty"))]
    header = [HEADERS.get(cell.strip(), cell.strip()) for cell in table[0]]
    bad = [BadRow(1, name, Text("people_import.unknown_column")) for name in header if name not in COLUMNS]
    if "name" not in header:
        bad.append(BadRow(1, "name", Text("people_import.no_name_column")))
    if bad:
        return [], bad
    return _rows(header, table[1:])


def _rows(header: list[str], table: list[list[str]]) -> tuple[list[PersonRow], list[BadRow]]:
    rows: list[PersonRow] = []
    bad: list[BadRow] = []
    seen: set[int] = set()
    for line, cells in enumerate(table, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) > len(header):
            bad.append(BadRow(line, "", Text("people_import.too_many_cells")))
            continue
        row, wrong = _row(line, dict(zip(header, (cell.strip() for cell in cells), strict=False)))
        if row.telegram_id is not None and row.telegram_id in seen:
            wrong.append(BadRow(line, "telegram_id", Text("people_import.twice")))
        seen |= {row.telegram_id} if row.telegram_id is not None else set()
        bad += wrong
        rows.append(row)
    return rows, bad


def _row(line: int, cells: Mapping[str, str]) -> tuple[PersonRow, list[BadRow]]:
    values: dict[str, object] = {}
    wrong: list[BadRow] = []
    for column, (field, convert) in _FIELDS.items():
        try:
            if cells.get(column):
                values[field] = convert(cells[column])
        except (_Wrong, ValueError):
            wrong.append(BadRow(line, column, Text(f"people_import.bad_{column}")))
    name = cells.get("name", "")
    if not name or len(name) > LONGEST_NAME:
        wrong.append(BadRow(line, "name", Text("people_import.bad_name")))
    return PersonRow(line, name, **values), wrong  # type: ignore[arg-type]


def _several(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("；", ";").split(";") if part.strip())


def _roles(text: str) -> tuple[Role, ...]:
    known = {**ROLES, **{role.value: role for role in Role}}
    if any(part not in known for part in _several(text)):
        raise _Wrong
    return tuple(known[part] for part in _several(text))


def _status(text: str) -> Status:
    return STATUSES[text] if text in STATUSES else Status(text)


def _telegram_id(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 0 < int(text) < 2**53:
        raise _Wrong
    return int(text)


def _label(text: str) -> str:
    if len(text) > LONGEST_NAME:
        raise _Wrong
    return text


def _short(text: str) -> str:
    if len(text) > 256:
        raise _Wrong
    return text


_FIELDS = {
    "roles": ("roles", _roles),
    "telegram_id": ("telegram_id", _telegram_id),
    "phone": ("phone", _short),
    "birth_date": ("birth_on", date.fromisoformat),
    "address": ("address", _short),
    "diet": ("diet", _several),
    "cares_for": ("cares_for", _several),
    "certificate_until": ("certificate_until", date.fromisoformat),
    "status": ("status", _status),
    "household": ("household", _label),
}


def apply(session: Session, canteen: Canteen, rows: list[PersonRow], act: Act) -> int:
    """Keep all rows; somebody known by Telegram id, or by name and birth date, is changed, not doubled."""
    members = [(_keep(session, canteen, row, act), row) for row in rows]
    for carer, row in members:
        for name in row.cares_for:
            _link(session, carer, name, row, act)
    households.settle(session, canteen, [(row.household, member) for member, row in members], act)
    return len(rows)


def _keep(session: Session, canteen: Canteen, row: PersonRow, act: Act) -> Member:
    member = _known(session, canteen, row) or Member(canteen_id=canteen.id, name=row.name, joined_at=act.now)
    member.name, member.status = row.name, row.status
    member.telegram_id = row.telegram_id or member.telegram_id
    member.birth_on = row.birth_on or member.birth_on
    member.diet = list(row.diet) or member.diet
    member.approved_at = member.approved_at or act.now
    session.add(member)
    session.flush()
    given = {"phone": row.phone[:32], "address": row.address}
    seal(session, member, **{name: said for name, said in given.items() if said})
    grant(session, member.id, *row.roles)
    if row.certificate_until is not None:
        certificates.keep(session, member.id, CertificateKind.HEALTH, row.certificate_until, act)
    audit.record(session, act, "people.imported", f"member:{member.id}", subject_id=member.id)
    return member


def _known(session: Session, canteen: Canteen, row: PersonRow) -> Member | None:
    here = select(Member).where(Member.canteen_id == canteen.id)
    if row.telegram_id is not None:
        found = session.exec(here.where(Member.telegram_id == row.telegram_id)).first()
        if found is not None:
            return found
    return session.exec(here.where(Member.name == row.name, Member.birth_on == row.birth_on)).first()


def _link(session: Session, carer: Member, name: str, row: PersonRow, act: Act) -> None:
    elders = [member for member in named(session, carer.canteen_id, name) if member.id != carer.id]
    if len(elders) != 1:
        raise Refused("people_import.which_elder", line=row.line, name=name)
    own = select(CareLink).where(CareLink.elder_id == elders[0].id, CareLink.carer_id == carer.id)
    if session.exec(own).first() is None:
        session.add(
            CareLink(
                elder_id=elders[0].id, carer_id=carer.id, actions=["meals", "requests"], created_at=act.now
            )
        )
        session.flush()
