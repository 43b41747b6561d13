"""Settings from the environment or `.env`; a wrong one stops the start with a sentence that names it."""

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from pydantic import (
    AliasChoices,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_settings import SettingsConfigDict

from app.core.author_settings import AuthorSettings
from app.core.database_address import parse_database_address
from app.core.dotenv import DOTENV, read_dotenv
from app.core.errors import ConfigurationError
from app.core.failpoints import Failpoint
from app.core.network_environment import check_certificates, hand_on
from app.core.serving_settings import ServingSettings
from app.core.sources import Sources, check_sources

SAVED_IN_APP = "Settings > Model"
"""The place of settings that are saved in the app, as sentences name it."""
_REDIS_ADDRESS = "app.core.redis_address"
"""Imported by name once an address is read: the client under it takes 0.1 s, and most commands have no use for it."""

_FAILPOINT = rf"^({'|'.join(Failpoint)})(:[1-9][0-9]*)?$"


class Settings(AuthorSettings, ServingSettings):
    """All settings. `doc/configuration.md` and `.env.example` list the same names; a test compares them."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    database_url: SecretStr | None = Field(None, validation_alias="DATABASE_URL")
    redis_url: SecretStr | None = Field(None, validation_alias="REDIS_URL")
    secret_key: SecretStr | None = Field(None, validation_alias="SECRET_KEY")
    secret_key_fallbacks: SecretStr | None = Field(None, validation_alias="SECRET_KEY_FALLBACKS")

    ssl_cert_file: Path | None = Field(None, validation_alias="SSL_CERT_FILE")

    auth: Literal["local"] = Field("local", validation_alias="GREENWAY_AUTH")

    concept_concurrency: int = Field(5, ge=1, le=100, validation_alias="GREENWAY_CONCEPT_CONCURRENCY")
    flush_every: int = Field(10, ge=1, le=100, validation_alias="GREENWAY_FLUSH_EVERY")
    flush_max_age: float = Field(1.0, ge=0, le=60, validation_alias="GREENWAY_FLUSH_MAX_AGE")
    max_concepts: int = Field(300, ge=3, le=3000, validation_alias="GREENWAY_MAX_CONCEPTS")

    data_dir: Path = Field(Path(".greenway"), validation_alias="GREENWAY_DATA_DIR")
    url: str = Field("http://127.0.0.1:8000", validation_alias="GREENWAY_URL")
    token: SecretStr | None = Field(None, validation_alias="GREENWAY_TOKEN")
    listen_any: bool = Field(False, validation_alias="GREENWAY_LISTEN_ANY")
    max_body_bytes: int = Field(1_048_576, ge=1024, validation_alias="GREENWAY_MAX_BODY_BYTES")
    max_import_bytes: int = Field(67_108_864, ge=1024, validation_alias="GREENWAY_MAX_IMPORT_BYTES")
    db_pool_size: int = Field(8, ge=2, le=50, validation_alias="GREENWAY_DB_POOL_SIZE")
    worker_metrics_port: int = Field(9101, ge=0, le=65535, validation_alias="GREENWAY_WORKER_METRICS_PORT")

    event_retention: int = Field(7, ge=1, le=3650, validation_alias="GREENWAY_EVENT_RETENTION")

    launch_id: UUID | None = Field(None, validation_alias="GREENWAY_LAUNCH_ID")

    celery_control: Literal["inspect", "all", "off"] = Field("inspect", validation_alias="GREENWAY_CELERY_CONTROL")

    failpoint: str | None = Field(None, pattern=_FAILPOINT, validation_alias="GREENWAY_FAILPOINT")

    log_format: Literal["console", "json"] = Field("console", validation_alias="LOG_FORMAT")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field("INFO", validation_alias="LOG_LEVEL")
    log_file: Path | None = Field(None, validation_alias="LOG_FILE")

    _given: dict[str, str] = PrivateAttr(default_factory=dict)

    def name_of(self, field: str) -> str:
        """The name under which a setting was given; its usual one if it was not."""
        return self._given.get(field) or names_of(type(self).model_fields[field])[0]

    def is_given(self, field: str) -> bool:
        """Whether the environment or `.env` decides a setting."""
        return field in self.model_fields_set

    def with_values(self, values: Mapping[str, Any], given_as: str) -> "Settings":
        """The same with other values, which sentences call `given_as`."""
        settings = self.model_copy(update=dict(values))
        settings._given = {**self._given, **dict.fromkeys(values, given_as)}
        return settings

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper_case(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    def require_database_url(self) -> str:
        """The database's address for SQLAlchemy and asyncpg.

        Raises:
            ConfigurationError: DATABASE_URL is not set, or names another kind of database.
        """
        if self.database_url is None:
            raise ConfigurationError(
                "DATABASE_URL is not set; set it, or use `greenway up`, which includes its own database."
            )
        return sqlalchemy_url(self.database_url.get_secret_value())

    def require_redis_url(self) -> str:
        """The address of Redis or Valkey.

        Raises:
            ConfigurationError: REDIS_URL is not set, or is no Redis address.
        """
        if self.redis_url is None:
            raise ConfigurationError(
                "REDIS_URL is not set; set it, or use `greenway up`, which includes its own Valkey."
            )
        address: str = import_module(_REDIS_ADDRESS).check_redis_address(self.redis_url.get_secret_value())
        return address


def sqlalchemy_url(url: str) -> str:
    """A PostgreSQL address in any usual spelling, under SQLAlchemy's name for the driver.

    Raises:
        ConfigurationError: it cannot be used; the sentence says why.
    """
    parse_database_address(url)
    return "postgresql+asyncpg://" + url.strip().partition("://")[2]


def names_of(field: FieldInfo) -> tuple[str, ...]:
    """The names under which a setting may be given, the first one before the others."""
    alias = field.validation_alias
    return tuple(str(choice) for choice in alias.choices) if isinstance(alias, AliasChoices) else (str(alias),)


def _check_encoding(known: set[str]) -> None:
    """Python reads bytes that are not UTF-8 as halves of characters, which can be neither stored nor sent."""
    for name in sorted(known & os.environ.keys()):
        try:
            os.environ[name].encode()
        except UnicodeEncodeError:
            raise ConfigurationError(f"{name} is not text in UTF-8; set it again.") from None


def load_settings() -> Settings:
    """Read the settings.

    Raises:
        ConfigurationError: an unknown GREENWAY_* name, a value out of range, or a secret and an address that do not
            belong together; the sentence names it.
    """
    dotenv = read_dotenv()
    known = {name for field in Settings.model_fields.values() for name in names_of(field)}
    given = {*os.environ, *dotenv}
    if unknown := sorted(name for name in given if name.startswith("GREENWAY_") and name not in known):
        raise ConfigurationError(f"Unknown setting {unknown[0]}; doc/configuration.md lists all settings.")
    sources = Sources(os.environ, dotenv)
    check_sources(sources)
    from_dotenv = _only_in_dotenv(sources)
    hand_on(dotenv)
    check_certificates()
    _check_encoding(known)
    try:
        settings = Settings(**from_dotenv)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        name = str(first["loc"][0])
        raise ConfigurationError(f"{name} is not valid: {first['msg'][0].lower()}{first['msg'][1:]}.") from None
    given_in = [{name.upper(): value for name, value in source.items()} for source in (os.environ, dotenv)]
    for field, info in Settings.model_fields.items():
        settings._given[field] = _name_given(names_of(info), given_in)
    return settings


def _name_given(names: tuple[str, ...], sources: Sequence[Mapping[str, str]]) -> str:
    """The name that decides: the first source goes before others, and an empty value counts where there is no other."""
    given = [(name, source[name]) for source in sources for name in names if name in source]
    return next((name for name, value in given if value), given[0][0] if given else names[0])


def environment_for_children() -> dict[str, str]:
    """What processes of ours start with: the environment, and the settings of `.env` where that is silent.

    Nothing else of `.env`: the system and libraries read variables that make them load code or write files.
    """
    environment = {name: value for name, value in os.environ.items() if value}
    return {**environment, **_only_in_dotenv(Sources(environment, read_dotenv()))}


def _only_in_dotenv(sources: Sources) -> dict[str, Any]:
    """The settings that `.env` decides."""
    found = (sources.find(names_of(field)) for field in Settings.model_fields.values())
    return {given.name: given.value for given in found if given is not None and given.source == DOTENV}
