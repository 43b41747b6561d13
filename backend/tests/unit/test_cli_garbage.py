"""Whatever is typed, and whatever answers: a command ends with a sentence and an exit code, never with a traceback."""

import asyncio
import gzip
import json
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from terminals import COMMANDS, ID, Outcome, Terminal
from watched_runs import Run, after, as_answered

EVERY_COMMAND = [
    *COMMANDS,
    ["create", "Learn SQL"],
    ["read", ID, "c0"],
    ["learned", ID, "c0"],
    ["watch", ID],
    ["import", "document.json"],
]
ROADMAP_AS_JSON = as_answered(after(Run().drafted().events)).model_dump(mode="json")


def http(body: bytes | str, status: str = "200 OK", *, length: int | None = None, **headers: str) -> bytes:
    content = body.encode() if isinstance(body, str) else body
    usual = {"content-type": "application/json", "content-length": str(len(content) if length is None else length)}
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in {**usual, **headers}.items()]
    return "\r\n".join([f"HTTP/1.1 {status}", *lines, "", ""]).encode() + content


def problem(status: str, **fields: Any) -> bytes:
    return http(json.dumps(fields), status, content_type="application/problem+json")


PAGE = "<!doctype html><title>Login</title><script>alert(1)</script>"
WHOLE = json.dumps(ROADMAP_AS_JSON)
GARBAGE = {
    "a page": http(PAGE, content_type="text/html"),
    "nothing at all": b"",
    "an empty body": http(""),
    "null": http("null"),
    "a number": http("1e999"),
    "a list": http("[]"),
    "an object": http("{}"),
    "no UTF-8": http(b'"\xff\xfe"'),
    "half a surrogate": http('{"items": "\\ud800"}'),
    "deep": http("[" * 100_000),
    "cut off": http(WHOLE[:500], length=500),
    "cut off by the connection": http(WHOLE[:500], length=len(WHOLE)),
    "other types": http(json.dumps(dict.fromkeys([*ROADMAP_AS_JSON, "items", "next_cursor"], 7))),
    "texts for everything": http(json.dumps(dict.fromkeys([*ROADMAP_AS_JSON, "items", "next_cursor"], "x"))),
    "no gzip": http("{}", content_encoding="gzip"),
    "cut gzip": http(gzip.compress(WHOLE.encode())[:50], content_encoding="gzip"),
    "another place": http("", "302 Found", location="http://elsewhere.example/"),
    "no place": http("", "302 Found", location="\x00"),
    "no content": http("", "204 No Content"),
    "a gateway's page": http(PAGE, "502 Bad Gateway", content_type="text/html"),
    "a refusal without words": http("", "403 Forbidden"),
    "a problem without words": problem("409 Conflict"),
    "a problem of numbers": problem("409 Conflict", detail=7, title=[1]),
    "a problem that steers the terminal": problem("409 Conflict", detail="No.\x1b[2J\n\u202eNo."),
    "a problem that is a list": http("[1]", "422 X", content_type="application/problem+json"),
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "a strange status": b"HTTP/1.1 999 \r\n\r\n",
    "bad headers": b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n{}",
}


class Garbage:
    """Answers every request with the same bytes, and closes the connection."""

    def __init__(self) -> None:
        self.wire = b""
        self.url = ""

    async def answer(self, reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(self.wire)
            await writer.drain()
        writer.close()


@pytest.fixture
async def garbage() -> AsyncIterator[Garbage]:
    garbage = Garbage()
    server = await asyncio.start_server(garbage.answer, "127.0.0.1", 0)
    garbage.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    yield garbage
    server.close()


@pytest.fixture
def terminal(
    garbage: Garbage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Terminal:
    monkeypatch.setenv("GREENWAY_URL", garbage.url)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "document.json").write_text("{}")
    return Terminal(monkeypatch, capsys)


def is_one_sentence(outcome: Outcome) -> bool:
    sentence = outcome.err.removesuffix("\n")
    ours = sentence.startswith("greenway: ") and "Something went wrong" not in sentence
    return ours and sentence.isprintable() and sentence.endswith(".") and outcome.code == 1


DIFFERENT = ["list", "show", "create", "export", "delete", "watch"]
"""Commands that read answers in ways of their own."""
TYPICAL = ["a page", "an object", "a gateway's page"]


@pytest.mark.parametrize("command", EVERY_COMMAND, ids=lambda command: command[0])
async def test_an_answer_that_is_garbage_is_told_in_one_sentence(
    garbage: Garbage, terminal: Terminal, command: list[str]
) -> None:
    bad = {}
    for name in GARBAGE if command[0] in DIFFERENT else TYPICAL:
        if (command[0], name) == ("delete", "no content"):
            continue
        garbage.wire = GARBAGE[name]
        outcome = await terminal.greenway(*command)
        if not is_one_sentence(outcome):
            bad[name] = outcome
    assert not bad


ODD = ["", " ", "-", "\n", "\udcff", "\x1b[2J", "п\u202e💥", "../..", "/dev/full", "%s{}", "1e999", "x" * 100_000]


@pytest.mark.parametrize("odd", ODD, ids=ascii)
async def test_odd_arguments_end_without_a_traceback(garbage: Garbage, terminal: Terminal, odd: str) -> None:
    """Each argument and option in turn is replaced by the odd one, while the API answers with a roadmap."""
    garbage.wire = http(WHOLE)
    bad = []
    for command in EVERY_COMMAND:
        if command[0] == "watch":
            continue
        for place in range(1, len(command) + 1):
            arguments = [*command[:place], odd, *command[place + 1 :]]
            outcome = await terminal.greenway(*arguments)
            wrong = outcome.code not in (0, 1, 2, 3) or (outcome.code == 1 and not is_one_sentence(outcome))
            if wrong or "Something went wrong" in outcome.err or "Traceback" in outcome.err:
                bad.append((arguments, outcome))
    assert not bad
