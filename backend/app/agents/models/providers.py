"""The providers that can be named, and what the settings hold for each: a key, an address, a package to install."""

from dataclasses import dataclass
from typing import Literal, assert_never

from pydantic import SecretStr

from app.core.settings import Settings

Provider = Literal["openai", "openai-chat", "openai-responses", "anthropic", "google", "openrouter", "ollama", "gguf"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How one provider is reached."""

    key: str | None = None
    """The key, without the line break that copying leaves."""
    key_name: str | None = None
    """The variable that holds the key; None where there is none."""
    needs_key: bool = True
    """Whether nothing works without the key, where there is a variable for it."""
    address: str | None = None
    """The address as the settings have it."""
    address_name: str | None = None
    """The variable that holds the address; None where the address is not the operator's to choose."""
    package: str | None = None
    """The package that must be installed beyond Greenway's own dependencies."""
    extra: str | None = None
    """The extra of Greenway's distribution that brings `package`."""


def access_to(provider: Provider, settings: Settings) -> Access:
    """What the settings hold for `provider`."""
    match provider:
        case "openai" | "openai-chat" | "openai-responses":
            return Access(
                key=_text(settings.openai_api_key),
                key_name="OPENAI_API_KEY",
                # Compatible servers often need no key, so none is demanded once an address is set.
                needs_key=not settings.openai_base_url,
                address=settings.openai_base_url,
                address_name="OPENAI_BASE_URL",
            )
        case "anthropic":
            return Access(
                key=_text(settings.anthropic_api_key),
                key_name="ANTHROPIC_API_KEY",
                address=settings.anthropic_base_url,
                address_name="ANTHROPIC_BASE_URL",
                package="anthropic",
                extra="anthropic",
            )
        case "google":
            return Access(
                key=_text(settings.google_api_key),
                key_name=settings.name_of("google_api_key"),
                address=settings.google_base_url,
                address_name="GOOGLE_GEMINI_BASE_URL",
                package="google.genai",
                extra="google",
            )
        case "openrouter":
            return Access(
                key=_text(settings.openrouter_api_key),
                key_name="OPENROUTER_API_KEY",
                address=settings.openrouter_base_url,
                address_name="OPENROUTER_BASE_URL",
            )
        case "ollama":
            return Access(address=settings.ollama_base_url, address_name=settings.name_of("ollama_base_url"))
        case "gguf":
            return Access(package="xllamacpp", extra="local")
        case _:
            assert_never(provider)


def _text(secret: SecretStr | None) -> str | None:
    return (secret.get_secret_value().strip() or None) if secret else None
