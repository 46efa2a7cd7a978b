"""The sample village's requests: an elder's lamp is out and somebody is looked for; the social worker is on call."""

from datetime import datetime

from sqlmodel import Session, select

from models.elders.requests import RequestKind
from models.members.people import Canteen, Member
from models.members.vault import seal
from rules.audit import Act
from rules.elders import on_call, requests
from rules.elders.requests import Wish


def fill(session: Session, canteen: Canteen, people: dict[str, Member], now: datetime) -> None:
    """One open request in the group, a medicine that is counted, somebody on call."""
    worker, granny = people["陈社工"], people["李奶奶"]
    act = Act(now, worker.id, canteen.id)
    on_call.begin(session, worker, act)
    seal(session, granny, phone="13800001001")
    elder = session.exec(select(Member).where(Member.canteen_id == canteen.id, Member.name == "覃奶奶")).one()
    wish = Wish(RequestKind.REPAIR, "厨房的灯不亮了，晚上看不见", "厨房的灯")
    request = requests.ask(session, canteen, elder, wish, act)
    requests.confirm(session, request.id, act)
