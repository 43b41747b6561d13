"""Chooses the author that GREENWAY_MODEL names.

What an author is made of is imported by name, once it is chosen and only where it writes: the libraries under a model
take a second and 40 MB, and some may not be installed.
"""

import asyncio
from importlib import import_module
from types import ModuleType

from app.agents.builtin.estimator import BuiltinEstimator
from app.agents.estimating import Estimator
from app.core.author_settings import BUILTIN
from app.core.settings import Settings
from app.generation.ports import Author

_BUILTIN_AUTHOR = "app.agents.builtin.author"
_MODEL_AUTHOR = "app.agents.opening"
_MODEL_SETTINGS = "app.agents.model_settings"


def estimator_of(settings: Settings) -> Estimator:
    """What says how much the configured author's content will take.

    Raises:
        ConfigurationError: as `check_author` in `checking`.
    """
    if settings.model == BUILTIN:
        return BuiltinEstimator(BUILTIN, pace=settings.builtin_pace, concepts_at_once=settings.concept_concurrency)
    estimator: Estimator = import_module(_MODEL_SETTINGS).ModelEstimator(settings)
    return estimator


def import_author(settings: Settings) -> ModuleType:
    """What the configured author is made of. Before a fork, this is done once for all children."""
    return import_module(_BUILTIN_AUTHOR if settings.model == BUILTIN else _MODEL_AUTHOR)


async def open_author(settings: Settings) -> Author:
    """The author for this event loop; the caller that opens it closes it.

    Raises:
        ConfigurationError: as `check_author` in `checking`.
    """
    module = await asyncio.to_thread(import_author, settings)  # beside the loop, which goes on meanwhile
    author: Author
    if settings.model == BUILTIN:
        author = module.BuiltinAuthor(pace=settings.builtin_pace)
    else:
        author = await module.open_model_author(settings)
    return author
