"""The commands that edit and steer: what they send, and one plain sentence for every fault."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from factories import an_outline
from fakes_api import FakeApi, serving
from starlette.responses import JSONResponse
from terminals import COMMANDS, Terminal
from watched_runs import ROADMAP, Run, after, as_answered

from app.domain.tasks import RoadmapStatus, TaskKind, TaskStatus
from app.domain.usage import Usage
from app.reading.views import ProgressView, TaskDetail, TaskErrorDetail

ID = str(ROADMAP)


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    run = Run(an_outline(3)).drafted().approved().writing("c0")
    async with serving(FakeApi(run, seen=4)) as serving_api:
        yield serving_api


@pytest.fixture
def terminal(api: FakeApi, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    monkeypatch.setenv("GREENWAY_URL", api.url)
    return Terminal(monkeypatch, capsys)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("status", [404, 409, 412, 429, 503])
async def test_a_refusal_is_passed_on_as_one_sentence(
    api: FakeApi, terminal: Terminal, command: list[str], status: int
) -> None:
    api.refusal = (status, "It is like \x1b[31mthis\nhere.")
    outcome = await terminal.greenway(*command)
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("greenway: It is like ")
    assert outcome.err.endswith("here.\n")
    assert "\x1b" not in outcome.err
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
async def test_nobody_answers(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    monkeypatch.setenv("GREENWAY_URL", "http://127.0.0.1:9")
    outcome = await terminal.greenway(*command)
    assert (outcome.code, outcome.out) == (1, "")
    assert outcome.err.startswith("greenway: Greenway is not responding at http://127.0.0.1:9")


async def test_an_imported_roadmap_says_so(api: FakeApi, terminal: Terminal) -> None:
    shown = as_answered(after(api.run.events)).model_dump(mode="json")
    assert "mported" not in (await terminal.greenway("show", ID)).out
    api.broken = JSONResponse(shown | {"imported_at": "2026-03-01T12:00:00Z"})
    assert "Imported on 2026-03-01" in (await terminal.greenway("show", ID)).out
    listed = shown | {"imported_at": "2026-03-01T12:00:00Z", "studied_at": shown["created_at"], "deleted_at": None}
    api.broken = JSONResponse({"items": [listed], "next_cursor": None})
    assert (await terminal.greenway("list")).out.endswith("(imported)\n")


async def test_an_id_that_is_none(terminal: Terminal) -> None:
    outcome = await terminal.greenway("pause", "seven")
    assert outcome.code == 2
    assert "ID" in outcome.err


async def test_a_file_that_is_not_there(terminal: Terminal, tmp_path: Path) -> None:
    outcome = await terminal.greenway("import", str(tmp_path / "none.json"))
    assert (outcome.code, outcome.out) == (1, "")
    assert "cannot be read: No such file or directory." in outcome.err


async def test_a_file_that_is_no_json(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Dear diary")
    outcome = await terminal.greenway("import", str(tmp_path / "notes.txt"))
    assert (outcome.code, outcome.out) == (1, "")
    assert "is not valid JSON (line 1, column 1" in outcome.err


async def test_a_folder_that_cannot_be_written_to(api: FakeApi, terminal: Terminal, tmp_path: Path) -> None:
    api.anything = {"format": "greenway-roadmap"}
    outcome = await terminal.greenway("export", ID, "--output", str(tmp_path / "no" / "such.json"))
    assert (outcome.code, outcome.out) == (1, "")
    assert "cannot be written: No such file or directory." in outcome.err


async def test_an_author_that_is_too_slow(api: FakeApi, terminal: Terminal) -> None:
    api.anything = a_task(TaskStatus.RUNNING)
    outcome = await terminal.greenway("revise", ID, "fewer", "--timeout", "1")
    assert (outcome.code, outcome.out) == (1, "")
    assert "did not answer within 1 seconds" in outcome.err


async def test_a_revision_that_failed_says_why(api: FakeApi, terminal: Terminal) -> None:
    api.anything = a_task(TaskStatus.FAILED, why="I did not understand.")
    outcome = await terminal.greenway("revise", ID, "sing")
    assert (outcome.code, outcome.err) == (1, "greenway: I did not understand.\n")


async def test_a_revision_that_was_cancelled(api: FakeApi, terminal: Terminal) -> None:
    api.anything = a_task(TaskStatus.CANCELLED)
    outcome = await terminal.greenway("revise", ID, "sing")
    assert (outcome.code, outcome.err) == (1, "greenway: The revision was cancelled.\n")


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("Cobol\n", "The roadmap has no concept 'Cobol"),
        ("Concept", "More than one concept matches 'Concept': "),
    ],
)
async def test_a_concept_that_is_not_meant_clearly(terminal: Terminal, wanted: str, sentence: str) -> None:
    outcome = await terminal.greenway("remove", ID, wanted)
    assert (outcome.code, outcome.out) == (1, "")
    assert sentence in outcome.err


async def test_a_module_that_is_not_there(terminal: Terminal) -> None:
    outcome = await terminal.greenway("add", ID, "A new one", "--module", "nowhere")
    assert (outcome.code, outcome.out) == (1, "")
    assert "The roadmap has no module 'nowhere'" in outcome.err


def a_task(status: TaskStatus, *, why: str | None = None) -> dict[str, Any]:
    return TaskDetail(
        task_id=ROADMAP,
        roadmap_id=ROADMAP,
        kind=TaskKind.REVISE,
        status=status,
        returns_to=RoadmapStatus.AWAITING_REVIEW,
        usage=Usage(),
        error=TaskErrorDetail(code="not_understood", message=why, raw_answer=None) if why else None,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        started_at=None,
        ended_at=None,
        progress=ProgressView(total=3, completed=0, partial=0, failed=0, generating=0, pending=3),
    ).model_dump(mode="json")


async def test_a_search_shows_passages_with_what_reads_them(api: FakeApi, terminal: Terminal) -> None:
    item = {
        "roadmap_id": ID,
        "roadmap_title": "SQL\x1b[31m",
        "language": "en",
        "concept_id": "c0",
        "concept_name": "Concept 0",
        "source": "tutorial",
        "anchor": "section-1",
        "heading": {"text": "What it is", "matches": []},
        "excerpt": {"text": "An inner join\x1b[2J here.", "matches": [{"start": 9, "end": 13}]},
    }
    api.anything = {"items": [item, item], "complete": False}
    outcome = await terminal.greenway("search", "inner", "joins")
    passage = f"{ID}  c0\nSQL [31m › Concept 0 › What it is (tutorial)\n  An inner join [2J here.\n"
    assert (outcome.code, outcome.out) == (0, f"{passage}\n{passage}")
    assert "not everything is in the index yet" in outcome.err
    api.anything = {"items": [], "complete": True}
    assert (await terminal.greenway("search", "nothing")).code == 1
