"""The variables by which libraries find proxies and trusted certificates: checked here, and read from `.env` too."""

import os
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit
from urllib.request import getproxies, proxy_bypass

from app.core.errors import ConfigurationError
from app.core.files import why_unreadable
from app.core.web_names import is_host

_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
_SCHEMES = ("http", "https", "socks5", "socks5h")
_NAMES = {*_PROXIES, "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"}


def hand_on(dotenv: Mapping[str, str]) -> None:
    """Put what `.env` says into the environment, where libraries look, unless something is there already."""
    there = {name.upper() for name, value in os.environ.items() if value}
    for name, value in dotenv.items():
        if name.upper() in _NAMES - there and value:
            os.environ[name] = value


def check_certificates() -> None:
    """
    Raises:
        ConfigurationError: SSL_CERT_FILE or SSL_CERT_DIR names what cannot be used.
    """
    if file := os.environ.get("SSL_CERT_FILE"):
        if reason := why_unreadable(file):
            raise ConfigurationError(f"SSL_CERT_FILE names {file!a}, which cannot be read: {reason}.")
        try:
            _load_certificates(file, os.stat(file).st_mtime_ns)  # noqa: PTH116
        except (ssl.SSLError, ValueError):
            raise ConfigurationError(f"SSL_CERT_FILE names {file!a}, which holds no certificate in PEM form.") from None
    if (folder := os.environ.get("SSL_CERT_DIR")) and not _is_directory(folder.partition(os.pathsep)[0]):
        raise ConfigurationError(f"SSL_CERT_DIR names {folder!a}, which is not a directory.")


@lru_cache(maxsize=1)
def _load_certificates(file: str, changed: int) -> None:  # noqa: ARG001
    """Once for each state of the file: it may hold hundreds, and settings are read several times."""
    ssl.create_default_context(cafile=file)


def _is_directory(path: str) -> bool:
    # `Path.is_dir` fails for names that are too long.
    return os.path.isdir(path)  # noqa: PTH112


def check_proxies() -> None:
    """
    Raises:
        ConfigurationError: a proxy in the environment is of a kind that is not supported, or no address.
    """
    for name, value in _given():
        try:
            parts = _split(value)
        except ValueError:
            raise ConfigurationError(
                f"{name} must be an address like http://HOST:PORT or socks5://HOST:PORT."
            ) from None
        if parts.scheme not in _SCHEMES:
            raise ConfigurationError(
                f"{name} names a proxy of type {parts.scheme[:20]!a}, which Greenway does not support;"
                f" it supports {', '.join(_SCHEMES)}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Proxy:
    """`url` may hold a password."""

    url: str = field(repr=False)
    setting: str
    """The variable that names it."""

    @property
    def shown(self) -> str:
        """The address without a name or password."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def proxy_for(url: str) -> Proxy | None:
    """The proxy through which the address is reached, if any; HTTPS_PROXY goes before ALL_PROXY."""
    parts, proxies = urlsplit(url), getproxies()
    if proxy_bypass(parts.netloc):
        return None
    for kind in (parts.scheme, "all"):
        if found := proxies.get(kind):
            spellings = (name for name in (f"{kind}_proxy", f"{kind.upper()}_PROXY") if os.environ.get(name))
            return Proxy(
                url=found if "://" in found else f"http://{found}",
                setting=next(spellings, "the proxies in the system's settings"),
            )
    return None


def _given() -> Iterator[tuple[str, str]]:
    """As libraries read them: in either case, the lower one before the other."""
    for name in _PROXIES:
        for spelling in (name.lower(), name):
            if value := os.environ.get(spelling):
                yield spelling, value
                break


def _split(value: str) -> SplitResult:
    """
    Raises:
        ValueError: it is not an address.
    """
    parts = urlsplit(value if "://" in value else f"http://{value}")
    if (
        not value.isascii()
        or not value.isprintable()
        or " " in value
        or not is_host(parts.hostname or "")
        or parts.port == 0
    ):
        raise ValueError
    return parts
