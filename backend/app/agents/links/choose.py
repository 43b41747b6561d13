"""Chooses the search engine that the settings name."""

from typing import Literal, assert_never

from pydantic import SecretStr

from app.agents.links.addresses import web_address
from app.agents.links.duckduckgo import DuckDuckGoSearch
from app.agents.links.search import SearchEngine
from app.agents.links.searxng import SearxngSearch
from app.agents.links.tavily import TavilySearch
from app.core.errors import ConfigurationError
from app.core.settings import Settings


def check_search(settings: Settings) -> None:
    """Check that the chosen search engine has what it needs, without building it.

    Raises:
        ConfigurationError: a key or an address is missing, or cannot be one.
    """
    match _chosen(settings):
        case "tavily":
            _tavily_key(settings)
        case "searxng":
            _searxng_address(settings)


def create_search(settings: Settings) -> SearchEngine | None:
    """The search engine for one event loop; None when there is to be none.

    Raises:
        ConfigurationError: as `check_search`.
    """
    match _chosen(settings):
        case "tavily":
            return TavilySearch(_tavily_key(settings))
        case "searxng":
            return SearxngSearch(_searxng_address(settings))
        case "duckduckgo":
            return DuckDuckGoSearch()
        case "none":
            return None
        case never:
            assert_never(never)


def _chosen(settings: Settings) -> Literal["tavily", "searxng", "duckduckgo", "none"]:
    if settings.search != "auto":
        return settings.search
    if settings.tavily_api_key is not None:
        return "tavily"
    return "duckduckgo" if settings.searxng_base_url is None else "searxng"


def _tavily_key(settings: Settings) -> SecretStr:
    if settings.tavily_api_key is None:
        raise ConfigurationError("GREENWAY_SEARCH=tavily needs a key; set TAVILY_API_KEY.")
    key = settings.tavily_api_key.get_secret_value().strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigurationError(
            "TAVILY_API_KEY is not a valid key: it is blank or contains characters that cannot occur in a key."
        )
    return SecretStr(key)


def _searxng_address(settings: Settings) -> str:
    if settings.searxng_base_url is None:
        raise ConfigurationError("GREENWAY_SEARCH=searxng needs an address; set SEARXNG_BASE_URL.")
    address = settings.searxng_base_url.strip()
    if web_address(address) is None:
        raise ConfigurationError("SEARXNG_BASE_URL must be an address that starts with http:// or https://.")
    return address
