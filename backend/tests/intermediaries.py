"""What stands between a client and a server: a SOCKS proxy, and TLS with a certificate of a private authority."""

import asyncio
import ipaddress
import ssl
import struct
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.tasks.loop_thread import LoopThread

_VERSION, _CONNECT, _NO_LOGIN, _LOGIN = 5, 1, 0, 2
_IPV4, _NAME = 1, 3
_MAY_SIGN = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


@dataclass
class SocksProxy:
    """Speaks SOCKS5 on loopback, and takes every connection to `target`, whatever name the client asks for."""

    target: int
    """A port of loopback."""
    login: tuple[str, str] | None = None
    port: int = 0
    asked_for: list[str] = field(default_factory=list)
    """`host:port` of each connection, as the client named it."""

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(bytes([_VERSION, _LOGIN if self.login else _NO_LOGIN]))
        if self.login and not await self._admitted(reader, writer):
            return
        _, command, _, kind = await reader.readexactly(4)
        assert command == _CONNECT
        if kind == _NAME:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = str(ipaddress.ip_address(await reader.readexactly(4 if kind == _IPV4 else 16)))
        (port,) = struct.unpack("!H", await reader.readexactly(2))
        self.asked_for.append(f"{host}:{port}")
        writer.write(bytes([_VERSION, 0, 0, _IPV4, 0, 0, 0, 0, 0, 0]))
        await _pass_on(reader, writer, self.target)

    async def _admitted(self, reader: StreamReader, writer: StreamWriter) -> bool:
        await reader.readexactly(1)
        name = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        password = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        admitted = (name, password) == self.login
        writer.write(bytes([1, not admitted]))
        return admitted


@contextmanager
def a_socks_proxy(target: int, login: tuple[str, str] | None = None) -> Iterator[SocksProxy]:
    proxy = SocksProxy(target, login)
    with _listening(proxy.serve) as proxy.port:
        yield proxy


@contextmanager
def tls_in_front_of(target: int, certificate: Path) -> Iterator[int]:
    """The port of loopback at which `target` answers in TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with _listening(lambda reader, writer: _pass_on(reader, writer, target), context) as port:
        yield port


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates:
    """Files in PEM form: of a private authority, and of a server on loopback, with its key, that it vouches for."""

    authority: Path
    server: Path


def issue_certificates(directory: Path) -> Certificates:
    authority_key, server_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    authority = _certificate("An authority of our own", "An authority of our own", authority_key.public_key())
    server = _certificate("A server of our own", "An authority of our own", server_key.public_key())
    vouched = [
        authority.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key()), critical=False)
        .add_extension(_MAY_SIGN, critical=True),
        server.add_extension(x509.SubjectAlternativeName(names), critical=False).add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        ),
    ]
    pems = [one.sign(authority_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) for one in vouched]
    key = server_key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    files = Certificates(authority=directory / "authority.pem", server=directory / "server.pem")
    files.authority.write_bytes(pems[0])
    files.server.write_bytes(pems[1] + key)
    return files


def _certificate(subject: str, issuer: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return x509.CertificateBuilder(
        issuer_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]),
        subject_name=x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]),
        public_key=key,
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(days=1),
        not_valid_after=now + timedelta(days=1),
    )


@contextmanager
def _listening(
    serve: Callable[[StreamReader, StreamWriter], Awaitable[None]], context: ssl.SSLContext | None = None
) -> Iterator[int]:
    """Serves in a thread of its own; gives the port."""
    thread = LoopThread("intermediary")
    thread.start()
    connections: set[asyncio.Task[None]] = set()

    async def serve_and_close(reader: StreamReader, writer: StreamWriter) -> None:
        # A client that goes, or that does not trust us, is no fault of ours.
        with suppress(asyncio.IncompleteReadError, OSError):
            await serve(reader, writer)
        writer.close()

    def accept(reader: StreamReader, writer: StreamWriter) -> None:
        # A task of our own: asyncio of Python 3.11 complains about its own when it is cancelled.
        connection = asyncio.get_running_loop().create_task(serve_and_close(reader, writer))
        connections.add(connection)
        connection.add_done_callback(connections.discard)

    async def start() -> asyncio.Server:
        return await asyncio.start_server(accept, "127.0.0.1", 0, ssl=context)

    async def stop() -> None:
        server.close()
        for connection in connections:
            connection.cancel()
        await asyncio.gather(*connections, return_exceptions=True)

    server = thread.submit(start()).result()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        thread.submit(stop()).result()
        thread.stop()


async def _pass_on(reader: StreamReader, writer: StreamWriter, target: int) -> None:
    """Pass on what either side says until one of them has gone."""
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", target)
    try:
        ways = [asyncio.ensure_future(_copy(reader, far_writer)), asyncio.ensure_future(_copy(far_reader, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
    finally:
        far_writer.close()


async def _copy(reader: StreamReader, writer: StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
