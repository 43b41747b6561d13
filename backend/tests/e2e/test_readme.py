"""The README's shell blocks are pasted, as they stand, beside a running Greenway."""

import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from processes import TETHERED

from app.embedded.ports import free_port

README = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
BLOCKS: list[str] = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
ELSEWHERE = ("make run", "docker compose", "greenway migrate", "greenway api", "greenway worker")
"""What the blocks hold that are not pasted here: they install, or start what is running already."""
DEADLINE = 60

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs Linux or macOS")


def block(part: str) -> str:
    [found] = [one for one in BLOCKS if part in one]
    return found


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A directory as `make run` leaves it, and a Greenway that runs there on a port of its own."""

    directory: Path
    url: str

    async def shell(self, script: str) -> asyncio.subprocess.Process:
        return await asyncio.create_subprocess_exec(
            *("bash", "-c", script.replace("http://127.0.0.1:8000", self.url)),
            cwd=self.directory,
            env=environment(),
            **TETHERED,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def paste(self, script: str) -> str:
        """What it prints; it must end well, and complain of nothing."""
        process = await self.shell(f"set -e -o pipefail\n{script}")
        async with asyncio.timeout(DEADLINE):
            out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        assert "error" not in err.decode().lower()
        return out.decode()


def environment() -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("GREENWAY_", "DATABASE", "REDIS"))
    }
    return {**kept, "GREENWAY_BUILTIN_PACE": "0", "NO_PROXY": "127.0.0.1", "GREENWAY_WORKER_METRICS_PORT": "0"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def machine(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Machine]:
    directory = tmp_path_factory.mktemp("machine")
    programs = directory / ".venv" / "bin"
    programs.mkdir(parents=True)
    program = programs / "greenway"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m app.cli "$@"\n')
    program.chmod(0o755)
    port = free_port()
    up = await asyncio.create_subprocess_exec(
        *(program, "up", "--port", str(port)),
        cwd=directory,
        env=environment(),
        **TETHERED,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert up.stdout and up.stderr
    try:
        async with asyncio.timeout(DEADLINE):
            while line := await up.stdout.readline():
                if line.startswith(b"Greenway is ready"):
                    break
            else:
                raise AssertionError((await up.stderr.read()).decode())
        yield Machine(directory=directory, url=f"http://127.0.0.1:{port}")
    finally:
        up.terminate()
        async with asyncio.timeout(DEADLINE):
            _, err = await up.communicate()
    assert err.decode() == "", "the console is quiet"
    logged = (directory / ".greenway" / "logs" / "worker-1.log").read_text()
    assert "incremental_batch_save_completed" in logged


@pytest.mark.parametrize("script", BLOCKS, ids=lambda script: " ".join(script.split()[:2]))
async def test_every_block_can_be_pasted_into_any_shell(script: str) -> None:
    assert not re.search(r"(^|\s)#", script), "an interactive zsh takes no comments"
    assert "..." not in script
    process = await asyncio.create_subprocess_exec("sh", "-n", "-c", script, stderr=asyncio.subprocess.PIPE)
    _, err = await process.communicate()
    assert (process.returncode, err) == (0, b"")


def test_every_block_is_pasted_or_known_to_be_for_elsewhere() -> None:
    pasted = {
        block(part) for part in ("greenway create", "greenway read", "API=", "--no-buffer", ".progress'", "/concepts/")
    }
    elsewhere = {block(part) for part in ELSEWHERE}
    assert pasted | elsewhere == set(BLOCKS)
    assert not pasted & elsewhere


@pytest.mark.asyncio(loop_scope="module")
async def test_the_commands(machine: Machine) -> None:
    await machine.paste(block("greenway create"))
    out = await machine.paste(block("greenway read"))
    assert out.startswith("# ")
    assert "\n## Quiz\n" in out
    assert out.splitlines()[-1].startswith("Marked as learned: ")


@pytest.mark.asyncio(loop_scope="module")
async def test_the_requests(machine: Machine) -> None:
    for program in ("curl", "jq"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    following = await machine.shell(f"{block('API=')}\necho $ID\nexec {block('--no-buffer')}")
    assert following.stdout
    try:
        async with asyncio.timeout(DEADLINE):
            roadmap_id = (await following.stdout.readline()).decode().strip()
            while b'"type":"completed"' not in (line := await following.stdout.readline()):
                assert line, "the stream stays open until all is written"
    finally:
        following.terminate()
        await following.communicate()
    named = f"API=http://127.0.0.1:8000/api/v1\nID={roadmap_id}\n"
    status = await machine.paste(named + block(".progress'"))
    assert status.startswith('"completed"\n')
    assert status.count('"content_status": "completed"') == 33
    lesson = (await machine.paste(named + block("/concepts/"))).splitlines()
    assert len(lesson) > 3
    assert "null" not in lesson
