"""Findings on contributions get the proposal that a knowing colleague would make."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Triple, parse

from kg.errors import Text
from kg.namespaces import SH
from kg.rdf.bulk import columns_of
from kg.rdf.dataset import rdf_files
from kg.rdf.read import read_quads
from kg.settings import Project, read_project
from kg.validate.engine import validate
from kg.validate.graph import graph_of
from kg.validate.paths import Step
from kg.validate.proposals import MOST, with_proposals
from kg.validate.proposals_known import Known
from kg.validate.report import Proposal, Report, Result
from kg.validate.shape_reader import read_shapes
from kg.validate.terms import declared, undeclared

PADERBORN = "municipality:05774032"
OWN = """@prefix t: <https://example.org/> .
t:Shape a sh:NodeShape ; sh:targetNode t:a ;
  sh:property [ sh:path t:count ; sh:minInclusive 5 ; sh:maxInclusive 9 ; sh:datatype xsd:integer ] ,
    [ sh:path t:text ; sh:minLength 3 ; sh:maxLength 5 ] ,
    [ sh:path t:begin ; sh:lessThan t:end ; sh:or ( [ sh:datatype xsd:date ] [ sh:datatype xsd:gYear ] ) ] ,
    [ sh:path t:one ; sh:disjoint t:other ] , [ sh:path t:title ; sh:uniqueLang true ] ,
    [ sh:path t:tongue ; sh:languageIn ( "de" ) ] , [ sh:path t:flag ; sh:datatype xsd:boolean ] ,
    [ sh:path t:size ; sh:datatype xsd:decimal ] , [ sh:path t:link ; sh:nodeKind sh:IRI ] ,
    [ sh:path t:list ; sh:in ( "rot" "gelb" "grün" ) ] , [ sh:path t:must ; sh:hasValue t:this ] ,
    [ sh:path t:two ; sh:maxCount 1 ] , [ sh:path t:never ; sh:maxCount 0 ] ;
  sh:property [ sh:path t:shut ; sh:node [ sh:closed true ; sh:property [ sh:path t:name ] ] ] .
t:T t:must t:this .
"""  # noqa: E501


@dataclass(frozen=True)
class World:
    """The project's ontology, shapes and part of its data, with shapes of the test."""

    project: Project
    known: Known
    triples: frozenset[Triple]
    """What contributions are validated with: the ontology and the municipalities."""

    def turtle(self, text: str) -> list[Triple]:
        prefixes = {**self.project.prefixes, "t": "https://example.org/"}
        head = "".join(f"@prefix {name}: <{space}> .\n" for name, space in prefixes.items())
        return [quad.triple for quad in parse((head + text).encode(), RdfFormat.TURTLE)]

    def findings(self, text: str) -> list[Result]:
        own = self.turtle(text)
        graph = graph_of(columns_of(self.triples.union(own)))
        subjects = {str(triple.subject) for triple in own}
        found = validate(graph, self.known.plan).results
        report = Report(tuple(each for each in found if each.focus in subjects))
        return list(with_proposals(report, self.known.within(graph)).results)

    def proposal(self, text: str, path: str) -> Proposal | None:
        """The one proposal for what is wrong with a property."""
        name = str(self.turtle(f"t:x {path} 1 .")[0].predicate)
        found = [each for each in self.findings(text) if each.path == name]
        assert found
        proposals = {each.proposal for each in found}
        assert len(proposals) == 1
        return proposals.pop()


@pytest.fixture(scope="module")
def world(repository: Path) -> World:
    project = read_project(repository)
    files = rdf_files(repository / "ontology")
    ontology = [quad.triple for path in files for quad in read_quads(path)]
    data = [
        path
        for path in rdf_files(repository / "data")
        if "documents" in path.parts or PADERBORN in path.read_text()
    ]
    triples = frozenset(ontology).union(quad.triple for path in data for quad in read_quads(path))
    few = [triple for triple in triples if "/id/municipality/" in str(triple.subject)]
    quads = [quad for path in rdf_files(repository / "shapes") for quad in read_quads(path)]
    head = "".join(f"@prefix {name}: <{space}> .\n" for name, space in project.prefixes.items())
    own = parse((head + OWN).encode(), RdfFormat.TURTLE)
    shapes = [quad.triple for quad in (*quads, *own)]
    plan = read_shapes(shapes, project.prefixes)
    prefixes = {**project.prefixes, "t": "https://example.org/"}
    known = Known(
        graph_of(columns_of(triples)), prefixes=prefixes, declared=declared(ontology), plan=plan
    )
    return World(project, known, frozenset(ontology).union(few))


MEMBER = "t:a a org:Membership ; org:member "


@pytest.mark.parametrize(
    ("body", "path", "old", "new"),
    [
        # Keys of municipalities: a zero got lost, digits were swapped, a name in place of a key.
        (MEMBER + "municipality:5774032 .", "org:member", "municipality:5774032", PADERBORN),
        (MEMBER + "municipality:05774023 .", "org:member", "municipality:05774023", PADERBORN),
        (MEMBER + "municipality:Paderborn .", "org:member", "municipality:Paderborn", PADERBORN),
        (MEMBER + "municipality:Padeborn .", "org:member", "municipality:Padeborn", PADERBORN),
        (MEMBER + "territory:05774032 .", "org:member", "territory:05774032", PADERBORN),
        (MEMBER + '"Paderborn" .', "org:member", '"Paderborn"', PADERBORN),
        (MEMBER + '"municipality:05774032" .', "org:member", '"municipality:05774032"', PADERBORN),
        (MEMBER + '"https://w3id.org/kommunalgraph/id/municipality/05774032" .', "org:member",
         '"https://w3id.org/kommunalgraph/id/municipality/05774032"', PADERBORN),
        # Codes by their labels, in German and English, and misspelt.
        ("t:a a org:Membership ; org:role role:mitglied .", "org:role", "role:mitglied",
         "role:member"),
        ("t:a a org:Membership ; org:role role:membre .", "org:role", "role:membre", "role:member"),
        ("t:a a org:Membership ; org:role 'Mitglied'@de .", "org:role", "'Mitglied'@de",
         "role:member"),
        ("t:a a org:Membership ; kgo:intensity 'eng' .", "kgo:intensity", "'eng'", "intensity:eng"),
        ("t:a t:list 'gruen' .", "t:list", "'gruen'", "'grün'"),
        # Official keys as texts.
        ("t:a a kgo:Municipality ; kgo:ags '5774032' .", "kgo:ags", "'5774032'", "'05774032'"),
        ("t:a a kgo:Municipality ; kgo:ags '05774 032' .", "kgo:ags", "'05774 032'", "'05774032'"),
        # Datatypes.
        ("t:a a org:Membership ; schema:validFrom '1.5.2023' .", "schema:validFrom", "'1.5.2023'",
         "'2023-05-01'^^xsd:date"),
        ("t:a a org:Membership ; schema:validFrom 'Mai 2023'@de .", "schema:validFrom",
         "'Mai 2023'@de", "'2023-05'^^xsd:gYearMonth"),
        ("t:a a org:Membership ; schema:validFrom 2023 .", "schema:validFrom", "2023",
         "'2023'^^xsd:gYear"),
        ("t:a t:flag 'wahr' .", "t:flag", "'wahr'", "true"),
        ("t:a t:size '12.345,6' .", "t:size", "'12.345,6'", "12345.6"),
        ("t:a t:count '7' .", "t:count", "'7'", "7"),
        ("t:a t:link 'https://example.org/x' .", "t:link", "'https://example.org/x'",
         "<https://example.org/x>"),
        ("t:a t:tongue 'ja'@deu .", "t:tongue", "'ja'@deu", "'ja'@de"),
        ("t:a t:tongue 'ja' .", "t:tongue", "'ja'", "'ja'@de"),
        # The item of Wikidata, not its page.
        ("organization:x a kgo:Association ; skos:exactMatch <https://www.wikidata.org/wiki/Q2> .",
         "skos:exactMatch", "<https://www.wikidata.org/wiki/Q2>", "wd:Q2"),
    ],
)  # fmt: skip
def test_what_was_meant(world: World, body: str, path: str, old: str, new: str) -> None:
    """The value that was meant is proposed in place of the one that stands there."""
    found = world.proposal(body, path)
    old, new = (str(world.turtle(f"t:x t:y {term} .")[0].object) for term in (old, new))
    assert found
    assert found.replace == (old, new)
    assert found.text.de.endswith(("?", "."))
    assert world.known.short(new) in found.text.de
    assert world.known.short(new) in found.text.en


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (MEMBER + "municipality:99999999 .", "org:member"),
        (MEMBER + "organization:ganz-etwas-anderes .", "org:member"),
        (MEMBER + '"Zzyzx Qwertz" .', "org:member"),
        ("t:a a org:Membership ; org:role role:xylophon .", "org:role"),
        ("t:a a org:Membership ; schema:validFrom '01/02/2023' .", "schema:validFrom"),
        ("t:a a org:Membership ; schema:validFrom 'bald' .", "schema:validFrom"),
        ("t:a t:size '1.234,5,6' .", "t:size"),
        ("t:a t:flag 'vielleicht' .", "t:flag"),
        ("t:a t:list 'violett' .", "t:list"),
    ],
)
def test_nothing_near_nothing_proposed(world: World, body: str, path: str) -> None:
    """What has two readings or no neighbour is not guessed."""
    assert world.proposal(body, path) is None


@pytest.mark.parametrize(
    ("body", "path", "statement"),
    [
        ("cooperation:x a kgo:Cooperation .", "kgo:cooperationKind",
         "cooperation:x kgo:cooperationKind cooperation-kind:"),
        ("t:a a org:Membership .", "org:member", "t:a org:member municipality:"),
        ("t:a a org:Membership .", "kgo:passage", 't:a kgo:passage "'),
        ("organization:x a kgo:Association .", "skos:prefLabel",
         'organization:x skos:prefLabel "…"@de .'),
        ("t:a t:count 7 .", "t:must", "t:a t:must t:this ."),
        ("topic:x a skos:Concept ; skos:prefLabel 'x'@de .", "skos:prefLabel",
         'topic:x skos:prefLabel "…"@en .'),
    ],
)  # fmt: skip
def test_missing_statement_as_turtle(world: World, body: str, path: str, statement: str) -> None:
    """What is missing comes as Turtle that shows the form; what is unknown is left blank."""
    found = world.proposal(body, path)
    assert found and found.turtle
    assert found.turtle.startswith(statement)
    assert ("…" in found.turtle) == ("t:this" not in found.turtle)
    filled = found.turtle.replace("municipality:…", PADERBORN).replace("-kind:…", "-kind:network")
    assert len(world.turtle(filled)) == 1
    name = str(world.turtle(f"t:x {path} 1 .")[0].predicate)
    after = [each.path for each in world.findings(body + "\n" + filled)]
    assert name not in after


def test_one_of_several_statements(world: World) -> None:
    """Where one of two properties is needed, both are named and one is given as Turtle."""
    found = [each for each in world.findings("document:x a kgo:PressArticle .") if not each.path]
    (proposal,) = [each.proposal for each in found]
    assert proposal and proposal.turtle
    assert proposal.text.de.startswith("Ergänzen Sie dct:")
    assert "dct:issued" in proposal.text.de and "dct:date" in proposal.text.de
    filled = proposal.turtle.replace("…", "2024-01-31")
    after = world.findings(f"document:x a kgo:PressArticle .\n{filled}")
    assert not [each for each in after if not each.path]


@pytest.mark.parametrize(
    ("body", "path", "de"),
    [
        ("t:a t:count 3 .", "t:count", "Erlaubt sind Werte ab 5."),
        ("t:a t:count 10 .", "t:count", "Erlaubt sind Werte bis 9."),
        ("t:a t:text 'ab' .", "t:text", "Der Text hat 2 Zeichen; erlaubt sind mindestens 3."),
        ("t:a t:text 'abcdéf' .", "t:text", "Der Text hat 6 Zeichen; erlaubt sind höchstens 5."),
        ("t:a t:begin '2022'^^xsd:gYear ; t:end '2020'^^xsd:gYear .", "t:begin",
         't:begin ist "2022"^^xsd:gYear, t:end ist "2020"^^xsd:gYear: Sind die beiden vertauscht?'),
        ("t:a t:one t:b ; t:other t:b .", "t:one", "t:b steht unter t:one und unter t:other: "
         "Entfernen Sie es an einer der beiden Stellen."),
        ("t:a t:title 'x'@de , 'y'@de , 'z'@en .", "t:title",
         'Behalten Sie je Sprache nur einen Text: "x"@de, "y"@de.'),
        ("t:a t:two 1 , 2 .", "t:two", "Es stehen da: 1, 2. An dieser Stelle darf nur ein Wert "
         "stehen."),
        ("t:a a org:Membership ; schema:validFrom '31.2.2023' .", "schema:validFrom",
         "Den 31.2.2023 gibt es nicht."),
        ("t:a t:size '250.000' .", "t:size", "Ist 250000.0 gemeint oder 250.0?"),
        ("t:a t:never 'x' .", "t:never", 'Entfernen Sie "x".'),
        ("t:a t:link 'kein Verweis' .", "t:link", "Schreiben Sie eine Adresse, etwa <https://…> "
         "oder einen Namen mit Präfix, ohne Anführungszeichen."),
        ("document:x a kgo:Document ; dct:title 'Ein Titel' .", "dct:title",
         'Geben Sie die Sprache an: "Ein Titel"@de oder "Ein Titel"@en.'),
    ],
)  # fmt: skip
def test_sentence_says_what_to_do(world: World, body: str, path: str, de: str) -> None:
    """Where no single term mends it, a sentence says what is there and what is allowed."""
    found = world.proposal(body, path)
    assert found
    assert found.text.de == de
    assert found.text.en != de
    assert found.replace is None


def test_property_of_a_closed_shape(world: World) -> None:
    """A property that is not allowed gets the nearest that is."""
    closed = next(
        shape
        for shape in world.known.plan.shapes
        if any(each.component == f"{SH}ClosedConstraintComponent" for each in shape.constraints)
    )
    finding = Result(
        "Violation",
        Text(de="", en=""),
        "<https://example.org/b>",
        path="<https://example.org/nmae>",
        tree=Step("<https://example.org/nmae>"),
        component=f"{SH}ClosedConstraintComponent",
        source_shape=closed.node,
    )
    found = with_proposals(Report((finding,)), world.known).results[0].proposal
    assert found and found.replace
    assert found.replace == ("<https://example.org/nmae>", "<https://example.org/name>")


@pytest.mark.parametrize(
    ("body", "old", "new"),
    [
        ("t:a org:membre t:b .", "org:membre", "org:member"),
        ("t:a dct:member t:b .", "dct:member", "org:member"),
        ("t:a a kgo:Cooperaton .", "kgo:Cooperaton", "kgo:Cooperation"),
    ],
)
def test_term_that_nobody_declares(world: World, body: str, old: str, new: str) -> None:
    """An unknown property or class gets the nearest declared one, also from another namespace."""
    terms = frozenset(
        iri[1:-1] for kind in (True, False) for iri in world.known.declared(classes=kind).terms
    )
    (finding,) = undeclared(world.turtle(body), terms, world.known.prefixes)
    found = with_proposals(Report((finding,)), world.known).results[0].proposal
    assert found and found.replace
    assert tuple(map(world.known.short, found.replace)) == (old, new)


def test_label_of_a_declared_term(world: World) -> None:
    """A property named by its German label is found by it."""
    finding = Result(
        "Violation",
        Text(de="", en=""),
        "<https://example.org/a>",
        path="<https://w3id.org/kommunalgraph/ns#leitet>",
        rule="undeclared-term",
    )
    found = with_proposals(Report((finding,)), world.known).results[0].proposal
    assert found and found.replace
    assert world.known.short(found.replace[1]) == "kgo:leads"


def test_proposal_that_is_there_stays(world: World) -> None:
    """A finding that has a proposal keeps it."""
    own = Proposal(Text(de="so", en="so"))
    finding = Result("Info", Text(de="", en=""), "<https://e/>", proposal=own)
    assert with_proposals(Report((finding,)), world.known).results[0].proposal is own


def test_words_of_shacl_are_not_used(world: World) -> None:
    """A clerk reads no sh: in a proposal."""
    found = world.findings("t:a a org:Membership , kgo:Municipality , kgo:Document ; t:never 1 .")
    texts = [each.proposal.text for each in found if each.proposal]
    assert len(texts) > 5
    assert not [text for text in texts if "sh:" in text.de or "sh:" in text.en]


def test_twenty_findings_cost_little(world: World) -> None:
    """Once warm, proposals for a contribution of twenty findings are no work to speak of."""
    names = [f"municipality:577403{n}" for n in range(10)] + [f"role:mitgl{n}" for n in range(10)]
    body = " ".join(
        f"t:a{number} a org:Membership ; {'org:member' if number < 10 else 'org:role'} {name} ."
        for number, name in enumerate(names)
    )
    graph = graph_of(columns_of(world.triples.union(world.turtle(body))))
    found = [each for each in validate(graph, world.known.plan).results if each.value]
    report = Report(tuple(found[:20]))
    assert len(report.results) == 20
    with_proposals(report, world.known.within(graph))
    start = time.process_time()
    with_proposals(report, world.known.within(graph))
    assert time.process_time() - start < 1


def test_large_reports_are_not_held_up(world: World) -> None:
    """Findings after the first thousand get no proposal."""
    found = world.findings("t:a t:flag 'wahr' .")
    wrong = replace(next(each for each in found if each.value), proposal=None)
    many = with_proposals(Report((wrong,) * (MOST + 5)), world.known).results
    assert [bool(each.proposal) for each in many] == [True] * MOST + [False] * 5
