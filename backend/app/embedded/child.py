"""A running child process: starting it, waiting for it, and ending it for certain."""

import asyncio
import signal
from asyncio.subprocess import Process
from contextlib import suppress
from typing import Self

from app.embedded.command import ProcessCommand
from app.embedded.starting_gate import GO


class Child:
    """A process that we started ourselves, and the only one that its methods ever signal."""

    def __init__(self, command: ProcessCommand, process: Process) -> None:
        self.command = command
        self._process = process

    @classmethod
    async def spawn(cls, command: ProcessCommand) -> Self:
        """Starts `command`; call it in the main thread, whose death the child follows."""
        with command.popen_arguments() as arguments:
            process = await asyncio.create_subprocess_exec(*command.argv, **arguments)
        return cls(command, process)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def returncode(self) -> int | None:
        """None while it runs."""
        return self._process.returncode

    def tell_to_begin(self) -> None:
        """Lets it through the starting gate, if it stands there."""
        if self._process.stdin is not None:
            self._process.stdin.write(GO)
            self._process.stdin.close()

    async def wait(self) -> int:
        """Waits for its end; the exit code, negative for a signal."""
        return await self._process.wait()

    async def stop(self, timeout: float) -> int:
        """Asks it to end, and kills it after `timeout` seconds; fine on one that has ended already."""
        self.signal(self.command.stop_signal)
        try:
            async with asyncio.timeout(timeout):
                return await self.wait()
        except TimeoutError:
            self.signal(signal.SIGKILL)
            return await self.wait()

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal unless it has ended."""
        with suppress(ProcessLookupError):
            self._process.send_signal(number)
