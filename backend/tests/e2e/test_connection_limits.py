"""No client can take the API from the others by what it does with connections: a real process, real sockets."""

import json
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from databases import fresh_database
from e2e.cluster import DEADLINE, Cluster, a_cluster, wait_until

from app.api.connections import RESERVED_DESCRIPTORS
from app.api.protocols import PIPELINED
from app.embedded.valkey import EmbeddedValkey

HANDSHAKE = (
    b"GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
GET = b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"
MASK = bytes(4)
PING = b"\x89\x80" + MASK
CLOSE = 8
FILES, POOL = 300, 8


@contextmanager
def an_api(
    migrated: str, valkey: EmbeddedValkey, directory: Path, *, files: int | None = None, **settings: str
) -> Iterator[Cluster]:
    with (
        fresh_database(migrated) as database_url,
        a_cluster(database_url, valkey.url, directory, files=files, **settings) as cluster,
    ):
        yield cluster


@pytest.fixture(scope="module")
def impatient(migrated: str, valkey: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """An API that waits a second for its clients."""
    with an_api(migrated, valkey, tmp_path_factory.mktemp("api"), GREENWAY_CLIENT_TIMEOUT="1") as cluster:
        yield cluster


@pytest.fixture(scope="module")
def few_files(migrated: str, valkey: EmbeddedValkey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """An API with few descriptors, which waits for long."""
    directory = tmp_path_factory.mktemp("api")
    with an_api(migrated, valkey, directory, files=FILES, GREENWAY_CLIENT_TIMEOUT="3600") as cluster:
        yield cluster


def connected(cluster: Cluster) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", int(cluster.url.rpartition(":")[2])), timeout=DEADLINE)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def send_all(connection: socket.socket, pieces: Iterator[bytes]) -> None:
    """Send the pieces until they end or the other side does."""
    try:
        for piece in pieces:
            connection.sendall(piece)
    except (ConnectionResetError, BrokenPipeError):
        return


def rest_of(connection: socket.socket) -> bytes:
    """What comes until the connection ends."""
    received = bytearray()
    try:
        while piece := connection.recv(65536):
            received += piece
    except ConnectionResetError:
        pass
    return bytes(received)


def problem_of(answer: bytes) -> dict[str, Any]:
    head, _, body = answer.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head
    assert b"x-content-type-options: nosniff" in head
    problem: dict[str, Any] = json.loads(body)
    assert head.startswith(b"HTTP/1.1 %d " % problem["status"])
    return problem


def answers(cluster: Cluster) -> bool:
    """Whether others get their answers, on new connections; the database and Valkey are asked, too."""
    return all(
        httpx2.get(f"{cluster.url}{path}", trust_env=False, timeout=DEADLINE).status_code == 200
        for path in ("/readyz", "/api/v1/roadmaps", "/")
    )


def refused(cluster: Cluster, limit: str) -> float:
    text = httpx2.get(f"{cluster.url}/metrics", trust_env=False, timeout=DEADLINE).text
    sample = f'greenway_connections_refused_total{{limit="{limit}"}} '
    return next((float(line.removeprefix(sample)) for line in text.splitlines() if line.startswith(sample)), 0)


def logged(cluster: Cluster, limit: str) -> list[dict[str, Any]]:
    lines = (cluster.directory / "api.log").read_text().splitlines()
    entries = [json.loads(line) for line in lines if line.startswith("{")]
    return [one for one in entries if one["event"] == "connection_limit_reached" and one["limit"] == limit]


def created(cluster: Cluster) -> str:
    made = httpx2.post(f"{cluster.url}/api/v1/roadmaps", json={"goal": "Learn SQL"}, trust_env=False, timeout=DEADLINE)
    return str(made.json()["roadmap_id"])


def follow(cluster: Cluster, roadmap_id: str | None = None) -> socket.socket:
    """A WebSocket of a roadmap that is being drafted, up to its first frame."""
    roadmap_id = roadmap_id or created(cluster)
    connection = connected(cluster)
    connection.sendall(HANDSHAKE % f"/api/v1/ws/roadmaps/{roadmap_id}".encode())
    received = b""
    while b'"snapshot"' not in received:
        received += connection.recv(65536)
    assert received.startswith(b"HTTP/1.1 101 ")
    return connection


def closing_frame_of(received: bytes) -> tuple[int, str]:
    """Code and reason of the last of some frames of a server, which are short and come unmasked."""
    while received[0] & 15 != CLOSE:
        received = received[2 + received[1] :]
    code, reason = struct.unpack("!H", received[2:4])[0], received[4 : 2 + received[1]]
    return code, reason.decode()


@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: loc"])
def test_a_client_that_sends_no_request_is_not_waited_for(impatient: Cluster, sent: bytes) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(connected(impatient)) for _ in range(50)]
        for one in silent:
            one.sendall(sent)
        assert answers(impatient)
        received = [rest_of(one) for one in silent]
    if not sent:
        assert set(received) == {b""}
        return
    problem = problem_of(received[0])
    assert (problem["status"], problem["code"]) == (408, "too_slow")
    assert "GREENWAY_CLIENT_TIMEOUT" in problem["detail"]
    assert refused(impatient, "timeout") >= len(silent)
    assert len(logged(impatient, "timeout")) == 1


def test_a_head_that_comes_byte_by_byte_is_not_waited_for(impatient: Cluster) -> None:
    impatient_header = b"X-Slow: "
    with connected(impatient) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n" + impatient_header)
        connection.settimeout(0.05)
        received = b""
        while not received:
            try:
                connection.sendall(b"a")
                received = connection.recv(65536)
            except TimeoutError:
                continue
    assert received.startswith(b"HTTP/1.1 408 ")


def test_a_body_that_does_not_come_is_not_waited_for(impatient: Cluster) -> None:
    with connected(impatient) as connection:
        connection.sendall(
            b"POST /api/v1/roadmaps HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b'Content-Length: 1000\r\n\r\n{"goal": '
        )
        assert problem_of(rest_of(connection))["code"] == "too_slow"
    assert answers(impatient)


def test_a_connection_is_kept_for_the_next_request_but_not_for_ever(impatient: Cluster) -> None:
    with connected(impatient) as connection:
        for _ in range(3):
            received = b""
            connection.sendall(GET % b"/health")
            while not received.endswith(b'{"status":"ok"}'):
                received += connection.recv(65536)
        assert rest_of(connection) == b""


def test_a_client_that_takes_no_answer_is_not_waited_for(impatient: Cluster) -> None:
    before = refused(impatient, "timeout")

    def is_given_up() -> bool:
        """Asks for more than the system's buffers hold, and reads none of it. On a busy machine a connection may end
        as idle before they are full; the next one is tried then."""
        with connected(impatient) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            for _ in range(10):
                send_all(connection, iter([GET % b"/openapi.json" * 4]))
                time.sleep(0.1)
            time.sleep(3)
        return refused(impatient, "timeout") == before + 1

    wait_until(is_given_up)
    assert answers(impatient)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param([b"X-Large: ", *[b"a" * 1_048_576] * 32], id="one"),
        pytest.param([b"X-Small: a\r\n" * 80_000] * 32, id="many"),
    ],
)
def test_a_head_has_a_limit(impatient: Cluster, headers: list[bytes]) -> None:
    with connected(impatient) as connection:
        send_all(connection, iter([b"GET / HTTP/1.1\r\nHost: localhost\r\n", *headers]))
    with connected(impatient) as connection:  # with an end that comes along, so that the answer is not lost
        connection.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: " + b"a" * 40_000)
        problem = problem_of(rest_of(connection))
    assert (problem["status"], problem["code"]) == (431, "head_too_large")
    assert "GREENWAY_MAX_HEAD_BYTES" in problem["detail"]
    assert refused(impatient, "head") >= 2
    assert answers(impatient)


def test_what_comes_after_a_body_has_a_limit_too(impatient: Cluster) -> None:
    with connected(impatient) as connection:
        chunked = (
            b"POST /api/v1/roadmaps HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
        )
        before = refused(impatient, "head")
        send_all(connection, iter([chunked, *[b"X-Small: a\r\n" * 80_000] * 32]))
    assert refused(impatient, "head") == before + 1
    assert answers(impatient)


def test_requests_sent_ahead_have_a_limit(impatient: Cluster) -> None:
    with connected(impatient) as connection:
        send_all(connection, iter([GET % b"/api/v1/roadmaps" * 1000]))
        assert rest_of(connection).count(b"HTTP/1.1 200 ") <= PIPELINED + 1
    assert refused(impatient, "pipeline") >= 1
    assert answers(impatient)


def test_what_is_not_http_fills_no_log(impatient: Cluster) -> None:
    for _ in range(50):
        with connected(impatient) as connection:
            connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
            assert problem_of(rest_of(connection))["code"] == "bad_request"
    assert len(logged(impatient, "syntax")) == 1
    assert "Invalid HTTP request" not in (impatient.directory / "api.log").read_text()


def test_unfinished_frames_are_not_kept(impatient: Cluster) -> None:
    large = b"\x82" + struct.pack("!BQ", 0x80 | 127, 15 * 1024 * 1024) + MASK
    with ExitStack() as stack:
        sockets = [stack.enter_context(follow(impatient)) for _ in range(20)]
        for one in sockets:
            one.sendall(large)
        for one in sockets:
            code, reason = closing_frame_of(rest_of(one))
            assert code == 1009
            assert "GREENWAY_MAX_FRAME_BYTES" in reason
        assert answers(impatient)
    assert refused(impatient, "frame") >= 20


def test_fragments_of_a_message_count_together(impatient: Cluster) -> None:
    first, next_one = (kind + struct.pack("!BH", 0x80 | 126, 3000) + MASK + b"a" * 3000 for kind in (b"\x01", b"\x00"))
    with follow(impatient) as one:
        one.sendall(first + next_one)
        assert closing_frame_of(rest_of(one))[0] == 1009


@pytest.mark.parametrize("frame", [PING, b"\x81\x80" + MASK, b"\x8a\x80" + MASK], ids=["ping", "text", "pong"])
def test_a_flood_of_frames_ends_its_connection(impatient: Cluster, frame: bytes) -> None:
    before = refused(impatient, "frames")
    with follow(impatient) as one:
        send_all(one, iter([frame * 1000] * 200))
    with follow(impatient) as one:
        one.sendall(PING * 21)
        code, reason = closing_frame_of(rest_of(one))
    assert code == 1008
    assert "GREENWAY_MAX_FRAMES_PER_SECOND" in reason
    assert refused(impatient, "frames") == before + 2
    assert answers(impatient)


def test_a_client_may_ping(impatient: Cluster) -> None:
    with follow(impatient) as one:
        one.sendall(PING * 5)
        received = b""
        while received.count(b"\x8a\x00") < 5:
            received += one.recv(65536)


def test_with_more_connections_than_files_the_api_can_still_be_reached(few_files: Cluster) -> None:
    with ExitStack() as stack:
        for _ in range(400):
            stack.enter_context(connected(few_files))
        assert answers(few_files)
        with follow(few_files) as one:
            assert answers(few_files)
            one.sendall(PING)
            assert b"\x8a\x00" in one.recv(65536), "it has not been ended to make place"
    assert refused(few_files, "connections") >= 100
    (line,) = logged(few_files, "connections")
    assert f"ulimit -n {FILES}" in line["message"]


def test_event_streams_leave_connections_for_requests(few_files: Cluster) -> None:
    """Streams are not ended for others. What has ended makes place."""
    roadmap_id = created(few_files)
    path = f"/api/v1/roadmaps/{roadmap_id}/events"
    with ExitStack() as stack:
        for _ in range((FILES - RESERVED_DESCRIPTORS - POOL) * 3 // 4):
            stack.enter_context(follow(few_files, roadmap_id))
        with connected(few_files) as late:
            late.sendall(GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") % path.encode())
            problem = problem_of(rest_of(late))
        assert (problem["status"], problem["code"], problem["retryable"]) == (503, "unavailable", True)
        assert "GREENWAY_MAX_EVENT_STREAMS" in problem["detail"]
        with connected(few_files) as late:
            late.sendall(HANDSHAKE % f"/api/v1/ws/roadmaps/{roadmap_id}".encode())
            frames = rest_of(late).partition(b"\r\n\r\n")[2]
        assert closing_frame_of(frames)[0] == 4503
        assert answers(few_files)
    assert answers(few_files)
    with follow(few_files, roadmap_id):
        pass
