"""A database of an earlier version is migrated, and reads as it did then; on both versions of PostgreSQL."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import orjson
import pytest
from databases import fresh_database
from debian_servers import postgres_15
from factories import a_batch
from integration.conftest import Desk, claim_of
from recordings import ANSWERS, RECORDED, as_known, as_version_1, load_recorded_database, recorded_json

from app.commands.quizzes import Quizzes
from app.commands.unit import UnitOfWork
from app.db.migrate import upgrade
from app.domain.content.kind import ArtefactKind
from app.domain.packed_roadmap import written
from app.domain.viewer import LOCAL_VIEWER
from app.embedded.postgres import EmbeddedPostgres

THEN = recorded_json(ANSWERS)
ROADMAPS: dict[str, dict[str, Any]] = THEN["roadmaps"]

every_roadmap = pytest.mark.parametrize("name", ROADMAPS)


def id_of(name: str) -> UUID:
    return UUID(THEN["ids"][name])


@pytest.fixture(scope="module", params=["embedded", "postgresql-15"])
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """A server on which databases can be made: the address of one of them."""
    if request.param == "embedded":
        postgres: EmbeddedPostgres = request.getfixturevalue("postgres")
        yield postgres.url
    else:
        request.getfixturevalue("debian_servers")
        with postgres_15() as url:
            yield url


@pytest.fixture(scope="module")
def migrated_recording(server: str) -> Iterator[str]:
    """The recorded database with the current schema, which nobody uses: a template for others."""
    with fresh_database(f"{server.rpartition('/')[0]}/template0") as url:
        load_recorded_database(url)
        upgrade(url)
        yield url


@pytest.fixture
def database_url(migrated_recording: str) -> Iterator[str]:
    """What `desk` works on."""
    with fresh_database(migrated_recording) as url:
        yield url


@every_roadmap
async def test_a_roadmap_reads_as_it_did(name: str, desk: Desk) -> None:
    then = ROADMAPS[name]["roadmap"]
    now = orjson.loads((await desk.read.roadmaps.roadmap(LOCAL_VIEWER, id_of(name))).body)
    assert as_known(now, then) == then


@every_roadmap
async def test_the_history_of_an_outline_reads_as_it_did(name: str, desk: Desk) -> None:
    then = ROADMAPS[name]["revisions"]
    now = orjson.loads(await desk.read.revisions.history(LOCAL_VIEWER, id_of(name)))["items"]
    assert as_known(now, then) == then


@every_roadmap
async def test_concepts_and_all_versions_of_their_artefacts_read_as_they_did(name: str, desk: Desk) -> None:
    then = ROADMAPS[name]["concepts"]
    now = {concept_id: await read_concept(desk, id_of(name), concept_id) for concept_id in then}
    assert as_known(now, then) == then


async def read_concept(desk: Desk, roadmap_id: UUID, concept_id: str) -> dict[str, Any]:
    """A concept in the shape in which it was recorded: `older` has the artefacts that are not the current ones, by
    version, `marked` what an answer to nothing tells of its quiz."""
    detail = await desk.concept(roadmap_id, concept_id)
    listed = await desk.read.concepts.versions(LOCAL_VIEWER, roadmap_id, concept_id)
    versions = listed.model_dump(mode="json")["items"]
    older: dict[str, dict[str, Any]] = {}
    for number in sorted({one["version"] for one in versions if not one["current"]}):
        read = await desk.read.concepts.concept(LOCAL_VIEWER, roadmap_id, concept_id, version=number)
        artefacts = {kind.value: artefact for kind in ArtefactKind if (artefact := orjson.loads(read)[kind])}
        older[str(number)] = {kind: one for kind, one in artefacts.items() if one != detail[kind]}
    return {
        "detail": detail,
        "versions": versions,
        "older": older,
        "marked": await marked(desk, roadmap_id, concept_id) if detail["quiz"] else None,
    }


async def marked(desk: Desk, roadmap_id: UUID, concept_id: str) -> dict[str, Any]:
    quizzes = Quizzes(UnitOfWork(desk.sessions, desk.doorbell, desk.events))
    answered = await quizzes.attempt(LOCAL_VIEWER, roadmap_id, concept_id, answers={}, quiz_id=None)
    shown: dict[str, Any] = orjson.loads(orjson.dumps(answered))
    return shown


@pytest.mark.parametrize(("shelf", "trash"), [("listed", False), ("trash", True)])
async def test_lists_read_as_they_did(shelf: str, trash: bool, desk: Desk) -> None:
    then = THEN[shelf]
    page = await desk.read.roadmaps.list(LOCAL_VIEWER, cursor=None, limit=100, trash=trash)
    assert as_known(page.model_dump(mode="json")["items"], then) == then


async def test_what_comes_back_from_the_trash_has_its_content(desk: Desk) -> None:
    await desk.roadmaps.restore(LOCAL_VIEWER, id_of("trash"))
    for concept_id, then in ROADMAPS["cancelled"]["concepts"].items():
        copy = await desk.concept(id_of("trash"), concept_id)
        for kind in ArtefactKind:
            assert body_of(copy, kind) == body_of(then["detail"], kind)


def body_of(concept: dict[str, Any], kind: ArtefactKind) -> dict[str, Any] | None:
    """An artefact without what differs between copies."""
    artefact: dict[str, Any] | None = concept[kind]
    return artefact and {name: artefact[name] for name in artefact.keys() - {f"{kind}_id", "imported"}}


@pytest.mark.parametrize("name", ["completed", "cancelled"])
async def test_the_exported_file_is_the_one_of_then(name: str, desk: Desk) -> None:
    """It holds what the API does not show: removed concepts, and the outlines of all revisions."""
    then = recorded_json(RECORDED / f"export_1_{name}.json")
    now = orjson.loads(b"".join(written(await desk.read.packed.pack(LOCAL_VIEWER, id_of(name)))))
    assert as_known(as_version_1(now), then) == then


async def test_a_removed_concept_comes_back_with_its_content(desk: Desk) -> None:
    file = recorded_json(RECORDED / "export_1_completed.json")
    [then] = [concept for concept in file["concepts"] if concept["removed"]]
    await desk.outlines.undo(LOCAL_VIEWER, id_of("completed"), if_match=None)
    now = await desk.concept(id_of("completed"), then["concept_id"])
    assert [now[kind]["version"] for kind in ArtefactKind] == [then[kind]["current"] for kind in ArtefactKind]
    assert now["tutorial"]["sections"] == then["tutorial"]["versions"][0]["body"]["sections"]


async def test_a_paused_regeneration_goes_on_and_counts_the_versions_on(desk: Desk) -> None:
    roadmap_id = id_of("regenerating")
    worker = await desk.a_worker()
    claim = await claim_of(worker, await desk.steering.resume(LOCAL_VIEWER, roadmap_id))
    assert claim is not None
    store = desk.store(claim)
    [waiting] = (await store.pending()).concepts
    assert waiting.brief.concept.concept_id == "c1"
    assert {waiting.brief_for(kind).instructions for kind in waiting.missing} == {"Write it in rhyme."}
    await store.save(a_batch("c1"))
    await store.finish()
    versions = (await desk.read.concepts.versions(LOCAL_VIEWER, roadmap_id, "c1")).items
    assert [(one.artefact, one.version, one.current) for one in versions] == [
        (kind, version, version == 2) for kind in ArtefactKind for version in (2, 1)
    ]
