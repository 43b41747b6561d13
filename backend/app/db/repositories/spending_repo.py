"""What models have been paid for, by day, roadmap and author. A flush adds to it by itself (`db.flush`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Date, Text, cast, func, literal, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import roadmaps, spending
from app.domain.usage import NOTHING, Usage
from app.domain.viewer import RoadmapHandle, Viewer

_TODAY = cast(func.timezone("UTC", func.now()), Date)


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """`title` is None when the roadmap is not there any more."""

    day: date
    roadmap_id: UUID
    title: str | None
    author: str
    usage: Usage


class SpendingRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, roadmap: RoadmapHandle, author: str | None, usage: Usage) -> None:
        """Count what an outline has cost; the roadmap's author has made it, unless there is another one."""
        if usage == NOTHING:
            return
        names = list(Usage.model_fields)
        row = select(
            _TODAY,
            roadmaps.c.user_id,
            roadmaps.c.id,
            func.coalesce(literal(author, Text), roadmaps.c.author),
            *(literal(getattr(usage, name), spending.c[name].type) for name in names),
        ).where(roadmaps.c.id == roadmap.roadmap_id)
        statement = upsert(spending).from_select(["day", "user_id", "roadmap_id", "author", *names], row)
        await self._session.execute(
            statement.on_conflict_do_update(
                constraint="spending_pkey",
                set_={name: spending.c[name] + statement.excluded[name] for name in names},
            )
        )

    async def this_month(self) -> float:
        """US dollars of all users since the first of the month (UTC)."""
        first = cast(func.date_trunc("month", func.timezone("UTC", func.now())), Date)
        query = select(func.coalesce(func.sum(spending.c.cost_usd), 0.0)).where(spending.c.day >= first)
        return float((await self._session.execute(query)).scalar_one())

    async def days(self, viewer: Viewer, *, since: date) -> Sequence[Spending]:
        """A viewer's, the newest day first."""
        query = (
            select(spending, roadmaps.c.title)
            .outerjoin(roadmaps, (roadmaps.c.id == spending.c.roadmap_id) & (roadmaps.c.user_id == viewer.user_id))
            .where(spending.c.user_id == viewer.user_id, spending.c.day >= since)
            .order_by(spending.c.day.desc(), spending.c.roadmap_id, spending.c.author)
        )
        return [
            Spending(
                day=row["day"],
                roadmap_id=row["roadmap_id"],
                title=row["title"],
                author=row["author"],
                usage=Usage(**{name: row[name] for name in Usage.model_fields}),
            )
            for row in (await self._session.execute(query)).mappings()
        ]
