"""The guard over real sockets: servers that must not be reached count who reaches them."""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, suppress
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from websites import Script, Website, answers, page, redirects_to, website

from app.agents.links.checker import LinkChecker
from app.agents.links.public_network import Address, PublicNetwork, Resolve, resolve_by_system
from app.agents.links.public_transport import PublicTransport, was_refused

PDF = answers(200, b"%PDF", Content_Type="application/pdf")

REACH_LOOPBACK = [
    "127.0.0.1",
    "localhost",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.1",
    "017700000001",
    "127.1",
    "0",
    "0.0.0.0",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "127。0。0。1",
    "known.example@127.0.0.1",
    "known.example:80@127.1",
]
"""Spellings that bring a request to a server on 127.0.0.1 when nothing stops it."""

ALSO_REFUSED = ["[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[fe80::1]", "LOCALHOST"]
"""Addresses of this machine, or of a gateway to it, where no server listens in these tests."""

STRANGE = [
    "localhost.",
    "127.0.0.1.",
    "0177.0.0.1",
    "[fe80::1%lo]",
    "[::1%25lo]",
    "１２７.0.0.1",
    "①②⑦.0.0.1",
    "127.0.0.1%00.known.example",
    "127.0.0.1%23.known.example",
    "127%2e0%2e0%2e1",
    "known.example\\@127.0.0.1",
    "127.0.0.1\\.known.example",
    "127.0.0.1 known.example",
]
"""Spellings that some systems or libraries bring to this machine; some are looked up as names."""


def only(*allowed: str) -> PublicNetwork:
    """A network in which only these addresses exist, on any port."""
    return PublicNetwork(allows=lambda address: str(address) in allowed, ports=None)


class Names:
    """A resolver with one answer a question; the last answer stays. Addresses themselves are resolved as always."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self._answers = [[ip_address(address) for address in answer] for answer in answers]
        self.questions = 0

    async def __call__(self, host: str, port: int) -> Sequence[Address]:
        if not host.endswith(".test"):
            return await resolve_by_system(host, port)
        answer = self._answers[min(self.questions, len(self._answers) - 1)]
        self.questions += 1
        return answer


def network(resolve: Resolve, *allowed: str) -> PublicNetwork:
    return PublicNetwork(allows=lambda address: str(address) in allowed, ports=None, resolve=resolve)


def _pages(title: str) -> dict[str, Script]:
    return {"/": page(title), "/pdf": PDF}


@pytest.fixture
async def pair() -> AsyncIterator[tuple[Website, Website]]:
    """Two servers at different addresses and the same port, whatever is taken at one of them."""
    async with AsyncExitStack() as sites:
        while True:
            private = await sites.enter_async_context(website(_pages("Secrets")))
            with suppress(OSError):
                beside = website(_pages("Welcome"), address="127.0.0.2", port=private.port)
                public = await sites.enter_async_context(beside)
                break
        yield private, public


@pytest.fixture
def private(pair: tuple[Website, Website]) -> Website:
    """A server on this machine that nobody may reach."""
    return pair[0]


@pytest.fixture
def public(pair: tuple[Website, Website]) -> Website:
    """A server that counts as public."""
    return pair[1]


async def _check(url: str, network: PublicNetwork) -> str | None:
    checker = LinkChecker(PublicTransport(network))
    link = await checker.check(url)
    await checker.close()
    return link.verdict if link else None


@pytest.mark.parametrize("host", REACH_LOOPBACK)
async def test_without_the_guard_this_spelling_reaches_the_server(host: str, private: Website) -> None:
    async with httpx2.AsyncClient(trust_env=False) as client:
        await client.get(private.url(host=host))
    assert private.connections == 1


@pytest.mark.parametrize("host", REACH_LOOPBACK + ALSO_REFUSED + STRANGE)
async def test_no_spelling_reaches_a_server_on_this_machine(host: str, private: Website) -> None:
    url = private.url(host=host)
    guarded = PublicNetwork(ports=None)
    assert await _check(url, guarded) != "verified"
    # The checker itself refuses some spellings; the network underneath has to refuse them all.
    async with httpx2.AsyncClient(transport=PublicTransport(guarded), trust_env=False) as client:
        with pytest.raises((httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.InvalidURL)):
            await client.get(url)
    assert private.connections == 0


@pytest.mark.parametrize("host", REACH_LOOPBACK + ALSO_REFUSED)
async def test_such_an_address_is_refused_and_dropped(host: str, private: Website) -> None:
    url = private.url(host=host)
    assert await _check(url, PublicNetwork(ports=None)) is None
    async with httpx2.AsyncClient(transport=PublicTransport(PublicNetwork(ports=None)), trust_env=False) as client:
        with pytest.raises(httpx2.ConnectError) as refused:
            await client.get(url)
    assert was_refused(refused.value)


async def test_a_refusal_can_be_told_from_a_server_that_does_not_answer(private: Website) -> None:
    async with httpx2.AsyncClient(transport=PublicTransport(only("127.0.0.3")), trust_env=False) as client:
        with pytest.raises(httpx2.ConnectError) as unanswered:
            await client.get(private.url(host="127.0.0.3"))
    assert not was_refused(unanswered.value)


@pytest.mark.parametrize("host", REACH_LOOPBACK + ALSO_REFUSED + STRANGE)
async def test_no_redirect_reaches_a_server_on_this_machine(host: str, private: Website, public: Website) -> None:
    public.pages["/away"] = redirects_to("http://" + f"{host}:{private.port}/".encode().decode("latin-1"))
    assert await _check(public.url("/away", host="127.0.0.2"), only("127.0.0.2")) != "verified"
    assert public.connections > 0
    assert private.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_kind_of_redirect_reaches_it(status: int, private: Website, public: Website) -> None:
    public.pages["/away"] = redirects_to(private.url(), status)
    public.pages["/twice"] = redirects_to("/away", status)
    assert await _check(public.url("/twice", host="127.0.0.2"), only("127.0.0.2")) is None
    assert private.connections == 0


@pytest.mark.parametrize("addresses", [("127.0.0.2", "127.0.0.1"), ("127.0.0.1", "127.0.0.2")])
async def test_a_name_with_a_public_and_a_private_address_reaches_neither(
    addresses: tuple[str, str], private: Website, public: Website
) -> None:
    assert await _check(public.url(host="mixed.test"), network(Names(addresses), "127.0.0.2")) is None
    assert (private.connections, public.connections) == (0, 0)


async def test_a_name_is_resolved_once_for_a_connection(private: Website, public: Website) -> None:
    names = Names(["127.0.0.2"], ["127.0.0.1"])
    assert await _check(public.url("/pdf", host="rebound.test"), network(names, "127.0.0.2")) == "verified"
    assert (names.questions, public.connections, private.connections) == (1, 1, 0)


async def test_a_name_that_moves_to_a_private_address_is_not_followed(private: Website, public: Website) -> None:
    names = Names(["127.0.0.2"], ["127.0.0.1"])
    assert await _check(public.url(host="rebound.test"), network(names, "127.0.0.2")) is None
    assert (public.methods, private.connections) == (["HEAD"], 0)


async def test_the_addresses_of_a_name_are_tried_in_order_until_one_answers(public: Website) -> None:
    names = Names(["127.0.0.3", "127.0.0.2", "127.0.0.4"])
    everywhere = network(names, "127.0.0.2", "127.0.0.3", "127.0.0.4")
    assert await _check(public.url("/pdf", host="many.test"), everywhere) == "verified"


async def test_other_ports_than_those_of_the_web_are_not_reached(private: Website) -> None:
    assert await _check(private.url(), PublicNetwork(allows=lambda address: True)) is None
    assert private.connections == 0


@pytest.mark.parametrize("scheme", ["ftp", "ws", "wss", "gopher"])
async def test_other_schemes_than_those_of_the_web_are_not_spoken(scheme: str, private: Website) -> None:
    async with httpx2.AsyncClient(transport=PublicTransport(only("127.0.0.1")), trust_env=False) as client:
        with pytest.raises(httpx2.UnsupportedProtocol):
            await client.get(private.url(scheme=scheme))
    assert private.connections == 0


async def test_a_proxy_of_the_environment_is_not_used(
    private: Website, public: Website, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, private.url())
    assert await _check(public.url(host="127.0.0.2"), only("127.0.0.2")) == "verified"
    assert private.connections == 0


class Certificate:
    """A self-signed one for a name, for a server and for clients that trust it."""

    def __init__(self, name: str, directory: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=1))
            .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
            .sign(key, hashes.SHA256())
        )
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        private_pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        both = directory / "certificate.pem"
        both.write_bytes(pem + private_pem)
        self.names_asked_for: list[str | None] = []
        self.served = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.served.load_cert_chain(both)
        self.served.sni_callback = lambda _socket, name, _context: self.names_asked_for.append(name)
        self.trusted = ssl.create_default_context(cadata=pem.decode())


async def test_certificates_and_the_host_header_are_about_the_name_not_the_address(tmp_path: Path) -> None:
    certificate = Certificate("library.test", tmp_path)
    pages: dict[str, Script] = {"/": page("The library")}
    async with website(pages, tls=certificate.served) as site:
        transport = PublicTransport(network(Names(["127.0.0.1"]), "127.0.0.1"), ssl_context=certificate.trusted)
        checker = LinkChecker(transport)
        right = await checker.check(site.url(host="library.test", scheme="https"))
        wrong = await checker.check(site.url(host="impostor.test", scheme="https"))
        await checker.close()
    assert right is not None
    assert (right.title, right.verdict) == ("The library", "verified")
    assert wrong is None
    assert {asked.headers["host"] for asked in site.asked} == {f"library.test:{site.port}"}
    assert set(certificate.names_asked_for) == {"library.test", "impostor.test"}
