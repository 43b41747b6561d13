"""Records a life of a roadmap for the tests of the web app: `python -m e2e.recording FILE`.

A scripted model fails here and there, and costs money; the learner presses most buttons that there are. What is written
is every event, and what the API answered in between.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from e2e.cluster import Client, a_cluster, concepts_of, ready
from model_answers import facts_in, form_of, good
from scripted_model import Call, Reply, fault, running_in_thread

from app.db.migrate import upgrade
from app.embedded.ports import free_port
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.running import running_in_background
from app.embedded.valkey import EmbeddedValkey

CONCEPTS = 10
PRICES = '["openai:scripted"]\ninput = 3\noutput = 12\n'
SECONDS_EACH = 0.15


class Moods:
    """What the model does now: it can be changed while it is asked."""

    def __init__(self) -> None:
        self.answer: Callable[[Call], Reply] = good

    async def __call__(self, call: Call) -> Reply:
        await asyncio.sleep(SECONDS_EACH)
        return self.answer(call)


def useless(_: Call) -> Reply:
    return Reply(content="No.", input_tokens=10, output_tokens=1)


def refused(_: Call) -> Reply:
    return fault(401)


def moody(call: Call) -> Reply:
    """Every other concept has no quiz, and every fifth has nothing."""
    if form_of(call) not in ("summary", "questions", "searches"):
        return good(call)
    number = int(facts_in(call)["concept"]["name"].split()[-1])
    fails = number % 5 == 0 or (number % 2 == 0 and form_of(call) == "questions")
    return useless(call) if fails else good(call)


class Recorder:
    """Reads as often as it can, and keeps what is new."""

    def __init__(self, client: Client, roadmap_id: str) -> None:
        self._client = client
        self._roadmap_id = roadmap_id
        self.events: list[dict[str, Any]] = []
        self.reads: dict[int, dict[str, Any]] = {}

    async def follow(self) -> None:
        async with self._client.socket(self._roadmap_id, since=0) as socket:
            async for text in socket:
                frame = json.loads(text)
                if "seq" in frame and frame["type"] != "heartbeat":
                    self.events.append(frame)

    async def read(self) -> None:
        while True:
            roadmap = await self._client.read(self._roadmap_id)
            self.reads.setdefault(roadmap["seq"], roadmap)


async def live(client: Client, moods: Moods) -> Recorder:
    async def press(command: str, **body: Any) -> None:
        answer = await client.http.post(f"/roadmaps/{roadmap_id}/{command}", json=body or None)
        assert answer.is_success, f"{command}: {answer.text}"

    async def until(*statuses: str, completed: int = 0) -> dict[str, Any]:
        def condition(roadmap: dict[str, Any]) -> bool:
            return roadmap["status"] in statuses and roadmap["progress"]["completed"] >= completed

        return await client.until(roadmap_id, condition)

    moods.answer = useless
    roadmap_id = await client.create(concepts=CONCEPTS)
    recorder = Recorder(client, roadmap_id)
    recording = [asyncio.create_task(recorder.follow()), asyncio.create_task(recorder.read())]
    await until("failed")
    moods.answer = moody
    await press("retry")
    first, second, *_ = concepts_of(await until("awaiting_review"))
    rename = {"op": "rename", "target": "concept", "id": first["concept_id"], "name": "My own name 1"}
    await press("outline/operations", operations=[rename])
    await press("outline/operations", operations=[{"op": "remove", "target": "concept", "id": second["concept_id"]}])
    await press("outline/undo")
    await press("outline/redo")
    await press("outline/undo")
    await press("approve")
    roadmap = await until("generating", completed=1)
    await press("pause")
    await until("paused")
    last = concepts_of(roadmap)[-1]["concept_id"]
    await press(f"concepts/{last}/prioritise")
    await press("resume")
    await until("generating", completed=2)
    await press("cancel")
    await until("cancelled")
    await press("retry")
    await until("partial")
    moods.answer = refused
    await press("retry")
    await until("paused")
    moods.answer = good
    await press("resume")
    roadmap = await until("completed")
    await press(f"concepts/{last}/regenerate", artefacts=["quiz"], instructions="Harder.")
    await until("generating")
    await until("completed")
    learned = await client.http.put(f"/roadmaps/{roadmap_id}/concepts/{last}/learned", json={"learned": True})
    assert learned.is_success
    await press(f"concepts/{last}/restore", artefact="quiz", version=1)
    newest = (await client.read(roadmap_id))["seq"]
    while not recorder.events or recorder.events[-1]["seq"] < newest or newest not in recorder.reads:
        await asyncio.sleep(0.05)
    for task in recording:
        task.cancel()
    await asyncio.gather(*recording, return_exceptions=True)
    return recorder


def main(path: Path) -> None:
    moods = Moods()
    with tempfile.TemporaryDirectory() as folder, running_in_thread(moods) as model:
        directory = Path(folder)
        directory.chmod(0o755)
        prices = directory / "prices.toml"
        prices.write_text(PRICES)
        postgres = EmbeddedPostgres(directory / "postgres", free_port(), "recording", durable=False)
        valkey = EmbeddedValkey(directory / "valkey", free_port(), "recording", durable=False)
        with running_in_background(postgres), running_in_background(valkey):
            upgrade(postgres.url)
            with a_cluster(postgres.url, valkey.url, directory) as cluster:
                ready(
                    cluster.start_worker(
                        GREENWAY_MODEL="openai:scripted",
                        OPENAI_BASE_URL=model.base_url,
                        OPENAI_API_KEY="scripted",
                        GREENWAY_SEARCH="none",
                        GREENWAY_CONCEPT_CONCURRENCY="2",
                        GREENWAY_PRICES_FILE=str(prices),
                    )
                )

                async def record() -> Recorder:
                    async with cluster.client() as client:
                        return await live(client, moods)

                recorder = asyncio.run(record())
    kinds = sorted({event["type"] for event in recorder.events})
    sys.stdout.write(f"{len(recorder.events)} events ({', '.join(kinds)}), {len(recorder.reads)} reads\n")
    reads = [recorder.reads[seq] for seq in sorted(recorder.reads)]
    path.write_text(json.dumps({"events": recorder.events, "reads": reads}, ensure_ascii=False, separators=(",", ":")))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
