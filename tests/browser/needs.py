"""What the tests of this folder need from the machine, and what happens where it is not there.

Without it they are skipped; where `KG_BROWSER` is `require` or `CI` is set they fail.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

MODULES = Path(__file__).parents[2] / "ui" / "node_modules"
"""Where `npm ci` in ui/ puts what only tests need."""


def chromium() -> str:
    """The path of Debian's Chromium, or of the one that `KG_CHROMIUM` names."""
    named = os.environ.get("KG_CHROMIUM") or shutil.which("chromium")
    return named or missing("chromium is not installed (apt-get install chromium)")


def module_file(name: str) -> Path:
    """A file of an npm package that ui/package.json lists for development."""
    path = MODULES / name
    return path if path.exists() else missing(f"{name} is not in {MODULES} (npm ci in ui/)")


def java() -> str:
    """The path of Java, which the validator of HTML runs on."""
    return shutil.which("java") or missing("java is not installed (default-jre-headless)")


def is_required() -> bool:
    """Whether a test must fail, not be skipped, for want of a program."""
    return os.environ.get("KG_BROWSER") == "require" or bool(os.environ.get("CI"))


def missing(what: str) -> NoReturn:
    """Skip the test, or fail it where everything has to be there."""
    if is_required():
        pytest.fail(what, pytrace=False)
    pytest.skip(what)
