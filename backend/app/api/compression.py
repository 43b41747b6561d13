"""Which answers are compressed: what is long and text, for clients that take it, unless the answer has seen to it."""

from starlette.middleware.gzip import GZipResponder, IdentityResponder
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.domain.etags import Encoding
from app.reading.kept_roadmaps import COMPRESSED_FROM, COMPRESSION


def encoding_for(accept_encoding: str) -> Encoding | None:
    """What the client takes."""
    for choice in accept_encoding.lower().split(","):
        coding, _, quality = choice.partition(";")
        if coding.strip() == "gzip":
            return None if "".join(quality.split()).rstrip("0.") == "q=" else "gzip"
    return None


def compressing(start: Message, accept_encoding: str, send: Send) -> Send:
    """How to send an answer that begins with this message. One that says what it varies with has been compressed where
    it should be."""
    headers = dict(start["headers"])
    if b"vary" in headers or int(headers.get(b"content-length", COMPRESSED_FROM)) < COMPRESSED_FROM:
        return send
    responder: IdentityResponder
    if encoding_for(accept_encoding):
        responder = GZipResponder(_NOBODY, COMPRESSED_FROM, COMPRESSION)
    else:
        responder = IdentityResponder(_NOBODY, COMPRESSED_FROM)
    responder.send = send
    return responder.send_with_compression


async def _nobody(scope: Scope, receive: Receive, send: Send) -> None:
    raise NotImplementedError


_NOBODY: ASGIApp = _nobody
"""The responders want an application, and are given its messages instead."""
