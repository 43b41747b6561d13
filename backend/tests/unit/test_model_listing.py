"""Lists of models, as each provider's API gives them."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from app.agents.models import discovery
from app.agents.models.choice import ModelChoice, choose
from app.agents.models.listing import ListedModel, ListingFailed, list_models, of_ollama
from app.core.settings import Settings
from app.domain.failures import FailureCode


@contextmanager
def answering(status: int, body: bytes) -> Iterator[tuple[str, list[Any]]]:
    """A server that gives one answer to everything: its address, and what it was asked."""
    asked: list[Any] = []

    class Server(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """The test's output is not its log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def of(model: str, **given: object) -> ModelChoice:
    return choose(Settings.model_validate({"GREENWAY_MODEL": model, **given}))


async def test_anthropic_is_asked_in_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.agents.models.names.is_installed", lambda _: True)
    found = {"data": [{"id": "claude-b", "display_name": "Claude B"}, {"id": "claude-a", "display_name": "Claude A"}]}
    with answering(200, json.dumps(found).encode()) as (url, asked):
        choice = choose(
            Settings.model_validate(
                {"GREENWAY_MODEL": "anthropic:x", "ANTHROPIC_API_KEY": "sk-a", "ANTHROPIC_BASE_URL": url}
            )
        )
        models = await list_models(choice)
    assert models == [ListedModel(id="claude-a", label="Claude A"), ListedModel(id="claude-b", label="Claude B")]
    path, headers = asked[0]
    assert path.startswith("/v1/models") and headers["x-api-key"] == "sk-a" and "authorization" not in headers


async def test_of_openais_models_those_that_do_not_write_are_left_out() -> None:
    names = ["gpt-5", "text-embedding-3-small", "whisper-1", "gpt-image-1", "o3", "tts-1-hd", "omni-moderation-latest"]
    with answering(200, json.dumps({"data": [{"id": name} for name in names]}).encode()) as (url, asked):
        models = await list_models(of("deepseek:x", DEEPSEEK_API_KEY="sk-d", DEEPSEEK_BASE_URL=f"{url}/v1"))
    assert [model.id for model in models] == ["gpt-5", "o3"]
    assert asked[0][0] == "/v1/models" and asked[0][1]["authorization"] == "Bearer sk-d"


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (401, b"{}", FailureCode.UNAUTHORISED),
        (402, b"{}", FailureCode.QUOTA),
        (404, b"{}", FailureCode.REJECTED),
        (503, b"{}", FailureCode.UNAVAILABLE),
        (200, b"<html>", FailureCode.INVALID_OUTPUT),
        (200, b"[]", FailureCode.INVALID_OUTPUT),
        (200, b'{"data": 7}', FailureCode.INVALID_OUTPUT),
        (200, b'{"data": [{}]}', FailureCode.INVALID_OUTPUT),
        (200, b'{"data": "' + b"x" * 9_000_000 + b'"}', FailureCode.UNREACHABLE),
        (302, b"", FailureCode.UNREACHABLE),
    ],
)
async def test_what_is_no_list_is_told_by_a_code(status: int, body: bytes, code: FailureCode) -> None:
    with answering(status, body) as (url, _), pytest.raises(ListingFailed) as failed:
        await list_models(of("groq:x", GROQ_API_KEY="sk", GROQ_BASE_URL=f"{url}/v1"))
    assert failed.value.code == code and "sk" not in failed.value.address


async def test_a_server_at_its_usual_port_is_found_with_what_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    models = {"models": [{"name": "small", "size": 1000}, {"name": "huge", "size": 10**18}]}
    with answering(200, json.dumps(models).encode()) as (url, _):
        port = int(url.rpartition(":")[2])
        usual = discovery.KnownServer(label="Ollama", port=port, path="/api/tags", read=of_ollama, provider="ollama")
        monkeypatch.setattr(discovery, "KNOWN_SERVERS", (usual,))
        (server,) = await discovery.discover()
    assert server.address == url
    assert [(model.name, model.fits) for model in server.models] == [("ollama:huge", False), ("ollama:small", True)]


async def test_a_port_that_was_named_is_looked_at_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "KNOWN_SERVERS", ())
    with answering(200, b'{"data": [{"id": "mine"}]}') as (url, _):
        port = int(url.rpartition(":")[2])
        settings = Settings.model_validate({"GREENWAY_MODEL_SERVER_PORTS": f" {port}, "})
        (server,) = await discovery.discover(settings.model_server_ports)
    assert (server.address, server.models[0].name) == (f"{url}/v1", "compatible:mine")


@pytest.mark.parametrize("ports", ["0", "65536", "a", "1,,x", ",".join(["1"] * 21)])
def test_what_is_no_port_is_refused(ports: str) -> None:
    with pytest.raises(ValueError, match="GREENWAY_MODEL_SERVER_PORTS"):
        Settings.model_validate({"GREENWAY_MODEL_SERVER_PORTS": ports})


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'{"models": [1]}', b'{"models": null}'])
async def test_another_program_at_the_port_is_no_server(body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    with answering(200, body) as (url, _):
        usual = discovery.KnownServer(
            label="x", port=int(url.rpartition(":")[2]), path="/api/tags", read=of_ollama, provider="ollama"
        )
        monkeypatch.setattr(discovery, "KNOWN_SERVERS", (usual,))
        assert await discovery.discover() == []
