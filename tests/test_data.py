"""The ontology, data and queries of this repository keep their promises."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, QueryBoolean, QuerySolutions, RdfFormat, Triple, parse

from kg.namespaces import DCT, OWL, PROV, RDF, RDF_TYPE, RDFS, SKOS
from kg.publish.store import Query, run
from kg.publish.versions import Version
from kg.rdf.canonical import canonical
from kg.rdf.queries import read_queries
from kg.rdf.sparql_text import kind_of
from kg.settings import read_project

ROOT = Path(__file__).parents[1]
BASE = "https://w3id.org/kommunalgraph/"
KGO = BASE + "ns#"
ID = BASE + "id/"
ORG = "http://www.w3.org/ns/org#"
DATA = sorted((ROOT / "data").rglob("*.ttl"))
ONTOLOGY = sorted((ROOT / "ontology").rglob("*.ttl"))
TURTLE = sorted(
    path
    for folder in ("ontology", "shapes", "data", "tests/shapes", "tests/projects")
    for path in (ROOT / folder).rglob("*.ttl")
    if "build" not in path.parts
)
HEADERS = {
    "competency": {"name", "de", "en", "for"},
    "examples": {"name", "de", "en", "for"},
    "hygiene": {"name", "severity", "de", "en"},
    "pages": {"name", "de", "en", "class"},
    "rules": {"name", "de", "en"},
    "views": {"name", "de", "en"},
}
OPEN = ("pages", "views")
"""Folders of queries with further headers, which those who read them check."""
FORMS = {
    **{folder: {"SELECT"} for folder in ("competency", "hygiene", "pages", "views")},
    "rules": {"CONSTRUCT"},
}
LEVELS = {"State": 2, "GovernmentDistrict": 3, "District": 5, "Municipality": 8}
_MAIL = re.compile(r"[\w.%+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}", re.I)
_PHONE = re.compile(
    r"(?:\+|\b00)(?:\(0\))?[1-9][\d ()/.-]{6,}\d"  # +49 521 51-0
    r"|\(0[1-9]\d{1,4}\)\s?\d[\d -]{3,}"  # (0521) 510
    r"|(?<![\d.,/-])0[1-9]\d{1,4}\s?[ /-]\s?[1-9][\d -]{3,}\d"  # 0521/51-2000
    r"|\b(?:Tel|Telefon|Fax|Phone|Mobil)\b\.?:?\s*[\d+(]",
    re.I,
)
Graph = dict[str, dict[str, list[NamedNode | Literal]]]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def statements(path: Path) -> list[Triple]:
    return [quad.triple for quad in parse(path.read_bytes(), RdfFormat.TURTLE)]


def by_subject(paths: Iterable[Path]) -> Graph:
    """Subject, predicate, objects; blank nodes are left out."""
    graph: Graph = defaultdict(lambda: defaultdict(list))
    for path in paths:
        for triple in statements(path):
            if isinstance(triple.subject, NamedNode) and isinstance(
                triple.object, NamedNode | Literal
            ):
                graph[triple.subject.value][triple.predicate.value].append(triple.object)
    return graph


def values(graph: Graph, subject: str, predicate: str) -> list[str]:
    return sorted(node.value for node in graph.get(subject, {}).get(predicate, []))


def members(graph: Graph, kind: str) -> list[str]:
    return sorted(subject for subject in graph if kind in values(graph, subject, RDF_TYPE))


def only(found: list[str]) -> str:
    assert len(found) == 1, found
    return found[0]


@pytest.fixture(scope="module")
def data() -> Graph:
    return by_subject(DATA)


# every statement has a source


@pytest.mark.parametrize("path", DATA, ids=name)
def test_graph_names_a_described_source(path: Path) -> None:
    """All statements of a file are in a graph with dct:source and prov:wasDerivedFrom to a
    document that has, in the same graph, a class and a preferred label."""
    graph = by_subject([path])
    this = BASE + "graph/" + path.relative_to(ROOT / "data").with_suffix("").as_posix()
    sources = values(graph, this, DCT + "source")
    assert sources
    assert set(sources) <= set(values(graph, this, PROV + "wasDerivedFrom"))
    for source in sources:
        assert source.startswith(ID + "document/")
        assert any(kind.startswith(KGO) for kind in values(graph, source, RDF_TYPE))
        assert only(values(graph, source, SKOS + "prefLabel"))


def test_all_published_statements_have_a_source(published: Version) -> None:
    """Of the graphs that hold data, all statements, 100 %, are in one with a described source."""
    loose = f"""
    PREFIX dct: <{DCT}> PREFIX prov: <{PROV}> PREFIX skos: <{SKOS}>
    SELECT (COUNT(*) AS ?all) (SUM(IF(BOUND(?title), 1, 0)) AS ?sourced) WHERE {{
      GRAPH ?g {{ ?s ?p ?o }}
      FILTER (!REGEX(STR(?g), "/graph/(ontology|shapes)/|/graph/inferred$"))
      OPTIONAL {{
        {{ SELECT ?g (MIN(STR(?label)) AS ?title) {{
          GRAPH ?g {{ ?g dct:source ?d ; prov:wasDerivedFrom ?d .
                      ?d a ?kind ; skos:prefLabel ?label }}
        }} GROUP BY ?g }}
      }}
    }}"""
    rows = run(published.store, Query(loose))
    assert isinstance(rows, QuerySolutions)
    row = next(iter(rows))
    written = sum(len(set(statements(path))) for path in DATA)
    assert int(row["all"].value) == int(row["sourced"].value) == written > 10_000


# the ontology


def own_terms() -> list[str]:
    """The classes and properties that the ontology declares in our namespace."""
    graph = by_subject(ONTOLOGY)
    kinds = [OWL + kind for kind in ("Class", "ObjectProperty", "DatatypeProperty")]
    kinds += [OWL + "AnnotationProperty", RDFS + "Class", RDF + "Property"]
    found = {term for kind in kinds for term in members(graph, kind)}
    return sorted(term for term in found if term.startswith(KGO))


@pytest.fixture(scope="module")
def ontology() -> Graph:
    return by_subject(ONTOLOGY)


@pytest.mark.parametrize("term", own_terms(), ids=lambda term: term.removeprefix(KGO))
def test_term_is_labelled_and_defined(ontology: Graph, term: str) -> None:
    """A class or property of ours has one label and one definition in each language."""
    for predicate in (RDFS + "label", SKOS + "definition"):
        texts = [node for node in ontology[term][predicate] if isinstance(node, Literal)]
        assert sorted(str(text.language) for text in texts) == ["de", "en"]
        assert all(text.value.strip() == text.value != "" for text in texts)


def test_ontology_has_terms() -> None:
    """There are terms of ours to look at, and no other subject in our namespace goes unseen."""
    terms = {term.removeprefix(KGO) for term in own_terms()}
    assert {"Municipality", "Document", "belongsTo", "passage", "ags"} <= terms
    graph = by_subject(ONTOLOGY)
    assert {s for s in graph if s.startswith(KGO)} == set(own_terms())


# the gazetteer


def bodies(data: Graph, kind: str) -> list[str]:
    return members(data, KGO + kind)


@pytest.mark.parametrize(
    ("kind", "count"),
    [
        ("State", 16),
        ("GovernmentDistrict", 19),
        ("District", 294),
        ("MunicipalAssociation", 1202),
        ("Municipality", 10943),
    ],
)
def test_bodies_are_complete(data: Graph, kind: str, count: int) -> None:
    """All of Germany is there, as in the register of 28.02.2026."""
    assert len(bodies(data, kind)) == count


def test_kreise_are_complete(data: Graph) -> None:
    """There are 401 Kreise: districts, and cities that are a Kreis by themselves."""
    kinds = {f"{BASE}code/municipality-kind/{kind}" for kind in ("kreisfreie-stadt", "stadtkreis")}
    cities = [
        body
        for body in bodies(data, "Municipality")
        if kinds & set(values(data, body, KGO + "municipalityKind"))
    ]
    assert len(cities) + len(bodies(data, "District")) == 401
    prefix = ID + "identifier/ags-"
    assert len([name for name in data if name.startswith(prefix) and len(last(name)) == 9]) == 401


@pytest.mark.parametrize(("kind", "length"), LEVELS.items())
def test_keys_have_the_length_of_their_level(data: Graph, kind: str, length: int) -> None:
    """A key has as many digits as its level asks for and is the end of the body's IRI."""
    for body in bodies(data, kind):
        key = only(sorted(set(values(data, body, KGO + "ags"))))
        assert re.fullmatch(r"\d+", key)
        own = [LEVELS[k] for k in LEVELS if KGO + k in values(data, body, RDF_TYPE)]
        assert len(key) in own
        assert body.endswith("/" + key)
        assert length in own


def test_key_starts_with_that_of_the_parent(data: Graph) -> None:
    """A body lies in exactly one higher one, whose key its own key starts with; states in none."""
    checked = 0
    for kind in ("GovernmentDistrict", "District", "Municipality"):
        for body in bodies(data, kind):
            key = only(sorted(set(values(data, body, KGO + "ags"))))
            parents = sorted(set(values(data, body, KGO + "belongsTo")))
            if KGO + "State" in values(data, body, RDF_TYPE):
                assert parents == []
                continue
            above = only(sorted(set(values(data, only(parents), KGO + "ags"))))
            assert key.startswith(above)
            assert len(above) < len(key)
            checked += 1
    assert checked > 500


# privacy


def contact_data(text: str) -> list[str]:
    """The e-mail addresses and telephone numbers in a text, also in the usual disguises."""
    return [match.group() for pattern in (_MAIL, _PHONE) for match in pattern.finditer(text)]


@pytest.mark.parametrize("path", DATA, ids=name)
def test_no_contact_data(path: Path) -> None:
    """No literal holds an e-mail address or a telephone number."""
    literals = [t.object.value for t in statements(path) if isinstance(t.object, Literal)]
    assert [text for text in literals if contact_data(text)] == []


def test_no_contact_address() -> None:
    """No IRI in the data is one to write to or to call."""
    found = [
        str(triple)
        for path in DATA
        for triple in statements(path)
        for node in (triple.subject, triple.object)
        if isinstance(node, NamedNode) and re.match(r"(mailto|tel|fax|sms):", node.value, re.I)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "Auskunft: erika.mustermann@stadt.example.de",
        "info@example.org",
        "erika (at) example.org",
        "erika[at]example.org",
        "+49 521 51-0",
        "0049 521 510",
        "+49 (0)521 51-2000",
        "(0521) 51 20 00",
        "0521/51-2000",
        "0521 512000",
        "05251-88 12345",
        "Tel.: 51-2000",
        "Telefon 512000",
        "Fax: +49",
    ],
)
def test_planted_contact_data_is_found(text: str) -> None:
    """The check sees addresses and numbers in the ways in which they are written."""
    assert contact_data(f"Siehe {text}, Seite 3.")


@pytest.mark.parametrize(
    "text",
    [
        "05774032",
        "AGS 05711000",
        "2020-07-23",
        "23.03.2023",
        "Drucksache 6277/2014-2020",
        "28.02.2026, 17 Länder",
        "1.234.567,89 Euro",
        "52.0302, 8.5325",
        "DIN SPEC 91607",
        "Punkt 5 @ Rathaus",
        "DE300000000",
    ],
)
def test_other_numbers_are_left_alone(text: str) -> None:
    """Keys, dates, file numbers, coordinates and amounts are no telephone numbers."""
    assert contact_data(f"Siehe {text} und mehr.") == []


# links


def test_no_same_as() -> None:
    """Nothing is owl:sameAs anything: links to Wikidata are matches, which entail nothing."""
    used = Counter(t.predicate.value for path in DATA for t in statements(path))
    assert used[OWL + "sameAs"] == 0
    assert used[SKOS + "exactMatch"] > 0


def test_wikidata_is_only_matched(published: Version) -> None:
    """No statement of the published graph, inferred ones included, is owl:sameAs to Wikidata."""
    wikidata = 'CONTAINS(CONCAT(STR(?a), " ", STR(?b)), "wikidata.org/")'
    for predicate, expected in ((OWL + "sameAs", False), (SKOS + "exactMatch", True)):
        text = f"ASK {{ GRAPH ?g {{ ?a <{predicate}> ?b }} FILTER ({wikidata}) }}"
        result = run(published.store, Query(text))
        assert isinstance(result, QueryBoolean)
        assert bool(result) is expected


# memberships


def last(iri: str) -> str:
    return iri.rsplit("/", 1)[1]


@pytest.mark.parametrize("path", DATA, ids=name)
def test_membership_is_whole_and_named_after_its_parts(path: Path) -> None:
    """In its file a membership has exactly one member, organisation, source and passage, and
    its IRI is organisation--member--document."""
    graph = by_subject([path])
    for membership in members(graph, ORG + "Membership"):
        organization = only(values(graph, membership, ORG + "organization"))
        member = only(values(graph, membership, ORG + "member"))
        document = only(values(graph, membership, PROV + "wasDerivedFrom"))
        assert only(values(graph, membership, KGO + "passage")).strip()
        parts = map(last, (organization, member, document))
        assert membership == f"{ID}membership/{'--'.join(parts)}"


def test_there_are_memberships(data: Graph) -> None:
    """Memberships are there to be looked at, and none is stated in two files."""
    found = [m for path in DATA for m in members(by_subject([path]), ORG + "Membership")]
    assert len(found) == len(set(found)) > 100
    assert set(found) == {s for s in data if s.startswith(ID + "membership/")}


# form


@pytest.mark.parametrize("path", TURTLE, ids=name)
def test_turtle_is_canonical(path: Path) -> None:
    """`kg fmt` would change nothing."""
    root = ROOT
    if path.is_relative_to(ROOT / "tests" / "projects"):
        root = next(folder for folder in path.parents if (folder / "kg.toml").is_file())
    text = path.read_bytes().decode("utf-8")
    assert canonical(text, read_project(root), shown=name(path)) == text


def test_canonical_form_is_checked(repository: Path) -> None:
    """The same statements in another order are not canonical."""
    path = repository / "data" / "links" / "wikidata.ttl"
    text = path.read_text(encoding="utf-8")
    head, *blocks = text.split("\n\n")
    other = "\n\n".join([head, *reversed([block.strip() for block in blocks])]) + "\n"
    assert canonical(other, read_project(repository), shown="other") == text != other


# queries


def queries() -> list[Path]:
    return sorted((ROOT / "queries").rglob("*.rq"))


@pytest.mark.parametrize("path", queries(), ids=name)
def test_query_has_the_headers_of_its_folder(path: Path) -> None:
    """A query says its name, itself in both languages and what its folder asks for besides."""
    folder = path.relative_to(ROOT / "queries").parts[0]
    [query] = [query for query in read_queries(path.parent) if query.path == path]
    optional = {"contribution"} if folder == "hygiene" else set()
    given = set(query.header) - optional
    assert given >= HEADERS[folder] if folder in OPEN else given == HEADERS[folder]
    assert query.header.get("contribution", "yes") == "yes"
    assert all(query.header.values())
    assert query.header["name"] == re.sub(r"^\d\d-", "", path.stem)
    assert query.header["de"] != query.header["en"]
    if folder == "hygiene":
        assert query.header["severity"] in ("error", "warning", "info")
        slots = [set(re.findall(r"\{(\w+)\}", query.header[lang])) for lang in ("de", "en")]
        assert slots[0] == slots[1]
        assert all(f"?{slot}" in query.text for slot in slots[0])
    assert kind_of(query.text) in FORMS.get(folder, {"SELECT", "CONSTRUCT", "DESCRIBE"})


def test_there_are_queries_in_each_folder() -> None:
    """No folder of queries is empty, and there is none without rules for its headers."""
    assert {path.relative_to(ROOT / "queries").parts[0] for path in queries()} == set(HEADERS)


@pytest.mark.parametrize("path", sorted((ROOT / "queries" / "examples").glob("*.rq")), ids=name)
def test_example_has_no_term_of_ours(path: Path) -> None:
    """A platform asks with standard vocabularies only: no class, property or code of ours."""
    text = path.read_text(encoding="utf-8")
    assert "kgo:" not in text
    assert re.findall(rf"{re.escape(BASE)}(?!id/)\S*", text) == []
