"""The engine against owlrl: random graphs, and the graph of this project with all its rules."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random

import pytest
from pyoxigraph import RdfFormat, Triple, parse
from tests.reason.random_graphs import PROFILES, SPACE, Row, data, ontology

from kg.rdf.dataset import MEANINGFUL, load, rdf_files
from kg.rdf.literals import value
from kg.reason.closure import Contradiction
from kg.reason.reference import close
from kg.reason.rule_files import read_rules
from kg.reason.stage import reason
from kg.settings import read_project

GRAPHS = 30


def random_graphs(kind: str) -> dict[str, list[Row]]:
    """Graphs by the namespace that keeps them apart: owlrl takes a second to start."""
    found: dict[str, list[Row]] = {}
    for number in range(GRAPHS):
        random = Random(f"differential-{kind}-{number}")
        rows = ontology(random, PROFILES[kind]) + data(random, PROFILES[kind], 18)
        found[f"{SPACE}g{number}/"] = [moved(row, number) for row in rows]
    return found


def moved(row: Row, number: int) -> Row:
    """The row with the names and blank nodes of the graph `number`."""
    subject, predicate, value = (
        term.replace(f"<{SPACE}", f"<{SPACE}g{number}/").replace("_:", f"_:g{number}x")
        for term in row
    )
    return subject, predicate, value


def triple(row: Row) -> Triple:
    found: Triple = next(parse(" ".join((*row, ".")), RdfFormat.N_TRIPLES)).triple
    return found


def within(space: str, found: Iterable[Triple]) -> set[str]:
    return {str(each) for each in found if str(each.subject).startswith(f"<{space}")}


def false(space: str, found: Iterable[Contradiction]) -> set[str]:
    """The rules that find a contradiction in the graph of a namespace."""
    return {each.rule for each in found if any(f"<{space}" in s + o for s, _, o in each.triples)}


@pytest.mark.parametrize("kind", ["plain", "equal"])
def test_random_graphs(kind: str) -> None:
    """From each of some random graphs owlrl infers what the engine does, contradictions too."""
    graphs = random_graphs(kind)
    given = [triple(row) for rows in graphs.values() for row in rows]
    theirs, ours = close(given), reason(given)
    found = set(ours.inferred())
    for space, rows in graphs.items():
        assert within(space, found) == within(space, theirs.inferred), rows
        expected = false(space, theirs.contradictions)
        assert false(space, ours.contradictions) == expected, rows
    assert len(found) > 5 * GRAPHS
    assert len({each.rule for each in theirs.contradictions}) > 3


def test_ontology_with_a_sample(repository: Path) -> None:
    """From the ontology and one document owlrl infers what the engine does."""
    given = set[Triple]()
    document = repository / "data/documents/bielefeld-6277-2014-2020.ttl"
    for path in (*rdf_files(repository / "ontology"), document):
        given |= {quad.triple for quad in parse(path=path, format=RdfFormat.TURTLE)}
    theirs, ours = close(given), reason(given)
    assert set(ours.inferred()) == theirs.inferred
    assert theirs.inferred


def by_value(triples: Iterable[Triple]) -> set[tuple[str, str, object]]:
    """Triples with literals by their values: owlrl writes 74 where the data has 74.0."""
    rows = ((str(one.subject), one.predicate.value, str(one.object)) for one in triples)
    return {(s, p, o if (known := value(o)) is None else known) for s, p, o in rows}


def test_graph_of_this_project(repository: Path) -> None:
    """The closure of the data under the ontology and the rules of this project is owlrl's.

    Of the gazetteer only Nordrhein-Westfalen is taken: for all of Germany owlrl takes an hour.
    """
    rules = read_rules(repository / "queries" / "rules")
    lands = {path.stem for path in (repository / "data/links/wikidata").glob("*.ttl")}
    assert len(lands) == 16
    lands.remove("nordrhein-westfalen")
    sources = load(read_project(repository)).in_room(*MEANINGFUL)
    given = {
        triple for source in sources if source.path.stem not in lands for triple in source.triples()
    }
    theirs, ours = close(given, rules), reason(given, rules)
    assert by_value(ours.inferred()) == by_value(theirs.inferred)
    assert ours.contradictions == theirs.contradictions == ()
    assert len(theirs.inferred) > 0.5 * len(given)
