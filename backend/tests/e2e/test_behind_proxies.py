"""Greenway under a sub-path of nginx and of Caddy, which strip it or not, as doc/operations.md configures them."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from databases import flush, fresh_database
from e2e.cluster import BACKEND, DEADLINE, Cluster, a_cluster, ready
from reverse_proxies import NAME, Proxy, block_of, caddy, nginx
from websockets.asyncio.client import connect
from websockets.typing import Origin

from app.api.web import BUILT
from app.embedded.valkey import EmbeddedValkey

ROOT_PATH = "/greenway"
SERVING: dict[str, Callable[..., AbstractContextManager[Proxy]]] = {"nginx": nginx, "caddy": caddy}
INSTALLED = pytest.mark.usefixtures("proxies")


@pytest.fixture(scope="module")
def in_sub_path(migrated: str, valkey: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """An API that is told of its sub-path, without a worker."""
    asyncio.run(flush(valkey.url))
    settings = {"GREENWAY_ROOT_PATH": ROOT_PATH, "GREENWAY_ALLOWED_HOSTS": NAME, "GREENWAY_HEARTBEAT": "0.3"}
    directory = tmp_path_factory.mktemp("cluster")
    with (
        fresh_database(migrated) as database_url,
        a_cluster(database_url, valkey.url, directory, **settings) as cluster,  # type: ignore[arg-type]
    ):
        yield cluster


def upstream_of(cluster: Cluster) -> str:
    return cluster.url.removeprefix("http://")


async def first_frame(http: httpx2.AsyncClient, url: str) -> dict[str, Any]:
    async with http.stream("GET", url) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        assert "no-transform" in answer.headers["cache-control"]
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                frame: dict[str, Any] = json.loads(line.removeprefix("data: "))
                return frame
    raise AssertionError("The stream has ended.")


async def check(proxy: Proxy) -> None:
    """All that is asked for under the sub-path is there, and every address that an answer names is, too."""
    origin = {"Origin": f"http://{NAME}:{proxy.port}"}
    async with httpx2.AsyncClient(headers=proxy.host, trust_env=False, timeout=DEADLINE) as http:
        bare = await http.get(proxy.address, follow_redirects=False)
        assert httpx2.URL(bare.headers["location"]).path == f"{ROOT_PATH}/"

        for path in ("/", "/roadmaps/r1/concepts/c1"):
            page = await http.get(proxy.address + path)
            assert f'<meta name="greenway-root" content="{ROOT_PATH}"' in page.text
            named = re.findall(r'(?:src|href)="([^"]+)"', page.text)
            assert len(named) >= 3
            for address in named:
                assert address.startswith(f"{ROOT_PATH}/assets/")
                asset = await http.get(f"{proxy.address}{address.removeprefix(ROOT_PATH)}")
                assert asset.status_code == 200
        # An asset names others beside itself, so that one build serves everywhere.
        assert not [path for path in (BUILT / "assets").iterdir() if b'"/assets/' in path.read_bytes()]

        created = await http.post(
            f"{proxy.address}/api/v1/roadmaps", json={"goal": "Learn SQL", "concepts": 3}, headers=origin
        )
        assert created.status_code == 202, created.text
        location = created.headers["location"]
        assert location == f"{ROOT_PATH}/api/v1/roadmaps/{created.json()['roadmap_id']}"
        roadmap = proxy.address + location.removeprefix(ROOT_PATH)
        assert (await http.get(roadmap)).status_code == 200
        foreign = await http.post(f"{roadmap}/cancel", headers={"Origin": "http://evil.example"})
        assert foreign.status_code == 403

        slash = await http.get(f"{proxy.address}/api/v1/roadmaps/", follow_redirects=False)
        assert slash.headers["location"] == f"{ROOT_PATH}/api/v1/roadmaps"
        unknown = await http.get(f"{proxy.address}/api/v1/nothing")
        assert unknown.json()["instance"] == f"{ROOT_PATH}/api/v1/nothing"

        assert f'src="{ROOT_PATH}/assets/docs' in (await http.get(f"{proxy.address}/docs")).text
        document = (await http.get(f"{proxy.address}/openapi.json")).json()
        assert [server["url"] for server in document["servers"]] == [ROOT_PATH]

        assert (await first_frame(http, f"{roadmap}/events"))["type"] == "snapshot"
    socket_url = roadmap.replace("http://127.0.0.1", f"ws://{NAME}").replace("/roadmaps/", "/ws/roadmaps/")
    async with connect(
        socket_url, host="127.0.0.1", port=proxy.port, origin=Origin(origin["Origin"]), proxy=None
    ) as socket:
        assert json.loads(await socket.recv())["type"] == "snapshot"


@INSTALLED
@pytest.mark.parametrize("program", SERVING)
async def test_everything_is_under_the_sub_path(program: str, in_sub_path: Cluster, tmp_path: Path) -> None:
    with ExitStack() as stack:
        for strips in (False, True):
            directory = tmp_path / f"{program}-{strips}"
            directory.mkdir()
            proxy = stack.enter_context(SERVING[program](upstream_of(in_sub_path), directory, strips=strips))
            await check(proxy)


@INSTALLED
async def test_the_commands_take_an_address_with_a_path(in_sub_path: Cluster, tmp_path: Path) -> None:
    ready(in_sub_path.start_worker())
    # Under the name of loopback, which needs no resolving.
    with nginx(upstream_of(in_sub_path), tmp_path, strips=True, changes={NAME: "127.0.0.1"}) as proxy:
        command = [sys.executable, "-m", "app.cli", "create", "Learn SQL", "--concepts", "3", "--approve", "--watch"]
        process = await asyncio.create_subprocess_exec(
            *command, cwd=BACKEND, env={"GREENWAY_URL": proxy.address}, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        _, errors = await asyncio.wait_for(process.communicate(), DEADLINE)
        assert process.returncode == 0, errors.decode()
        assert "3 of 3 ready" in errors.decode()
    in_sub_path.stop_workers()


async def frames_of_socket(url: str) -> AsyncIterator[dict[str, Any]]:
    async with connect(url.replace("http", "ws", 1).replace("/roadmaps/", "/ws/roadmaps/"), proxy=None) as socket:
        async for text in socket:
            yield json.loads(text)


async def frames_of_stream(url: str) -> AsyncIterator[dict[str, Any]]:
    async with (
        httpx2.AsyncClient(trust_env=False, timeout=DEADLINE) as http,
        http.stream("GET", url.replace("?", "/events?")) as answer,
    ):
        async for line in answer.aiter_lines():
            if line.startswith("data: "):
                yield json.loads(line.removeprefix("data: "))


@INSTALLED
@pytest.mark.parametrize("frames", [frames_of_socket, frames_of_stream])
async def test_heartbeats_beat_the_timeout_of_the_proxy(
    frames: Callable[[str], AsyncIterator[dict[str, Any]]], in_sub_path: Cluster, tmp_path: Path
) -> None:
    """Nothing happens to the roadmap: there is no worker. The proxy ends what is silent for a second."""
    impatient = {NAME: "127.0.0.1", "proxy_http_version 1.1;": "proxy_http_version 1.1; proxy_read_timeout 1s;"}
    async with in_sub_path.client() as client:
        roadmap_id = await client.create()
        seq = (await client.read(roadmap_id))["seq"]
    with nginx(upstream_of(in_sub_path), tmp_path, strips=False, changes=impatient) as proxy:
        seen = []
        async with asyncio.timeout(DEADLINE):
            async for frame in frames(f"{proxy.address}/api/v1/roadmaps/{roadmap_id}?since={seq}"):
                seen.append(frame)
                if len(seen) == 8:
                    break
    assert seen == [{"type": "heartbeat", "seq": seq}] * 8


@INSTALLED
async def test_nginx_does_not_hold_a_stream_back(in_sub_path: Cluster, tmp_path: Path) -> None:
    """One that compresses gathers what it sends, unless it is told not to."""
    compressing = {
        NAME: "127.0.0.1",
        "proxy_http_version 1.1;": "gzip on; gzip_types text/event-stream; gzip_proxied any;",
    }
    async with in_sub_path.client() as client:
        roadmap_id = await client.create()
        seq = (await client.read(roadmap_id))["seq"]
    with nginx(upstream_of(in_sub_path), tmp_path, strips=False, changes=compressing) as proxy:
        async with asyncio.timeout(DEADLINE / 4):
            async for frame in frames_of_stream(f"{proxy.address}/api/v1/roadmaps/{roadmap_id}?since={seq}"):
                assert frame == {"type": "heartbeat", "seq": seq}
                break


@INSTALLED
async def test_a_proxy_on_this_machine_is_believed_wherever_its_client_is(in_sub_path: Cluster, tmp_path: Path) -> None:
    """It sends the Host of the upstream, and says by headers what it was asked for and by whom."""
    telling = {"proxy_set_header Host $http_host;": "proxy_set_header X-Forwarded-For 192.0.2.7;"}
    with nginx(upstream_of(in_sub_path), tmp_path, strips=False, changes=telling) as proxy:
        ours = f"localhost:{proxy.port}"
        async with httpx2.AsyncClient(headers={"Host": ours}, trust_env=False, timeout=DEADLINE) as http:
            for origin, status in ((f"http://{ours}", 202), ("http://localhost:1", 403)):
                answer = await http.post(
                    f"{proxy.address}/api/v1/roadmaps", json={"goal": "Learn SQL"}, headers={"Origin": origin}
                )
                assert answer.status_code == status, answer.text


def test_traefik_is_configured_in_yaml() -> None:
    configured = yaml.safe_load(block_of("yaml"))["http"]
    assert configured["routers"]["greenway"]["service"] in configured["services"]
