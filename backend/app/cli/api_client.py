"""Greenway's REST API, as the client commands use it: every fault becomes one plain sentence."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, ClassVar, Literal, TypeVar
from urllib.parse import urlencode
from uuid import UUID

import httpx2
import orjson
from pydantic import BaseModel, ValidationError

from app.cli.endpoint import API, Endpoint
from app.cli.watching.words import one_line
from app.core.errors import GreenwayError
from app.core.obstacles import PROXY_REFUSES, REFUSED_BY_PROXY, Obstacle, obstacle_in
from app.domain.etags import etag_of
from app.reading.model_views import Discovered, ModelAnswer, ModelView, ProviderList
from app.reading.views import Created, ListedRoadmap, RoadmapPage, RoadmapView, SearchResults, TaskDetail

T = TypeVar("T", bound=BaseModel)

TIMEOUT = 15.0
"""Seconds to wait for the connection, and for each piece of an answer."""

MODEL_TIMEOUT = 90.0
"""Seconds to wait until a worker has asked a model a short question."""

LARGEST_PAGE = 100
"""Roadmaps that the API lists at once, at most."""


class ApiUnavailable(GreenwayError):
    """The API cannot be reached at the moment, or cannot do its work at the moment."""

    code, title, retryable = "no_answer", "No answer", True


class RequestRefused(GreenwayError):
    """The API understood the request, and refuses it."""

    code, title = "refused", "RequestRefused"


class NotGreenway(GreenwayError):
    """Something answers, but not as Greenway's API does."""

    code, title = "not_greenway", "Not Greenway"


class _HealthReply(BaseModel):
    status: Literal["ok"]


class _Document(BaseModel):
    """What every version of an exported roadmap has."""

    format: Literal["greenway-roadmap"]


class ApiClient:
    """All methods raise `ApiUnavailable`, `RequestRefused` or `NotGreenway`."""

    _RETRYABLE: ClassVar = frozenset({429, 502, 503, 504})

    def __init__(self, endpoint: Endpoint, http: httpx2.AsyncClient) -> None:
        self._endpoint = endpoint
        self._http = http

    @classmethod
    @asynccontextmanager
    async def open(cls, endpoint: Endpoint) -> AsyncIterator["ApiClient"]:
        async with httpx2.AsyncClient(
            headers={**endpoint.headers, "Accept": "application/json"},
            timeout=TIMEOUT,
            # An explicit transport takes no proxy from the environment, but the certificates that are trusted.
            transport=httpx2.AsyncHTTPTransport() if endpoint.is_loopback else None,
        ) as http:
            yield cls(endpoint, http)

    def page_of(self, roadmap_id: UUID) -> str:
        """The roadmap's address in the web app."""
        return f"{self._endpoint.url}/roadmaps/{roadmap_id}"

    async def create(self, request: Mapping[str, Any]) -> Created:
        return await self._ask("POST", f"{self._endpoint.url}{API}/roadmaps", Created, request)

    async def read(self, roadmap_id: UUID) -> RoadmapView:
        return await self._ask("GET", self._endpoint.roadmap_url(roadmap_id), RoadmapView)

    async def get(self, roadmap_id: UUID, path: str, answer: type[T]) -> T:
        """What is under a path of a roadmap, such as `revisions/2`."""
        return await self._ask("GET", f"{self._endpoint.roadmap_url(roadmap_id)}/{path}", answer)

    async def post(self, roadmap_id: UUID, path: str, answer: type[T], body: Mapping[str, Any] | None = None) -> T:
        """Give a command to a roadmap, such as `pause`."""
        return await self._ask("POST", f"{self._endpoint.roadmap_url(roadmap_id)}/{path}", answer, body)

    async def put(self, roadmap_id: UUID, path: str, answer: type[T], body: Mapping[str, Any]) -> T:
        return await self._ask("PUT", f"{self._endpoint.roadmap_url(roadmap_id)}/{path}", answer, body)

    async def edit(self, roadmap: RoadmapView, operation: Mapping[str, Any]) -> RoadmapView:
        """Edit the outline, if the roadmap is still as it was read."""
        url = f"{self._endpoint.roadmap_url(roadmap.roadmap_id)}/outline/operations"
        headers = {"If-Match": etag_of(roadmap.epoch, roadmap.seq)}
        return await self._ask("POST", url, RoadmapView, {"operations": [operation]}, headers)

    async def task(self, task_id: UUID) -> TaskDetail:
        return await self._ask("GET", f"{self._endpoint.url}{API}/tasks/{task_id}", TaskDetail)

    async def list(self, query: Mapping[str, Any]) -> RoadmapPage:
        given = urlencode({name: value for name, value in query.items() if value}, doseq=True)
        return await self._ask("GET", f"{self._endpoint.url}{API}/roadmaps?{given}", RoadmapPage)

    async def search(self, query: Mapping[str, Any]) -> SearchResults:
        return await self._ask("GET", f"{self._endpoint.url}{API}/search?{urlencode(query)}", SearchResults)

    async def every(self, *, trash: bool = False) -> AsyncIterator[ListedRoadmap]:
        """All roadmaps, the newest first, page by page."""
        query: dict[str, Any] = {"limit": LARGEST_PAGE, "trash": "true" if trash else None}
        while True:
            page = await self.list(query)
            for roadmap in page.items:
                yield roadmap
            if page.next_cursor is None:
                return
            query["cursor"] = page.next_cursor

    async def delete(self, roadmap_id: UUID) -> None:
        response = await self._send("DELETE", self._endpoint.roadmap_url(roadmap_id))
        if response.status_code != 204:
            raise self._error(response)

    async def take_out(self, roadmap_id: UUID) -> bytes:
        """The roadmap as a document."""
        response = await self._send("GET", f"{self._endpoint.roadmap_url(roadmap_id)}/export")
        if not response.is_success:
            raise self._error(response)
        self._validated(response, _Document)
        return response.content

    async def take_in(self, document: Any) -> Created:
        return await self._ask("POST", f"{self._endpoint.url}{API}/roadmaps/import", Created, document)

    async def model(self) -> ModelView:
        return await self._ask("GET", self._model_url(), ModelView)

    async def choose_model(self, body: Mapping[str, Any]) -> ModelView:
        return await self._ask("PUT", self._model_url(), ModelView, body)

    async def forget_model(self) -> None:
        response = await self._send("DELETE", self._model_url())
        if response.status_code != 204:
            raise self._error(response)

    async def providers(self) -> ProviderList:
        return await self._ask("GET", self._model_url("/providers"), ProviderList)

    async def discover(self) -> Discovered:
        return await self._ask("GET", self._model_url("/discovered"), Discovered)

    async def test_model(self, body: Mapping[str, Any]) -> ModelAnswer:
        return await self._ask("POST", self._model_url("/test"), ModelAnswer, body, timeout=MODEL_TIMEOUT)

    def _model_url(self, path: str = "") -> str:
        return f"{self._endpoint.url}{API}/model{path}"

    async def check(self) -> None:
        """That it is Greenway, and alive."""
        await self._ask("GET", f"{self._endpoint.url}/health", _HealthReply)

    async def status_of(self, path: str) -> int:
        """The HTTP status with which the API answers a GET."""
        return (await self._send("GET", self._endpoint.url + path)).status_code

    async def _ask(
        self,
        method: str,
        url: str,
        answer: type[T],
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = TIMEOUT,
    ) -> T:
        response = await self._send(method, url, body, headers, timeout)
        if not response.is_success:
            raise self._error(response)
        return self._validated(response, answer)

    def _validated(self, response: httpx2.Response, answer: type[T]) -> T:
        try:
            return answer.model_validate_json(response.content)
        except ValidationError as error:
            raise NotGreenway(
                f"The server at {self._endpoint.url} is not Greenway, or runs another version of it;"
                " check GREENWAY_URL."
            ) from error

    async def _send(
        self,
        method: str,
        url: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = TIMEOUT,
    ) -> httpx2.Response:
        try:
            return await self._http.request(method, url, json=body, headers=headers, timeout=timeout)
        except httpx2.TimeoutException as error:
            raise ApiUnavailable(
                f"Greenway at {self._endpoint.url} took too long to answer; please try again."
            ) from error
        except httpx2.TransportError as error:
            raise ApiUnavailable(_no_answer(self._endpoint, obstacle_in(error))) from error
        except (httpx2.InvalidURL, httpx2.DecodingError) as error:
            raise NotGreenway(
                f"The server at {self._endpoint.url} did not send a usable response; check GREENWAY_URL."
            ) from error

    def _error(self, response: httpx2.Response) -> GreenwayError:
        if response.status_code == PROXY_REFUSES and self._endpoint.proxy is not None:
            return ApiUnavailable(_no_answer(self._endpoint, REFUSED_BY_PROXY))
        detail = _detail_of(response)
        if response.status_code in self._RETRYABLE:
            return ApiUnavailable(detail or f"Greenway at {self._endpoint.url} is not ready; please try again shortly.")
        if detail is not None:
            return RequestRefused(detail)
        if response.status_code in {401, 403}:
            return RequestRefused(f"{self._endpoint.url} refused the request; check GREENWAY_TOKEN.")
        return NotGreenway(
            f"The server at {self._endpoint.url} (HTTP {response.status_code}) is not Greenway; check GREENWAY_URL."
        )


def _no_answer(endpoint: Endpoint, obstacle: Obstacle | None) -> str:
    if obstacle is not None and (endpoint.proxy is not None or not obstacle.passing):
        return f"Greenway cannot be reached at {endpoint.url}{obstacle.told(endpoint.proxy, 'check GREENWAY_URL')}"
    advice = "start it with `greenway up`, or give another address with --url or GREENWAY_URL."
    return f"Greenway is not responding at {endpoint.url}; {advice}"


def _detail_of(response: httpx2.Response) -> str | None:
    """The sentence of an RFC 9457 problem."""
    if not response.headers.get("content-type", "").startswith("application/problem+json"):
        return None
    try:
        detail = orjson.loads(response.content).get("detail")
    except (orjson.JSONDecodeError, AttributeError):
        return None
    return one_line(detail) if isinstance(detail, str) and detail else None
