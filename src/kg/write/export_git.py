"""Which files git could not bring back if they were overwritten."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

_SECONDS = 30


def at_risk(root: Path, paths: Sequence[Path]) -> list[Path]:
    """Return those of `paths`, existing files below `root`, of which git has no copy.

    That are files that are changed, new or ignored, and all where git does not answer.
    """
    if not paths:
        return []
    command = ["git", "-C", str(root), "status", "--porcelain", "-z", "--ignored"]
    command += ["--untracked-files=all", "--", *(str(path.resolve()) for path in paths)]
    quiet = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
    try:
        run = subprocess.run(
            command, capture_output=True, check=True, timeout=_SECONDS, env=quiet, text=True
        )
        top = subprocess.run(
            ["git", "-C", str(root), "rev-parse", "--show-toplevel"],
            capture_output=True,
            check=True,
            timeout=_SECONDS,
            env=quiet,
            text=True,
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return list(paths)
    home = Path(top.stdout.rstrip("\n")).resolve()
    names = {(home / entry[3:]).resolve() for entry in run.stdout.split("\0") if len(entry) > 3}
    return [path for path in paths if _named(path.resolve(), names)]


def _named(path: Path, names: set[Path]) -> bool:
    """Return whether git names the file, or a folder that is new as a whole."""
    return path in names or not names.isdisjoint(path.parents)
