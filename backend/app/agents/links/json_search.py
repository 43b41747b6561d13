"""Asks a search engine that answers in JSON over HTTP, and turns every error into one plain sentence."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx2
import orjson

from app.agents.links.search import SearchFailed

TIMEOUT = 10.0


async def ask_for_results(
    client: httpx2.AsyncClient,
    request: httpx2.Request,
    *,
    engine: str,
    timeout: float,
    refusals: Mapping[int, str],
) -> list[Mapping[str, Any]]:
    """The answer's `results`, as they came.

    `timeout` is in seconds, for everything together. `refusals` says what some HTTP statuses mean.

    Raises:
        SearchFailed: no answer in time, no success, or no such list.
    """
    try:
        async with asyncio.timeout(timeout):
            response = await client.send(request)
    except (TimeoutError, httpx2.TimeoutException):
        raise SearchFailed(f"{engine} did not answer within {timeout:g} seconds.") from None
    except httpx2.HTTPError:
        raise SearchFailed(f"{engine} cannot be reached.") from None
    if response.status_code != httpx2.codes.OK:
        raise SearchFailed(
            refusals.get(response.status_code, f"{engine} answered with HTTP status {response.status_code}.")
        )
    try:
        answer = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        raise SearchFailed(f"{engine} sent a response that is not JSON.") from None
    results = answer.get("results") if isinstance(answer, dict) else None
    if not isinstance(results, list):
        raise SearchFailed(f"{engine} sent a response without results.")
    return [result for result in results if isinstance(result, dict)]
