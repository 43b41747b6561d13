"""Reads `GREENWAY_MODEL=provider:model` and says in one sentence what is wrong with it.

The API checks the name at its start without ever asking a model, so nothing here imports a provider's library.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from app.agents.models.addresses import is_http_address, ollama_address
from app.agents.models.providers import PROVIDERS, Access, Provider, access_to
from app.core.errors import ConfigurationError
from app.core.files import why_unreadable
from app.core.settings import Settings

_SPELLINGS: dict[str, Provider] = {
    **{provider: provider for provider in PROVIDERS},
    "google-gla": "google",
    "gemini": "google",
    "qwen": "dashscope",
    "moonshotai": "moonshot",
    "zai": "zhipu",
    "grok": "xai",
}
_GGUF_MAGIC = b"GGUF"


@dataclass(frozen=True, slots=True)
class ModelName:
    """A provider, and the model's name as that provider has it."""

    provider: Provider
    model: str

    @property
    def path(self) -> Path:
        """The file that a `gguf` model is."""
        # `Path.expanduser` fails for users who do not exist.
        return Path(os.path.expanduser(self.model))  # noqa: PTH111


def is_installed(package: str) -> bool:
    """Whether `package` could be imported; it is not."""
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # of a dotted name whose parent is missing
        return False


def parse_model_name(text: str, named: str | None = None) -> ModelName:
    """The provider and model in `provider:model`; only the first colon separates. Sentences say `named` for it.

    Raises:
        ConfigurationError: there is no colon, no model, or no such provider.
    """
    prefix, colon, model = (part.strip() for part in text.partition(":"))
    if not colon:
        raise ConfigurationError(
            f"{named or text} does not name a provider; write provider:model, for example openai:gpt-5."
        )
    provider = _SPELLINGS.get(prefix.lower())
    if provider is None:
        known = ", ".join(PROVIDERS)
        raise ConfigurationError(f"{named or text} names an unknown provider; use builtin:outline or one of {known}.")
    if not model:
        raise ConfigurationError(f"{named or text} does not name a model; write one after {prefix}:.")
    return ModelName(provider, model)


def check_model(
    settings: Settings, *, is_asked: bool = True, installed: Callable[[str], bool] = is_installed
) -> ModelName:
    """The model that the settings name, once everything that can be known without a request is in place; its key only
    where the model `is_asked`.

    Raises:
        ConfigurationError: with one sentence that says what is wrong and what to do.
    """
    name = parse_model_name(settings.model, _named(settings))
    info, access = PROVIDERS[name.provider], access_to(name.provider, settings)
    if info.package is not None and not installed(info.package):
        raise ConfigurationError(
            f'{_named(settings)} needs a package that is not installed; run pip install "greenway[{info.extra}]".'
        )
    if is_asked and access.key_name is not None and access.needs_key and access.key is None:
        raise ConfigurationError(f"{_named(settings)} needs a key; set {access.key_name}.")
    if access.key is not None and access.key_name is not None:
        check_key(access.key, access.key_name)
    if info.is_address_needed and not access.address:
        raise ConfigurationError(f"{_named(settings)} needs an address; set {access.address_name}.")
    _check_address(name.provider, access)
    if name.provider == "openrouter" and "/" not in name.model:
        raise ConfigurationError(f"{_named(settings)} does not name the model's vendor; write openrouter:vendor/model.")
    if name.provider == "gguf":
        _check_gguf(name.path, settings.name_of("model"))
    return name


def _named(settings: Settings) -> str:
    """The model, and where it is set, as sentences begin."""
    setting = settings.name_of("model")
    return f"{setting}={settings.model}" if setting.isidentifier() else settings.model


def check_key(key: str, setting: str) -> None:
    """Keys travel in headers, which take no other characters; and what was copied along may not be visible.

    Raises:
        ConfigurationError: it cannot be a key; the sentence calls it by its `setting`.
    """
    for place, character in enumerate(key, start=1):
        if not " " <= character <= "~":
            raise ConfigurationError(
                f"{setting} contains a character that cannot occur in a key: U+{ord(character):04X} at position"
                f" {place}; copy the key again."
            )


def _check_address(provider: Provider, access: Access) -> None:
    """The value is not repeated in the message: it may hold a password."""
    if not access.address:
        return
    if provider == "ollama":
        try:
            ollama_address(access.address)
        except ValueError:
            raise ConfigurationError(
                f"{access.address_name} must be a host, host:port or http(s) address without a user name."
            ) from None
    elif not is_http_address(access.address.strip()):
        raise ConfigurationError(f"{access.address_name} must be an address that starts with http:// or https://.")


def _check_gguf(path: Path, setting: str) -> None:
    if reason := why_unreadable(path):
        raise ConfigurationError(
            f"The model file {path} cannot be read ({reason}); give {setting} the path of a .gguf file."
        )
    with path.open("rb") as file:
        magic = file.read(len(_GGUF_MAGIC))
    if magic != _GGUF_MAGIC:
        raise ConfigurationError(f"The file {path} is not a GGUF model; give {setting} the path of a .gguf file.")
