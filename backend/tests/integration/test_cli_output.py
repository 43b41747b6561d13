"""What commands print, as processes: into any encoding, closed pipes and full disks, and from behind a proxy."""

import subprocess
import sys
from asyncio import to_thread
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from factories import an_outline
from fakes_api import FakeApi, serving
from intermediaries import a_socks_proxy, issue_certificates, tls_in_front_of
from processes import environment, greenway
from watched_runs import ROADMAP, Run

from app.embedded.ports import free_port

ID = str(ROADMAP)
CHINESE = "学习 – 钢琴 ✓"


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    outline = an_outline(3).model_copy(update={"title": CHINESE})
    concepts = [concept.concept_id for concept in outline.concepts]
    run = Run(outline).drafted().approved().writing(*concepts).ready(*concepts).completed()
    async with serving(FakeApi(run, seen=4)) as api:
        yield api


def port_of(api: FakeApi) -> int:
    return urlsplit(api.url).port or 0


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "koi8-r", "utf-16"])
@pytest.mark.parametrize("command", ["show", "watch"])
async def test_a_terminal_that_cannot_show_every_character(
    api: FakeApi, tmp_path: Path, command: str, encoding: str
) -> None:
    shown = await to_thread(greenway, tmp_path, command, ID, GREENWAY_URL=api.url, PYTHONIOENCODING=encoding)
    assert (shown.code, shown.err) == (0, "")
    assert "ready" in shown.out.replace("\0", "")


@pytest.mark.parametrize("command", [["show", ID], ["watch", ID], ["doctor"], ["--help"]], ids=" ".join)
async def test_a_reader_that_has_gone(api: FakeApi, tmp_path: Path, command: list[str]) -> None:
    def run() -> tuple[int, bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *command],
            cwd=tmp_path,
            env=environment(GREENWAY_URL=api.url),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        process.stdout.close()
        _, err = process.communicate(timeout=60)
        return process.returncode, err

    assert await to_thread(run) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="There is no /dev/full here.")
def test_a_disk_that_is_full(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        finished = subprocess.run(
            [sys.executable, "-m", "app.cli", "doctor"],
            cwd=tmp_path,
            env=environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert (finished.returncode, finished.stderr) == (
        1,
        b"greenway: The operating system reported an error: no space left on device.\n",
    )


async def test_commands_go_through_a_socks_proxy(api: FakeApi, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("GREENWAY_URL=http://greenway.example\n")
    with a_socks_proxy(port_of(api)) as proxy:
        shown = await to_thread(greenway, tmp_path, "show", ID, ALL_PROXY=f"socks5://{proxy.address}")
        assert CHINESE in shown.out, shown
        with (tmp_path / ".env").open("a") as dotenv:
            dotenv.write(f"ALL_PROXY=socks5h://{proxy.address}\n")
        watched = await to_thread(greenway, tmp_path, "watch", ID)
    assert "3 of 3 ready" in watched.out, watched
    assert set(proxy.asked_for) == {"greenway.example:80"}
    assert api.connections


async def test_a_proxy_that_is_not_there(tmp_path: Path) -> None:
    nowhere = f"127.0.0.1:{free_port()}"
    told = await to_thread(
        greenway, tmp_path, "list", GREENWAY_URL="http://greenway.example", ALL_PROXY=f"socks5://me:secret@{nowhere}"
    )
    assert told.err == (
        "greenway: Greenway cannot be reached at http://greenway.example through the proxy"
        f" socks5://{nowhere} (connection refused); check ALL_PROXY.\n"
    )


async def test_a_private_authority(api: FakeApi, tmp_path: Path) -> None:
    certificates = issue_certificates(tmp_path)
    with tls_in_front_of(port_of(api), certificates.server) as port:
        address = f"https://127.0.0.1:{port}"
        told = await to_thread(greenway, tmp_path, "show", ID, GREENWAY_URL=address)
        assert told.is_one_sentence, told
        assert "certificate is not trusted" in told.err
        assert "SSL_CERT_FILE" in told.err
        (tmp_path / ".env").write_text(f"SSL_CERT_FILE={certificates.authority}\n")
        watched = await to_thread(greenway, tmp_path, "watch", ID, GREENWAY_URL=address)
    assert "3 of 3 ready" in watched.out, watched
