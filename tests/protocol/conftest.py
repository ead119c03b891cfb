"""One project, built once, and the servers that the tests of these folders share."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.protocol.project import write_project
from tests.protocol.served import KG, Served, Trap, serving, trapping

from kg.publish.build import build

LIMIT = 1.0
"""The time limit of the tight server, in seconds."""
WORKERS = 2
"""How many workers it has."""
WORKERS_OF_SERVED = 4
"""How many workers the other server has."""


@pytest.fixture(scope="session")
def protocol_project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the project, built."""
    project = write_project(tmp_path_factory.mktemp("protocol"))
    built = build(project)
    assert built.path is not None, built.report
    return project.root


@pytest.fixture(scope="session")
def served(protocol_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with the options that `kg serve` has without any."""
    log = tmp_path_factory.mktemp("served") / "log"
    with serving(protocol_project, log) as server:
        yield server


@pytest.fixture(scope="session")
def trap() -> Iterator[Trap]:
    """A listener that nobody may call."""
    with trapping() as listener:
        yield listener


@pytest.fixture(scope="session")
def hostile(protocol_project: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with tight limits, for queries and clients that mean no good."""
    log = tmp_path_factory.mktemp("hostile") / "log"
    with serving(protocol_project, log, *limits(timeout=LIMIT)) as server:
        yield server


def limits(*, timeout: float) -> list[str]:
    """The options for a tight server, as far as this `kg serve` has them."""
    told = subprocess.run([*KG, "serve", "--help"], capture_output=True, text=True, check=True)
    wanted = {"--timeout": f"{timeout:g}", "--workers": str(WORKERS)}
    return [each for name in wanted if name in told.stdout for each in (name, wanted[name])]
