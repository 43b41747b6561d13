"""Lets SQLAlchemy's engines open their connections as `connecting` does."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.util import await_only

from app.core.database_address import DatabaseAddress
from app.db.connecting import Connection, connect


def connect_engine(
    engine: AsyncEngine, address: DatabaseAddress, *, application_name: str, command_timeout: float | None
) -> None:
    """Let the engine open its connections here."""

    @event.listens_for(engine.sync_engine, "do_connect")
    def _connect(dialect: Any, record: Any, arguments: Any, parameters: dict[str, Any]) -> None:  # noqa: ARG001
        connection = await_only(connect(address, application_name=application_name, command_timeout=command_timeout))

        async def opened(**_: Any) -> Connection:
            return connection

        parameters["async_creator_fn"] = opened
        if connection.behind_pooler:
            # Statements without a name are parsed again with each use, in one message with it.
            parameters["prepared_statement_cache_size"] = 0
            parameters["prepared_statement_name_func"] = str
