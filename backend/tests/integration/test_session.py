"""Transactions that stand still: the server ends them, and the unit of work runs again."""

import asyncio
import time
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core import outages
from app.db.session import IDLE_TIMEOUT, DatabaseFull, Sessions, TransactionTimeout, safe_session_with_retry


@pytest.mark.parametrize(
    ("setting", "value"),
    [("idle_in_transaction_session_timeout", f"{IDLE_TIMEOUT:.0f}s"), ("transaction_timeout", "1min")],
)
async def test_connections_ask_the_server_not_to_wait_for_them(setting: str, value: str, sessions: Sessions) -> None:
    async def work(session: AsyncSession) -> str:
        return str((await session.execute(text(f"SHOW {setting}"))).scalar_one())

    assert await safe_session_with_retry(sessions, work) == value


async def test_work_that_stood_still_in_its_transaction_runs_again_as_a_whole(sessions: Sessions) -> None:
    attempts = []

    async def work(session: AsyncSession) -> int:
        attempts.append(session)
        if len(attempts) == 1:
            await session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '50ms'"))
            await asyncio.sleep(0.5)
        return int((await session.execute(text("SELECT 42"))).scalar_one())

    assert await safe_session_with_retry(sessions, work) == 42
    assert len(attempts) == 2


async def test_rows_that_a_silent_client_has_locked_are_free_again(sessions: Sessions) -> None:
    async with sessions() as silent:
        await silent.execute(text("SET idle_in_transaction_session_timeout = '200ms'"))
        await silent.execute(text("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE"))

        async def work(session: AsyncSession) -> int:
            return int((await session.execute(text("SELECT count(*) FROM tasks"))).scalar_one())

        assert await safe_session_with_retry(sessions, work) == 0
        await silent.invalidate()


async def test_rows_that_a_client_has_locked_who_hung_in_the_middle_of_a_statement_are_free_again(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The driver sends a statement in parts: for the server, what has come without an end is no idle client."""
    monkeypatch.setattr("app.db.connecting.TRANSACTION_LIMIT", 1.5)
    parse = b"\0SELECT 1\0\0\0"
    part = b"P" + (len(parse) + 4).to_bytes(4, "big") + parse + b"H" + (4).to_bytes(4, "big")
    async with sessions() as hung:
        await hung.execute(text("LOCK TABLE tasks IN ACCESS EXCLUSIVE MODE"))
        driver: Any = (await (await hung.connection()).get_raw_connection()).driver_connection
        driver._transport.write(part)

        async def work(session: AsyncSession) -> int:
            return int((await session.execute(text("SELECT count(*) FROM tasks"))).scalar_one())

        assert await safe_session_with_retry(sessions, work) == 0
        await hung.invalidate()


async def test_a_transaction_that_took_too_long_is_told_its_own_limit(sessions: Sessions) -> None:
    class Ended(Exception):
        sqlstate = "25P04"

    async def work(session: AsyncSession) -> None:
        raise DBAPIError("", {}, Ended(), connection_invalidated=True) from Ended()

    with pytest.raises(TransactionTimeout, match="longer than the 60 seconds"):
        await safe_session_with_retry(sessions, work)


async def test_a_disk_that_is_full_is_told(sessions: Sessions) -> None:
    async def work(session: AsyncSession) -> None:
        await session.execute(text("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = 'disk_full'; END $$"))

    with pytest.raises(DatabaseFull, match="disk is full") as caught:
        await safe_session_with_retry(sessions, work, attempts=2)
    assert (caught.value.status, caught.value.code, caught.value.retryable) == (503, "database_unavailable", True)


def compute() -> None:
    """Meanwhile the driver does not hear that the server has ended the transaction."""
    time.sleep(0.2)


async def test_work_that_always_stands_still_is_given_up_and_is_no_outage(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    noticed: list[BaseException] = []
    monkeypatch.setattr(outages.database, "noticed", noticed.append)
    attempts = []

    async def work(session: AsyncSession) -> None:
        attempts.append(session)
        await session.execute(text("SET LOCAL idle_in_transaction_session_timeout = '20ms'"))
        compute()
        await session.execute(text("SELECT 42"))

    with pytest.raises(TransactionTimeout, match="took longer than the 5 seconds"):
        await safe_session_with_retry(sessions, work, attempts=5)
    assert (len(attempts), noticed) == (2, [])


async def test_what_a_statement_was_given_is_in_no_error(sessions: Sessions) -> None:
    async def work(session: AsyncSession) -> None:
        await session.execute(
            text("SELECT CAST(:given AS integer) / CAST(:none AS integer)"), {"given": 4711, "none": 0}
        )

    with pytest.raises(DBAPIError) as raised:
        await safe_session_with_retry(sessions, work)
    assert "4711" not in str(raised.value)
