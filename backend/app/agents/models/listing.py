"""Asks a provider, by its own API, which models it has."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import httpx2
from pydantic import TypeAdapter, ValidationError

from app.agents.models.choice import ModelChoice
from app.agents.models.http_client import AnswerTooLong, open_http_client
from app.agents.models.providers import Provider
from app.core.obstacles import shown
from app.domain.failures import FailureCode

LISTING_SECONDS = 15.0
"""How long a list of models may take."""
LISTING_BYTES = 8_000_000
"""The most that is read of one: OpenRouter's has about 600 kB."""
MOST_MODELS = 1000
"""Models of a provider that are shown."""

_ANY = TypeAdapter(dict[str, Any])
_CODES = {401: FailureCode.UNAUTHORISED, 403: FailureCode.UNAUTHORISED, 402: FailureCode.QUOTA}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedModel:
    id: str
    """As it is written after the provider's name."""
    label: str | None = None
    size_bytes: int | None = None
    """Of its file, where it is on this machine."""


class ListingFailed(Exception):
    """`code` says why there is no list; `address` is the one that was asked."""

    def __init__(self, code: FailureCode, address: str) -> None:
        super().__init__(code)
        self.code = code
        self.address = shown(address)


async def list_models(choice: ModelChoice) -> list[ListedModel]:
    """The models that the provider of `choice` has, those that cannot write left out where its API tells them apart.

    Raises:
        ListingFailed: the provider did not give a list.
    """
    path, headers, read = _how(choice.name.provider, choice.api_key)
    address = f"{choice.address.removesuffix('/v1') if path.startswith('/api') else choice.address}{path}"
    found = await get_json(address, headers)
    try:
        return sorted(read(found), key=lambda model: model.id)[:MOST_MODELS]
    except (KeyError, TypeError, ValidationError):
        raise ListingFailed(FailureCode.INVALID_OUTPUT, address) from None


async def get_json(address: str, headers: Mapping[str, str], *, seconds: float = LISTING_SECONDS) -> dict[str, Any]:
    """
    Raises:
        ListingFailed: there is no answer, or none that can be used.
    """
    async with AsyncExitStack() as resources:
        client = open_http_client(address, seconds, resources, max_bytes=LISTING_BYTES)
        try:
            response = await client.get(address, headers=dict(headers))
        except httpx2.TimeoutException:
            raise ListingFailed(FailureCode.TIMEOUT, address) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, AnswerTooLong):
            raise ListingFailed(FailureCode.UNREACHABLE, address) from None
    if response.status_code != httpx2.codes.OK:
        refused = FailureCode.UNAVAILABLE if response.status_code >= 500 else FailureCode.REJECTED
        raise ListingFailed(_CODES.get(response.status_code, refused), address)
    try:
        return _ANY.validate_json(response.content)
    except ValidationError:
        raise ListingFailed(FailureCode.INVALID_OUTPUT, address) from None


Reader = Callable[[dict[str, Any]], Iterator[ListedModel]]


def _how(provider: Provider, key: str) -> tuple[str, dict[str, str], Reader]:
    """The path under the base address, the headers, and what reads the answer."""
    match provider:
        case "anthropic":
            return "/v1/models?limit=1000", {"x-api-key": key, "anthropic-version": "2023-06-01"}, of_anthropic
        case "google":
            return "/v1beta/models?pageSize=1000", {"x-goog-api-key": key}, of_google
        case "ollama":
            return "/api/tags", {}, of_ollama
        case _:
            return "/models", {"Authorization": f"Bearer {key}"}, of_openai


def of_openai(found: dict[str, Any]) -> Iterator[ListedModel]:
    for model in found["data"]:
        if not _writes_no_text(model["id"]):
            yield ListedModel(id=model["id"], label=model.get("name"))


def of_anthropic(found: dict[str, Any]) -> Iterator[ListedModel]:
    for model in found["data"]:
        yield ListedModel(id=model["id"], label=model.get("display_name"))


def of_google(found: dict[str, Any]) -> Iterator[ListedModel]:
    for model in found["models"]:
        if "generateContent" in model.get("supportedGenerationMethods", []):
            yield ListedModel(id=model["name"].removeprefix("models/"), label=model.get("displayName"))


def of_ollama(found: dict[str, Any]) -> Iterator[ListedModel]:
    for model in found["models"]:
        if not _writes_no_text(model["name"]):
            yield ListedModel(id=model["name"], size_bytes=model.get("size") or None)


_OTHER_MODELS = (
    *("embed", "whisper", "tts", "dall-e", "moderation", "transcribe", "realtime", "rerank", "bge-"),
    *("stable-diffusion", "gpt-image", "sora", "-audio", "davinci-002", "babbage-002"),
)
"""What is in the names of models that do not write: OpenAI's API does not tell them apart."""


def _writes_no_text(name: str) -> bool:
    return any(part in name.lower() for part in _OTHER_MODELS)
