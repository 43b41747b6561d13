"""What writing one thing takes: time, tokens and money; and what the model said when it could not be used."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from app.domain.usage import Usage


class Effort:
    """Kept while one artefact (or one outline) is written, so that a failure counts what it has cost.

    As a context manager it limits the working time to `seconds`: `TimeoutError` is raised when that is up. While
    something `waits` for its turn, its time stands still.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.usage = Usage()
        self.raw_answer: str | None = None
        """The last answer that could not be used."""
        self._deadline = asyncio.timeout(seconds)

    async def __aenter__(self) -> Self:
        await self._deadline.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._deadline.__aexit__(kind, error, trace)

    @contextmanager
    def waits(self) -> Iterator[None]:
        """Nothing is being done for it until the block ends."""
        now = asyncio.get_running_loop().time
        deadline = self._deadline.when()
        assert deadline is not None, "time is running"
        left = deadline - now()
        self._deadline.reschedule(None)
        try:
            yield
        finally:
            self._deadline.reschedule(now() + left)
