"""Values that every store and channel accepts: PostgreSQL, JSON, JavaScript and people's screens."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationError
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from app.domain.stored_text import NOT_STORABLE, UNSTORABLE, storable

MAX_COUNT = 2**31 - 1
"""The largest number that is counted to."""
YEARS = range(1970, 2200)
"""The years that a date may have."""
SHOWN_FAULTS = 20
"""How many faults an answer describes; it says how many there are in all."""

_Day = TypeVar("_Day", date, datetime)


def _kept(text: str) -> str:
    if UNSTORABLE.search(text):
        raise PydanticCustomError("text", NOT_STORABLE)
    return storable(text)


def _in_years(day: _Day) -> _Day:
    if day.year not in YEARS:
        raise PydanticCustomError(
            "year",
            "must be in a year from {first} to {last}",
            {"first": YEARS.start, "last": YEARS.stop - 1},
        )
    return day


def _in_utc(moment: datetime) -> datetime:
    _in_years(moment)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Text = Annotated[str, AfterValidator(_kept)]
"""Text that can be stored and shown. Other control characters are taken out; code that reads answers of models or of
search engines takes out NUL and halves of characters as well, with `storable`, before it comes here."""
Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]
Day = Annotated[date, AfterValidator(_in_years)]
Moment = Annotated[datetime, AfterValidator(_in_utc)]
"""Converted to UTC; one without an offset is taken for UTC."""


@dataclass(frozen=True, slots=True)
class LengthLimit:
    """How many entries a list or a mapping may have, and must have at `least`. It is measured before what it holds is
    looked at; and of its faults only the first are described, since describing one takes ten times as long as finding
    it. The others are counted: see `counting_faults`."""

    most: int
    least: int = 0

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_wrap_validator_function(self._checked, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        shown = handler(schema)
        entries = "Properties" if shown.get("type") == "object" else "Items"
        shown[f"max{entries}"] = self.most
        if self.least:
            shown[f"min{entries}"] = self.least
        return shown

    def _checked(self, value: Any, handler: core_schema.ValidatorFunctionWrapHandler) -> Any:
        if not isinstance(value, list | tuple | dict):
            return handler(value)
        if len(value) > self.most:
            raise PydanticCustomError(
                "too_long",
                "must have at most {most} entries; it has {length}",
                {"most": self.most, "length": len(value)},
            )
        if len(value) < self.least:
            raise PydanticCustomError(
                "too_short",
                "must have at least {least} entries; it has {length}",
                {"least": self.least, "length": len(value)},
            )
        counted = _hidden.get() or _FaultCount()
        hidden_before = counted.faults
        try:
            return handler(value)
        except ValidationError as error:
            found = error.error_count()
            if found <= SHOWN_FAULTS:
                raise
        hidden = counted.faults + found
        shown = 0
        for length in range(1, len(value) + 1):
            shown += _faults_of(_part(value, length - 1, length), handler)
            if shown >= SHOWN_FAULTS:
                break
        try:
            return handler(_part(value, 0, length))
        except ValidationError as error:
            counted.faults = max(hidden - error.error_count(), hidden_before)
            raise


def _part(value: Any, start: int, stop: int) -> Any:
    return dict(list(value.items())[start:stop]) if isinstance(value, dict) else value[start:stop]


def _faults_of(value: Any, handler: core_schema.ValidatorFunctionWrapHandler) -> int:
    try:
        handler(value)
    except ValidationError as error:
        return error.error_count()
    return 0


@dataclass(slots=True)
class _FaultCount:
    """Shared with threads, which get a copy of the context."""

    faults: int = 0


_hidden: ContextVar[_FaultCount | None] = ContextVar("faults that were found, and are not described", default=None)


@contextmanager
def counting_faults() -> Iterator[None]:
    """Within it, `hidden_faults` counts those of one document."""
    token = _hidden.set(_FaultCount())
    try:
        yield
    finally:
        _hidden.reset(token)


def hidden_faults() -> int:
    """How many faults were found beside those that are described."""
    counted = _hidden.get()
    return counted.faults if counted else 0
