"""Safe by default: without accounts, no page of another origin can drive a Greenway."""

from typing import Any

import pytest
from httpx2 import AsyncClient
from integration.conftest import problem_in, serving, settings_with

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROADMAPS = "/api/v1/roadmaps"


async def posted(api: AsyncClient, **headers: str) -> Any:
    """A creation that lacks its goal: whoever is let through is told so."""
    return await api.post(ROADMAPS, json={}, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize(
    "host",
    [
        "evil.com",
        "localhost.evil.com",
        "localhost.evil.com:8000",
        "127.0.0.1.evil.com",
        "evillocalhost",
        "evil.com:localhost",
        "192.168.1.7",
        "0.0.0.0",
        "[::2]",
        "[",
        "",
    ],
)
@pytest.mark.parametrize("path", [ROADMAPS, "/health", "/metrics", "/openapi.json", "/nothing"])
async def test_a_foreign_host_is_refused(path: str, host: str, shared_api: AsyncClient) -> None:
    problem = problem_in(await shared_api.get(path, headers={"Host": host}), 403, "forbidden")
    assert "GREENWAY_ALLOWED_HOSTS" in problem["detail"]


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "greenway.localhost", "127.0.0.1:8000", "127.1.2.3", "[::1]:8000"]
)
async def test_the_loopback_interface_is_ours(host: str, shared_api: AsyncClient) -> None:
    assert (await shared_api.get(ROADMAPS, headers={"Host": host})).status_code == 200


async def test_a_host_can_be_allowed(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    allowing = settings_with(monkeypatch, GREENWAY_ALLOWED_HOSTS="learn.example, Greenway.Example")
    async with serving(allowing) as api:
        for host in ("learn.example", "learn.example:8000", "greenway.example", "localhost"):
            assert (await api.get(ROADMAPS, headers={"Host": host})).status_code == 200
        for host in ("other.example", "a.learn.example", "learn.example.evil.com"):
            problem_in(await api.get(ROADMAPS, headers={"Host": host}), 403, "forbidden")


@pytest.mark.parametrize(
    "origin",
    ["http://localhost:3000", "http://evil.com", "https://localhost.evil.com", "null", "", "localhost", "http://["],
)
async def test_a_page_of_another_origin_can_change_nothing(origin: str, shared_api: AsyncClient) -> None:
    problem = problem_in(await posted(shared_api, Origin=origin), 403, "forbidden")
    assert "origins" in problem["detail"]


@pytest.mark.parametrize("site", ["cross-site", "same-site", "nonsense"])
async def test_a_request_that_the_browser_calls_foreign_is_refused(site: str, shared_api: AsyncClient) -> None:
    problem = problem_in(await posted(shared_api, Sec_Fetch_Site=site), 403, "forbidden")
    assert "other sites" in problem["detail"]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
async def test_every_method_that_changes_something_is_guarded(method: str, shared_api: AsyncClient) -> None:
    response = await shared_api.request(method, ROADMAPS, headers={"Origin": "http://evil.com"})
    problem_in(response, 403, "forbidden")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "http://localhost"},
        {"Origin": "http://localhost:8000", "Host": "localhost:8000"},
        {"Origin": "http://LOCALHOST"},
        {"Origin": "http://[::1]:8000", "Host": "[::1]:8000"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"},
        {"Sec-Fetch-Site": "none"},
    ],
)
async def test_our_own_page_and_other_programs_are_let_through(
    headers: dict[str, str], shared_api: AsyncClient
) -> None:
    problem_in(await posted(shared_api, **headers), 422, "invalid_input")


async def test_a_page_of_another_origin_may_ask_but_not_read(shared_api: AsyncClient) -> None:
    """Nothing happens by a GET; and without CORS headers the browser keeps the answer from the page."""
    foreign = {"Origin": "http://evil.com", "Sec-Fetch-Site": "cross-site"}
    response = await shared_api.get(ROADMAPS, headers=foreign)
    assert response.status_code == 200
    assert not [name for name in response.headers if name.startswith("access-control-")]


async def test_no_preflight_succeeds(shared_api: AsyncClient) -> None:
    headers = {"Origin": "http://evil.com", "Access-Control-Request-Method": "POST"}
    response = await shared_api.options(ROADMAPS, headers=headers)
    assert response.status_code == 405
    assert not [name for name in response.headers if name.startswith("access-control-")]
