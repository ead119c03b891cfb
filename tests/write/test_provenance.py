"""What is said of an accepted contribution passes the shapes when the contribution does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad

from kg.namespaces import DCT, PROV, RDF_TYPE, VOID
from kg.publish.contributions import Checker, open_checker
from kg.publish.versions import current
from kg.rdf.dataset import Source
from kg.settings import Project, read_project
from kg.validate.report import Report
from kg.write import provenance
from kg.write.contribution import difference, sources_of
from kg.write.faults import WriteError
from kg.write.provenance import Acceptance
from kg.write.requests import Document
from kg.write.submitted import Contribution

ID = "20261121-3f9a2c"
DOCUMENT = "https://w3id.org/kommunalgraph/id/document/detmold-2024-05-14-netz"
GIVEN = Contribution(
    id=ID,
    status="pending",
    agent="stadt-detmold",
    note="Datennetz Lippe nachgetragen",
    source=DOCUMENT,
    lang="de",
    submitted="2026-11-21T12:00:00Z",
    documents=(),
)
ACCEPTED = Acceptance("redaktion", "2026-11-21T13:00:00Z")


@pytest.fixture(scope="module")
def project(published_project: Path) -> Project:
    """The project of this repository."""
    return read_project(published_project)


@pytest.fixture(scope="module")
def checker(published_project: Path, project: Project) -> Checker:
    """What checks contributions to it."""
    path = current(published_project / "build")
    assert path is not None
    return open_checker(path, project)


@pytest.fixture
def body(repository: Path) -> bytes:
    """A contribution that passes."""
    return (repository / "tests/publish/contribution.ttl").read_bytes()


def read(project: Project, body: bytes, media: str = "text/turtle") -> tuple[Source, ...]:
    """The documents of a contribution in its graph."""
    return sources_of(project, ID, [Document(body, media, "data.ttl")])


def stated(quads: Iterable[Quad], predicate: str) -> list[str]:
    """The values that the graph of the contribution has, as N-Triples."""
    graph = NamedNode(f"https://w3id.org/kommunalgraph/graph/contributions/{ID}")
    return sorted(
        str(quad.object)
        for quad in quads
        if quad.subject == graph and quad.predicate.value == predicate
    )


def with_provenance(project: Project, body: bytes, given: Contribution) -> Source:
    """A contribution together with what is said of it."""
    (source,) = read(project, body)
    found = provenance.quads(project, given, source.quads, ACCEPTED)
    return replace(source, quads=(*source.quads, *found))


def wrong(report: Report) -> list[str]:
    """The violations."""
    return [each.message.en for each in report.results if each.severity == "Violation"]


@pytest.mark.parametrize("source", [DOCUMENT, "https://www.lippe.de/netz.pdf", ""])
def test_provenance_passes_the_shapes(
    checker: Checker, project: Project, body: bytes, source: str
) -> None:
    """With a source that is described, one that is not, and none, nothing is violated."""
    assert wrong(checker.check(read(project, body)).report) == []
    whole = with_provenance(project, body, replace(GIVEN, source=source))
    assert wrong(checker.check([whole]).report) == []


def test_own_description_of_the_graph_goes_first(
    checker: Checker, project: Project, body: bytes
) -> None:
    """A German title and a licence that the contribution gives its graph are not doubled."""
    own = f"""<> a <{VOID}Dataset> ; <{DCT}title> "Netz"@de ;
      <{DCT}license> <https://example.org/l> ; <{DCT}source> <{DOCUMENT}> ;
      <{PROV}wasDerivedFrom> <{DOCUMENT}> ."""
    whole = with_provenance(project, body + own.encode(), GIVEN)
    assert wrong(checker.check([whole]).report) == []
    assert stated(whole.quads, DCT + "title") == [f'"Contribution {ID}"@en', '"Netz"@de']
    assert stated(whole.quads, DCT + "license") == ["<https://example.org/l>"]


def test_contact_data_in_a_note_is_found(checker: Checker, project: Project, body: bytes) -> None:
    """A note becomes part of the graph, where the project's rules hold for it."""
    given = replace(GIVEN, note="Fragen an netz" + "@" + "detmold.example.de")
    assert wrong(checker.check([with_provenance(project, body, given)]).report)


def test_what_is_said(project: Project, body: bytes) -> None:
    """Who handed it in, who accepted it, when, from what, in the words of PROV and DCTERMS."""
    (source,) = read(project, body)
    quads = provenance.quads(project, GIVEN, source.quads, ACCEPTED)
    base = project.base
    assert {quad.graph_name for quad in quads} == {provenance.graph_of(project, ID)}
    assert stated(quads, RDF_TYPE) == [f"<{VOID}Dataset>", f"<{PROV}Entity>"]
    assert stated(quads, DCT + "source") == [f"<{DOCUMENT}>"]
    assert stated(quads, PROV + "wasDerivedFrom") == [f"<{DOCUMENT}>"]
    assert stated(quads, PROV + "wasAttributedTo") == [f"<{base}agent/stadt-detmold>"]
    assert stated(quads, DCT + "publisher") == [f"<{base}agent/redaktion>"]
    assert stated(quads, DCT + "description") == ['"Datennetz Lippe nachgetragen"@de']
    assert stated(quads, DCT + "license") == [f"<{project.license}>"]
    assert '"2026-11-21T13:00:00Z"' in stated(quads, PROV + "generatedAtTime")[0]


def test_before_a_decision_nobody_has_accepted(project: Project) -> None:
    """What is checked when a contribution is handed in has neither publisher nor time."""
    quads = provenance.quads(project, replace(GIVEN, source="", note=" "), [])
    for predicate in ("publisher", "description", "source"):
        assert stated(quads, DCT + predicate) == []
    assert stated(quads, PROV + "generatedAtTime") == []
    assert stated(quads, RDF_TYPE) == [f"<{PROV}Entity>"]


@pytest.mark.parametrize("note", ["a\ud800b", "a\0b", "a\x1bb"])
def test_signs_that_no_file_may_have(project: Project, note: str) -> None:
    """What could neither be journalled nor exported is replaced in note and label."""
    quads = provenance.quads(project, replace(GIVEN, note=note, agent=note), [])
    assert stated(quads, DCT + "description") == ['"a\ufffdb"@de']
    assert Literal("a\ufffdb") in [quad.object for quad in quads]


@pytest.mark.parametrize("name", ["a b", "ä/../x", "<>", "#"])
def test_names_of_agents_become_iris(project: Project, name: str) -> None:
    """Any name of a token makes a valid IRI, and stands as it is in the label."""
    quads = provenance.quads(project, replace(GIVEN, agent=name), [])
    iri = provenance.agent_iri(project, name).value
    assert iri.startswith(f"{project.base}agent/")
    assert not set(iri.removeprefix(f"{project.base}agent/")) & set(" </>#")
    assert Literal(name) in [quad.object for quad in quads]


def test_named_graphs_and_relative_iris(project: Project) -> None:
    """All statements of TriG stand in the one graph, `<>` is that graph, each once."""
    text = "<urn:g> { <> <urn:p> <x> . <urn:s> <urn:p> _:b } <urn:s> <urn:p> _:b . <> <urn:p> <x> ."
    (source,) = read(project, text.encode(), "application/trig")
    graph = provenance.graph_of(project, ID)
    assert {quad.graph_name for quad in source.quads} == {graph}
    assert len(source.quads) == 2
    assert NamedNode(f"{project.base}graph/contributions/x") in [q.object for q in source.quads]


def test_unknown_format_is_said(project: Project) -> None:
    """A media type and a name that are not of RDF are refused as such."""
    with pytest.raises(WriteError) as raised:
        sources_of(project, ID, [Document(b"", "application/pdf", "a.pdf")])
    assert raised.value.fault == "media"
    assert "application/pdf" in raised.value.to("de")


def test_difference_counts_what_is_new(project: Project, published: object, body: bytes) -> None:
    """What the graph has already is not new, even if another graph states it."""
    store = published.store  # type: ignore[attr-defined]
    known = b"<https://w3id.org/kommunalgraph/id/municipality/05711000> a "
    known += b"<https://w3id.org/kommunalgraph/ns#Municipality> , <urn:x> ."
    found = difference(read(project, known), store)
    assert found.known == 1
    assert [triple.object for triple in found.new] == [NamedNode("urn:x")]
    assert difference(read(project, body), store).known < 10
