"""What one `greenway up` consists of: its embedded servers, and the API and workers with what they need to know."""

import signal
from collections.abc import Iterator
from uuid import uuid4

from app.embedded.command import ProcessCommand
from app.embedded.data_dir import DataDirectory
from app.embedded.options import UpOptions
from app.embedded.ports import free_port
from app.embedded.postgres import EmbeddedPostgres
from app.embedded.running import EmbeddedServer
from app.embedded.starting_gate import OPTION
from app.embedded.valkey import EmbeddedValkey


class Deployment:
    """Fixed for the whole run: a part that is started again gets the same port and secrets."""

    def __init__(self, options: UpOptions, program: tuple[str, ...], data: DataDirectory) -> None:
        self._options = options
        self._program = program
        self._data = data
        self._secrets = data.secrets()
        self.launch_id = uuid4()
        """By which the workers can be told, and their tasks handed back when they die."""
        self.servers: list[EmbeddedServer] = []
        """The embedded ones."""
        self.database_url = options.database_url or self._embed(
            EmbeddedPostgres(
                data.postgres, free_port(), self._secrets.postgres_password, log=data.logs / "postgres.log"
            )
        )
        self.redis_url = options.redis_url or self._embed(
            EmbeddedValkey(data.valkey, free_port(), self._secrets.valkey_password, log=data.logs / "valkey.log")
        )

    @property
    def own_servers(self) -> Iterator[tuple[str, str]]:
        """The user's servers, by the setting that names each."""
        if self._options.database_url:
            yield "DATABASE_URL", self._options.database_url
        if self._options.redis_url:
            yield "REDIS_URL", self._options.redis_url

    def commands(self) -> Iterator[ProcessCommand]:
        """The API and the workers, which wait at the starting gate until the servers are there."""
        options = self._options
        self._data.logs.mkdir(exist_ok=True, mode=0o700)
        yield self._service("The API", "api", "--host", options.host, "--port", str(options.port), log="api.log")
        for index in range(options.workers):
            metrics_port = str(options.metrics_port(index))
            number = index + 1
            yield self._service(
                f"Worker {number}", "worker", log=f"worker-{number}.log", GREENWAY_WORKER_METRICS_PORT=metrics_port
            )

    def _embed(self, server: EmbeddedServer) -> str:
        self.servers.append(server)
        return server.url

    def _service(self, name: str, *arguments: str, log: str, **env: str) -> ProcessCommand:
        """It writes its log itself, and shows the severe part of it on our stderr."""
        quiet = self._options.is_quiet
        return ProcessCommand(
            name=name,
            argv=(*self._program, *arguments, OPTION),
            stop_signal=signal.SIGTERM,
            death_signal=signal.SIGKILL,
            env={
                **self._options.env,
                "SECRET_KEY": self._options.env.get("SECRET_KEY") or self._secrets.secret_key,
                "DATABASE_URL": self.database_url,
                "REDIS_URL": self.redis_url,
                "GREENWAY_DATA_DIR": str(self._data.path),
                "GREENWAY_LAUNCH_ID": str(self.launch_id),
                "LOG_FILE": str(self._data.logs / log),
                **({"LOG_LEVEL": "WARNING"} if quiet else {}),
                **env,
            },
            drops_stdout=quiet,
            waits=True,
        )
