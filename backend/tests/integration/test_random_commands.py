"""Whatever learners press, in any order and at the same time: nothing impossible is ever seen, and nothing lost."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import orjson
import pytest
from databases import fresh_database
from factories import a_failure, a_request, an_artefact, an_outline
from fakes import AlwaysHeld, RecordingEvents
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from replacing_client import ReplacingClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.cli.watching.reducer import apply
from app.cli.watching.state import WatchedRoadmap
from app.commands.outlines import Outlines
from app.commands.roadmaps import RoadmapService
from app.commands.steering import Steering
from app.commands.unit import UnitOfWork
from app.core.errors import Conflict, NotFound, Stale
from app.core.settings import Settings, sqlalchemy_url
from app.db.repositories.event_repo import EventRepository
from app.db.repositories.roadmap_repo import RoadmapRepository
from app.db.repositories.worker_repo import WorkerRepository
from app.db.session import Sessions, create_engine, create_sessions, safe_session_with_retry
from app.db.task_store import TaskStore, hand_back
from app.domain.content.kind import ArtefactKind
from app.domain.content.kinds import Artefact
from app.domain.events import event_adapter
from app.domain.failures import FailureCode
from app.domain.outline_edits import fresh_id
from app.domain.outline_operations import AddConcept, Move, Operation, Remove, Rename, RevisionPlan
from app.domain.outline_rules import OutlineError
from app.domain.roadmap import LearningRequest, Outline
from app.domain.tasks import ENDED, RoadmapStatus, TaskKind
from app.domain.usage import Usage
from app.domain.viewer import LOCAL_VIEWER
from app.generation.orchestrator import Limits
from app.generation.work import ConceptBrief, Delivery
from app.reading.views import RoadmapView
from app.services.api_services import Readers
from app.tasks import worker as worker_module
from app.tasks.authors import Authors
from app.tasks.loop_thread import LoopThread
from app.tasks.worker import Worker

CONCEPTS = 5
USED = Usage(calls=1, input_tokens=10, output_tokens=20, cost_usd=0.25)
MOST_COST = 14 * USED.cost_usd
"""US dollars: a run that writes all concepts pauses just before its end."""
PATIENCE = 30.0
"""Seconds until a roadmap must have come to rest."""


class MoodyAuthor:
    """Takes a while, or not; fails now and then. Remembers what it has delivered, by a mark in the text."""

    name = "test:moody"

    def __init__(self) -> None:
        self.chance = random.Random(0)
        self.delivered: dict[UUID, str] = {}

    async def draft(self, request: LearningRequest) -> Delivery[Outline]:
        await asyncio.sleep(self.chance.uniform(0, 0.02))
        if self.chance.random() < 0.15:
            return Delivery(result=a_failure(), usage=USED)
        return Delivery(result=an_outline(CONCEPTS, per_module=3), usage=USED)

    async def revise(self, request: LearningRequest, outline: Outline, feedback: str) -> Delivery[RevisionPlan]:
        await asyncio.sleep(self.chance.uniform(0, 0.02))
        if self.chance.random() < 0.3:
            return Delivery(result=a_failure(), usage=USED)
        concept = self.chance.choice(list(outline.concepts))
        new = Rename(target="concept", id=concept.concept_id, name=f"Revised {uuid4()}")
        return Delivery(result=RevisionPlan(operations=(new,), note="Renamed."), usage=USED)

    async def write(self, kind: ArtefactKind, brief: ConceptBrief) -> Delivery[Artefact]:
        await asyncio.sleep(self.chance.choice([0, 0, 0.005, 0.05]))
        if self.chance.random() < 0.1:
            code = self.chance.choice([FailureCode.INVALID_OUTPUT, FailureCode.QUOTA])
            return Delivery(result=a_failure(code), usage=USED)
        mark = uuid4()
        self.delivered[mark] = kind
        return Delivery(result=an_artefact(kind, str(mark)), author=self.name, usage=USED)

    async def close(self) -> None: ...


@dataclass
class House:
    """Services and two workers over a real database, in a loop of their own."""

    sessions: Sessions
    author: MoodyAuthor
    roadmaps: RoadmapService
    steering: Steering
    outlines: Outlines
    readers: Readers
    engine: AsyncEngine
    workers: list[Worker] = field(default_factory=list)
    worker_ids: list[UUID] = field(default_factory=list)
    running: list[asyncio.Task[None]] = field(default_factory=list)

    async def close(self) -> None:
        for worker in self.workers:
            await worker.drain()
        for task in self.running:
            task.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)
        await self.engine.dispose()

    async def read(self, roadmap_id: UUID) -> RoadmapView:
        shown = await self.readers.roadmaps.roadmap(LOCAL_VIEWER, roadmap_id)
        anew = await Readers.over(self.sessions, Settings()).roadmaps.roadmap(LOCAL_VIEWER, roadmap_id)
        assert anew.etag != shown.etag or anew.body == shown.body, "all that is shown changes with an event"
        return RoadmapView.model_validate_json(shown.body)


class DoorbellOf:
    """Rings at both workers at once: one of them gets the task."""

    def __init__(self) -> None:
        self.workers: list[Worker] = []
        self._runs: set[asyncio.Task[None]] = set()

    async def ring(self, task_id: UUID, kind: TaskKind) -> None:
        for worker in self.workers:
            run = asyncio.create_task(worker.run(task_id))
            self._runs.add(run)
            run.add_done_callback(self._runs.discard)


async def open_house(url: str) -> House:
    engine = create_engine(sqlalchemy_url(url), pool_size=10, application_name="test")
    sessions = create_sessions(engine)
    events, doorbell, author = RecordingEvents(), DoorbellOf(), MoodyAuthor()
    unit = UnitOfWork(sessions, doorbell, events)

    async def author_name() -> str:
        return author.name

    async def make_author(_: Settings) -> MoodyAuthor:
        return author

    readers = Readers.over(sessions, Settings())
    house = House(
        sessions=sessions,
        author=author,
        roadmaps=RoadmapService(unit, author=author_name, max_concepts=300),
        steering=Steering(unit, readers.models),
        outlines=Outlines(unit, max_concepts=300),
        readers=readers,
        engine=engine,
        workers=doorbell.workers,
    )
    for _ in range(2):
        worker_id = uuid4()
        await _renew(sessions, worker_id)
        house.worker_ids.append(worker_id)
        worker = Worker(
            tasks=TaskStore(sessions, worker_id),
            sessions=sessions,
            authors=Authors(Settings(GREENWAY_MAX_COST_USD=MOST_COST), sessions, make_author),
            events=events,
            doorbell=doorbell,
            lease=AlwaysHeld(),
            limits=Limits(concurrency=2, flush_every=2, flush_max_age=0.03),
            capacity=50,
        )
        doorbell.workers.append(worker)
        house.running += [
            asyncio.create_task(worker.look_after_tasks()),
            asyncio.create_task(_keep_lease(sessions, worker_id)),
        ]
    return house


async def _renew(sessions: Sessions, worker_id: UUID) -> None:
    async def work(session: AsyncSession) -> None:
        await WorkerRepository(session).renew(worker_id, "test")

    await safe_session_with_retry(sessions, work)


async def _keep_lease(sessions: Sessions, worker_id: UUID) -> None:
    while True:
        await asyncio.sleep(1)
        await _renew(sessions, worker_id)


@pytest.fixture(scope="module")
def house(migrated: str) -> Iterator[tuple[LoopThread, House]]:
    thread = LoopThread("test-loop")
    with fresh_database(migrated) as url, pytest.MonkeyPatch.context() as patch:
        patch.setattr(worker_module, "SWEEP_EVERY", 0.05)
        thread.start()
        house = thread.submit(open_house(url)).result(PATIENCE)
        yield thread, house
        thread.submit(house.close()).result(PATIENCE)
        thread.stop()


class Learner:
    """Presses what there is to press on one roadmap; what is refused is refused with a reason."""

    def __init__(self, house: House, roadmap_id: UUID, chance: random.Random) -> None:
        self._house = house
        self._id = roadmap_id
        self._chance = chance
        self.pressed: list[str] = []

    async def press(self, command: str) -> None:
        try:
            await getattr(self, f"_{command}")()
        except (Conflict, NotFound, OutlineError, Stale) as refused:
            assert refused.message.endswith("."), "a refusal is a sentence"
        else:
            self.pressed.append(command)

    async def _approve(self) -> None:
        await self._house.steering.approve(LOCAL_VIEWER, self._id)

    async def _pause(self) -> None:
        await self._house.steering.pause(LOCAL_VIEWER, self._id)

    async def _resume(self) -> None:
        await self._house.steering.resume(LOCAL_VIEWER, self._id)

    async def _cancel(self) -> None:
        await self._house.steering.cancel(LOCAL_VIEWER, self._id)

    async def _retry(self) -> None:
        await self._house.steering.retry(LOCAL_VIEWER, self._id)

    async def _prioritise(self) -> None:
        await self._house.steering.prioritise(LOCAL_VIEWER, self._id, await self._concept())

    async def _regenerate(self) -> None:
        kinds = self._chance.sample(list(ArtefactKind), self._chance.randint(1, 3))
        concept_id = await self._concept()
        await self._house.steering.regenerate(LOCAL_VIEWER, self._id, concept_id, kinds=kinds, instructions="Shorter.")

    async def _restore(self) -> None:
        kind, version = self._chance.choice(list(ArtefactKind)), self._chance.randint(1, 2)
        concept_id = await self._concept()
        await self._house.steering.restore(LOCAL_VIEWER, self._id, concept_id, kind=kind, version=version)

    async def _learn(self) -> None:
        concept_id, learned = await self._concept(), self._chance.random() < 0.7
        await self._house.roadmaps.mark_learned(LOCAL_VIEWER, self._id, concept_id, learned=learned)

    async def _edit(self) -> None:
        view = await self._house.read(self._id)
        modules = [module for stage in view.stages for module in stage.modules]
        if not modules:
            return
        module = self._chance.choice(modules)
        concept_id = self._chance.choice(module.concepts).concept_id
        operations: list[Operation] = [
            AddConcept(module_id=module.module_id, concept_id=fresh_id("c"), name=f"New {uuid4()}"),
            Remove(target="concept", id=concept_id),
            Rename(target="concept", id=concept_id, name=f"Other {uuid4()}"),
            Move(target="concept", id=concept_id, into=self._chance.choice(modules).module_id),
        ]
        one = self._chance.choice(operations)
        await self._house.outlines.apply(LOCAL_VIEWER, self._id, [one], if_match=None)

    async def _undo(self) -> None:
        await self._house.outlines.undo(LOCAL_VIEWER, self._id, if_match=None)

    async def _redo(self) -> None:
        """Pressed after an undo, as people do: else there would hardly ever be something to redo."""
        await self._undo()
        await self._house.outlines.redo(LOCAL_VIEWER, self._id, if_match=None)

    async def _revise(self) -> None:
        await self._house.outlines.revise(LOCAL_VIEWER, self._id, "Differently, please.")

    async def _delete(self) -> None:
        """And back out of the trash: the others that press something meanwhile are told that it is not there."""
        await self._house.roadmaps.delete(LOCAL_VIEWER, self._id)
        await self._house.roadmaps.restore(LOCAL_VIEWER, self._id)

    async def _crash(self) -> None:
        """Nobody presses this: the task is taken from its worker, which does not know and goes on for a while."""
        await hand_back(self._house.sessions, self._chance.choice(self._house.worker_ids))

    async def _concept(self) -> str:
        concepts = concepts_of(await self._house.read(self._id))
        return self._chance.choice(concepts) if concepts else "none"


COMMANDS = sorted(name[1:] for name in vars(Learner) if name[0] == "_" and name[1] != "_" and name != "_concept")
PRESSED = [command for command in COMMANDS if command != "crash"]


def concepts_of(view: RoadmapView) -> list[str]:
    return [concept.concept_id for stage in view.stages for module in stage.modules for concept in module.concepts]


async def random_life(house: House, moments: list[list[str]], seed: int) -> list[str]:
    """Gives the commands that were carried out."""
    chance = house.author.chance = random.Random(seed)
    house.author.delivered.clear()
    created = await house.roadmaps.create(
        LOCAL_VIEWER, a_request(), auto_approve=chance.random() < 0.5, idempotency_key=None
    )
    roadmap_id = created.roadmap_id
    first = await house.read(roadmap_id)
    learner = Learner(house, roadmap_id, chance)
    for commands in moments:
        await asyncio.gather(*(learner.press(command) for command in commands))
        await the_view_is_possible_and_agrees_with_the_events(house, roadmap_id, first)
        await asyncio.sleep(chance.choice([0, 0.01, 0.05, 0.15]))
    await come_to_rest(house, learner, roadmap_id)
    view = await the_view_is_possible_and_agrees_with_the_events(house, roadmap_id, first)
    assert view.status in ENDED | {RoadmapStatus.AWAITING_REVIEW}
    if "crash" not in learner.pressed:
        await nothing_is_lost(house, roadmap_id)
    return learner.pressed


async def come_to_rest(house: House, learner: Learner, roadmap_id: UUID) -> None:
    """Go on with what is paused, unless that costs too much, and wait until nobody works on the roadmap any more."""
    async with asyncio.timeout(PATIENCE):
        while True:
            view = await house.read(roadmap_id)
            if view.status == RoadmapStatus.PAUSED:
                error = view.task.error
                await learner.press("cancel" if error and error.code == FailureCode.BUDGET else "resume")
            elif not view.task.status.is_active and not await _held(house, roadmap_id):
                return
            await asyncio.sleep(0.02)


async def the_view_is_possible_and_agrees_with_the_events(
    house: House, roadmap_id: UUID, first: RoadmapView
) -> RoadmapView:
    view = await house.read(roadmap_id)
    counted = WatchedRoadmap.of(view)
    assert view.progress.model_dump() == counted.progress.model_dump(), "the counters are not what is counted"
    assert view.status == counted.status
    if view.status != RoadmapStatus.GENERATING:
        assert view.progress.generating == 0, f"something is written while the roadmap is {view.status}"

    async def events(session: AsyncSession) -> list[object]:
        position = await RoadmapRepository(session).position(roadmap_id, LOCAL_VIEWER)
        return list(await EventRepository(session).newest(position.handle, 100_000))

    seen, client = WatchedRoadmap.of(first), ReplacingClient(first)
    for body in await safe_session_with_retry(house.sessions, events):
        event = event_adapter.validate_python(body)
        if first.seq < event.seq <= view.seq:
            assert event.seq == seen.seq + 1, "an event is missing"
            seen = apply(seen, event)
            client.apply(event)
    assert _told(seen) == _told(counted), "the events say something else than a fresh read"
    assert client.shown.model_dump() == view.model_dump(), "a client that replaces shows something else"
    assert await _held(house, roadmap_id) <= 1, "two workers hold tasks of one roadmap"
    return view


def _told(watched: WatchedRoadmap) -> dict[str, object]:
    names = ("status", "task_id", "task_status", "kind", "title", "stages", "progress", "reason")
    return {name: getattr(watched, name) for name in names} | {
        key: concept.statuses for key, concept in watched.concepts.items()
    }


async def nothing_is_lost(house: House, roadmap_id: UUID) -> None:
    """Whatever the author has delivered is stored, once; what is shown as completed can be opened."""

    async def stored(session: AsyncSession) -> list[str]:
        query = text("SELECT body::text FROM artefacts WHERE roadmap_id = :id")
        return list((await session.execute(query, {"id": roadmap_id})).scalars())

    bodies = await safe_session_with_retry(house.sessions, stored)
    for mark, kind in house.author.delivered.items():
        assert sum(str(mark) in body for body in bodies) == 1, f"a {kind} that was paid for is not there once"
    assert len(bodies) == len(house.author.delivered)
    for concept_id in concepts_of(view := await house.read(roadmap_id)):
        shown = orjson.loads(await house.readers.concepts.concept(LOCAL_VIEWER, view.roadmap_id, concept_id))
        for kind in ArtefactKind:
            if shown[f"{kind}_status"] == "completed":
                assert shown[kind.value] is not None


async def _held(house: House, roadmap_id: UUID) -> int:
    async def count(session: AsyncSession) -> int:
        query = text("SELECT count(*) FROM tasks WHERE roadmap_id = :id AND owner IS NOT NULL")
        return int((await session.execute(query, {"id": roadmap_id})).scalar_one())

    return await safe_session_with_retry(house.sessions, count)


MANY_LIVES = 60
"""So many that every command is possible in one of them."""


@pytest.mark.parametrize("lives", [8, pytest.param(MANY_LIVES, marks=pytest.mark.slow)])
@pytest.mark.parametrize("commands", [PRESSED, COMMANDS], ids=["workers live", "workers die"])
def test_any_commands_in_any_order_leave_a_true_roadmap(
    commands: list[str], lives: int, house: tuple[LoopThread, House]
) -> None:
    thread, rooms = house
    pressed: set[str] = set()

    # Nothing is shrunk: how workers and learners fall out with each other differs from run to run.
    @settings(max_examples=lives, deadline=None, phases=[Phase.reuse, Phase.generate])
    @given(
        moments=st.lists(st.lists(st.sampled_from(commands), min_size=1, max_size=4), min_size=5, max_size=20),
        seed=st.integers(0, 2**32),
    )
    def live(moments: list[list[str]], seed: int) -> None:
        pressed.update(thread.submit(random_life(rooms, moments, seed)).result(2 * PATIENCE))

    live()
    if lives == MANY_LIVES:
        assert pressed == set(commands), "some commands have never been possible"
