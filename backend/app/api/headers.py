"""The headers of every answer: nothing may be framed, guessed, kept or read by pages of others."""

from starlette.types import Message

ALWAYS = [
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
]
