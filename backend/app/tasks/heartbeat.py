"""Keeps the worker's lease, from a small thread of its own, so that a busy loop does not lose its work."""

import asyncio
import threading
import time
from collections.abc import Callable
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.ending import end
from app.db.repositories.worker_repo import WorkerRepository
from app.db.session import DatabaseUnavailable, Sessions, create_engine, create_sessions, safe_session_with_retry
from app.domain.ownership import LEASE

BEAT_EVERY = 1.0
"""Seconds between two renewals."""
WEDGED_AFTER = 10.0
"""Seconds without a tick of the main loop after which the lease is given up: its work is not going on."""
ATTEMPTS = 3
"""Renewals that may be under way at once: one that hangs, or takes long, keeps no other from the lease."""
LEAVING_TIME = 3.0
"""Seconds to give the lease up; it runs out by itself."""

log = structlog.get_logger()


class LeaseHeartbeat(threading.Thread):
    """`ticked_at` tells when the main loop last showed life, by `time.monotonic`."""

    def __init__(self, database_url: str, worker_id: UUID, name: str, *, ticked_at: Callable[[], float]) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._database_url = database_url
        self._worker_id = worker_id
        self._worker_name = name
        self._ticked_at = ticked_at
        self._held_until = 0.0
        self._held_since = 0.0
        self._healthy = True
        self._attempts: set[asyncio.Task[None]] = set()
        self._first = threading.Event()
        self._stopping = threading.Event()

    @property
    def is_held(self) -> bool:
        """Whether the lease is certainly valid at this moment."""
        return time.monotonic() < self._held_until

    @property
    def held_since(self) -> float:
        """When the lease was taken, or taken again after a gap, by `time.monotonic`."""
        return self._held_since

    def wait_until_held(self, timeout: float) -> bool:
        """Wait for the first renewal; false when it has not come in time."""
        return self._first.wait(timeout)

    def stop(self) -> None:
        """Give the lease up, and return when that is done."""
        self._stopping.set()
        self.join()

    def run(self) -> None:
        asyncio.run(self._beat())

    async def _beat(self) -> None:
        engine = create_engine(self._database_url, pool_size=ATTEMPTS, application_name="greenway-heartbeat")
        sessions = create_sessions(engine)
        began = time.monotonic()
        try:
            while not self._stopping.is_set():
                before, began = began, time.monotonic()
                if began - before > WEDGED_AFTER:
                    # Not the main loop alone: it gets until the next beat to show life.
                    log.warning("event_loop_stalled", worker=self._worker_name, seconds=round(began - before))
                elif self._main_loop_lives(began):
                    await self._attempt(sessions, began)
                await self._pause(BEAT_EVERY - (time.monotonic() - began))
            await self._leave(sessions)
        finally:
            await engine.dispose()

    def _main_loop_lives(self, now: float) -> bool:
        lives = now - self._ticked_at() < WEDGED_AFTER
        if not lives and self._healthy:
            log.error("event_loop_blocked", worker=self._worker_name)
            self._healthy = False
        return lives

    async def _attempt(self, sessions: Sessions, began: float) -> None:
        """Begin a renewal, and wait for it, or for an earlier one, until the next beat."""
        if len(self._attempts) < ATTEMPTS:
            attempt = asyncio.create_task(self._renew(sessions, began))
            self._attempts.add(attempt)
            attempt.add_done_callback(self._attempts.discard)
        await asyncio.wait(self._attempts, timeout=BEAT_EVERY, return_when=asyncio.FIRST_COMPLETED)

    async def _renew(self, sessions: Sessions, began: float) -> None:
        async def renew(session: AsyncSession) -> None:
            await WorkerRepository(session).renew(self._worker_id, self._worker_name)

        try:
            async with asyncio.timeout(LEASE.total_seconds()):
                await safe_session_with_retry(sessions, renew, attempts=1, single_statement=True)
        except (DatabaseUnavailable, DBAPIError, TimeoutError):  # away, or refusing: during a restore, say
            if self._healthy:
                log.warning("lease_renewal_failed", worker=self._worker_name)
            self._healthy = False
            return
        if not self._healthy:
            log.info("lease_renewed", worker=self._worker_name)
        self._healthy = True
        if began >= self._held_until:
            self._held_since = began
        self._held_until = max(self._held_until, began + LEASE.total_seconds())
        self._first.set()

    async def _leave(self, sessions: Sessions) -> None:
        async def leave(session: AsyncSession) -> None:
            await WorkerRepository(session).leave(self._worker_id)

        await end(*self._attempts)  # none may take the lease again
        try:
            async with asyncio.timeout(LEAVING_TIME):
                await safe_session_with_retry(sessions, leave, attempts=1, single_statement=True)
        except (DatabaseUnavailable, DBAPIError, TimeoutError):
            log.warning("lease_release_failed", worker=self._worker_name)

    async def _pause(self, seconds: float) -> None:
        """Wait, but not longer than until `stop` is called."""
        await asyncio.to_thread(self._stopping.wait, max(0.0, seconds))
