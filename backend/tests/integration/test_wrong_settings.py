"""Every process that is started with a wrong setting ends at once, with one sentence that names it."""

import sys
from pathlib import Path

import pytest
from processes import greenway, run

CELERY = [sys.executable, "-m", "celery", "-A", "app.core.celery_app", "worker", "--queues=content_generation"]
NOWHERE = {"DATABASE_URL": "postgresql://u:p@127.0.0.1:1/d", "REDIS_URL": "redis://127.0.0.1:1/0"}
WRONG = {
    "GREENWAY_MODLE": "builtin:outline",
    "DATABASE_URL": "mysql://h/d",
    "REDIS_URL": "http://h",
    "OPENAI_API_KEY": "ключ",
}
MODEL = {"GREENWAY_MODEL": "openai:m", "OPENAI_API_KEY": "k"}


@pytest.mark.parametrize(("pool", "name"), [*(("prefork", name) for name in WRONG), ("threads", "OPENAI_API_KEY")])
def test_celerys_own_command_line(tmp_path: Path, pool: str, name: str) -> None:
    finished = run(tmp_path, [*CELERY, f"--pool={pool}"], **NOWHERE | MODEL | {name: WRONG[name]})
    sentence = finished.err.splitlines()[-1]  # before it, Celery may warn of root
    assert (finished.code, finished.out) == (1, "")
    assert sentence.startswith("greenway: ")
    assert name in sentence
    assert "Traceback" not in finished.err


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("command", ["up", "api", "worker"])
def test_the_commands_that_run_greenway(tmp_path: Path, command: str, name: str) -> None:
    finished = greenway(tmp_path, command, **NOWHERE | MODEL | {name: WRONG[name]})
    assert finished.is_one_sentence, finished
    assert name in finished.err


ENCODED = {
    "a mark at the beginning": b"\xef\xbb\xbfGREENWAY_MODLE=1\n",
    "lines of Windows": b"# a comment\r\nGREENWAY_MODLE=1\r\n",
    "a NUL": b"GREENWAY_MODLE=1\0\n",
    "Latin-1": b"GREENWAY_MODLE=\xe9\n",
    "UTF-16": "GREENWAY_MODLE=1\n".encode("utf-16"),
    "random bytes": bytes(range(256)),
}


@pytest.mark.parametrize("content", ENCODED.values(), ids=ENCODED)
def test_a_dotenv_in_any_encoding_is_read_or_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".env").write_bytes(content)
    finished = greenway(tmp_path, "list")
    assert finished.is_one_sentence, finished
    assert "GREENWAY_MODLE" in finished.err or ".env" in finished.err


def test_what_a_dotenv_of_windows_says_is_taken_without_its_line_ends(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfGREENWAY_URL=http://127.0.0.1:1\r\nGREENWAY_TOKEN=t\r\n")
    finished = greenway(tmp_path, "list")
    assert finished.err.startswith("greenway: Greenway is not responding at http://127.0.0.1:1;")
