"""Terms that nothing declares are found, with the nearest declared one."""

from __future__ import annotations

from tests.helpers import triples

from kg.validate.terms import declared, undeclared

PREFIXES = {"e": "https://example.org/"}
ONTOLOGY = triples(
    "e:Person a owl:Class . e:memberOf a owl:ObjectProperty . e:name a rdf:Property ."
)


def test_declared() -> None:
    """Classes and properties of every kind are declared terms; other subjects are not."""
    found = declared([*ONTOLOGY, *triples("e:ann a e:Person .")])
    assert found == {f"https://example.org/{name}" for name in ("Person", "memberOf", "name")}


def test_each_undeclared_term_is_found() -> None:
    """A misspelt property and a misspelt class are found once a subject; nothing is guessed yet."""
    data = triples("e:ann a e:Persn ; e:membrOf e:club , e:team .")
    found = undeclared(data, declared(ONTOLOGY), PREFIXES)
    assert sorted(result.message.en for result in found) == [
        "The class e:Persn is not declared anywhere.",
        "The property e:membrOf is not declared anywhere.",
    ]
    assert {result.severity for result in found} == {"Violation"}
    assert {result.proposal for result in found} == {None}


def test_built_in_vocabularies_need_no_declaration() -> None:
    """RDF, RDFS, OWL and SHACL are known; a graph without any ontology is not judged."""
    assert undeclared(ONTOLOGY, declared(ONTOLOGY), PREFIXES) == []
    assert undeclared(triples("e:a e:zzz e:b ."), frozenset(), PREFIXES) == []
