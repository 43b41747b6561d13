"""What the API answers with about models."""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.domain.base import FrozenModel
from app.domain.model_settings import ModelSettings


class KeyView(FrozenModel):
    """A key that is kept for an account of a provider: never the key itself."""

    account: str
    last_four: str | None
    """None where the environment holds it."""
    source: Literal["environment", "settings"]


class CostLimits(FrozenModel):
    """US dollars; None for no limit. The month is the calendar month in UTC, of all learners."""

    max_cost_usd: float | None
    max_cost_usd_per_month: float | None
    spent_this_month_usd: float


class WorkerView(FrozenModel):
    """A worker that runs. With a `problem` it takes no tasks."""

    name: str
    problem: str | None


class ModelView(FrozenModel):
    """Which models write now. `source` says where `model` was set: what the environment sets is not `editable`, and
    `setting` is its name there. `keys_refused` is why no key can be saved, if none can. `saved` is what was
    chosen in the app, and is what a client changes and sends back; `revision` grows with every change."""

    revision: int
    saved: ModelSettings
    model: str
    source: Literal["environment", "settings", "default"]
    setting: str
    editable: bool
    fallback: str | None
    models_for: dict[str, str]
    addresses: dict[str, str]
    keys: list[KeyView]
    limits: CostLimits
    keys_refused: str | None
    workers: list[WorkerView]


class ProviderView(FrozenModel):
    """A provider that can be chosen. Its key and address are kept under `account`. `keys_at` is the page
    where it hands out keys; what comes `from_environment` is
    changed there."""

    provider: str
    account: str
    label: str
    needs_key: bool
    needs_address: bool
    keys_at: str | None
    from_environment: bool


class ProviderList(FrozenModel):
    providers: list[ProviderView]


class SpendingList(FrozenModel):
    """Rows by day, the newest first."""

    items: list["SpendingView"]


class SpendingView(FrozenModel):
    """What one author has cost on one day (UTC) for one roadmap; `title` is None once the roadmap is deleted. Of the
    calls, `unpriced_calls` have no known price."""

    day: date
    roadmap_id: UUID
    title: str | None
    author: str
    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float
    unpriced_calls: int


class ModelAnswer(FrozenModel):
    """`code` is `answered`, `slow`, `not_configured` or one of the codes of failures."""

    ok: bool
    code: str
    message: str
    seconds: float | None = None


class ListedModelView(FrozenModel):
    id: str
    label: str | None
    size_bytes: int | None


class ModelList(FrozenModel):
    """The models of a provider; when there is no list, `code` and `message` say why."""

    ok: bool
    models: list[ListedModelView] = Field(default_factory=list)
    code: str | None = None
    message: str | None = None
    address: str | None = None


class DiscoveredModel(FrozenModel):
    """`name` is `provider:model`. `fits` tells whether it fits into the memory that is free now; null when that is not
    known."""

    name: str
    size_bytes: int | None
    fits: bool | None


class DiscoveredServer(FrozenModel):
    label: str
    provider: str
    address: str
    models: list[DiscoveredModel]


class Discovered(FrozenModel):
    servers: list[DiscoveredServer]
    free_memory_bytes: int | None


class Pull(FrozenModel):
    """How far an Ollama server has fetched a model: bytes of the layer that comes now."""

    id: UUID
    done: bool
    status: str | None = None
    completed: int = 0
    total: int = 0
    code: str | None = None
    message: str | None = None
