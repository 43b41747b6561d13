"""Prints the OpenAPI document of the routes; `--check PATH` says whether the file at PATH is it."""

import sys
from pathlib import Path

import orjson

from app.core.settings import Settings
from app.main import create_app


def main() -> int:
    settings = Settings(database_url="postgresql+asyncpg://nowhere/greenway", redis_url="redis://nowhere/0")
    document = orjson.dumps(create_app(settings).openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)
    if sys.argv[1:2] != ["--check"]:
        sys.stdout.write(f"{document.decode()}\n")
        return 0
    if Path(sys.argv[2]).read_bytes().strip() == document:
        return 0
    sys.stderr.write(f"{sys.argv[2]} is not what the routes say; `make types` makes it anew.\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
