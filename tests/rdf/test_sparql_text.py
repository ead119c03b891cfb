"""SPARQL as text: which word is a keyword, and SERVICE wherever it hides."""

from __future__ import annotations

import pytest
from pyoxigraph import Store

from kg.errors import QueryError
from kg.publish.store import Query, run
from kg.rdf.sparql_text import forbid_service, kind_of

PATTERN = "{ ?s ?p ?o }"
FREE = [
    'SELECT * { ?s ?p "SERVICE <http://x/> {}" }',
    "SELECT * { ?s ?p '''\nSERVICE <http://x/> {}''' }",
    'SELECT * { ?s ?p "\\"SERVICE" }',
    f"SELECT * {PATTERN} # SERVICE <http://x/> {{}}",
    "SELECT * { ?s <http://x/SERVICE> <SERVICE://x> }",
    "SELECT ?service $SERVICE { ?s ?p ?service, $SERVICE }",
    "PREFIX service: <http://x/> SELECT * { service:SERVICE ?p service:a }",
    "PREFIX e: <http://x/> SELECT * { e:SERVICE ?p e:a.SERVICE }",
    'SELECT * { ?s ?p "x"@service }',
    "SELECT * { _:service ?p _:SERVICE }",
    "PREFIX service: <http://x/> SELECT * { GRAPH service:x { ?s ?p ?o } }",
]
CALLS = [
    f"SELECT * {{ SERVICE <http://127.0.0.1:9/> {PATTERN} }}",
    f"SELECT * {{ service <http://127.0.0.1:9/> {PATTERN} }}",
    f"SELECT * {{ SeRvIcE SILENT <http://127.0.0.1:9/> {PATTERN} }}",
    f"SELECT * {{ SERVICE<http://127.0.0.1:9/>{PATTERN} }}",
    f"SELECT * {{ ?s ?p ?o SERVICE ?g {PATTERN} }}",
    f'SELECT * {{ ?s ?p "#" SERVICE ?g {PATTERN} }}',
    f"SELECT * {{ ?s ?p <http://x/#> SERVICE ?g {PATTERN} }}",
    f"# SERVICE\nASK {{ OPTIONAL {{ SERVICE ?g {PATTERN} }} }}",
]
HIDDEN = [
    f"PREFIX : <http://127.0.0.1:9/> SELECT * {{ SERVICE:x {PATTERN} }}",
    f"SELECT * {{ SERVICESILENT<http://127.0.0.1:9/> {PATTERN} }}",
    f"SELECT * {{ ?s ?p trueSERVICE <http://127.0.0.1:9/> {PATTERN} }}",
    f"SELECT * {{ ?s ?p 1e5SERVICE <http://127.0.0.1:9/> {PATTERN} }}",
    f"SELECT * {{ ?s ?p ?a FILTER(?a<1)SERVICE?x#>\n{PATTERN} }}",
    f"SELECT * {{ ?s ?p ?b FILTER(1<2&&?b='>')SERVICE ?x {PATTERN} #'\n }}",
]


@pytest.mark.parametrize("text", FREE)
def test_the_letters_alone_are_no_call(text: str) -> None:
    """In strings, comments, IRIs, variables, names and languages SERVICE is only a word."""
    forbid_service(text)
    run(Store(), Query(text))


@pytest.mark.parametrize("text", CALLS)
def test_call_is_refused_with_its_place(text: str) -> None:
    """SERVICE in any case and layout is refused, with line and column."""
    with pytest.raises(QueryError, match="SERVICE") as caught:
        forbid_service(text)
    place = caught.value.place
    assert place is not None
    assert place.line is not None
    assert place.column is not None
    line = text.split("\n")[place.line - 1]
    assert line[place.column - 1 :].upper().startswith("SERVICE")


@pytest.mark.parametrize("text", [*CALLS, *HIDDEN])
def test_no_call_is_run(text: str) -> None:
    """Also what only the parser can tell to be a call is never run."""
    with pytest.raises(QueryError):
        run(Store(), Query(text))


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("SELECT * {}", "SELECT"),
        ("# ASK\nPREFIX select: <http://x/> BASE <http://ask/> construct {} {}", "CONSTRUCT"),
        ("prefix a: <b:c>\ninsert data {}", "INSERT"),
        ("", ""),
        ("# nothing", ""),
    ],
)
def test_kind_is_the_first_word_after_the_prologue(text: str, kind: str) -> None:
    """The form of a query is its first keyword that is not of the prologue."""
    assert kind_of(text) == kind
