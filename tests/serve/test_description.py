"""The service description: the tests of W3C's suite service-description, and true counts."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, NamedNode, RdfFormat, Store, parse
from tests.serve.helpers import Client
from tests.serve.rdf import COUNTED, ask, count, graph_of, mapping, store_of, typed, values

from kg.namespaces import SD
from kg.publish.statistics import read_statistics
from kg.publish.versions import Version
from kg.serve.description import Limits, Service, describe
from kg.settings import DefaultGraph

ENDPOINT = "https://example.org/sparql"
VOID = "https://example.org/.well-known/void"
NODE, LITERAL = "node", "literal"
SCHEMA = {
    "endpoint": ("Service", NODE),
    "feature": ("Service", NODE),
    "defaultEntailmentRegime": ("Service", NODE),
    "defaultSupportedEntailmentProfile": ("Service", NODE),
    "entailmentRegime": ("NamedGraph", NODE),
    "supportedLanguage": ("Service", NODE),
    "resultFormat": ("Service", NODE),
    "defaultDataset": ("Service", "Dataset"),
    "defaultGraph": ("Dataset", "Graph"),
    "namedGraph": ("Dataset", "NamedGraph"),
    "name": ("NamedGraph", NODE),
    "graph": ("NamedGraph", "Graph"),
}
"""Domains and ranges of the properties that we use, as the recommendation's section 3 has them."""


def described(version: Version, setting: DefaultGraph, service: Service | None = None) -> Store:
    body = describe(ENDPOINT, version.manifest, setting, "turtle", service)
    return store_of(parse(body, RdfFormat.TURTLE))


def full(version: Version) -> Service:
    return Service(
        statistics=read_statistics(version.path),
        limits=Limits(time=2.5, memory=1 << 30, body=1 << 20),
        federated=("https://query.example.org/sparql",),
        void=VOID,
    )


@pytest.mark.parametrize(
    "media_type", ["text/turtle", "application/rdf+xml", "application/ld+json"]
)
def test_returns_rdf(media_type: str, client: Client) -> None:
    """W3C returns-rdf and has-endpoint-triple: GET on the endpoint gives RDF that names it."""
    response = client.get("/sparql", headers={"Accept": media_type})
    store = graph_of(response)
    assert ask(store, "<http://testserver/sparql> a sd:Service ; sd:endpoint ?x")
    assert values(store, "?s sd:endpoint ?x") == ["http://testserver/sparql"]


@pytest.mark.parametrize("setting", ["union", "plain"])
@pytest.mark.parametrize("bare", [True, False])
def test_schema(setting: DefaultGraph, bare: bool, version: Version) -> None:
    """W3C conforms-to-schema: properties exist, subjects and values are typed as they say."""
    store = described(version, setting, None if bare else full(version))
    for quad in store:
        prefix, _, name = quad.predicate.value.partition("#")
        if prefix + "#" != SD:
            continue
        domain, kind = SCHEMA[name]
        assert str(quad.subject) in typed(store, SD + domain)
        if kind == LITERAL:
            continue
        assert isinstance(quad.object, NamedNode | BlankNode)
        if kind != NODE:
            assert str(quad.object) in typed(store, SD + kind)
    for once in ("defaultDataset", "defaultGraph", "defaultEntailmentRegime"):
        assert len(values(store, f"?s sd:{once} ?x")) == 1


def test_union(version: Version) -> None:
    """The union is the default graph, counted as a set, closed under OWL 2 RL."""
    store = described(version, "union", full(version))
    triples = count(version.store, "COUNT(*)")
    assert values(store, "?d sd:defaultGraph ?g . ?g void:triples ?x") == [str(triples)]
    assert values(store, "?d sd:defaultGraph ?x") == [f"{VOID}#dataset"]
    assert ask(store, "?s sd:feature sd:UnionDefaultGraph, sd:BasicFederatedQuery")
    assert ask(store, "?s sd:defaultEntailmentRegime ent:OWL-RDF-Based")
    assert ask(
        store,
        "?s sd:defaultSupportedEntailmentProfile <http://www.w3.org/ns/owl-profile/RL>",
    )
    assert values(store, "?g sd:entailmentRegime ?x") == [
        "http://www.w3.org/ns/entailment/Simple"
    ] * len(version.manifest.graphs)


def test_plain(version: Version) -> None:
    """With "plain" the default graph is empty, and nothing is said to be concluded."""
    store = described(version, "plain", full(version))
    assert values(store, "?d sd:defaultGraph/void:triples ?x") == ["0"]
    assert not ask(store, "?s sd:feature sd:UnionDefaultGraph")
    assert ask(store, "?s sd:defaultEntailmentRegime ent:Simple")


@pytest.mark.parametrize("setting", ["union", "plain"])
def test_named_graphs(setting: DefaultGraph, version: Version) -> None:
    """All named graphs are there with their true counts."""
    store = described(version, setting, full(version))
    found = mapping(store, "?g sd:name ?x ; sd:graph/void:triples ?n")
    assert found == mapping(version.store, "GRAPH ?x { ?s ?p ?o }", COUNTED)


def test_limits(version: Version) -> None:
    """Limits are there for machines, with units, and in both languages for people."""
    store = described(version, "union", full(version))
    duration = '"PT2.5S"^^<http://www.w3.org/2001/XMLSchema#duration>'
    assert ask(store, f"?s <urn:kg:limit:time> {duration}")
    assert values(store, "?s <urn:kg:limit:memory> ?x") == [str(1 << 30)]
    assert values(store, "?s <urn:kg:limit:body> ?x") == [str(1 << 20)]
    for lang, words in (("de", "2,5 Sekunden"), ("en", "2.5 seconds")):
        assert ask(store, f'?s ?p ?x FILTER (LANG(?x) = "{lang}" && CONTAINS(?x, "{words}"))')


def test_federation(version: Version) -> None:
    """Without endpoints that may be asked, SERVICE is not announced."""
    assert not ask(described(version, "union"), "?s sd:feature sd:BasicFederatedQuery")
