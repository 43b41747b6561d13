"""What a call has cost: the operator's price, else the published one, else nobody knows."""

from pathlib import Path

import pytest
from genai_prices import Usage as Tokens

from app.agents.asking.own_prices import Price, read_prices
from app.agents.asking.prices import PriceList
from app.core.errors import ConfigurationError
from app.domain.usage import Usage

MILLION = Tokens(input_tokens=1_000_000, output_tokens=1_000_000)


def prices(model: str, *, is_local: bool = False, **own: Price) -> PriceList:
    return PriceList(model=model, is_local=is_local, own={model: own["own"]} if own else {})


def test_the_operators_price_wins() -> None:
    assert prices("openai:gpt-5-mini", own=Price(input=1, output=2)).cost(MILLION) == 3
    assert prices("ollama:mine", is_local=True, own=Price(input=1, output=2)).cost(MILLION) == 3


@pytest.mark.parametrize(
    "model", ["openai:gpt-5-mini", "openai-chat:gpt-5-mini", "openai-responses:gpt-5-mini", "google:gemini-2.5-flash"]
)
def test_a_known_model_has_its_published_price(model: str) -> None:
    cost = prices(model).cost(MILLION)
    assert cost is not None and cost > 0


def test_a_local_model_is_free_and_an_unknown_one_unpriced() -> None:
    free = prices("gguf:model.gguf", is_local=True).usage(MILLION)
    assert (free.cost_usd, free.unpriced) == (0, False)
    unknown = prices("openai:nobody-knows-this").usage(MILLION)
    assert (unknown.cost_usd, unknown.unpriced_calls, unknown.unpriced) == (0, 1, True)


def test_a_call_whose_tokens_nobody_counted_has_no_price() -> None:
    assert prices("openai:gpt-5-mini").usage(Tokens()).unpriced
    assert not prices("ollama:mine", is_local=True).usage(Tokens()).unpriced


def test_usages_add_up() -> None:
    both = Usage(calls=1, input_tokens=2, cost_usd=0.5) + Usage(calls=2, output_tokens=3, unpriced_calls=1)
    assert both == Usage(calls=3, input_tokens=2, output_tokens=3, cost_usd=0.5, unpriced_calls=1)
    assert Usage.model_validate(both.model_dump()) == both


def test_a_file_of_prices(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text('["openai:mine"]\ninput = 0.25\noutput = 2\n', encoding="utf-8")
    assert read_prices(file) == {"openai:mine": Price(input=0.25, output=2)}


@pytest.mark.parametrize(
    "text",
    [
        None,
        "[openai:mine]\ninput = 1",
        '["openai:mine"]\ninput = 1',
        '["openai:mine"]\ninput = -1\noutput = 1',
        '["openai:mine"]\ninput = 1\noutput = 1\nper = "token"',
        'currency = "EUR"',
    ],
    ids=["missing", "no TOML", "no output", "negative", "unknown key", "no table"],
)
def test_a_file_that_cannot_be_used_is_named_in_a_sentence(text: str | None, tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"^GREENWAY_PRICES_FILE=.* cannot be used: .+\.$"):
        read_prices(file)
