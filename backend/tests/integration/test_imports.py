"""What comes from a file says so and counts nowhere else; checking it takes a bounded amount of everything."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import orjson
import pytest
from factories import a_batch
from httpx2 import AsyncClient
from integration.conftest import Desk, generated, problem_in
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from app.commands import file_reader
from app.commands.file_reader import SMALL_FILE, FileReader
from app.commands.transfer import Transfer
from app.commands.unit import UnitOfWork
from app.core.errors import TooLarge
from app.db.repositories.roadmap_repo import RoadmapRepository
from app.db.session import safe_session_with_retry
from app.db.tables import tasks
from app.domain.base import new_id
from app.domain.content.kind import ArtefactKind
from app.domain.packed_roadmap import PackedRoadmap
from app.domain.usage import Usage
from app.domain.viewer import LOCAL_VIEWER

ROADMAPS = "/api/v1/roadmaps"
JSON = {"Content-Type": "application/json"}


async def exported(api: AsyncClient, desk: Desk) -> dict[str, Any]:
    roadmap_id = await generated(desk, a_batch("c0", "c1", "c2"))
    document: dict[str, Any] = (await api.get(f"{ROADMAPS}/{roadmap_id}/export")).json()
    return document


async def imported(api: AsyncClient, document: dict[str, Any]) -> str:
    answer = await api.post(f"{ROADMAPS}/import", json=document)
    assert answer.status_code == 201, answer.text
    return f"{ROADMAPS}/{answer.json()['roadmap_id']}"


def transfer(desk: Desk) -> Transfer:
    return Transfer(UnitOfWork(desk.sessions, desk.doorbell, desk.events), desk.read.packed)


async def test_what_was_imported_says_so_and_so_does_its_copy(api: AsyncClient, desk: Desk) -> None:
    own = await generated(desk, a_batch("c0", "c1", "c2"))
    assert (await api.get(f"{ROADMAPS}/{own}")).json()["imported_at"] is None
    other = await imported(api, (await api.get(f"{ROADMAPS}/{own}/export")).json())
    copy = (await api.post(f"{other}/duplicate")).json()["roadmap_id"]
    for address in (other, f"{ROADMAPS}/{copy}"):
        assert (await api.get(address)).json()["imported_at"]
        concept = (await api.get(f"{address}/concepts/c0")).json()
        assert all(concept[kind]["imported"] for kind in ArtefactKind)
        assert all(one["imported"] for one in (await api.get(f"{address}/concepts/c0/versions")).json()["items"])
    mine = (await api.get(f"{ROADMAPS}/{own}/concepts/c0")).json()
    assert not any(mine[kind]["imported"] for kind in ArtefactKind)


async def test_what_an_import_says_of_its_costs_counts_for_nobody_else(api: AsyncClient, desk: Desk) -> None:
    document = await exported(api, desk)
    versions = document["concepts"][0]["artefacts"]["quiz"]["versions"]
    dear = {"calls": 1000, "input_tokens": 10**9, "output_tokens": 10**9, "cost_usd": 1000.0}
    document["concepts"][0]["artefacts"]["quiz"]["versions"] = [
        versions[0] | {"version": number, "usage": dear} for number in range(1, 21)
    ]
    await imported(api, document)

    async def typical(session: AsyncSession) -> Usage | None:
        return await RoadmapRepository(session).typical_usage(ArtefactKind.QUIZ, versions[0]["author"])

    assert await safe_session_with_retry(desk.sessions, typical) is None


@pytest.mark.parametrize("usage", [{"calls": 2**40}, {"cost_usd": -1}, {"cost_usd": float("nan")}])
async def test_costs_that_cannot_be_true_are_refused(usage: dict[str, Any], api: AsyncClient, desk: Desk) -> None:
    document = await exported(api, desk) | {"usage": usage}
    refused = await api.post(f"{ROADMAPS}/import", content=json.dumps(document), headers=JSON)
    assert problem_in(refused, 422, "invalid_input")["errors"][0]["field"] == f"usage.{next(iter(usage))}"


async def test_what_is_stored_is_read_whatever_it_is(api: AsyncClient, desk: Desk) -> None:
    """It may have been stored before there were bounds."""
    roadmap_id = await generated(desk, a_batch("c0", "c1", "c2"))
    stored = await desk.read.packed.pack(LOCAL_VIEWER, roadmap_id)
    quiz = next(one for one in stored.versions if one.kind == ArtefactKind.QUIZ)
    absurd = {"calls": 2**62, "input_tokens": -1, "output_tokens": None, "cost_usd": None}
    versions = [replace(quiz, id=new_id(), version=number, usage=absurd, prompt="p" * 5000) for number in range(2, 300)]
    old: PackedRoadmap = replace(
        stored,
        request=stored.request | {"content_preference": ["text"] * 1000, "deadline": "9999-12-31"},
        versions=(*stored.versions, *versions),
        author="a" * 5000,
    )
    ids = {one.id: new_id() for one in old.versions}
    shown = []
    for concept in old.concepts:
        state = concept.content
        artefacts = {kind: replace(one, id=one.id and ids[one.id]) for kind, one in state.artefacts.items()}
        shown.append(replace(concept, content=replace(state, artefacts=artefacts)))
    old = replace(old, concepts=tuple(shown), versions=tuple(replace(one, id=ids[one.id]) for one in old.versions))
    created = await transfer(desk).take_in(LOCAL_VIEWER, old)

    async def never_a_number(session: AsyncSession) -> None:
        await session.execute(update(tasks).where(tasks.c.id == created.task_id).values(cost_usd=float("nan")))

    await desk.execute(never_a_number)
    address = f"{ROADMAPS}/{created.roadmap_id}"
    for path in ("", "/concepts/c0", "/concepts/c0/versions", "/revisions", "/estimate", "/export"):
        answer = await api.get(f"{address}{path}")
        assert answer.status_code == 200, (path, answer.text)
    assert (await api.post(f"{address}/duplicate")).status_code == 201
    assert (await api.get(ROADMAPS)).status_code == 200


async def test_a_large_file_is_checked_elsewhere_and_gives_the_same(api: AsyncClient, desk: Desk) -> None:
    document = await exported(api, desk)
    body = document["concepts"][0]["artefacts"]["tutorial"]["versions"][0]["body"]
    body["sections"] = [{"heading": "Heading", "markdown": "Words. " * 2000}] * 10
    assert len(orjson.dumps(document)) > SMALL_FILE
    other = await imported(api, document)
    again = (await api.get(f"{other}/export")).json()
    assert again["concepts"] == document["concepts"]
    body["sections"][0] = {"heading": "NUL \x00", "markdown": ""}
    problem = problem_in(await api.post(f"{ROADMAPS}/import", json=document), 422, "invalid_input")
    assert problem["errors"][0]["field"] == "concepts.0.artefacts.tutorial.versions.0.body.sections.0.heading"


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ([], "not a roadmap"),
        ("text", "not a roadmap"),
        ({"format": "another"}, "not a roadmap"),
        ({"format": "greenway-roadmap", "version": 3, "novel": True}, "version 3"),
    ],
)
async def test_what_is_no_roadmap_or_of_a_later_version_is_told_as_that(
    document: object, said: str, api: AsyncClient
) -> None:
    problem = problem_in(await api.post(f"{ROADMAPS}/import", json=document), 422, "invalid_input")
    assert said in problem["detail"]


async def test_an_artefact_that_is_too_large_is_refused_by_its_place_and_the_limits_name(
    api: AsyncClient, desk: Desk
) -> None:
    document = await exported(api, desk)
    body = document["concepts"][0]["artefacts"]["tutorial"]["versions"][0]["body"]
    body["sections"] = [{"heading": "Heading", "markdown": "x" * 15_000}] * 200
    problem = problem_in(await api.post(f"{ROADMAPS}/import", json=document), 422, "invalid_input")
    assert problem["errors"][0]["field"] == "concepts.0.artefacts.tutorial.versions.0"
    assert "MAX_ARTEFACT_BYTES" in problem["errors"][0]["message"]


async def test_a_file_of_too_many_values_is_refused_by_the_limits_name(api: AsyncClient) -> None:
    content = b"[" + b"[]," * 6_000_001 + b"[]]"
    problem = problem_in(await api.post(f"{ROADMAPS}/import", content=content, headers=JSON), 413, "too_large")
    assert "MAX_FILE_VALUES" in problem["detail"]


async def chunks(content: bytes) -> AsyncIterator[bytes]:
    yield content


@pytest.mark.parametrize(
    "program",
    [
        "from app.services import file_checking as it; it.MAX_FILE_MEMORY = 300 * 1024**2; it.main()",
        "from app.services import file_checking as it; it.MAX_FILE_SECONDS = 1; it.check = lambda *a, **k: "
        "[0 for _ in iter(int, 1)]; it.main()",
        "import os; os.abort()",
    ],
)
async def test_a_file_that_takes_too_much_ends_its_check_and_nothing_else(
    program: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_reader, "_PROGRAM", program)
    content = b"[" + b",".join([b"[1]"] * 2_900_000) + b"]"
    with pytest.raises(TooLarge, match=r"MAX_FILE_MEMORY.*MAX_FILE_SECONDS"):
        await FileReader(max_concepts=300).read(chunks(content))


async def test_a_check_that_hangs_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(file_reader, "_PROGRAM", "import signal; signal.pause()")
    monkeypatch.setattr(file_reader, "LONGEST_WAIT", 0.5)
    with pytest.raises(TooLarge):
        await FileReader(max_concepts=300).read(chunks(b" " * (SMALL_FILE + 1)))


async def test_the_check_is_given_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    program = (
        "import os, pickle, sys; from app.commands.file_checking import LimitExceeded;"
        "pickle.dump(LimitExceeded(message=' '.join(sorted(os.environ))), sys.stdout.buffer)"
    )
    monkeypatch.setattr(file_reader, "_PROGRAM", program)
    with pytest.raises(TooLarge) as refused:
        await FileReader(max_concepts=300).read(chunks(b" " * (SMALL_FILE + 1)))
    assert {"PYTHONPATH", "PATH"} <= set(refused.value.message.split())
    assert "OPENAI_API_KEY" not in refused.value.message


async def test_the_loop_goes_on_while_a_file_is_checked(api: AsyncClient) -> None:
    content = b"[" + b",".join([b"[1]"] * 1_000_000) + b"]"
    checking = asyncio.ensure_future(api.post(f"{ROADMAPS}/import", content=content, headers=JSON))
    assert (await api.get("/health")).status_code == 200
    assert not checking.done()
    assert (await checking).status_code == 422
