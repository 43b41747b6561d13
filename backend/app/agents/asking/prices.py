"""What a model's answer has cost: by the operator's own prices, else by those that its provider publishes."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from genai_prices import Usage as Tokens
from genai_prices import calc_price
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from app.core.errors import ConfigurationError
from app.core.files import read_bounded
from app.core.settings import Settings
from app.domain.usage import Usage

PRICES_BYTES = 1_000_000
"""Bytes that the file of prices may have at most."""

_PROVIDERS = {"openai-chat": "openai", "openai-responses": "openai", "gemini": "google", "google-gla": "google"}
"""Names that the price list has under another one."""


class Price(BaseModel):
    """US dollars for a million tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float = Field(ge=0)
    output: float = Field(ge=0)


_PRICES = TypeAdapter(dict[str, Price])


def read_prices(path: Path) -> dict[str, Price]:
    """The operator's prices, by `provider:model`.

    Raises:
        ConfigurationError: the file cannot be read; the sentence says why.
    """
    try:
        return _PRICES.validate_python(tomllib.loads(read_bounded(path, PRICES_BYTES).decode()))
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = str(error)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    raise ConfigurationError(f"GREENWAY_PRICES_FILE={path} cannot be used: {reason}.")


def own_prices(settings: Settings) -> dict[str, Price]:
    """The operator's prices, where there is a file of them.

    Raises:
        ConfigurationError: it is not usable.
    """
    return read_prices(settings.prices_file) if settings.prices_file else {}


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
