"""Checks the authors that the settings name, without what they are made of."""

from importlib import import_module

from app.agents.in_force import models_of, with_model
from app.core.author_settings import BUILTIN
from app.core.errors import ConfigurationError
from app.core.settings import Settings
from app.core.tracing import check_tracing
from app.domain.content.kinds import KINDS
from app.domain.model_settings import OUTLINE

PARTS = (OUTLINE, *KINDS)
"""What different models may write."""

_MODEL_SETTINGS = "app.agents.model_settings"
"""Imported by name once a model is chosen: its prices are large, and search engines have libraries of their own."""


def check_author(settings: Settings, *, writes: bool = True) -> str:
    """The name of the configured author, without building it. Where it never `writes`, as in the API, it needs no keys.

    Raises:
        ConfigurationError: there is no such author, or it lacks a key, an extra or a file; or spans lack theirs.
    """
    check_tracing(settings)
    if unknown := sorted(settings.models_for.keys() - set(PARTS)):
        raise ConfigurationError(
            f"{settings.name_of('models_by_part')} names an unknown part, {unknown[0]}; use {', '.join(PARTS)}."
        )
    for name in models_of(settings):
        if name != BUILTIN:
            import_module(_MODEL_SETTINGS).check_model_settings(with_model(settings, name), writes=writes)
    return settings.model
