"""Remembers which request an Idempotency-Key has been used for."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.tables import idempotency_keys
from app.domain.viewer import Viewer

KEPT_FOR = timedelta(days=7)
"""How long a key is remembered: a client that repeats a request later than that makes another roadmap."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UsedKey:
    fingerprint: str
    roadmap_id: UUID
    task_id: UUID


class IdempotencyRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def lock(self, viewer: Viewer, key: str) -> UsedKey | None:
        """What the key was used for; until the transaction ends, no other transaction can use it."""
        await self._session.execute(
            select(func.pg_advisory_xact_lock(func.hashtextextended(f"{viewer.user_id}\n{key}", 0)))
        )
        table = idempotency_keys.c
        query = select(table.fingerprint, table.roadmap_id, table.task_id).where(
            table.user_id == viewer.user_id, table.key == key
        )
        row = (await self._session.execute(query)).mappings().one_or_none()
        return UsedKey(**row) if row else None

    async def add(self, viewer: Viewer, key: str, *, fingerprint: str, roadmap_id: UUID, task_id: UUID) -> None:
        await self._session.execute(
            insert(idempotency_keys).values(
                user_id=viewer.user_id, key=key, fingerprint=fingerprint, roadmap_id=roadmap_id, task_id=task_id
            )
        )

    async def forget_old(self) -> None:
        table = idempotency_keys
        await self._session.execute(delete(table).where(table.c.created_at < func.now() - KEPT_FOR))
