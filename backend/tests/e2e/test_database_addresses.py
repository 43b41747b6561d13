"""DATABASE_URL with several servers and with TLS, tried on Debian's PostgreSQL."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from debian_servers import PASSWORD, postgres_with_standby
from intermediaries import Certificates, issue_certificates
from processes import greenway

from app.core.database_address import parse_database_address
from app.db.connecting import CannotConnect, connect
from app.embedded.ports import free_port

pytestmark = pytest.mark.usefixtures("debian_servers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    primary: int
    standby: int
    certificates: Certificates

    def url(self, *ports: int, host: str = "127.0.0.1", **parameters: str) -> str:
        hosts = ",".join(f"{host}:{port}" for port in ports)
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return f"postgresql://postgres:{PASSWORD}@{hosts}/postgres?{query}"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    certificates = issue_certificates(tmp_path_factory.mktemp("certificates"))
    with postgres_with_standby(certificates.server) as (primary, standby):
        yield Pair(primary=primary, standby=standby, certificates=certificates)


async def reached(url: str) -> tuple[int, bool]:
    """The port of the server that answers, and whether the connection is encrypted."""
    connection = await connect(parse_database_address(url), application_name="test", command_timeout=5)
    try:
        row = await connection.fetchrow(
            "SELECT current_setting('port')::int, ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        )
        assert row is not None
        return tuple(row)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("attributes", "is_primary"),
    [
        ("any", False),
        ("read-write", True),
        ("primary", True),
        ("Primary", True),
        ("read-only", False),
        ("standby", False),
        ("prefer-standby", False),
    ],
)
async def test_the_wanted_one_of_several_servers_is_taken(pair: Pair, attributes: str, is_primary: bool) -> None:
    url = pair.url(free_port(), pair.standby, pair.primary, target_session_attrs=attributes)
    assert (await reached(url))[0] == (pair.primary if is_primary else pair.standby)


@pytest.mark.parametrize("attributes", ["read-write", "primary"])
async def test_where_no_server_is_the_wanted_one_the_reason_is_told(pair: Pair, attributes: str) -> None:
    with pytest.raises(CannotConnect, match=f"none of the servers .*target_session_attrs={attributes}"):
        await reached(pair.url(pair.standby, target_session_attrs=attributes))


async def test_an_address_in_hostaddr_has_the_port_of_its_name(pair: Pair) -> None:
    assert (await reached(pair.url(pair.primary, host="db.example", hostaddr="127.0.0.1")))[0] == pair.primary


@pytest.mark.parametrize("sslmode", ["prefer", "require", "verify-ca", "verify-full", "REQUIRE"])
async def test_a_private_authority_that_is_named_is_trusted(pair: Pair, sslmode: str) -> None:
    url = pair.url(pair.primary, sslmode=sslmode, sslrootcert=str(pair.certificates.authority))
    assert await reached(url) == (pair.primary, True)


@pytest.mark.parametrize("source", ["environment", "dotenv"])
def test_doctor_says_how_to_trust_a_private_authority(pair: Pair, tmp_path: Path, source: str) -> None:
    def told(**parameters: str) -> str:
        settings = {
            "DATABASE_URL": pair.url(pair.primary, **parameters),
            "REDIS_URL": f"redis://127.0.0.1:{free_port()}",
        }
        if source == "environment":
            return greenway(tmp_path, "doctor", **settings).line("database:")
        (tmp_path / ".env").write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        return greenway(tmp_path, "doctor").line("database:")

    refused = told(sslrootcert="system")
    assert "certificate is not accepted" in refused and "sslrootcert" in refused, refused
    assert "_ssl.c" not in refused
    assert "certificate" not in told(sslmode="verify-full", sslrootcert=str(pair.certificates.authority))
