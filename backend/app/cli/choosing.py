"""Finds the one thing that a person means by a part of its id or name, or says which ones it could be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from app.cli.watching.words import one_line
from app.core.errors import InvalidInput

CANDIDATES_SHOWN = 5
_LIKENESS = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    id: str
    name: str

    def __str__(self) -> str:
        return f"{one_line(self.name)} ({one_line(self.id)})"


def choose(kind: str, wanted: str, candidates: Sequence[Candidate]) -> Candidate:
    """The candidate of that id, else of that name, else the only one that begins with it, else that contains it.

    Raises:
        InvalidInput: there is none, or more than one; the sentence lists what it could be.
    """
    found = _found(wanted.strip(), candidates)
    if len(found) == 1:
        return found[0]
    shown = one_line(wanted)
    if found:
        raise InvalidInput(f"More than one {kind} matches {shown!r}: {listed(found)}; please give an id.")
    near = _near(wanted, candidates)
    if near:
        hint = f"did you mean {listed(near)}?"
    else:
        hint = f"it has {listed(candidates)}." if candidates else f"it has no {kind}s yet."
    raise InvalidInput(f"The roadmap has no {kind} {shown!r}; {hint}")


def listed(candidates: Sequence[object]) -> str:
    """The first few, and how many there are besides."""
    more = len(candidates) - CANDIDATES_SHOWN
    texts = ", ".join(str(one) for one in candidates[:CANDIDATES_SHOWN])
    return f"{texts} and {more} more" if more > 0 else texts


def _found(wanted: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    folded = wanted.casefold()
    if not folded:
        return []
    ways: tuple[Callable[[Candidate], bool], ...] = (
        lambda one: one.id == wanted,
        lambda one: one.name.casefold() == folded,
        lambda one: one.id.casefold().startswith(folded) or one.name.casefold().startswith(folded),
        lambda one: folded in one.name.casefold(),
    )
    for fits in ways:
        if found := [one for one in candidates if fits(one)]:
            return found
    return []


def _near(wanted: str, candidates: Sequence[Candidate]) -> list[Candidate]:
    known = {text.casefold(): one for one in candidates for text in (one.id, one.name)}
    near = get_close_matches(wanted.casefold(), known, n=CANDIDATES_SHOWN, cutoff=_LIKENESS)
    return list(dict.fromkeys(known[text] for text in near))
