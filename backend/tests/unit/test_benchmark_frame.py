"""The frame of the benchmarks: what is compared with what, and how it is shown."""

import asyncio
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from app.domain.content.kind import ArtefactKind
from benchmarks.charts import bars, curves
from benchmarks.comparison import OURS, Comparison, in_turn
from benchmarks.listeners import Listener
from benchmarks.order import Order, read_calls
from benchmarks.publishing import section

FLOOR = "the floor"


def _comparison(**bounds: Any) -> Comparison:
    sides = {OURS: (2.0, 6.0, 3.0), FLOOR: (1.0, 3.0, 2.0), "a < b": (4.0, 6.0, 3.0)}
    return Comparison(question="How long?", unit="s", sides=sides, beside=FLOOR, **bounds)


def test_sides_are_measured_in_turn() -> None:
    asked: list[str] = []

    def side(name: str) -> dict[str, float]:
        asked.append(name)
        return {"seconds": len(asked)}

    measured = in_turn({"a": lambda: side("a"), "b": lambda: side("b")}, rounds=2)
    assert asked == ["a", "b", "a", "b"]
    assert [one["seconds"] for one in measured["b"]] == [2, 4]


def test_a_ratio_is_computed_within_a_round() -> None:
    # The rounds' ratios are 2, 2 and 1.5; that of the medians would be 1.5.
    assert _comparison().ratio == 2.0


@pytest.mark.parametrize(
    ("bounds", "kept"), [({}, None), ({"at_most": 2.0}, True), ({"at_most": 1.9}, False), ({"at_least": 2.1}, False)]
)
def test_a_bound_is_kept_or_not(bounds: dict[str, Any], kept: bool | None) -> None:
    assert _comparison(**bounds).is_kept is kept


def test_a_comparison_needs_the_side_beside_which_it_is_made() -> None:
    with pytest.raises(ValueError, match="There is no side 'the floor'"):
        Comparison(question="How long?", unit="s", sides={OURS: (1.0,)}, beside=FLOOR)


def test_a_chart_shows_every_side_and_escapes_its_name() -> None:
    drawing = ElementTree.fromstring(bars(_comparison()))
    said = [text.text for text in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert {OURS, FLOOR, "a < b", "3 s · 2 x the floor"} <= set(said)


def test_curves_of_zeros_can_be_drawn() -> None:
    ElementTree.fromstring(curves("How many?", across="time", up="events", lines={"all": [(1, 0.0), (2, 0.0)]}))


def test_a_missed_aim_stands_out_in_the_document() -> None:
    names = ("date", "processor", "cores", "load", "kernel", "Python", "PostgreSQL", "Valkey")
    shown = section("many", [_comparison(at_most=1.9)], dict.fromkeys(names, "1"))
    assert "| Greenway | 3 s · 2 x the floor | 2 to 6 | <= 1.9 x the floor | **missed** |" in shown
    assert "![How long?](benchmarks/many-1.svg)" in shown


def test_an_order_gives_all_sides_the_same_to_do() -> None:
    order = Order(seconds=1, at_most=3, differs_by_goal=True)
    again = Order.from_json(order.to_json())
    times = {order.time_of(f"concept-{number}", ArtefactKind.QUIZ, "a goal") for number in range(50)}
    assert times == {again.time_of(f"concept-{number}", ArtefactKind.QUIZ, "a goal") for number in range(50)}
    assert 1 <= min(times) < 1.5 < 2.5 < max(times) <= 3
    assert order.time_of("concept-1", ArtefactKind.QUIZ, "another goal") not in times


async def test_calls_that_did_not_return_are_told_from_those_that_did(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    order = Order(seconds=0, notes=str(notes))
    await order.take("concept-1", ArtefactKind.QUIZ)
    order.note("asked concept-2 quiz")
    first, second = read_calls(notes)
    assert first.returned is not None and first.returned >= first.asked
    assert (second.concept_id, second.returned) == ("concept-2", None)


class _Written(asyncio.Transport):
    def __init__(self) -> None:
        super().__init__()
        self.data = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.data += data


async def test_a_listener_counts_frames_however_they_arrive_and_answers_pings() -> None:
    listener, written = Listener("/events", 80), _Written()
    listener.connection_made(written)
    long = b"\x81\x7e" + (300).to_bytes(2, "big") + b"x" * 300
    for byte in b"HTTP/1.1 101 Switching Protocols\r\n\r\n" + long + b"\x81\x02{}" + b"\x89\x01x":
        listener.data_received(bytes([byte]))
    await listener.connected
    assert listener.frames == 2
    assert written.data.endswith(b"\x8a\x81" + bytes(4) + b"x")
