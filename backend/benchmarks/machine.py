"""The machine that a run was measured on, and the programs that took part."""

import os
import platform
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from app.core.settings import load_settings
from app.messaging.redis_client import create_redis
from benchmarks.servers import connect

PEERS = ("arq", "broadcaster", "celery", "dramatiq", "fastapi-websocket-pubsub", "procrastinate", "taskiq")


async def describe() -> dict[str, str]:
    """What the figures of a run depend on, by name. The servers must be running."""
    database, redis = await connect(), create_redis(load_settings().require_redis_url())
    try:
        postgres, valkey = str(await database.fetchval("SHOW server_version")), await redis.info("server")
    finally:
        await database.close()
        await redis.aclose()
    return {
        "date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        "processor": _processor(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "load": f"{os.getloadavg()[0]:.1f}",
        "kernel": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        "PostgreSQL": postgres.split()[0],
        "Valkey": str(valkey.get("valkey_version", valkey["redis_version"])),
        **{name: found for name in PEERS if (found := _version(name))},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
