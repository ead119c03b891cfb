"""The W3C test suite of SHACL, Core and SHACL-SPARQL, read from its manifests."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from pyoxigraph import Triple

from kg.errors import KgError
from kg.namespaces import RDF_TYPE, SH
from kg.rdf.read import read_quads
from kg.validate.engine import check
from kg.validate.path_reader import read_path
from kg.validate.report import Report
from kg.validate.shape_graph import ShapesGraph

ROOT = Path(__file__).resolve().parents[3] / "shared" / "w3c" / "shacl"
MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
COMPARED = ("focusNode", "resultSeverity", "sourceConstraintComponent", "sourceShape", "value")

Row = tuple[str | None, ...]


def term(base: str, name: str) -> str:
    """Return the term of a name in a vocabulary."""
    return f"<{base}{name}>"


def triples(path: Path) -> list[Triple]:
    """Read a file; its IRI is the base."""
    return [quad.triple for quad in read_quads(path, base=path.as_uri())]


def path_of(iri: str) -> Path:
    """Return the file that an IRI of a manifest names."""
    return Path(unquote(urlsplit(iri[1:-1]).path))


def entries(manifest: Path) -> list[tuple[Path, str]]:
    """Return file and name of each test below a manifest."""
    graph = ShapesGraph(triples(manifest))
    found: list[tuple[Path, str]] = []
    for _, included in graph.pairs(term(MF, "include")):
        found += entries(path_of(included))
    for _, listed in graph.pairs(term(MF, "entries")):
        found += [(manifest, entry) for entry in graph.members(listed) or ()]
    return found


def cases() -> list[tuple[Path, str]]:
    """Return all tests of the suite, none when it is not there."""
    return entries(ROOT / "manifest.ttl") if ROOT.is_dir() else []


def expected(graph: ShapesGraph, report: str) -> Counter[Row]:
    """Return the results that a manifest expects."""
    rows: Counter[Row] = Counter()
    for result in graph.objects(report, term(SH, "result")):
        row: list[str | None] = [graph.value(result, term(SH, name)) for name in COMPARED]
        node = graph.value(result, term(SH, "resultPath"))
        row.append(str(read_path(graph, result, node)) if node else None)
        row.append(graph.value(result, term(SH, "sourceConstraint")))
        rows[tuple(row)] += 1
    return rows


def actual(report: Report) -> Counter[Row]:
    """Return the results of a report in the same form."""
    return Counter(
        (
            result.focus,
            f"<{result.severity_iri or SH + result.severity}>",
            f"<{result.component}>",
            result.source_shape,
            result.value,
            result.path,
            result.constraint,
        )
        for result in report.results
    )


@pytest.mark.skipif(not ROOT.is_dir(), reason="the W3C suite is not at ../shared/w3c/shacl")
def test_suite_is_whole() -> None:
    """All 120 tests of the suite are found by the manifests."""
    assert len(cases()) == 120


@pytest.mark.parametrize(
    ("manifest", "entry"), cases(), ids=lambda each: str(each).rsplit("/", 1)[-1].rstrip(">")
)
def test_as_the_suite_says(manifest: Path, entry: str) -> None:
    """The report has the expected results with all their parts, or the failure is one."""
    read = triples(manifest)
    graph = ShapesGraph(read)
    action = graph.value(entry, term(MF, "action")) or ""
    data, shapes = [
        read if path == manifest else triples(path)
        for name in ("dataGraph", "shapesGraph")
        for path in [path_of(graph.value(action, term(SHT, name)) or "")]
    ]
    report = graph.value(entry, term(MF, "result")) or ""
    if report == term(SHT, "Failure"):
        with pytest.raises(KgError):
            check(data, shapes)
        return
    assert graph.value(report, f"<{RDF_TYPE}>") == term(SH, "ValidationReport")
    found = check(data, shapes)
    assert actual(found) == expected(graph, report)
    assert str(found.conforms).lower() in (graph.value(report, term(SH, "conforms")) or "")
    texts = {
        message
        for result in graph.objects(report, term(SH, "result"))
        for message in graph.objects(result, term(SH, "resultMessage"))
    }
    given = {text for result in found.results for text, _ in result.messages}
    assert all(any(f'"{text}"' in message for text in given) for message in texts)
