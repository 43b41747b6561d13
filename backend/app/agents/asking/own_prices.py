"""The operator's own prices, from the file that GREENWAY_PRICES_FILE names."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from app.core.errors import ConfigurationError
from app.core.files import read_bounded
from app.core.settings import Settings

PRICES_BYTES = 1_000_000
"""Bytes that the file of prices may have at most."""


class Price(BaseModel):
    """US dollars for a million tokens."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    input: float = Field(ge=0)
    output: float = Field(ge=0)


_PRICES = TypeAdapter(dict[str, Price])


def read_prices(path: Path) -> dict[str, Price]:
    """The operator's prices, by `provider:model`.

    Raises:
        ConfigurationError: the file cannot be read; the sentence says why.
    """
    try:
        return _PRICES.validate_python(tomllib.loads(read_bounded(path, PRICES_BYTES).decode()))
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        reason = str(error)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
    raise ConfigurationError(f"GREENWAY_PRICES_FILE={path} cannot be used: {reason}.")


def own_prices(settings: Settings) -> dict[str, Price]:
    """The operator's prices, where there is a file of them.

    Raises:
        ConfigurationError: it is not usable.
    """
    return read_prices(settings.prices_file) if settings.prices_file else {}
