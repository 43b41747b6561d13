"""A worker whose author is a model: real processes, and a server that speaks OpenAI's protocol."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from e2e.cluster import Cluster, WorkerProcess, concepts_of, ready
from model_answers import form_of, good
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from processes import greenway
from scripted_model import Call, Reply, ScriptedModel, fault, running_in_thread

CONCEPTS = 8


def worker_with(cluster: Cluster, model: ScriptedModel, **settings: str) -> WorkerProcess:
    return ready(
        cluster.start_worker(
            GREENWAY_MODEL="openai:scripted",
            OPENAI_BASE_URL=model.base_url,
            GREENWAY_SEARCH="none",
            **settings,  # type: ignore[arg-type]
        )
    )


async def test_a_task_that_reaches_its_budget_is_paused(cluster: Cluster, tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text('["openai:scripted"]\ninput = 1000\noutput = 1000\n', encoding="utf-8")
    with running_in_thread(good) as model:
        worker_with(cluster, model, GREENWAY_MAX_COST_USD="1", GREENWAY_PRICES_FILE=str(prices))
        async with cluster.client() as client:
            roadmap_id = await client.create(concepts=30, auto_approve=True)
            roadmap = await client.until_status(roadmap_id, "paused")
        assert roadmap["task"]["error"]["code"] == "budget"
        assert 1 <= roadmap["task"]["usage"]["cost_usd"] <= 1 + 15 * 0.15
        assert roadmap["progress"]["pending"] > 0


@contextmanager
def collecting_spans() -> Iterator[tuple[str, list[str]]]:
    """An OTLP collector: its address, and the names of the spans that it got."""
    names: list[str] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") is None and self.path == "/v1/traces":
                request = ExportTraceServiceRequest.FromString(body)
                names.extend(
                    span.name for each in request.resource_spans for scope in each.scope_spans for span in scope.spans
                )
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """The test's output is not its log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", names
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def test_spans_of_tasks_and_calls_reach_a_collector(cluster: Cluster) -> None:
    with running_in_thread(good) as model, collecting_spans() as (endpoint, names):
        worker = worker_with(cluster, model, OTEL_EXPORTER_OTLP_ENDPOINT=endpoint)
        async with cluster.client() as client:
            await client.until_status(await client.create(concepts=3), "awaiting_review")
        assert worker.terminate() == 0
    counted = Counter(names)
    assert counted["greenway.task"] == 1
    assert sum(count for name, count in counted.items() if "scripted" in name) == len(model.calls)


async def test_the_doctor_asks_the_model(cluster: Cluster) -> None:
    with running_in_thread(good) as model:
        done = greenway(
            cluster.directory,
            "doctor",
            DATABASE_URL=cluster.database_url,
            REDIS_URL=cluster.redis_url,
            GREENWAY_MODEL="openai:scripted",
            OPENAI_BASE_URL=model.base_url,
            GREENWAY_URL=cluster.url,
        )
    said = done.line("model:")
    assert "answered in the requested form" in said
    assert "GREENWAY_CONCEPT_CONCURRENCY=2" in said


@dataclass
class Mood:
    """What the model does now, which a test may change."""

    answer: Callable[[Call], Reply] = good

    def __call__(self, call: Call) -> Reply:
        return self.answer(call)


@pytest.fixture(scope="module")
def shared_mood() -> Mood:
    return Mood()


@pytest.fixture(scope="module")
def shared_model(shared_mood: Mood) -> Iterator[ScriptedModel]:
    with running_in_thread(shared_mood) as model:
        yield model


@pytest.fixture(scope="module")
def with_worker(lonely_api: Cluster, shared_model: ScriptedModel) -> Cluster:
    """An API and a worker, for all tests that leave its settings alone; those with workers of their own stand above."""
    worker_with(lonely_api, shared_model)
    return lonely_api


@pytest.fixture
def mood(shared_mood: Mood) -> Mood:
    shared_mood.answer = good
    return shared_mood


@pytest.fixture
def model(shared_model: ScriptedModel) -> ScriptedModel:
    """As if nobody had asked it yet."""
    shared_model.calls.clear()
    shared_model.input_tokens = shared_model.output_tokens = 0
    return shared_model


@pytest.mark.usefixtures("mood")
async def test_a_model_drafts_and_writes_a_roadmap_and_its_tokens_add_up(
    with_worker: Cluster, model: ScriptedModel
) -> None:
    async with with_worker.client() as client:
        roadmap_id = await client.create(concepts=CONCEPTS, auto_approve=True)
        roadmap = await client.until_status(roadmap_id, "completed", "partial", "failed")
        assert roadmap["progress"]["completed"] == CONCEPTS
        usage = roadmap["usage"]
        assert usage["calls"] == len(model.calls)
        assert usage["input_tokens"] == model.input_tokens
        assert usage["output_tokens"] == model.output_tokens
        first = concepts_of(roadmap)[0]["concept_id"]
        concept = (await client.http.get(f"/roadmaps/{roadmap_id}/concepts/{first}")).json()
        assert concept["quiz"]["prompt"].startswith("quiz@")
        assert concept["quiz"]["usage"]["calls"] == 1
        assert {frozenset(option) for question in concept["quiz"]["questions"] for option in question["options"]} == {
            frozenset({"option_id", "text"})
        }


async def test_a_refused_key_pauses_the_task_and_says_why(
    with_worker: Cluster, mood: Mood, model: ScriptedModel
) -> None:
    def refused_for_content(call: Call) -> Reply:
        return good(call) if form_of(call) in {"title", "stages", "concepts"} else fault(401)

    mood.answer = refused_for_content
    async with with_worker.client() as client:
        roadmap_id = await client.create(concepts=30, auto_approve=True)
        roadmap = await client.until_status(roadmap_id, "paused")
    calls = Counter(form_of(call) for call in model.calls if form_of(call) in {"summary", "questions", "searches"})
    assert max(calls.values()) <= 3
    assert roadmap["task"]["error"]["code"] == "unauthorised"
    assert roadmap["progress"]["pending"] == 30


async def test_a_key_that_never_worked_fails_the_draft_at_the_first_call(
    with_worker: Cluster, mood: Mood, model: ScriptedModel
) -> None:
    mood.answer = lambda _: fault(401)
    async with with_worker.client() as client:
        roadmap = await client.until_status(await client.create(), "failed")
    assert len(model.calls) == 1
    assert roadmap["task"]["error"]["code"] == "unauthorised"


async def test_what_could_not_be_used_is_shown_to_its_owner(
    with_worker: Cluster, mood: Mood, model: ScriptedModel
) -> None:
    def no_quiz(call: Call) -> Reply:
        return Reply(content="I make no quizzes.") if form_of(call) == "questions" else good(call)

    mood.answer = no_quiz
    async with with_worker.client() as client:
        roadmap_id = await client.create(concepts=3, auto_approve=True)
        roadmap = await client.until_status(roadmap_id, "partial")
        first = concepts_of(roadmap)[0]["concept_id"]
        concept = (await client.http.get(f"/roadmaps/{roadmap_id}/concepts/{first}")).json()
    assert [(one["artefact"], one["raw_answer"]) for one in concept["failures"]] == [("quiz", "I make no quizzes.")]
    assert roadmap["usage"]["calls"] == len(model.calls)


async def test_a_draft_that_fails_counts_what_it_has_cost_and_shows_the_answer(
    with_worker: Cluster, mood: Mood, model: ScriptedModel
) -> None:
    mood.answer = lambda _: Reply(content="No.", input_tokens=10, output_tokens=1)
    async with with_worker.client() as client:
        roadmap = await client.until_status(await client.create(), "failed")
        task = (await client.http.get(f"/tasks/{roadmap['task']['task_id']}")).json()
    assert task["error"] == {
        "code": "invalid_output",
        "message": "The model's answer could not be used, and could not be repaired.",
        "details": {"case": "other"},
        "raw_answer": "No.",
    }
    assert task["usage"]["input_tokens"] == 10 * len(model.calls) > 0
