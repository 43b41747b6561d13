"""Models are chosen while everything runs: real processes, and servers that speak the providers' protocols."""

import asyncio
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import asyncpg
import pytest
from databases import flush, fresh_database
from e2e.cluster import Client, Cluster, WorkerProcess, a_cluster, concepts_of, ready, wait_until
from model_answers import good
from scripted_model import Call, Reply, fault, running_in_thread

from app.embedded.valkey import EmbeddedValkey

SECRET = "a secret of more than thirty-two characters"
KEY = "sk-never-to-be-seen-0123456789-last"


@pytest.fixture(scope="module")
def with_secret(migrated: str, valkey: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    asyncio.run(flush(valkey.url))
    directory = tmp_path_factory.mktemp("cluster")
    with (
        fresh_database(migrated) as database_url,
        a_cluster(database_url, valkey.url, directory, SECRET_KEY=SECRET) as cluster,
    ):
        yield cluster


@pytest.fixture
async def chosen(with_secret: Cluster) -> Any:
    """A cluster in which nothing is chosen yet."""
    async with with_secret.client() as client:
        assert (await client.http.delete("/model")).status_code == 204
    yield with_secret
    with_secret.stop_workers()


def a_worker(cluster: Cluster, **settings: str) -> WorkerProcess:
    return ready(cluster.start_worker(**{"SECRET_KEY": SECRET, "GREENWAY_SEARCH": "none", **settings}))  # type: ignore[arg-type]


async def choose(client: Client, **body: object) -> dict[str, Any]:
    answer = await client.http.put("/model", json=body)
    assert answer.status_code == 200, answer.text
    shown: dict[str, Any] = answer.json()
    return shown


def authors_of(roadmap: dict[str, Any]) -> set[str]:
    return {
        artefact["author"]
        for concept in concepts_of(roadmap)
        for artefact in concept["artefacts"].values()
        if artefact.get("author")
    }


async def artefact_authors(cluster: Cluster, roadmap_id: str) -> set[str]:
    connection = await asyncpg.connect(cluster.database_url)
    try:
        rows = await connection.fetch("SELECT DISTINCT author FROM artefacts WHERE roadmap_id = $1::uuid", roadmap_id)
    finally:
        await connection.close()
    return {row["author"] for row in rows}


async def test_what_is_claimed_next_is_written_by_the_model_that_was_just_chosen(chosen: Cluster) -> None:
    for _ in range(2):
        a_worker(chosen, GREENWAY_CONCEPT_CONCURRENCY="1")
    with running_in_thread(good) as model:
        async with chosen.client() as client:
            first = await client.create(concepts=3)
            assert (await client.until_status(first, "awaiting_review"))["author"] == "builtin:outline"
            shown = await choose(client, model="compatible:scripted", addresses={"compatible": model.base_url})
            assert (shown["model"], shown["source"]) == ("compatible:scripted", "settings")
            assert (await client.http.get("/about")).json()["author"] == "compatible:scripted"
            # The outline is of the built-in author, the content of the model that was chosen before it was approved.
            assert (await client.post(first, "approve")).status_code == 202
            await client.until_status(first, "completed")
            assert await artefact_authors(chosen, first) == {"compatible:scripted"}
            # Whichever worker takes it: both know.
            drafts = [await client.create(concepts=3) for _ in range(4)]
            for roadmap_id in drafts:
                assert (await client.until_status(roadmap_id, "awaiting_review"))["author"] == "compatible:scripted"
            await choose(client)
            again = await client.create(concepts=3)
            assert (await client.until_status(again, "awaiting_review"))["author"] == "builtin:outline"


async def test_a_run_that_is_resumed_goes_on_with_the_new_model(chosen: Cluster) -> None:
    a_worker(chosen, GREENWAY_BUILTIN_PACE="0.7", GREENWAY_CONCEPT_CONCURRENCY="1")
    with running_in_thread(good) as model:
        async with chosen.client() as client:
            roadmap_id = await client.create(concepts=6, auto_approve=True)
            await client.until(roadmap_id, lambda roadmap: roadmap["progress"]["completed"] >= 1)
            assert (await client.post(roadmap_id, "pause")).status_code == 202
            await client.until_status(roadmap_id, "paused")
            await choose(client, model="compatible:scripted", addresses={"compatible": model.base_url})
            assert (await client.post(roadmap_id, "resume")).status_code == 202
            await client.until_status(roadmap_id, "completed")
    assert await artefact_authors(chosen, roadmap_id) == {"builtin:outline", "compatible:scripted"}


async def test_a_key_is_kept_where_nobody_sees_it(chosen: Cluster, tmp_path: Path) -> None:
    worker = a_worker(chosen)
    with running_in_thread(good) as model:
        async with chosen.client() as client:
            shown = await choose(
                client,
                model="deepseek:scripted",
                addresses={"deepseek": model.base_url},
                keys={"deepseek": f" {KEY}\n"},
            )
            assert shown["keys"] == [{"account": "deepseek", "last_four": "last", "source": "settings"}]
            roadmap_id = await client.create(concepts=3, auto_approve=True)
            await client.until_status(roadmap_id, "completed")
            sent = {call.headers["authorization"] for call in model.calls}
            assert sent == {f"Bearer {KEY}"}
            tested = (await client.http.post("/model/test", json={"model": "deepseek:scripted"})).json()
            refused = await client.http.post("/model/test", json={"model": "no such:thing", "key": KEY})
            answers = [
                (await client.http.get(path)).text
                for path in (
                    *("/model", "/model/providers", "/model/spending", "/model/spending.csv"),
                    *(f"/roadmaps/{roadmap_id}", f"/roadmaps/{roadmap_id}/export", "/about"),
                )
            ]
    assert tested["ok"], tested
    dump = tmp_path / "dump"
    dump.write_text(await everything_in(chosen.database_url), encoding="utf-8")
    seen = [
        *answers,
        json.dumps(tested),
        refused.text,
        dump.read_text(encoding="utf-8"),
        worker.log.read_text(),
        (chosen.directory / "api.log").read_text(),
        processes(),
    ]
    assert '"deepseek"' in dump.read_text(encoding="utf-8"), "the row is in the dump"
    assert not [text for text in seen if KEY in text or KEY[3:30] in text]
    async with chosen.client() as client:
        # Another address would get the key of this one.
        moved = await client.http.put(
            "/model", json={"model": "deepseek:scripted", "addresses": {"deepseek": "http://127.0.0.1:9/v1"}}
        )
        assert moved.status_code == 422 and "another address" in moved.json()["detail"]
        assert (await client.http.delete("/model")).status_code == 204
    assert "gAAAA" not in await everything_in(chosen.database_url), "deleting deletes"


async def everything_in(database_url: str) -> str:
    connection = await asyncpg.connect(database_url)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        names = [row["tablename"] for row in tables]
        rows = [str(dict(row)) for name in names for row in await connection.fetch(f'SELECT * FROM "{name}"')]
    finally:
        await connection.close()
    return "\n".join(rows)


def processes() -> str:
    """The command lines and environments of all processes of this user."""
    shown = subprocess.run(["ps", "axeww"], capture_output=True, text=True, check=True).stdout
    assert f"SECRET_KEY={SECRET}" in shown or os.geteuid() != 0, "environments are shown"
    return shown


async def test_a_worker_that_cannot_decrypt_takes_no_task_and_says_so(chosen: Cluster) -> None:
    other = a_worker(chosen, SECRET_KEY="quite another secret of thirty-two characters")
    with running_in_thread(good) as model:
        async with chosen.client() as client:
            await choose(client, model="groq:scripted", addresses={"groq": model.base_url}, keys={"groq": KEY})
            wait_until(lambda: bool(other.logged("model_unusable")))
            workers = (await client.http.get("/model")).json()["workers"]
            assert "SECRET_KEY" in workers[0]["problem"]
            roadmap_id = await client.create(concepts=3)
            wait_until(lambda: bool(other.logged("task_signal_passed_on")))
            assert (await client.read(roadmap_id))["status"] == "drafting"
            # One that can, takes it; and what the other one waits for can be dropped.
            a_worker(chosen, SECRET_KEY=SECRET)
            await client.until_status(roadmap_id, "awaiting_review")
            await choose(client, keys={"groq": None})
            async with asyncio.timeout(20):
                while any(worker["problem"] for worker in (await client.http.get("/model")).json()["workers"]):
                    await asyncio.sleep(0.2)


async def test_an_old_secret_still_opens_what_it_has_closed(chosen: Cluster) -> None:
    with running_in_thread(good) as model:
        async with chosen.client() as client:
            await choose(client, model="groq:scripted", addresses={"groq": model.base_url}, keys={"groq": KEY})
            a_worker(chosen, SECRET_KEY="a new secret of more than thirty-two letters", SECRET_KEY_FALLBACKS=SECRET)
            roadmap_id = await client.create(concepts=3)
            await client.until_status(roadmap_id, "awaiting_review")
    assert model.calls[0].headers["authorization"] == f"Bearer {KEY}"


async def test_without_a_secret_keys_are_refused(lonely_api: Cluster) -> None:
    async with lonely_api.client() as client:
        assert "SECRET_KEY" in (await client.http.get("/model")).json()["keys_refused"]
        for path, body in (
            ("/model", {"model": "deepseek:x", "keys": {"deepseek": KEY}}),
            ("/model/test", {"model": "deepseek:x", "key": KEY}),
        ):
            answer = await client.http.request("PUT" if path == "/model" else "POST", path, json=body)
            assert answer.status_code == 422 and "SECRET_KEY" in answer.json()["detail"], answer.text
    assert KEY not in await everything_in(lonely_api.database_url)


async def test_without_a_worker_a_question_is_answered_with_what_is_missing(lonely_api: Cluster) -> None:
    async with lonely_api.client() as client:
        answer = await client.http.get("/model/discovered")
    assert answer.status_code == 503 and "greenway worker" in answer.json()["detail"]


async def test_the_other_model_takes_over_when_the_first_is_out_of_credit(chosen: Cluster) -> None:
    a_worker(chosen)
    used_up = False

    def with_little_credit(call: Call) -> Reply:
        if used_up:
            return fault(429, code="insufficient_quota", type="insufficient_quota", message="You exceeded your quota.")
        return good(call)

    with running_in_thread(with_little_credit) as first, running_in_thread(good) as second:
        async with chosen.client() as client:
            await choose(
                client,
                model="xai:first",
                fallback="compatible:second",
                addresses={"xai": first.base_url, "compatible": second.base_url},
                keys={"xai": KEY},
            )
            roadmap_id = await client.create(concepts=3)
            assert (await client.until_status(roadmap_id, "awaiting_review"))["author"] == "xai:first"
            used_up = True
            assert (await client.post(roadmap_id, "approve")).status_code == 202
            await client.until_status(roadmap_id, "completed")
            assert await artefact_authors(chosen, roadmap_id) == {"compatible:second"}
            spent = (await client.http.get("/model/spending")).json()["items"]
    assert {row["author"] for row in spent if row["roadmap_id"] == roadmap_id} == {"xai:first", "compatible:second"}


async def test_parts_are_written_by_the_models_for_them(chosen: Cluster) -> None:
    a_worker(chosen)
    with running_in_thread(good) as model:
        async with chosen.client() as client:
            await choose(client, models_for={"quiz": "compatible:quizzes"}, addresses={"compatible": model.base_url})
            roadmap_id = await client.create(concepts=3, auto_approve=True)
            await client.until_status(roadmap_id, "completed")
            assert await artefact_authors(chosen, roadmap_id) == {"builtin:outline", "compatible:quizzes"}
            unknown = await client.http.put("/model", json={"models_for": {"poems": "compatible:x"}})
            assert unknown.status_code == 422 and "poems" in unknown.json()["detail"]


async def test_a_roadmap_is_rewritten_by_the_model_in_use_and_only_what_another_has_written(chosen: Cluster) -> None:
    a_worker(chosen)
    with running_in_thread(good) as model:
        async with chosen.client() as client:
            address = {"compatible": model.base_url}
            await choose(client, models_for={"quiz": "compatible:quizzes"}, addresses=address)
            roadmap_id = await client.create(concepts=3, auto_approve=True)
            await client.until_status(roadmap_id, "completed")
            nothing = await client.post(roadmap_id, "rewrite")
            assert nothing.status_code == 409 and "model that is in use" in nothing.json()["detail"]
            await choose(client, model="compatible:new", models_for={"quiz": "compatible:quizzes"}, addresses=address)
            estimate = (await client.http.get(f"/roadmaps/{roadmap_id}/estimate?rewrite=true")).json()
            missing = (await client.http.get(f"/roadmaps/{roadmap_id}/estimate")).json()
            assert (estimate["calls"] > 0, missing["calls"]) == (True, 0)
            assert (await client.post(roadmap_id, "rewrite")).status_code == 202
            await client.until_status(roadmap_id, "completed")
            assert await current_authors(chosen, roadmap_id) == {
                "tutorial": {"compatible:new"},
                "resources": {"compatible:new"},
                "quiz": {"compatible:quizzes"},
            }
            assert (await client.post(roadmap_id, "rewrite")).status_code == 409


async def current_authors(cluster: Cluster, roadmap_id: str) -> dict[str, set[str]]:
    connection = await asyncpg.connect(cluster.database_url)
    try:
        rows = await connection.fetch(
            "SELECT DISTINCT ON (concept_id, kind) kind, author, version FROM artefacts WHERE roadmap_id = $1::uuid"
            " ORDER BY concept_id, kind, version DESC",
            roadmap_id,
        )
    finally:
        await connection.close()
    assert {row["version"] for row in rows if row["kind"] == "quiz"} == {1}, "what needs no rewriting is not paid again"
    found: dict[str, set[str]] = {}
    for row in rows:
        found.setdefault(row["kind"], set()).add(row["author"])
    return found


async def test_the_limit_of_the_month_pauses_what_costs(chosen: Cluster, tmp_path: Path) -> None:
    prices = tmp_path / "prices.toml"
    prices.write_text('["compatible:scripted"]\ninput = 1000\noutput = 1000\n', encoding="utf-8")
    a_worker(chosen, GREENWAY_PRICES_FILE=str(prices), GREENWAY_CONCEPT_CONCURRENCY="1")
    with running_in_thread(good) as model:
        async with chosen.client() as client:
            already = (await client.http.get("/model")).json()["limits"]["spent_this_month_usd"]
            await choose(
                client,
                model="compatible:scripted",
                addresses={"compatible": model.base_url},
                max_cost_usd_per_month=already + 1.0,
            )
            roadmap_id = await client.create(concepts=30, auto_approve=True)
            roadmap = await client.until_status(roadmap_id, "paused")
            assert roadmap["task"]["error"]["code"] == "budget"
            assert "GREENWAY_MAX_COST_USD_PER_MONTH" in roadmap["task"]["error"]["message"]
            limits = (await client.http.get("/model")).json()["limits"]
            assert limits["spent_this_month_usd"] - already >= roadmap["task"]["usage"]["cost_usd"] >= 0.5
            # Another task does not begin either; with a higher limit, the first goes on.
            await choose(client, model="compatible:scripted", addresses={"compatible": model.base_url})
            assert (await client.post(roadmap_id, "resume")).status_code == 202
            await client.until_status(roadmap_id, "completed")
            csv = (await client.http.get("/model/spending.csv")).text
    assert csv.splitlines()[0].startswith("day,roadmap_id,title,author") and roadmap_id in csv


@pytest.fixture(scope="module")
def from_environment(
    migrated: str, valkey: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    settings: dict[str, Any] = {"GREENWAY_MODEL": "openai:gpt-5", "OPENAI_API_KEY": KEY, "SECRET_KEY": SECRET}
    with (
        fresh_database(migrated) as database_url,
        a_cluster(database_url, valkey.url, tmp_path_factory.mktemp("cluster"), **settings) as cluster,
    ):
        yield cluster


async def test_the_environment_wins_and_is_not_changed_from_the_app(from_environment: Cluster) -> None:
    async with from_environment.client() as client:
        shown = (await client.http.get("/model")).json()
        assert (shown["source"], shown["setting"], shown["editable"]) == ("environment", "GREENWAY_MODEL", False)
        assert shown["keys"] == [{"account": "openai", "last_four": None, "source": "environment"}]
        for body in (
            {"model": "deepseek:x"},
            {"addresses": {"openai": "http://127.0.0.1:9/v1"}},
            {"keys": {"openai": "sk-another"}},
        ):
            answer = await client.http.put("/model", json=body)
            assert answer.status_code == 409 and "environment" in answer.json()["detail"], answer.text


@contextmanager
def ollama(pull: list[bytes], hold: Event | None = None) -> Iterator[str]:
    """An Ollama server with one model, which answers a pull with these lines; after the first it waits for `hold`."""

    class Ollama(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            models = [{"name": "qwen3:8b", "size": 5_200_000_000}, {"name": "nomic-embed-text", "size": 1}]
            self._send(json.dumps({"models": models}).encode())

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            for number, line in enumerate(pull):
                if number == 1 and hold is not None:
                    hold.wait(60)
                self.wfile.write(line + b"\n")
                self.wfile.flush()

        def _send(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """The test's output is not its log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ollama)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def test_models_of_a_provider_are_listed_and_a_wrong_key_is_told(chosen: Cluster) -> None:
    a_worker(chosen)
    with running_in_thread(good) as model, ollama([]) as address:
        async with chosen.client() as client:
            listed = await client.http.post(
                "/model/list", json={"model": "mistral:any", "address": model.base_url, "key": KEY}
            )
            assert [one["id"] for one in listed.json()["models"]] == ["scripted"]
            own = (await client.http.post("/model/list", json={"model": "ollama:any", "address": address})).json()
            assert own["models"] == [{"id": "qwen3:8b", "label": None, "size_bytes": 5_200_000_000}]
            away = (
                await client.http.post("/model/list", json={"model": "groq:any", "address": "http://127.0.0.1:9/v1"})
            ).json()
            assert (away["ok"], away["code"]) == (False, "not_configured"), "without a key nothing is asked"
            away = (
                await client.http.post(
                    "/model/list", json={"model": "groq:any", "address": "http://127.0.0.1:9/v1", "key": KEY}
                )
            ).json()
            assert (away["ok"], away["code"]) == (False, "unreachable")

    def wrong(_: Call) -> Reply:
        return fault(401, code="invalid_api_key", message="Incorrect API key provided.")

    with running_in_thread(wrong) as model:
        async with chosen.client() as client:
            body = {"model": "mistral:scripted", "address": model.base_url, "key": KEY}
            tested = (await client.http.post("/model/test", json=body)).json()
    assert (tested["ok"], tested["code"]) == (False, "unauthorised")


async def test_a_model_is_fetched_with_progress_and_may_be_stopped(chosen: Cluster) -> None:
    a_worker(chosen)
    hold = Event()
    lines = [
        b'{"status":"pulling 3f2a","total":1000,"completed":250}',
        b'{"status":"pulling 3f2a","total":1000,"completed":1000}',
        b'{"status":"success"}',
    ]
    with ollama(lines, hold) as address:
        async with chosen.client() as client:
            started = await client.http.post("/model/pulls", json={"model": "ollama:qwen3:8b", "address": address})
            assert started.status_code == 202
            pull = started.json()["id"]

            async def until(condition: Any) -> dict[str, Any]:
                async with asyncio.timeout(30):
                    while not condition(state := (await client.http.get(f"/model/pulls/{pull}")).json()):
                        await asyncio.sleep(0.05)
                found: dict[str, Any] = state
                return found

            under_way = await until(lambda state: state["total"] == 1000)
            assert (under_way["done"], under_way["completed"]) == (False, 250)
            hold.set()
            done = await until(lambda state: state["done"])
            assert done["code"] is None
    with ollama([b'{"error":"pull model manifest: file does not exist"}']) as address:
        async with chosen.client() as client:
            started = await client.http.post("/model/pulls", json={"model": "ollama:nothing", "address": address})
            pull = started.json()["id"]
            failed = await until_done(client, pull)
            assert (failed["code"], failed["message"]) == ("rejected", "pull model manifest: file does not exist")
            assert (await client.http.delete(f"/model/pulls/{pull}")).status_code == 204
            assert (await client.http.get(f"/model/pulls/{pull}")).status_code == 404


async def until_done(client: Client, pull: str) -> dict[str, Any]:
    async with asyncio.timeout(30):
        while not (state := (await client.http.get(f"/model/pulls/{pull}")).json())["done"]:
            await asyncio.sleep(0.05)
    found: dict[str, Any] = state
    return found
