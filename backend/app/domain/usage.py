"""What model calls use up: tokens and money."""

from pydantic import ConfigDict, computed_field

from app.domain.base import FrozenModel


class Usage(FrozenModel):
    """What a model call, an artefact, a task or a roadmap has used up.

    `cost_usd` is in US dollars; it holds nothing of the `unpriced_calls`, whose price is not known.
    """

    # `unpriced` is written, and follows from the rest when it is read again: it has one schema, with `unpriced`.
    model_config = ConfigDict(extra="ignore", json_schema_mode_override="serialization")

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: float = 0.0
    unpriced_calls: int = 0

    @computed_field  # type: ignore[prop-decorator]
    @property
    def unpriced(self) -> bool:
        """Whether the true cost is higher than `cost_usd`, by an unknown amount."""
        return self.unpriced_calls > 0

    def __add__(self, other: "Usage") -> "Usage":
        if other is NOTHING or self is NOTHING:
            return self if other is NOTHING else other
        return Usage(**{name: getattr(self, name) + getattr(other, name) for name in Usage.model_fields})


NOTHING = Usage()
"""What costs nothing; adding it costs nothing, too."""
