"""`greenway watch`: follows a roadmap across lost connections, and its exit code says how it has ended."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, aclosing
from pathlib import Path
from uuid import UUID

import pytest
from factories import an_outline
from fakes_api import FakeApi, serving
from processes import TETHERED
from terminals import Terminal
from watched_runs import ROADMAP, Run, as_answered

from app.cli.api_client import ApiClient, ApiUnavailable, RequestRefused
from app.cli.endpoint import Endpoint
from app.cli.watching.event_socket import EventSocket
from app.cli.watching.follower import EventSource, Follower, Update
from app.cli.watching.frames import Frame
from app.domain.content.kind import ArtefactKind

BACKEND = str(Path(__file__).parents[2])


def a_run() -> Run:
    return Run(an_outline(3)).drafted().approved().writing("c0", "c1", "c2").ready("c0", "c1")


def completed() -> Run:
    return a_run().ready("c2").completed()


@pytest.fixture
async def api() -> AsyncIterator[FakeApi]:
    async with serving(FakeApi(completed(), seen=1)) as serving_api:
        yield serving_api


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(monkeypatch, capsys)


class Pauses:
    """Remembers the pauses instead of making them; a clock that they alone move."""

    def __init__(self) -> None:
        self.made: list[float] = []
        self.now = 0.0

    async def __call__(self, seconds: float) -> None:
        self.made.append(seconds)
        self.now += seconds


async def follow(api: FakeApi, pauses: Pauses | None = None, events: EventSource | None = None) -> list[Update]:
    """All updates until the newest event."""
    pauses, endpoint = pauses or Pauses(), Endpoint(url=api.url)
    seen: list[Update] = []
    async with ApiClient.open(endpoint) as roadmaps:
        follower = Follower(roadmaps, events or EventSocket(endpoint), pause=pauses, clock=lambda: pauses.now)
        async with aclosing(follower.follow(ROADMAP)) as updates, asyncio.timeout(20):
            async for update in updates:
                seen.append(update)
                if update.state.seq == len(api.run.events):
                    break
    return seen


async def test_every_event_is_shown_once_in_order(api: FakeApi) -> None:
    updates = await follow(api)
    assert [update.event for update in updates[1:]] == api.run.events[1:]
    assert updates[-1].state == api.run.state
    assert api.connections == [1]


async def test_a_lost_connection_is_taken_up_where_it_broke(api: FakeApi) -> None:
    api.lost_after = [3, 5, 5, 8]
    updates = await follow(api)
    assert api.connections == [1, 3, 5, 8]
    assert [update.event for update in updates if update.event] == api.run.events[1:]
    assert [update.connected for update in updates if update.event is None] == [True, *[False, True] * 3]


async def test_duplicates_are_dropped(api: FakeApi) -> None:
    events = [event.model_dump(mode="json") for event in api.run.events]
    api.instead = {5: [events[2], events[3], events[4], events[4]], 7: [events[0], events[6]]}
    updates = await follow(api)
    assert [update.event for update in updates[1:]] == api.run.events[1:]


async def test_events_that_come_in_one_frame_are_all_heard(api: FakeApi) -> None:
    events = [event.model_dump(mode="json") for event in api.run.events]
    api.instead = {5: [{"events": events[3:7]}], 6: [], 7: []}
    updates = await follow(api)
    assert [update.event for update in updates[1:]] == api.run.events[1:]


@pytest.mark.parametrize(
    "frame",
    [
        pytest.param('{"type": "something_new", "seq": 5}', id="an event of a newer Greenway"),
        pytest.param("no JSON", id="no JSON"),
        pytest.param({"type": "heartbeat", "seq": 5}, id="a heartbeat that tells of a missed event"),
    ],
)
async def test_what_is_not_told_is_read(api: FakeApi, frame: dict[str, object] | str) -> None:
    api.instead = {5: [frame]}
    updates = await follow(api)
    assert updates[-1].state == api.run.state
    assert [update.event for update in updates[1:4]] == api.run.events[1:4]
    assert (updates[4].event, updates[4].state.seq >= 5) == (None, True)


async def test_a_gap_is_read(api: FakeApi) -> None:
    api.instead = {5: []}
    assert (await follow(api))[-1].state == api.run.state


async def test_a_new_field_of_an_event_is_no_obstacle(api: FakeApi) -> None:
    api.instead = {5: [api.run.events[4].model_dump(mode="json") | {"mood": "fine"}]}
    updates = await follow(api)
    assert [update.event for update in updates[1:]] == api.run.events[1:]


async def test_a_snapshot_after_resync_replaces_what_was_known(api: FakeApi) -> None:
    snapshot = {"type": "snapshot", "roadmap": as_answered(api.run.state).model_dump(mode="json")}
    api.instead = {3: [{"type": "resync", "reason": "slow"}, {"type": "heartbeat", "seq": 0}, snapshot]}
    updates = await follow(api)
    assert [update.state.seq for update in updates] == [1, 2, len(api.run.events)]
    assert updates[-1].state == api.run.state


class OutOfReach:
    """A socket that cannot be opened for a while."""

    def __init__(self, api: FakeApi, is_away: Callable[[], bool]) -> None:
        self._socket = EventSocket(Endpoint(url=api.url))
        self._is_away = is_away

    def open(self, roadmap_id: UUID, *, since: int) -> AbstractAsyncContextManager[AsyncIterator[Frame]]:
        if self._is_away():
            raise ApiUnavailable("away")
        return self._socket.open(roadmap_id, since=since)


async def test_an_outage_of_a_minute_is_survived(api: FakeApi) -> None:
    pauses = Pauses()
    api.lost_after = [4]
    updates = await follow(api, pauses, OutOfReach(api, lambda: 0 < pauses.now < 61))
    assert api.connections == [1, 4]
    assert updates[-1].state == api.run.state
    assert 0.1 <= pauses.made[0] <= 0.2
    assert all(2.5 <= pause <= 5 for pause in pauses.made[5:])


async def test_after_five_minutes_watching_ends_with_a_sentence(api: FakeApi) -> None:
    pauses = Pauses()
    api.lost_after = [4]
    with pytest.raises(ApiUnavailable, match=f"not answered for 5 minutes; `greenway watch {ROADMAP}` shows"):
        await follow(api, pauses, OutOfReach(api, lambda: pauses.now > 0))
    assert 295 < pauses.now < 310


async def test_a_roadmap_that_is_deleted_ends_the_watch(api: FakeApi) -> None:
    api.deleted_after = 4
    with pytest.raises(RequestRefused, match="There is no such roadmap"):
        await follow(api)


async def test_follow_stays_beyond_the_review(api: FakeApi, terminal: Terminal) -> None:
    """It ends here only because the roadmap is deleted, after its end."""
    api.deleted_after = len(api.run.events)
    terminal.set("GREENWAY_URL", api.url)
    outcome = await terminal.greenway("watch", str(ROADMAP), "--follow")
    assert (outcome.code, outcome.err) == (1, "greenway: There is no such roadmap.\n")
    assert "3 of 3" in outcome.out


@pytest.mark.parametrize(
    ("run", "code", "ending"),
    [
        (completed(), 0, "The roadmap is completed: 3 of 3 ready."),
        (
            a_run().without("c2", ArtefactKind.QUIZ).completed(),
            3,
            "The roadmap is partly completed: 2 of 3 ready, 1 incomplete.",
        ),
        (a_run().failed(), 1, "The roadmap failed: 2 of 3 ready. The author cannot be reached."),
        (a_run().cancelled(), 1, "The roadmap was cancelled: 2 of 3 ready."),
        (
            Run().drafted(),
            0,
            f"The outline is waiting for your review; `greenway approve {ROADMAP} --watch` starts writing its content.",
        ),
    ],
)
@pytest.mark.parametrize("seen", [1, None], ids=["while it goes on", "when it has ended"])
async def test_the_exit_code_says_how_it_has_ended(
    run: Run, code: int, ending: str, seen: int | None, terminal: Terminal
) -> None:
    async with serving(FakeApi(run, seen=seen or len(run.events))) as api:
        terminal.set("GREENWAY_URL", api.url)
        outcome = await terminal.greenway("watch", str(ROADMAP))
    assert (outcome.code, outcome.err) == (code, "")
    assert outcome.lines[-1] == ending


async def test_in_a_pipe_there_is_a_plain_line_for_each_event(api: FakeApi, terminal: Terminal) -> None:
    terminal.set("GREENWAY_URL", api.url)
    outcome = await terminal.greenway("watch", str(ROADMAP))
    assert "".join(outcome.out.splitlines()).isprintable()
    assert outcome.lines == [
        "Learn SQL for data analysis: being drafted",
        "started: a worker picked up the outline",
        "outline: A test roadmap (3 concepts)",
        "queued: the content is waiting for a worker",
        "started: a worker picked up the content",
        "writing: Concept 0",
        "writing: Concept 1",
        "writing: Concept 2",
        "ready: Concept 0 (1 of 3)",
        "ready: Concept 1 (2 of 3)",
        "ready: Concept 2 (3 of 3)",
        "completed: 3 of 3 ready",
        "The roadmap is completed: 3 of 3 ready.",
    ]


async def test_an_outline_that_was_approved_beforehand_does_not_end_the_watch(api: FakeApi, terminal: Terminal) -> None:
    """Between the outline and the start of the content there is an event at which it seems to await review."""
    terminal.set("GREENWAY_URL", api.url)
    outcome = await terminal.greenway("watch", str(ROADMAP))
    assert outcome.lines[-1] == "The roadmap is completed: 3 of 3 ready."


async def test_interrupting_leaves_the_roadmap_alone(api: FakeApi) -> None:
    """With a process of its own, since the signal goes to a whole process."""
    api.run.events = a_run().events
    watching = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "app.cli", "watch", str(ROADMAP)),
        env={**os.environ, "GREENWAY_URL": api.url, "PYTHONPATH": BACKEND},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        **TETHERED,
    )
    assert watching.stdout is not None
    async with asyncio.timeout(30):
        while b"ready: Concept 1" not in await watching.stdout.readline():
            pass
        watching.send_signal(signal.SIGINT)
        _, err = await watching.communicate()
    assert watching.returncode == 130
    assert err.decode() == (
        f"Stopped watching. The roadmap itself is not affected; `greenway watch {ROADMAP}` shows it again.\n"
    )
