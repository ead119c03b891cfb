"""A contradiction becomes a violation that names its statements and where they stand."""

from __future__ import annotations

from tests.conftest import Tiny
from tests.helpers import HEADER

from kg.rdf.dataset import load
from kg.reason.closure import Contradiction
from kg.validate.contradictions import contradiction_report

E = "https://example.org/"
TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


def test_statements_and_places(tiny: Tiny) -> None:
    """Both statements are in the message, in short form, and both places are given."""
    dataset = load(tiny({"data/a.ttl": HEADER + "e:x a e:Cat ,\n  e:Dog .\n"}))
    kinds = [(f"<{E}x>", TYPE, f"<{E}{name}>") for name in ("Cat", "Dog")]
    report = contradiction_report(
        [Contradiction("cax-dw", tuple(kinds))], dataset.sources, dataset.project.prefixes
    )
    (result,) = report.results
    assert not report.valid
    assert "e:x a e:Cat ; e:x a e:Dog" in result.message.en
    assert "Widerspruch" in result.message.de
    assert [str(place) for place in result.places] == ["data/a.ttl:2:7", "data/a.ttl:3:3"]
    assert result.rule == "cax-dw"


def test_no_contradiction(tiny: Tiny) -> None:
    """Without contradictions the report is empty."""
    dataset = load(tiny({"data/a.ttl": HEADER + "e:x a e:Cat .\n"}))
    assert contradiction_report([], dataset.sources, {}).conforms
