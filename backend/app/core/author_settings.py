"""The settings of authors: which model, with which keys and limits, and where resources are searched for."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode

Port = Annotated[int, Field(ge=1, le=65535)]

BUILTIN = "builtin:outline"
"""The author that needs no model."""


class AuthorSettings(BaseSettings):
    """Provider settings have the names that the providers' own libraries read."""

    model: str = Field(BUILTIN, validation_alias="GREENWAY_MODEL")
    fallback_model: str | None = Field(None, validation_alias="GREENWAY_FALLBACK_MODEL")
    models_by_part: Annotated[dict[str, str] | None, NoDecode] = Field(None, validation_alias="GREENWAY_MODELS_FOR")
    model_server_ports: Annotated[tuple[Port, ...], NoDecode] = Field(
        (), max_length=20, validation_alias="GREENWAY_MODEL_SERVER_PORTS"
    )
    builtin_pace: float = Field(0.6, ge=0, le=60, validation_alias="GREENWAY_BUILTIN_PACE")
    model_concurrency: int | None = Field(None, ge=1, le=1000, validation_alias="GREENWAY_MODEL_CONCURRENCY")
    model_requests_per_minute: int = Field(0, ge=0, validation_alias="GREENWAY_MODEL_REQUESTS_PER_MINUTE")
    model_tokens_per_minute: int = Field(0, ge=0, validation_alias="GREENWAY_MODEL_TOKENS_PER_MINUTE")
    artefact_timeout: float = Field(180, gt=0, le=3600, validation_alias="GREENWAY_ARTEFACT_TIMEOUT")
    max_answer_bytes: int = Field(2_000_000, ge=10_000, le=1_000_000_000, validation_alias="GREENWAY_MAX_ANSWER_BYTES")
    max_cost_usd: float = Field(0, ge=0, allow_inf_nan=False, validation_alias="GREENWAY_MAX_COST_USD")
    max_cost_usd_per_month: float = Field(
        0, ge=0, allow_inf_nan=False, validation_alias="GREENWAY_MAX_COST_USD_PER_MONTH"
    )
    prices_file: Path | None = Field(None, validation_alias="GREENWAY_PRICES_FILE")

    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(None, validation_alias="OPENAI_BASE_URL")
    anthropic_api_key: SecretStr | None = Field(None, validation_alias="ANTHROPIC_API_KEY")
    anthropic_base_url: str | None = Field(None, validation_alias="ANTHROPIC_BASE_URL")
    google_api_key: SecretStr | None = Field(None, validation_alias=AliasChoices("GOOGLE_API_KEY", "GEMINI_API_KEY"))
    google_base_url: str | None = Field(None, validation_alias="GOOGLE_GEMINI_BASE_URL")
    openrouter_api_key: SecretStr | None = Field(None, validation_alias="OPENROUTER_API_KEY")
    openrouter_base_url: str | None = Field(None, validation_alias="OPENROUTER_BASE_URL")
    deepseek_api_key: SecretStr | None = Field(None, validation_alias="DEEPSEEK_API_KEY")
    deepseek_base_url: str | None = Field(None, validation_alias="DEEPSEEK_BASE_URL")
    dashscope_api_key: SecretStr | None = Field(None, validation_alias="DASHSCOPE_API_KEY")
    dashscope_base_url: str | None = Field(None, validation_alias="DASHSCOPE_BASE_URL")
    moonshot_api_key: SecretStr | None = Field(None, validation_alias="MOONSHOT_API_KEY")
    moonshot_base_url: str | None = Field(None, validation_alias="MOONSHOT_BASE_URL")
    zhipu_api_key: SecretStr | None = Field(None, validation_alias="ZHIPU_API_KEY")
    zhipu_base_url: str | None = Field(None, validation_alias="ZHIPU_BASE_URL")
    mistral_api_key: SecretStr | None = Field(None, validation_alias="MISTRAL_API_KEY")
    mistral_base_url: str | None = Field(None, validation_alias="MISTRAL_BASE_URL")
    groq_api_key: SecretStr | None = Field(None, validation_alias="GROQ_API_KEY")
    groq_base_url: str | None = Field(None, validation_alias="GROQ_BASE_URL")
    xai_api_key: SecretStr | None = Field(None, validation_alias="XAI_API_KEY")
    xai_base_url: str | None = Field(None, validation_alias="XAI_BASE_URL")
    azure_api_key: SecretStr | None = Field(None, validation_alias="AZURE_OPENAI_API_KEY")
    azure_base_url: str | None = Field(None, validation_alias="AZURE_OPENAI_BASE_URL")
    compatible_api_key: SecretStr | None = Field(None, validation_alias="COMPATIBLE_API_KEY")
    compatible_base_url: str | None = Field(None, validation_alias="COMPATIBLE_BASE_URL")
    ollama_base_url: str | None = Field(
        None, validation_alias=AliasChoices("OLLAMA_BASE_URL", "OLLAMA_API_BASE", "OLLAMA_HOST")
    )

    search: Literal["auto", "tavily", "searxng", "duckduckgo", "none"] = Field(
        "auto", validation_alias="GREENWAY_SEARCH"
    )
    tavily_api_key: SecretStr | None = Field(None, validation_alias="TAVILY_API_KEY")
    searxng_base_url: str | None = Field(None, validation_alias="SEARXNG_BASE_URL")

    otlp_endpoint: str | None = Field(None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")

    def model_for(self, part: str) -> str:
        """The model that writes a part: `outline`, or a kind of artefact."""
        return self.models_for.get(part, self.model)

    @property
    def models_for(self) -> dict[str, str]:
        """The models for parts that another one than `model` writes."""
        return self.models_by_part or {}

    @field_validator("model_server_ports", mode="before")
    @classmethod
    def _separated(cls, value: object) -> object:
        """`9000, 9001`."""
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("models_by_part", mode="before")
    @classmethod
    def _pairs(cls, value: object) -> object:
        """`quiz=openai:gpt-5-mini, outline=openai:gpt-5`."""
        if not isinstance(value, str):
            return value
        pairs = [pair.partition("=") for pair in value.split(",") if pair.strip()]
        if not all(part.strip() and equals and model.strip() for part, equals, model in pairs):
            raise ValueError("write part=provider:model, with commas between several")
        return {part.strip(): model.strip() for part, _, model in pairs}
