"""When the embedded PostgreSQL server is ready."""

import asyncio
from pathlib import Path

import asyncpg

from app.core.errors import ConfigurationError
from app.embedded.ports import LOOPBACK
from app.embedded.postgres_roles import APPLICATION, DATABASE

_POLL_SECONDS = 0.02


async def wait_until_it_answers(directory: Path, port: int, password: str) -> None:
    """Waits for as long as it takes.

    Raises:
        ConfigurationError: it does not accept the password.
    """
    while True:
        try:
            connection = await asyncpg.connect(
                host=LOOPBACK,
                port=port,
                user=APPLICATION,
                password=password,
                database=DATABASE,
                ssl=False,
                timeout=10,
            )
        except asyncpg.InvalidPasswordError as error:
            raise ConfigurationError(f"The database in {directory} does not accept the saved password.") from error
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
            await asyncio.sleep(_POLL_SECONDS)
        else:
            await connection.close()
            return
