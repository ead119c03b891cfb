"""Every node shape accepts its valid fixture and refuses each invalid one as expected.

A fixture is `<file>/<shape>-valid.ttl`, `<file>/<shape>-invalid-<fault>.ttl` (at least one
violation) or `<file>/<shape>-warning-<fault>.ttl` (results, but no violation); the results the
latter two must give stand beside them in `.expected.json`. pySHACL validates ontology + fixture.
What a fixture describes must not exist in `data/`: `kg validate FILE` checks it with all data.
"""

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pyshacl
import pytest
from rdflib import ORG, OWL, RDF, RDFS, SH, SKOS, Graph, URIRef
from rdflib.term import BNode, Literal, Node
from rdflib.util import from_n3

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
KGO = "https://w3id.org/kommunalgraph/ns#"
VALID = sorted(HERE.glob("*/*-valid.ttl"))
INVALID = sorted(HERE.glob("*/*-invalid-*.ttl"))
WARNING = sorted(HERE.glob("*/*-warning-*.ttl"))
# Whatever these look at is wrong, so that their valid fixture has no focus node.
FORBIDDING = {f"{KGO}ContactDataShape"}
Result = tuple[str, str, str | None, str, str]


@cache
def shapes() -> Graph:
    """All shapes; property shapes get IRIs `<node shape>/<n>`: a report names its node shape."""
    graph = Graph()
    for file in sorted((ROOT / "shapes").glob("*.ttl")):
        graph.parse(file)
    for shape in set(graph.subjects(RDF.type, SH.NodeShape)):
        for number, node in enumerate(list(graph.objects(shape, SH.property))):
            _rename(graph, node, URIRef(f"{shape}/{number}"))
    return graph


@cache
def node_shapes() -> tuple[URIRef, ...]:
    found = shapes().subjects(RDF.type, SH.NodeShape)
    return tuple(sorted(shape for shape in found if isinstance(shape, URIRef)))


@cache
def tree(shape: URIRef) -> Graph:
    """What is said about one node shape, without its targets."""
    graph = Graph()
    nodes: list[Node] = [shape]
    while nodes:
        node = nodes.pop()
        for triple in shapes().triples((node, None, None)):
            if triple[1] not in (SH.targetClass, SH.targetSubjectsOf):
                graph.add(triple)
                if isinstance(triple[2], BNode) or str(triple[2]).startswith(f"{shape}/"):
                    nodes.append(triple[2])
    return graph


def _rename(graph: Graph, old: Node, new: URIRef) -> None:
    for _, p, o in list(graph.triples((old, None, None))):
        graph.remove((old, p, o))
        graph.add((new, p, o))
    for s, p, _ in list(graph.triples((None, None, old))):
        graph.remove((s, p, old))
        graph.add((s, p, new))


@cache
def ontology() -> Graph:
    """The ontology with its code lists: what every fixture may rely on."""
    graph = Graph()
    for file in sorted((ROOT / "ontology").rglob("*.ttl")):
        graph.parse(file)
    return graph


def validate(fixture: Graph) -> Counter[Result]:
    """Validate what the fixture describes on ontology + fixture; the results as comparable rows.

    Targets are resolved here and given as sh:targetNode: the ontology itself need not be validated
    two hundred times, and pySHACL's own focus_nodes also filters the nodes of nested shapes.
    """
    data = ontology()
    added = [triple for triple in fixture if triple not in data]
    aimed = Graph().parse(ROOT / "shapes" / "prefixes.ttl")
    for triple in added:
        data.add(triple)
    try:
        for shape in node_shapes():
            found = targets(shape, fixture)
            if found:
                aimed += tree(shape)
            for node in found:
                aimed.add((shape, SH.targetNode, node))
        _, report, _ = pyshacl.validate(data, shacl_graph=aimed, inference="none", inplace=True)
    finally:
        for triple in added:
            data.remove(triple)
    return Counter(row(report, node) for node in report.objects(None, SH.result))


def targets(shape: URIRef, fixture: Graph) -> set[Node]:
    """The focus nodes of a shape among the nodes of the fixture (SHACL 2.1.3)."""
    found = {s for p in shapes().objects(shape, SH.targetSubjectsOf) for s in fixture.subjects(p)}
    wanted = set(shapes().objects(shape, SH.targetClass))
    for node, klass in fixture.subject_objects(RDF.type):
        if wanted & set(ontology().transitive_objects(klass, RDFS.subClassOf)):
            found.add(node)
    return found


def row(report: Graph, node: Node) -> Result:
    """One validation result as (shape, focus, path, component, severity), IRIs in full."""
    shape = str(report.value(node, SH.sourceShape)).split("/ns#")[1].split("/")[0]
    focus = report.value(node, SH.focusNode)
    path = report.value(node, SH.resultPath)
    inverse = report.value(path, SH.inversePath) if isinstance(path, BNode) else None
    return (
        KGO + shape,
        "_:" if isinstance(focus, BNode) else str(focus),
        f"^{inverse}" if inverse else None if path is None else str(path),
        str(report.value(node, SH.sourceConstraintComponent)),
        str(report.value(node, SH.resultSeverity)),
    )


def expected(fixture: Path, names: Graph) -> Counter[Result]:
    """The expected results beside a fixture, with the fixture's prefixes expanded."""

    def full(name: str | None) -> str | None:
        if name is None or name == "_:":
            return name
        if name.startswith("^"):
            return f"^{full(name[1:])}"
        return str(from_n3(name, nsm=names.namespace_manager))

    found = json.loads(fixture.with_suffix(".expected.json").read_text())
    keys = ("shape", "focus", "path", "component", "severity")
    rows = found if isinstance(found, list) else [found]
    return Counter(tuple(full(row[key]) for key in keys) for row in rows)  # type: ignore[misc]


def read(fixture: Path) -> Graph:
    graph = Graph().parse(fixture)
    graph.bind("sh", SH)
    graph.bind("kgo", KGO, replace=True)
    for prefix, namespace in shapes().namespaces():
        graph.bind(prefix, namespace)
    return graph


def shape_of(fixture: Path) -> str:
    """`tests/shapes/cooperation/member-list-valid.ttl` is about `kgo:MemberListShape`."""
    name = re.split(r"-(?:valid$|invalid-|warning-)", fixture.stem)[0]
    return KGO + name.title().replace("-", "") + "Shape"


def name(fixture: Path) -> str:
    return f"{fixture.parent.name}/{fixture.stem}"


@pytest.mark.parametrize("fixture", VALID, ids=name)
def test_valid_fixture_gives_no_result(fixture: Path) -> None:
    """A valid fixture has something its shape looks at, and gives no result of any severity."""
    data = read(fixture)
    shape = shape_of(fixture)
    assert bool(targets(URIRef(shape), data)) != (shape in FORBIDDING)
    assert validate(data) == Counter()


@pytest.mark.parametrize("fixture", INVALID + WARNING, ids=name)
def test_faulty_fixture_gives_the_expected_results_only(fixture: Path) -> None:
    """A faulty fixture gives the results beside it and no other; its own shape is among them.

    An invalid one has a violation among them, so that `kg validate` refuses it; a warning has none.
    """
    data = read(fixture)
    want = expected(fixture, data)
    assert shape_of(fixture) in {result[0] for result in want}
    assert (str(SH.Violation) in {result[-1] for result in want}) == (fixture in INVALID)
    assert validate(data) == want


def test_the_project_itself_may_have_the_base_address() -> None:
    """The creator of the ontology is not below id/, and no shape finds fault with that."""
    project = URIRef("https://w3id.org/kommunalgraph/")
    data = Graph()
    data.add((project, RDF.type, ORG.Organization))
    data.add((project, SKOS.prefLabel, Literal("Kommunalgraph", lang="de")))
    assert project in targets(URIRef(f"{KGO}ResourceAddressShape"), data)
    assert validate(data) == Counter()


def test_every_node_shape_has_a_valid_and_an_invalid_fixture() -> None:
    """No shape without a case that passes and a case that fails, no fixture without a shape."""
    named = {str(shape) for shape in node_shapes()}
    assert {shape_of(fixture) for fixture in VALID} == named
    assert {shape_of(fixture) for fixture in INVALID} == named


def test_every_message_name_and_description_is_german_and_english() -> None:
    """A message, name or description in one language only helps half of the readers."""
    for predicate in (SH.message, SH.name, SH.description):
        for subject in set(shapes().subjects(predicate)):
            texts = shapes().objects(subject, predicate)
            languages = sorted(str(t.language) for t in texts if isinstance(t, Literal))
            assert languages == ["de", "en"], (subject, predicate)


def test_every_shape_explains_itself() -> None:
    """Each node shape has a description, each constraint a message, each property a name."""
    graph = shapes()
    for shape in node_shapes():
        assert (shape, SH.description, None) in graph, shape
        for prop in graph.objects(shape, SH.property):
            assert (prop, SH.message, None) in graph, prop
            assert (prop, SH.name, None) in graph, prop
        for constraint in graph.objects(shape, SH.sparql):
            assert (constraint, SH.message, None) in graph, shape


def test_every_class_of_the_ontology_has_a_shape() -> None:
    """Each own class is the target class of at least one node shape."""
    classes = {c for c in ontology().subjects(RDF.type, OWL.Class) if str(c).startswith(KGO)}
    assert classes - set(shapes().objects(None, SH.targetClass)) == set()
