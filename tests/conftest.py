"""Fixtures of all tests: the repository, its published graph and tiny projects."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from tests.helpers import CONFIG

from kg.publish.build import build
from kg.publish.versions import Version, current, open_current
from kg.settings import Project, read_project
from kg.validate.render import as_text

settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

PARTS = ("kg.toml", "ontology", "shapes", "data", "queries", "pages", "samples")
Tiny = Callable[[Mapping[str, str | bytes]], Project]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of this repository."""
    return Path(__file__).parents[1]


@pytest.fixture(scope="session")
def published_project(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project of this repository, built once for all workers of pytest-xdist."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    root = shared / "kommunalgraph"
    with (shared / "kommunalgraph.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if current(root / "build") is None:
            copy_project(repository, root)
            project = read_project(root)
            built = build(project)
            assert built.path, as_text(built.report, "en", project.prefixes)
    return root


@pytest.fixture(scope="session")
def published(published_project: Path) -> Version:
    """The published version of the project of this repository."""
    return open_current(published_project / "build")


@pytest.fixture
def tiny(tmp_path: Path) -> Tiny:
    """Write a project of the given file texts, with a kg.toml if there is none among them."""

    def write(files: Mapping[str, str | bytes]) -> Project:
        for name, content in {"kg.toml": CONFIG, **files}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_project(tmp_path)

    return write


def copy_project(source: Path, target: Path) -> None:
    """Copy what a project consists of, without what was built from it."""
    target.mkdir(exist_ok=True)
    for name in PARTS:
        if (source / name).is_dir():
            shutil.copytree(source / name, target / name, dirs_exist_ok=True)
        else:
            shutil.copy(source / name, target / name)
