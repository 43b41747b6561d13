"""Events as they go through Redis: signed, so that no other writer there can forge one or break a listener.

A sealed event is a MAC of 16 bytes, the roadmap's id (16 bytes), the event's number (8 bytes, big-endian) and its JSON.
A big event goes without its JSON; its receiver reads it from Postgres.
"""

from dataclasses import dataclass
from hashlib import blake2b
from hmac import compare_digest
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.db.repositories.event_repo import EventRepository
from app.db.session import Sessions, safe_session_with_retry

LONGEST_IN_REDIS = 4096
"""Bytes of an event that goes through Redis as a whole; a longer one is read from Postgres by those who listen."""

_MAC = 16
_HEAD = _MAC + 16 + 8


@dataclass(frozen=True, slots=True)
class OpenedEvent:
    roadmap_id: UUID
    seq: int
    data: bytes
    """Its JSON; empty when it is too long for Redis."""


class EventSeal:
    """Knows the key after `load`. For one event loop."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._key = b""

    async def load(self) -> None:
        """Read the key, once.

        Raises:
            DatabaseUnavailable: it cannot be read now.
        """

        async def work(session: AsyncSession) -> bytes:
            return await EventRepository(session).signing_key()

        if not self._key:
            self._key = await safe_session_with_retry(self._sessions, work, single_statement=True)

    def seal(self, roadmap_id: UUID, seq: int, data: bytes) -> bytes:
        content = roadmap_id.bytes + seq.to_bytes(8, "big") + (data if len(data) <= LONGEST_IN_REDIS else b"")
        return self._mac(content) + content

    def open(self, sealed: bytes) -> OpenedEvent | None:
        """None when it was not sealed under this key."""
        mac, content = sealed[:_MAC], sealed[_MAC:]
        if len(sealed) < _HEAD or not compare_digest(mac, self._mac(content)):
            return None
        return OpenedEvent(UUID(bytes=content[:16]), int.from_bytes(content[16:24], "big"), content[24:])

    def _mac(self, content: bytes) -> bytes:
        assert self._key, "load() comes first"
        return blake2b(content, key=self._key, digest_size=_MAC).digest()
