"""What is inferred is published with literals as they were written."""

from __future__ import annotations

import pytest
from tests.reason.engines import engine_of, published, rows_of

SUB = "e:v rdfs:subPropertyOf e:w . "


@pytest.mark.parametrize(
    ("given", "follows"),
    [
        (
            'e:x e:v "01"^^xsd:integer . e:C owl:maxCardinality "1"^^xsd:nonNegativeInteger .',
            'e:x e:w "01"^^xsd:integer .',
        ),
        ('e:x e:v "01"^^xsd:integer .', 'e:x e:w "01"^^xsd:integer .'),
        (
            'e:x e:v "2" , "01"^^xsd:integer . e:y e:v 1 .',
            'e:x e:w "2" , "01"^^xsd:integer . e:y e:w 1 .',
        ),
    ],
    ids=["form-of-an-axiom", "form-of-the-vocabulary", "form-of-each-statement"],
)
def test_form_is_kept(given: str, follows: str) -> None:
    """Of equal literals, the one is published that the statement had from which it follows."""
    found = {row for row in published(engine_of(rows_of(SUB + given))) if row[1].endswith("w>")}
    assert found == set(rows_of(follows))
