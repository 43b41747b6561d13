"""The data directory: ours or not, used by one process at a time, with secrets that stay."""

from pathlib import Path

import pytest

from app.core.errors import ConfigurationError
from app.embedded.data_dir import DataDirectory, Run, running_instance

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
    [('{"format": 2}', "another version of Greenway"), ("something", "is not Greenway's")],
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
        pytest.raises(ConfigurationError, match="can't be used as data directory"),
        DataDirectory.open(tmp_path / "file"),
    ):
        pass
