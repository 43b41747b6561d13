"""The settings of a server and of its connections: sub-path, proxies that are believed, limits, heartbeat."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode

from app.core.authority import authority_of

_ROOT_PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
_OWN_PATHS = frozenset(
    {"api", "assets", "docs", "health", "metrics", "openapi.json", "readyz", "redoc", "roadmaps", "settings", "trash"}
)
"""What Greenway's own paths begin with: below one of them, a path with the sub-path and one without look alike."""

Network = IPv4Network | IPv6Network


class ServingSettings(BaseSettings):
    root_path: str | None = Field(None, validation_alias="GREENWAY_ROOT_PATH")
    """Without a slash at its end; None where Greenway is at `/`."""
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field((), validation_alias="GREENWAY_ALLOWED_HOSTS")
    trusted_proxies: str = Field("127.0.0.0/8,::1", validation_alias="GREENWAY_TRUSTED_PROXIES")
    heartbeat: float = Field(20, ge=0.1, le=20, validation_alias="GREENWAY_HEARTBEAT")
    max_connections: int = Field(1000, ge=16, le=100_000, validation_alias="GREENWAY_MAX_CONNECTIONS")
    max_event_streams: int = Field(750, ge=1, le=100_000, validation_alias="GREENWAY_MAX_EVENT_STREAMS")
    max_connections_per_address: int = Field(
        100, ge=1, le=100_000, validation_alias="GREENWAY_MAX_CONNECTIONS_PER_ADDRESS"
    )
    max_head_bytes: int = Field(32_768, ge=1024, le=1_048_576, validation_alias="GREENWAY_MAX_HEAD_BYTES")
    client_timeout: float = Field(20, ge=0.5, le=3600, validation_alias="GREENWAY_CLIENT_TIMEOUT")
    max_frame_bytes: int = Field(4096, ge=125, le=1_048_576, validation_alias="GREENWAY_MAX_FRAME_BYTES")
    max_frames_per_second: int = Field(20, ge=1, le=10_000, validation_alias="GREENWAY_MAX_FRAMES_PER_SECOND")

    @field_validator("root_path")
    @classmethod
    def _usable_root_path(cls, value: str | None) -> str | None:
        if value is None or value == "/":
            return None
        path = value.removesuffix("/")
        segments = path.split("/")[1:]
        if not _ROOT_PATH.fullmatch(path) or {".", ".."} & set(segments):
            raise PydanticCustomError(
                "root_path", "it must be a path like /greenway, made of letters, digits, '-', '.', '_' and '~'"
            )
        if segments[0] in _OWN_PATHS:
            raise PydanticCustomError("root_path", f"it must not begin with /{segments[0]}, which Greenway uses itself")
        return path

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _comma_separated(cls, value: object) -> object:
        return tuple(host.strip() for host in value.split(",") if host.strip()) if isinstance(value, str) else value

    @field_validator("allowed_hosts")
    @classmethod
    def _usable_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for host in value:
            if authority_of(host) is None:
                raise PydanticCustomError(
                    "host", "'{host}' is not a name like learn.example or learn.example:8080", {"host": host}
                )
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _usable_networks(cls, value: str) -> str:
        networks_of(value)
        return value


def networks_of(text: str) -> tuple[Network, ...]:
    """The addresses and networks of a list with commas; `none` stands for no network."""
    if text.strip().lower() == "none":
        return ()
    names = [name.strip() for name in text.split(",") if name.strip()]
    networks: list[Network] = []
    for name in names:
        try:
            networks.append(ip_network(name, strict=False))
        except ValueError:
            raise PydanticCustomError(
                "network", "'{name}' is neither an address nor a network like 172.18.0.0/16", {"name": name}
            ) from None
    return tuple(networks)


LOOPBACK = networks_of("127.0.0.0/8,::1")


def is_within(address: str, networks: Sequence[Network]) -> bool:
    """Whether a peer's address lies in one of the networks; an IPv4 address may be written as IPv6."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is not None:
        parsed = parsed.ipv4_mapped
    return any(parsed in network for network in networks)
