"""Counts are true: each is what a query on the published store gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import DefaultGraph, QuerySolutions, RdfFormat, parse
from tests.conftest import Tiny
from tests.helpers import HEADER, TINY

from kg.errors import StageError
from kg.publish.build import build
from kg.publish.statistics import NAME, SHARED, Statistics, read_statistics
from kg.publish.versions import Version, open_current

SPELLED = {
    **TINY,
    "ontology/p.ttl": HEADER + "e:p a rdf:Property .\n",
    "data/b.ttl": HEADER + 'e:b e:p 007 , 7 , "x"@de , "1.50"^^xsd:decimal .\n',
    "data/c.ttl": HEADER + 'e:b e:p 7.0 , "1.5"^^xsd:decimal ; e:knows e:c .\n_:b e:p 1 .\n',
    "data/d.trig": HEADER + "e:b e:p 7 . e:g { e:a a e:Thing . e:b e:p 07 } _:g { e:b e:p 7 }\n",
    "data/e.ttl": HEADER + "e:a owl:sameAs <http://www.wikidata.org/entity/Q1> , <urn:isbn:1> .\n"
    "e:a owl:sameAs e:a , <https://other.org/x/y> .\n",
}


def rows(version: Version, query: str) -> Iterator[list[str]]:
    found = version.store.query(query)
    assert isinstance(found, QuerySolutions)
    for solution in found:
        yield [getattr(value, "value", "") for value in solution]


def number(version: Version, pattern: str, what: str = "*") -> int:
    ((found,),) = rows(version, f"SELECT (COUNT({what}) AS ?n) {{ {pattern} }}")
    return int(found)


def assert_true(version: Version, counts: Statistics) -> None:
    """Compare all counts with queries."""
    anything = "?s ?p ?o"
    assert counts.triples == number(version, anything)
    assert counts.subjects == number(version, anything, "DISTINCT ?s")
    assert counts.objects == number(version, anything, "DISTINCT ?o")
    begins = f'{anything} FILTER (isIRI(?s) && STRSTARTS(STR(?s), "{counts.space}"))'
    assert counts.entities == number(version, begins, "DISTINCT ?s")
    asked = rows(
        version,
        "SELECT ?p (COUNT(*) AS ?n) (COUNT(DISTINCT ?s) AS ?m) (COUNT(DISTINCT ?o) AS ?k) "
        "{ ?s ?p ?o } GROUP BY ?p",
    )
    assert {
        iri: (one.triples, one.subjects, one.objects) for iri, one in counts.properties.items()
    } == {iri: tuple(map(int, found)) for iri, *found in asked}
    classes = "SELECT ?c (COUNT(*) AS ?n) { ?s a ?c FILTER isIRI(?c) } GROUP BY ?c"
    assert counts.classes == {iri: int(count) for iri, count in rows(version, classes)}
    graphs = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } FILTER isIRI(?g) } GROUP BY ?g"
    assert counts.graphs == {iri: int(count) for iri, count in rows(version, graphs)}


def assert_shared(version: Version, counts: Statistics) -> None:
    """Compare the sets of graphs that share a triple, and those triples, with the store."""
    holders: dict[object, set[str]] = {}
    for quad in version.store:
        if not isinstance(quad.graph_name, DefaultGraph):
            holders.setdefault(quad.triple, set()).add(str(quad.graph_name))
    several = {triple: graphs for triple, graphs in holders.items() if len(graphs) > 1}
    written = list(parse(path=str(version.path / SHARED), format=RdfFormat.N_QUADS, lenient=True))
    assert len(written) == sum(map(len, several.values()))
    named = {tuple(sorted(g[1:-1] for g in one if g[0] == "<")) for one in several.values()}
    assert counts.shared == tuple(sorted(one for one in named if len(one) > 1))


def test_spelling_and_repetition(tiny: Tiny) -> None:
    """Literals that are stored alike count once, in a graph and in the union of all."""
    version = open_current(published(tiny))
    counts = read_statistics(version.path)
    assert_true(version, counts)
    assert_shared(version, counts)
    assert counts.triples < sum(counts.graphs.values())
    assert counts.shared
    assert counts.examples
    links = {(one.graph.rpartition("/")[2], one.target): one.triples for one in counts.linksets}
    assert links == {
        ("e", "http://www.wikidata.org/"): 1,
        ("e", "urn:isbn:"): 1,
        ("e", "https://other.org/"): 1,
    }


def published(tiny: Tiny) -> Path:
    project = tiny(SPELLED)
    built = build(project)
    assert built.path, built.report
    return project.build_dir


def test_repository(published: Version) -> None:
    """The counts of the graph of this repository are true; it links to Wikidata."""
    counts = read_statistics(published.path)
    assert_true(published, counts)
    lines = (published.path / SHARED).read_bytes().splitlines()
    repeated = len(lines) - len({line.rpartition(b" <")[0] for line in lines})
    assert counts.triples == sum(counts.graphs.values()) - repeated
    assert counts.graphs == published.manifest.graphs
    assert (
        sum(
            one.triples
            for one in counts.linksets
            if one.target == "http://www.wikidata.org/entity/"
        )
        > 1000
    )
    assert all(iri.startswith(counts.space) for iri in counts.examples)


@pytest.mark.parametrize("text", ["", "[]", '{"shared": []}', '{"shared": 1, "properties": []}'])
def test_damage(text: str, tmp_path: Path) -> None:
    """A file that is cut off or foreign is named."""
    with pytest.raises(StageError) as missing:
        read_statistics(tmp_path)
    (tmp_path / NAME).write_text(text)
    with pytest.raises(StageError) as damaged:
        read_statistics(tmp_path)
    assert missing.value.place == damaged.value.place
    assert damaged.value.place is not None
    assert damaged.value.place.file.endswith(NAME)
