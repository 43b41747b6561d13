"""A short run of the chaos suite; `make chaos` plays as many rounds as you like."""

from pathlib import Path

import pytest

from chaos.rounds import play
from chaos.system import a_system

FAULTS = (
    ("kill_worker", "dies_at_a_failpoint"),
    ("postgres_killed", "valkey_killed", "kill_api"),
    ("terminate_worker",),
    ("malformed_messages", "silent_connections", "edit_storm"),
    ("huge_answers", "clients_that_never_read"),
)


@pytest.mark.slow
async def test_nothing_is_lost_and_nothing_paid_twice(tmp_path: Path) -> None:
    async with a_system(tmp_path) as system:
        for seed, faults in enumerate(FAULTS, start=1):
            played = await play(system, seed, only=faults)
            assert played.verdict.violations == []
            assert len(played.history.strikes) == len(played.faults)
            assert set(played.faults) <= set(faults)
            assert played.history.stored is not None
            assert len(played.history.stored.artefact_writes) > 100
