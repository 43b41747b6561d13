"""Builds models that an Ollama server runs, over its OpenAI-compatible API."""

from contextlib import AsyncExitStack

from pydantic_ai.models import Model
from pydantic_ai.models.ollama import OllamaModel
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.ollama import OllamaProvider

from app.agents.models.choice import ModelChoice, is_ollama_cloud
from app.agents.models.compatible_models import compatible_profile
from app.agents.models.openai_client import open_openai_client


async def build(choice: ModelChoice, resources: AsyncExitStack) -> Model:
    client = open_openai_client(choice, resources)
    profile = compatible_profile(choice.name.model, json_object=True)
    if is_ollama_cloud(choice.name, choice.address):
        # Its service accepts a schema and ignores it, so a tool is the better first try.
        profile = OpenAIModelProfile(**{**profile, "supports_json_schema_output": False})
    return OllamaModel(choice.name.model, provider=OllamaProvider(openai_client=client), profile=profile)
