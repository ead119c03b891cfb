"""However a query is written, Oxigraph calls no server but the relay: the parser itself says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from pyoxigraph import QueryBoolean
from tests.serve.federation.endpoints import Fake, allow, answering, endpoint, rows

from kg.errors import QueryError
from kg.publish.store import Query, memory_store, run
from kg.rdf.service_clauses import as_graphs, find_clauses, prologue_of
from kg.serve.federation.faults import ServiceError
from kg.serve.federation.relayed import relaying

HEADS = (
    "SELECT * ", "ASK ", "BASE <{evil}> SELECT * ", "PREFIX SERVICE: <{evil}> ASK ",
    "CONSTRUCT { ?a ?b ?c } ", "PREFIX : <{evil}x> BASE <{good}x> SELECT * ",
)  # fmt: skip
CALLS = (
    "SERVICE ", "service", "SERVICE SILENT ", "SERVICE SILENT", "?s ?p 5SERVICE ", "SERVICE#\n",
    "SERVICE # { SERVICE <{evil}> { } \n", "serVice\t", "OPTIONAL{}SERVICE ", "SERVICESILENT",
    "\\u0053ERVICE ", "SERVICE:", "?xSERVICE ", '?s ?p "x"@enSERVICE ',
)  # fmt: skip
NAMES = (
    "<{good}>", "good:sparql", "<{good}>", "SILENT:sparql", "<{evil}>", "evil:sparql",
    "SERVICE:sparql", "?x", "$SERVICE", "<\\u0068ttp>", "<sparql>", ":sparql", "silent <{evil}>",
)  # fmt: skip
GROUPS = (
    " { }", "{?a ?b ?c}", "{ BIND('}' AS ?d) ?a ?b ?c }", "{ # }\n }", "{ { ?a ?b ?c } UNION { } }",
    "{ SERVICE <{evil}> { } }", "{ SERVICE good:sparql { } }",
)  # fmt: skip
WHOLE = (
    " FILTER(?a < ?b) ", " FILTER(?a<?b&&?c>?d) ", "{ }", "?s ?p ?o . ", "OPTIONAL { ?s ?p ?o }",
    "BIND(1 AS ?service)", "# SERVICE <{good}> {\n", "VALUES ?x { <{evil}> <urn:SERVICE> }",
    "FILTER('SERVICE <{evil}> {}' != '')", "FILTER('''SERVICE\n<{good}> { ''' != 'a\\'')",
    " FILTER EXISTS { }", "?s ?p [ ] . ", " MINUS { } ",
)  # fmt: skip
BROKEN = (
    '"', "'", '"""', "'''", "\\", "#", "\n", "\r", "<", ">", "{", "}", "{|", "|}", "(", "\\'",
    "OPTIONAL ", "UNION ", "FILTER EXISTS ", "GRAPH ", "a", "{ SELECT * {",
)  # fmt: skip


Strategy = st.SearchStrategy[str]


@pytest.fixture(scope="module")
def good() -> Iterator[Fake]:
    """An endpoint on the list."""
    with endpoint(answering(rows("http://x/1"))) as fake:
        yield fake


@pytest.fixture(scope="module")
def evil() -> Iterator[Fake]:
    """An endpoint that is not on the list."""
    with endpoint(answering(rows("http://x/1"))) as fake:
        yield fake


def attempt(text: str, good: Fake, evil: Fake) -> str:
    """Run a query as the server does; returns what came of it."""
    prefixes = {
        "good": good.url.removesuffix("sparql"),
        "evil": evil.url.removesuffix("sparql"),
        "SERVICE": evil.url.removesuffix("sparql"),
        "SILENT": good.url.removesuffix("sparql"),
    }
    store = memory_store(())
    try:
        with relaying(text, prefixes, allow(good)) as relayed:
            if not relayed.clauses:
                run(store, Query(text, prefixes=prefixes))
                return "without"
            found = store.query(relayed.text, prefixes=prefixes)
            if not isinstance(found, QueryBoolean):
                for row in found:
                    assert "127.0.0.1:" not in str(row) or good.url in str(row)
    except (QueryError, ServiceError) as error:
        return type(error).__name__
    return "called"


def calls(ways: tuple[str, ...], names: tuple[str, ...], groups: tuple[str, ...]) -> Strategy:
    """Calls put together of a keyword, a name and a group."""
    parts = (st.sampled_from(ways), st.sampled_from(names), st.sampled_from(groups))
    return st.tuples(*parts).map("".join)


HONEST = calls(CALLS[:9], NAMES[:3], GROUPS[:5])
PARTS = st.one_of(HONEST, st.sampled_from(WHOLE), HONEST, calls(CALLS, NAMES, GROUPS))


@settings(
    max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(HEADS),
    st.lists(PARTS, min_size=1, max_size=4),
    st.one_of(st.just(""), st.just(""), st.sampled_from(BROKEN)),
    st.integers(0, 4),
)
def test_nobody_else_is_called(
    good: Fake, evil: Fake, head: str, parts: list[str], broken: str, at: int
) -> None:
    """Whatever is put together of calls, strings, comments and names calls the list at most."""
    body = "".join([*parts[:at], broken, *parts[at:]])
    text = f"{head}{{ {body} }}".replace("{good}", good.url).replace("{evil}", evil.url)
    event(attempt(text, good, evil))
    assert not evil.asked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("SELECT * { SERVICE <{good}> {?x a ?y} }", "called"),
        ("SELECT * { FILTER(?a<?b&&?c>?d) SERVICE <{good}> {?x a ?y} }", "called"),
        ("SELECT * { FILTER(1<2) SERVICE <{good}> {?x a ?y FILTER(1>2)} }", "called"),
        ("SELECT * { BIND('\\\\' AS ?b) SERVICE <{good}> {?x a ?y} BIND('\\\\' AS ?c)}", "called"),
        ("SELECT * { BIND('a\\'' AS ?b) SERVICE <{good}> {?x a ?y} }", "called"),
        ('SELECT * { BIND("""a""b""" AS ?b) SERVICE <{good}> {?x a ?y} }', "called"),
        ("SELECT * { ?s ?p 5SERVICE <{good}> {?x a ?y} }", "called"),
        ("SELECT * { SERVICE <{good}> {?x a 'SERVICE <{evil}> {'} }", "called"),
        ("SELECT * { SERVICE <{good}> {?x a 'SERVICE } '} SERVICE <{good}> {} }", "called"),
        ("SELECT * { SERVICE <{evil}> {?x a ?y} }", "RefusedQueryError"),
        ("SELECT * { SERVICE <{good}> {?x a ?y SERVICE evil:sparql {}} }", "RefusedQueryError"),
        ("SELECT * { ?s ?p 5SERVICE <{evil}> {?x a ?y} }", "RefusedQueryError"),
        ("SELECT * { SERVICE <{good}> {?x a ?y} SERVICE:sparql {} }", "QueryError"),
        ("SELECT * { BIND('SERVICE <{evil}> {}' AS ?x) }", "without"),
    ],
)
def test_outcome(good: Fake, evil: Fake, text: str, expected: str) -> None:
    """Honest queries go through, others are refused; nobody outside of the list is asked."""
    asked = len(good.asked)
    filled = text.replace("{good}", good.url).replace("{evil}", evil.url)
    assert attempt(filled, good, evil) == expected
    assert expected == "called" or len(good.asked) == asked
    assert not evil.asked


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { FILTER(?a<?b#> SERVICE <{good}> {\n) }",
        "SELECT * { FILTER(?a<?b#>'''\n) BIND(''' SERVICE <{good}> { ''' AS ?secret) }",
    ],
    ids=["comment", "string"],
)
def test_two_readings(good: Fake, evil: Fake, text: str) -> None:
    """Where `<?b#>` is no IRI but a comparison and a comment, a call that only we see is refused:
    otherwise the address of the relay would come into a string.
    """
    asked = len(good.asked)
    assert attempt(text.replace("{good}", good.url), good, evil) == "RefusedQueryError"
    assert len(good.asked) == asked


def test_replacement_keeps_places() -> None:
    """The text that is parsed for proof is as long as the query and has the same lines."""
    text = "BASE <x:y>\nSELECT * { SERVICE # SILENT {\r\n SILENT\n<silent:service> { } }"
    shown = as_graphs(text, find_clauses(text))
    assert len(shown) == len(text)
    assert shown.splitlines()[0] == "BASE <x:y>"
    assert [len(line) for line in shown.split("\n")] == [len(line) for line in text.split("\n")]
    assert "<silent:service> { } }" in shown
    assert "GRAPH" in shown
    assert "SERVICE" not in shown


def test_prologue() -> None:
    """The prologue ends before the first keyword that is not of it."""
    head = "# SELECT\nPREFIX SELECT: <http://x/ASK>\nBASE <http://y/>\n"
    assert prologue_of(f"{head}ASK {{ }}") == head
