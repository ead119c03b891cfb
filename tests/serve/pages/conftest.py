"""The site of a library with unusual resources, built once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.serve.helpers import Client
from tests.serve.pages.library_site import served
from tests.serve.pages.linked_site import FILES
from tests.serve.pages.overview_site import FILES as OVERVIEW


@pytest.fixture(scope="session")
def linked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of the library with what `linked_site` adds."""
    with served(tmp_path_factory.mktemp("linked"), FILES) as client:
        yield client


@pytest.fixture(scope="session")
def overview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of the library with what `overview_site` adds."""
    with served(tmp_path_factory.mktemp("overview"), OVERVIEW) as client:
        yield client
