"""Remembers what was made for objects that are expensive to compare."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Recent(Generic[P, R]):
    """A function of immutable objects that remembers its latest `at_most` results. Arguments are the same when they are
    the same objects. For one thread."""

    def __init__(self, make: Callable[P, R], *, at_most: int) -> None:
        self._make = make
        self._at_most = at_most
        self._made: OrderedDict[tuple[int, ...], tuple[tuple[object, ...], R]] = OrderedDict()

    def __call__(self, *arguments: P.args, **named: P.kwargs) -> R:
        assert not named, "it remembers positional arguments"
        key = tuple(map(id, arguments))
        if key in self._made:
            self._made.move_to_end(key)
            return self._made[key][1]
        result = self._make(*arguments, **named)
        self._made[key] = arguments, result  # as long as it keeps them, no other objects get their ids
        if len(self._made) > self._at_most:
            self._made.popitem(last=False)
        return result
