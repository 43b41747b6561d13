"""Opens the model that the settings name, for the event loop that will use it."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from importlib import import_module

from pydantic_ai.models import Model

from app.agents.models.choice import ModelChoice, choose
from app.agents.models.providers import PROVIDERS, Provider
from app.core.settings import Settings

_COMPATIBLE = "app.agents.models.compatible_models"

# Modules by name, each with a `build`: only the chosen provider's is imported. Its library costs tens of megabytes and
# up to a second, and the libraries of the others may not be installed at all.
_BUILDERS: dict[Provider, str] = {
    "openai": "app.agents.models.openai_models",
    "openai-chat": "app.agents.models.openai_models",
    "openai-responses": "app.agents.models.openai_models",
    "anthropic": "app.agents.models.anthropic_models",
    "google": "app.agents.models.google_models",
    "openrouter": "app.agents.models.openrouter_models",
    **dict.fromkeys((name for name, info in PROVIDERS.items() if info.is_compatible), _COMPATIBLE),
    "ollama": "app.agents.models.ollama_models",
    "gguf": "app.agents.models.gguf_models",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenModel:
    """A model with the connections under it."""

    name: str
    """The name as learners see it: `GREENWAY_MODEL`."""
    model: Model
    is_local: bool
    """Runs on this machine or on a server of the operator's, so that calls cost nothing."""
    calls_at_once: int
    """How many calls one process should have in flight."""
    resources: AsyncExitStack = field(default_factory=AsyncExitStack, repr=False, compare=False)
    """What `close` closes."""

    async def close(self) -> None:
        """Close all connections and stop a server that was started for the model; may be repeated."""
        await self.resources.aclose()


async def open_model(settings: Settings) -> OpenModel:
    """Open the model in the running event loop, to which it then belongs.

    No request is made, except that a model file is loaded. A failure leaves nothing open.

    Raises:
        ConfigurationError: the settings lack something, as `check_model` says.
    """
    choice = choose(settings)
    # In a thread, because the import takes long enough for other work of this loop to notice.
    module = await asyncio.to_thread(import_module, _BUILDERS[choice.name.provider])
    build: Callable[[ModelChoice, AsyncExitStack], Awaitable[Model]] = module.build
    async with AsyncExitStack() as resources:
        model = await build(choice, resources)
        return OpenModel(
            name=settings.model,
            model=model,
            is_local=choice.is_local,
            calls_at_once=choice.calls_at_once,
            resources=resources.pop_all(),
        )
