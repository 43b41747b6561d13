"""An asker whose failures say which address was asked, and what is in the way."""

import re
from dataclasses import dataclass
from typing import Any

from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import Model, ModelRequestParameters
from pydantic_ai.models.wrapper import WrapperModel
from pydantic_ai.settings import ModelSettings

from app.agents.asking.asker import Asker
from app.agents.asking.faults import code_of
from app.agents.asking.structured_request import R, StructuredRequest, T
from app.agents.models.addresses import is_local_address
from app.agents.models.choice import choose
from app.agents.models.providers import PROVIDERS, access_to
from app.core.network_environment import Proxy, proxy_for
from app.core.obstacles import obstacle_in, shown
from app.core.settings import Settings
from app.domain.failure_sentences import cases_of
from app.domain.failures import Failure, FailureCode, failure
from app.generation.work import Delivery

_ASKED_UNDER_VERSION = {"openai", "openai-chat", "openai-responses", "openrouter"}
_VERSION = re.compile(r"/v\d+[a-z]*\d*(/[^/]+)*/?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where a model is asked: the base address, and the setting that names it."""

    address: str
    setting: str
    ends_in_version: bool
    """Whether such addresses usually end in /v1, and this one is the operator's own."""

    @classmethod
    def of(cls, settings: Settings) -> "Destination | None":
        """None for a model that is not asked over the network."""
        choice = choose(settings)
        setting = access_to(choice.name.provider, settings).address_name
        if setting is None or not choice.address:
            return None
        provider = choice.name.provider
        speaks_openai = provider in _ASKED_UNDER_VERSION or PROVIDERS[provider].is_compatible
        return cls(
            address=choice.address,
            setting=setting,
            ends_in_version=speaks_openai and not choice.is_public_address,
        )

    @property
    def proxy(self) -> Proxy | None:
        """The proxy through which it is asked."""
        return None if is_local_address(self.address) else proxy_for(self.address)

    @property
    def lacks_version(self) -> bool:
        return self.ends_in_version and not _VERSION.search(shown(self.address))


class ErrorRecorder(WrapperModel):
    """Passes every call on, and keeps the last error of each kind."""

    def __init__(self, wrapped: Model) -> None:
        super().__init__(wrapped)
        self.faults: dict[FailureCode, Exception] = {}

    async def request(
        self,
        messages: list[ModelMessage],
        model_settings: ModelSettings | None,
        model_request_parameters: ModelRequestParameters,
    ) -> ModelResponse:
        try:
            return await super().request(messages, model_settings, model_request_parameters)
        except Exception as error:
            self.faults[code_of(error)] = error
            raise


class ExplainingAsker(Asker):
    """`model` calls `witness`, maybe through others; the rest is as for `Asker`."""

    def __init__(
        self, model: Model, *others: Any, witness: ErrorRecorder, destination: Destination | None, **more: Any
    ) -> None:
        super().__init__(model, *others, **more)
        self._witness = witness
        self._destination = destination

    async def ask(self, request: StructuredRequest[R, T]) -> Delivery[T]:
        delivery = await super().ask(request)
        if not isinstance(delivery.result, Failure) or self._destination is None:
            return delivery
        explained = self._explained(delivery.result, self._destination, request.language)
        return delivery.with_result(explained)

    def _explained(self, reported: Failure, destination: Destination, language: str) -> Failure:
        where = {"address": shown(destination.address), "setting": destination.setting}
        if "path" in cases_of(reported.code) and destination.lacks_version:
            return failure(reported.code, language, case="path", **where)
        fault = self._witness.faults.get(FailureCode.UNREACHABLE)
        obstacle = obstacle_in(fault) if fault is not None else None
        if obstacle is None or reported.code != FailureCode.UNREACHABLE:
            return reported
        where["reason"] = obstacle.reason
        proxy = destination.proxy
        if proxy is not None:
            where |= {"proxy": proxy.shown, "proxy_setting": proxy.setting}
        case = "certificate" if obstacle.untrusted else "proxy" if proxy is not None else "connection"
        return failure(reported.code, language, case=case, **where)
