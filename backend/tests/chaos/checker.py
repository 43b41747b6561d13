"""The invariants, over the history of a round. Each gives a sentence for every violation that it finds."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from uuid import UUID

from app.cli.watching.reducer import apply
from app.domain.content.status import ArtefactStatus, ContentStatus, content_status
from app.domain.events import ConceptComplete, event_adapter
from app.domain.tasks import RoadmapStatus
from chaos.audit import COUNTERS, Stored
from chaos.history import Call, History, Strike

AGE_LIMIT = 1.0
"""Seconds that something finished waits to be saved (GREENWAY_FLUSH_MAX_AGE)."""
WRITING_TIME = 1.0
"""Seconds that saving it takes at most, on a machine that is busy with being broken."""
CATCHING_UP = 4.0
"""Seconds after the end of an outage within which everything that waited for it is saved: the longest pause between two
tries, a new connection, the writing."""
AFTERMATH = 8.0
"""Seconds after the end of a fault for which it explains what happens: a lease, and a sweep."""
UNANSWERED = 30.0
"""Seconds within which a command is carried out, if at all, after its learner has given up waiting for an answer."""
MEMORY_BOUND = 64 * 2**20
"""Bytes by which a process may grow in a fault that feeds it more than it may take, beside its ordinary work."""

IN_FLIGHT, YOUNG, HELD = "in flight", "younger than the age limit", "held while the database was away"
STOPPED = "stopped by the learner"
ENDED = frozenset({"completed", "partial", "failed", "cancelled"})


@dataclass(slots=True)
class Verdict:
    violations: list[str] = field(default_factory=list)
    repeats: Counter[str] = field(default_factory=Counter)
    """Calls that were made again, by what had become of the first one when the fault struck."""
    not_stored: Counter[str] = field(default_factory=Counter)
    """What was delivered, is not stored and was not asked for again, by the same."""
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
    for explanation in explained_losses(history, history.stored):
        if isinstance(explanation, Call):
            call = explanation
            verdict.violations.append(
                f"nothing that was delivered is lost: the {call.artefact} of {call.concept_id} in {call.roadmap_id} "
                f"was delivered by {call.process} at {call.delivered}, and is not stored"
            )
        else:
            verdict.not_stored[explanation] += 1
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
            for kind, artefact in row["artefacts"].items():
                there = UUID(artefact["id"]) if "id" in artefact else None
                claimed = artefact["status"] == "completed"
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


def counters_agree_with_the_rows(history: History, stored: Stored) -> Iterator[str]:
    for roadmap_id, counters in stored.counters.items():
        rows = [row for row in stored.concepts[roadmap_id].values() if row["removed_at"] is None]
        there = [content_status(ArtefactStatus(one["status"]) for one in row["artefacts"].values()) for row in rows]
        counted = {name: len(there) if name == "total" else there.count(ContentStatus(name)) for name in COUNTERS}
        if counted != counters:
            yield f"{roadmap_id} counts {counters}, and has {counted}"
        ended = {body["seq"]: body["progress"] for body in stored.events[roadmap_id] if body["type"] == "completed"}
        if ended and max(ended) == stored.positions[roadmap_id]:
            said = {name: ended[max(ended)][name] for name in COUNTERS}
            if said != counted:
                yield f"the last event of {roadmap_id} says {said}, and there is {counted}"


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


def a_huge_answer_costs_its_artefact_alone(history: History, stored: Stored) -> Iterator[str]:
    """Nothing else fails in a round, and so each failure that was announced must be one of them, and name the limit."""
    failures = []
    for roadmap_id, bodies in stored.events.items():
        for body in bodies:
            if body["type"] != "concept_failed":
                continue
            who = f"{body['concept_id']} of {roadmap_id}"
            failures += [(who, failure) for failure in body["failures"]]
            for kind in ("tutorial", "resources", "quiz"):
                if kind not in body["failed"] and body[f"{kind}_id"] is None:
                    yield f"{who} failed without its {kind}, which did not fail"
    for who, failure in failures:
        if failure["code"] != "too_long" or "GREENWAY_MAX_ANSWER_BYTES" not in failure["message"]:
            yield f"{who} failed: {failure['message']}"
    if len(failures) > history.huge_answers:
        yield f"{len(failures)} artefacts failed, {history.huge_answers} had a huge answer"


def memory_stays_bounded(history: History, stored: Stored) -> Iterator[str]:
    for one in history.footprints:
        if one.most - one.before > MEMORY_BOUND:
            yield f"{one.process} grew from {one.before} to {one.most} bytes in {one.fault}"


def no_process_finds_a_bug(history: History, stored: Stored) -> Iterator[str]:
    yield from history.bugs


INVARIANTS: tuple[Callable[[History, Stored], Iterator[str]], ...] = (
    every_task_ends,
    no_artefact_is_lost_or_changed,
    every_artefact_is_written_once,
    nobody_writes_under_an_old_token,
    tasks_move_as_they_may,
    events_are_gapless_and_agree_with_the_rows,
    counters_agree_with_the_rows,
    every_client_ends_with_what_a_read_gives,
    a_huge_answer_costs_its_artefact_alone,
    memory_stays_bounded,
    no_process_finds_a_bug,
)


def explained_repeats(history: History) -> Iterator[str | Call]:
    """For every call that was made although one for the same artefact had been made: why, or the earlier call when
    nothing explains it."""
    for (roadmap_id, concept_id, kind), made in _by_artefact(history).items():
        spare = _regenerations(history, roadmap_id, concept_id) if kind == "quiz" else 0
        for first, again in pairwise(made):
            if first.outcome == "failed":
                continue
            reason = _explanation(history, first, again.asked)
            if reason is None and first.outcome == "completed" and spare:
                spare -= 1  # another version was asked for
                continue
            yield first if reason is None else reason


def explained_losses(history: History, stored: Stored) -> Iterator[str | Call]:
    """For every artefact that was delivered last and is not stored, although nobody asked for it again: why, or the
    call when nothing explains it."""
    written = Counter(
        (write.roadmap_id, write.concept_id, write.artefact)
        for write in stored.artefact_writes
        if write.operation == "INSERT"
    )
    for what, made in _by_artefact(history).items():
        delivered = [call for call in made if call.outcome == "completed"]
        repeated = [first for first, again in pairwise(made) if _explanation(history, first, again.asked) is not None]
        lost = len(delivered) - written[what] - sum(call.outcome == "completed" for call in repeated)
        if lost > 0:
            yield _explanation(history, delivered[-1], float("inf")) or delivered[-1]


def _by_artefact(history: History) -> dict[tuple[UUID, str, str], list[Call]]:
    calls = defaultdict(list)
    for call in history.calls:
        calls[call.what].append(call)
    return calls


def _explanation(history: History, call: Call, until: float) -> str | None:
    """Why a call had no effect that is known `until` then. A server that is away for all robs nobody of a call or of a
    result."""
    own = [strike for strike in history.strikes if strike.process == call.process and _struck(strike, call, until)]
    if call.outcome != "completed":
        if any(_interrupts(strike, call) for strike in own):
            return IN_FLIGHT
        return STOPPED if _was_stopped(history, call, until) else None
    assert call.delivered is not None
    unsaved_since = AGE_LIMIT + WRITING_TIME
    for strike in own:
        if strike.killed is not None and strike.killed - unsaved_since < call.delivered <= strike.killed:
            return YOUNG
        if strike.is_freeze and call.delivered > strike.began - unsaved_since:
            return IN_FLIGHT if call.delivered > strike.began else YOUNG
        if strike.cuts_off and call.delivered > strike.began - unsaved_since:
            return HELD  # it was cut off until others had its tasks
    if any(_was_held(history, call, strike.took_away_at) for strike in own if strike.took_away_at is not None):
        return HELD
    return None


def _interrupts(strike: Strike, call: Call) -> bool:
    """Whether the fault ends calls of its process, this one among them."""
    if strike.killed is not None:
        return call.asked <= strike.killed
    return strike.is_freeze or strike.cuts_off


def _was_stopped(history: History, call: Call, until: float) -> bool:
    """Whether the learner stopped the run while it was made."""
    ended = until if call.delivered is None else call.delivered
    return any(
        order.roadmap_id == call.roadmap_id
        and order.command in ("pause", "cancel")
        and order.status in (202, None, 503)
        and order.began < ended
        and order.ended + (UNANSWERED if order.status is None else AFTERMATH) > call.asked
        for order in history.orders
    )


def _struck(strike: Strike, call: Call, until: float) -> bool:
    return strike.began < until and strike.ended + AFTERMATH > call.asked


def _was_held(history: History, call: Call, until: float) -> bool:
    """Whether its result waited for the database when its worker lost it."""
    assert call.delivered is not None
    return call.delivered <= until and any(
        strike.of_database
        and strike.process in (None, call.process)
        and strike.began - AGE_LIMIT - WRITING_TIME < call.delivered
        and strike.began < until < strike.ended + CATCHING_UP
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
