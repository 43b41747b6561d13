"""Watches one roadmap until there is nothing left to do, and says how it ended."""

import asyncio
from contextlib import aclosing
from typing import TextIO
from uuid import UUID

import typer

from app.cli.api_client import ApiClient
from app.cli.endpoint import Endpoint
from app.cli.watching.displays import Display, display_for
from app.cli.watching.event_socket import EventSocket
from app.cli.watching.follower import Follower, RoadmapReads
from app.cli.watching.state import WatchedRoadmap
from app.cli.watching.words import ROADMAP_WORDS, counts
from app.core.errors import GreenwayError
from app.domain.tasks import ENDED, RoadmapStatus

INTERRUPTED = 130
_EXIT_CODES = {
    RoadmapStatus.COMPLETED: 0,
    RoadmapStatus.AWAITING_REVIEW: 0,
    RoadmapStatus.PARTIAL: 3,
    RoadmapStatus.FAILED: 1,
    RoadmapStatus.CANCELLED: 1,
}


def watch_roadmap(endpoint: Endpoint, roadmap_id: UUID, stream: TextIO, *, follow: bool = False) -> int:
    """Show the roadmap on the stream until it has ended or awaits review, or, to `follow` it, until interrupted: gives
    the exit code."""
    try:
        state = asyncio.run(_watch(endpoint, roadmap_id, display_for(stream), follow=follow))
    except KeyboardInterrupt:
        typer.echo(
            f"Stopped watching. The roadmap itself is not affected; `greenway watch {roadmap_id}` shows it again.",
            err=True,
        )
        return INTERRUPTED
    typer.echo(ending(state), file=stream)
    return _EXIT_CODES[state.status]


async def _watch(endpoint: Endpoint, roadmap_id: UUID, display: Display, *, follow: bool) -> WatchedRoadmap:
    async with ApiClient.open(endpoint) as roadmaps:
        follower = Follower(roadmaps, EventSocket(endpoint))
        return await until_settled(roadmap_id, follower, roadmaps, display, follow=follow)


async def until_settled(
    roadmap_id: UUID, follower: Follower, roadmaps: RoadmapReads, display: Display, *, follow: bool = False
) -> WatchedRoadmap:
    """Show all that happens until there is nothing left to do; to `follow` it, for ever."""
    async with aclosing(follower.follow(roadmap_id)) as updates:
        update = await anext(updates)
        with display:
            while True:
                display.show(update)
                if not follow and (update.state.status in ENDED or await _awaits_review(update.state, roadmaps)):
                    return update.state
                update = await anext(updates)


async def _awaits_review(state: WatchedRoadmap, roadmaps: RoadmapReads) -> bool:
    """An outline that was approved beforehand awaits review only between two events: the API knows."""
    if state.status != RoadmapStatus.AWAITING_REVIEW:
        return False
    try:
        return (await roadmaps.read(state.roadmap_id)).status == RoadmapStatus.AWAITING_REVIEW
    except GreenwayError as error:
        if not error.retryable:
            raise
        return False


def ending(state: WatchedRoadmap) -> str:
    """One sentence on how it has ended."""
    if state.status == RoadmapStatus.AWAITING_REVIEW:
        return (
            f"The outline is waiting for your review; `greenway approve {state.roadmap_id} --watch`"
            " starts writing its content."
        )
    sentence = f"The roadmap is {ROADMAP_WORDS[state.status]}"
    if state.status in {RoadmapStatus.FAILED, RoadmapStatus.CANCELLED}:
        sentence = f"The roadmap {'failed' if state.status == RoadmapStatus.FAILED else 'was cancelled'}"
    written = f": {counts(state.progress)}" if state.progress.total else ""
    reason = f" {state.reason}" if state.reason else ""
    return f"{sentence}{written}.{reason}"
