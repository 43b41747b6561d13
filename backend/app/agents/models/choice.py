"""The model that the settings choose: its address, its key, whose machine it runs on and how many calls it takes."""

from dataclasses import dataclass, field

from app.agents.models.addresses import is_local_address, ollama_address, openai_address
from app.agents.models.names import ModelName, check_model
from app.agents.models.providers import Access, Provider, access_to
from app.core.settings import Settings
from app.core.sources import PROVIDERS_OWN

NO_KEY = "none"
"""Sent where a server needs no key, because OpenAI's library insists on one."""

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


def choose(settings: Settings, *, is_asked: bool = True) -> ModelChoice:
    """The model that the settings name; without a key it can still be described.

    Raises:
        ConfigurationError: as `check_model`.
    """
    name = check_model(settings, is_asked=is_asked)
    access = access_to(name.provider, settings)
    address = _address(name.provider, access)
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


def _address(provider: Provider, access: Access) -> str:
    match provider:
        case "gguf":
            return ""
        case "ollama":
            return ollama_address(access.address)
        case _:
            # Written out although the libraries know it: given none, they would look for one in the environment.
            return openai_address(access.address or PROVIDERS_OWN[access.address_name or ""])


def _is_local(name: ModelName, address: str) -> bool:
    match name.provider:
        case "gguf":
            return True
        case "ollama":
            return not is_ollama_cloud(name, address)
        case "openai" | "openai-chat" | "openai-responses" | "compatible":
            return is_local_address(address)
        case _:
            return False  # a proxy on this machine still passes the call on to a service that is paid


def _calls_at_once(provider: Provider, is_local: bool) -> int:
    if provider == "gguf":
        return _CALLS_IN_PROCESS
    return _CALLS_TO_OWN_SERVER if is_local else _CALLS_TO_SERVICE
