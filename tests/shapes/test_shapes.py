"""Every node shape accepts its valid fixture and refuses each invalid one as expected.

A fixture is `<file>/<shape>-valid.ttl`, `<file>/<shape>-invalid-<fault>.ttl` (at least one
violation) or `<file>/<shape>-warning-<fault>.ttl` (results, but no violation); the results the
latter two must give stand beside them in `.expected.json`. A fixture is
checked with the ontology; pySHACL must agree, see tests/validate.
What a fixture describes must not exist in `data/`: `kg validate FILE` checks it with all data.
"""

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
from rdflib import ORG, OWL, RDF, RDFS, SH, SKOS, Graph, URIRef
from rdflib.term import Literal, Node
from rdflib.util import from_n3

from kg.publish.contributions import Checker, checker_of
from kg.rdf.dataset import Dataset, load, load_file
from kg.settings import read_project
from kg.validate.report import Result as Found

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
    """The node shapes that ask for something; those of presentation.ttl only order pages."""
    found = shapes().subjects(RDF.type, SH.NodeShape)
    return tuple(
        sorted(shape for shape in found if isinstance(shape, URIRef) and shape not in views())
    )


@cache
def views() -> frozenset[Node]:
    """The shapes that order the properties of pages."""
    graph = Graph().parse(ROOT / "shapes" / "presentation.ttl")
    return frozenset(graph.subjects(RDF.type, SH.NodeShape))


def test_views_ask_for_nothing() -> None:
    """What orders pages has paths, groups, orders and names, and no constraint."""
    graph = Graph().parse(ROOT / "shapes" / "presentation.ttl")
    assert len(views()) > 10
    told = {predicate for view in views() for _, predicate, _ in graph.triples((view, None, None))}
    assert told == {RDF.type, SH.description, SH.targetClass, SH.property}
    for place in graph.objects(None, SH.property):
        assert {SH.path, SH.group, SH.order} <= set(graph.predicates(place)) <= _ORDERING


_ORDERING = {SH.path, SH.group, SH.order, SH.name}


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


@cache
def checker() -> Checker:
    """What checks a fixture against the ontology and all shapes, without the data."""
    dataset = load(read_project(ROOT))
    return checker_of(Dataset(dataset.project, dataset.in_room("ontology", "shapes")))


def validate(fixture: Path) -> Counter[Result]:
    """Validate a fixture as a contribution; the results of shapes as comparable rows."""
    source = load_file(read_project(ROOT), fixture)
    found = checker().check([source]).report.results
    return Counter(row(result) for result in found if result.component)


def targets(shape: URIRef, fixture: Graph) -> set[Node]:
    """The focus nodes of a shape among the nodes of the fixture (SHACL 2.1.3)."""
    found = {s for p in shapes().objects(shape, SH.targetSubjectsOf) for s in fixture.subjects(p)}
    wanted = set(shapes().objects(shape, SH.targetClass))
    for node, klass in fixture.subject_objects(RDF.type):
        if wanted & set(ontology().transitive_objects(klass, RDFS.subClassOf)):
            found.add(node)
    return found


def row(result: Found) -> Result:
    """One validation result as (shape, focus, path, component, severity), IRIs in full."""
    path = result.path and result.path.replace("<", "").replace(">", "")
    return (
        str(result.shape),
        "_:" if result.focus.startswith("_:") else result.focus[1:-1],
        path,
        str(result.component),
        f"{SH}{result.severity}",
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
    assert validate(fixture) == Counter()


@pytest.mark.parametrize("fixture", INVALID + WARNING, ids=name)
def test_faulty_fixture_gives_the_expected_results_only(fixture: Path) -> None:
    """A faulty fixture gives the results beside it and no other; its own shape is among them.

    An invalid one has a violation among them, so that `kg validate` refuses it; a warning has none.
    """
    data = read(fixture)
    want = expected(fixture, data)
    assert shape_of(fixture) in {result[0] for result in want}
    assert (str(SH.Violation) in {result[-1] for result in want}) == (fixture in INVALID)
    assert validate(fixture) == want


def test_the_project_itself_may_have_the_base_address(tmp_path: Path) -> None:
    """The creator of the ontology is not below id/, and no shape finds fault with that."""
    project = URIRef("https://w3id.org/kommunalgraph/")
    data = Graph()
    data.add((project, RDF.type, ORG.Organization))
    data.add((project, SKOS.prefLabel, Literal("Kommunalgraph", lang="de")))
    assert project in targets(URIRef(f"{KGO}ResourceAddressShape"), data)
    file = tmp_path / "project.ttl"
    data.serialize(file, format="turtle")
    assert validate(file) == Counter()


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
