"""What a model's answer has cost: by the operator's own prices, else by those that its provider publishes."""

from collections.abc import Mapping
from dataclasses import dataclass

from genai_prices import Usage as Tokens
from genai_prices import calc_price

from app.agents.asking.own_prices import Price
from app.domain.usage import Usage

_PROVIDERS = {
    "openai-chat": "openai",
    "openai-responses": "openai",
    "gemini": "google",
    "google-gla": "google",
    "moonshot": "moonshotai",
    "xai": "x-ai",
    "zhipu": "zhipuai",
}
"""Names that the price list has under another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceList:
    """Prices of one model, named `provider:model`. One that runs on the operator's own machine costs nothing."""

    model: str
    is_local: bool
    own: Mapping[str, Price]

    def cost(self, tokens: Tokens) -> float | None:
        """US dollars; None when unknown."""
        if (price := self.own.get(self.model)) is not None:
            spent = float(tokens.input_tokens or 0) * price.input + float(tokens.output_tokens or 0) * price.output
            return spent / 1_000_000
        if self.is_local:
            return 0.0
        provider, _, model = self.model.partition(":")
        try:
            return float(calc_price(tokens, model, provider_id=_PROVIDERS.get(provider, provider)).total_price)
        except LookupError:
            return None

    def usage(self, tokens: Tokens) -> Usage:
        """One call, priced. A call whose tokens the provider did not count has no price, unless it is free."""
        counted = bool(tokens.input_tokens or tokens.output_tokens)
        cost = self.cost(tokens) if counted or self.is_local else None
        return Usage(
            calls=1,
            input_tokens=tokens.input_tokens or 0,
            output_tokens=tokens.output_tokens or 0,
            cost_usd=cost or 0.0,
            unpriced_calls=1 if cost is None else 0,
        )
