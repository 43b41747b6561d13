"""Asks the configured model for one tiny structured reply, and says in plain words how that went."""

import time
from dataclasses import dataclass

from app.agents.asking.prompts import load_prompt
from app.agents.asking.rates import Rates
from app.agents.asking.structured_request import InvalidReply, Reply, StructuredRequest
from app.agents.explaining import Destination
from app.agents.models.open_model import open_model
from app.agents.opening import make_asker
from app.agents.reaching import obstacle_to
from app.core.obstacles import Obstacle, shown
from app.core.settings import Settings
from app.domain.failures import Failure, FailureCode

PATIENCE = 60.0
"""Seconds that the model may take for the question."""
SLOW = 10.0
"""Seconds after which it counts as slow: a tutorial is about fifty times as long."""
ROOM = 200
"""Tokens that the reply may take."""

_PLAIN = {
    FailureCode.TIMEOUT: f"is too slow: it did not answer a short question within {PATIENCE:g} s",
    FailureCode.UNAUTHORISED: "was refused: the provider does not accept the key, or the key may not use this model",
    FailureCode.QUOTA: "was refused: the account with the provider has no credit",
    FailureCode.MODEL_NOT_FOUND: "is unknown to the provider; check its name and the provider's address",
    FailureCode.RATE_LIMITED: "cannot be called now: the provider's rate limit has been reached",
    FailureCode.UNAVAILABLE: "is unavailable: the provider is having problems; try again later",
    FailureCode.UNREACHABLE: "cannot be reached; check the network and the provider's address",
}
_NO_STRUCTURE = "does not support structured output: its answer did not have the requested form"


class CapitalReply(Reply):
    capital: str
    letters: int


@dataclass(frozen=True, slots=True)
class Checkup:
    """`code` is `answered`, `slow`, or that of the failure."""

    ok: bool
    code: str
    message: str
    seconds: float | None = None


async def check_up(settings: Settings) -> Checkup:
    """Ask the model; costs a few hundred tokens.

    Raises:
        ConfigurationError: something is missing, so that it cannot be asked.
    """
    destination = Destination.of(settings)
    if destination is not None and (obstacle := await obstacle_to(destination.address)) is not None:
        return Checkup(False, FailureCode.UNREACHABLE, _unreachable(settings.model, destination, obstacle))
    limited = settings.model_copy(update={"artefact_timeout": PATIENCE})
    opened = await open_model(limited)
    rates = Rates("redis://unused", settings.model)
    began = time.perf_counter()
    try:
        delivery = await make_asker(limited, opened, rates).ask(_capital_request())
    finally:
        await opened.close()
        await rates.close()
    seconds = time.perf_counter() - began
    if isinstance(delivery.result, Failure):
        reason = _PLAIN.get(
            delivery.result.code, "does not support structured output: its answer did not have the requested form"
        )
        path = ""
        if destination is not None and destination.lacks_version:
            address = shown(destination.address)
            path = f" It was asked at {address}; such addresses usually end in /v1 ({destination.setting})."
        return Checkup(False, delivery.result.code, f"The model {settings.model} {reason}.{path}", seconds)
    advice = ""
    at_once = opened.calls_at_once
    if opened.is_local and settings.concept_concurrency > at_once:
        advice = (
            f" It is local, and gets {at_once} calls at once (GREENWAY_MODEL_CONCURRENCY): set"
            f" GREENWAY_CONCEPT_CONCURRENCY={at_once}, and concepts finish one by one instead of all at the end."
        )
    if seconds > SLOW:
        advice += " That is slow: raise GREENWAY_ARTEFACT_TIMEOUT, or choose a smaller model."
    told = f"The model {settings.model} answered in the requested form within {seconds:.1f} s.{advice}"
    return Checkup(True, "slow" if seconds > SLOW else "answered", told, seconds)


def _unreachable(model: str, destination: Destination, obstacle: Obstacle) -> str:
    told = obstacle.told(destination.proxy, f"check the network and {destination.setting}")
    return f"The model {model} cannot be reached at {shown(destination.address)}{told}"


def _capital_request() -> StructuredRequest[CapitalReply, str]:
    def accept(reply: CapitalReply) -> str:
        if not reply.capital:
            raise InvalidReply("Name the capital.")
        return reply.capital

    return StructuredRequest(
        prompt=load_prompt("checkup"),
        facts={"language": "en", "country": "France"},
        reply=CapitalReply,
        accept=accept,
        prose=lambda _: [],
        language="en",
        room=ROOM,
    )
