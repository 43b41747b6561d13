"""What the settings say of an author over a model: whether they are right, and what its content will take.

Nothing here imports the library of a provider, nor the one with which models are asked.
"""

from collections.abc import Mapping

from genai_prices import Usage as Tokens

from app.agents.asking.own_prices import own_prices
from app.agents.asking.prices import PriceList
from app.agents.assumed import ASSUMED
from app.agents.estimating import Estimate
from app.agents.links.choose import check_search
from app.agents.models.choice import choose
from app.agents.models.names import check_model
from app.core.network_environment import check_proxies
from app.core.settings import Settings
from app.domain.content.kind import ArtefactKind
from app.domain.usage import Usage

TOKENS_PER_SECOND, LOCAL_TOKENS_PER_SECOND = 60, 20
"""How fast one answer is assumed to come: from a service, and from a machine of one's own."""


def check_model_settings(settings: Settings, *, writes: bool) -> None:
    """
    Raises:
        ConfigurationError: as `check_author`.
    """
    check_model(settings, is_asked=writes)
    check_proxies()
    if writes:
        check_search(settings)
    own_prices(settings)


class ModelEstimator:
    """Implements `Estimator` for the configured model."""

    def __init__(self, settings: Settings) -> None:
        self._model = settings.model
        self._concepts_at_once = settings.concept_concurrency
        self._choice = choose(settings, is_asked=False)
        self._own_prices = own_prices(settings)

    def estimate(self, missing: Mapping[ArtefactKind, int], typical: Mapping[ArtefactKind, Usage]) -> Estimate:
        counted = [(count, typical.get(kind, ASSUMED[kind])) for kind, count in missing.items()]
        input_tokens = sum(count * usage.input_tokens for count, usage in counted)
        output_tokens = sum(count * usage.output_tokens for count, usage in counted)
        is_local = self._choice.is_local
        prices = PriceList(model=self._model, is_local=is_local, own=self._own_prices)
        at_once = min(self._choice.calls_at_once, self._concepts_at_once * len(missing))
        speed = at_once * (LOCAL_TOKENS_PER_SECOND if is_local else TOKENS_PER_SECOND)
        return Estimate(
            calls=sum(count * usage.calls for count, usage in counted),
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            cost_usd=prices.cost(Tokens(input_tokens=input_tokens, output_tokens=output_tokens)),
            minutes=output_tokens / speed / 60,
        )
