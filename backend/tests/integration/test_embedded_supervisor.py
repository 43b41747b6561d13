"""`greenway up` as a real process, with small programs in the place of the API and the worker."""

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import psutil
import pytest
from processes import TETHERED
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError

from app.core.errors import ConfigurationError
from app.embedded.data_dir import DataDirectory, Run, running_instance
from app.embedded.options import Services, UpOptions
from app.embedded.ports import LOOPBACK, free_port
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.running import running_in_background
from app.embedded.supervisor import run_up
from app.embedded.terminal import Terminal
from app.embedded.valkey import EmbeddedValkey

DEADLINE_SECONDS = 60
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs Linux or macOS")

UP = """
import asyncio, json, os, sys, time
from pathlib import Path
from app.core.errors import GreenwayError
from app.embedded.options import Services, UpOptions
from app.embedded.supervisor import run_up
from app.embedded.terminal import Terminal

asked = json.loads(sys.argv[1])

def migrate(database_url):
    if asked["migrations"] == "hang":
        print("migrating", flush=True)
        time.sleep(600)
    Path(asked["data_dir"], "migrated").touch()

options = UpOptions(
    host="127.0.0.1", port=asked["port"], data_dir=Path(asked["data_dir"]), workers=asked["workers"],
    database_url=asked["database_url"], redis_url=asked["redis_url"], env=os.environ,
)
services = Services(migrate=migrate, program=(sys.executable, "-c", asked["program"]))
try:
    sys.exit(asyncio.run(run_up(options, services, Terminal())))
except GreenwayError as error:
    print(error, file=sys.stderr)
    sys.exit(1)
"""

PROGRAM = """
import http.server, os, pathlib, signal, sys, threading

if sys.stdin.readline() != "go\\n" or not pathlib.Path(os.environ["GREENWAY_DATA_DIR"], "migrated").exists():
    sys.exit("told to begin before the migrations have run")

class Api(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/readyz" else 404)
        self.end_headers()

    def log_message(self, *arguments):
        pass

signal.signal(signal.SIGTERM, lambda number, frame: sys.exit())
if sys.argv[1] == "api":
    http.server.HTTPServer(("127.0.0.1", int(sys.argv[5])), Api).serve_forever()
else:
    threading.Event().wait()
"""
STUBBORN_WORKER = f"""
import os, pathlib, signal, sys, threading
if sys.argv[1] == "worker":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pathlib.Path(os.environ["GREENWAY_DATA_DIR"], "deaf").touch()
    threading.Event().wait()
{PROGRAM}
"""
DYING_WORKER = f"""
import sys
if sys.argv[1] == "worker":
    sys.exit(3)
{PROGRAM}
"""


@dataclass(kw_only=True)
class Up:
    """A `greenway up` and what it has said on stdout so far."""

    process: Process
    data_dir: Path
    port: int
    lines: list[str] = field(default_factory=list)

    async def until_line(self, start: str) -> str:
        assert self.process.stdout
        async with asyncio.timeout(DEADLINE_SECONDS):
            while line := (await self.process.stdout.readline()).decode().rstrip("\n"):
                self.lines.append(line)
                if line.startswith(start):
                    return line
        raise AssertionError(await self.errors())

    async def until_ready(self) -> Run:
        await self.until_line("Greenway is ready")
        return self.run()

    def run(self) -> Run:
        run = running_instance(self.data_dir)
        assert run
        return run

    async def end(self) -> int:
        async with asyncio.timeout(DEADLINE_SECONDS):
            return await self.process.wait()

    async def errors(self) -> str:
        assert self.process.stderr
        return (await self.process.stderr.read()).decode()


@dataclass(frozen=True, kw_only=True)
class Servers:
    """Servers that are not the supervisor's, for the tests that are not about embedded ones."""

    database_url: str
    redis_url: str


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Servers]:
    directory = tmp_path_factory.mktemp("servers")
    with (
        running_in_background(
            EmbeddedPostgres(directory / "postgres", free_port(), "secret", durable=False)
        ) as postgres,
        running_in_background(EmbeddedValkey(directory / "valkey", free_port(), "secret", durable=False)) as valkey,
    ):
        yield Servers(database_url=postgres.url, redis_url=valkey.url)


@pytest.fixture(scope="module")
def embedded_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory for tests that do not mind whether it has been used before."""
    return tmp_path_factory.mktemp("embedded") / "data"


@asynccontextmanager
async def started(
    data_dir: Path,
    servers: Servers | None = None,
    *,
    program: str = PROGRAM,
    workers: int = 1,
    migrations: str = "run",
) -> AsyncIterator[Up]:
    asked = {
        "port": free_port(),
        "data_dir": str(data_dir),
        "workers": workers,
        "database_url": servers and servers.database_url,
        "redis_url": servers and servers.redis_url,
        "program": program,
        "migrations": migrations,
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", UP, json.dumps(asked)),
        stdout=PIPE,
        stderr=PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        **TETHERED,
    )
    up = Up(process=process, data_dir=data_dir, port=int(str(asked["port"])))
    try:
        yield up
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await up.end()


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(DEADLINE_SECONDS):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.05)


async def answers(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(LOOPBACK, port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def query(database_url: str, statement: str) -> object:
    connection = await asyncpg.connect(database_url)
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


def processes_of(run: Run) -> list[psutil.Process]:
    """The recorded processes, and theirs."""
    recorded = [psutil.Process(process.pid) for process in run.processes]
    return recorded + [child for process in recorded for child in process.children(recursive=True)]


async def assert_all_end(processes: list[psutil.Process]) -> None:
    _, alive = await asyncio.to_thread(psutil.wait_procs, processes, timeout=DEADLINE_SECONDS)
    assert alive == []


def pid_of(run: Run, name: str) -> int:
    (pid,) = [process.pid for process in run.processes if process.name == name]
    return pid


async def replaced(up: Up, name: str, old_pid: int) -> None:
    """Waits until another process has taken the place of the one with this name."""

    async def is_another() -> bool:
        return [process.pid for process in up.run().processes if process.name == name] not in ([old_pid], [])

    await until(is_another)


async def test_all_is_started_and_stopped_and_the_data_is_kept(tmp_path: Path) -> None:
    async with started(tmp_path / "data") as up:
        run = await up.until_ready()
        assert up.lines[-1] == f"Greenway is ready: http://127.0.0.1:{up.port}"
        assert sorted(process.name for process in run.processes) == [
            "PostgreSQL",
            "The API",
            "Valkey",
            "Worker 1",
        ]
        assert await query(run.database_url, "SELECT NOT rolsuper FROM pg_roles WHERE rolname = current_user")
        await query(run.database_url, "CREATE TABLE kept AS SELECT 1 AS number")
        async with Redis.from_url(run.redis_url) as client:
            await client.set("kept", "1")
        processes = processes_of(run)
        up.process.send_signal(signal.SIGTERM)
        assert (await up.end(), await up.errors()) == (0, "")
        assert not any(process.is_running() for process in processes)
        assert running_instance(up.data_dir) is None

    async with started(tmp_path / "data") as up:
        run = await up.until_ready()
        assert await query(run.database_url, "SELECT number FROM kept") == 1
        async with Redis.from_url(run.redis_url) as client:
            assert await client.get("kept") == b"1"


async def test_a_directory_that_others_could_write_to_is_closed_and_said_so(tmp_path: Path, servers: Servers) -> None:
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o777)
    async with started(data, servers) as up:
        await up.until_ready()
        assert data.stat().st_mode & 0o777 == 0o700
        up.process.send_signal(signal.SIGTERM)
        sentence = f"Other users could write to {data}; now only you can use it.\n"
        assert (await up.end(), await up.errors()) == (0, sentence)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends the children with their parent")
async def test_a_killed_supervisor_leaves_no_process_and_can_be_started_again(embedded_data: Path) -> None:
    async with started(embedded_data) as up:
        processes = processes_of(await up.until_ready())
        up.process.kill()
        await up.end()
        await assert_all_end(processes)
    async with started(embedded_data) as up:
        await up.until_ready()


async def test_killed_servers_are_started_again_at_the_same_place(embedded_data: Path) -> None:
    async with started(embedded_data) as up:
        run = await up.until_ready()
        for name in ("PostgreSQL", "Valkey"):
            psutil.Process(pid_of(run, name)).kill()
            await replaced(up, name, pid_of(run, name))

        async def answer_again() -> bool:
            try:
                async with Redis.from_url(run.redis_url) as client:
                    return bool(await client.ping()) and await query(run.database_url, "SELECT 1") == 1
            except (OSError, asyncpg.CannotConnectNowError, RedisConnectionError):
                return False

        await until(answer_again)


async def test_a_killed_api_is_started_again_with_a_warning(tmp_path: Path, servers: Servers) -> None:
    async with started(tmp_path / "data", servers, workers=2) as up:
        run = await up.until_ready()
        psutil.Process(pid_of(run, "The API")).kill()
        await replaced(up, "The API", pid_of(run, "The API"))
        await until(lambda: answers(up.port))
        assert pid_of(up.run(), "Worker 2") == pid_of(run, "Worker 2")
        up.process.send_signal(signal.SIGTERM)
        assert (await up.end(), await up.errors()) == (0, "The API ended with signal 9; starting it again.\n")


async def test_five_deaths_within_a_minute_end_everything(tmp_path: Path, servers: Servers) -> None:
    async with started(tmp_path / "data", servers, program=DYING_WORKER) as up:
        assert await up.end() == 1
        *warnings, last = (await up.errors()).splitlines()
        assert warnings == ["Worker 1 ended with exit code 3; starting it again."] * 4
        assert last == "Worker 1 ended five times within a minute; its messages are above."
        assert not await answers(up.port)


async def test_a_request_to_stop_is_heard_during_migrations(tmp_path: Path, servers: Servers) -> None:
    async with started(tmp_path / "data", servers, migrations="hang") as up:
        await up.until_line("migrating")
        up.process.send_signal(signal.SIGINT)
        assert await up.end() == 0


async def test_a_second_interrupt_kills_what_does_not_stop(tmp_path: Path, servers: Servers) -> None:
    async with started(tmp_path / "data", servers, program=STUBBORN_WORKER) as up:
        processes = processes_of(await up.until_ready())

        async def worker_is_deaf() -> bool:
            return (up.data_dir / "deaf").exists()

        await until(worker_is_deaf)
        up.process.send_signal(signal.SIGINT)

        async def api_has_stopped() -> bool:
            return not await answers(up.port)

        await until(api_has_stopped)
        up.process.send_signal(signal.SIGINT)
        assert await up.end() == 130
        assert not any(process.is_running() for process in processes)


async def refuse(options: UpOptions) -> None:
    await run_up(options, Services(migrate=lambda database_url: None), Terminal())


async def test_a_second_one_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with DataDirectory.open(tmp_path), pytest.raises(ConfigurationError, match="already running in"):
        await refuse(options(tmp_path))


def options(data_dir: Path, **changes: Any) -> UpOptions:
    defaults: dict[str, Any] = {
        "host": LOOPBACK,
        "port": free_port(),
        "data_dir": data_dir,
        "workers": 1,
        "database_url": None,
        "redis_url": None,
        "env": {},
    }
    return UpOptions(**defaults | changes)


async def test_a_directory_with_something_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(ConfigurationError, match="contains other files"):
        await refuse(options(tmp_path))
    assert not (tmp_path / "greenway.json").exists()


async def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError) as caught:
            await refuse(options(tmp_path / "data", port=port))
    assert str(caught.value) == f"Port {port} on 127.0.0.1 is in use; choose another with --port."


@pytest.mark.parametrize(
    ("setting", "url"),
    [
        ("database_url", "postgresql://someone:secret@database.invalid/greenway"),
        ("redis_url", "redis://:secret@redis.invalid/0"),
    ],
)
async def test_an_unknown_host_is_named_without_the_password(tmp_path: Path, setting: str, url: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        await refuse(options(tmp_path / "data", **{setting: url}))
    assert str(caught.value).startswith(f"{setting.upper()} names the host")
    assert "secret" not in str(caught.value)


async def test_a_server_that_does_not_answer_is_named(tmp_path: Path) -> None:
    port = free_port()
    with pytest.raises(ConfigurationError, match=f"^REDIS_URL names 127.0.0.1:{port}, but no server answers there"):
        await refuse(options(tmp_path / "data", redis_url=f"redis://:secret@127.0.0.1:{port}/0"))


async def test_other_machines_are_let_in_only_when_asked_for(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="GREENWAY_LISTEN_ANY=1"):
        await refuse(options(tmp_path / "data", host="0.0.0.0"))
