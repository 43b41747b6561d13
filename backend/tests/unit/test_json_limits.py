"""What JSON from outside may hold: the fast answer is the one that names the faults."""

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from app.domain.json_limits import JsonLimits, _named_faults, has_faults

LIMITS = JsonLimits(
    values=30,
    depth=3,
    fields=3,
    entries=4,
    text=5,
    within={"long": JsonLimits(values=0, depth=5, fields=5, entries=9, text=9)},
)
TEXTS = st.text(st.sampled_from("ab é\0\ud800字"), max_size=10)
NAMES = st.one_of(st.sampled_from(["long", "x", "y", "z", "x" * 201, "\0", "\ud800"]), TEXTS)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    TEXTS,
    st.integers(),
    st.sampled_from([2**63 - 1, 2**63, -(2**63), -(2**63) - 1]),
)
VALUES = st.recursive(
    SCALARS, lambda each: st.one_of(st.lists(each, max_size=6), st.dictionaries(NAMES, each, max_size=5)), max_leaves=40
)


@given(VALUES)
@example({"long": {"a": {"b": {"c": ["x" * 9] * 9}}}})
@example([[[[]]]])
@example([["a"] * 4] * 4 * 2)
@example(True)
def test_the_fast_answer_is_that_of_the_one_that_names_the_faults(value: Any) -> None:
    assert has_faults(value, LIMITS) == bool(_named_faults(value, LIMITS))
