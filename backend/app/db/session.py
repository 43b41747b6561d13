"""Engines, sessions and transactions. Services and stores open them here; repositories only query."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import orjson
import structlog
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from app.core import outages
from app.core.database_address import parse_database_address
from app.core.errors import Unavailable
from app.core.json import dumps
from app.db.connecting import IDLE_TIMEOUT, TRANSACTION_LIMIT, CannotConnect
from app.db.engines import connect_engine
from app.db.schema import SCHEMA_REVISION
from app.db.stored_schema import revision_in

__all__ = ["IDLE_TIMEOUT"]

Sessions = async_sessionmaker[AsyncSession]

T = TypeVar("T")

COMMAND_TIMEOUT = 10.0
"""Seconds that one statement may take; a half-open connection is noticed by it."""

_TRANSIENT_CLASSES = ("08", "25P03", "25P04", "40", "53", "57P")
"""SQLSTATE prefixes: connection lost, a transaction that was idle or took too long, deadlock or serialisation, out of
resources, server shutting down."""
_STOOD_STILL = {"25P03": IDLE_TIMEOUT, "25P04": TRANSACTION_LIMIT}
"""By SQLSTATE, the seconds that were exceeded. The driver reports them as the cause of a lost connection."""

_DISK_FULL = "53100"
_UNDEFINED = ("42P01", "42703", "42704", "42883", "3F000")
"""SQLSTATEs that say that a table, column, type, function or schema is missing."""

_AT_ONCE = {"isolation_level": "AUTOCOMMIT"}
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}

log = structlog.get_logger()


class DatabaseUnavailable(Unavailable):
    code = "database_unavailable"

    def __init__(self, reason: str | None = None) -> None:
        super().__init__("The database cannot be reached at the moment; please try again shortly.", retry_after=2)
        self.reason = reason
        """Why, in the words of the server or the system; for the operator."""


class DatabaseFull(DatabaseUnavailable):
    """The database is there, and cannot write."""

    def __init__(self) -> None:
        super().__init__()
        self.message = "The database's disk is full; nothing was changed. Free some space, and try again."
        self.args = (self.message,)


class SchemaMismatch(DatabaseUnavailable):
    """The database is there, and its schema is not the one that this code was written for: there is nothing to do
    but to wait for the migration, as for a database that is away."""

    code, title = "schema_mismatch", "The database's schema does not match"

    def __init__(self, revision: str | None) -> None:
        super().__init__()
        self.message = schema_sentence(revision)
        self.args = (self.message,)


class TransactionTimeout(DatabaseUnavailable):
    """The database is there: this process left a transaction alone for longer than `IDLE_TIMEOUT`, or it took longer
    than `TRANSACTION_LIMIT`."""

    code, title = "transaction_timeout", "It took too long"

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.message = (
            f"Nothing was changed: a step took longer than the {seconds:.0f} seconds allowed; please try again."
        )
        self.args = (self.message,)


def schema_sentence(revision: str | None) -> str:
    """What to do about a schema that is not the one that this code was written for."""
    if revision is None:
        return "The database has no schema yet; run `greenway migrate`."
    if revision < SCHEMA_REVISION:
        return f"The database's schema is older ({revision}) than this version needs; run `greenway migrate`."
    return (
        f"The database's schema is newer ({revision}) than this version needs;"
        " start the version of Greenway that upgraded it."
    )


def create_engine(
    url: str,
    *,
    pool_size: int,
    application_name: str,
    command_timeout: float | None = COMMAND_TIMEOUT,
) -> AsyncEngine:
    """An engine for one event loop. At most `pool_size` connections, opened when needed.

    Raises:
        ConfigurationError: the URL cannot be used; the sentence says why.
    """
    address = parse_database_address(url)
    engine = create_async_engine(
        "postgresql+asyncpg://",
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=COMMAND_TIMEOUT,
        hide_parameters=True,  # errors are logged, and parameters hold tutorials and what learners have written
        json_serializer=lambda value: dumps(value).decode(),
        json_deserializer=orjson.loads,
    )
    connect_engine(engine, address, application_name=application_name, command_timeout=command_timeout)
    return engine


def create_sessions(engine: AsyncEngine) -> Sessions:
    return async_sessionmaker(engine, expire_on_commit=False, autoflush=False)


async def safe_session_with_retry(
    sessions: Sessions,
    work: Callable[[AsyncSession], Awaitable[T]],
    *,
    attempts: int = 3,
    repeatable: bool = False,
    single_statement: bool = False,
    snapshot: bool = False,
) -> T:
    """Run a unit of work in a transaction of its own, and commit it.

    Work of a `single_statement` needs no explicit transaction, which saves two round trips. With `snapshot` all
    statements see the same moment, and none may write.

    On a transient fault the whole unit runs again, up to `attempts` times. When the connection is lost during the
    commit it is unknown whether it took place: only work that is `repeatable` runs again then. Work that stood still
    for too long runs again once, for a process that was suspended: what computes for so long would do so again.

    Raises:
        DatabaseUnavailable: the fault has lasted.
        TransactionTimeout: the work has stood still again.
        SchemaMismatch: something is missing in the database because its schema is another one.
    """
    has_stood_still = False
    for attempt in range(1, attempts + 1):
        committing = False
        try:
            async with sessions() as session, session.begin():
                if single_statement:
                    await session.connection(execution_options=_AT_ONCE)
                elif snapshot:
                    await session.connection(execution_options=_SNAPSHOT)
                result = await work(session)
                committing = True
            outages.database.over()
            return result
        except (DBAPIError, PoolTimeout, OSError, TimeoutError) as error:
            if not is_transient(error):
                if _is_undefined(error) and (revision := await stored_revision(sessions)) != SCHEMA_REVISION:
                    raise SchemaMismatch(revision) from error
                raise
            stood_still = _stood_still(error)
            if stood_still is not None and (has_stood_still or attempt == attempts):
                raise TransactionTimeout(stood_still) from error
            has_stood_still = has_stood_still or stood_still is not None
            if stood_still is None and not _is_contention(error):
                outages.database.noticed(error)
            log.debug("database_call_failed", error=type(error).__name__, attempt=attempt, committing=committing)
            if attempt == attempts or (committing and not repeatable):
                full = _sqlstate(error) == _DISK_FULL and not committing
                raise (DatabaseFull() if full else DatabaseUnavailable(_reason(error))) from error
            await asyncio.sleep(0.05 * 2**attempt)
    raise AssertionError("unreachable")


REFUSED = (StatementError, OverflowError, TypeError, ValueError)
"""What is raised for a value that the database, its driver or JSON does not take. A lost connection raises some of
these, too: `is_transient` tells."""


async def stored_revision(sessions: Sessions) -> str | None:
    """The revision of the database's schema; None when it has none yet.

    Raises:
        DatabaseUnavailable: it cannot be reached.
    """
    return await safe_session_with_retry(sessions, revision_in, attempts=1)


async def schema_is_current(sessions: Sessions) -> bool:
    return await stored_revision(sessions) == SCHEMA_REVISION


def _is_undefined(error: BaseException) -> bool:
    return _sqlstate(error) in _UNDEFINED


def _reason(error: BaseException) -> str | None:
    """What the server or the system said when no connection could be opened."""
    return str(error) if isinstance(error, CannotConnect) else None


def _is_contention(error: BaseException) -> bool:
    """A deadlock or its like: the database is there."""
    return str(_sqlstate(error)).startswith("40")


def _stood_still(error: BaseException | None) -> float | None:
    """The seconds allowed to a transaction that took longer; None when it is another fault."""
    while error is not None:
        if (sqlstate := getattr(error, "sqlstate", None)) in _STOOD_STILL:
            return _STOOD_STILL[sqlstate]
        error = error.__cause__ or error.__context__
    return None


def _sqlstate(error: BaseException) -> str | None:
    return getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None


def is_transient(error: BaseException) -> bool:
    """Whether the same transaction may succeed when it is run again."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, PoolTimeout | OSError | TimeoutError)
    if error.connection_invalidated:
        return True
    sqlstate = _sqlstate(error)
    if sqlstate is None:
        # The driver itself gave up, before the server could answer.
        return isinstance(error.orig.__cause__ if error.orig else None, OSError | TimeoutError)
    return sqlstate.startswith(_TRANSIENT_CLASSES)
