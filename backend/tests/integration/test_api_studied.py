"""The list in the order of study, and copies that say what they are."""

from typing import Any

from httpx2 import AsyncClient
from integration.conftest import Desk, a_roadmap_that_is, problem_in

from app.domain.tasks import RoadmapStatus

ROADMAPS = "/api/v1/roadmaps"


async def created(api: AsyncClient, goal: str) -> str:
    return str((await api.post(ROADMAPS, json={"goal": goal})).json()["roadmap_id"])


async def listed(api: AsyncClient, **query: Any) -> list[str]:
    return [one["roadmap_id"] for one in (await api.get(ROADMAPS, params=query)).json()["items"]]


async def test_what_was_opened_last_comes_first_and_the_default_order_stays(api: AsyncClient) -> None:
    ids = [await created(api, goal) for goal in ("Go", "C#", "日语")]
    assert (await api.post(f"{ROADMAPS}/{ids[0]}/opened")).status_code == 204
    assert await listed(api, sort="studied") == [ids[0], ids[2], ids[1]]
    assert await listed(api) == ids[::-1]


async def test_pages_in_the_order_of_study_show_every_roadmap_once(api: AsyncClient) -> None:
    ids = {await created(api, f"Goal {number}") for number in range(5)}
    seen, cursor = [], None
    while True:
        query: dict[str, Any] = {"sort": "studied", "limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await api.get(ROADMAPS, params=query)).json()
        seen += [one["roadmap_id"] for one in page["items"]]
        if (cursor := page["next_cursor"]) is None:
            break
        assert problem_in(await api.get(ROADMAPS, params={"cursor": cursor}), 422, "invalid_input")["errors"]
    assert len(seen) == 5
    assert set(seen) == ids


async def test_a_copy_has_a_title_that_says_so(api: AsyncClient, desk: Desk) -> None:
    roadmap_id = await a_roadmap_that_is(RoadmapStatus.COMPLETED, desk)
    copy = (await api.post(f"{ROADMAPS}/{roadmap_id}/duplicate")).json()["roadmap_id"]
    original = (await api.get(f"{ROADMAPS}/{roadmap_id}")).json()["title"]
    assert (await api.get(f"{ROADMAPS}/{copy}")).json()["title"] == f"{original} (copy)"


async def test_an_unknown_address_is_a_page_for_browsers_and_a_problem_for_others(api: AsyncClient) -> None:
    browser = {"Accept": "text/html,*/*;q=0.8"}
    page = await api.get("/nonsense", headers=browser)
    assert (page.status_code, "json" in page.headers["content-type"]) == (404, False)
    problem_in(await api.get("/nonsense"), 404, "not_found")
    problem_in(await api.get("/api/v1/nonsense", headers=browser), 404, "not_found")
