"""Serves a GGUF file by llama.cpp, in a child process that only this one may call and that ends with it.

The wheel could serve inside this process too, but it keeps Python's interpreter lock while it loads, which may take
minutes, and while it stops, for ever if a call of ours is still open. The event loop must not stand still for that.
"""

import asyncio
import json
import os
import secrets
import signal
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from app.core.errors import ConfigurationError

_WHEEL = "xllamacpp"
_TOKENS_PER_CALL = 8192
"""Room for the prompt and the answer of one call; llama.cpp takes less for a model that was trained on less."""
_SILENT = -1
_LOOPBACK = "127.0.0.1"


class LlamaServer:
    """One model file behind an OpenAI-compatible API on loopback; call `stop` even after a `start` that failed."""

    def __init__(self, path: Path, *, calls_at_once: int) -> None:
        """`calls_at_once` are answered together; further ones wait their turn."""
        self._path = path.absolute()
        self._calls_at_once = calls_at_once
        self._process: Process | None = None
        self._address = ""
        self._api_key = ""

    @property
    def base_url(self) -> str:
        """Where it answers, once it has started."""
        return f"{self._address}/v1"

    @property
    def api_key(self) -> str:
        """Another one for each start; without it the server answers nothing but whether it is well."""
        return self._api_key

    async def start(self) -> None:
        """Returns when the model is loaded; `ConfigurationError` if it cannot be."""
        if find_spec(_WHEEL) is None:
            raise ConfigurationError(f"A model file needs the package {_WHEEL}, which is not installed.")
        if not self._path.is_file():
            raise ConfigurationError(f"There is no model file {self._path}.")
        self._api_key = secrets.token_urlsafe(32)
        try:
            self._address = await self._spawn()
        except BaseException:
            await self.stop()
            raise
        if not self._address:
            await self.stop()
            raise ConfigurationError(
                f"The model file {self._path} cannot be loaded; it must be a complete GGUF file that fits into memory."
            )

    async def stop(self) -> None:
        """Returns when the process has ended; calls that it is answering are cut off. May be repeated."""
        process, self._process = self._process, None
        if process is None:
            return
        # It has nothing to put in order, and while it loads it hears nothing else.
        with suppress(ProcessLookupError):
            process.kill()
        # Reads what is left too, so that no pipe stays open.
        await process.communicate()

    async def _spawn(self) -> str:
        """Its address, empty if it ended before it had one."""
        # stderr stays ours: llama.cpp is told to be silent, so what comes there is a crash, worth a place in the log.
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-P", "-m", __name__, stdin=PIPE, stdout=PIPE
        )
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        # By a pipe, because arguments and the environment can be seen from other processes.
        order = {"path": str(self._path), "calls_at_once": self._calls_at_once, "api_key": self._api_key}
        stdin.write(json.dumps(order).encode() + b"\n")
        return (await stdout.readline()).decode().strip()


def _serve() -> None:
    """What the child does: read the order, load, say the address, and serve until the parent is gone."""
    # A Ctrl-C reaches every process of the terminal; the worker ends its calls first and then this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answer = os.dup(sys.stdout.fileno())
    # What libraries print is not part of the answer.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    order = json.loads(sys.stdin.readline())
    try:
        server = _load(**order)
    except RuntimeError:
        # All that the wheel says is that it failed; the parent has the sentence for it.
        return
    os.write(answer, f"{server.listening_address}\n".encode())
    # Ends only when the parent does, even if that was killed.
    sys.stdin.read()
    # Not by way of the server's destructor, which would wait for calls whose caller has gone.
    os._exit(0)


def _load(path: str, calls_at_once: int, api_key: str) -> Any:
    # Here and not above, because the wheel is an optional extra, and only this process is to map its library.
    import xllamacpp  # type: ignore[import-untyped, import-not-found, unused-ignore]  # noqa: PLC0415

    params = xllamacpp.CommonParams()
    params.model.path = path
    # Otherwise it is known by its whole path.
    params.model_alias = {Path(path).stem}
    params.n_parallel = calls_at_once
    params.n_ctx = calls_at_once * _TOKENS_PER_CALL
    params.use_jinja = True
    # Finished prompts would be kept in up to 8 GB of memory; each call's place keeps its last prompt anyway.
    params.cache_ram_mib = 0
    params.hostnames = [_LOOPBACK]
    params.port = 0
    params.api_keys = [api_key]
    params.ui = False
    params.endpoint_slots = False
    params.verbosity = _SILENT
    return xllamacpp.Server(params)


if __name__ == "__main__":
    _serve()
