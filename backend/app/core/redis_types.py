"""A client of Redis for kombu: what stands where kombu keeps its queues, bindings and messages under way, and is of
another type, is removed. It would refuse every command there, which ends a worker, or keeps it from starting."""

from collections.abc import Iterable
from typing import Any

from redis import Redis
from redis.client import Pipeline
from redis.exceptions import ResponseError

_TYPES = {"unacked": b"hash", "unacked_index": b"zset", "unacked_mutex": b"string", "_kombu.binding_deadlines": b"zset"}
"""What kombu keeps under names of its own. Its bindings are sets, and all else that it writes to is a queue."""
_BINDINGS = "_kombu.binding"
_WRONG_TYPE = "WRONGTYPE"


class CarefulRedis(Redis):
    def execute_command(self, *args: Any, **options: Any) -> Any:
        try:
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]
        except ResponseError as error:
            if not _is_of_wrong_type(error) or not remove_of_other_types(self, _keys_of(args)):
                raise
            return super().execute_command(*args, **options)  # type: ignore[no-untyped-call]

    def pipeline(self, transaction: bool = True, shard_hint: Any = None) -> "CarefulPipeline":
        return CarefulPipeline(self.connection_pool, self.response_callbacks, transaction, shard_hint)


class CarefulPipeline(Pipeline):
    """What kombu sends at once can be sent again: at worst a doorbell rings twice."""

    def execute(self, raise_on_error: bool = True) -> list[Any]:
        commands = list(self.command_stack)
        try:
            return super().execute(raise_on_error)
        except ResponseError as error:
            client = CarefulRedis(connection_pool=self.connection_pool)
            keys = [key for args, _ in commands for key in _keys_of(args)]
            if not _is_of_wrong_type(error) or not remove_of_other_types(client, keys):
                raise
            self.command_stack = commands
            return super().execute(raise_on_error)


def remove_of_other_types(client: Redis, keys: Iterable[str]) -> int:
    """Remove those that are not what kombu keeps there; gives how many."""
    return sum(int(client.delete(key)) for key in keys if client.type(key) not in (b"none", _type_of(key)))


def _type_of(key: str) -> bytes:
    return _TYPES.get(key) or (b"set" if key.startswith(_BINDINGS) else b"list")


def _keys_of(args: tuple[Any, ...]) -> list[str]:
    """The keys of a command. Only scripts have several, of those that kombu sends."""
    named = args[3 : 3 + int(args[2])] if args[0] in ("EVAL", "EVALSHA") else args[1:2]
    return [str(key) for key in named]


def _is_of_wrong_type(error: ResponseError) -> bool:
    return _WRONG_TYPE in str(error)
