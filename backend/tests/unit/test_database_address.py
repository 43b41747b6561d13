"""DATABASE_URL as libpq reads it."""

from pathlib import Path

import pytest

from app.core.database_address import parse_database_address
from app.core.errors import ConfigurationError


def test_the_parts_of_an_address() -> None:
    address = parse_database_address("postgres://me:p%40ss@db.example:6543/green?connect_timeout=7&application_name=x")
    assert address.hosts == (("db.example", 6543),)
    assert (address.database, address.application_name, address.connect_timeout) == ("green", "x", 7.0)
    assert address.dsn == "postgresql://me:p%40ss@"
    assert address.behind_pooler is None


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("postgresql://a,b:6000/d", (("a", 5432), ("b", 6000))),
        ("postgresql:///d?host=a,b&port=1,2", (("a", 1), ("b", 2))),
        ("postgresql:///d?host=a,b&port=7", (("a", 7), ("b", 7))),
        ("postgresql://[::1]:6000/d", (("::1", 6000),)),
        ("postgresql://%2Frun%2Fpostgresql/d", (("/run/postgresql", 5432),)),
        ("postgresql:///d?host=/run/postgresql", (("/run/postgresql", 5432),)),
        ("postgresql://db:6000/d?hostaddr=10.0.0.1", (("10.0.0.1", 6000),)),
        ("postgresql://db,dc:6000/d?hostaddr=10.0.0.1,10.0.0.2", (("10.0.0.1", 5432), ("10.0.0.2", 6000))),
        ("postgresql:///d?hostaddr=10.0.0.1&host=db", (("10.0.0.1", 5432),)),
        ("postgresql:///d", ()),
    ],
)
def test_hosts_in_all_spellings(url: str, hosts: tuple[tuple[str, int], ...]) -> None:
    assert parse_database_address(url).hosts == hosts


@pytest.mark.parametrize(
    "parameters",
    [
        "sslmode=require",
        "ssl=require",
        "channel_binding=prefer",
        "sslmode=require&channel_binding=require",
        "connect_timeout=10&keepalives=1&keepalives_idle=30&keepalives_interval=5&keepalives_count=3",
        "tcp_user_timeout=5000",
        "target_session_attrs=read-write",
        "options=-c%20search_path%3Dmine",
        "options=endpoint%3Dep-one-two",
        "sslrootcert=system&sslmode=verify-full",
        "gssencmode=disable&sslsni=1&sslnegotiation=postgres&client_encoding=utf8",
        "fallback_application_name=x&load_balance_hosts=random",
        "pgbouncer=true",
        "sslmode=REQUIRE&target_session_attrs=Read-Write",
        "ssl_min_protocol_version=TLSv1.2&ssl_max_protocol_version=TLSv1.3",
    ],
)
def test_common_parameters_are_known(parameters: str) -> None:
    parse_database_address(f"postgresql://u:p@h/d?{parameters}")


def test_files_of_certificates(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.touch()
    address = parse_database_address(f"postgresql://h/d?sslmode=verify-ca&sslrootcert={authority}")
    assert address.dsn.startswith("postgresql://?sslmode=verify-ca&sslrootcert=")


def test_channel_binding_that_is_required_checks_the_certificate_in_full() -> None:
    address = parse_database_address("postgresql://h/d?sslmode=require&channel_binding=require")
    assert address.trusts_system_cas
    assert address.dsn == "postgresql://?sslmode=verify-full"


@pytest.mark.parametrize("parameter", ["pgbouncer=true", "prepared_statement_cache_size=0", "statement_cache_size=0"])
def test_an_address_may_say_that_a_pooler_is_in_between(parameter: str) -> None:
    assert parse_database_address(f"postgresql://h/d?{parameter}").behind_pooler is True


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ("sslmod=require", "sslmod"),
        ("schema=public", "schema"),
        ("sslmode=yes", "sslmode"),
        ("connect_timeout=soon", "connect_timeout"),
        ("sslrootcert=/nowhere/ca.pem", "sslrootcert"),
        ("sslcert=/nowhere/me.pem", "sslcert"),
        ("target_session_attrs=writable", "target_session_attrs"),
        ("channel_binding=require&sslmode=disable", "channel_binding"),
        ("require_auth=scram-sha-256", "require_auth"),
        ("client_encoding=latin1", "client_encoding"),
        ("gssencmode=require", "gssencmode"),
        ("sslmode", "name=value"),
        ("keepalives_idle=99999999999999", "keepalives_idle"),
        ("tcp_user_timeout=99999999999", "tcp_user_timeout"),
        ("connect_timeout=99999999999999999999", "connect_timeout"),
        ("application_name=a%00b", "%00"),
        ("passfile=/nowhere/pgpass", "passfile"),
        ("ssl_min_protocol_version=4", "ssl_min_protocol_version"),
        ("service=nobody", "nobody"),
        ("hostaddr=10.0.0.1,10.0.0.2", "hostaddr"),
    ],
)
def test_what_cannot_be_honoured_is_named(parameters: str, named: str) -> None:
    with pytest.raises(ConfigurationError, match=named) as caught:
        parse_database_address(f"postgresql://me:secret@h/d?{parameters}")
    assert "secret" not in caught.value.message


def test_numbers_that_stand_for_the_systems_own_are_left_out() -> None:
    address = parse_database_address("postgresql://h/d?keepalives_idle=0&keepalives_count=-1&tcp_user_timeout=0")
    assert (dict(address.keepalive), address.tcp_user_timeout) == ({}, None)


def test_the_case_of_words_is_the_drivers() -> None:
    url = "postgresql://h/d?sslmode=REQUIRE&target_session_attrs=Primary&ssl_min_protocol_version=tlsv1.2"
    parameters = "sslmode=require&target_session_attrs=primary&ssl_min_protocol_version=TLSv1.2"
    assert parse_database_address(url).dsn == f"postgresql://?{parameters}"


def test_a_service_stands_in_a_file_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "services.conf"
    file.write_text("[mine]\nhost=a,b\nport=6000\ndbname=green\nuser=me\npassword=100%sure\nconnect_timeout=7\n")
    address = parse_database_address(f"postgresql://?service=mine&servicefile={file}&dbname=other")
    assert address.hosts == (("a", 6000), ("b", 6000))
    assert (address.database, address.connect_timeout) == ("other", 7.0)
    assert address.dsn == "postgresql://?user=me&password=100%25sure"


@pytest.mark.parametrize(
    ("text", "url", "named"),
    [
        ("[other]\n", "postgresql://?service=mine", "service mine"),
        ("[mine]\nhost\n", "postgresql://?service=mine", "neither"),
        ("[mine]\nsslmod=x\n", "postgresql://?service=mine", "sslmod"),
        ("[mine]\npassword=secret\n", "postgresql://elsewhere/d?service=mine", "service's own host"),
    ],
)
def test_what_is_wrong_with_a_service_is_told(tmp_path: Path, text: str, url: str, named: str) -> None:
    file = tmp_path / "services.conf"
    file.write_text(text)
    with pytest.raises(ConfigurationError, match=named) as caught:
        parse_database_address(f"{url}&servicefile={file}")
    assert "secret" not in caught.value.message


def test_a_passfile_that_others_may_read_is_named(tmp_path: Path) -> None:
    file = tmp_path / "pgpass"
    file.write_text("*:*:*:*:secret")
    file.chmod(0o644)
    with pytest.raises(ConfigurationError, match="chmod 600"):
        parse_database_address(f"postgresql://h/d?passfile={file}")
    file.chmod(0o600)
    parse_database_address(f"postgresql://h/d?passfile={file}")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://h/d",
        "h/d",
        "postgresql://u:secret@h:port/d",
        "postgresql://u:sec/ret@h/d",
        "postgresql://u:sec?secret=1@h/d",
        "postgresql://[::1/d",
        "postgresql://h:99999/d",
        "postgresql://h\u200b/d",
        "postgresql:///d?host=a,b&port=1,2,3",
    ],
)
def test_what_is_no_address_is_said_without_showing_it(url: str) -> None:
    with pytest.raises(ConfigurationError, match="DATABASE_URL") as caught:
        parse_database_address(url)
    assert "sec" not in caught.value.message
