"""The invariants, over the history of a round. Each gives a sentence for every violation that it finds."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from uuid import UUID

from app.cli.watching.reducer import apply
from app.domain.content import ContentStatus
from app.domain.events import ConceptComplete, event_adapter
from app.domain.tasks import RoadmapStatus
from chaos.audit import Stored
from chaos.history import Call, History, Strike

AGE_LIMIT = 1.0
"""Seconds that something finished waits to be saved (GREENWAY_FLUSH_MAX_AGE)."""
WRITING_TIME = 1.0
"""Seconds that saving it takes at most, on a machine that is busy with being broken."""
AFTERMATH = 8.0
"""Seconds after the end of a fault for which it explains what happens: a lease, and a sweep."""

IN_FLIGHT, YOUNG, HELD = "in flight", "younger than the age limit", "held while the database was away"
STOPPED = "stopped by the learner"
ENDED = frozenset({"completed", "partial", "failed", "cancelled"})


@dataclass(slots=True)
class Verdict:
    violations: list[str] = field(default_factory=list)
    repeats: Counter[str] = field(default_factory=Counter)
    """Calls that were made again, by what had become of the first one when the fault struck."""
    parked: int = 0
    """Tasks that were given up because workers kept dying with them."""


def check(history: History) -> Verdict:
    verdict = Verdict()
    assert history.stored is not None
    for invariant in INVARIANTS:
        name = invariant.__name__.replace("_", " ")
        verdict.violations += [f"{name}: {sentence}" for sentence in invariant(history, history.stored)]
    for explanation in explained_repeats(history):
        if isinstance(explanation, Call):
            call = explanation
            verdict.violations.append(
                f"no call is repeated without need: the {call.artefact} of {call.concept_id} in {call.roadmap_id} "
                f"was asked of {call.process} at {call.asked:.2f}, delivered at {call.delivered}, and asked again"
            )
        else:
            verdict.repeats[explanation] += 1
    verdict.parked = sum(task["error_code"] == "crashed" for task in history.stored.tasks)
    return verdict


def every_task_ends(history: History, stored: Stored) -> Iterator[str]:
    for roadmap_id, status in history.unsettled:
        yield f"{roadmap_id} was left {status}"
    crashed = {task["roadmap_id"] for task in stored.tasks if task["error_code"] == "crashed"}
    for roadmap_id, read in history.reads.items():
        orders = [order for order in history.orders if order.roadmap_id == roadmap_id]
        may_be_cancelled = any(order.command == "cancel" and order.status in (202, None, 503) for order in orders)
        match read.status:
            case RoadmapStatus.COMPLETED:
                missing = [state for state in read.concepts.values() if state.status is not ContentStatus.COMPLETED]
                if missing:
                    yield f"{roadmap_id} is completed without {len(missing)} of its concepts"
            case RoadmapStatus.CANCELLED if may_be_cancelled:
                pass
            case RoadmapStatus.FAILED | RoadmapStatus.PARTIAL if roadmap_id in crashed or may_be_cancelled:
                pass
            case status:
                yield f"{roadmap_id} is {status}: {read.reason}"


def no_artefact_is_lost_or_changed(history: History, stored: Stored) -> Iterator[str]:
    written = set()
    for write in stored.artefact_writes:
        if write.operation == "INSERT":
            written.add(write.id)
        else:
            yield f"{write.operation} of {write.artefact} {write.id} by {write.writer}"
    for roadmap_id, concepts in stored.concepts.items():
        for concept_id, row in concepts.items():
            for kind in ("tutorial", "resources", "quiz"):
                there, claimed = row[f"{kind}_id"], row[f"{kind}_status"] == "completed"
                if (claimed and there is None) or (there is not None and there not in written):
                    yield f"{concept_id} of {roadmap_id} shows a {kind} that is not there: {there}"
    for seen in history.seen:
        for event in seen.events:
            if isinstance(event, ConceptComplete):
                for artefact_id in (event.tutorial_id, event.resources_id, event.quiz_id):
                    if artefact_id not in written:
                        yield f"{seen.client} was told of {artefact_id}, which is not there"


def every_artefact_is_written_once(history: History, stored: Stored) -> Iterator[str]:
    versions = defaultdict(list)
    for write in stored.artefact_writes:
        if write.operation == "INSERT":
            versions[write.roadmap_id, write.concept_id, write.artefact].append(write.version)
    for (roadmap_id, concept_id, kind), numbers in versions.items():
        wanted = 1 + (_regenerations(history, roadmap_id, concept_id) if kind == "quiz" else 0)
        if sorted(numbers) != list(range(1, len(numbers) + 1)) or len(numbers) > wanted:
            yield f"the {kind} of {concept_id} in {roadmap_id} has versions {numbers}, {wanted} were wanted"


def nobody_writes_under_an_old_token(history: History, stored: Stored) -> Iterator[str]:
    for write in stored.artefact_writes:
        if write.writer != f"greenway-worker {write.holder}"[:63]:
            yield f"{write.writer} wrote {write.artefact} {write.id} while {write.holder} held the task"


def tasks_move_as_they_may(history: History, stored: Stored) -> Iterator[str]:
    tokens: dict[UUID, int] = {}
    ended: dict[UUID, str] = {}
    holders: defaultdict[UUID, dict[UUID, str]] = defaultdict(dict)
    for write in stored.task_writes:
        if write.token < tokens.get(write.task_id, 0):
            yield f"the token of {write.task_id} went from {tokens[write.task_id]} to {write.token}"
        tokens[write.task_id] = write.token
        if (before := ended.get(write.task_id)) is not None and write.status != before:
            yield f"{write.task_id} was {before}, and then {write.status}"
        if write.status in ENDED:
            ended[write.task_id] = write.status
        running = holders[write.roadmap_id]
        running.pop(write.task_id, None)
        if write.status == "running" and write.holder is not None:
            running[write.task_id] = write.holder
        if len(running) > 1:
            yield f"{write.roadmap_id} has {len(running)} running tasks"


def events_are_gapless_and_agree_with_the_rows(history: History, stored: Stored) -> Iterator[str]:
    for roadmap_id, bodies in stored.events.items():
        numbers = [body["seq"] for body in bodies]
        if numbers != list(range(1, len(numbers) + 1)) or len(numbers) != stored.positions[roadmap_id]:
            yield f"{roadmap_id} counts {stored.positions[roadmap_id]} events and has {len(numbers)}"
            continue
        if roadmap_id not in history.reads:
            continue
        first = next((seen.first for seen in history.seen if seen.roadmap_id == roadmap_id and seen.first), None)
        if first is None:
            yield f"nobody has seen {roadmap_id}"
            continue
        state = first
        for body in bodies[first.seq :]:
            state = apply(state, event_adapter.validate_python(body))
        if state != history.reads[roadmap_id]:
            yield f"the events of {roadmap_id} lead to another state than a read shows"


def every_client_ends_with_what_a_read_gives(history: History, stored: Stored) -> Iterator[str]:
    for seen in history.seen:
        who = f"{seen.client} of {seen.roadmap_id}"
        if seen.refused is not None:
            yield f"{who} was refused: {seen.refused}"
        elif seen.roadmap_id in history.reads and seen.state != history.reads[seen.roadmap_id]:
            last = seen.state.seq if seen.state else None
            yield f"{who} ended with another state, at event {last} of {history.reads[seen.roadmap_id].seq}"
        for before, after in pairwise(seen.events):
            if after.seq <= before.seq:
                yield f"{who} was told event {after.seq} after {before.seq}"
        for event in seen.events:
            bodies = stored.events[seen.roadmap_id]
            if event.seq > len(bodies) or event_adapter.validate_python(bodies[event.seq - 1]) != event:
                yield f"{who} was told event {event.seq}, which was not committed"


def no_process_finds_a_bug(history: History, stored: Stored) -> Iterator[str]:
    yield from history.bugs


INVARIANTS: tuple[Callable[[History, Stored], Iterator[str]], ...] = (
    every_task_ends,
    no_artefact_is_lost_or_changed,
    every_artefact_is_written_once,
    nobody_writes_under_an_old_token,
    tasks_move_as_they_may,
    events_are_gapless_and_agree_with_the_rows,
    every_client_ends_with_what_a_read_gives,
    no_process_finds_a_bug,
)


def explained_repeats(history: History) -> Iterator[str | Call]:
    """For every call that was made although one for the same artefact had been made: why, or the earlier call when
    nothing explains it."""
    calls = defaultdict(list)
    for call in history.calls:
        calls[call.what].append(call)
    for (roadmap_id, concept_id, kind), made in calls.items():
        spare = _regenerations(history, roadmap_id, concept_id) if kind == "quiz" else 0
        for first, again in pairwise(made):
            if first.outcome == "failed":
                continue
            reason = _explanation(history, first, again)
            if reason is None and first.outcome == "completed" and spare:
                spare -= 1  # another version was asked for
                continue
            yield first if reason is None else reason


def _explanation(history: History, first: Call, again: Call) -> str | None:
    delivered = first.delivered if first.outcome == "completed" else None
    steered = [
        order
        for order in history.orders
        if order.roadmap_id == first.roadmap_id
        and order.command in ("pause", "cancel")
        and order.began < again.asked
        and order.ended + AFTERMATH > first.asked
    ]
    # A server that is away for all robs nobody of a call or of a result.
    own = [strike for strike in history.strikes if strike.process == first.process and _struck(strike, first, again)]
    if delivered is None:
        return IN_FLIGHT if own else STOPPED if steered else None
    unsaved_since = AGE_LIMIT + WRITING_TIME
    for strike in own:
        if strike.killed is not None and delivered > strike.killed - unsaved_since:
            return YOUNG
        if strike.is_freeze and delivered > strike.began - unsaved_since:
            return IN_FLIGHT if delivered > strike.began else YOUNG
        if strike.of_database and delivered > strike.began - unsaved_since:
            return HELD  # it was cut off until others had its tasks
    for strike in own:
        if _database_was_away(history, first, delivered, strike.killed or strike.ended):
            return HELD
    return None


def _struck(strike: Strike, first: Call, again: Call) -> bool:
    return strike.began < again.asked and strike.ended + AFTERMATH > first.asked


def _database_was_away(history: History, call: Call, delivered: float, until: float) -> bool:
    """At some time between the delivery and the end of its worker, whose results then wait."""
    return any(
        strike.of_database
        and strike.process in (None, call.process)
        and strike.began < until
        and strike.ended + AFTERMATH > delivered
        for strike in history.strikes
    )


def _regenerations(history: History, roadmap_id: UUID, concept_id: str) -> int:
    """How often another version was asked for, as far as anybody knows: an unanswered command may have been heard."""
    return sum(
        order.command == "regenerate"
        and order.roadmap_id == roadmap_id
        and order.concept_id == concept_id
        and order.status in (202, None)
        for order in history.orders
    )
