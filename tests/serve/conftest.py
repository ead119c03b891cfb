"""A tiny project about beetles, built for real and served in this process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.serve.helpers import Client, write_project

from kg.publish.build import build
from kg.publish.versions import Version, open_current
from kg.serve.app import create_app
from kg.settings import Project


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project, built."""
    made = write_project(tmp_path_factory.mktemp("beetles"))
    built = build(made)
    assert built.path is not None, built.report
    return made


@pytest.fixture(scope="session")
def version(project: Project) -> Version:
    """Its version, opened."""
    return open_current(project.build_dir)


@pytest.fixture(scope="session")
def client(project: Project, version: Version) -> Iterator[Client]:
    """A client of the application on that version."""
    with Client(create_app(project, version)) as client:
        yield client
