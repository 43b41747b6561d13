"""For those who run Greenway: health, readiness, metrics."""

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.api.deps import AnyServices

router = APIRouter(tags=["operations"])


@router.get("/health")
async def health() -> dict[str, str]:
    """The process is alive."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "A dependency is away, or the schema is old"}})
async def readiness(services: AnyServices) -> JSONResponse:
    """Database, Redis and schema are there."""
    checks = await services.health.checks()
    ready = all(check.ok for check in checks)
    body = {
        "status": "ready" if ready else "not_ready",
        "checks": {check.name: {"ok": check.ok, "message": check.message} for check in checks},
    }
    headers = {} if ready else {"Retry-After": "2"}
    return JSONResponse(body, status_code=200 if ready else 503, headers=headers)


@router.get("/metrics", response_class=PlainTextResponse)
async def metrics(services: AnyServices) -> Response:
    """Prometheus metrics of this process, and the counts of tasks in the database."""
    await services.health.count_tasks()
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
