"""Structured logs: facts with fields, one line each, on stderr, and in a file if there is one."""

import logging
import sys
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, Literal

import structlog
from structlog.typing import Processor

from app.core.errors import ConfigurationError

FILE_BYTES = 5_000_000
"""How large a log file gets before it is moved aside; the one before it is kept."""

_processors: list[Processor] = []
"""One list for the process: a logger that has been used keeps it, and so follows when logging is configured anew."""


class _Logger(structlog.stdlib.BoundLogger):
    """Costs nothing below the level that is logged: does at once what `filter_by_level` would come to."""

    def debug(self, event: str | None = None, *args: Any, **fields: Any) -> Any:
        return None if self._drops(logging.DEBUG) else super().debug(event, *args, **fields)

    def info(self, event: str | None = None, *args: Any, **fields: Any) -> Any:
        return None if self._drops(logging.INFO) else super().info(event, *args, **fields)

    def _drops(self, level: int) -> bool:
        return not self._logger.isEnabledFor(level) and next(iter(self._processors)) is structlog.stdlib.filter_by_level


def configure_logging(*, format: Literal["console", "json"], level: str, file: Path | None = None) -> None:
    """Send structlog's events and the standard library's records through one pipeline to stderr.

    The file also gets what is less severe than `level`, from INFO on.

    Raises:
        ConfigurationError: the file cannot be written.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    _processors[:] = [
        structlog.stdlib.filter_by_level,
        *shared,
        structlog.processors.StackInfoRenderer(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ]
    structlog.configure(
        processors=_processors,
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=_Logger,
        cache_logger_on_first_use=True,
    )
    handlers = list(_handlers(shared, format=format, level=level, file=file))
    root = logging.getLogger()
    root.handlers[:] = handlers
    root.setLevel(min(handler.level for handler in handlers))
    for noisy in ("httpx2", "httpcore2", "uvicorn.access", "alembic", "celery.worker.strategy", "celery.app.trace"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))
    for own in ("uvicorn", "uvicorn.error"):
        logging.getLogger(own).handlers.clear()
        logging.getLogger(own).propagate = True


def _handlers(
    shared: list[Processor], *, format: Literal["console", "json"], level: str, file: Path | None
) -> Iterator[logging.Handler]:
    stderr = logging.StreamHandler()
    stderr.setLevel(level)
    stderr.setFormatter(_formatter(shared, format, colors=sys.stderr.isatty()))
    yield stderr
    if file is not None:
        try:
            kept = RotatingFileHandler(file, maxBytes=FILE_BYTES, backupCount=1, encoding="utf-8")
        except OSError as error:
            raise ConfigurationError(f"LOG_FILE cannot be written: {error.strerror} ({file}).") from error
        kept.setLevel(min(stderr.level, logging.INFO))
        kept.setFormatter(_formatter(shared, format, colors=False))
        yield kept


def _formatter(shared: list[Processor], format: Literal["console", "json"], *, colors: bool) -> logging.Formatter:
    renderer: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]
        if format == "json"
        else [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=structlog.dev.plain_traceback)]
    )
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *renderer],
    )
