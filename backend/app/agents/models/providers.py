"""The providers that can be named, and what is known of each: its key, its address, a package to install.

To add one that speaks OpenAI's Chat Completions, add it here, its settings to `core.author_settings` and its own
address to `core.sources`.
"""

from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from app.core.settings import Settings

Provider = Literal[
    "openai",
    "openai-chat",
    "openai-responses",
    "anthropic",
    "google",
    "openrouter",
    "deepseek",
    "dashscope",
    "moonshot",
    "zhipu",
    "mistral",
    "groq",
    "xai",
    "azure",
    "compatible",
    "ollama",
    "gguf",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderInfo:
    """What holds for every installation. Fields are those of `Settings`."""

    label: str
    """As the provider calls itself."""
    account: str
    """Under which name its key and address are kept: names of one provider share them."""
    needs_key: bool = True
    """Whether nothing works without a key."""
    key_field: str | None = None
    address_field: str | None = None
    is_address_needed: bool = False
    """Whether each customer has another address."""
    keys_at: str | None = None
    """The page where the provider hands out keys."""
    package: str | None = None
    """The package that must be installed beyond Greenway's own dependencies."""
    extra: str | None = None
    """The extra of Greenway's distribution that brings `package`."""
    is_compatible: bool = False
    """Whether it speaks OpenAI's Chat Completions, and nothing more is known of it."""


def _compatible(
    account: str, label: str, keys_at: str | None, *, needs_key: bool = True, is_address_needed: bool = False
) -> ProviderInfo:
    return ProviderInfo(
        label=label,
        account=account,
        needs_key=needs_key,
        key_field=f"{account}_api_key",
        address_field=f"{account}_base_url",
        is_address_needed=is_address_needed,
        keys_at=keys_at,
        is_compatible=True,
    )


_OPENAI = ProviderInfo(
    label="OpenAI",
    account="openai",
    key_field="openai_api_key",
    address_field="openai_base_url",
    keys_at="https://platform.openai.com/api-keys",
)
PROVIDERS: dict[Provider, ProviderInfo] = {
    "openai": _OPENAI,
    "openai-chat": _OPENAI,
    "openai-responses": _OPENAI,
    "anthropic": ProviderInfo(
        label="Anthropic",
        account="anthropic",
        key_field="anthropic_api_key",
        address_field="anthropic_base_url",
        keys_at="https://console.anthropic.com/settings/keys",
        package="anthropic",
        extra="anthropic",
    ),
    "google": ProviderInfo(
        label="Google Gemini",
        account="google",
        key_field="google_api_key",
        address_field="google_base_url",
        keys_at="https://aistudio.google.com/apikey",
        package="google.genai",
        extra="google",
    ),
    "openrouter": ProviderInfo(
        label="OpenRouter",
        account="openrouter",
        key_field="openrouter_api_key",
        address_field="openrouter_base_url",
        keys_at="https://openrouter.ai/settings/keys",
    ),
    "deepseek": _compatible("deepseek", "DeepSeek", "https://platform.deepseek.com/api_keys"),
    "dashscope": _compatible("dashscope", "Qwen (DashScope)", "https://bailian.console.aliyun.com/?tab=model#/api-key"),
    "moonshot": _compatible("moonshot", "Moonshot (Kimi)", "https://platform.moonshot.ai/console/api-keys"),
    "zhipu": _compatible("zhipu", "Zhipu (GLM)", "https://open.bigmodel.cn/usercenter/apikeys"),
    "mistral": _compatible("mistral", "Mistral", "https://console.mistral.ai/api-keys"),
    "groq": _compatible("groq", "Groq", "https://console.groq.com/keys"),
    "xai": _compatible("xai", "xAI", "https://console.x.ai"),
    "azure": _compatible("azure", "Azure OpenAI", "https://portal.azure.com", is_address_needed=True),
    "compatible": _compatible(
        "compatible", "An OpenAI-compatible server", None, needs_key=False, is_address_needed=True
    ),
    "ollama": ProviderInfo(label="Ollama", account="ollama", needs_key=False, address_field="ollama_base_url"),
    "gguf": ProviderInfo(label="A .gguf file", account="gguf", needs_key=False, package="xllamacpp", extra="local"),
}


ACCOUNTS = tuple(dict.fromkeys(info.account for info in PROVIDERS.values() if info.address_field))
"""Whose keys and addresses can be kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How one provider is reached with the settings of this installation."""

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


def access_to(provider: Provider, settings: Settings) -> Access:
    """What the settings hold for `provider`."""
    info = PROVIDERS[provider]
    address = getattr(settings, info.address_field) if info.address_field else None
    return Access(
        key=_text(getattr(settings, info.key_field)) if info.key_field else None,
        key_name=settings.name_of(info.key_field) if info.key_field else None,
        # Compatible servers often need no key, so none is demanded once OpenAI's address is another one.
        needs_key=info.needs_key and not (info is _OPENAI and address),
        address=address,
        address_name=settings.name_of(info.address_field) if info.address_field else None,
    )


def _text(secret: SecretStr | None) -> str | None:
    return (secret.get_secret_value().strip() or None) if secret else None
