"""Runs the benchmarks (all, or those that are named) and prints a table."""

import sys

from app.core.logging import configure_logging
from benchmarks import event_latency, fan_out, flush_cost, many_roadmaps, one_roadmap, read_roadmap, screen
from benchmarks.report import report
from benchmarks.servers import servers

BENCHMARKS = {
    "one_roadmap": one_roadmap.measure,
    "many_roadmaps": many_roadmaps.measure,
    "flush_cost": flush_cost.measure,
    "event_latency": event_latency.measure,
    "fan_out": fan_out.measure,
    "read_roadmap": read_roadmap.measure,
    "screen": screen.measure,
}


def main() -> None:
    configure_logging(format="console", level="ERROR")
    names = sys.argv[1:] or list(BENCHMARKS)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        sys.exit(f"No such benchmark: {unknown[0]}. There are {', '.join(BENCHMARKS)}.")
    figures = []
    with servers():
        for name in names:
            print(f"Measuring {name} …", file=sys.stderr, flush=True)
            figures += BENCHMARKS[name]()
    report(figures)


main()
