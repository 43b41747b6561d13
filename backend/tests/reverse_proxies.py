"""nginx and Caddy on loopback, with the very configurations that doc/operations.md shows."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from processes import TETHERED

from app.embedded.ports import free_port

OPERATIONS = Path(__file__).parents[2] / "doc" / "operations.md"
NAME = "learn.example"
"""The name under which the document's proxies serve Greenway."""
UPSTREAM = "127.0.0.1:8000"
DEADLINE = 20.0


@dataclass(frozen=True)
class Proxy:
    """A proxy that listens at `port` of loopback, and serves Greenway as `http://learn.example:port/greenway`."""

    port: int

    @property
    def url(self) -> str:
        return f"http://{NAME}:{self.port}/greenway"

    @property
    def address(self) -> str:
        """Where it listens, for clients that do not resolve its name."""
        return f"http://127.0.0.1:{self.port}/greenway"

    @property
    def host(self) -> dict[str, str]:
        return {"Host": f"{NAME}:{self.port}"}


def found(program: str) -> str | None:
    return shutil.which(program, path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin")))


def missing_proxies() -> str | None:
    """What is not installed, in a line."""
    missing = [program for program in ("nginx", "caddy") if found(program) is None]
    if not missing:
        return None
    return f"There is no {' and no '.join(missing)}; `apt-get install {' '.join(missing)}` lets this test run."


def block_of(language: str) -> str:
    """The document's configuration in this language."""
    (block,) = re.findall(rf"^```{language}\n(.*?)^```$", OPERATIONS.read_text(), re.MULTILINE | re.DOTALL)
    return str(block)


def _with(block: str, replacements: dict[str, str]) -> str:
    for old, new in replacements.items():
        assert old in block, f"The document's configuration does not hold {old}."
        block = block.replace(old, new)
    return block


@contextmanager
def nginx(upstream: str, directory: Path, *, strips: bool, changes: dict[str, str] | None = None) -> Iterator[Proxy]:
    """`upstream` is a host with a port; `changes` are texts of the document's block to be replaced."""
    proxy = Proxy(free_port())
    replacements = {
        "listen 80;": f"listen 127.0.0.1:{proxy.port};",
        f"http://{UPSTREAM};": f"http://{upstream}{'/' if strips else ''};",
        **(changes or {}),
    }
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"{kind}_temp_path {directory}/{kind};" for kind in kinds)
    configuration = directory / "nginx.conf"
    configuration.write_text(
        f"daemon off; master_process off; pid {directory}/nginx.pid; error_log stderr;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{temporary}\n{_with(block_of('nginx'), replacements)}\n}}\n"
    )
    program = found("nginx")
    assert program is not None
    # -e: it opens the log that it was built with before it reads where its log is.
    command = [program, "-e", "stderr", "-p", str(directory), "-c", str(configuration)]
    with _running(command, directory / "nginx.log", {}, proxy):
        yield proxy


@contextmanager
def caddy(upstream: str, directory: Path, *, strips: bool) -> Iterator[Proxy]:
    proxy = Proxy(free_port())
    replacements = {
        f"http://{NAME}": f"http://{NAME}:{proxy.port}",
        UPSTREAM: upstream,
        **({"handle ": "handle_path "} if strips else {}),
    }
    configuration = directory / "Caddyfile"
    configuration.write_text(
        f"{{\nadmin off\nauto_https off\ndefault_bind 127.0.0.1\n}}\n{_with(block_of('caddyfile'), replacements)}"
    )
    program = found("caddy")
    assert program is not None
    command = [program, "run", "--adapter", "caddyfile", "--config", str(configuration)]
    home = {"HOME": str(directory), "XDG_DATA_HOME": str(directory), "XDG_CONFIG_HOME": str(directory)}
    with _running(command, directory / "caddy.log", home, proxy):
        yield proxy


@contextmanager
def _running(command: list[str], log: Path, env: dict[str, str], proxy: Proxy) -> Iterator[None]:
    with log.open("ab") as output:
        process = subprocess.Popen(command, env={**os.environ, **env}, stdout=output, stderr=output, **TETHERED)
    try:
        _wait_until(lambda: _answers(proxy), process, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(DEADLINE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until(condition: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + DEADLINE
    while not condition():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


def _answers(proxy: Proxy) -> bool:
    try:
        return httpx2.get(proxy.address, headers=proxy.host, trust_env=False).status_code < 500
    except httpx2.TransportError:
        return False
