"""Which addresses are public, and that a network of public addresses connects to nothing else."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

import httpcore2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.agents.links.public_network import Address, AddressRefused, PublicNetwork, is_public

PUBLIC = ["1.1.1.1", "8.8.8.8", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2a00:1450::1"]
NOT_PUBLIC = {
    "unspecified": ["0.0.0.0", "::"],
    "this network": ["0.1.2.3"],
    "loopback": ["127.0.0.1", "127.255.255.254", "::1"],
    "private": ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"],
    "link-local": ["169.254.169.254", "fe80::1", "fe80::1%eth0"],
    "unique-local": ["fc00::1", "fd00:ec2::254"],
    "site-local": ["fec0::1"],
    "shared by carriers": ["100.64.0.1", "100.100.100.200", "100.127.255.255"],
    "protocol assignments": ["192.0.0.8", "192.0.0.9", "192.0.0.192", "2001:1::1"],
    "benchmarks": ["198.18.0.1", "198.19.255.255", "2001:2::1"],
    "documentation": ["192.0.2.1", "198.51.100.1", "203.0.113.1", "2001:db8::1", "3fff::1"],
    "multicast": ["224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1"],
    "reserved": ["240.0.0.1", "255.255.255.255", "4000::1", "5f00::1", "e000::1"],
    "IPv4-mapped": ["::ffff:127.0.0.1", "::ffff:8.8.8.8"],
    "IPv4-compatible": ["::127.0.0.1", "::8.8.8.8"],
    "NAT64": ["64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1"],
    "6to4": ["2002:7f00:1::1", "2002:808:808::1", "192.88.99.1"],
    "Teredo": ["2001::1", "2001:0:808:808::1"],
    "ORCHID": ["2001:10::1", "2001:20::1"],
    "discard only": ["100::1"],
    "AS112 and AMT": ["192.31.196.1", "192.52.193.1", "192.175.48.1", "2620:4f:8000::1"],
    "Azure's own": ["168.63.129.16"],
    "with a zone": ["2606:4700::1%eth0"],
}

IPV4 = st.ip_addresses(v=4).map(lambda address: IPv4Address(int(address)))
IPV6 = st.ip_addresses(v=6).map(lambda address: IPv6Address(int(address)))


@pytest.mark.parametrize("address", PUBLIC)
def test_hosts_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", [pytest.param(one, id=f"{why} {one}") for why, all_ in NOT_PUBLIC.items() for one in all_]
)
def test_no_other_address_is_public(address: str) -> None:
    assert not is_public(ip_address(address))


@given(IPV4 | IPV6)
def test_nothing_is_public_that_python_knows_not_to_be_global(address: Address) -> None:
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved
        assert not address.is_loopback
        assert not address.is_link_local


@given(IPV4)
def test_no_ipv6_address_that_only_wraps_an_ipv4_address_is_public(inner: IPv4Address) -> None:
    number = int(inner)
    wrapped = [
        number,
        0xFFFF << 32 | number,
        0x64_FF9B << 96 | number,
        0x2002 << 112 | number << 80 | 1,
        0x2001_0000 << 96 | number ^ 0xFFFF_FFFF,
    ]
    assert not any(is_public(IPv6Address(each)) for each in wrapped)


@given(st.sampled_from(["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"]), st.data())
def test_no_address_of_a_closed_block_is_public(block: str, data: st.DataObject) -> None:
    network = IPv4Network(block)
    assert not is_public(network[data.draw(st.integers(0, network.num_addresses - 1))])


@given(st.sampled_from(["fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8", "2001::/32"]), st.data())
def test_no_address_of_a_closed_ipv6_block_is_public(block: str, data: st.DataObject) -> None:
    network = IPv6Network(block)
    assert not is_public(network[data.draw(st.integers(0, network.num_addresses - 1))])


class Names:
    """A resolver that knows what it was told, and remembers what it was asked."""

    def __init__(self, *addresses: str, fails_with: Exception | None = None) -> None:
        self._addresses = [ip_address(address) for address in addresses]
        self._fails_with = fails_with
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> list[Address]:
        self.asked.append((host, port))
        if self._fails_with is not None:
            raise self._fails_with
        return self._addresses


@pytest.mark.parametrize("port", [0, 22, 25, 6379, 8080, 65535, 65536, -1])
async def test_only_the_ports_of_the_web_are_connected_to_and_no_name_is_resolved_for_others(port: int) -> None:
    names = Names("127.0.0.1")
    with pytest.raises(AddressRefused):
        await PublicNetwork(resolve=names, allows=lambda address: True).connect_tcp("site.test", port)
    assert names.asked == []


@pytest.mark.parametrize("port", [-1, 0, 65536])
async def test_what_is_no_port_is_refused_even_when_every_port_is_allowed(port: int) -> None:
    with pytest.raises(AddressRefused):
        await PublicNetwork(ports=None, allows=lambda address: True).connect_tcp("127.0.0.1", port)


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["1.1.1.1", "127.0.0.1"], ["127.0.0.1", "1.1.1.1"], ["2606:4700::1", "fd00::1"]]
)
async def test_one_address_that_is_not_public_condemns_the_name(addresses: list[str]) -> None:
    with pytest.raises(AddressRefused):
        await PublicNetwork(resolve=Names(*addresses)).connect_tcp("site.test", 80)


@pytest.mark.parametrize("error", [OSError("no such name"), UnicodeError("label too long")])
async def test_a_name_that_cannot_be_resolved_is_not_refused_but_unreachable(error: Exception) -> None:
    with pytest.raises(httpcore2.ConnectError) as raised:
        await PublicNetwork(resolve=Names(fails_with=error)).connect_tcp("site.test", 80)
    assert not isinstance(raised.value, AddressRefused)


async def test_a_name_without_addresses_is_unreachable() -> None:
    with pytest.raises(httpcore2.ConnectError, match="no address"):
        await PublicNetwork(resolve=Names()).connect_tcp("site.test", 80)


async def test_a_resolver_that_does_not_answer_is_given_up() -> None:
    async def silent(host: str, port: int) -> list[Address]:
        raise TimeoutError

    with pytest.raises(httpcore2.ConnectTimeout):
        await PublicNetwork(resolve=silent).connect_tcp("site.test", 80, timeout=8)


async def test_sockets_of_this_machine_are_not_connected_to() -> None:
    with pytest.raises(NotImplementedError):
        await PublicNetwork().connect_unix_socket("valkey.sock")
