"""`greenway api`: the API alone."""

from importlib import import_module

import uvicorn

from app.api.connections import limits_of
from app.api.protocols import uvicorn_options
from app.cli.options import Host, Port, WhenTold
from app.core.errors import ConfigurationError
from app.core.garbage import uncollected
from app.core.settings import load_settings
from app.embedded.ports import is_loopback
from app.embedded.starting_gate import wait_until_told

GRACEFUL_SHUTDOWN_SECONDS = 5
"""How long open connections get when the API is asked to stop."""


def api(host: Host = "127.0.0.1", port: Port = 8000, when_told: WhenTold = False) -> None:
    """Run the API alone, with DATABASE_URL and REDIS_URL set."""
    settings = load_settings()
    settings.require_database_url()
    settings.require_redis_url()
    if not is_loopback(host) and not settings.listen_any:
        raise ConfigurationError(
            f"{host} can be reached from other machines, and Greenway has no accounts; "
            "set GREENWAY_LISTEN_ANY=1 if that is what you want."
        )
    with uncollected():
        app = import_module("app.main").create_app_alone()  # by name: a root of its own, beside this one
    if when_told:
        wait_until_told()
    uvicorn.run(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # `Forwarded` needs to see who has connected
        **uvicorn_options(limits_of(settings)),
        timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_SECONDS,
    )
