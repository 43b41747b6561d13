"""The composition root of the API: `create_app()` builds everything, the lifespan opens and closes it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from app import __version__
from app.agents.checking import check_author
from app.api.answers import UNAVAILABLE
from app.api.body_limit import BodyLimits, SizeLimit
from app.api.connections import streams_of
from app.api.continuation import Continuations
from app.api.direct import include_direct
from app.api.document import DocumentedApi
from app.api.entrance import Entrance
from app.api.problems import install_problem_handlers
from app.api.routes import (
    about,
    concepts,
    courses,
    events,
    model,
    notes,
    operations,
    outlines,
    roadmaps,
    search,
    steering,
    tasks,
    transfer,
)
from app.api.web import serve_web
from app.commands.file_reader import FileReader
from app.commands.model_questions import ModelQuestions
from app.commands.models import ModelCommands
from app.commands.notes import Notes
from app.commands.outlines import Outlines
from app.commands.quizzes import Quizzes
from app.commands.roadmaps import RoadmapService
from app.commands.search import Search
from app.commands.steering import Steering
from app.commands.transfer import Transfer
from app.commands.unit import UnitOfWork
from app.core.celery_app import app as celery
from app.core.garbage import collect_when_short, leave_full_collections_to_us
from app.core.logging import configure_logging
from app.core.serving_settings import networks_of
from app.core.settings import Settings, load_settings
from app.db.session import create_engine, create_sessions
from app.domain.state_machine import CONCEPT_COMMANDS
from app.live.event_hub import EventHub
from app.live.event_stream import EventStream
from app.messaging.doorbell import CeleryDoorbell
from app.messaging.redis_client import create_redis
from app.messaging.sealed_events import EventSeal
from app.reading.health import DependencyHealth
from app.reading.schema_gate import SchemaGate
from app.reading.views import About
from app.services.api_services import ApiServices, Commands, Readers
from app.services.notification_service import NotificationService


def create_app_alone() -> FastAPI:
    """As `create_app`, for a process that serves nothing else, whose garbage it may collect at a time of its choice."""
    app = create_app(alone=True)
    leave_full_collections_to_us()
    return app


def create_app(settings: Settings | None = None, *, alone: bool = False) -> FastAPI:
    """The application. Clients and engines are made in the event loop that serves it, not here. `alone` says that the
    process does nothing else.

    Raises:
        ConfigurationError: a setting is wrong.
    """
    settings = settings or load_settings()
    configure_logging(format=settings.log_format, level=settings.log_level, file=settings.log_file)
    author = check_author(settings, writes=False)
    settings.require_database_url()
    settings.require_redis_url()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        collecting = asyncio.create_task(collect_when_short()) if alone else None
        async with _open(settings, author) as services:
            app.state.services = services
            yield
        if collecting is not None:
            collecting.cancel()

    app = DocumentedApi(
        title="Greenway",
        version=__version__,
        server=settings.root_path or "/",
        lifespan=lifespan,
        docs_url=None,  # its page would load scripts from a host of others
        redoc_url=None,
    )
    install_problem_handlers(app)
    include_direct(app, operations.direct, roadmaps.direct)
    app.include_router(about.router)
    for module in (courses, model, transfer, roadmaps, outlines, steering, concepts, notes, search, tasks, events):
        app.include_router(module.router, responses=UNAVAILABLE)
    app.include_router(operations.router)
    serve_web(app, root_path=settings.root_path or "")
    app.middleware_stack = Continuations(
        Entrance(  # round the answers to bugs, too
            app.build_middleware_stack(),
            root_path=settings.root_path or "",
            trusted=networks_of(settings.trusted_proxies),
            allowed_hosts=settings.allowed_hosts,
            bodies=BodyLimits(
                SizeLimit(settings.max_body_bytes, "GREENWAY_MAX_BODY_BYTES"),
                {transfer.IMPORT_PATH: SizeLimit(settings.max_import_bytes, "GREENWAY_MAX_IMPORT_BYTES")},
            ),
        )
    )
    return app


@asynccontextmanager
async def _open(settings: Settings, author: str) -> AsyncIterator[ApiServices]:
    engine = create_engine(
        settings.require_database_url(), pool_size=settings.db_pool_size, application_name="greenway-api"
    )
    redis = create_redis(settings.require_redis_url())
    sessions = create_sessions(engine)
    seal = EventSeal(sessions)
    hub = EventHub(sessions, redis, seal)
    unit = UnitOfWork(sessions, CeleryDoorbell(celery), NotificationService(redis, seal))
    readers = Readers.over(sessions, settings)
    hub.start()
    try:
        yield ApiServices(
            commands=Commands(
                roadmaps=RoadmapService(unit, author=readers.models.author, max_concepts=settings.max_concepts),
                outlines=Outlines(unit, max_concepts=settings.max_concepts),
                steering=Steering(unit, readers.models),
                transfer=Transfer(unit, readers.packed),
                files=FileReader(max_concepts=settings.max_concepts),
                quizzes=Quizzes(unit),
                models=ModelCommands(sessions, settings),
                questions=ModelQuestions(sessions, settings),
                notes=Notes(unit),
                search=Search(unit),
            ),
            read=readers,
            stream=EventStream(hub, readers.roadmaps, heartbeat=settings.heartbeat, most=streams_of(settings)),
            health=DependencyHealth(sessions, redis),
            schema=SchemaGate(sessions),
            about=About(
                version=__version__,
                author=author,
                max_concepts=settings.max_concepts,
                concept_commands={status: list(commands) for status, commands in CONCEPT_COMMANDS.items()},
            ),
        )
    finally:
        await hub.stop()
        await redis.aclose()
        await engine.dispose()
