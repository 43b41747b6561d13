"""Chooses the author that GREENWAY_MODEL names."""

from app.agents.builtin.author import BuiltinAuthor
from app.core.errors import ConfigurationError
from app.core.settings import Settings
from app.generation.ports import Author


def check_model_name(settings: Settings) -> str:
    """The name of the configured author, without building it.

    Raises:
        ConfigurationError: there is no such author.
    """
    if settings.model != BuiltinAuthor.name:
        raise ConfigurationError(
            f"GREENWAY_MODEL={settings.model} names no author that is available; use {BuiltinAuthor.name}."
        )
    return settings.model


def create_author(settings: Settings) -> Author:
    """The author for one event loop."""
    check_model_name(settings)
    return BuiltinAuthor(pace=settings.builtin_pace)
