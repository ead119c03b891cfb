"""The way of a town officer and of an engineer, in German and in English."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator

import pytest
from tests.browser import journey
from tests.browser.chromium import Manner
from tests.browser.conftest import Visiting
from tests.browser.journey import Traveller

MANNERS = (Manner(), Manner(lang="en"))


@pytest.fixture(params=MANNERS, ids=lambda manner: str(manner.lang))
def who(request: pytest.FixtureRequest, visit: Visiting) -> Iterator[Traveller]:
    """A user of German, then one of English."""
    with visit(request.param) as page:
        yield Traveller(page, request.param)


def test_officer(who: Traveller) -> None:
    """Finds Bielefeld, its answer, the proof of a derived row and the document behind it."""
    journey.find_bielefeld(who)
    journey.open_answer(who)
    journey.follow_derived_row(who)


def test_engineer(who: Traveller) -> None:
    """Runs an example, breaks it and sees where it is broken."""
    journey.run_example(who)
    journey.break_query(who)


def test_contributor(who: Traveller) -> None:
    """Checks a faulty contribution and sees the line."""
    journey.check_faulty_contribution(who)


def test_form(who: Traveller) -> None:
    """Fills the form of a membership and gets it as valid Turtle."""
    assert "municipality:05754028" in journey.fill_form(who)


def test_council_table(who: Traveller) -> None:
    """The table comes as a text document, as CSV and as Markdown, with partners and sources."""
    files = journey.download_council_table(who)
    with zipfile.ZipFile(files[".odt"]) as document:
        odt = document.read("content.xml").decode()
    texts = [odt, *(files[each].read_text(encoding="utf-8-sig") for each in (".csv", ".md"))]
    for text in texts:
        assert "Gütersloh" in text
        assert "Austausch zu Smart City" in text
