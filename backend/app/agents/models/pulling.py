"""Has an Ollama server fetch a model, by its own API, and follows how far it is."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx2
from pydantic import BaseModel, ValidationError

from app.agents.models.addresses import ollama_address
from app.agents.models.http_client import open_http_client
from app.agents.models.listing import ListingFailed
from app.domain.failures import FailureCode

SILENCE = 120.0
"""Seconds without a word after which a server is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PullProgress:
    """Bytes of the layer that comes now; 0 of 0 before the first one."""

    status: str
    completed: int = 0
    total: int = 0


class _Line(BaseModel):
    status: str = ""
    completed: int = 0
    total: int = 0
    error: str | None = None


class PullRefused(Exception):
    """The server's own sentence: there is no such model, say, or the disk is full."""


async def pull(address: str, model: str) -> AsyncIterator[PullProgress]:
    """Fetch a model; what is there already is not fetched again. Cancelling stops the fetching; the server keeps what
    it has.

    Raises:
        PullRefused: the server cannot fetch it.
        ListingFailed: the server is not there any more.
    """
    base = ollama_address(address).removesuffix("/v1")
    async with AsyncExitStack() as resources:
        client = open_http_client(base, SILENCE, resources, max_bytes=0)  # it is read line by line
        try:
            async with client.stream("POST", f"{base}/api/pull", json={"model": model, "stream": True}) as response:
                done = False
                async for text in response.aiter_lines():
                    try:
                        line = _Line.model_validate_json(text)
                    except ValidationError:
                        continue
                    if line.error is not None:
                        raise PullRefused(line.error)
                    done = line.status == "success"
                    yield PullProgress(status=line.status, completed=line.completed, total=line.total)
                if not done:
                    raise ListingFailed(FailureCode.UNAVAILABLE, base)
        except httpx2.TimeoutException:
            raise ListingFailed(FailureCode.TIMEOUT, base) from None
        except (httpx2.HTTPError, httpx2.InvalidURL):
            raise ListingFailed(FailureCode.UNREACHABLE, base) from None
