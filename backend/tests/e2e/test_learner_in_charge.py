"""What a learner does from the command line, from the draft to a restored quiz, over real processes."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from e2e.cluster import Client, Cluster, concepts_of, ready
from terminals import Outcome, Terminal


@pytest.fixture
def terminal(cluster: Cluster, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    monkeypatch.setenv("GREENWAY_URL", cluster.url)
    return Terminal(monkeypatch, capsys)


async def done(terminal: Terminal, *arguments: str) -> str:
    """What a command that succeeds prints."""
    outcome = await terminal.greenway(*arguments)
    assert (outcome.code, outcome.err) == (0, ""), arguments
    return outcome.out.strip()


async def refused(terminal: Terminal, *arguments: str) -> str:
    outcome: Outcome = await terminal.greenway(*arguments)
    assert (outcome.code, outcome.out) == (1, ""), arguments
    assert outcome.err.startswith("greenway: ")
    assert outcome.err.count("\n") == 1
    return outcome.err


@pytest.mark.slow
async def test_a_learner_edits_steers_and_keeps_a_roadmap(cluster: Cluster, terminal: Terminal, tmp_path: Path) -> None:
    ready(cluster.start_worker(GREENWAY_BUILTIN_PACE="0.6", GREENWAY_CONCEPT_CONCURRENCY="2"))
    async with cluster.client() as client:
        roadmap_id = await done(terminal, "create", "Learn Python programming", "--concepts", "20")
        await client.until_status(roadmap_id, "awaiting_review")

        # The outline: rename two, remove one, ask for two more, undo.
        assert "~ renamed concept: Loops" in await done(terminal, "rename", roadmap_id, "while loops", "Loops")
        await done(terminal, "rename", roadmap_id, "Lists", "Lists and slices")
        assert "- removed concept: Type hints" in await done(terminal, "remove", roadmap_id, "type hints")
        assert (await done(terminal, "revise", roadmap_id, "two more about testing")).count("+ added concept") == 2
        assert "“sing a song”" in await refused(terminal, "revise", roadmap_id, "sing a song")
        assert "19 concepts" in await done(terminal, "undo", roadmap_id)
        assert "21 concepts" in await done(terminal, "redo", roadmap_id)
        assert "More than one concept matches" in await refused(terminal, "remove", roadmap_id, "and")
        assert "no concept 'Cobol'" in await refused(terminal, "remove", roadmap_id, "Cobol")
        shown = await done(terminal, "show", roadmap_id)
        assert "Lists and slices" in shown
        assert "Type hints" not in shown

        # The run: the last concept first, pause, resume, cancel, retry.
        await done(terminal, "approve", roadmap_id)
        last = concepts_of(await client.read(roadmap_id))[-1]["concept_id"]
        await done(terminal, "prioritise", roadmap_id, last)
        started = [event["concept_id"] for event in await until_started(client.cluster, roadmap_id, last)]
        assert len(started) < 20, "the last concept of the outline has not been preferred"
        await done(terminal, "pause", roadmap_id)
        paused = await at_rest(client, roadmap_id)
        assert paused["status"] == "paused"
        assert paused["progress"]["pending"] > 0
        assert "cannot be paused" in await refused(terminal, "pause", roadmap_id)
        await done(terminal, "resume", roadmap_id)
        await client.until(
            roadmap_id, lambda roadmap: roadmap["progress"]["completed"] > paused["progress"]["completed"]
        )
        await done(terminal, "cancel", roadmap_id)
        kept = tutorials(await client.read(roadmap_id))
        outcome = await terminal.greenway("retry", roadmap_id, "--watch")
        assert outcome.code == 0
        completed = await client.until_status(roadmap_id, "completed")
        assert kept.items() <= tutorials(completed).items()

        # A quiz again, and the old one back.
        await done(terminal, "regenerate", roadmap_id, last, "--artefact", "quiz", "--instructions", "Harder.")
        again = await client.until_status(roadmap_id, "completed")
        quizzes = [line for line in (await done(terminal, "versions", roadmap_id, last)).splitlines() if "quiz" in line]
        assert [line[0] for line in quizzes] == ["*", " "]
        await done(terminal, "restore", roadmap_id, last, "--artefact", "quiz", "--version", "1")
        restored = await client.read(roadmap_id)
        assert concepts_of(restored) == concepts_of(completed) != concepts_of(again)

        # Out, in, away and back.
        file = tmp_path / "roadmap.json"
        await done(terminal, "export", roadmap_id, "--output", str(file))
        other = await done(terminal, "import", str(file))
        assert json.loads(await done(terminal, "export", other)) == json.loads(file.read_bytes())
        await done(terminal, "delete", roadmap_id)
        assert roadmap_id not in await done(terminal, "list", "--search", "python")
        assert roadmap_id in await done(terminal, "list", "--trash")
        await done(terminal, "undelete", roadmap_id)
        assert roadmap_id in await done(terminal, "list", "--status", "completed")


def tutorials(roadmap: dict[str, Any]) -> dict[str, str]:
    concepts = concepts_of(roadmap)
    return {concept["concept_id"]: concept["tutorial_id"] for concept in concepts if concept["tutorial_id"]}


async def at_rest(client: Client, roadmap_id: str) -> dict[str, Any]:
    """The roadmap once nothing has happened to it for two sweeps of its worker."""
    before: dict[str, Any] = {}
    while before.get("seq") != (roadmap := await client.read(roadmap_id))["seq"]:
        before = roadmap
        await asyncio.sleep(2.5)
    return roadmap


async def until_started(cluster: Cluster, roadmap_id: str, concept_id: str) -> list[dict[str, str]]:
    """The starts of concepts, in their order, until the given one."""
    starts: list[dict[str, str]] = []
    async with cluster.client() as client, client.socket(roadmap_id, since=0) as socket, asyncio.timeout(60):
        while not starts or starts[-1]["concept_id"] != concept_id:
            frame = json.loads(await socket.recv())
            if frame["type"] == "concept_start":
                starts.append(frame)
    return starts
