"""A page that loads through a proxy can also post; foreign pages, and what strangers say of proxies, change nothing."""

import json
import re
from collections.abc import Mapping

import pytest
from httpx2 import ASGITransport, AsyncClient, Response
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from app.api.entrance import Entrance
from app.core.serving_settings import networks_of

UPSTREAM = "127.0.0.1:8000"
PROXY = "127.0.0.1"
STRANGER = "192.0.2.7"


async def tells_its_scheme(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse(Request(scope).url.scheme)(scope, receive, send)


async def asked(
    method: str,
    headers: Mapping[str, str],
    *,
    allowed: tuple[str, ...] = (),
    trusted: str = "127.0.0.0/8,::1",
    peer: str = PROXY,
) -> Response:
    app = Entrance(tells_its_scheme, allowed_hosts=allowed, trusted=networks_of(trusted))
    transport = ASGITransport(app, client=(peer, 50000))
    async with AsyncClient(transport=transport, base_url=f"http://{UPSTREAM}") as client:
        return await client.request(method, "/", headers=dict(headers))


LEARN = ("learn.example",)
BEHIND_PROXIES: list[tuple[str, tuple[str, ...], dict[str, str]]] = [
    ("passes Host", LEARN, {"Host": "learn.example", "Origin": "https://learn.example"}),
    ("passes Host with its port", LEARN, {"Host": "learn.example:8443", "Origin": "https://learn.example:8443"}),
    ("adds the port that browsers leave out", LEARN, {"Host": "learn.example:443", "Origin": "https://learn.example"}),
    ("was asked for the whole name", LEARN, {"Host": "learn.example.", "Origin": "https://learn.example."}),
    ("was asked for it, and sends another Host", LEARN, {"Host": UPSTREAM, "Origin": "https://learn.example."}),
    ("drops the port of Host", LEARN, {"Host": "learn.example", "Origin": "http://learn.example:8080"}),
    ("sends the Host of the upstream", LEARN, {"Host": UPSTREAM, "Origin": "https://learn.example"}),
    ("sends that, at another port", LEARN, {"Host": UPSTREAM, "Origin": "http://learn.example:8080"}),
    (
        "says the Host in X-Forwarded-Host",
        LEARN,
        {"Host": UPSTREAM, "X-Forwarded-Host": "learn.example:8080", "Origin": "http://learn.example:8080"},
    ),
    (
        "is the second of two",
        (*LEARN, "inner.example"),
        {
            "Host": UPSTREAM,
            "X-Forwarded-Host": "learn.example, inner.example",
            "Origin": "https://learn.example",
        },
    ),
    (
        "is on this machine, and says the Host",
        (),
        {"Host": UPSTREAM, "X-Forwarded-Host": "localhost:8080", "Origin": "http://localhost:8080"},
    ),
    (
        "is on this machine, and the browser says whose page it is",
        (),
        {"Host": UPSTREAM, "Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"},
    ),
    (
        "drops the port, and the browser says whose page it is",
        (),
        {"Host": "localhost", "Origin": "http://localhost:8080", "Sec-Fetch-Site": "same-origin"},
    ),
    (
        "speaks TLS, and the browser says whose page it is",
        (),
        {"Host": UPSTREAM, "Origin": "https://learn.example", "Sec-Fetch-Site": "same-origin"},
    ),
    ("is allowed with its port", ("nas:8080",), {"Host": UPSTREAM, "Origin": "http://nas:8080"}),
    ("has an IPv6 address", ("[2001:db8::1]:8080",), {"Host": UPSTREAM, "Origin": "http://[2001:db8::1]:8080"}),
]


@pytest.mark.parametrize(
    ("allowed", "headers"), [case[1:] for case in BEHIND_PROXIES], ids=[case[0] for case in BEHIND_PROXIES]
)
async def test_a_page_that_loads_can_also_post(allowed: tuple[str, ...], headers: dict[str, str]) -> None:
    loading = {name: value for name, value in headers.items() if name != "Origin"}
    assert (await asked("GET", loading, allowed=allowed)).status_code == 200
    assert (await asked("POST", headers, allowed=allowed)).status_code == 200


FOREIGN: list[tuple[str, tuple[str, ...], dict[str, str]]] = [
    ("a foreign page", (), {"Host": UPSTREAM, "Origin": "http://evil.example"}),
    ("a foreign page, beside a name of ours", LEARN, {"Host": UPSTREAM, "Origin": "https://evil.example"}),
    ("a page of a server at another port", (), {"Host": "localhost:8000", "Origin": "http://localhost:3000"}),
    ("the same for a name of ours", LEARN, {"Host": "learn.example:8000", "Origin": "http://learn.example:3000"}),
    ("another port than the allowed one", ("nas:8080",), {"Host": UPSTREAM, "Origin": "http://nas:3000"}),
    ("a name that ends in ours", LEARN, {"Host": "learn.example", "Origin": "https://learn.example.evil.example"}),
    ("a name that begins like ours", LEARN, {"Host": "learn.example", "Origin": "https://evillearn.example"}),
    ("no web page", (), {"Host": UPSTREAM, "Origin": "null"}),
    ("an extension", LEARN, {"Host": "learn.example", "Origin": "chrome-extension://learn.example"}),
    (
        "a page whose name may have been rebound",
        (),
        {"Host": UPSTREAM, "Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
    ),
    (
        "a page of another site, whatever its origin",
        LEARN,
        {"Host": "learn.example", "Origin": "https://learn.example", "Sec-Fetch-Site": "cross-site"},
    ),
    (
        "the page of a name that the proxy was asked for and that is not ours",
        (),
        {"Host": UPSTREAM, "X-Forwarded-Host": "evil.example", "Origin": "http://evil.example"},
    ),
    (
        "the same, behind a forged one",
        LEARN,
        {"Host": UPSTREAM, "X-Forwarded-Host": "learn.example, evil.example", "Origin": "http://evil.example"},
    ),
]


@pytest.mark.parametrize(("allowed", "headers"), [case[1:] for case in FOREIGN], ids=[case[0] for case in FOREIGN])
async def test_a_foreign_page_cannot_post(allowed: tuple[str, ...], headers: dict[str, str]) -> None:
    assert (await asked("POST", headers, allowed=allowed)).status_code == 403


@pytest.mark.parametrize(
    ("headers", "name"),
    [
        ({"Host": "nas", "Origin": "http://nas"}, "nas"),
        ({"Host": "nas:8080", "Origin": "http://nas:8080"}, "nas"),
        ({"Host": UPSTREAM, "Origin": "http://nas:8080"}, "nas:8080"),
        ({"Host": UPSTREAM, "Origin": "https://learn.example"}, "learn.example"),
        ({"Host": "localhost", "Origin": "http://localhost:8080"}, "localhost:8080"),
        ({"Host": "[2001:db8::1]:8080", "Origin": "http://[2001:db8::1]:8080"}, "[2001:db8::1]"),
        ({"Host": UPSTREAM, "Origin": "http://[2001:db8::1]:8080"}, "[2001:db8::1]:8080"),
        ({"Host": UPSTREAM, "X-Forwarded-Host": "nas", "Origin": "https://nas"}, "nas"),
    ],
)
async def test_a_refusal_names_what_helps(headers: dict[str, str], name: str) -> None:
    refusal = json.loads((await asked("POST", headers)).text)["detail"]
    assert "GREENWAY_ALLOWED_HOSTS" in refusal
    assert name in re.split(r";? ", refusal)
    assert (await asked("POST", headers, allowed=(name,))).status_code == 200


async def test_strangers_are_not_believed() -> None:
    forged = {
        "Host": UPSTREAM,
        "X-Forwarded-Host": "localhost:8080",
        "X-Forwarded-Proto": "https",
        "Origin": "http://localhost:8080",
    }
    assert (await asked("POST", forged, peer=STRANGER)).status_code == 403
    assert (await asked("POST", forged, trusted="none")).status_code == 403
    assert (await asked("GET", forged, peer=STRANGER)).text == "http"
    assert (await asked("POST", forged, peer=STRANGER, trusted="192.0.2.0/24")).text == "https"
    assert (await asked("POST", forged, peer=f"::ffff:{STRANGER}", trusted=STRANGER)).text == "https"


@pytest.mark.parametrize(
    ("said", "scheme"), [("https", "https"), ("http", "http"), ("https, http", "http"), ("ftp", "http"), ("", "http")]
)
async def test_a_trusted_proxy_says_which_scheme_it_was_asked_by(said: str, scheme: str) -> None:
    assert (await asked("GET", {"X-Forwarded-Proto": said})).text == scheme


@pytest.mark.parametrize("forwarded", ["localhost", "127.0.0.1:8000", "learn.example"])
async def test_what_a_page_says_of_itself_does_not_make_a_rebound_name_ours(forwarded: str) -> None:
    """A page whose own name leads to this machine may set any header that is not the browser's."""
    headers = {"Host": "evil.example:8000", "X-Forwarded-Host": forwarded}
    for method in ("GET", "POST"):
        assert (await asked(method, headers, allowed=LEARN)).status_code == 403
