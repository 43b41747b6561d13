"""A Redis address as the clients read it, checked before one of them does."""

from redis.asyncio.connection import ConnectionPool
from redis.exceptions import RedisError

from app.core.errors import ConfigurationError
from app.core.web_names import is_host

_SCHEMES = ("redis://", "rediss://", "unix://")


def check_redis_address(url: str) -> str:
    """The address, as it can be used. It is not repeated in a message: it may hold a password.

    Raises:
        ConfigurationError: it is not an address of Redis.
    """
    address = url.strip()
    if not address.startswith(_SCHEMES):
        raise ConfigurationError("REDIS_URL must start with redis://, rediss:// or unix://.")
    if not address.isprintable():
        raise ConfigurationError("REDIS_URL contains an invisible character; type or copy it again.")
    try:
        pool = ConnectionPool.from_url(address)
        pool.make_connection()  # type: ignore[no-untyped-call]  # it reads the parameters, and does not connect
        parts = pool.connection_kwargs
        port, host = parts.get("port", 1), parts.get("host", "localhost")
        if not 0 < port < 65536 or not (address.startswith("unix://") or is_host(host)):
            raise ValueError
    except (ValueError, TypeError, RedisError):  # the latter two of parameters
        raise ConfigurationError("REDIS_URL cannot be read; it must be like redis://HOST:PORT/0.") from None
    return address
