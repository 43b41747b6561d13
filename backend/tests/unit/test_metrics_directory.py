"""A worker that ends removes the directory of its metrics, if it has made that directory itself."""

import os
from pathlib import Path

import pytest

from app.core import metrics_directory
from app.core.metrics_directory import VARIABLE, choose_directory
from app.tasks import worker_signals


@pytest.fixture(autouse=True)
def _nothing_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics_directory, "_ours", None)
    monkeypatch.setenv(VARIABLE, "")  # so that what is chosen is forgotten afterwards
    monkeypatch.delenv(VARIABLE)


def test_what_the_worker_has_made_is_removed() -> None:
    choose_directory()
    made = Path(os.environ[VARIABLE])
    (made / "counter_1.db").touch()
    worker_signals._worker_ends()
    assert not made.exists()


def test_what_the_user_has_set_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "kept by others").touch()
    monkeypatch.setenv(VARIABLE, str(tmp_path))
    choose_directory()
    worker_signals._worker_ends()
    assert [path.name for path in tmp_path.iterdir()] == ["kept by others"]
