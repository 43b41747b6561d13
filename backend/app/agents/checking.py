"""Checks the author that GREENWAY_MODEL names, without what it is made of."""

from importlib import import_module

from app.core.author_settings import BUILTIN
from app.core.settings import Settings
from app.core.tracing import check_tracing

_MODEL_SETTINGS = "app.agents.model_settings"
"""Imported by name once a model is chosen: its prices are large, and search engines have libraries of their own."""


def check_author(settings: Settings, *, writes: bool = True) -> str:
    """The name of the configured author, without building it. Where it never `writes`, as in the API, it needs no keys.

    Raises:
        ConfigurationError: there is no such author, or it lacks a key, an extra or a file; or spans lack theirs.
    """
    check_tracing(settings)
    if settings.model != BUILTIN:
        import_module(_MODEL_SETTINGS).check_model_settings(settings, writes=writes)
    return settings.model
