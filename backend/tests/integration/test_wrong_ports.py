"""DATABASE_URL and REDIS_URL may name a port where something else stands: what that says is not repeated."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest
from processes import TETHERED
from redis import exceptions

from app.cli.doctor_checks import Addresses, check_dependencies
from app.core.errors import Unavailable
from app.core.redis_faults import redis_fault
from app.db.migrate import upgrade

BACKEND = str(Path(__file__).parents[2])
BANNERS = {
    "SSH": b"SSH-2.0-OpenSSH_9.6 hunter2\r\n",
    "HTTP": b"HTTP/1.1 400 hunter2\r\nServer: hunter2\r\n\r\n",
    "SMTP": b"220 hunter2 ESMTP\r\n",
    "IMAP": b"* OK hunter2 ready\r\n",
    "POP3": b"+OK hunter2\r\n",
    "memcached": b"ERROR hunter2\r\n",
    "an error": b"-ERR hunter2\r\n",
    "a refusal": b"-WRONGPASS hunter2\r\n",
    "a state": b"-LOADING hunter2\r\n",
    "a number": b":hunter2\r\n",
    "a length": b"$hunter2\r\n",
    "TLS": b"S\x16\x03\x01hunter2",
}


@asynccontextmanager
async def standing_there(banner: bytes) -> AsyncIterator[str]:
    """The host and port of a server that says this, at first and to whatever it hears."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                writer.write(banner)
                await writer.drain()
                if not await reader.read(4096):
                    break
        except OSError:
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize("banner", BANNERS)
@pytest.mark.parametrize("password", [":p@", ""])
async def test_doctor_does_not_repeat_it(banner: str, password: str) -> None:
    async with standing_there(BANNERS[banner]) as there:
        checks = await check_dependencies(
            Addresses(database_url=f"postgresql://u:p@{there}/d?connect_timeout=2", redis_url=f"redis://:p@{there}/0")
        )
    said = {check.name: check.message for check in checks}
    assert not any(check.ok for check in checks if check.name != "schema"), said
    assert said["redis"].startswith("Redis cannot be reached (") and said["redis"].endswith("or check REDIS_URL.")
    assert said["database"].endswith("or check DATABASE_URL.")
    assert "hunter2" not in str(said)
    assert banner not in said["redis"]


async def test_migrate_does_not_repeat_it() -> None:
    async with standing_there(BANNERS["SSH"]) as there:
        with pytest.raises(Unavailable, match="or check DATABASE_URL") as caught:
            await asyncio.to_thread(upgrade, f"postgresql://u:p@{there}/d")
    assert "hunter2" not in caught.value.message


@contextmanager
def a_worker(**environment: str) -> Iterator["subprocess.Popen[str]"]:
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "app.cli", "worker"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": BACKEND, "GREENWAY_WORKER_METRICS_PORT": "0", **environment},
        stderr=subprocess.PIPE,
        text=True,
        **TETHERED,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGKILL)
        process.communicate()


@pytest.mark.parametrize("banner", ["SSH", "an error"])
async def test_a_worker_does_not_log_it(banner: str) -> None:
    async with standing_there(BANNERS[banner]) as there:
        with a_worker(REDIS_URL=f"redis://:p@{there}/0", DATABASE_URL="postgresql://u:p@127.0.0.1:1/d") as worker:
            assert worker.stderr
            lines: list[str] = []
            while "Cannot connect to redis" not in (line := await asyncio.to_thread(worker.stderr.readline)):
                assert line, lines
                lines.append(line)
    assert "the server is not Redis, or refuses" in line
    assert "hunter2" not in "".join([*lines, line])


def test_only_the_words_of_the_client_are_repeated() -> None:
    kinds = [kind for kind in vars(exceptions).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    repeating = {kind for kind in kinds if issubclass(kind, exceptions.RedisError) and _repeats(kind)}
    assert repeating == {exceptions.ConnectionError, exceptions.TimeoutError, exceptions.MaxConnectionsError}


def _repeats(kind: type[Exception]) -> bool:
    error = kind.__new__(kind)
    Exception.__init__(error, "hunter2")
    return "hunter2" in redis_fault(error)
