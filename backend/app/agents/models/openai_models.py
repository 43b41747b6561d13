"""Builds models of OpenAI, and of servers that OPENAI_BASE_URL names."""

from contextlib import AsyncExitStack

from pydantic_ai.models import Model
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

from app.agents.models.addresses import is_openai_itself
from app.agents.models.choice import ModelChoice
from app.agents.models.compatible_models import compatible_chat_model
from app.agents.models.openai_client import open_openai_client


async def build(choice: ModelChoice, resources: AsyncExitStack) -> Model:
    """Chat Completions where another server answers or `openai-chat` asks for it, else the Responses API."""
    client = open_openai_client(choice, resources)
    model = choice.name.model
    if choice.name.provider == "openai-responses" or (choice.name.provider == "openai" and choice.is_public_address):
        return OpenAIResponsesModel(model, provider=OpenAIProvider(openai_client=client))
    if is_openai_itself(choice.address):
        return OpenAIChatModel(model, provider=OpenAIProvider(openai_client=client))
    return compatible_chat_model("openai-compatible", model, client, json_object=False)
