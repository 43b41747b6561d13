"""For those who run Greenway: health, readiness, metrics."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.api.answers import RETRY_AFTER, json_response
from app.api.deps import AnyServices
from app.api.direct import direct_router
from app.reading.views import CheckView, Health, Readiness

router = APIRouter(tags=["operations"])
direct = direct_router(tags=["operations"])

_ALIVE = Health(status="ok").model_dump_json().encode()


@direct.get("/health", response_model=Health)
async def get_health(_: Request) -> Response:
    """Whether the process is running."""
    return json_response(_ALIVE)


@router.get(
    "/readyz",
    response_model=Readiness,
    responses={
        503: {
            "model": Readiness,
            "description": "A dependency is unavailable, or the schema has another version",
            **RETRY_AFTER,
        }
    },
)
async def get_readiness(services: AnyServices, response: Response) -> Readiness:
    """Whether the database, its schema and Redis are available."""
    checks = await services.health.checks()
    ready = all(check.ok for check in checks)
    if not ready:
        response.status_code = 503
        response.headers["Retry-After"] = "2"
    return Readiness(
        status="ready" if ready else "not_ready",
        checks={check.name: CheckView(ok=check.ok, message=check.message) for check in checks},
    )


@router.get("/metrics", response_class=PlainTextResponse)
async def get_metrics(services: AnyServices) -> Response:
    """Prometheus metrics of this process, and the counts of tasks in the database."""
    await services.health.count_tasks()
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
