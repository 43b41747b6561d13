"""`greenway up`: starts all parts at once, lets them begin in order, keeps them running, and stops them in the reverse
order."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import NoReturn

from app.core.errors import ConfigurationError, Unavailable
from app.embedded.child import Child
from app.embedded.command import ProcessCommand
from app.embedded.data_dir import DataDirectory, Run
from app.embedded.deployment import Deployment
from app.embedded.keeper import Keeper
from app.embedded.leftovers import end_leftovers, record, record_of_this_process
from app.embedded.options import Services, UpOptions
from app.embedded.ports import check_answers
from app.embedded.running import EmbeddedServer
from app.embedded.stop_requests import StopRequests
from app.embedded.terminal import Terminal
from app.embedded.waiting import first_of, imported, in_abandonable_thread

_ANSWER_SECONDS = 10
_READY_SECONDS = 120
_HAND_BACK_SECONDS = 3
# Together below the 25 s in which everything has ended.
_SERVICES_STOP_SECONDS = 20
_SERVERS_STOP_SECONDS = 4
_INTERRUPTED = 128 + signal.SIGINT


async def _nothing(_child: Child) -> None:
    pass


async def run_up(options: UpOptions, services: Services, terminal: Terminal) -> int:
    """Runs until it is asked to stop; the exit code. Call it by `asyncio.run` in the main thread.

    Raises:
        ConfigurationError: It can't be started as asked.
        Unavailable: A part did not start, or died too often.
    """
    if sys.platform == "win32":
        raise ConfigurationError(
            "`greenway up` needs Linux or macOS; on Windows use WSL, or run `greenway api` and `greenway worker` "
            "with servers of your own."
        )
    with DataDirectory.open(options.data_dir, terminal.warning) as data, StopRequests() as requests:
        if last_run := data.last_run():
            await asyncio.to_thread(end_leftovers, last_run.processes)
        options.check_address()
        return await _Supervisor(options, services, data, terminal).run(requests)


class _Supervisor:
    """One run, from the first process to the last."""

    def __init__(self, options: UpOptions, services: Services, data: DataDirectory, terminal: Terminal) -> None:
        self._options = options
        self._services = services
        self._data = data
        self._terminal = terminal
        self._deployment = Deployment(options, services.program, data)
        self._server_keepers: list[Keeper] = []
        self._service_keepers: list[Keeper] = []
        self._given_up: asyncio.Queue[asyncio.Task[NoReturn]] = asyncio.Queue()

    async def run(self, requests: StopRequests) -> int:
        try:
            await first_of(self._start_and_serve(), self._failure(), requests.asked())
        finally:
            exit_code = await first_of(self._stop(), _insisted(requests))
            keepers = (*self._service_keepers, *self._server_keepers)
            await asyncio.gather(*(keeper.kill() for keeper in keepers))
            self._data.clear_run()
        return exit_code

    async def _start_and_serve(self) -> None:
        """Comes back only with an error."""
        for setting, url in self._deployment.own_servers:
            check = in_abandonable_thread(partial(check_answers, setting, url))
            await _soon(check, f"The host of {setting} cannot be looked up.", _ANSWER_SECONDS)
        for server in self._deployment.servers:
            self._terminal.status(f"Starting {server.name}")
            self._server_keepers.append(self._keep(partial(_prepared, server)))
        for command in self._deployment.commands():
            self._terminal.status(f"Starting {command.name.replace('The ', 'the ')}")
            self._service_keepers.append(self._keep(partial(_unchanged, command), died=self._hand_back))
        for server in self._deployment.servers:
            await _soon(server.wait_ready(), f"{server.name} does not answer; its log is {server.log}.")
        await in_abandonable_thread(partial(self._services.migrate, self._deployment.database_url))
        # Only now: what is not there yet would look like an outage to them, and they would say so.
        for keeper in self._service_keepers:
            keeper.let_begin()
        readiness = await imported("app.embedded.readiness")
        await _soon(
            readiness.wait_until_ready(self._options, self._services, self._deployment.database_url),
            f"The API and the workers did not become ready; their logs are in {self._data.logs}.",
        )
        self._terminal.status(f"Greenway is ready: {self._options.url}")
        await asyncio.Event().wait()

    async def _failure(self) -> None:
        """Comes back only with the error of a child that died too often."""
        (await self._given_up.get()).result()

    async def _stop(self) -> int:
        """Takes the servers last, because the API and the workers still save what they have."""
        self._terminal.status("Stopping")
        await asyncio.gather(*(keeper.stop(_SERVICES_STOP_SECONDS) for keeper in self._service_keepers))
        await asyncio.gather(*(keeper.stop(_SERVERS_STOP_SECONDS) for keeper in self._server_keepers))
        return 0

    def _keep(
        self, prepare: Callable[[], ProcessCommand], died: Callable[[Child], Awaitable[None]] = _nothing
    ) -> Keeper:
        keeper = Keeper(prepare, started=self._write_run, died=died, warn=self._terminal.warning)
        keeper.start().add_done_callback(self._given_up.put_nowait)
        return keeper

    async def _hand_back(self, child: Child) -> None:
        """The tasks of a dead service go to the other workers now, not when its lease expires."""
        deployment = self._deployment
        with suppress(TimeoutError):
            async with asyncio.timeout(_HAND_BACK_SECONDS):
                await self._services.hand_back(
                    deployment.launch_id, child.pid, deployment.database_url, deployment.redis_url
                )

    def _write_run(self) -> None:
        children = (keeper.child for keeper in (*self._service_keepers, *self._server_keepers))
        records = (record(child) for child in children if child)
        self._data.write_run(
            Run(
                url=self._options.url,
                database_url=self._deployment.database_url,
                redis_url=self._deployment.redis_url,
                processes=tuple(filter(None, records)),
                supervisor=record_of_this_process("greenway up"),
            )
        )


def _prepared(server: EmbeddedServer) -> ProcessCommand:
    server.prepare()
    return server.command()


def _unchanged(command: ProcessCommand) -> ProcessCommand:
    return command


async def _insisted(requests: StopRequests) -> int:
    await requests.insisted()
    return _INTERRUPTED


async def _soon(ready: Awaitable[None], otherwise: str, timeout: float = _READY_SECONDS) -> None:
    try:
        await asyncio.wait_for(ready, timeout)
    except TimeoutError as error:
        raise Unavailable(otherwise) from error
