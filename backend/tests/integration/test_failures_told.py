"""A failure is kept in the roadmap's language, with what it takes to tell it in the language of any reader."""

from uuid import UUID, uuid4

from factories import finished
from httpx2 import AsyncClient
from integration.conftest import Desk, claim_of, problem_in
from sqlalchemy import null, text, update

from app.cli.watching.words import reason_of
from app.db.outline_store import OutlineStore
from app.db.tables import tasks
from app.domain.content.kind import ArtefactKind
from app.domain.failures import FailureCode, failure
from app.domain.ownership import Claim
from app.domain.usage import Usage
from app.generation.work import Batch
from app.reading.views import RoadmapView, TaskDetail

ROADMAPS = "/api/v1/roadmaps"
CHINESE = "模型用时超过 180 秒（GREENWAY_ARTEFACT_TIMEOUT）。"
ENGLISH = "The model took longer than 180 seconds (GREENWAY_ARTEFACT_TIMEOUT)."
DETAILS = {"seconds": 180}


async def drafting(api: AsyncClient, desk: Desk) -> Claim:
    """The claim of a draft for a Chinese learner."""
    created = (await api.post(ROADMAPS, json={"goal": "学习 SQL", "language": "zh-CN"})).json()
    claim = await claim_of(await desk.a_worker(), UUID(created["task_id"]))
    assert claim is not None
    return claim


async def generating(api: AsyncClient, desk: Desk) -> Claim:
    created = (await api.post(ROADMAPS, json={"goal": "学习 SQL", "language": "zh-CN"})).json()
    await desk.draft(UUID(created["task_id"]))
    approved = (await api.post(f"{ROADMAPS}/{created['roadmap_id']}/approve")).json()
    claim = await claim_of(await desk.a_worker(), UUID(approved["task_id"]))
    assert claim is not None
    return claim


def late(claim: Claim, *concept_ids: str) -> Batch:
    reason = failure(FailureCode.TIMEOUT, claim.language, **DETAILS)
    return Batch(
        artefacts=tuple(finished(one, kind, reason) for one in concept_ids for kind in ArtefactKind),
        finished=concept_ids,
    )


async def read(api: AsyncClient, claim: Claim) -> RoadmapView:
    return RoadmapView.model_validate((await api.get(f"{ROADMAPS}/{claim.roadmap_id}")).json())


async def test_artefacts_of_a_chinese_roadmap_fail_in_chinese_and_are_told_in_english(
    api: AsyncClient, desk: Desk
) -> None:
    claim = await generating(api, desk)
    store = desk.store(claim)
    await store.pending()
    (announced, *_) = await store.save(late(claim, "c0"))
    (shown, *_) = (await read(api, claim)).stages[0].modules[0].concepts[0].failures
    assert (shown.message, shown.details) == (CHINESE, DETAILS)
    assert reason_of(shown) == reason_of(announced) == ENGLISH  # type: ignore[arg-type]
    changed = announced.changes["concepts"][0]["artefacts"]["quiz"]["failure"]  # type: ignore[index]
    assert changed is not None and changed.details == DETAILS


async def test_a_run_of_a_chinese_roadmap_fails_in_chinese_and_is_told_in_english(api: AsyncClient, desk: Desk) -> None:
    claim = await generating(api, desk)
    store = desk.store(claim)
    await store.pending()
    await store.save(late(claim, "c0", "c1", "c2"))
    (event,) = await store.finish()
    error = (await read(api, claim)).task.error
    assert error is not None
    assert (error.message, error.details) == (CHINESE, DETAILS)
    assert reason_of(error) == reason_of(event) == ENGLISH  # type: ignore[arg-type]
    assert event.changes["task"]["error"] == {"code": "timeout", "message": CHINESE, "details": DETAILS}  # type: ignore[index]


async def test_a_draft_of_a_chinese_roadmap_fails_in_chinese_and_is_told_in_english(
    api: AsyncClient, desk: Desk
) -> None:
    claim = await drafting(api, desk)
    reason = failure(FailureCode.TIMEOUT, claim.language, **DETAILS)
    await OutlineStore(desk.sessions, claim).fail(reason, Usage(), None, save_id=uuid4())
    error = TaskDetail.model_validate((await api.get(f"/api/v1/tasks/{claim.task_id}")).json()).error
    assert error is not None
    assert (error.message, error.details, reason_of(error)) == (CHINESE, DETAILS, ENGLISH)


async def test_failures_that_were_stored_without_details_can_be_read(api: AsyncClient, desk: Desk) -> None:
    claim = await generating(api, desk)
    store = desk.store(claim)
    await store.pending()
    await store.save(late(claim, "c0", "c1", "c2"))
    await store.finish()
    older = text("UPDATE concepts SET artefacts = artefacts #- '{quiz,failure,details}'")
    await desk.execute(lambda session: session.execute(older))
    await desk.execute(lambda session: session.execute(update(tasks).values(error_details=null())))
    roadmap = await read(api, claim)
    quiz = roadmap.stages[0].modules[0].concepts[0].artefacts[ArtefactKind.QUIZ]["failure"]
    assert quiz is not None and roadmap.task.error is not None
    assert reason_of(quiz) == reason_of(roadmap.task.error) == CHINESE
    assert (await api.get(f"{ROADMAPS}/{claim.roadmap_id}/export")).status_code == 200
    assert (await api.post(f"{ROADMAPS}/{claim.roadmap_id}/retry")).status_code == 202


async def test_a_document_has_the_details_and_an_import_bounds_them(api: AsyncClient, desk: Desk) -> None:
    claim = await generating(api, desk)
    store = desk.store(claim)
    await store.pending()
    await store.save(late(claim, "c0", "c1", "c2"))
    await store.finish()
    document = (await api.get(f"{ROADMAPS}/{claim.roadmap_id}/export")).json()
    imported = (await api.post(f"{ROADMAPS}/import", json=document)).json()
    roadmap = RoadmapView.model_validate((await api.get(f"{ROADMAPS}/{imported['roadmap_id']}")).json())
    assert roadmap.task.error is not None
    assert roadmap.task.error.details == roadmap.stages[0].modules[0].concepts[0].failures[0].details == DETAILS
    for details in ({str(number): number for number in range(11)}, {"n" * 51: 1}, {"limit": "x" * 2001}, {"a": [1]}):
        document["failure"]["details"] = details
        problem_in(await api.post(f"{ROADMAPS}/import", json=document), 422, "invalid_input")
    del document["failure"]["details"]
    assert (await api.post(f"{ROADMAPS}/import", json=document)).status_code == 201
