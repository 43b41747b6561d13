"""A network in which only public addresses exist: what is checked is the socket address that is connected to."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpcore2

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[Address]]]
"""(host, port) to the host's addresses, preferred ones first; raises OSError or UnicodeError when there are none."""

# IANA's special-purpose registries in full, because `is_global` of older Pythons lacks some of their entries.
_SPECIAL_IPV4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.31.196.0/24",
        "192.52.193.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "192.175.48.0/24",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "168.63.129.16/32",  # where Azure answers its own machines with their configuration
    )
)
# Only this part of IPv6 is for public hosts; it excludes mapped, NAT64, local and multicast addresses by itself.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
# Protocol assignments (Teredo, ORCHID, benchmarks), documentation, 6to4 and AS112.
_SPECIAL_IPV6 = tuple(
    IPv6Network(block) for block in ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"]
)

_PORTS = range(1, 65536)


def is_public(address: Address) -> bool:
    """Whether the address can only be that of a host on the public internet."""
    if isinstance(address, IPv4Address):
        return address.is_global and not any(address in block for block in _SPECIAL_IPV4)
    return (
        address in _GLOBAL_UNICAST
        and address.is_global
        and address.scope_id is None
        and not any(address in block for block in _SPECIAL_IPV6)
    )


async def resolve_by_system(host: str, port: int) -> Sequence[Address]:
    """As the system resolves it, which also understands every old spelling of an address, such as 0x7f.1."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(address[0])) for *_, address in found))


class AddressRefused(httpcore2.ConnectError):
    """The host has an address, or the request a port, that may not be connected to."""


class PublicNetwork(httpcore2.AsyncNetworkBackend):
    """Resolves a name once and connects to nothing but an address that was checked.

    One address that is not allowed condemns the name, since a public site has none: a name with both kinds is an
    attempt to get past a check. The connection is made to the address, not to the name, so that nothing is resolved
    again; TLS and the Host header are made elsewhere, from the name. Unix sockets stay unsupported.
    """

    def __init__(
        self,
        *,
        allows: Callable[[Address], bool] = is_public,
        ports: Collection[int] | None = (80, 443),
        resolve: Resolve = resolve_by_system,
    ) -> None:
        self._allows = allows
        self._ports: Collection[int] = _PORTS if ports is None else ports
        self._resolve = resolve
        self._sockets = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first of the host's addresses that answers; `timeout` (seconds) covers all attempts.

        Raises:
            AddressRefused: not every address is allowed, or the port is not.
            httpcore2.ConnectError: the name cannot be resolved, or no address answers.
            httpcore2.ConnectTimeout: not in time.
        """
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._checked_addresses(host, port)
                return await self._connect_to_first(addresses, port, timeout, local_address, socket_options)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(f"No connection to {host} in time.") from error

    async def _checked_addresses(self, host: str, port: int) -> Sequence[Address]:
        if port not in self._ports:
            raise AddressRefused(f"Port {port} is not allowed.")
        try:
            addresses = await self._resolve(host, port)
        except TimeoutError:
            raise
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"{host} cannot be resolved.") from error
        if refused := [address for address in addresses if not self._allows(address)]:
            raise AddressRefused(f"{host} is at {refused[0]}, which is not allowed.")
        if not addresses:
            raise httpcore2.ConnectError(f"{host} has no address.")
        return addresses

    async def _connect_to_first(
        self,
        addresses: Sequence[Address],
        port: int,
        timeout: float | None,
        local_address: str | None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None,
    ) -> httpcore2.AsyncNetworkStream:
        # Each address has its share of the time: a first one that is silent leaves some for those after it.
        share = None if timeout is None else timeout / len(addresses)
        *others, last = addresses
        for address in others:
            try:
                return await self._sockets.connect_tcp(str(address), port, share, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout):
                continue
        return await self._sockets.connect_tcp(str(last), port, timeout, local_address, socket_options)
