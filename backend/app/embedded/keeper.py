"""Keeps one child running: starts it again when it dies, until it is stopped or dies too often."""

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from typing import NoReturn

from app.core.ending import end
from app.core.errors import Unavailable
from app.embedded.child import Child
from app.embedded.command import ProcessCommand
from app.embedded.restarts import Restarts


class Keeper:
    """Runs in the main thread, whose death its child follows."""

    def __init__(
        self,
        prepare: Callable[[], ProcessCommand],
        *,
        started: Callable[[], None],
        died: Callable[[Child], Awaitable[None]],
        warn: Callable[[str], None],
    ) -> None:
        """`prepare` runs before every start and may block; `started` is called after every start, `died` after every
        unrequested end."""
        self._prepare = prepare
        self._started = started
        self._died = died
        self._warn = warn
        self._task: asyncio.Task[NoReturn] | None = None
        self._begun = False
        self.child: Child | None = None

    def start(self) -> asyncio.Task[NoReturn]:
        """The task ends only with an error: `Unavailable` when the child died too often."""
        self._task = asyncio.create_task(self._keep())
        return self._task

    def let_begin(self) -> None:
        """Lets the child through the starting gate, and all that come after it."""
        self._begun = True
        if self.child:
            self.child.tell_to_begin()

    async def stop(self, timeout: float) -> None:
        """Ends the child, for certain `timeout` seconds from now."""
        await self._give_up()
        if self.child:
            await self.child.stop(timeout)

    async def kill(self) -> None:
        await self._give_up()
        if self.child:
            self.child.signal(signal.SIGKILL)
            await self.child.wait()

    async def _give_up(self) -> None:
        if self._task:
            await end(self._task)

    async def _keep(self) -> NoReturn:
        restarts = Restarts()
        while True:
            command = await asyncio.to_thread(self._prepare)
            started = time.monotonic()
            self.child = await Child.spawn(command)
            if self._begun:
                self.child.tell_to_begin()
            self._started()
            returncode = await self.child.wait()
            delay = restarts.delay_after(started=started, died=time.monotonic())
            if delay is None:
                log = f"its log is {command.log}" if command.log else "its messages are above"
                raise Unavailable(f"{command.name} ended five times within a minute; {log}.")
            self._warn(f"{command.name} ended with {_described(returncode)}; starting it again.")
            await asyncio.gather(self._died(self.child), asyncio.sleep(delay))


def _described(returncode: int) -> str:
    return f"exit code {returncode}" if returncode >= 0 else f"signal {-returncode}"
