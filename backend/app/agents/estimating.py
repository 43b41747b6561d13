"""Says beforehand what content will take: calls, tokens, money and minutes."""

from collections.abc import Mapping
from dataclasses import dataclass

from genai_prices import Usage as Tokens

from app.agents.asking.prices import PriceList, own_prices
from app.agents.builtin.author import BuiltinAuthor
from app.agents.models.choice import choose
from app.agents.writing.writers import WRITERS
from app.core.settings import Settings
from app.domain.content.kind import ArtefactKind
from app.domain.usage import Usage

TOKENS_PER_SECOND, LOCAL_TOKENS_PER_SECOND = 60, 20
"""How fast one answer is assumed to come: from a service, and from a machine of one's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """`cost_usd` is None when the model's price is not known; `minutes` is the time until everything is written."""

    calls: int
    input_tokens: int
    output_tokens: int
    cost_usd: float | None
    minutes: float


class Estimator:
    """For the configured author."""

    def __init__(self, settings: Settings) -> None:
        self.author = settings.model
        self._concepts_at_once = settings.concept_concurrency
        self._pace = settings.builtin_pace
        self._choice = choose(settings, is_asked=False) if settings.model != BuiltinAuthor.name else None
        self._own_prices = own_prices(settings)

    def estimate(self, missing: Mapping[ArtefactKind, int], typical: Mapping[ArtefactKind, Usage]) -> Estimate:
        """For so many missing artefacts of each kind. `typical` is what this author's artefacts have taken so far; a
        kind that it lacks is assumed."""
        if self._choice is None:
            concepts = max(missing.values(), default=0)
            seconds = self._pace * concepts / self._concepts_at_once
            return Estimate(calls=0, input_tokens=0, output_tokens=0, cost_usd=0.0, minutes=seconds / 60)
        counted = [(count, typical.get(kind, WRITERS[kind].assumed)) for kind, count in missing.items()]
        input_tokens = sum(count * usage.input_tokens for count, usage in counted)
        output_tokens = sum(count * usage.output_tokens for count, usage in counted)
        is_local = self._choice.is_local
        prices = PriceList(model=self.author, is_local=is_local, own=self._own_prices)
        at_once = min(self._choice.calls_at_once, self._concepts_at_once * len(missing))
        speed = at_once * (LOCAL_TOKENS_PER_SECOND if is_local else TOKENS_PER_SECOND)
        return Estimate(
            calls=sum(count * usage.calls for count, usage in counted),
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cost_usd=prices.cost(Tokens(input_tokens=input_tokens, output_tokens=output_tokens)),
            minutes=output_tokens / speed / 60,
        )
