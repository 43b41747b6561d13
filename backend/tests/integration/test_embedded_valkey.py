"""The embedded Valkey as a real process."""

import signal
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError

from app.embedded.child import Child
from app.embedded.ports import free_port
from app.embedded.running import running
from app.embedded.valkey import EmbeddedValkey


def valkey(directory: Path, *, durable: bool = True) -> EmbeddedValkey:
    return EmbeddedValkey(directory / "valkey", free_port(), "secret", durable=durable)


async def test_data_is_kept_from_one_start_to_the_next(tmp_path: Path) -> None:
    async with running(valkey(tmp_path)) as first, Redis.from_url(first.url) as client:
        await client.set("kept", "1")
    async with running(valkey(tmp_path)) as second, Redis.from_url(second.url) as client:
        assert await client.get("kept") == b"1"


async def test_it_starts_again_after_it_was_killed(tmp_path: Path) -> None:
    server = valkey(tmp_path)
    server.prepare()
    child = await Child.spawn(server.command())
    await server.wait_ready()
    child.signal(signal.SIGKILL)
    await child.wait()
    async with running(server), Redis.from_url(server.url) as client:
        assert await client.ping()


async def test_nothing_is_kept_when_it_need_not_be_durable(tmp_path: Path) -> None:
    async with running(valkey(tmp_path, durable=False)) as first, Redis.from_url(first.url) as client:
        await client.set("kept", "1")
    async with running(valkey(tmp_path, durable=False)) as second, Redis.from_url(second.url) as client:
        assert await client.get("kept") is None


async def test_it_asks_for_the_password_which_only_its_owner_can_read(tmp_path: Path) -> None:
    async with running(valkey(tmp_path)) as server:
        async with Redis.from_url(server.url.replace("secret", "wrong")) as stranger:
            with pytest.raises(AuthenticationError):
                await stranger.ping()
        assert "secret" not in " ".join(server.command().argv)
    assert (tmp_path / "valkey" / "valkey.conf").stat().st_mode & 0o077 == 0


async def test_when_memory_is_full_only_what_would_end_by_itself_goes(tmp_path: Path) -> None:
    async with running(valkey(tmp_path)) as server, Redis.from_url(server.url) as client:
        assert await client.config_get("maxmemory") == {"maxmemory": str(256 * 1024**2)}
        used = (await client.info("memory"))["used_memory"]
        await client.config_set("maxmemory", used + 1_000_000)
        await client.lpush("a queue", "a doorbell")
        for number in range(100):
            await client.set(f"a stream {number}", "x" * 100_000, ex=3600)
        assert await client.exists("a queue")
        assert not await client.exists("a stream 0")
