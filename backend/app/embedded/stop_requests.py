"""Ctrl-C and its relatives: the first asks for an orderly end, a second Ctrl-C for an immediate one."""

import asyncio
import signal
from types import TracebackType
from typing import Self


class StopRequests:
    """Catches the signals inside the `with` block, in the main thread with its event loop running."""

    def __init__(self) -> None:
        self._asked = asyncio.Event()
        self._insisted = asyncio.Event()
        self._signals = [signal.SIGINT, signal.SIGTERM]
        # nohup has it ignored, and means it.
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            self._signals.append(signal.SIGHUP)

    def __enter__(self) -> Self:
        for number in self._signals:
            asyncio.get_running_loop().add_signal_handler(number, self._receive, number)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for number in self._signals:
            asyncio.get_running_loop().remove_signal_handler(number)

    async def asked(self) -> None:
        await self._asked.wait()

    async def insisted(self) -> None:
        await self._insisted.wait()

    def _receive(self, number: signal.Signals) -> None:
        # A closing terminal or a service manager may well send the others twice.
        if self._asked.is_set() and number == signal.SIGINT:
            self._insisted.set()
        self._asked.set()
