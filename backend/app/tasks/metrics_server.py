"""Serves the metrics of a worker and of its prefork children, from a thread of its own, within bounds."""

import socket
import threading

import structlog
import uvicorn
from prometheus_client import CollectorRegistry, make_asgi_app
from prometheus_client.multiprocess import MultiProcessCollector

from app.api.connections import ConnectionLimits
from app.api.entrance import Entrance
from app.api.protocols import uvicorn_options
from app.core.settings import Settings

LIMITS = ConnectionLimits(connections=16, per_address=16, timeout=5, origin="a worker's metrics")

log = structlog.get_logger()


def serve_metrics(settings: Settings) -> None:
    """On the worker's own port; nowhere where that is 0, or in use."""
    if settings.worker_metrics_port == 0:
        return
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    address = ("0.0.0.0" if settings.listen_any else "127.0.0.1", settings.worker_metrics_port)
    try:
        listener = socket.create_server(address)
    except OSError as error:
        log.warning(
            "metrics_server_failed", port=address[1], setting="GREENWAY_WORKER_METRICS_PORT", error=error.strerror
        )
        return
    config = uvicorn.Config(
        Entrance(make_asgi_app(registry), allowed_hosts=settings.allowed_hosts, measured=False),
        loop="asyncio",  # prefork children come from this process while the loop runs
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        **uvicorn_options(LIMITS) | {"ws": "none"},
    )
    server = uvicorn.Server(config)
    threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="metrics", daemon=True).start()
