"""Literals that Oxigraph would rewrite keep their identity, and their value in expressions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, Store
from tests.validate.sparql_shapes import found, plan, select, short

from kg.namespaces import XSD
from kg.validate.sparql_identity import REWRITTEN, is_kept, kept, own

DATA = "ex:a ex:p 1 , 01 , '1'^^xsd:byte , 1.0 , 1e0 , '1'^^xsd:boolean , 2.50 , 'x' , ex:b ."
NUMBERS = ("1", "01", "byte 1", "decimal 1.0", "double 1e0")


def spelt(term: str | None) -> str:
    """Return a literal as its lexical form, with its datatype before it unless it is usual."""
    lexical, _, datatype = (short(term) or "").partition("^^")
    name = datatype.removeprefix(f"<{XSD}").rstrip(">")
    return f"{name} {lexical[1:-1]}" if name not in ("", "integer") else lexical.strip('"')


def values(query: str, data: str = DATA, target: str = "sh:targetSubjectsOf ex:p") -> list[str]:
    return sorted(spelt(row[2]) for row in found(data, select(query, target=target)))


LEXICAL = st.one_of(
    st.integers(-(10**30), 10**30).map(str),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20).map(
        lambda number: f"{number:f}"
    ),
    st.dates().map(str),
    st.datetimes().map(lambda moment: moment.isoformat()),
    st.from_regex(r"\A[+-]?0{0,2}[0-9]{0,3}(\.[0-9]{0,3})?\Z"),
    st.from_regex(
        r"\A-?[0-2][0-9]{3}-[01][0-9]-[0-3][0-9](T[0-2][0-9]:[0-6]0:00(\.0)?)?"
        r"(Z|[+-](00|0[0-9]|1[0-4]):[0-3]0)?\Z"
    ),
    st.sampled_from(["true", "false", "0", "-0", "NaN", "INF", "P12M", "24:00:00", "--02-30"]),
)


@given(LEXICAL, st.sampled_from(sorted(REWRITTEN)))
def test_what_is_stored_comes_back(lexical: str, datatype: str) -> None:
    """Each literal of a datatype that Oxigraph knows is found in the store as it was written."""
    term = f'"{lexical}"^^<{datatype}>'
    store = Store()
    store.load(f"<a:s> <a:p> {kept(term)} .", RdfFormat.N_TRIPLES, lenient=True)
    assert [own(str(quad.object)) for quad in store] == [term]
    assert own(kept(term)) == term


def test_usual_spellings_are_stored_as_they_are() -> None:
    """What needs no care costs nothing: other terms and canonical forms are not changed."""
    usual = (("12", "integer"), ("-1.5", "decimal"), ("true", "boolean"), ("2024-02-29", "date"))
    terms = [f'"{lexical}"^^<{XSD}{name}>' for lexical, name in usual]
    others = ["<a:b>", "_:b", '"a"', '"a"@de', '"01"^^<a:own>']
    assert not any(is_kept(kept(term)) for term in (*terms, *others))


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("FILTER (?value = 1)", NUMBERS),
        ("FILTER (?value + 1 = 2.0 && 1 IN (?value))", NUMBERS),
        ("FILTER (isNumeric(?value) && ?value > 2)", ("decimal 2.50",)),
        ("FILTER (?value = true)", ("boolean 1",)),
        ("FILTER EXISTS { $this ex:p ?w FILTER (?w > ?value) }", NUMBERS),
        ("FILTER EXISTS { $this ex:p ?w FILTER (?w = ?value && isNumeric(?w)) }",
         (*NUMBERS, "decimal 2.50")),
        ("BIND (?value AS ?w) FILTER (?w * 2 = 2)", NUMBERS),
        ("BIND (?value * 2 AS ?w) FILTER (?w = 5)", ("decimal 2.50",)),
        ("FILTER EXISTS { $this ex:p 1.0 FILTER (?value = 2.5) }", ("decimal 2.50",)),
        ("FILTER NOT EXISTS { $this ex:p 001 } FILTER (?value = 2.5)", ("decimal 2.50",)),
        ("{ SELECT $this (SUM(?n) AS ?s) { $this ex:p ?n FILTER isNumeric(?n) } GROUP BY $this } "
         "FILTER (?s = 7.5 && ?value = 2.5)", ("decimal 2.50",)),
        ("{ SELECT $this (COUNT(DISTINCT ?n) AS ?s) { $this ex:p ?n } GROUP BY $this } "
         "FILTER (?s = 9 && ?value = 2.5)", ("decimal 2.50",)),
        ("{ SELECT $this ?n { $this ex:p ?n FILTER isNumeric(?n) } ORDER BY DESC(?n) LIMIT 1 } "
         "FILTER (?n = ?value)", ("decimal 2.50",)),
        ("{ SELECT $this ?n { $this ex:p ?n FILTER isNumeric(?n) } ORDER BY $this ?n LIMIT 1 } "
         "FILTER (?n = 1 && ?value = 2.5)", ("decimal 2.50",)),
    ],
)  # fmt: skip
@pytest.mark.parametrize("more", ["", "OPTIONAL { ?value ex:none ?none }"])
def test_expressions_look_at_values(where: str, expected: tuple[str, ...], more: str) -> None:
    """Filters and arithmetic say of 01, 1.0 and "1"^^xsd:byte what they say of 1."""
    query = f"SELECT $this ?value {{ $this ex:p ?value {more} {where} }}"
    assert values(query) == sorted(expected)


@pytest.mark.parametrize(
    ("select_", "expected"),
    [
        ("$this ?value { $this ex:p|ex:r ?value FILTER (?value = 1) }", NUMBERS),
        ("$this (?v AS ?value) { $this ex:p|ex:r ?v FILTER (?v = 1) }", NUMBERS),
        ("DISTINCT $this ?value { { $this ex:p ?v } BIND (?v AS ?value) FILTER (?v = 1) }",
         NUMBERS),
        ("$this ?value { $this ex:p ?value { ?x ex:p ?value } ?x ex:q|ex:r ?z }", ("01",)),
        ("$this ?value { $this ex:p ?value ; ex:p ?w FILTER (sameTerm(?value, ?w) && ?w = 1) }",
         NUMBERS),
        ("$this ?value { { $this ex:p ?value } ?x ex:q 1 }", ()),
        ("$this ?value { { $this ex:p ?value } FILTER (?value = 2.5) "
         f"?x ex:q '1'^^<{XSD}byte> }}",
         ("decimal 2.50",)),
    ],
)  # fmt: skip
def test_patterns_look_at_terms(select_: str, expected: tuple[str, ...]) -> None:
    """Patterns and copies tell 1 from 01 and from "1"^^xsd:byte, and results say which it is."""
    data = DATA + " ex:c ex:p 01 ; ex:q '1'^^xsd:byte ."
    target = "sh:targetNode ex:a"
    assert values(f"SELECT {select_}", data, target) == sorted(expected)


@pytest.mark.parametrize("focus", ["1", "01", "'1'^^xsd:byte", "1.0"])
@pytest.mark.parametrize(
    "where",
    [
        "$this (ex:p/ex:r)|^ex:q ?value",
        "?value ex:q $this",
        "{ ?value ex:q $this }",
        "BIND ($this AS ?that) { ?value ex:q ?that }",
        "?value ex:q $this FILTER ($this = 1 && $this < 2)",
        "{ ?value ex:q $this } FILTER ($this + 1 = 2)",
        "{ SELECT $this ?value { ?value ex:q $this FILTER ($this = 1) } LIMIT 5 }",
        "?value ex:q ?o FILTER sameTerm(?o, $this)",
    ],
)
def test_a_focus_node_is_one_term(focus: str, where: str) -> None:
    """The focus node 1 is not 01: each is found where it stands, and nowhere else."""
    data = "ex:x1 ex:q 1 . ex:x2 ex:q 01 . ex:x3 ex:q '1'^^xsd:byte . ex:x4 ex:q 1.0 ."
    expected = {"1": "x1", "01": "x2", "'1'^^xsd:byte": "x3", "1.0": "x4"}[focus]
    query = f"SELECT DISTINCT $this ?value {{ {where} }}"
    assert values(query, data, f"sh:targetNode {focus}") == [expected]


def test_many_values_keep_their_identity() -> None:
    """So it is with a store that is loaded at once: of 6,000 nodes every third one has 01."""
    forms = ("1", "01", "1.0")
    data = " ".join(f"ex:n{i} ex:p {forms[i % 3]} ." for i in range(6_000))
    query = "SELECT $this ?value { $this ex:p ?value OPTIONAL { ?o ex:q $this } FILTER (?value = 1)"
    assert len(values(query + " }", data)) == 6_000
    rows = values(query + " FILTER EXISTS { { $this ex:p 01 } { $this ex:p ?value } } }", data)
    assert rows == ["01"] * 2_000


def test_shapes_and_parameters_keep_their_identity() -> None:
    """Literals of the shapes graph and of parameters are terms in patterns, values in filters."""
    query = "SELECT $this {{ GRAPH $shapesGraph {{ $currentShape ex:mark {} }} $this ex:p ?x }}"
    marked = "ex:Shape ex:mark 07 ."
    for mark, count in (("07", 1), ("7", 0), ("?m FILTER (?m = 7)", 1), ("?m FILTER (?m > 7)", 0)):
        assert len(found("ex:a ex:p 1 .", select(query.format(mark), marked))) == count
    ask = "ASK { ?x ex:q $value . ?x ex:r $least FILTER ($value = 1 && $least = 2) }"
    shapes = f"""
    ex:C a sh:ConstraintComponent ; sh:parameter [ sh:path ex:least ] ;
      sh:validator [ sh:prefixes ex:Prefixes ; sh:ask "{ask}" ] .
    ex:Shape sh:targetSubjectsOf ex:p ; sh:property [ sh:path ex:p ; ex:least 02 ] .
    """
    data = "ex:a ex:p 1 , 01 , 1.0 . ex:x ex:q 01 , 1.0 ; ex:r 02 . ex:y ex:q 1 ; ex:r 2 ."
    assert [spelt(row[2]) for row in found(data, shapes)] == ["1"]


def test_a_derived_datatype_is_reported_as_it_is() -> None:
    """A value of xsd:byte is reported with xsd:byte (it came back as an xsd:integer)."""
    query = "SELECT $this ?value { $this ex:p ?value FILTER NOT EXISTS { ?value ex:q ?x } }"
    assert values(query, "ex:x ex:p '7'^^xsd:byte .") == ["byte 7"]


def test_a_computed_value_is_found_in_any_spelling() -> None:
    """A pattern that looks for a computed value finds it however the data spells it."""
    query = "SELECT $this ?value { $this ex:net ?n BIND (?n * 2 AS ?value) { $this ex:p ?value } }"
    assert values(query, "ex:a ex:net 1.50 ; ex:p 3.0 .") == ["decimal 3.0"]


@pytest.mark.parametrize(
    ("query", "keeps", "exact"),
    [
        ("SELECT $this ?value { $this ex:p ?value }", True, True),
        ("SELECT $this (?x AS ?value) { $this ex:p ?x }", True, True),
        ("SELECT $this (MAX(?x) AS ?value) { $this ex:p ?x } GROUP BY $this", True, False),
        ("SELECT $this ?value { BIND (IRI(CONCAT('a:', 'b')) AS ?x) ?x ex:p ?value }", True, True),
        ("SELECT $this ?value { BIND (STR(1) + 1 AS ?x) ?value ex:p ?x }", False, False),
        ("SELECT $this ?value { BIND (1+1 AS ?y) BIND (?y AS ?x) ?value ex:p ?x }", False, False),
    ],
)
def test_queries_are_told_apart(query: str, keeps: bool, exact: bool) -> None:
    """Only where a pattern looks for a computed value must terms be stored as values."""
    read = plan(select(query))[1].extra.query
    assert (read.keeps, read.exact) == (keeps, exact)
