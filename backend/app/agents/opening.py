"""Builds the author over a model: the model itself, its gate, its prices, and where resources are looked for."""

from pydantic_ai.models import Model
from pydantic_ai.models.instrumented import InstrumentationSettings, InstrumentedModel

from app.agents.asking.asker import Asker
from app.agents.asking.call_gate import CallGate
from app.agents.asking.own_prices import own_prices
from app.agents.asking.prices import PriceList
from app.agents.asking.rates import Rates
from app.agents.explaining import Destination, ErrorRecorder, ExplainingAsker
from app.agents.links.checker import LinkChecker
from app.agents.links.choose import create_search
from app.agents.model_author import ModelAuthor
from app.agents.models.open_model import OpenModel, open_model
from app.agents.writing.resources import Librarian
from app.core.settings import Settings


async def open_model_author(settings: Settings) -> ModelAuthor:
    """The author for this event loop.

    Raises:
        ConfigurationError: the settings lack something that the model or the search needs.
    """
    engine = create_search(settings)
    rates = Rates(
        settings.require_redis_url(),
        settings.model,
        requests_per_minute=settings.model_requests_per_minute,
        tokens_per_minute=settings.model_tokens_per_minute,
    )
    opened = await open_model(settings)

    async def close() -> None:
        await opened.close()
        await rates.close()

    asker = make_asker(settings, opened, rates)
    return ModelAuthor(opened.name, asker, Librarian(engine, LinkChecker()), close)


def make_asker(settings: Settings, opened: OpenModel, rates: Rates) -> Asker:
    witness = ErrorRecorder(opened.model)
    model: Model = witness
    if settings.otlp_endpoint:
        # What learners and models say is private.
        model = InstrumentedModel(model, InstrumentationSettings(include_content=False))
    prices = PriceList(model=opened.name, is_local=opened.is_local, own=own_prices(settings))
    gate = CallGate(opened.calls_at_once, rates)
    return ExplainingAsker(
        model,
        gate,
        prices,
        seconds=settings.artefact_timeout,
        is_local=opened.is_local,
        witness=witness,
        destination=Destination.of(settings),
    )
