"""The settings of authors: which model, with which keys and limits, and where resources are searched for."""

from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings

BUILTIN = "builtin:outline"
"""The author that needs no model."""


class AuthorSettings(BaseSettings):
    """Provider settings have the names that the providers' own libraries read."""

    model: str = Field(BUILTIN, validation_alias="GREENWAY_MODEL")
    builtin_pace: float = Field(0.6, ge=0, le=60, validation_alias="GREENWAY_BUILTIN_PACE")
    model_concurrency: int | None = Field(None, ge=1, le=1000, validation_alias="GREENWAY_MODEL_CONCURRENCY")
    model_requests_per_minute: int = Field(0, ge=0, validation_alias="GREENWAY_MODEL_REQUESTS_PER_MINUTE")
    model_tokens_per_minute: int = Field(0, ge=0, validation_alias="GREENWAY_MODEL_TOKENS_PER_MINUTE")
    artefact_timeout: float = Field(180, gt=0, le=3600, validation_alias="GREENWAY_ARTEFACT_TIMEOUT")
    max_answer_bytes: int = Field(2_000_000, ge=10_000, le=1_000_000_000, validation_alias="GREENWAY_MAX_ANSWER_BYTES")
    max_cost_usd: float = Field(0, ge=0, allow_inf_nan=False, validation_alias="GREENWAY_MAX_COST_USD")
    prices_file: Path | None = Field(None, validation_alias="GREENWAY_PRICES_FILE")

    openai_api_key: SecretStr | None = Field(None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(None, validation_alias="OPENAI_BASE_URL")
    anthropic_api_key: SecretStr | None = Field(None, validation_alias="ANTHROPIC_API_KEY")
    anthropic_base_url: str | None = Field(None, validation_alias="ANTHROPIC_BASE_URL")
    google_api_key: SecretStr | None = Field(None, validation_alias=AliasChoices("GOOGLE_API_KEY", "GEMINI_API_KEY"))
    google_base_url: str | None = Field(None, validation_alias="GOOGLE_GEMINI_BASE_URL")
    openrouter_api_key: SecretStr | None = Field(None, validation_alias="OPENROUTER_API_KEY")
    openrouter_base_url: str | None = Field(None, validation_alias="OPENROUTER_BASE_URL")
    ollama_base_url: str | None = Field(
        None, validation_alias=AliasChoices("OLLAMA_BASE_URL", "OLLAMA_API_BASE", "OLLAMA_HOST")
    )

    search: Literal["auto", "tavily", "searxng", "duckduckgo", "none"] = Field(
        "auto", validation_alias="GREENWAY_SEARCH"
    )
    tavily_api_key: SecretStr | None = Field(None, validation_alias="TAVILY_API_KEY")
    searxng_base_url: str | None = Field(None, validation_alias="SEARXNG_BASE_URL")

    otlp_endpoint: str | None = Field(None, validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT")
