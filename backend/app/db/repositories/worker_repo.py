"""Leases of workers, by the database's clock."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, case, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import workers
from app.domain.ownership import LEASE, LONGEST_GAP


class WorkerRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def renew(self, worker_id: UUID, name: str) -> None:
        """Take or extend a lease. One that was not renewed for some beats is held anew, not without a gap."""
        statement = upsert(workers).values(
            id=worker_id, name=name, held_since=func.now(), expires_at=func.now() + LEASE
        )
        lapsed = ~renewed_within(LONGEST_GAP)
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["id"],
                set_={
                    "expires_at": statement.excluded.expires_at,
                    "held_since": case((lapsed, func.now()), else_=workers.c.held_since),
                },
            )
        )

    async def report_problem(self, worker_id: UUID, problem: str | None) -> None:
        await self._session.execute(update(workers).where(workers.c.id == worker_id).values(problem=problem))

    async def problems(self) -> list[tuple[str, str | None]]:
        """The workers that are alive, and why each takes no tasks, if it takes none."""
        query = select(workers.c.name, workers.c.problem).where(workers.c.expires_at > func.now())
        return [(row.name, row.problem) for row in await self._session.execute(query.order_by(workers.c.name))]

    async def leave(self, worker_id: UUID) -> None:
        await self._session.execute(delete(workers).where(workers.c.id == worker_id))

    async def forget_the_dead(self) -> None:
        """Remove leases that ran out long ago."""
        await self._session.execute(delete(workers).where(workers.c.expires_at < func.now() - 12 * LEASE))

    async def count_alive(self) -> int:
        query = select(func.count()).select_from(workers).where(workers.c.expires_at > func.now())
        return int((await self._session.execute(query)).scalar_one())


def alive(worker_id: UUID, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a worker's lease holds now, and the conditions on it."""
    return exists().where(workers.c.id == worker_id, workers.c.expires_at > func.now(), *conditions)


def renewed_within(gap: timedelta) -> ColumnElement[bool]:
    """Whether a lease was renewed so short a time ago."""
    return workers.c.expires_at > func.now() + LEASE - gap
