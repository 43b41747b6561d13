"""What saving a batch of ten concepts costs, in a roadmap of 30 and in one of 3000."""

import statistics
import time

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.content_store import PostgresContentStore
from app.db.flush_writer import FlushWriter
from app.db.session import safe_session_with_retry
from app.domain.content.kind import ArtefactKind
from app.generation.work import Batch, FinishedArtefact
from benchmarks.author import TimedAuthor
from benchmarks.report import Figure
from benchmarks.servers import Bench, bench, run

SIZES = (30, 300, 3000)
ROUNDS = 5
BATCH = 10


def measure() -> list[Figure]:
    return run(_measure())


async def _measure() -> list[Figure]:
    times: dict[int, list[float]] = {size: [] for size in SIZES}
    wal: dict[int, list[float]] = {size: [] for size in SIZES}
    async with bench() as setting:
        for _ in range(ROUNDS):
            for size in SIZES:
                seconds, written = await _flush(setting, size)
                times[size].append(seconds * 1000)
                wal[size].append(written / 1024)
    figures = []
    for unit, name, measured in (("ms", "time", times), ("kiB", "WAL", wal)):
        figures += [
            Figure("flush of ten", f"{name} in a roadmap of {size}", unit, tuple(measured[size])) for size in SIZES
        ]
        smallest = statistics.median(measured[SIZES[0]])
        for size in SIZES[1:]:
            ratios = tuple(value / smallest for value in measured[size])
            figures.append(Figure("flush of ten", f"{name}: {size} / {SIZES[0]} concepts", "x", ratios, 1.5))
    return figures


async def _flush(setting: Bench, concepts: int) -> tuple[float, float]:
    """Seconds and WAL bytes for one batch: the median of three in a roadmap that has warmed up."""
    _, task_id = await setting.approved(concepts)
    claim = await setting.claim(task_id)
    store = PostgresContentStore(setting.sessions, FlushWriter(setting.sessions), claim)
    pending = (await store.pending()).concepts
    await _checkpoint(setting)
    measured = []
    # A roadmap of 30 has three batches. Full-page images after a checkpoint are Postgres's, not the flush's, so
    # that every page is touched once before.
    await store.start([concept.concept_id for concept in pending])
    author = TimedAuthor(0)
    for start in range(0, 3 * BATCH, BATCH):
        chosen = pending[start : start + BATCH]
        batch = Batch(
            artefacts=tuple(
                [
                    FinishedArtefact(
                        concept_id=concept.concept_id, kind=kind, delivery=await author.write(kind, concept.brief)
                    )
                    for concept in chosen
                    for kind in ArtefactKind
                ]
            ),
            finished=tuple(concept.concept_id for concept in chosen),
        )
        before = await _wal(setting)
        started = time.perf_counter()
        await store.save(batch)
        seconds = time.perf_counter() - started
        measured.append((seconds, await _wal(setting) - before))
    return statistics.median(one for one, _ in measured), statistics.median(one for _, one in measured)


async def _wal(setting: Bench) -> float:
    async def work(session: AsyncSession) -> float:
        return float((await session.execute(text("SELECT pg_current_wal_insert_lsn() - '0/0'"))).scalar_one())

    return await safe_session_with_retry(setting.sessions, work)


async def _checkpoint(setting: Bench) -> None:
    async with setting.sessions() as session:
        connection = await session.connection()
        raw = await connection.get_raw_connection()
        assert raw.driver_connection is not None
        await raw.driver_connection.execute("CHECKPOINT")
