"""A query with SERVICE is joined with what an allowed endpoint answers; nothing else is asked."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from pyoxigraph import QueryBoolean, QueryResultsFormat
from tests.serve.federation.endpoints import (
    EX,
    PREFIXES,
    Fake,
    Request,
    allow,
    answering,
    endpoint,
    failing,
    local,
    real,
    rows,
    select,
    values,
)

from kg import __version__
from kg.errors import Place, QueryError, RefusedQueryError
from kg.publish.store import Query, run
from kg.serve.federation.allowed import Allowed
from kg.serve.federation.faults import ServiceError
from kg.serve.federation.relay import Call, Relay, _Server
from kg.serve.federation.relayed import relaying

ROOT = Path(__file__).parents[3]
NAMED = "?town ex:name ?name"
COUNTED = "{ ?town ex:population ?count }"


@pytest.mark.parametrize("form", [QueryResultsFormat.JSON, QueryResultsFormat.XML])
def test_join(form: QueryResultsFormat) -> None:
    """Rows of another endpoint, in JSON or XML, are joined with our own."""
    with endpoint(real(form)) as fake:
        query = f"SELECT * {{ {NAMED} SERVICE <{fake.url}> {COUNTED} }} ORDER BY ?name"
        found = select(query, allow(fake))
    assert values(found, "count") == ["10", "20"]
    assert len(fake.asked) == 1


def test_request() -> None:
    """An endpoint is sent the pattern as a form, our own headers and nothing else."""
    with endpoint(real()) as fake:
        select(f"SELECT * {{ SERVICE <{fake.url}> {COUNTED} }}", allow(fake))
    (request,) = fake.asked
    assert (request.method, request.path) == ("POST", "/sparql")
    assert request.query == f"SELECT * WHERE {{ ?town <{EX}population> ?count . }}"
    assert request.headers["user-agent"] == f"kg/{__version__}"
    assert set(request.headers) == {
        "host",
        "user-agent",
        "accept",
        "accept-encoding",
        "connection",
        "content-type",
        "content-length",
    }


@pytest.mark.parametrize(
    "clause",
    [
        "SERVICE <{url}>",
        "service<{url}>",
        "SERVICE # SERVICE <http://other.example/> {{\n  <{url}> # {{\n",
        "SERVICE up:sparql",
        "SERVICE SILENT up:sparql",
        "SERVICE <sparql>",
        "SERVICE <../sparql>",
        "sErViCe\n\tSiLeNt\r\n<{url}>",
    ],
)
def test_ways_to_name_an_endpoint(clause: str) -> None:
    """An endpoint is named by IRI, relative IRI or prefixed name, as the grammar has it."""
    with endpoint(real()) as fake:
        base = fake.url.removesuffix("sparql")
        head = f"BASE <{base}x/y>\nPREFIX up: <.>\nPREFIX up: <../>\nBASE <{base}x>\n"
        called = clause.format(url=fake.url)
        found = select(f"{head}SELECT * {{ {called}{COUNTED} }}", allow(fake))
    assert len(found) == 3


def test_prefix_of_the_project() -> None:
    """A prefix of the project names an endpoint as well; one of the query goes before it."""
    with endpoint(real()) as fake:
        base = fake.url.removesuffix("sparql")
        text = f"SELECT * {{ SERVICE up:sparql {{ ?t <{EX}population> ?n }} }}"
        for head, project in (("", base), (f"PREFIX up: <{base}> ", "http://other.example/")):
            with relaying(head + text, {"up": project}, allow(fake)) as relayed:
                found = local().query(relayed.text, prefixes={"up": project})
                assert len(list(found)) == 3  # type: ignore[arg-type]


def test_without_service() -> None:
    """A query without SERVICE, or with the word elsewhere only, is left as it is."""
    text = '# SERVICE <http://x/> {\nSELECT ("SERVICE <http://x/> {}" AS ?service) {}'
    for query in ("SELECT * {}", text):
        with relaying(query, {}, allow("http://127.0.0.1:9/")) as relayed:
            assert (relayed.text, relayed.clauses) == (query, 0)


def test_off() -> None:
    """Without a list the query is left to the guard that refuses every SERVICE."""
    query = "SELECT * { SERVICE <http://x/> {} }"
    with relaying(query, {}, Allowed()) as relayed:
        assert (relayed.text, relayed.clauses) == (query, 0)


def test_client_is_not_loaded() -> None:
    """The client is not imported before a query calls an endpoint."""
    code = (
        "import sys; from kg.serve.federation.relayed import relaying;"
        "from kg.serve.federation.allowed import Allowed, Endpoint;"
        "made = relaying('SELECT (1 AS ?service) {}', {}, Allowed((Endpoint('http://x/'),)));"
        "made.__enter__(); print({'httpcore', 'http.server', 'ssl'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "set()"


@pytest.mark.parametrize(
    ("query", "line", "column", "words"),
    [
        ("SELECT * {\n  SERVICE ?where { ?s ?p ?o } }", 2, 3, "Variable"),
        ("SELECT * { SERVICE $where { } }", 1, 12, "Variable"),
        ("SELECT * { SERVICE SILENT <http://other.example/sparql> { } }", 1, 12, "Erlaubt sind"),
        ("SELECT * { SERVICE <http://OTHER.example/> { SERVICE ?x {} } }", 1, 46, "Variable"),
        ("SELECT * { SERVICE ex:a { ?s ?p ?o . { SERVICE ex:b { } } } }", 1, 40, "Innerhalb"),
        ("SELECT * { SERVICE }", 1, 12, "Erwartet"),
        ("SELECT * { SERVICE <http://x\\u0041/> {} }", 1, 12, "Erwartet"),
    ],
)
def test_refused(query: str, line: int, column: int, words: str) -> None:
    """What is not allowed is refused with its place, and nobody is asked."""
    with endpoint(real()) as fake:
        with pytest.raises(RefusedQueryError) as caught, relaying(query, PREFIXES, allow(fake)):
            pass
        assert caught.value.place is not None
        assert (caught.value.place.line, caught.value.place.column) == (line, column)
        assert words in caught.value.text.de
    assert not fake.asked


def test_list_in_the_message() -> None:
    """Who names another server is told which there are."""
    allowed = allow("https://one.example/sparql", "https://two.example/sparql")
    query = "SELECT * { SERVICE <https://three.example/sparql> { } }"
    with pytest.raises(RefusedQueryError) as caught, relaying(query, {}, allowed):
        pass
    for lang in ("de", "en"):
        assert "https://three.example/sparql" in caught.value.to(lang)
        assert "https://one.example/sparql, https://two.example/sparql" in caught.value.to(lang)


def test_side_by_side() -> None:
    """Clauses side by side and in groups of each other's neighbours are not nested."""
    with endpoint(real()) as one, endpoint(real()) as two:
        query = (
            f"SELECT * {{ {{ SERVICE <{one.url}> {{ {{ ?t ex:population ?n }} }} }} "
            f"{{ {{ {{ SERVICE <{two.url}> {{ ?t ex:population ?n }} }} }} }} }}"
        )
        assert len(select(query, allow(one, two))) == 3
    assert (len(one.asked), len(two.asked)) == (1, 1)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE:x { } }",
        "SELECT * { SERVICESILENT<http://evil.example/> { } SERVICE <URL> { } }",
        "SELECT * { SERVICE <URL> { } SERVICE:x { } }",
        "SELECT * { SERVICE <URL> { } SERVICE\\u0020<http://evil.example/> { } }",
        "SELECT * { SERVICE <URL> { } 5SERVICE ?x { } }",
        "SELECT * { SERVICE <URL> { } \\u0053ERVICE <http://evil.example/> { } }",
        "SELECT * { SERVICE <URL> { ?s ?p } ",
        "SELECT * { SERVICE none:x { ?s ?p ?o } }",
        "SELECT * { SERVICE <relative> { ?s ?p ?o } }",
        "SELECT ?s { ?s ?p SERVICE <URL> { } }",
        "PREFIX SERVICE: <http://evil.example/> SELECT * { SERVICE SERVICE:x { } }",
        "INSERT DATA { SERVICE <URL> { } }",
        "LOAD <http://evil.example/> SERVICE <URL> {}",
    ],
)
def test_only_what_is_proven(query: str) -> None:
    """A query that the parser and we may read in two ways is not run; nobody is asked."""
    with endpoint(real()) as fake:
        text = query.replace("URL", fake.url)
        with pytest.raises(QueryError), relaying(text, PREFIXES, allow(fake)) as relayed:
            assert relayed.clauses == 0
            run(local(), Query(relayed.text, prefixes=PREFIXES))
    assert not fake.asked


def test_place_of_a_fault() -> None:
    """A fault elsewhere in the query is reported at its place, not at the SERVICE clause."""
    query = "SELECT * {\n SERVICE SILENT <http://127.0.0.1:9/> { ?s ?p ?o }\n ?s ?p }"
    with (
        pytest.raises(QueryError) as caught,
        relaying(query, {}, allow("http://127.0.0.1:9/")),
    ):
        pass
    assert caught.value.place is not None
    assert (caught.value.place.line, caught.value.place.column) == (3, 8)
    assert not isinstance(caught.value, RefusedQueryError)


def test_string_that_looks_like_a_call() -> None:
    """Text of a string, a comment or an IRI is never replaced by the address of the relay."""
    with endpoint(real()) as fake:
        word = f'"SERVICE <{fake.url}> {{ }}"'
        query = (
            f"# SERVICE <{fake.url}> {{\nSELECT * {{ BIND({word} AS ?word) "
            f"BIND('''\n{word}''' AS ?long) "
            f"BIND(<urn:SERVICE> AS ?iri) SERVICE <{fake.url}> {COUNTED} }}"
        )
        found = select(query, allow(fake))
    assert values(found, "word") == [word.strip('"')] * 3
    assert values(found, "iri") == ["urn:SERVICE"] * 3


def test_asked_once() -> None:
    """EXISTS calls for each row; the endpoint is asked once and again for another query only."""
    query = f"SELECT * {{ {NAMED} FILTER EXISTS {{ SERVICE <URL> {COUNTED} }} }}"
    with endpoint(real()) as fake:
        text = query.replace("URL", fake.url)
        assert len(select(text, allow(fake))) == 2
        assert len(fake.asked) == 1
        select(text, allow(fake))
        assert len(fake.asked) == 2


def test_failure_in_exists() -> None:
    """EXISTS over an endpoint that fails is an error; Oxigraph alone takes it for true."""
    with endpoint(failing(500)) as fake:
        query = f"SELECT * {{ {NAMED} FILTER EXISTS {{ SERVICE <{fake.url}> {COUNTED} }} }}"
        with pytest.raises(ServiceError, match="status 500"):
            select(query, allow(fake))
        assert len(fake.asked) == 1


def test_error() -> None:
    """The error names endpoint, reason and place in both languages, and not the relay."""
    with endpoint(failing(503)) as fake:
        with pytest.raises(ServiceError) as caught:
            select(f"SELECT * {{\n  SERVICE <{fake.url}> {COUNTED} }}", allow(fake))
        error = caught.value
    assert error.text.de == (
        f"Der Server {fake.url} hat mit dem Status 503 geantwortet. (SERVICE in Zeile 2, Spalte 3)"
    )
    assert error.text.en == (
        f"The server {fake.url} answered with status 503. (SERVICE at line 2, column 3)"
    )
    assert error.place is not None
    assert (error.place.line, error.place.column) == (2, 3)


def test_silent() -> None:
    """With SILENT a failing endpoint gives one row without bindings; another one still fails."""
    with endpoint(failing(500)) as fake:
        query = f"SELECT * {{ {NAMED} SERVICE SILENT <{fake.url}> {COUNTED} }}"
        assert values(select(query, allow(fake)), "count") == [None, None]
        both = f"{query.removesuffix('}')} SERVICE <{fake.url}> {COUNTED} }}"
        with pytest.raises(ServiceError):
            select(both, allow(fake))
        assert len(fake.asked) == 2


def test_silent_and_garbage() -> None:
    """With SILENT an answer that breaks off in the middle is no error and gives no rows of it."""
    with endpoint(answering(rows("http://x/1", "http://x/2")[:-30])) as fake:
        query = f"SELECT * {{ SERVICE SILENT <{fake.url}> {{ ?x ?y ?z }} }}"
        assert values(select(query, allow(fake)), "x") == [None]


def test_blank_nodes() -> None:
    """Blank nodes of two answers are different nodes although they have one name."""
    row = {"x": {"type": "bnode", "value": "b"}}
    body = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [row]}}).encode()
    with (
        endpoint(answering(body)) as one,
        endpoint(answering(body)) as two,
    ):
        first, second = (f"{{ SERVICE <{fake.url}> {{ ?x a ex:A }} }}" for fake in (one, two))
        query = f"SELECT * {{ {first} UNION {second} }}"
        found = values(select(query, allow(one, two)), "x")
        assert len(found) == len(set(found)) == 2
        assert not select(query.replace("UNION", ""), allow(one, two))


def test_large_answers_together() -> None:
    """Two large answers are joined."""
    many = [f"https://example.org/{number:06}" for number in range(30_000)]
    with endpoint(answering(rows(*many))) as one, endpoint(answering(rows(*many[::2]))) as two:
        query = (
            f"SELECT (COUNT(*) AS ?n) {{ {{ SERVICE <{one.url}> {{ ?x a ex:A }} }} "
            f"{{ SERVICE <{two.url}> {{ ?x a ex:A }} }} }}"
        )
        assert values(select(query, allow(one, two)), "n") == ["15000"]


def test_answer_within_an_answer() -> None:
    """While Oxigraph still reads one answer, larger than any buffer, the relay gives another."""
    many = [f"https://example.org/{number:06}" for number in range(140_000)]
    with endpoint(answering(rows(*many))) as one, endpoint(answering(rows(*many[:9]))) as two:
        query = (
            f"SELECT * {{ SERVICE <{one.url}> {{ ?x a ex:A }} "
            f"FILTER EXISTS {{ SERVICE <{two.url}> {{ ?x a ex:A }} }} }} LIMIT 3"
        )
        assert len(select(query, allow(one, two, max_bytes=30_000_000))) == 3


def test_nested_is_found_by_the_relay_too() -> None:
    """A query that carries the secret of the relay is not sent on."""
    with endpoint(real()) as fake:
        allowed = allow(fake)
        relay = Relay([Call(allowed.endpoints[0], False, Place("query", 1, 1))], allowed)
        try:
            text = f"SELECT * {{ SERVICE <{relay.address(0)}> {{ }} }}".encode()
            path = relay.address(0).partition("//")[2].partition("/")[2]
            assert relay.answer(f"/{path}", text) is None
            assert "no other SERVICE" in str(relay.fault())
        finally:
            relay.close()
    assert not fake.asked


def test_requests_are_counted_by_the_relay_too() -> None:
    """Different queries are asked up to the limit, equal ones as often as one likes."""
    with endpoint(real()) as fake:
        allowed = allow(fake, requests=2)
        relay = Relay([Call(allowed.endpoints[0], False, Place("query", 1, 1))], allowed)
        path = "/" + relay.address(0).split("/", 3)[3]
        try:
            texts = [f"SELECT * {{ ?s ?p {number} }}".encode() for number in range(3)]
            assert [relay.answer(path, text) is None for text in texts] == [False, False, True]
            assert relay.answer(path, texts[0]) is not None
            assert "at most 2 times" in str(relay.fault())
        finally:
            relay.close()
    assert len(fake.asked) == 2


@pytest.mark.parametrize("path", ["/", "/0", "/../0", "/secret/0", "//0"])
def test_relay_without_the_secret(path: str) -> None:
    """Who does not know the path gets nothing from the relay, and no endpoint is asked."""
    with endpoint(real()) as fake:
        query = f"SELECT * {{ SERVICE <{fake.url}> {COUNTED} }}"
        with relaying(query, PREFIXES, allow(fake)) as relayed:
            address = relayed.text.partition("<")[2].partition(">")[0]
            origin = "/".join(address.split("/")[:3])
            with pytest.raises(urllib.error.HTTPError) as caught:
                urllib.request.urlopen(origin + path, b"query", timeout=60)
            caught.value.close()
            assert caught.value.code == 502
    assert not fake.asked


def test_relay_ends_with_the_query() -> None:
    """After the query nobody listens, even if it failed."""
    with endpoint(real()) as fake:
        query = f"SELECT * {{ SERVICE <{fake.url}> {COUNTED} }}"
        with pytest.raises(KeyError), relaying(query, PREFIXES, allow(fake)) as relayed:
            port = int(relayed.text.partition("127.0.0.1:")[2].partition("/")[0])
            raise KeyError
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=60)


def test_error_that_speaks_of_the_relay() -> None:
    """No error that names the relay gets out, such as that Oxigraph could not connect to it."""
    with endpoint(real()) as fake:
        query = f"SELECT * {{ SERVICE SILENT <{fake.url}> {COUNTED} }}"
        with (
            pytest.raises(ServiceError, match="lacking here"),
            relaying(query, PREFIXES, allow(fake)) as relayed,
        ):
            address = relayed.text.partition("<")[2].partition(">")[0]
            raise OSError(f"Connection refused by {address}")
        with pytest.raises(OSError, match=r"^No space$"), relaying(query, PREFIXES, allow(fake)):
            raise OSError("No space")


def test_relay_without_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that the relay cannot take because there is no other thread is an error."""

    def fail(*_: object) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(_Server, "process_request", fail)
    with endpoint(real()) as fake:
        call = f"SERVICE <{fake.url}> {COUNTED}"
        for query in (
            f"SELECT * {{ {call} }}",
            f"SELECT * {{ {NAMED} FILTER EXISTS {{ {call} }} }}",
        ):
            with pytest.raises(ServiceError, match="lacking here"):
                select(query, allow(fake))


def test_threads_without_room() -> None:
    """In a process whose threads have a large stack and little room, other servers are asked."""
    code = (
        "import resource, threading; from tests.serve.federation.endpoints import *\n"
        "def run():\n"
        "  size = int(open('/proc/self/statm').read().split()[0]) * resource.getpagesize()\n"
        "  resource.setrlimit(resource.RLIMIT_AS, (size + (256 << 20),) * 2)\n"
        "  print(len(select(query, allow(fake))), threading.stack_size() >> 20)\n"
        "with endpoint(real()) as fake:\n"
        "  query = f'SELECT * {{ SERVICE <{fake.url}> {{ ?t ex:population ?n }} }}'\n"
        "  fake_thread = threading.stack_size(200 << 20)\n"
        "  main = threading.Thread(target=run); main.start(); main.join()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=ROOT
    )
    assert done.stdout.strip() == "3 200", done.stderr


def test_requests_are_limited() -> None:
    """More SERVICE clauses than requests are refused at the first that is too much."""
    with endpoint(real()) as fake:
        clause = f"SERVICE <{fake.url}> {COUNTED}\n"
        query = f"SELECT * {{\n{clause * 3}}}"
        with pytest.raises(RefusedQueryError) as caught:
            select(query, allow(fake, requests=2))
        assert len(select(query, allow(fake, requests=3))) == 3
        assert len(fake.asked) == 1
    assert caught.value.place is not None
    assert caught.value.place.line == 4


def test_ask_and_construct() -> None:
    """ASK and CONSTRUCT call endpoints as SELECT does."""
    with endpoint(real()) as fake:
        for query, expected in (
            (f"ASK {{ {NAMED} SERVICE <{fake.url}> {COUNTED} }}", True),
            (f"CONSTRUCT {{ ?town ex:n ?count }} {{ SERVICE <{fake.url}> {COUNTED} }}", 3),
        ):
            with relaying(query, PREFIXES, allow(fake)) as relayed:
                found = local().query(relayed.text, prefixes=PREFIXES)
                got = bool(found) if isinstance(found, QueryBoolean) else len(list(found))
            assert got == expected


def test_subselect_and_union() -> None:
    """SERVICE works within sub-SELECT, OPTIONAL, UNION and MINUS."""

    def count(fake: Fake, pattern: str) -> int:
        return len(select(f"SELECT * {{ {pattern.replace('URL', fake.url)} }}", allow(fake)))

    def behave(request: Request) -> None:
        real()(request)

    with endpoint(behave) as fake:
        assert count(fake, f"{{ SELECT ?town {{ SERVICE <URL> {COUNTED} }} LIMIT 2 }}") == 2
        assert count(fake, f"{NAMED} OPTIONAL {{ SERVICE <URL> {COUNTED} }}") == 2
        assert count(fake, f"{{ {NAMED} }} UNION {{ SERVICE <URL> {COUNTED} }}") == 5
        assert count(fake, f"{NAMED} MINUS {{ SERVICE <URL> {COUNTED} }}") == 0
