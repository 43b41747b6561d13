"""The addresses of model servers, in every spelling that people use, without asking the network."""

import ipaddress
from urllib.parse import SplitResult, urlsplit

from app.core.web_names import is_host

OLLAMA_PORT = 11434
_HTTPS_PORT = 443
_BIND_NAMES = {"", "*", "0"}
# Names that resolve inside one machine, one container network or one household; no public domain ends so.
_PRIVATE_SUFFIXES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


def is_http_address(url: str) -> bool:
    """Whether `url` is http(s) with a host and, if it has one, a port that exists."""
    try:
        parts = _split(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and url.isprintable() and is_host(parts.hostname or "")


def is_plain_http_address(url: str) -> bool:
    """Whether it is one without a user name or a password: such addresses are shown, and may be stored as they are."""
    return is_http_address(url) and "@" not in _split(url).netloc


def openai_address(url: str) -> str:
    """The base address of an OpenAI-compatible server, as given but for trailing slashes."""
    return url.strip().rstrip("/")


def is_openai_itself(url: str) -> bool:
    """Whether the address is OpenAI's own, so that its newest parameters are understood there."""
    host = _split(url).hostname or ""
    return host == "openai.com" or host.endswith(".openai.com")


def ollama_address(value: str | None) -> str:
    """The OpenAI-compatible base of an Ollama server, `http(s)://host:port/v1`.

    Ollama reads one variable for the address that its server binds and for the one that its client dials, so a value
    may lack a scheme, a host or a port, and may say 0.0.0.0. A bind address is never dialled: it becomes 127.0.0.1.

    Raises:
        ValueError: the value is no http(s) address, its port is no port, or it holds a user name.
    """
    text = (value or "").strip()
    parts = _split(text if "://" in text else f"http://{_bracketed(text)}")
    if parts.scheme not in {"http", "https"}:
        raise ValueError("not an http(s) address")
    if parts.username is not None:
        raise ValueError("an address with a user name")
    host = parts.hostname or ""
    if host and not (text.isprintable() and is_host(host.replace("*", "0"))):
        raise ValueError("no host")
    port = parts.port or (_HTTPS_PORT if parts.scheme == "https" else OLLAMA_PORT)
    path = parts.path.rstrip("/").removesuffix("/v1").removesuffix("/api")
    return f"{parts.scheme}://{_dialled(host)}:{port}{path}/v1"


def is_local_address(url: str) -> bool:
    """Whether the text of the address says that the server is on this machine or in a private network.

    No name is looked up: a name without a dot, such as a container's, counts as private.
    """
    try:
        host = _split(url).hostname or ""
    except ValueError:
        return False
    address = _ip_address(host)
    if address is not None:
        return not address.is_global
    return bool(host) and ("." not in host or host.endswith(_PRIVATE_SUFFIXES))


def _split(url: str) -> SplitResult:
    """The parts of `url`; `ValueError` for a port that cannot be one, which `urlsplit` says only when asked."""
    parts = urlsplit(url)
    _ = parts.port
    return parts


def _bracketed(text: str) -> str:
    """An IPv6 address without brackets, such as `::1`, with them."""
    address, slash, path = text.partition("/")
    return f"[{address}]{slash}{path}" if isinstance(_ip_address(address), ipaddress.IPv6Address) else text


def _dialled(host: str) -> str:
    address = _ip_address(host)
    if host in _BIND_NAMES or (address is not None and address.is_unspecified):
        return "127.0.0.1"
    return f"[{host}]" if isinstance(address, ipaddress.IPv6Address) else host


def _ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
