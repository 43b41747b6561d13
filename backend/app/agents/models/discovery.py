"""Finds model servers that run on this machine. It asks only when a person wants to know."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.agents.models.listing import ListedModel, ListingFailed, Reader, get_json, of_ollama, of_openai
from app.agents.models.providers import Provider

LOOKING_SECONDS = 1.5
"""How long a server may take to answer: it is on this machine."""
ROOM_BESIDE = 1.2
"""How much more memory a model needs than its file has bytes: its context comes to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownServer:
    label: str
    port: int
    path: str
    read: Reader
    provider: Provider = "compatible"


KNOWN_SERVERS = (
    KnownServer(label="Ollama", port=11434, path="/api/tags", read=of_ollama, provider="ollama"),
    KnownServer(label="LM Studio", port=1234, path="/v1/models", read=of_openai),
    KnownServer(label="llama.cpp or LocalAI", port=8080, path="/v1/models", read=of_openai),
    KnownServer(label="vLLM", port=8000, path="/v1/models", read=of_openai),
)
"""The ports that these servers use when nobody has chosen another one."""
ANY_SERVER = "OpenAI-compatible server"
"""What one at another port is called."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundModel:
    name: str
    """`provider:model`."""
    size_bytes: int | None
    fits: bool | None
    """Whether it fits into the memory that is free now; None when that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundServer:
    label: str
    provider: Provider
    address: str
    """The base address, as it is saved."""
    models: tuple[FoundModel, ...]


async def discover(ports: Sequence[int] = ()) -> list[FoundServer]:
    """The servers that answer at the usual ports, and at the given ones, of this machine and, inside a container, of
    its host."""
    others = [KnownServer(label=ANY_SERVER, port=port, path="/v1/models", read=of_openai) for port in ports]
    looked = await asyncio.gather(*(_look(server, host) for host in _hosts() for server in (*KNOWN_SERVERS, *others)))
    return [found for found in looked if found is not None]


def free_memory() -> int | None:
    """Bytes that programs can still take; None where that is not told."""
    with suppress(OSError, ValueError, IndexError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    with suppress(OSError, ValueError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return None


def _hosts() -> Iterator[str]:
    yield "127.0.0.1"
    if Path("/.dockerenv").exists() or Path("/run/.containerenv").exists():
        yield "host.docker.internal"


async def _look(server: KnownServer, host: str) -> FoundServer | None:
    address = f"http://{host}:{server.port}"
    try:
        found = await get_json(f"{address}{server.path}", {}, seconds=LOOKING_SECONDS)
        listed = sorted(server.read(found), key=lambda model: model.id)
    except (ListingFailed, KeyError, TypeError, AttributeError):
        return None  # another program uses the port
    memory = free_memory() if host == "127.0.0.1" else None
    return FoundServer(
        label=server.label,
        provider=server.provider,
        address=address if server.provider == "ollama" else f"{address}/v1",
        models=tuple(_found(server.provider, model, memory) for model in listed),
    )


def _found(provider: Provider, model: ListedModel, memory: int | None) -> FoundModel:
    size = model.size_bytes
    fits = None if size is None or memory is None else size * ROOM_BESIDE <= memory
    return FoundModel(name=f"{provider}:{model.id}", size_bytes=size, fits=fits)
