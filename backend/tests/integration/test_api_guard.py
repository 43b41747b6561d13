"""Safe by default: without accounts, no page of another origin can read or drive a Greenway."""

from typing import Any

import pytest
from httpx2 import AsyncClient
from integration.conftest import problem_in, serving, settings_with

pytestmark = pytest.mark.asyncio(loop_scope="module")

ROADMAPS = "/api/v1/roadmaps"
SOME = "01890000-0000-7000-8000-000000000000"


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


@pytest.mark.parametrize("path", [ROADMAPS, "/metrics", "/health", "/openapi.json", "/assets/index.js", "/", "/docs"])
@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"},
        {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.com"},
    ],
    ids=["any", "script", "frame", "fetch"],
)
async def test_a_page_of_another_origin_can_read_nothing(
    headers: dict[str, str], path: str, shared_api: AsyncClient
) -> None:
    problem_in(await shared_api.get(path, headers=headers), 403, "forbidden")


LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest.mark.parametrize("path", ["/", "/docs", "/trash", f"/roadmaps/{SOME}", "/nowhere"])
async def test_a_link_on_another_page_leads_to_ours(path: str, shared_api: AsyncClient) -> None:
    response = await shared_api.get(path, headers=LINK | {"Accept": "text/html"})
    assert response.status_code == (404 if path == "/nowhere" else 200)
    assert "<title>" in response.text


@pytest.mark.parametrize("path", [ROADMAPS, f"{ROADMAPS}?q=%00", "/api", "/metrics", "/assets/index.js", "/health"])
async def test_a_link_leads_to_no_data(path: str, shared_api: AsyncClient) -> None:
    """Pages can make browsers follow links, and fetch what is behind them beforehand."""
    problem_in(await shared_api.get(path, headers=LINK), 403, "forbidden")


async def test_links_are_told_apart_below_a_sub_path(settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(settings_with(monkeypatch, GREENWAY_ROOT_PATH="/greenway")) as api:
        for prefix in ("", "/greenway"):
            assert (await api.get(f"{prefix}/", headers=LINK)).status_code == 200
            assert (await api.get(f"{prefix}/metrics", headers=LINK)).status_code == 403


@pytest.mark.parametrize(
    "headers", [{}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}]
)
@pytest.mark.parametrize("path", [ROADMAPS, "/metrics", "/health"])
async def test_our_own_page_and_other_programs_can_read(
    headers: dict[str, str], path: str, shared_api: AsyncClient
) -> None:
    assert (await shared_api.get(path, headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/", "/docs", "/openapi.json", "/health", "/metrics", "/nowhere", "/assets/nothing.js", ROADMAPS, "/api/v1/x"],
)
@pytest.mark.parametrize("host", ["localhost", "evil.com"])
async def test_no_answer_is_framed_guessed_or_read_elsewhere(path: str, host: str, shared_api: AsyncClient) -> None:
    headers = (await shared_api.get(path, headers={"Host": host})).headers
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    assert headers.get_list("referrer-policy") == ["no-referrer"]
    assert headers.get_list("cross-origin-resource-policy") == ["same-origin"]
    (policy,) = headers.get_list("content-security-policy")
    assert "frame-ancestors 'none'" in policy
    is_page = host == "localhost" and path in ("/", "/docs")
    assert headers.get_list("cache-control") == ["no-cache" if is_page else "no-store"]


async def test_no_preflight_succeeds(shared_api: AsyncClient) -> None:
    headers = {"Origin": "http://evil.com", "Access-Control-Request-Method": "POST"}
    response = await shared_api.options(ROADMAPS, headers=headers)
    assert response.status_code == 405
    assert not [name for name in response.headers if name.startswith("access-control-")]


async def test_every_host_that_a_request_names_is_looked_at(api: AsyncClient) -> None:
    answer = await api.get("/api/v1/roadmaps", headers=[("Host", "127.0.0.1"), ("Host", "evil.example")])
    assert answer.status_code == 403
