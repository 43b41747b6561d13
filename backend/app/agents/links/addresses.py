"""Which addresses are those of web pages, and which of them may be shown to learners."""

import httpx2
from pydantic import HttpUrl, TypeAdapter, ValidationError

_STORED_ADDRESS: TypeAdapter[HttpUrl] = TypeAdapter(HttpUrl)


def web_address(address: str | httpx2.URL) -> httpx2.URL | None:
    """The address, parsed; None when it is not one that starts with http:// or https:// and names a host."""
    try:
        url = httpx2.URL(address)
        # Resources are stored as pydantic's addresses: what it refuses (too long, a port over 65535) is of no use.
        _STORED_ADDRESS.validate_python(str(url))
    except (httpx2.InvalidURL, UnicodeError, ValidationError):
        return None
    return url if url.scheme in ("http", "https") and url.host else None


def presentable(address: str | httpx2.URL) -> httpx2.URL | None:
    """The address of a page, parsed; None when it is none, or has a user name in it.

    A user name serves no public page, but makes `https://known.example@stranger.example` look like another site.
    """
    url = web_address(address)
    return None if url is None or url.userinfo else url
