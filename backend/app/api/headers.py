"""The headers of every answer: pages of others can neither frame it, nor guess what it is, nor read it."""

from collections.abc import Iterable

RawHeaders = list[tuple[bytes, bytes]]

ALWAYS: RawHeaders = [
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]
PRIVATE: RawHeaders = [*ALWAYS, (b"cache-control", b"no-store")]


def with_private(headers: Iterable[tuple[bytes, bytes]]) -> RawHeaders:
    """An answer's headers with these, but for those that it has itself; without a word about caches, it is kept in
    none."""
    own = dict(headers)
    return [*headers, *(header for header in PRIVATE if header[0] not in own)]
