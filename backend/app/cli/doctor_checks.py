"""What `greenway doctor` checks; each check that fails says what to do."""

from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from app.agents.checking import check_author
from app.cli.api_client import ApiClient
from app.cli.endpoint import Endpoint
from app.cli.watching.words import one_line
from app.core.errors import ConfigurationError, GreenwayError
from app.core.redis_address import check_redis_address
from app.core.settings import Settings, sqlalchemy_url
from app.db.asking_once import workers_alive
from app.db.session import create_engine, create_sessions
from app.embedded.data_dir import Run
from app.messaging.redis_client import create_redis
from app.reading.health import Check, DependencyHealth

_ADVICE = {
    "database": "start it, or check DATABASE_URL",
    "redis": "start it, or check REDIS_URL",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where database and Redis are; they hold passwords, so they are never shown."""

    database_url: str
    redis_url: str


def find_addresses(settings: Settings, run: Run | None, data_dir: Path) -> Addresses | list[Check]:
    """From the settings, else from what runs in the data directory; or a failed check for each one that is missing."""
    database = settings.database_url.get_secret_value() if settings.database_url else None
    redis = settings.redis_url.get_secret_value() if settings.redis_url else None
    if run is not None:
        database, redis = database or run.database_url, redis or run.redis_url
    if database and redis:
        return Addresses(database_url=database, redis_url=redis)
    advice = f"is not set, and Greenway is not running in {data_dir}; set it, or run `greenway up`."
    missing = [] if database else [Check("database", False, f"DATABASE_URL {advice}")]
    return missing if redis else [*missing, Check("redis", False, f"REDIS_URL {advice}")]


async def check_dependencies(addresses: Addresses) -> list[Check]:
    """Database, schema, Redis and, where the schema is there, workers."""
    try:
        engine = create_engine(sqlalchemy_url(addresses.database_url), pool_size=1, application_name="greenway-doctor")
    except ConfigurationError as error:
        return [Check("database", False, error.message)]
    try:
        redis = create_redis(check_redis_address(addresses.redis_url))
    except ConfigurationError as error:
        return [Check("redis", False, error.message)]
    try:
        checks = [_with_advice(check) for check in await DependencyHealth(create_sessions(engine), redis).checks()]
        schema_is_there = all(check.ok for check in checks if check.name != "redis")
        return [*checks, await _workers(addresses.database_url) if schema_is_there else WORKERS_UNKNOWN]
    except SQLAlchemyError as error:
        return [
            Check("database", False, f"The database reported an error ({one_line(str(error))}); check DATABASE_URL.")
        ]
    finally:
        await redis.aclose()
        await engine.dispose()


WORKERS_UNKNOWN = Check("worker", False, "Workers cannot be checked until the database and its schema are ready.")


async def _workers(database_url: str) -> Check:
    try:
        alive = await workers_alive(database_url)
    except GreenwayError as error:
        return Check("worker", False, error.message)
    if alive == 0:
        return Check(
            "worker", False, "No worker is running; start one with `greenway worker`, or everything with `greenway up`."
        )
    return Check("worker", True, "One worker is running." if alive == 1 else f"{alive} workers are running.")


async def check_api(endpoint: Endpoint, run: Run | None) -> list[Check]:
    """The API answers, and says itself whether it is ready."""
    try:
        async with ApiClient.open(endpoint) as api:
            await api.check()
            ready = await api.status_of("/readyz")
    except GreenwayError as error:
        if run is not None and run.url != endpoint.url:
            message = (
                f"Greenway is not responding at {endpoint.url}, but it is running at {run.url};"
                f" set GREENWAY_URL={run.url}."
            )
            return [Check("api", False, message)]
        return [Check("api", False, error.message)]
    answers = Check("api", True, f"The API answers at {endpoint.url}.")
    if ready == 200:
        return [answers, Check("ready", True, "The API is ready.")]
    return [answers, Check("ready", False, f"The API is not ready (HTTP {ready}); {endpoint.url}/readyz says why.")]


async def check_what_was_chosen(endpoint: Endpoint) -> list[Check]:
    """The model that was chosen in the app, asked by a worker, which has its key; nothing where none was chosen, or the
    API does not answer."""
    try:
        async with ApiClient.open(endpoint) as api:
            now = await api.model()
            if now.source != "settings":
                return []
            checks = [Check("author", True, f"The model {now.model} is in use; it was chosen in the app.")]
            checks += [
                Check("worker", False, f"The worker {worker.name} takes no tasks: {one_line(worker.problem)}")
                for worker in now.workers
                if worker.problem is not None
            ]
            if now.model.startswith("builtin:"):
                return checks
            answer = await api.test_model({"model": now.model})
    except GreenwayError:
        return []
    return [*checks, Check("model", answer.ok, one_line(answer.message))]


async def check_the_author(settings: Settings) -> list[Check]:
    """Whether the author is configured; and a model, whether it answers."""
    try:
        name = check_author(settings)
        if name.startswith("builtin:"):
            return [Check("author", True, "The built-in author is in use; it needs no key.")]
        # Imported only here: a model's library takes a second to load.
        checkup = await import_module("app.agents.checkup").check_up(settings)
    except GreenwayError as error:
        return [Check("author", False, error.message)]
    return [Check("author", True, f"The model {name} is in use."), Check("model", checkup.ok, checkup.message)]


def _with_advice(check: Check) -> Check:
    advice = _ADVICE.get(check.name)
    if check.ok or advice is None:
        return check
    reason = f" ({check.reason.removesuffix('.')})" if check.reason else ""
    return replace(check, message=f"{check.message.removesuffix('.')}{reason}; {advice}.")
