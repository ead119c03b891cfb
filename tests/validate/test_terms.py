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


def test_nearest_term_is_proposed() -> None:
    """A misspelt property and a misspelt class each get the nearest declared term."""
    data = triples("e:ann a e:Persn ; e:membrOf e:club .")
    found = undeclared(data, declared(ONTOLOGY), PREFIXES)
    assert sorted(result.message.en for result in found) == [
        "The class e:Persn is not declared anywhere. Did you mean e:Person?",
        "The property e:membrOf is not declared anywhere. Did you mean e:memberOf?",
    ]
    assert all("Meinten Sie e:" in result.message.de for result in found)
    assert {result.severity for result in found} == {"Violation"}


def test_nothing_near() -> None:
    """Where nothing is near, nothing is proposed."""
    (result,) = undeclared(triples("e:a e:zzz e:b ."), declared(ONTOLOGY), PREFIXES)
    assert result.message.en == "The property e:zzz is not declared anywhere."


def test_built_in_vocabularies_need_no_declaration() -> None:
    """RDF, RDFS, OWL and SHACL are known; a graph without any ontology is not judged."""
    assert undeclared(ONTOLOGY, declared(ONTOLOGY), PREFIXES) == []
    assert undeclared(triples("e:a e:zzz e:b ."), frozenset(), PREFIXES) == []
