"""Goals and roadmaps from files and from standard input, however an editor has encoded them."""

import io
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from factories import an_outline
from fakes_api import FakeApi, serving
from terminals import Terminal
from watched_runs import ROADMAP, Run

from app.cli import text_files

SYLLABUS = "Week 1: 日语\n\nWeek 2: Ελληνικά\n" + "x" * 1064
ENCODED = {
    "plain": SYLLABUS.encode(),
    "with a byte order mark": SYLLABUS.encode("utf-8-sig"),
    "UTF-16": SYLLABUS.encode("utf-16"),
}


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    async with serving(FakeApi(Run(an_outline(3)).drafted(), seen=1)) as serving_api:
        yield serving_api


@pytest.fixture
def terminal(api: FakeApi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    monkeypatch.setenv("GREENWAY_URL", api.url)
    return Terminal(monkeypatch, capsys)


def typed_in(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize("encoding", ENCODED)
async def test_a_goal_from_a_file_keeps_all_its_lines(
    api: FakeApi, terminal: Terminal, tmp_path: Path, encoding: str
) -> None:
    file = tmp_path / "syllabus.txt"
    file.write_bytes(ENCODED[encoding])
    outcome = await terminal.greenway("create", "--goal-file", str(file))
    assert (outcome.code, outcome.out) == (0, f"{ROADMAP}\n")
    assert [request["goal"] for request in api.requests] == [SYLLABUS]


@pytest.mark.parametrize("arguments", [["-"], ["--goal-file", "-"]], ids=" ".join)
async def test_a_goal_from_standard_input(
    api: FakeApi, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, arguments: list[str]
) -> None:
    typed_in(monkeypatch, SYLLABUS.encode())
    outcome = await terminal.greenway("create", *arguments)
    assert (outcome.code, outcome.out) == (0, f"{ROADMAP}\n")
    assert [request["goal"] for request in api.requests] == [SYLLABUS]


@pytest.mark.parametrize("arguments", [[], ["SQL", "--goal-file", "-"]], ids=["none", "two"])
async def test_one_goal_is_needed(api: FakeApi, terminal: Terminal, arguments: list[str]) -> None:
    outcome = await terminal.greenway("create", *arguments)
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == "greenway: Give either a goal or a file with --goal-file.\n"
    assert api.requests == []


async def test_a_goal_that_is_no_text_is_told_where(api: FakeApi, terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "syllabus.txt"
    file.write_bytes(b"Week 1\nWeek \xff\n")
    outcome = await terminal.greenway("create", "--goal-file", str(file))
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == f"greenway: '{file}' is not UTF-8 text: line 2 contains invalid bytes.\n"
    assert api.requests == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("is_typed", [False, True], ids=["file", "standard input"])
async def test_a_roadmap_is_imported_with_a_byte_order_mark_and_windows_line_ends(
    api: FakeApi,
    terminal: Terminal,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    encoding: str,
    is_typed: bool,
) -> None:
    document = {"format": "greenway-roadmap", "title": "日语"}
    data = json.dumps(document, indent=2, ensure_ascii=False).replace("\n", "\r\n").encode(encoding)
    (tmp_path / "roadmap.json").write_bytes(data)
    typed_in(monkeypatch, data)
    api.anything = {"roadmap_id": str(ROADMAP), "task_id": str(ROADMAP), "status": "completed"}
    outcome = await terminal.greenway("import", "-" if is_typed else str(tmp_path / "roadmap.json"))
    assert (outcome.code, outcome.out) == (0, f"{ROADMAP}\n")
    assert api.posted["/api/v1/roadmaps/import"] == document


async def test_standard_input_without_an_end_is_refused(
    api: FakeApi, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any) -> int:
            buffer[:] = bytes(len(buffer))
            return len(buffer)

    monkeypatch.setattr(text_files, "LONGEST_FILE", 100_000)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BufferedReader(Endless())))
    outcome = await terminal.greenway("create", "-")
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err == "greenway: Standard input cannot be read: it is longer than 100,000 bytes.\n"
    assert api.requests == []


@pytest.mark.parametrize("command", [["create", "--goal-file", "-"], ["import", "-"]], ids=lambda command: command[0])
async def test_standard_input_that_is_closed_is_told(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setattr("sys.stdin", None)
    outcome = await terminal.greenway(*command)
    assert (outcome.code, outcome.err) == (1, "greenway: Standard input is closed; there is nothing to read.\n")
