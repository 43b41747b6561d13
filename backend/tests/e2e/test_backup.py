"""The commands of the documentation for backup and restore, with PostgreSQL's own tools."""

import asyncio
import subprocess
from pathlib import Path

import asyncpg
import pytest
from databases import drop_database
from e2e.cluster import Cluster, a_cluster, ready
from e2e.test_workers import SLOW, in_the_middle, saved

from app.embedded.postgres_install import postgres_programs

EPOCHS = "UPDATE roadmap_progress SET epoch = gen_random_uuid()"


def run(program: str, *arguments: str) -> None:
    subprocess.run([str(postgres_programs(None) / program), *arguments], check=True, capture_output=True, timeout=60)


@pytest.mark.slow
async def test_a_backup_that_is_made_while_everything_runs_can_be_restored(cluster: Cluster, tmp_path: Path) -> None:
    ready(cluster.start_worker(GREENWAY_BUILTIN_PACE=SLOW))
    async with cluster.client() as client:
        roadmap_id, before = await in_the_middle(client)
        dump = tmp_path / "greenway.dump"
        await asyncio.to_thread(run, "pg_dump", "--format=custom", f"--file={dump}", cluster.database_url)
        await client.until_status(roadmap_id, "completed")

    server, _, name = cluster.database_url.rpartition("/")
    other = f"{server}/{name}_restored"
    connection = await asyncpg.connect(f"{server}/postgres")
    await connection.execute(f"CREATE DATABASE {name}_restored")
    await connection.close()
    await asyncio.to_thread(run, "pg_restore", "--clean", "--if-exists", "--no-owner", f"--dbname={other}", str(dump))
    connection = await asyncpg.connect(other)
    await connection.execute(EPOCHS)
    await connection.close()

    directory = tmp_path / "restored"
    directory.mkdir()
    try:
        with a_cluster(other, cluster.redis_url, directory) as restored:
            async with restored.client() as client:
                found = await client.read(roadmap_id)
                assert found["epoch"] != before["epoch"]
                assert saved(before).items() <= saved(found).items()
                ready(restored.start_worker())  # the run that the backup has caught in the middle goes on
                after = await client.until_status(roadmap_id, "completed")
                assert saved(found).items() <= saved(after).items()
                assert after["progress"]["completed"] == 60
    finally:
        await drop_database(other)
