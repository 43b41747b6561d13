"""What the API asks workers about models: they have the keys, and stand where the models are reached from."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.domain.base import FrozenModel
from app.domain.model_settings import AddressText, ModelText


class QuestionKind(StrEnum):
    TEST = "test"
    """One tiny question to a model."""
    LIST = "list"
    """Which models a provider has."""
    DISCOVER = "discover"
    """Which servers run on the worker's machine."""
    PULL = "pull"
    """Have an Ollama server fetch a model."""


class QuestionBody(FrozenModel):
    """Which model or provider, and how it is reached where that is not saved yet."""

    model: ModelText | None = None
    address: AddressText | None = None
    key_token: str | None = None
    """The key, encrypted under SECRET_KEY."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelQuestion:
    id: UUID
    kind: QuestionKind
    body: QuestionBody


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionState:
    """`taken` says that a worker has it; `answer` is None until there is one."""

    kind: QuestionKind
    taken: bool
    progress: Mapping[str, Any] | None
    answer: Mapping[str, Any] | None
