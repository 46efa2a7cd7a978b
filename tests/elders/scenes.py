"""One village with everything of the elders' room in every state at once, and somebody of every kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from models.elders.care import Concern, ConcernCause, Finding
from models.elders.emergencies import Emergency, EmergencyState
from models.elders.needs import Need, NeedOutcome, NeedState
from models.elders.requests import Request, RequestKind, RequestState, Supply
from models.homes.visits import FollowUp, Visit, VisitOutcome, VisitState
from models.lunch.meals import Meal, Sitting
from models.members.people import Canteen, CareLink, Consent, Household, Member, MemberRole, Role
from models.members.vault import seal

SECRETS = ADDRESS, PHONE, DRUG, FINDING, WISH = (
    "上寨 7788 号",
    "13877880001",
    "甘精胰岛素",
    "鹧鸪血压高",
    "锦葵拐杖",
)
KINDS: Mapping[str, tuple[Role, ...]] = {
    "neighbour": (Role.VOLUNTEER,),
    "goer": (Role.SOCIAL_WORKER,),
    "owner": (Role.COMMITTEE,),
    "companion": (Role.COMMITTEE,),
    "taker": (Role.VOLUNTEER,),
    "volunteer": (Role.VOLUNTEER,),
    "social_worker": (Role.SOCIAL_WORKER,),
    "doctor": (Role.DOCTOR,),
    "manager": (Role.MANAGER,),
    "cook": (Role.COOK,),
    "evaluator": (Role.EVALUATOR,),
    "other_elder": (Role.ELDER,),
    "stranger_family": (Role.FAMILY,),
    "meals_only": (Role.FAMILY,),
}
EVERYBODY = ("elder", "daughter", *KINDS, "foreign_worker")
"""Of one village; the last is social worker and manager of another."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Who is there by what they are, and what is there by its kind and state."""

    cast: Mapping[str, Member]
    things: dict[tuple[str, str], int]


def stage(session: Session, canteen: Canteen, granny: Member, daughter: Member, now: datetime) -> Scene:
    """Everything at once."""
    seal(session, granny, address=ADDRESS, phone=PHONE)
    scene = Scene(_cast(session, canteen, granny, daughter, now), {})
    for build in (_emergencies, _visits, _needs, _concerns, _errand, _follow_ups):
        build(session, scene, now)
    session.flush()
    link = session.exec(select(CareLink).where(CareLink.relation == "neighbour")).one()
    uncle = _person(session, canteen, "覃叔", None, (Role.ELDER,), now)
    people = {"elder": granny.id, "phoneless": uncle.id, "worker": scene.cast["social_worker"].id}
    scene.things.update({("person", state): number for state, number in people.items()})
    scene.things.update({("link", "standing"): link.id, ("house", "usual"): granny.household_id or 0})
    scene.things["list", "any"] = 0
    return scene


def _cast(
    session: Session, canteen: Canteen, granny: Member, daughter: Member, now: datetime
) -> Mapping[str, Member]:
    link = session.exec(select(CareLink)).one()
    link.actions = ["meals", "requests", "health"]
    cast = {"elder": granny, "daughter": daughter}
    for number, (kind, roles) in enumerate(KINDS.items()):
        cast[kind] = _person(session, canteen, kind, 2000 + number, roles, now)
    abroad = Canteen(name="别村食堂", chat_id=-2002, created_at=now, set_up_at=now)
    session.add(abroad)
    session.flush()
    ruling = (Role.MANAGER, Role.SOCIAL_WORKER)
    cast["foreign_worker"] = _person(session, abroad, "foreign_worker", 4000, ruling, now)
    for carer, relation, action in (("neighbour", "neighbour", "care"), ("meals_only", "child", "meals")):
        session.add(
            CareLink(
                elder_id=granny.id,
                carer_id=cast[carer].id,
                relation=relation,
                called="",
                actions=[action],
                consent=Consent.SAID,
                created_at=now,
            )
        )
    return cast


def _person(
    session: Session, canteen: Canteen, name: str, number: int | None, roles: tuple[Role, ...], now: datetime
) -> Member:
    row = Member(canteen_id=canteen.id, name=name, telegram_id=number, joined_at=now, approved_at=now)
    session.add(row)
    session.flush()
    session.add_all(MemberRole(member_id=row.id, role=role) for role in roles)
    return row


def _about(scene: Scene) -> dict[str, Any]:
    granny = scene.cast["elder"]
    return {"canteen_id": granny.canteen_id, "elder_id": granny.id}


def _emergencies(session: Session, scene: Scene, now: datetime) -> None:
    granny, goer = scene.cast["elder"], scene.cast["goer"]
    for state in EmergencyState:
        over = state in (EmergencyState.CLOSED, EmergencyState.FALSE_ALARM)
        row = Emergency(
            canteen_id=granny.canteen_id,
            person_id=granny.id,
            raised_by_id=granny.id,
            raised_at=now,
            rung_at=now,
            state=state,
            next_at=None if over else now + timedelta(hours=5),
            answered_by_id=goer.id if state in (EmergencyState.ANSWERED, EmergencyState.CLOSED) else None,
            closed_at=now if over else None,
            closed_by_id=granny.id if over else None,
        )
        seal(session, row, words="我摔倒了")
        scene.things["emergency", state.value] = row.id


def _visits(session: Session, scene: Scene, now: datetime) -> None:
    worker, companion = scene.cast["goer"], scene.cast["companion"]
    for state in VisitState:
        house = Household(canteen_id=worker.canteen_id, name=f"户{state}")
        session.add(house)
        session.flush()
        done = state == VisitState.DONE
        row = Visit(
            **_about(scene),
            household_id=house.id,
            state=state,
            day=now.date(),
            worker_id=worker.id,
            companion_id=companion.id,
            made_at=now,
            changed_at=now,
            outcome=VisitOutcome.VISITED if done else None,
            visited_on=now.date() if done else None,
            next_on=now.date() + timedelta(days=90) if done else None,
        )
        seal(session, row, findings=FINDING if done else "")
        scene.things["visit", state.value] = row.id
    scene.cast["elder"].household_id = house.id


def _needs(session: Session, scene: Scene, now: datetime) -> None:
    for state in NeedState:
        scene.things["need", state.value] = _need(session, scene, state, now)


def _need(session: Session, scene: Scene, state: NeedState, now: datetime) -> int:
    owner = scene.cast["owner"].id
    still, closed = state == NeedState.OPEN, state == NeedState.CLOSED
    row = Need(
        **_about(scene),
        owner_id=owner,
        due_on=now.date(),
        noted_at=now,
        noted_by_id=owner,
        state=state,
        outcome=None if still else NeedOutcome.MET,
        answered_at=None if still else now,
        answered_by_id=None if still else owner,
        told_at=now if closed else None,
        closed_at=now if closed else None,
    )
    seal(session, row, words=WISH)
    session.flush()
    return row.id


def _concerns(session: Session, scene: Scene, now: datetime) -> None:
    goer = scene.cast["goer"].id
    for number, state in enumerate(("open", "going", "pressing", "over")):
        meal = Meal(
            canteen_id=scene.cast["elder"].canteen_id,
            day=now.date() - timedelta(days=number),
            sitting=Sitting.LUNCH,
            seats=9,
            closes_at=now,
            starts_at=now,
        )
        session.add(meal)
        session.flush()
        row = Concern(
            **_about(scene),
            meal_id=meal.id,
            cause=ConcernCause.NO_SHOW,
            raised_at=now,
            rung_at=now,
            next_at=None if state == "over" else now + timedelta(hours=5),
            closed_at=now if state == "over" else None,
            closed_by_id=goer if state == "over" else None,
            goer_id=goer if state == "going" else None,
            going_at=now if state == "going" else None,
            finding={"pressing": Finding.HELP, "over": Finding.FINE}.get(state),
            pressing=state == "pressing",
        )
        session.add(row)
        session.flush()
        scene.things["concern", state] = row.id


def _errand(session: Session, scene: Scene, now: datetime) -> None:
    """A medicine in somebody's hands, and what is counted of it."""
    granny = scene.cast["elder"].id
    row = Request(
        **_about(scene),
        kind=RequestKind.MEDICINE,
        state=RequestState.TAKEN,
        taker_id=scene.cast["taker"].id,
        confirmed_by_id=granny,
        asked_by_id=granny,
        due_at=now + timedelta(hours=5),
        asked_at=now,
        rung_at=now,
        next_at=now + timedelta(hours=5),
    )
    seal(session, row, words=DRUG, item=DRUG)
    scene.things["errand", "taken"] = row.id
    for state, ended in (("counted", None), ("ended", now)):
        supply = Supply(**_about(scene), counted_on=now.date(), runs_out_on=now.date(), ended_at=ended)
        seal(session, supply, item=DRUG if ended is None else "")
        scene.things["supply", state] = supply.id


def _follow_ups(session: Session, scene: Scene, now: datetime) -> None:
    for state, ended in (("open", None), ("ended", now)):
        need = _need(session, scene, NeedState.CLOSED, now)
        row = FollowUp(**_about(scene), about=f"need:{need}", due_on=now.date(), made_at=now, ended_at=ended)
        session.add(row)
        session.flush()
        scene.things["follow_up", state] = row.id
