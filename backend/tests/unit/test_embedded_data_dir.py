"""The data directory: ours or not, used by one process at a time, with secrets that stay."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app.core.errors import ConfigurationError
from app.embedded.data_dir import DataDirectory, Run, running_instance
from app.embedded.postgres import why_it_failed

RUN = Run(url="http://127.0.0.1:8000", database_url="postgresql://", redis_url="redis://")


def test_secrets_are_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "new" / "data"
    with DataDirectory.open(path) as data:
        secrets = data.secrets()
    with DataDirectory.open(path) as data:
        assert data.secrets() == secrets
    assert len({*secrets.model_dump().values()}) == 3
    assert path.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in path.iterdir())


def test_only_one_process_may_use_it(tmp_path: Path) -> None:
    with DataDirectory.open(tmp_path) as data:
        data.write_run(RUN)
        with (
            pytest.raises(ConfigurationError, match=r"already running in .* at http://127\.0\.0\.1:8000;"),
            DataDirectory.open(tmp_path),
        ):
            pass
    with DataDirectory.open(tmp_path):
        pass


def test_a_running_instance_is_found_only_while_it_runs(tmp_path: Path) -> None:
    assert running_instance(tmp_path / "none") is None
    with DataDirectory.open(tmp_path) as data:
        data.write_run(RUN)
        assert running_instance(tmp_path) == RUN
    assert running_instance(tmp_path) is None
    with DataDirectory.open(tmp_path) as data:
        assert data.last_run() == RUN
        data.clear_run()
        assert data.last_run() is None


@pytest.mark.parametrize(
    ("marker", "sentence"),
    [('{"format": 2}', "another version of Greenway"), ("something", "was not created by Greenway")],
)
def test_a_directory_of_another_format_is_refused(tmp_path: Path, marker: str, sentence: str) -> None:
    (tmp_path / "greenway.json").write_text(marker)
    with pytest.raises(ConfigurationError, match=sentence), DataDirectory.open(tmp_path):
        pass


def test_a_directory_whose_making_was_interrupted_is_taken(tmp_path: Path) -> None:
    (tmp_path / "greenway.json").touch()
    with DataDirectory.open(tmp_path):
        pass
    with DataDirectory.open(tmp_path):
        pass


def test_a_file_is_no_data_directory(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(ConfigurationError, match="cannot be used as the data directory"),
        DataDirectory.open(tmp_path / "file"),
    ):
        pass


@pytest.mark.parametrize("mode", [0o777, 0o775, 0o702, 0o1777])
def test_a_directory_that_others_can_write_to_is_closed_with_a_sentence(tmp_path: Path, mode: int) -> None:
    tmp_path.chmod(mode)
    said: list[str] = []
    with DataDirectory.open(tmp_path, said.append) as data:
        data.secrets()
    assert tmp_path.stat().st_mode & 0o777 == 0o700
    assert said == [f"Other users could write to {tmp_path}; now only you can use it."]
    with DataDirectory.open(tmp_path, said.append):
        pass
    assert len(said) == 1


def test_one_that_others_can_only_read_stays_as_it_is(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with DataDirectory.open(tmp_path, pytest.fail):
        assert tmp_path.stat().st_mode & 0o777 == 0o755


def test_a_shared_directory_with_something_else_in_it_is_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(ConfigurationError, match="contains other files"), DataDirectory.open(tmp_path):
        pass
    assert tmp_path.stat().st_mode & 0o777 == 0o777


needs_root = pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root gives files away")


def to_another_user(path: Path) -> None:
    os.chown(path, 1, 1, follow_symlinks=False)


@needs_root
def test_a_directory_of_another_user_is_refused_and_not_followed(tmp_path: Path) -> None:
    with DataDirectory.open(tmp_path) as data:
        data.write_run(RUN)
        assert running_instance(tmp_path) == RUN
        to_another_user(tmp_path)
        assert running_instance(tmp_path) is None
    with pytest.raises(ConfigurationError, match="belongs to another user"), DataDirectory.open(tmp_path):
        pass
    link = tmp_path.with_name("link")
    link.symlink_to(tmp_path)
    with pytest.raises(ConfigurationError, match="belongs to another user"), DataDirectory.open(link):
        pass


@needs_root
@pytest.mark.parametrize(
    "plant",
    [
        lambda path: (path / "run.json").touch(),
        lambda path: (path / "run.json").symlink_to("/etc/passwd"),
        lambda path: (path / "logs").mkdir(),
    ],
)
def test_what_another_user_has_put_into_it_is_refused(tmp_path: Path, plant: Callable[[Path], object]) -> None:
    with DataDirectory.open(tmp_path):
        pass
    tmp_path.chmod(0o777)
    plant(tmp_path)
    for entry in tmp_path.iterdir():
        if entry.name != "greenway.json":
            to_another_user(entry)
    with pytest.raises(ConfigurationError, match="in it is not yours"), DataDirectory.open(tmp_path):
        pass


def test_nothing_runs_in_a_directory_that_others_can_write_to(tmp_path: Path) -> None:
    with DataDirectory.open(tmp_path) as data:
        data.write_run(RUN)
        tmp_path.chmod(0o770)
        assert running_instance(tmp_path) is None


@pytest.mark.parametrize(
    ("output", "reason"),
    [
        (
            'The files belong to nobody.\ninitdb: error: could not create directory "pg_wal": No space left on device\n'
            'initdb: removing contents of data directory "data"\n',
            'could not create directory "pg_wal": No space left on device',
        ),
        ("2026 UTC [1] FATAL:  could not write\nchild process exited with exit code 1\n", "could not write"),
        ("out of memory\n", "out of memory"),
        ("", "it gave no reason"),
    ],
)
def test_the_reason_of_postgresqls_programs_is_the_fault_and_not_what_they_did_about_it(
    output: str, reason: str
) -> None:
    assert why_it_failed(output) == reason
