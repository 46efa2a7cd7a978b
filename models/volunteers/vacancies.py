"""The post that asks the village for hands: one a day at most, for all gaps of the days ahead."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from models.base import Instant, Json, Row


class VacancyCall(Row, table=True):
    """One call for hands: the shifts it names, so that its post can be kept up to date as they fill."""

    __tablename__ = "vacancy_call"
    __table_args__ = (UniqueConstraint("canteen_id", "day"),)

    canteen_id: int = Field(foreign_key="canteen.id")
    day: date
    shift_ids: list[int] = Field(default_factory=list, sa_type=Json)
    called_at: datetime = Field(sa_type=Instant)
