"""Search, entity, answer, check and form work with JavaScript switched off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.browser import journey
from tests.browser.chromium import Manner
from tests.browser.conftest import Visiting
from tests.browser.journey import Traveller


@pytest.fixture
def who(visit: Visiting) -> Iterator[Traveller]:
    """A user whose browser runs no scripts."""
    manner = Manner(javascript=False)
    with visit(manner) as page:
        yield Traveller(page, manner)


def test_search_entity_and_answer(who: Traveller) -> None:
    """The officer gets as far as with scripts."""
    journey.find_bielefeld(who)
    journey.open_answer(who)
    journey.follow_derived_row(who)


def test_queries(who: Traveller) -> None:
    """A query runs on the server, and so does the search for its fault."""
    journey.run_example(who)
    journey.break_query(who)


def test_check(who: Traveller) -> None:
    """A contribution is checked, and its faults stand at their lines."""
    journey.check_faulty_contribution(who)


def test_form(who: Traveller) -> None:
    """The form keeps what was typed, names what is wrong, and gives Turtle in the end."""
    assert "org:organization cooperation:regiopolregion-bielefeld" in journey.fill_form(who)


def test_downloads(who: Traveller) -> None:
    """The council paper's table needs no scripts."""
    assert set(journey.download_council_table(who)) == {".odt", ".csv", ".md"}
