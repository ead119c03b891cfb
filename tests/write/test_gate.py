"""The gate of a project: shapes, declared terms and contradictions decide what lasts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.conftest import Tiny
from tests.helpers import HEADER, TINY

from kg.publish.build import build
from kg.settings import Project
from kg.write.change import About
from kg.write.gate import ProjectGate
from kg.write.options import WriteOptions
from kg.write.requests import Document, GraphWrite, Outcome, Request, Revert, UpdateText
from kg.write.state import Mode, opened
from kg.write.writer import Writer

ME = About("me", "update")
FILES = {
    **TINY,
    "ontology/o.ttl": TINY["ontology/o.ttl"] + "e:Other a owl:Class ; owl:disjointWith e:Thing .\n",
    "data/n.ttl": HEADER + 'e:a rdfs:label "007" ; e:number "007"^^xsd:integer .\n',
    "ontology/p.ttl": HEADER + "e:number a owl:DatatypeProperty .\n",
}
SHAPES = "https://example.org/graph/shapes/s"


@pytest.fixture
def project(tiny: Tiny) -> Project:
    """A tiny project that is built."""
    project = tiny(FILES)
    assert build(project).path
    return project


@pytest.fixture
def writer(project: Project) -> Iterator[Writer]:
    """Its writer."""
    with opened(project, Mode()) as state:
        found = Writer(state, WriteOptions())
        found.start()
        yield found


def ask(writer: Writer, text: str, *, may_publish: bool = True, dry_run: bool = False) -> Outcome:
    """What comes of an update."""
    request = Request(UpdateText(text), ME, may_publish=may_publish, dry_run=dry_run)
    (outcome,) = writer.handle([request])
    return outcome


def holds(writer: Writer, pattern: str) -> bool:
    """Whether a pattern is found in the writer's store."""
    prefix = "PREFIX e: <https://example.org/> "
    return bool(writer._state.store.query(f"{prefix} ASK {{ {pattern} }}"))


def messages(outcome: Outcome) -> list[str]:
    """The findings, in English."""
    return [each["message"]["en"] for each in (outcome.report or {"results": []})["results"]]


def test_what_follows_comes_and_goes(writer: Writer) -> None:
    """A symmetric statement is inferred in its graph and in the union, and not after a revert."""
    outcome = ask(writer, "INSERT DATA { GRAPH e:g { e:c a e:Thing ; e:knows e:a } }")
    assert (outcome.status, outcome.number, outcome.added) == ("committed", 1, 2)
    assert holds(writer, "GRAPH <https://example.org/graph/inferred> { e:a e:knows e:c }")
    assert holds(writer, "e:a e:knows e:c")
    (undone,) = writer.handle([Request(Revert(1), ME, may_publish=True)])
    assert (undone.status, undone.removed) == ("committed", 2)
    assert not holds(writer, "?x e:knows e:c")
    assert not holds(writer, "GRAPH ?g { e:a e:knows e:c }")


def test_what_is_stated_and_inferred_stays(writer: Writer) -> None:
    """A statement that also follows is inferred when nobody states it any more."""
    ask(writer, "INSERT DATA { GRAPH e:g { e:b e:knows e:a } }")
    assert not holds(writer, "GRAPH <https://example.org/graph/inferred> { e:b e:knows e:a }")
    ask(writer, "DELETE DATA { GRAPH e:g { e:b e:knows e:a } }")
    assert holds(writer, "GRAPH <https://example.org/graph/inferred> { e:b e:knows e:a }")
    assert holds(writer, "e:b e:knows e:a")


def test_a_violation_is_refused_and_leaves_nothing(writer: Writer) -> None:
    """The report says what is wrong; store, journal and version are as before."""
    before = set(writer._state.store)
    outcome = ask(writer, "INSERT DATA { GRAPH e:g { e:c a e:Thing } }")
    assert (outcome.status, messages(outcome)) == ("refused", ["alone"])
    assert set(writer._state.store) == before
    assert writer._state.journal.number == 0


def test_a_contradiction_is_refused(writer: Writer) -> None:
    """Two disjoint classes of one thing do not go together."""
    outcome = ask(writer, "INSERT DATA { GRAPH e:g { e:a a e:Other } }")
    assert outcome.status == "refused"
    assert "disjoint" in messages(outcome)[0]


def test_an_undeclared_term_is_refused(writer: Writer) -> None:
    """A misspelt property is found, and one that the same change declares is not."""
    assert ask(writer, "INSERT DATA { GRAPH e:g { e:a e:nows e:b } }").status == "refused"
    both = (
        "INSERT DATA { GRAPH <https://example.org/graph/ontology/o> { e:likes a rdf:Property } "
        "GRAPH e:g { e:a e:likes e:b } }"
    )
    assert ask(writer, both).status == "committed"
    later = "INSERT DATA { GRAPH e:g { e:b e:likes e:a } }"
    assert ask(writer, later).status == "committed"


def test_shapes_can_change(writer: Writer) -> None:
    """A shape that what is there does not fit is refused; without shapes everything fits."""
    stricter = (
        f"INSERT DATA {{ GRAPH <{SHAPES}> {{ e:More a sh:NodeShape ; sh:targetNode e:a ; "
        "sh:property [ sh:path e:knows ; sh:maxCount 0 ] } }"
    )
    assert ask(writer, stricter).status == "refused"
    broken = f"INSERT DATA {{ GRAPH <{SHAPES}> {{ e:ThingShape sh:property 5 }} }}"
    assert ask(writer, broken).fault == "syntax"
    assert ask(writer, "INSERT DATA { GRAPH e:g { e:c a e:Thing } }").status == "refused"
    assert ask(writer, f"CLEAR GRAPH <{SHAPES}>").status == "committed"
    assert ask(writer, "INSERT DATA { GRAPH e:g { e:c a e:Thing } }").status == "committed"


def test_a_number_of_a_file_is_found_by_its_value(writer: Writer) -> None:
    """What the file states as 007 is 7 in the store, and gone after it was removed there."""
    assert ask(writer, "DELETE WHERE { GRAPH ?g { e:a e:number ?n } }").removed == 1
    gate = writer._state.gate
    assert isinstance(gate, ProjectGate)
    graph = gate.checker.watched.graph
    assert not len(graph.of("<https://example.org/number>"))


def test_outside_of_graphs(writer: Writer) -> None:
    """What is inserted goes to a graph of its own; what is deleted is deleted wherever it is."""
    ask(writer, "INSERT DATA { e:c a e:Thing ; e:knows e:a }")
    assert holds(writer, "GRAPH <https://example.org/graph/default> { e:c e:knows e:a }")
    assert ask(writer, "DELETE DATA { e:a e:knows e:b . e:a a e:Thing }").removed == 2
    assert not holds(writer, "GRAPH ?g { e:a a e:Thing }")


def test_the_default_graph_as_a_whole(writer: Writer) -> None:
    """What is done to it as a whole is done to what was written to it, not to files."""
    ask(writer, "INSERT DATA { e:a e:knows e:b . e:c a e:Thing ; e:knows e:a }")
    assert ask(writer, "CLEAR DEFAULT").removed == 3
    assert holds(writer, "GRAPH <https://example.org/graph/a> { e:a e:knows e:b }")
    ask(writer, "INSERT DATA { e:a e:knows e:b }")
    assert ask(writer, "MOVE DEFAULT TO e:g").status == "committed"
    assert holds(writer, "GRAPH e:g { e:a e:knows e:b }")
    assert holds(writer, "GRAPH <https://example.org/graph/a> { e:a e:knows e:b }")


def test_protected_graphs(writer: Writer) -> None:
    """Only who may publish changes the ontology; who may not is told which graph it is."""
    text = "INSERT DATA { GRAPH <https://example.org/graph/ontology/o> { e:New a owl:Class } }"
    outcome = ask(writer, text, may_publish=False)
    assert outcome.fault == "forbidden"
    assert outcome.text
    assert "graph/ontology/o" in outcome.text.en
    assert not holds(writer, "e:New a ?class")
    inferred = "INSERT DATA { GRAPH <https://example.org/graph/inferred> { e:a e:knows e:z } }"
    assert ask(writer, inferred).fault == "forbidden"


def test_a_dry_run_changes_nothing(writer: Writer) -> None:
    """It says what would follow."""
    before = set(writer._state.store)
    text = "INSERT DATA { GRAPH e:g { e:c a e:Thing ; e:knows e:a } }"
    outcome = ask(writer, text, dry_run=True)
    assert outcome.status == "checked"
    assert outcome.impact
    assert "<https://example.org/knows>" in outcome.impact["entailed"]
    assert set(writer._state.store) == before
    assert ask(writer, text).status == "committed"


def test_a_group_with_a_refusal(writer: Writer) -> None:
    """Those that hold are committed, those that do not are refused, in the order of asking."""
    good = "INSERT DATA {{ GRAPH e:g {{ e:{0} a e:Thing ; e:knows e:a }} }}"
    texts = [good.format("c"), "INSERT DATA { GRAPH e:g { e:d a e:Thing } }", good.format("f")]
    requests = [Request(UpdateText(text), ME) for text in texts]
    outcomes = writer.handle(requests)
    assert [each.status for each in outcomes] == ["committed", "refused", "committed"]
    assert [each.number for each in outcomes] == [1, 0, 2]
    assert holds(writer, "e:f e:knows e:a . e:c e:knows e:a FILTER NOT EXISTS { e:d a e:Thing }")


def test_a_group_with_shapes_that_cannot_be_used(writer: Writer) -> None:
    """Only the one at fault is refused."""
    good = "INSERT DATA { GRAPH e:g { e:c a e:Thing ; e:knows e:a } }"
    broken = f"INSERT DATA {{ GRAPH <{SHAPES}> {{ e:ThingShape sh:property 5 }} }}"
    requests = [Request(UpdateText(text), ME, may_publish=True) for text in (good, broken)]
    outcomes = writer.handle(requests)
    assert [(each.status, each.fault) for each in outcomes] == [
        ("committed", None),
        ("failed", "syntax"),
    ]


def test_two_writers_at_once_do_not_lose_an_update(writer: Writer) -> None:
    """Of those who write on the same state of a graph one is first; the others are told."""
    assert ask(writer, "INSERT DATA { GRAPH e:g { e:a e:knows e:x0 } }").number == 1
    tag = f'"{writer.version}.turtle"'
    start = "PREFIX e: <https://example.org/>"
    texts = [f"{start} e:a e:knows e:x{number} .".encode() for number in (1, 2, 3)]
    writes = [
        GraphWrite("PUT", "https://example.org/g", (Document(text, "text/turtle"),), if_match=tag)
        for text in texts
    ]
    outcomes = writer.handle([Request(each, About("me", "put")) for each in writes])
    assert [each.status for each in outcomes] == ["committed", "failed", "failed"]
    assert {each.fault for each in outcomes[1:]} == {"precondition"}


def test_a_literal_that_is_too_long(writer: Writer) -> None:
    """It is refused, and the writer goes on."""
    long = "x" * (17 << 20)
    outcome = ask(writer, f'INSERT DATA {{ GRAPH e:g {{ e:a rdfs:comment "{long}" }} }}')
    assert outcome.status == "failed"
    assert ask(writer, "INSERT DATA { GRAPH e:g { e:a rdfs:comment 'short' } }").number == 1
