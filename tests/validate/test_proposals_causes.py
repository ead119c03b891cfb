"""Of a fault and what follows from it only the fault is shown, with what mends it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from kg.rdf.bulk import columns_of
from kg.rdf.dataset import source_of_text
from kg.rdf.formats import by_suffix
from kg.validate.engine import validate
from kg.validate.graph import graph_of
from kg.validate.places import with_places
from kg.validate.proposals import with_proposals
from kg.validate.proposals_known import Known
from kg.validate.report import Report, Result
from kg.validate.shape_reader import read_shapes
from kg.validate.terms import declared, undeclared

PREFIXES = {
    "e": "https://example.org/",
    "p": "https://example.org/person/",
    "d": "https://example.org/document/",
    "c": "https://example.org/club/",
    "dct": "http://purl.org/dc/terms/",
    "owl": "http://www.w3.org/2002/07/owl#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
HEAD = "".join(f"@prefix {name}: <{space}> .\n" for name, space in PREFIXES.items())
LINES = len(PREFIXES)
ONTOLOGY = """
e:Person a owl:Class . e:Club a owl:Class . e:Document a owl:Class .
skos:prefLabel a owl:AnnotationProperty ; rdfs:label "Bezeichnung"@de .
skos:altLabel a owl:AnnotationProperty . dct:source a owl:ObjectProperty .
e:memberOf a owl:ObjectProperty . e:founded a owl:DatatypeProperty . e:key a owl:DatatypeProperty .
"""
DATA = """
p:ann a e:Person ; e:memberOf c:rowing ; skos:prefLabel "Ann"@de .
p:ben a e:Person ; e:memberOf c:rowing ; skos:prefLabel "Ben"@de .
c:rowing a e:Club ; skos:prefLabel "Ruderverein"@de ; dct:source d:old ;
  e:founded "1900"^^xsd:gYear .
d:old a e:Document ; skos:prefLabel "Alt"@de .
"""
SHAPES = """
e:PersonShape a sh:NodeShape ; sh:targetClass e:Person ;
  sh:property [ sh:path e:memberOf ; sh:minCount 1 ] , [ sh:path e:memberOf ; sh:class e:Club ] ,
    [ sh:path e:telephone ; sh:maxCount 0 ] , [ sh:path e:spouse ; sh:maxCount 1 ] ,
    [ sh:path skos:prefLabel ; sh:qualifiedMinCount 1 ;
      sh:qualifiedValueShape [ sh:languageIn ( "de" ) ] ] .
e:ClubShape a sh:NodeShape ; sh:targetClass e:Club ;
  sh:pattern "^https://example.org/club/[a-z0-9-]+$" ;
  sh:property [ sh:path dct:source ; sh:minCount 1 ; sh:class e:Document ] ,
    [ sh:path e:founded ; sh:minCount 1 ; sh:datatype xsd:gYear ] .
"""


def parsed(text: str) -> list[Triple]:
    return [quad.triple for quad in parse((HEAD + text).encode(), RdfFormat.TURTLE)]


def findings(text: str, head: str = HEAD) -> list[Result]:
    """What is found in a file, beside the ontology and the data above."""
    form = by_suffix("a.ttl")
    assert form
    source = source_of_text(head + text, form, shown="a.ttl", graph="https://example.org/g")
    plan = read_shapes(parsed(SHAPES), PREFIXES)
    there = parsed(ONTOLOGY + DATA)
    terms = declared(there)
    own = list(source.triples())
    graph = graph_of(columns_of([*there, *own]))
    known = Known(graph_of(columns_of(there)), prefixes=PREFIXES, declared=terms, plan=plan).within(
        graph, [source]
    )
    subjects = {str(triple.subject) for triple in own}
    found = [each for each in validate(graph, plan).results if each.focus in subjects]
    report = Report((*undeclared(own, terms, PREFIXES), *found))
    return list(with_proposals(with_places(report, [source]), known).results)


LABEL = 'skos:prefLabel "Cem"@de'


@pytest.mark.parametrize(
    ("body", "old", "new", "place"),
    [
        # The property that is missing is the one that was meant, by name, by label, loosely.
        (f"p:c a e:Person ; {LABEL} ;\n e:membrOf c:rowing .", "e:membrOf", "e:memberOf", "2:2"),
        ('p:c a e:Person ; e:memberOf c:rowing ; skos:label "Cem"@de .', "skos:label",
         "skos:prefLabel", "1:40"),
        ('p:c a e:Person ; e:memberOf c:rowing ; e:bezeichnung "Cem"@de .', "e:bezeichnung",
         "skos:prefLabel", "1:40"),
        # A class stands for a class, whatever a property is called.
        (f"p:c a e:Person ; {LABEL} ; e:memberOf c:x .\n"
         "c:x a e:club ; dct:source d:old ; e:founded '1900'^^xsd:gYear .",
         "e:club", "e:Club", "2:7"),
        # A wrong language tag, and none: the text is there already.
        ("p:c a e:Person ; e:memberOf c:rowing ;\n skos:prefLabel 'Cem'@ger .", '"Cem"@ger',
         '"Cem"@de', "2:17"),
        ("p:c a e:Person ; e:memberOf c:rowing ;\n skos:prefLabel 'Cem' .", '"Cem"',
         '"Cem"@de', "2:17"),
        # Others refer to an address that is not well formed by the right one.
        (f"p:c a e:Person ; {LABEL} ; e:memberOf c:chess-club .\n"
         "c:chess_club a e:Club ; dct:source d:old ; e:founded '1900'^^xsd:gYear .",
         "c:chess_club", "c:chess-club", "2:1"),
        ("c:Bücher_Club a e:Club ; dct:source d:old ; e:founded '1900'^^xsd:gYear .",
         "c:Bücher_Club", "c:buecher-club", "1:1"),
        # A text in place of a class.
        ("d:new a 'Dokument' .", '"Dokument"', "e:Document", "1:9"),
    ],
)  # fmt: skip
def test_only_the_cause(body: str, old: str, new: str, place: str) -> None:
    """One fault is one finding, at its place, with the term to write instead."""
    (found,) = findings(body)
    assert found.proposal and found.proposal.replace
    known = Known(graph_of(columns_of([])), prefixes=PREFIXES)
    assert tuple(map(known.short, found.proposal.replace)) == (old, new)
    line, column = place.split(":")
    assert str(found.places[0]) == f"a.ttl:{int(line) + LINES}:{column}"


def test_refused_property_is_not_undeclared_as_well() -> None:
    """What a shape forbids is not told to be written under another name."""
    body = f"p:c a e:Person ; {LABEL} ; e:memberOf c:rowing ; e:telephone '1' , '2' ; e:phone '3' ."
    texts = [each.message.de for each in findings(body) if each.rule]
    assert texts == ["Die Eigenschaft e:phone ist nirgends deklariert."]


def test_thing_without_class() -> None:
    """It gets the class that others with this kind of address have; what asks for it is left."""
    (found,) = findings(f"p:c a e:Person ; {LABEL} ; e:memberOf c:x .\nc:x skos:prefLabel 'X'@de .")
    assert found.message.de == "c:x hat keine Klasse; erwartet wird: a e:Club"
    assert found.proposal and found.proposal.turtle == "c:x a e:Club ."
    assert str(found.places[0]) == f"a.ttl:{LINES + 2}:1"
    assert findings("e:anything skos:prefLabel 'X'@de .") == []
    assert findings("p:ann skos:altLabel 'A'@de .") == []


def test_source_of_the_file() -> None:
    """A missing source is the one that the file cites; no value of others is proposed."""
    club = "c:x a e:Club ; e:founded '1900'^^xsd:gYear ."
    (found,) = findings(f"e:graph dct:source d:old .\n{club}")
    assert found.proposal and found.proposal.turtle == "c:x dct:source d:old ."
    (found,) = findings(club)
    assert found.proposal and found.proposal.turtle == "c:x dct:source d:… ."
    (found,) = findings("c:x a e:Club ; dct:source d:old .")
    assert found.proposal and found.proposal.turtle == 'c:x e:founded "…"^^xsd:gYear .'
    assert 'etwa "2024"^^xsd:gYear' in found.proposal.text.de


def test_prefix_that_the_file_lacks() -> None:
    """The line to add stands in the proposal when the file does not declare the prefix."""
    head = "".join(line + "\n" for line in HEAD.splitlines() if not line.startswith("@prefix c:"))
    body = f"p:c a e:Person ; {LABEL} ; e:memberOf p:rowing ."
    (found,) = findings(body, head)
    assert found.proposal
    line = "@prefix c: <https://example.org/club/> ."
    assert found.proposal.text.de == (
        f"Ergänzen Sie am Anfang der Datei {line} Meinten Sie c:rowing (Ruderverein)?"
    )
    (found,) = findings(body)
    assert found.proposal and line not in found.proposal.text.de


@pytest.mark.parametrize(
    ("value", "right"),
    [
        ("c:rowin", "c:rowing"),
        ("c:newer", "c:newer-club"),
        ("<https://new.example/>", "c:newer-club"),
        ("'Ruder'", "c:rowing"),
        ("p:row", None),
    ],
)
def test_beginnings_and_pages(value: str, right: str | None) -> None:
    """A beginning counts in its own namespace, a foreign address by what has it as a value."""
    body = (
        "c:newer-club a e:Club ; dct:source d:old ; e:founded '1900'^^xsd:gYear ;\n"
        f"  e:key <https://new.example/> .\np:c a e:Person ; {LABEL} ; e:memberOf {value} ."
    )
    (found,) = findings(body)
    change = found.proposal.replace if found.proposal else None
    known = Known(graph_of(columns_of([])), prefixes=PREFIXES)
    assert (known.short(change[1]) if change else None) == right


def test_without_files_nothing_is_left_out() -> None:
    """For a whole project all findings stay."""
    known = Known(graph_of(columns_of(parsed(ONTOLOGY))), prefixes=PREFIXES)
    found = findings("p:c a e:Person ; e:membrOf c:rowing .")
    again = with_proposals(Report(tuple(replace(each, proposal=None) for each in found)), known)
    assert len(again.results) == len(found)
