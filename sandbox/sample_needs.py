"""The sample village's needs: what an elder without a phone said, waiting for an answer; and who looks in next door."""

from datetime import datetime, timedelta

from sqlmodel import Session, select

from models.elders.needs import NeedCategory
from models.members.people import Canteen, Consent, Member
from rules.audit import Act
from rules.elders import needs
from rules.elders.needs import Said
from rules.members import care_links
from rules.members.care_links import Care
from rules.members.people import NEIGHBOUR

WORDS = "想学用手机，跟城里的孙子视频"


def fill(session: Session, canteen: Canteen, people: dict[str, Member], now: datetime) -> None:
    """One open need, owned by the social worker who heard it last week; a neighbour for granny."""
    worker, granny = people["陈社工"], people["李奶奶"]
    elder = session.exec(select(Member).where(Member.canteen_id == canteen.id, Member.name == "韦奶奶")).one()
    heard = Act(now - timedelta(days=6), worker.id, canteen.id)
    needs.note(session, elder, Said(WORDS, NeedCategory.LEARNING), heard)
    agreed = Care(relation=NEIGHBOUR, actions=("care",), consent=Consent.SAID, witness_id=worker.id)
    care_links.link(session, granny, people["阿军"], agreed, Act(now, worker.id, canteen.id))
