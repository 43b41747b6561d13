"""Where the client commands find the API, and how they show who they are."""

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit
from uuid import UUID

from app.core.errors import ConfigurationError
from app.core.network_environment import Proxy, check_proxies, proxy_for
from app.core.settings import Settings
from app.core.web_names import is_host
from app.embedded.data_dir import running_instance

API = "/api/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """`url` has no slash at its end; `token` is sent as bearer token."""

    url: str
    token: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, settings: Settings, data_dir: Path | None = None) -> Self:
        """GREENWAY_URL (or `--url`) if it is set, else the instance that runs in the data directory, else the default.

        GREENWAY_TOKEN belongs to GREENWAY_URL: an instance that was found in the data directory asks for no token, and
        is not sent one.

        Raises:
            ConfigurationError: one of them cannot be used; the sentence says why.
        """
        token = settings.token.get_secret_value() if settings.token else ""
        if not (token.isascii() and token.isprintable()):
            raise ConfigurationError("GREENWAY_TOKEN contains characters that cannot be sent.")
        if "url" not in settings.model_fields_set and (run := running_instance(data_dir or settings.data_dir)):
            return cls(url=_checked(run.url))
        endpoint = cls(url=_checked(settings.url.strip()), token=token or None)
        if not endpoint.is_loopback:
            check_proxies()
        return endpoint

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    @property
    def is_loopback(self) -> bool:
        """Proxies are for the way to other machines."""
        name = urlsplit(self.url).hostname or ""
        if name == "localhost" or name.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return False

    @property
    def proxy(self) -> Proxy | None:
        return None if self.is_loopback else proxy_for(self.url)

    def roadmap_url(self, roadmap_id: UUID) -> str:
        return f"{self.url}{API}/roadmaps/{roadmap_id}"

    def events_url(self, roadmap_id: UUID, *, since: int) -> str:
        # http becomes ws, https becomes wss.
        return f"ws{self.url.removeprefix('http')}{API}/ws/roadmaps/{roadmap_id}?since={since}&coalesce=1"


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and is_host(parts.hostname or "") and parts.port != 0
    except ValueError:  # a port out of range, a bracket that is not closed
        usable = False
    if not usable or not url.isprintable() or " " in url or parts.query or parts.fragment:
        raise ConfigurationError("GREENWAY_URL, or --url, must be an address like http://127.0.0.1:8000.")
    if "@" in parts.netloc:
        raise ConfigurationError(
            "GREENWAY_URL, or --url, must not contain a user name or password; use GREENWAY_TOKEN instead."
        )
    return parts.geturl().rstrip("/")
