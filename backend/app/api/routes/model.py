"""Which model writes: shown, chosen, tested, found on this machine; and what it has cost."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import Field, SecretStr

from app.api.answers import PREFIX
from app.api.deps import CurrentViewer, Services
from app.domain.base import FrozenModel
from app.domain.model_questions import QuestionBody, QuestionKind
from app.domain.model_settings import LONGEST_KEY, MOST_NAMED, AddressText, ModelSettings, ModelText, Name
from app.reading.model_views import Discovered, ModelAnswer, ModelList, ModelView, ProviderList, Pull, SpendingList

router = APIRouter(prefix=f"{PREFIX}/model", tags=["model"])

Key = Annotated[SecretStr, Field(min_length=1, max_length=LONGEST_KEY)]
LONGEST_HISTORY = timedelta(days=366)
"""How far back what was spent is told."""


class ModelChoiceBody(ModelSettings):
    """What is left out falls back to the environment, or to the default. `keys` are kept encrypted, by account; null
    deletes one, and those that are left out stay. With `revision`, nothing is changed if somebody else has been
    faster."""

    keys: dict[Name, Key | None] = Field(default_factory=dict, max_length=MOST_NAMED)
    revision: int | None = Field(None, ge=0)


class ModelQuestionBody(FrozenModel):
    """A model, `provider:model`. `address` and `key` are for one that is not saved yet; without them, the saved ones
    are used, and a saved key goes to no other address than its own."""

    model: ModelText
    address: AddressText | None = None
    key: Key | None = None


class PullBody(FrozenModel):
    """A model of the Ollama server at `address`, such as `ollama:qwen3:8b`."""

    model: ModelText
    address: AddressText


_CSV = {"text/csv": {"schema": {"type": "string"}}}


@router.get("")
async def get_model(services: Services) -> ModelView:
    """Which models write, where that was set, and what they may cost."""
    return await services.read.models.show()


@router.put("")
async def put_model(body: ModelChoiceBody, services: Services) -> ModelView:
    """Choose models, addresses, keys and limits. Every task that is started or resumed from now on uses them."""
    chosen = ModelSettings(**body.model_dump(exclude={"keys", "revision"}))
    await services.commands.models.choose(chosen, body.keys, revision=body.revision)
    return await services.read.models.show()


@router.delete("", status_code=204)
async def delete_model(services: Services) -> None:
    """Forget what was chosen here, and delete all keys."""
    await services.commands.models.forget()


@router.get("/providers")
async def list_providers(services: Services) -> ProviderList:
    """The providers that can be chosen."""
    return ProviderList(providers=services.read.models.providers())


@router.get("/discovered")
async def discover_models(services: Services) -> Discovered:
    """Model servers on the machine of a worker: Ollama, LM Studio, llama.cpp, LocalAI, vLLM at their usual ports."""
    answer = await services.commands.questions.ask(QuestionKind.DISCOVER, QuestionBody())
    return Discovered.model_validate(answer)


@router.post("/test")
async def test_model(body: ModelQuestionBody, services: Services) -> ModelAnswer:
    """Have a worker ask the model one tiny question, which costs a few hundred tokens."""
    question = QuestionBody(model=body.model, address=body.address)
    answer = await services.commands.questions.ask(QuestionKind.TEST, question, body.key)
    return ModelAnswer.model_validate(answer)


@router.post("/list")
async def list_models(body: ModelQuestionBody, services: Services) -> ModelList:
    """Have a worker ask a provider which models it has; of `model`, only the provider counts."""
    question = QuestionBody(model=body.model, address=body.address)
    answer = await services.commands.questions.ask(QuestionKind.LIST, question, body.key)
    return ModelList.model_validate(answer)


@router.post("/pulls", status_code=202)
async def start_pull(body: PullBody, services: Services) -> Pull:
    """Have an Ollama server fetch a model."""
    question = QuestionBody(model=body.model, address=body.address)
    return Pull(id=await services.commands.questions.begin(QuestionKind.PULL, question), done=False)


@router.get("/pulls/{pull_id}")
async def get_pull(pull_id: UUID, services: Services) -> Pull:
    """How far it is."""
    state = await services.commands.questions.state(pull_id, QuestionKind.PULL)
    answer: dict[str, Any] = dict(state.answer or {})
    return Pull(
        id=pull_id,
        done=state.answer is not None,
        code=answer.get("code"),
        message=answer.get("message"),
        **(state.progress or {}),
    )


@router.delete("/pulls/{pull_id}", status_code=204)
async def stop_pull(pull_id: UUID, services: Services) -> None:
    """Stop it; the server keeps what it has."""
    await services.commands.questions.withdraw(pull_id)


@router.get("/spending")
async def list_spending(
    services: Services, viewer: CurrentViewer, since: Annotated[date | None, Query()] = None
) -> SpendingList:
    """What models have cost, by day (UTC), roadmap and author; of the last 30 days, or since a day of the last year."""
    return SpendingList(items=await services.read.spending.days(viewer, since=_since(since)))


@router.get("/spending.csv", response_class=Response, responses={200: {"content": _CSV}})
async def download_spending(
    services: Services, viewer: CurrentViewer, since: Annotated[date | None, Query()] = None
) -> Response:
    """The same as a CSV file."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["day", "roadmap_id", "title", "author", "calls", "input_tokens", "output_tokens", "cost_usd"])
    for row in await services.read.spending.days(viewer, since=_since(since)):
        numbers = (row.calls, row.input_tokens, row.output_tokens, row.cost_usd)
        writer.writerow([row.day, row.roadmap_id, _cell(row.title), _cell(row.author), *numbers])
    headers = {"Content-Disposition": 'attachment; filename="greenway-spending.csv"'}
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _since(day: date | None) -> date:
    today = datetime.now(UTC).date()
    return max(day or today - timedelta(days=29), today - LONGEST_HISTORY)


def _cell(text: str | None) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text and text[0] in "=+-@\t\r" else text or ""
