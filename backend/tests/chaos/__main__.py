"""`make chaos ROUNDS=200 SEED=1`: rounds in a row on one system, a line for each, and a summary in JSON."""

import argparse
import asyncio
import json
import signal
import statistics
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chaos.rounds import play
from chaos.system import a_system


async def main(arguments: argparse.Namespace) -> int:
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    directory = Path(tempfile.mkdtemp(prefix="greenway-chaos-"))
    directory.chmod(0o755)
    summaries: list[dict[str, Any]] = []
    print(f"Logs are in {directory}", flush=True)
    seeds = iter(range(arguments.seed, arguments.seed + arguments.rounds))
    async with asyncio.TaskGroup() as systems:
        for number in range(arguments.systems):
            systems.create_task(_play_on_a_system(directory / str(number), seeds, summaries, arguments))
    total = _total(summaries, arguments.seed)
    print(json.dumps({name: value for name, value in total.items() if name != "each"}, indent=1))
    return 1 if total["violations"] else 0


async def _play_on_a_system(
    directory: Path, seeds: Iterator[int], summaries: list[dict[str, Any]], arguments: argparse.Namespace
) -> None:
    """Play rounds on a system of its own, for as long as there are seeds left."""
    directory.mkdir()
    async with a_system(directory) as system:
        if not system.postgres.has_own_disk:
            print("The fault disk_full is left out: no small disk could be mounted.", flush=True)
        for seed in seeds:
            played = await play(system, seed, only=arguments.only)
            summary = played.summary()
            summaries.append(summary)
            _print_round(summary)
            if summary["violations"]:
                told = [*played.history.strikes, *played.history.orders, *played.history.calls]
                (directory / f"seed-{summary['seed']}.txt").write_text("\n".join(map(str, told)))
            if arguments.out:
                arguments.out.write_text(json.dumps(_total(summaries, arguments.seed), indent=1) + "\n")


def _print_round(summary: dict[str, Any]) -> None:
    repeated = ", ".join(f"{count} {why}" for why, count in summary["repeated"].items()) or "none"
    print(
        f"seed {summary['seed']}: {' + '.join(summary['faults'])}; {summary['seconds']} s, "
        f"{summary['roadmaps']} roadmaps, {summary['calls']} calls, repeated: {repeated}; "
        f"{summary['reconnects']} reconnects; {len(summary['violations'])} violations",
        flush=True,
    )
    for violation in summary["violations"]:
        print(f"    {violation}", flush=True)


def _total(summaries: list[dict[str, Any]], seed: int) -> dict[str, Any]:
    sums = ("roadmaps", "commands", "calls", "artefacts", "events", "reconnects", "parked")
    return {
        "commit": _commit(),
        "rounds": len(summaries),
        "seeds": [seed, seed + len(summaries) - 1],
        "violations": sum(len(summary["violations"]) for summary in summaries),
        "faults": dict(sorted(Counter(fault for summary in summaries for fault in summary["faults"]).items())),
        **{name: sum(summary[name] for summary in summaries) for name in sums},
        "failpoints": dict(sorted(Counter(point for one in summaries for point in one["failpoints"]).items())),
        "without_effect": dict(sorted(Counter(fault for one in summaries for fault in one["without_effect"]).items())),
        "not_stored": dict(sum((Counter(summary["not_stored"]) for summary in summaries), Counter())),
        "repeated": dict(sum((Counter(summary["repeated"]) for summary in summaries), Counter())),
        "median_seconds_a_round": statistics.median(summary["seconds"] for summary in summaries),
        "each": sorted(summaries, key=lambda summary: int(summary["seed"])),
    }


def _commit() -> str | None:
    """Of the code that plays and judges; with a mark where that was changed since."""
    answer = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True)
    return answer.stdout.strip() or None


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1, help="of the first round; the next ones count up")
    parser.add_argument("--systems", type=int, default=1, help="that play rounds side by side")
    parser.add_argument("--only", nargs="*", default=[], metavar="FAULT", help="no other faults than these")
    parser.add_argument("--out", type=Path, help="where the summary is written, after each round")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(_arguments())))
