"""Where a value comes from, the environment or `.env`; and that a secret is only sent where its own source says.

An operator who runs Greenway in a foreign directory reads the `.env` there. So what that file says never decides
where a secret of the environment goes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.core.dotenv import DOTENV
from app.core.errors import MixedSources

ENVIRONMENT = "the environment"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingValue:
    """A value that is set, under the name by which it is known."""

    name: str
    value: str
    source: str


class Sources:
    """The environment, and `.env` where that is silent. Names may be written in any case; an empty value is none."""

    def __init__(self, environment: Mapping[str, str], dotenv: Mapping[str, str]) -> None:
        self._sources = {
            source: {name.upper(): value for name, value in values.items() if value}
            for source, values in ((ENVIRONMENT, environment), (DOTENV, dotenv))
        }

    def find(self, names: Sequence[str]) -> SettingValue | None:
        """The value that counts, of a setting that may have several names."""
        return next(self._all(names), None)

    def _all(self, names: Sequence[str]) -> Iterator[SettingValue]:
        for source, given in self._sources.items():
            yield from (SettingValue(name=name, value=given[name], source=source) for name in names if name in given)


PROVIDERS_OWN = {
    "OPENAI_BASE_URL": "https://api.openai.com/v1",
    "ANTHROPIC_BASE_URL": "https://api.anthropic.com",
    "GOOGLE_GEMINI_BASE_URL": "https://generativelanguage.googleapis.com",
    "OPENROUTER_BASE_URL": "https://openrouter.ai/api/v1",
    "DEEPSEEK_BASE_URL": "https://api.deepseek.com/v1",
    "DASHSCOPE_BASE_URL": "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
    "MOONSHOT_BASE_URL": "https://api.moonshot.ai/v1",
    "ZHIPU_BASE_URL": "https://open.bigmodel.cn/api/paas/v4",
    "MISTRAL_BASE_URL": "https://api.mistral.ai/v1",
    "GROQ_BASE_URL": "https://api.groq.com/openai/v1",
    "XAI_BASE_URL": "https://api.x.ai/v1",
}
"""Where a provider's key goes when the setting for its address is silent."""

SENT_TO: dict[tuple[str, ...], str | None] = {
    ("OPENAI_API_KEY",): "OPENAI_BASE_URL",
    ("ANTHROPIC_API_KEY",): "ANTHROPIC_BASE_URL",
    ("GOOGLE_API_KEY", "GEMINI_API_KEY"): "GOOGLE_GEMINI_BASE_URL",
    ("OPENROUTER_API_KEY",): "OPENROUTER_BASE_URL",
    ("DEEPSEEK_API_KEY",): "DEEPSEEK_BASE_URL",
    ("DASHSCOPE_API_KEY",): "DASHSCOPE_BASE_URL",
    ("MOONSHOT_API_KEY",): "MOONSHOT_BASE_URL",
    ("ZHIPU_API_KEY",): "ZHIPU_BASE_URL",
    ("MISTRAL_API_KEY",): "MISTRAL_BASE_URL",
    ("GROQ_API_KEY",): "GROQ_BASE_URL",
    ("XAI_API_KEY",): "XAI_BASE_URL",
    ("AZURE_OPENAI_API_KEY",): "AZURE_OPENAI_BASE_URL",
    ("COMPATIBLE_API_KEY",): "COMPATIBLE_BASE_URL",
    ("GREENWAY_TOKEN",): "GREENWAY_URL",
    ("TAVILY_API_KEY",): None,
    # Libraries add these by themselves.
    ("PGPASSWORD",): "DATABASE_URL",
    ("OTEL_EXPORTER_OTLP_HEADERS",): "OTEL_EXPORTER_OTLP_ENDPOINT",
    ("OTEL_EXPORTER_OTLP_TRACES_HEADERS",): "OTEL_EXPORTER_OTLP_ENDPOINT",
}
"""Every secret, and the setting for the address that it is sent to; None where that is always the provider's own."""

ON_THE_WAY = ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""What decides who sits between us and an address, and who is believed to be it."""


def check_sources(sources: Sources) -> None:
    """
    Raises:
        MixedSources: a secret would go to an address from the other source, or from the environment along a way of
            `.env`.
    """
    for names, address_name in SENT_TO.items():
        secret = sources.find(names)
        if secret is None:
            continue
        address = sources.find((address_name,)) if address_name else None
        if address and address.source != secret.source and not _is_providers_own(address):
            raise MixedSources(_sentence(secret, address))
        if secret.source == ENVIRONMENT:
            for name in ON_THE_WAY:
                way = sources.find((name,))
                if way and way.source != secret.source:
                    raise MixedSources(_sentence(secret, way))


def _is_providers_own(address: SettingValue) -> bool:
    # Letter by letter: two libraries may read another spelling of it as two hosts.
    return address.value.strip().rstrip("/") == PROVIDERS_OWN.get(address.name)


def _sentence(secret: SettingValue, other: SettingValue) -> str:
    return (
        f"{secret.name} is set in {secret.source}, but {other.name} in {other.source}; both must come from the"
        " same source, so set them in the environment, or both in .env and neither in the environment."
    )
