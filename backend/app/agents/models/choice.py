"""The model that the settings choose: its address, its key, whose machine it runs on and how many calls it takes."""

from dataclasses import dataclass, field
from typing import assert_never

from app.agents.models.addresses import is_local_address, ollama_address, openai_address
from app.agents.models.names import ModelName, check_model
from app.agents.models.providers import Provider, access_to
from app.core.settings import Settings

NO_KEY = "none"
"""Sent where a server needs no key, because OpenAI's library insists on one."""

# Written out although the libraries know them: given no address, they would look for one in the environment.
_PUBLIC_ADDRESSES: dict[Provider, str] = {
    "openai": "https://api.openai.com/v1",
    "openai-chat": "https://api.openai.com/v1",
    "openai-responses": "https://api.openai.com/v1",
    "anthropic": "https://api.anthropic.com",
    "google": "https://generativelanguage.googleapis.com",
    "openrouter": "https://openrouter.ai/api/v1",
}
# A model in this process's own server computes one answer after the other; a server of the operator's usually has
# few slots, and calls beyond them only wait there with their time running.
_CALLS_IN_PROCESS, _CALLS_TO_OWN_SERVER, _CALLS_TO_SERVICE = 1, 2, 16


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """All that a provider's builder needs."""

    name: ModelName
    address: str
    """The base address; empty for a `gguf` file, whose server is yet to start."""
    api_key: str = field(repr=False)
    timeout: float
    """Seconds for reading an answer."""
    max_answer_bytes: int
    is_local: bool
    calls_at_once: int
    is_public_address: bool
    """Whether the settings left the provider's address alone."""


def choose(settings: Settings) -> ModelChoice:
    """The model that the settings name.

    Raises:
        ConfigurationError: as `check_model`.
    """
    name = check_model(settings)
    access = access_to(name.provider, settings)
    address = _address(name.provider, access.address)
    is_local = _is_local(name, address)
    return ModelChoice(
        name=name,
        address=address,
        api_key=access.key or NO_KEY,
        timeout=settings.artefact_timeout,
        max_answer_bytes=settings.max_answer_bytes,
        is_local=is_local,
        calls_at_once=settings.model_concurrency or _calls_at_once(name.provider, is_local),
        is_public_address=not access.address,
    )


def is_ollama_cloud(name: ModelName, address: str) -> bool:
    """Whether Ollama passes the call on to its paid service: by address, or by a name such as `x:120b-cloud`."""
    host = address.split("://")[-1].split(":")[0]
    return host == "ollama.com" or host.endswith(".ollama.com") or name.model.endswith(("-cloud", ":cloud"))


def _address(provider: Provider, given: str | None) -> str:
    match provider:
        case "gguf":
            return ""
        case "ollama":
            return ollama_address(given)
        case _:
            return openai_address(given) if given else _PUBLIC_ADDRESSES[provider]


def _is_local(name: ModelName, address: str) -> bool:
    match name.provider:
        case "gguf":
            return True
        case "ollama":
            return not is_ollama_cloud(name, address)
        case "openai" | "openai-chat" | "openai-responses":
            return is_local_address(address)
        case "anthropic" | "google" | "openrouter":
            return False  # a proxy on this machine still passes the call on to a service that is paid
        case _:
            assert_never(name.provider)


def _calls_at_once(provider: Provider, is_local: bool) -> int:
    if provider == "gguf":
        return _CALLS_IN_PROCESS
    return _CALLS_TO_OWN_SERVER if is_local else _CALLS_TO_SERVICE
