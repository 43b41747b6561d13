"""Chooses the authors that the settings name.

What an author is made of is imported by name, once it is chosen and only where it writes: the libraries under a model
take a second and 40 MB, and some may not be installed.
"""

import asyncio
from contextlib import AsyncExitStack
from importlib import import_module
from types import ModuleType

from app.agents.builtin.estimator import BuiltinEstimator
from app.agents.composed import AuthorForParts, AuthorWithFallback
from app.agents.estimating import Estimator, EstimatorForParts
from app.agents.in_force import models_of, with_model
from app.core.author_settings import BUILTIN
from app.core.settings import Settings
from app.domain.content.kinds import KINDS
from app.generation.ports import Author

_BUILTIN_AUTHOR = "app.agents.builtin.author"
_MODEL_AUTHOR = "app.agents.opening"
_MODEL_SETTINGS = "app.agents.model_settings"


def estimator_of(settings: Settings) -> Estimator:
    """What says how much the chosen authors' content will take.

    Raises:
        ConfigurationError: as `check_author` in `checking`.
    """
    models = dict.fromkeys(settings.model_for(kind) for kind in KINDS)
    return EstimatorForParts(
        settings.model_for, {model: _estimator_of_one(with_model(settings, model)) for model in models}
    )


def import_author(settings: Settings) -> ModuleType:
    """What the configured author is made of. Before a fork, this is done once for all children."""
    return import_module(_BUILTIN_AUTHOR if settings.model == BUILTIN else _MODEL_AUTHOR)


async def open_author(settings: Settings) -> Author:
    """The author for this event loop; the caller that opens it closes it.

    Raises:
        ConfigurationError: as `check_author` in `checking`.
    """
    async with AsyncExitStack() as opened:
        authors: dict[str, Author] = {}
        for name in models_of(settings):
            authors[name] = await _open_one(with_model(settings, name))
            opened.push_async_callback(authors[name].close)
        author = authors[settings.model]
        if settings.models_for:
            author = AuthorForParts(author, {part: authors[name] for part, name in settings.models_for.items()})
        if settings.fallback_model:
            author = AuthorWithFallback(author, authors[settings.fallback_model])
        opened.pop_all()
        return author


async def _open_one(settings: Settings) -> Author:
    module = await asyncio.to_thread(import_author, settings)  # beside the loop, which goes on meanwhile
    author: Author
    if settings.model == BUILTIN:
        author = module.BuiltinAuthor(pace=settings.builtin_pace)
    else:
        author = await module.open_model_author(settings)
    return author


def _estimator_of_one(settings: Settings) -> Estimator:
    if settings.model == BUILTIN:
        return BuiltinEstimator(pace=settings.builtin_pace, concepts_at_once=settings.concept_concurrency)
    estimator: Estimator = import_module(_MODEL_SETTINGS).ModelEstimator(settings)
    return estimator
