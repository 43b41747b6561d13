"""Where WebSockets are blocked, many tabs stay up to date together, and leave connections for requests."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from e2e.cluster import Client, Cluster
from playwright.async_api import BrowserContext, Page, WebSocketRoute, expect

from browser.conftest import Surfing
from browser.test_learning import until_green

TABS = 8
"""More than the six connections that a browser opens to one server."""
CONCEPTS = 6
NO_LOCKS = "delete Navigator.prototype.locks"
NO_CHANNEL = "delete globalThis.BroadcastChannel"


@asynccontextmanager
async def blocked(
    surfing: Surfing, without: str = "", on_socket: Callable[[WebSocketRoute], object] = WebSocketRoute.close
) -> AsyncIterator[BrowserContext]:
    """A browser behind a network that ends every WebSocket, and that lacks what the script deletes."""
    context = await surfing.browser.new_context(locale="en-GB")
    await context.route_web_socket("**/*", on_socket)
    await context.add_init_script(without)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(context.close)
        yield context


async def reviewed(client: Client) -> str:
    """A roadmap whose outline awaits review."""
    roadmap_id = await client.create(concepts=CONCEPTS)
    await client.until_status(roadmap_id, "awaiting_review")
    return roadmap_id


async def opened(surfing: Surfing, context: BrowserContext, roadmap_id: str) -> Page:
    page = await surfing.open_in(context, f"/roadmaps/{roadmap_id}")
    await expect(page.get_by_role("button", name="Approve and generate")).to_be_visible()
    return page


async def streams(client: Client) -> float:
    """Event streams that are open at the server."""
    text = (await client.http.get(f"{client.cluster.url}/metrics")).text
    line = next(line for line in text.splitlines() if line.startswith("greenway_websocket_connections "))
    return float(line.split()[1])


async def until_streams(client: Client, count: int) -> None:
    async with asyncio.timeout(client.patience):
        while await streams(client) != count:
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("without", ["", NO_CHANNEL, NO_LOCKS], ids=["sharing", "no-channel", "no-locks"])
async def test_eight_tabs_turn_green_and_the_eighth_can_approve(
    without: str, surfing: Surfing, live_cluster: Cluster
) -> None:
    async with blocked(surfing, without) as context, live_cluster.client() as client:
        roadmap_id = await reviewed(client)
        pages = [await opened(surfing, context, roadmap_id) for _ in range(TABS)]
        await pages[-1].get_by_role("button", name="Approve and generate").click()
        for page in pages:
            await until_green(page, CONCEPTS)
        await until_streams(client, {"": 1, NO_CHANNEL: 3, NO_LOCKS: 0}[without])


async def test_when_the_tab_that_leads_is_closed_another_one_leads(surfing: Surfing, live_cluster: Cluster) -> None:
    async with blocked(surfing) as context, live_cluster.client() as client:
        roadmap_id = await reviewed(client)
        leader = await opened(surfing, context, roadmap_id)
        await until_streams(client, 1)
        others = [await opened(surfing, context, roadmap_id) for _ in range(2)]
        await leader.close()
        await others[-1].get_by_role("button", name="Approve and generate").click()
        for page in others:
            await until_green(page, CONCEPTS)
        await until_streams(client, 1)


@pytest.mark.slow
async def test_tabs_of_many_roadmaps_leave_connections_for_requests(surfing: Surfing, live_cluster: Cluster) -> None:
    async with blocked(surfing) as context, live_cluster.client() as client:
        pages = [await opened(surfing, context, await reviewed(client)) for _ in range(TABS)]
        for page in pages:
            await page.get_by_role("button", name="Approve and generate").click()
        for page in pages:
            await until_green(page, CONCEPTS)
        assert await streams(client) <= 3


async def test_a_websocket_that_opens_and_says_nothing_is_given_up(surfing: Surfing, live_cluster: Cluster) -> None:
    async with blocked(surfing, on_socket=lambda socket: None) as context, live_cluster.client() as client:
        page = await opened(surfing, context, await reviewed(client))
        await page.get_by_role("button", name="Approve and generate").click()
        await until_green(page, CONCEPTS)
        await until_streams(client, 1)
