"""Real commands in a directory whose `.env` wants the secrets of the environment: none of them says a word to it."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

BACKEND = str(Path(__file__).parents[2])
COMMANDS = {
    "doctor": ("doctor",),
    "list": ("list",),
    "api": ("api", "--port", "1"),
    "worker": ("worker",),
    "migrate": ("migrate",),
    "up": ("up", "--data-dir", "data"),
}


@contextmanager
def somebody() -> Iterator[tuple[str, socket.socket]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield f"http://127.0.0.1:{server.getsockname()[1]}", server


def was_called(server: socket.socket) -> bool:
    try:
        server.accept()
    except BlockingIOError:
        return False
    return True


def greenway(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}}
    return subprocess.run(
        [sys.executable, "-P", "-m", "app.cli", *arguments],
        env={**kept, "PYTHONPATH": BACKEND, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("secret", "address"), [("OPENAI_API_KEY", "OPENAI_BASE_URL"), ("GREENWAY_TOKEN", "GREENWAY_URL")]
)
def test_no_command_takes_a_secret_where_the_directory_says(command: str, secret: str, address: str) -> None:
    with somebody() as (url, server):
        servers = f"DATABASE_URL=postgresql://{url[7:]}/d\nREDIS_URL=redis://{url[7:]}\n"
        Path(".env").write_text(f"{servers}GREENWAY_MODEL=openai:m\n{address}={url}\n")
        ended = greenway(*COMMANDS[command], **{secret: "a-secret"})
        said = ended.stdout + ended.stderr
        assert not was_called(server)
    assert ended.returncode == 1
    assert f"{secret} is set in the environment, but {address} in .env" in said
    assert said.count("\n") == 1
    assert "a-secret" not in said
    assert not Path("data").exists()


def test_the_celery_worker_refuses_too() -> None:
    with somebody() as (url, server):
        Path(".env").write_text(f"OPENAI_BASE_URL={url}\nREDIS_URL=redis://{url[7:]}\nDATABASE_URL=postgresql://h/d\n")
        ended = subprocess.run(
            [sys.executable, "-P", "-m", "celery", "-A", "app.core.celery_app", "worker", "--pool=threads"],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": BACKEND, "OPENAI_API_KEY": "a-secret"},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert not was_called(server)
    assert ended.returncode != 0
    assert "OPENAI_BASE_URL in .env" in ended.stderr + ended.stdout


def test_list_asks_with_a_token_of_the_same_source() -> None:
    with somebody() as (url, server):
        server.settimeout(30)
        Path(".env").write_text(f"GREENWAY_URL={url}\nGREENWAY_TOKEN=a-token\n")
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "app.cli", "list"],
            env={"PATH": os.environ["PATH"], "PYTHONPATH": BACKEND},
            stderr=subprocess.PIPE,
        )
        with process, server.accept()[0] as caller:
            asked = caller.recv(4096)
            caller.close()
        assert b"bearer a-token" in asked.replace(b"Bearer", b"bearer")
