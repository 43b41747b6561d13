"""What content will take is said before it is approved."""

from dataclasses import replace

from factories import an_outline, finished
from httpx2 import AsyncClient
from integration.conftest import Desk

from app.agents.assumed import ASSUMED
from app.agents.estimating import Estimator
from app.agents.factory import estimator_of
from app.core.settings import Settings
from app.domain.content.kind import ArtefactKind
from app.domain.usage import Usage
from app.domain.viewer import LOCAL_VIEWER
from app.generation.work import Batch, FinishedArtefact

MISSING = dict.fromkeys(ArtefactKind, 10)


def of(**settings: object) -> Estimator:
    return estimator_of(Settings.model_validate(settings))


async def test_the_built_in_author_costs_nothing(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await desk.drafted(an_outline(10))
    body = (await api.get(f"/api/v1/roadmaps/{roadmap_id}/estimate")).json()
    minutes = body.pop("minutes")
    assert body == {
        "author": "builtin:outline",
        "calls": 0,
        "input_tokens": 0,
        "output_tokens": 0,
        "cost_usd": 0.0,
        "unpriced": False,
    }
    assert minutes >= 0


async def test_without_an_outline_nothing_can_be_estimated(api: AsyncClient) -> None:
    created = (await api.post("/api/v1/roadmaps", json={"goal": "Learn to sail"})).json()
    answer = await api.get(f"/api/v1/roadmaps/{created['roadmap_id']}/estimate")
    assert answer.status_code == 409
    assert (await api.get("/api/v1/roadmaps/01a20ab3-d6a7-7195-a28e-a24a65ae4aaf/estimate")).status_code == 404


def test_a_known_model_has_a_price() -> None:
    estimate = of(GREENWAY_MODEL="openai:gpt-5-mini", OPENAI_API_KEY="k").estimate(MISSING, {})
    assert estimate.calls == 30
    assert estimate.output_tokens == 10 * sum(usage.output_tokens for usage in ASSUMED.values())
    assert estimate.cost_usd is not None and estimate.cost_usd > 0
    assert estimate.minutes > 0


def test_an_unknown_model_has_none_and_a_local_one_is_free() -> None:
    unknown = of(GREENWAY_MODEL="openai:nobody-knows-this", OPENAI_API_KEY="k")
    assert unknown.estimate(MISSING, {}).cost_usd is None
    assert of(GREENWAY_MODEL="ollama:qwen3").estimate(MISSING, {}).cost_usd == 0


def test_a_slower_machine_takes_longer() -> None:
    local, service = of(GREENWAY_MODEL="ollama:qwen3"), of(GREENWAY_MODEL="openai:gpt-5", OPENAI_API_KEY="k")
    assert local.estimate(MISSING, {}).minutes > service.estimate(MISSING, {}).minutes


def test_what_the_author_has_taken_before_replaces_what_is_assumed() -> None:
    estimator = of(GREENWAY_MODEL="ollama:qwen3")
    taken = {ArtefactKind.QUIZ: Usage(calls=2, input_tokens=10, output_tokens=10)}
    only_quizzes = {ArtefactKind.QUIZ: 4}
    assert estimator.estimate(only_quizzes, taken).calls == 8
    assert estimator.estimate(only_quizzes, taken).output_tokens == 40


async def test_what_has_been_written_is_not_estimated_again_and_teaches(desk: Desk) -> None:
    claim, _ = await desk.claimed(an_outline(12))
    store = desk.store(claim)
    await store.pending()
    usage = Usage(calls=1, input_tokens=100, output_tokens=300)
    artefacts = [
        FinishedArtefact(
            concept_id=f"c{number}",
            kind=kind,
            delivery=replace(finished("c0", kind).delivery, author="openai:gpt-5", usage=usage),
        )
        for number in range(11)
        for kind in ArtefactKind
    ]
    await store.save(Batch(artefacts=tuple(artefacts), finished=tuple(f"c{number}" for number in range(11))))

    settings = Settings.model_validate({"GREENWAY_MODEL": "openai:gpt-5", "OPENAI_API_KEY": "k"})
    estimate = await desk.readers_with(settings).estimates.estimate(LOCAL_VIEWER, claim.roadmap_id)
    assert (estimate.calls, estimate.input_tokens, estimate.output_tokens) == (3, 300, 900)
