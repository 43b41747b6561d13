"""The sub-path under which a proxy serves Greenway, whether the proxy strips it from requests or not."""

from starlette.datastructures import URL
from starlette.types import Scope


def enter_sub_path(scope: Scope, root_path: str) -> None:
    """Afterwards, the path begins with `root_path`, and the scope says so: routes match what comes after it."""
    scope["root_path"] = root_path
    path = scope["path"]
    if path != root_path and not path.startswith(f"{root_path}/"):
        scope["path"] = root_path + path


def without_origin(location: str, scope: Scope) -> str:
    """Where a redirection leads: at an address of our own the path alone, since a proxy may have another name, port
    and scheme."""
    asked = URL(scope=scope)
    path = location.removeprefix(f"{asked.scheme}://{asked.netloc}")
    # Two slashes would name another host.
    return path if path.startswith("/") and not path.startswith("//") else location
