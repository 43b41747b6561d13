"""The id of a request, and how long its answer took."""

import os
import re
import time
from functools import cache
from http import HTTPMethod

from prometheus_client import Histogram
from starlette.types import Scope

from app.core import metrics

_METHODS = frozenset(HTTPMethod.__members__)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


def request_id_of(given: str | None) -> str:
    """The request's own where it is well-formed, else a new one."""
    return given if given and _REQUEST_ID.fullmatch(given) else os.urandom(16).hex()


def measure(scope: Scope, status: int, started: float) -> None:
    """Count an answer. Unknown methods share a label; otherwise, clients could make any number of series."""
    method = scope["method"] if scope["method"] in _METHODS else "other"
    route = getattr(scope.get("route"), "path", "unmatched")
    _series(method, route, status).observe(time.perf_counter() - started)


@cache
def _series(method: str, route: str, status: int) -> Histogram:
    return metrics.http_request_seconds.labels(method, route, status)
