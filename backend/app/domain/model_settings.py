"""What a person has chosen in the app: which models write, where they are reached, what they may cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field, StringConstraints

from app.domain.base import FrozenModel
from app.domain.values import Text

OUTLINE = "outline"
"""The part of a roadmap that is no kind of content: its outline, drafted and revised."""

MOST_NAMED = 50
"""Parts, accounts and keys that one request may name."""
LONGEST_MODEL_NAME, LONGEST_ADDRESS, LONGEST_KEY = 200, 500, 1000

ModelText = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=3, max_length=LONGEST_MODEL_NAME)]
"""`provider:model`."""
AddressText = Annotated[Text, StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_ADDRESS)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,30}$")]
"""Of a part, or of an account."""
Dollars = Annotated[float, Field(gt=0, le=1_000_000, allow_inf_nan=False)]


class ModelSettings(FrozenModel):
    """Whatever is left out is decided by the environment, or by the default."""

    model: ModelText | None = None
    """Writes everything that no other one is chosen for; without one, the built-in author does."""
    fallback: ModelText | None = None
    """Takes over when the model in charge is out of credit or away."""
    models_for: dict[Name, ModelText] = Field(default_factory=dict, max_length=MOST_NAMED)
    """Other models for parts: `outline`, or a kind of artefact."""
    addresses: dict[Name, AddressText] = Field(default_factory=dict, max_length=MOST_NAMED)
    """By account of a provider, where it is not at its own address."""
    max_cost_usd: Dollars | None = None
    """What one content task may cost before it pauses."""
    max_cost_usd_per_month: Dollars | None = None
    """What all tasks may cost in a calendar month (UTC) before all pause."""


class SavedKey(FrozenModel):
    token: str
    """The key, encrypted under SECRET_KEY."""
    last_four: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedModelSettings:
    """As stored. `revision` grows with every change; it is 0 before the first one."""

    revision: int = 0
    settings: ModelSettings = field(default_factory=ModelSettings)
    keys: Mapping[str, SavedKey] = field(default_factory=dict)
    """By account of a provider."""
