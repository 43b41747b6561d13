"""What an earlier version of Greenway left behind, and what it answered about it; `recorded` holds the files."""

import asyncio
import json
from pathlib import Path
from typing import Any

import asyncpg

RECORDED = Path(__file__).parent / "recorded"
DATABASE = RECORDED / "database_a18a3c5.sql"
ANSWERS = RECORDED / "answers_a18a3c5.json"


def recorded_json(path: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def load_recorded_database(url: str) -> None:
    """Make an empty database the recorded one."""

    async def load() -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(DATABASE.read_text(encoding="utf-8"))
            # Raw answers are shown for a week.
            await connection.execute("UPDATE raw_answers SET created_at = now()")
        finally:
            await connection.close()

    asyncio.run(load())


def as_known(now: object, then: object) -> object:
    """`now` without the fields that `then` lacks, at any depth: answers grow, and none of their fields may change."""
    if isinstance(now, dict) and isinstance(then, dict):
        return {name: as_known(value, then[name]) for name, value in now.items() if name in then}
    if isinstance(now, list) and isinstance(then, list) and len(now) == len(then):
        return [as_known(*pair) for pair in zip(now, then, strict=True)]
    return now


def as_version_1(file: dict[str, Any]) -> dict[str, Any]:
    """An exported roadmap with its artefacts where the first version of files had them: beside the other fields."""
    concepts = [{**concept, **concept["artefacts"]} for concept in file["concepts"]]
    return {**file, "version": 1, "concepts": concepts}
