"""OpenAI's library, told everything, so that it takes nothing from the environment."""

from contextlib import AsyncExitStack

from openai import AsyncOpenAI

from app.agents.models.choice import ModelChoice
from app.agents.models.envelopes import MendingClient
from app.agents.models.http_client import open_http_client


def open_openai_client(
    choice: ModelChoice, resources: AsyncExitStack, *, address: str | None = None, api_key: str | None = None
) -> AsyncOpenAI:
    """A client for OpenAI or a server that speaks its protocol, by default at the choice's address with its key; it
    sends each request once."""
    address, api_key = address or choice.address, api_key or choice.api_key
    http_client = open_http_client(address, choice.timeout, resources, MendingClient, max_bytes=choice.max_answer_bytes)
    client = AsyncOpenAI(
        base_url=address, api_key=api_key, max_retries=0, timeout=http_client.timeout, http_client=http_client
    )
    # The library reads these from OPENAI_* variables when it is given none, and would send them to any server.
    client.organization = client.project = client.admin_api_key = None
    client._custom_headers = {}
    return client
