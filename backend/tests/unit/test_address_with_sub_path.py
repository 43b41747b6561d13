"""What `greenway up` says about where it is, under a sub-path."""

from pathlib import Path

from app.embedded.options import UpOptions


def test_the_address_leads_into_the_sub_path() -> None:
    options = UpOptions(
        host="::1",
        port=8000,
        data_dir=Path("unused"),
        workers=1,
        database_url=None,
        redis_url=None,
        env={},
        root_path="/greenway",
    )
    assert options.url == "http://[::1]:8000/greenway"
