"""The server that the clients of others are pointed at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.protocol.project import write_project
from tests.protocol.served import Served, serving

from kg.publish.build import build


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server of the project of tests/protocol, with the options it has without any."""
    project = write_project(tmp_path_factory.mktemp("clients"))
    built = build(project)
    assert built.path is not None, built.report
    with serving(project.root, tmp_path_factory.mktemp("served") / "log") as server:
        yield server
