"""Runs the benchmarks (all, or those that are named), prints a table, and writes raw figures and charts."""

import argparse
import sys
from collections.abc import Callable, Sequence

from app.core.logging import configure_logging
from benchmarks import (
    cost,
    event_latency,
    fan_out,
    flush_cost,
    many_roadmaps,
    one_roadmap,
    read_roadmap,
    recovery,
    saving,
    scaling,
    screen,
    starting,
    telling,
)
from benchmarks.machine import describe
from benchmarks.publishing import publish
from benchmarks.report import RESULTS, Finding, show, write
from benchmarks.servers import run, servers

BENCHMARKS: dict[str, Callable[[], Sequence[Finding]]] = {
    "one_roadmap": one_roadmap.measure,
    "many_roadmaps": many_roadmaps.measure,
    "saving": saving.measure,
    "recovery": recovery.measure,
    "recovery_by_default": recovery.measure_by_default,
    "telling": telling.measure,
    "scaling": scaling.measure,
    "cost": cost.measure,
    "flush_cost": flush_cost.measure,
    "event_latency": event_latency.measure,
    "fan_out": fan_out.measure,
    "read_roadmap": read_roadmap.measure,
    "screen": screen.measure,
    "starting": starting.measure,
}


LONG = {"recovery_by_default", "scaling"}
"""Those that take ten minutes or more, and are run only when they are named."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"of {', '.join(BENCHMARKS)}; all but {' and '.join(sorted(LONG))} where none is named",
    )
    parser.add_argument("--publish", action="store_true", help="put figures and charts into doc/benchmarks.md")
    arguments = parser.parse_args()
    names = arguments.names or [name for name in BENCHMARKS if name not in LONG]
    if unknown := [name for name in names if name not in BENCHMARKS]:
        parser.error(f"There is no benchmark {unknown[0]}. There are {', '.join(BENCHMARKS)}.")
    configure_logging(format="console", level="ERROR")
    findings: dict[str, Sequence[Finding]] = {}
    with servers():
        machine = run(describe())
        for name in names:
            print(f"Measuring {name} …", file=sys.stderr, flush=True)
            findings[name] = BENCHMARKS[name]()
    show(findings)
    write(findings, machine, RESULTS)
    if arguments.publish:
        publish(findings, machine)


main()
