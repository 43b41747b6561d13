"""A web app that cannot be built says so each time, and an old build never passes for a fresh one."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

BUILD = Path(__file__).resolve().parents[3] / "frontend" / "build.py"
NPM = """#!/bin/sh
[ "$1" = run ] || exit 0
! grep -q broken app.ts
"""


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, over sources of one file, with an npm that takes it unless it is broken."""
    spec = importlib.util.spec_from_file_location("frontend_build", BUILD)
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    npm, lock = tmp_path / "node_modules" / "npm", tmp_path / "package-lock.json"
    lock.touch()
    npm.parent.mkdir()
    npm.write_text(NPM)
    npm.chmod(0o755)
    (npm.parent / ".package-lock.json").touch()
    monkeypatch.setattr(script, "FRONTEND", tmp_path)
    monkeypatch.setattr(script, "BUILT", tmp_path / "node_modules" / "dist")
    monkeypatch.setattr(script, "MARK", tmp_path / "node_modules" / "built-from")
    monkeypatch.setattr(script, "_npm", lambda: ([str(npm)], {"PATH": "/usr/bin:/bin"}))
    return script


def test_a_build_that_fails_fails_again_until_it_is_mended(
    build: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "app.ts"
    source.write_text("fine")
    assert build.main([]) == 0
    source.write_text("broken")
    for _ in range(2):
        assert build.main([]) == 1
        assert "npm run failed" in capsys.readouterr().err
    source.write_text("fine")
    assert build.main([]) == 0


def test_without_node_the_rest_works(
    build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_node() -> None:
        raise build.NoBuild("There is no Node.")

    (tmp_path / "app.ts").write_text("fine")
    monkeypatch.setattr(build, "_npm", no_node)
    assert build.main([]) == 0
    assert "The web app is not built. There is no Node." in capsys.readouterr().err
