"""The headers of a request that the server itself looks at, read once."""

from typing import overload

from starlette.types import Scope

_READ = frozenset(
    {
        b"accept-encoding",
        b"content-length",
        b"host",
        b"origin",
        b"sec-fetch-dest",
        b"sec-fetch-mode",
        b"sec-fetch-site",
        b"transfer-encoding",
        b"x-forwarded-host",
        b"x-forwarded-proto",
        b"x-request-id",
    }
)


class RequestHead:
    """What the request says in these headers: `all` of the lines, or the `first` one."""

    def __init__(self, scope: Scope) -> None:
        self._lines: dict[bytes, list[str]] = {}
        for name, value in scope["headers"]:
            if name in _READ:
                self._lines.setdefault(name, []).append(value.decode("latin-1"))

    @overload
    def first(self, name: bytes) -> str | None: ...

    @overload
    def first(self, name: bytes, default: str) -> str: ...

    def first(self, name: bytes, default: str | None = None) -> str | None:
        lines = self._lines.get(name)
        return lines[0] if lines else default

    def all(self, name: bytes) -> list[str]:
        return self._lines.get(name, [])

    def drop(self, prefix: bytes) -> None:
        """Forget the headers whose names begin so."""
        self._lines = {name: lines for name, lines in self._lines.items() if not name.startswith(prefix)}
