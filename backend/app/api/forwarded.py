"""What proxies say about a request is believed of trusted ones only, and taken out of all other requests."""

from collections.abc import Sequence

from starlette.types import Scope

from app.api.request_head import RequestHead
from app.core.serving_settings import Network, is_within

_PREFIX = b"x-forwarded-"
_SCHEMES = {"http": {"http": "http", "https": "https"}, "websocket": {"http": "ws", "https": "wss"}}


def believe_proxies(scope: Scope, head: RequestHead, trusted: Sequence[Network]) -> None:
    """Afterwards, the `X-Forwarded-*` headers that are left come from proxies in the `trusted` networks, and the
    request has the scheme that they name."""
    if not any(name.startswith(_PREFIX) for name, _ in scope["headers"]):
        return
    if is_within((scope.get("client") or ("",))[0], trusted):
        said = head.first(b"x-forwarded-proto", "").rpartition(",")[2].strip().lower()
        scope["scheme"] = _SCHEMES[scope["type"]].get(said, scope["scheme"])
    else:
        scope["headers"] = [header for header in scope["headers"] if not header[0].startswith(_PREFIX)]
        head.drop(_PREFIX)
