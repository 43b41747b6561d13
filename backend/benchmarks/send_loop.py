"""The floor of telling: what Redis brings is sent to every client by `send(2)` in a loop, and nothing else is done.

`python -m benchmarks.send_loop PORT CHANNEL CLIENTS`. It takes so many WebSockets, checks nothing, waits for a client
that takes no more, and sends every message of the channel as one text frame.
"""

import socket
import sys

from redis import Redis
from websockets.frames import Frame, Opcode

from app.core.settings import load_settings

_UPGRADED = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"


def text_message(data: bytes) -> bytes:
    return Frame(Opcode.TEXT, data).serialize(mask=False)


def main(port: int, channel: str, count: int) -> None:
    messages = Redis.from_url(load_settings().require_redis_url()).pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
    messages.subscribe(channel)
    clients: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", port), backlog=count) as server:
        for _ in range(count):
            client, _ = server.accept()
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.recv(4096)
            client.sendall(_UPGRADED + text_message(b'{"type":"heartbeat","seq":0}'))
            clients.append(client)
    for message in messages.listen():
        frame = text_message(message["data"])
        for client in clients:
            client.send(frame)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
