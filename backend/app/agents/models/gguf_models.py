"""Builds a model from a GGUF file, behind a llama.cpp server that lives as long as the model is open."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Protocol

from pydantic_ai.models import Model

from app.agents.models.choice import ModelChoice
from app.agents.models.compatible_models import compatible_chat_model
from app.agents.models.llama_server import LlamaServer
from app.agents.models.openai_client import open_openai_client


class LocalServer(Protocol):
    """A server for one model file on this machine."""

    @property
    def base_url(self) -> str: ...

    @property
    def api_key(self) -> str: ...

    async def start(self) -> None: ...

    async def stop(self) -> None: ...


class ServerFactory(Protocol):
    """Makes the server for a file; it is not yet started."""

    def __call__(self, path: Path, *, calls_at_once: int) -> LocalServer: ...


async def build(choice: ModelChoice, resources: AsyncExitStack, server_for: ServerFactory = LlamaServer) -> Model:
    """The model in the file, called by the file's name; `resources` stops the server after the client is closed."""
    path = choice.name.path
    server = server_for(path, calls_at_once=choice.calls_at_once)
    # Before the start, which may fail or be cancelled half-way.
    resources.push_async_callback(server.stop)
    await server.start()
    client = open_openai_client(choice, resources, address=server.base_url, api_key=server.api_key)
    return compatible_chat_model("gguf", path.stem, client, json_object=True)
