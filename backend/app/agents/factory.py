"""Chooses the author that GREENWAY_MODEL names.

What an author over a model needs is imported by name, once a model is chosen: the libraries under it take a second and
40 MB, and some may not be installed.
"""

import asyncio
from importlib import import_module

from app.agents.builtin.author import BuiltinAuthor
from app.agents.builtin.estimator import BuiltinEstimator
from app.agents.estimating import Estimator
from app.core.settings import Settings
from app.core.tracing import check_tracing
from app.generation.ports import Author

_MODEL_SETTINGS = "app.agents.model_settings"
_OPENING = "app.agents.opening"


def check_author(settings: Settings, *, writes: bool = True) -> str:
    """The name of the configured author, without building it. Where it never `writes`, as in the API, it needs no keys.

    Raises:
        ConfigurationError: there is no such author, or it lacks a key, an extra or a file; or spans lack theirs.
    """
    check_tracing(settings)
    if settings.model != BuiltinAuthor.name:
        import_module(_MODEL_SETTINGS).check_model_settings(settings, writes=writes)
    return settings.model


def estimator_of(settings: Settings) -> Estimator:
    """What says how much the configured author's content will take.

    Raises:
        ConfigurationError: as `check_author`.
    """
    if settings.model == BuiltinAuthor.name:
        return BuiltinEstimator(
            settings.model, pace=settings.builtin_pace, concepts_at_once=settings.concept_concurrency
        )
    estimator: Estimator = import_module(_MODEL_SETTINGS).ModelEstimator(settings)
    return estimator


async def open_author(settings: Settings) -> Author:
    """The author for this event loop; the caller that opens it closes it.

    Raises:
        ConfigurationError: as `check_author`.
    """
    if settings.model == BuiltinAuthor.name:
        return BuiltinAuthor(pace=settings.builtin_pace)
    opening = await asyncio.to_thread(import_module, _OPENING)  # beside the loop
    author: Author = await opening.open_model_author(settings)
    return author
