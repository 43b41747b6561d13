"""Lets no request through while the database has another schema than the one that this code was written for."""

import time

from app.db.schema import SCHEMA_REVISION
from app.db.session import DatabaseUnavailable, SchemaMismatch, Sessions, stored_revision

LOOK_EVERY = 1.0
"""Seconds for which a look at a schema that was the right one is good."""


class SchemaGate:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._good_until = 0.0

    async def check(self) -> None:
        """Look at the schema, unless that was done just now.

        Raises:
            SchemaMismatch: it is another one, or there is none yet.
        """
        began = time.monotonic()
        if began < self._good_until:
            return
        try:
            revision = await stored_revision(self._sessions)
        except DatabaseUnavailable:
            return  # what the request itself does is tried several times, and says so in the end
        if revision != SCHEMA_REVISION:
            raise SchemaMismatch(revision)
        self._good_until = began + LOOK_EVERY
