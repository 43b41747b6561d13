"""The file `.env` in the working directory."""

from dotenv import dotenv_values

from app.core.errors import ConfigurationError

DOTENV = ".env"
ENCODING = "utf-8-sig"
"""UTF-8, also as some editors write it, with a mark at its beginning."""


def read_dotenv() -> dict[str, str]:
    """What is set there; nothing where there is no such file.

    Raises:
        ConfigurationError: it cannot be read.
    """
    try:
        # What looks like a reference stays text: it could put any secret of the environment into an address.
        values = dotenv_values(DOTENV, encoding=ENCODING, interpolate=False)
    except UnicodeDecodeError:
        raise ConfigurationError("The file .env is not UTF-8 text; save it as UTF-8.") from None
    except OSError as error:
        raise ConfigurationError(f"The file .env cannot be read: {error.strerror}.") from None
    given = {name: value for name, value in values.items() if value is not None}
    for name, value in given.items():
        if "\0" in name + value:
            raise ConfigurationError(
                f"The file .env contains a NUL character in {name.replace(chr(0), '')!a}; remove it."
            )
    return given
