"""The sub-path under which a proxy serves Greenway, whether the proxy strips it from requests or not."""

from starlette.datastructures import URL, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class SubPath:
    """Behind it, every path begins with `root_path`, and the scope says so: routes match what comes after it.

    A redirection to an address of our own holds the path alone, since a proxy may have another name, port and scheme.
    """

    def __init__(self, app: ASGIApp, *, root_path: str) -> None:
        self._app = app
        self._root_path = root_path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        root_path, path = self._root_path, scope["path"]
        if root_path:
            scope["root_path"] = root_path
            if path != root_path and not path.startswith(f"{root_path}/"):
                scope["path"] = root_path + path

        async def redirected(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if (location := headers.get("location")) is not None:
                    headers["location"] = _without_origin(location, URL(scope=scope))
            await send(message)

        await self._app(scope, receive, redirected)


def _without_origin(location: str, asked: URL) -> str:
    path = location.removeprefix(f"{asked.scheme}://{asked.netloc}")
    # Two slashes would name another host.
    return path if path.startswith("/") and not path.startswith("//") else location
