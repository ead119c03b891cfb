"""Spots of findings in texts as people write them: line and column, or JSON pointer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pyoxigraph import Literal
from tests.helpers import HEADER

from kg.errors import Place, Text
from kg.namespaces import RDF_TYPE, SH, XSD
from kg.rdf.dataset import Source, source_of_text
from kg.rdf.formats import by_suffix
from kg.validate.paths import Alternative, Inverse, Path, Repeat, Sequence, Step
from kg.validate.places import with_places
from kg.validate.report import Report, Result, Spots

E = "https://example.org/"
MAX_COUNT = f"{SH}MaxCountConstraintComponent"
P, Q = Step(f"<{E}p>"), Step(f"<{E}q>")


def source(text: str, suffix: str = ".ttl", name: str = "x") -> Source:
    form = by_suffix(f"x{suffix}")
    assert form
    return source_of_text(text, form, shown=name, graph=f"{E}graph/{name}")


def located(finding: Result, *sources: Source) -> Result:
    tree = finding.tree
    finding = replace(finding, path=str(tree) if tree else None)
    return with_places(Report((finding,)), sources).results[0]


def result(focus: str, tree: Path | None = None, value: str | None = None) -> Result:
    return Result("Violation", Text(de="", en=""), focus, tree=tree, value=value)


def short(place: Place | None) -> str | None:
    return f"{place.line}:{place.column}" if place else None


def spots(found: Spots) -> tuple[str | None, ...]:
    return short(found.focus), short(found.path), short(found.value)


def integer(text: str) -> str:
    return f'"{text}"^^<{XSD}integer>'


A, B, C = (f"<{E}{name}>" for name in "abc")


@pytest.mark.parametrize(
    ("text", "tree", "value", "expected"),
    [
        # Numbers keep their spelling, a prefix may be given twice, `a` is a property.
        ("e:a e:p 7 ,\n 007 .", P, integer("007"), ("2:1", "2:5", "3:2")),
        ("e:a e:p 1.0 , 1 .", P, f'"1.0"^^<{XSD}decimal>', ("2:1", "2:5", "2:9")),
        ("e:a e:p true , 'true' .", P, '"true"', ("2:1", "2:5", "2:16")),
        ("@prefix e: <http://o/> . e:a e:p 1 .\n@prefix e: <https://example.org/> .\ne:a e:p 1 .",
         P, integer("1"), ("4:1", "4:5", "4:9")),
        ("e:b e:p e:a .\ne:a\n a e:b .", Step(f"<{RDF_TYPE}>"), B, ("3:1", "4:2", "4:4")),
        # Escapes in IRIs, names and strings; long strings before; CRLF; signs beyond the BMP.
        ("<https://example.org/\\u0061> e:p 'x\\u0041\\t'.", P, '"xA\\t"', ("2:1", "2:30", "2:34")),
        ('e:a e:q """\n\n"""; e:p "😀", "y"@DE .', P, '"y"@de', ("2:1", "4:6", "4:15")),
        ("e:a\r\n  e:p\r\n    e:c .\r\n", P, C, ("2:1", "3:3", "4:5")),
        ("# e:a e:p e:c .\ne:a e:q '''# e:p e:c''' ; e:p e:c .", P, C, ("3:1", "3:27", "3:31")),
        # The subject is described at two places: that of the statement counts.
        ("e:a e:q 1 .\ne:b e:q 1 .\ne:a e:p e:c .", P, C, ("4:1", "4:5", "4:9")),
        # Backwards, the statement stands at another subject.
        ("e:a e:q 1 .\ne:c\n e:p e:b , e:a .", Step(P.predicate, inverse=True), C,
         ("2:1", "4:2", "3:1")),
        # Paths of several steps: the last statement of the way, whatever else has that value.
        ("e:b e:q e:c .\ne:a e:p e:x .\ne:x e:q e:c .", Sequence((P, Q)), C,
         ("3:1", "4:5", "4:9")),
        ("e:a e:p [ e:q e:b ] , [\n e:q e:c ] .", Sequence((P, Q)), C, ("2:1", "3:2", "3:6")),
        ("e:x e:q e:a .\ne:x e:p e:c .", Sequence((Step(Q.predicate, inverse=True), P)), C,
         ("2:9", "3:5", "3:9")),
        ("e:a e:p e:b .\ne:b e:p e:a , e:c .", Repeat(P, 1, True), C, ("2:1", "3:5", "3:15")),
        ("e:a e:q e:c .", Alternative((P, Q)), C, ("2:1", "2:5", "2:9")),
        ("e:c e:p e:b .\ne:b e:q e:a .", Inverse(Sequence((P, Q))), C, ("3:9", "2:5", "2:1")),
        # The statement is in another graph: the way can only be guessed from its end.
        ("e:a e:q 1 .\ne:b e:q e:c .", Sequence((P, Q)), C, ("2:1", "3:5", "3:9")),
        # Without a value: the property, else the focus node; on a long path, where it ends.
        ("e:b e:p 1 .\ne:a\n e:q 1 .", P, None, ("3:1", None, None)),
        ("e:a e:q 1 ;\n e:p 2 .", P, None, ("2:1", "3:2", None)),
        ("e:a e:q 1 ; e:p\n e:b .\ne:b e:p 1 .", Sequence((P, Q)), None, ("2:1", "2:13", None)),
        # The value is entailed from another property, or found by a query.
        ("e:a e:q 1 ;\n e:sub e:c .", P, C, ("2:1", "3:2", "3:8")),
        # The focus node is no subject at all.
        ("e:b e:q e:a .", None, A, ("2:9", None, "2:9")),
    ],
)  # fmt: skip
def test_spots_in_turtle(
    text: str, tree: Path | None, value: str | None, expected: tuple[str | None, ...]
) -> None:
    """Focus node, property and value are where they are written in the statement at fault."""
    found = located(result(A, tree, value), source(HEADER + text))
    assert spots(found.spots) == expected
    assert (
        spots(located(result(A, tree, value), source("\ufeff" + HEADER + text)).spots) == expected
    )


def test_places_name_what_is_at_fault() -> None:
    """The value comes first; without it the property, where a long path ends, the focus node."""
    one = source(HEADER + "e:a e:q 1 ; e:p\n e:b .\ne:b e:p 1 .")
    cases: list[tuple[Path | None, str | None, str]]
    cases = [(P, B, "3:2"), (Q, None, "2:5"), (Sequence((P, Q)), None, "3:2"), (None, None, "2:1")]
    for tree, value, expected in cases:
        places = located(result(A, tree, value), one).places
        assert [short(place) for place in places] == [expected]


def test_too_many_values_all_have_their_place() -> None:
    """Of more values than allowed, each is shown; of texts in one language, only these."""
    one = source(HEADER + "e:a e:p 1 ,\n 2 .\ne:b e:q 1 .\ne:a e:p 3 .")
    found = located(replace(result(A, P), component=MAX_COUNT), one)
    assert [short(place) for place in found.places] == ["2:9", "3:2", "5:9"]
    back = replace(result(A, Step(P.predicate, inverse=True)), component=MAX_COUNT)
    found = located(back, source(HEADER + "e:b e:p e:a .\ne:c e:p e:a ."))
    assert [short(place) for place in found.places] == ["2:1", "3:1"]
    unique = replace(result(A, P), component=f"{SH}UniqueLangConstraintComponent")
    found = located(unique, source(HEADER + "e:a e:p 'x'@de , 'y'@en , 'z'@de , 'w' ."))
    assert [short(place) for place in found.places] == ["2:9", "2:27"]


def test_property_that_is_not_allowed_is_shown_itself() -> None:
    """When no such property may be there, its value is not to blame."""
    closed = replace(result(A, P, B), component=f"{SH}ClosedConstraintComponent")
    found = located(closed, source(HEADER + "e:a\n e:p\n e:b ."))
    assert [short(place) for place in found.places] == ["3:2"]


def test_blank_nodes_are_found() -> None:
    """Blank nodes, in brackets, lists or with labels, stand where they are written."""
    text = HEADER + "e:a e:p [ e:q 1 ] ,\n ( 'x' [ e:q 2 ] _:b ) .\n_:b e:q 3 .\n[] e:q [ e:q 4 ] ."
    one = source(text)
    expected = {"1": ("2:9", "2:11", "2:15"), "2": ("3:8", "3:10", "3:14")}
    expected |= {"3": ("4:1", "4:5", "4:9"), "4": ("5:8", "5:10", "5:14")}
    for quad in one.quads:
        if quad.predicate.value == f"{E}q" and isinstance(quad.object, Literal):
            found = located(result(str(quad.subject), Q, str(quad.object)), one)
            assert spots(found.spots) == expected.pop(quad.object.value)
    assert not expected
    nodes = [str(quad.object) for quad in one.quads if quad.predicate.value == f"{E}p"]
    places = [short(located(result(A, P, node), one).spots.value) for node in nodes]
    assert sorted(map(str, places)) == ["2:9", "3:2"]


def test_contribution_comes_before_the_published_graph() -> None:
    """Places in the source that is given first come first; other sources follow."""
    mine = source(HEADER + "\ne:a e:p e:b .", name="mine")
    old = source(HEADER + "e:a e:p e:b .", name="old")
    found = located(result(A, P, B), mine, old)
    assert [str(place) for place in found.places] == ["mine:3:9", "old:2:9"]
    steps = Sequence((P, Q))
    far = source(HEADER + "e:b e:q e:c .", name="far")
    assert str(located(result(A, steps, C), mine, far).places[0]) == "far:2:9"


@pytest.mark.parametrize(
    ("graph", "expected"), [("g", "3:20"), ("h", "4:15"), ("graph/x", "5:11"), ("none", None)]
)
def test_graph_of_trig(graph: str, expected: str | None) -> None:
    """A finding on one named graph is found in that graph of a TriG file."""
    text = HEADER + "\nGRAPH e:g {e:a\te:p 1}\ne:h { e:a e:p 1 .\n} e:a e:p 1 ."
    finding = replace(result(A, P, integer("1")), graph=E + graph)
    assert short(located(finding, source(text, ".trig")).spots.value) == expected


@pytest.mark.parametrize("suffix", [".nt", ".nq"])
def test_lines_of_n_triples_and_n_quads(suffix: str) -> None:
    """In N-Quads the graph is no part of the triple."""
    graph = f" <{E}g>" if suffix == ".nq" else ""
    text = f'{B} <{E}q> {C}{graph} .\n_:x <{E}p> "7"{graph} .\n{A} <{E}p> "7"@de {graph}.'
    found = located(result(A, P, '"7"@de'), source(text, suffix))
    assert spots(found.spots) == ("3:1", "3:25", "3:49")


JSON = """{
  "@context": {"@vocab": "https://example.org/", "e": "https://example.org/", "id": "@id",
    "tags": {"@id": "e:p", "@container": "@language"}, "of": {"@reverse": "e:p"},
    "all": {"@id": "e:q", "@container": "@list"}, "day": {"@id": "e:day", "@type": "e:Day"},
    "to": {"@id": "e:to", "@type": "@id"}},
  "@graph": [
    {"id": "e:a", "p": ["x", 5, {"q": "inner"}], "tags": {"de": ["y", "z"]}, "day": "now",
     "to": "e:b", "a/b~c": 2.5, "@type": "T"},
    {"id": "e:b", "of": {"id": "e:z"}, "all": ["one", {"p": true}],
     "@reverse": {"to": {"id": "e:y"}}}
  ]
}"""


@pytest.mark.parametrize(
    ("focus", "path", "value", "expected"),
    [
        ("a", "p", '"x"', ("/@graph/0", "/@graph/0/p", "/@graph/0/p/0")),
        ("a", "p", integer("5"), ("/@graph/0", "/@graph/0/p", "/@graph/0/p/1")),
        ("a", "p", '"z"@de', ("/@graph/0", "/@graph/0/tags", "/@graph/0/tags/de/1")),
        ("a", "day", f'"now"^^<{E}Day>', ("/@graph/0", "/@graph/0/day", "/@graph/0/day")),
        ("a", "to", B, ("/@graph/0", "/@graph/0/to", "/@graph/0/to")),
        ("a", "a/b~c", f'"2.5E0"^^<{XSD}double>', ("/@graph/0", "/@graph/0/a~1b~0c") * 2),
        ("a", "missing", None, ("/@graph/0", None, None)),
        ("z", "p", B, ("/@graph/1/of", "/@graph/1/of", "/@graph/1")),
        ("y", "to", B, ("/@graph/1/@reverse/to",) * 2 + ("/@graph/1",)),
        ("a", RDF_TYPE, f"<{E}T>", ("/@graph/0", "/@graph/0/@type", "/@graph/0/@type")),
    ],
)
def test_pointers_of_json_ld(
    focus: str, path: str, value: str | None, expected: tuple[str | None, ...]
) -> None:
    """In JSON-LD, spots are pointers to the node object, the key and the value."""
    iri = path if ":" in path else E + path
    if path == "a/b~c":
        expected = (expected[0], expected[1], expected[1])
    found = located(result(f"<{E}{focus}>", Step(f"<{iri}>"), value), source(JSON, ".jsonld")).spots
    pointers = tuple(place and place.pointer for place in (found.focus, found.path, found.value))
    assert pointers == expected
    line = next(n for n, text in enumerate(JSON.splitlines(), 1) if f'"e:{focus}"' in text)
    if found.focus and focus in "ab":
        assert found.focus.line == line


def test_blank_nodes_of_json_ld() -> None:
    """Node objects without an identifier, also in lists, are found."""
    one = source(JSON, ".jsonld")
    inner = {str(quad.object)[1:].partition('"')[0]: str(quad.subject) for quad in one.quads if
             str(quad.object) in ('"inner"', f'"true"^^<{XSD}boolean>')}  # fmt: skip
    found = located(result(inner["inner"], Q, '"inner"'), one).spots
    assert found.focus and found.focus.pointer == "/@graph/0/p/2"
    found = located(result(inner["true"], P, f'"true"^^<{XSD}boolean>'), one).spots
    assert found.value and found.value.pointer == "/@graph/1/all/1/p"


def test_details_have_places_too() -> None:
    """What nested shapes say of a value stands at that value."""
    inner = result(B, Q, C)
    found = located(replace(result(A, P, B), details=(inner,)),
                    source(HEADER + "e:a e:p e:b .\ne:b e:q e:c ."))  # fmt: skip
    assert spots(found.details[0].spots) == ("3:1", "3:5", "3:9")


def test_places_cost_by_the_findings() -> None:
    """A thousand findings on one node with as many values scan each text once only."""
    values = range(1000)
    one = source(HEADER + "e:a e:p " + " ,\n ".join(map(str, values)) + " .")
    count = []
    read = Source.read

    def counting(self: Source) -> str:
        count.append(self.shown)
        return read(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Source, "read", counting)
        findings = tuple(result(A, P, integer(str(number))) for number in values)
        found = with_places(Report(findings), [one]).results
    assert [each.places[0].line for each in found] == [number + 2 for number in values]
    assert count == ["x"]
