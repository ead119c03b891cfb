"""Which format comes: the Accept header and the parameters that take its place."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from tests.protocol.served import Served

QUERIES = {
    "SELECT": "SELECT ?o { ?s ex:in ?o }",
    "ASK": "ASK {}",
    "CONSTRUCT": "CONSTRUCT { ?s ex:in ?o } WHERE { ?s ex:in ?o }",
    "DESCRIBE": "DESCRIBE id:plain",
}
JSON = "application/sparql-results+json"
XML = "application/sparql-results+xml"
CSV = "text/csv"
TSV = "text/tab-separated-values"
TURTLE = "text/turtle"
NT = "application/n-triples"
RDFXML = "application/rdf+xml"
JSONLD = "application/ld+json"
ROWS = {JSON, XML, CSV, TSV}
GRAPHS = {TURTLE, NT, RDFXML, JSONLD}
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
FOR_PAGES = (BROWSER, "text/html", "text/html, text/csv;q=0.1")
"""With GET these ask for the page with the editor; see test_pages.py."""
JENA = (
    f"{JSON},{XML};q=0.9,{TSV};q=0.7,{CSV};q=0.5,"
    "application/json;q=0.2,application/xml;q=0.2,*/*;q=0.1"
)
RDF4J = (
    f"{XML};q=0.8,application/xml;q=0.8,{JSON};q=0.8,application/json;q=0.8,"
    f"{CSV};q=0.8,{TSV};q=0.8,application/x-binary-rdf-results-table"
)
COMUNICA = f"{JSON};q=1.0,{XML};q=0.7,text/turtle;q=0.6"

Expected = str | set[str]

BY_HEADER: list[tuple[str, str, Expected]] = [
    *((form, "*/*", JSON) for form in ("SELECT", "ASK")),
    *((form, "*/*", TURTLE) for form in ("CONSTRUCT", "DESCRIBE")),
    *((form, media, media) for form in ("SELECT", "ASK") for media in sorted(ROWS)),
    *((form, media, media) for form in ("CONSTRUCT", "DESCRIBE") for media in sorted(GRAPHS)),
    # weights
    ("SELECT", f"{JSON};q=0.1, {CSV};q=0.2", CSV),
    ("SELECT", f"{CSV};q=0.2, {JSON};q=0.1", CSV),
    ("SELECT", f"{XML}, {JSON};q=0.999", XML),
    ("SELECT", f"{XML};q=1.000, {JSON};q=0.999", XML),
    ("SELECT", f"{JSON};q=0, */*", ROWS - {JSON}),
    ("SELECT", f"{JSON};q=0.000, {XML};q=0.001", XML),
    ("SELECT", f"{JSON};q=0, {XML};q=0, {CSV};q=0, */*", TSV),
    ("SELECT", f"{XML} ; q=0.5 , {CSV} ; q=0.6", CSV),
    ("SELECT", f"{XML};Q=0.5,{CSV};Q=0.6", CSV),
    ("SELECT", f"{XML};q=0.5\t,\t{CSV};q=0.6", CSV),
    ("SELECT", f'{XML};charset="utf-8";q=0.5,{CSV};charset=utf-8;q=0.6', CSV),
    ("SELECT", f'text/plain;a="{CSV},*/*";q=1, {XML};q=0.5', XML),
    # wildcards and how specific a range is
    ("SELECT", "text/*", {CSV, TSV, "text/xml"}),
    ("SELECT", "application/*", JSON),
    ("SELECT", "text/*, application/*;q=0.5", {CSV, TSV, "text/xml"}),
    ("SELECT", f"*/*;q=0.1, {TSV};q=0.2", TSV),
    ("SELECT", f"text/*;q=0.9, {CSV};q=0.1, */*;q=0.2", {TSV, "text/xml"}),
    ("SELECT", f"text/*, {CSV};q=0, text/xml;q=0", TSV),
    ("SELECT", f"*/*, {JSON};q=0.5, application/*;q=0.4", {CSV, TSV, "text/xml"}),
    ("SELECT", f"{JSON};q=0.5, */*;q=0.5", JSON),
    ("CONSTRUCT", "text/*", {TURTLE, "text/plain", "text/n3"}),
    ("CONSTRUCT", f"application/*;q=0.8, {RDFXML};q=0.9", RDFXML),
    ("CONSTRUCT", f"{TURTLE};q=0, text/*;q=0.3, {NT};q=0.2", {"text/plain", "text/n3"}),
    # letters of either case
    ("SELECT", "TEXT/CSV", CSV),
    ("SELECT", "Application/SPARQL-Results+JSON", JSON),
    ("CONSTRUCT", "Text/Turtle", TURTLE),
    # neighbouring types
    ("SELECT", "application/json", {"application/json", JSON}),
    ("SELECT", "application/xml", {"application/xml", XML}),
    ("SELECT", "text/xml", {"text/xml", XML}),
    ("ASK", "application/json", {"application/json", JSON}),
    ("CONSTRUCT", "application/x-turtle", {"application/x-turtle", TURTLE}),
    ("CONSTRUCT", "text/n3", {"text/n3", TURTLE}),
    ("CONSTRUCT", "text/rdf+n3", {"text/rdf+n3", TURTLE}),
    ("CONSTRUCT", "text/plain", {"text/plain", NT}),
    ("CONSTRUCT", "application/json", {"application/json", JSONLD}),
    ("CONSTRUCT", "application/xml", {"application/xml", RDFXML}),
    ("CONSTRUCT", "text/xml", {"text/xml", RDFXML}),
    ("CONSTRUCT", f"application/rdf+json, {TURTLE};q=0.5", TURTLE),
    ("CONSTRUCT", f"application/trig, application/n-quads, {JSONLD};q=0.5", JSONLD),
    # what clients send
    ("SELECT", BROWSER, ROWS),
    ("ASK", BROWSER, ROWS),
    ("CONSTRUCT", BROWSER, GRAPHS),
    ("SELECT", JENA, JSON),
    ("SELECT", RDF4J, ROWS),
    ("SELECT", COMUNICA, JSON),
    ("CONSTRUCT", COMUNICA, TURTLE),
    ("SELECT", "image/png, */*;q=0.1", JSON),
    ("SELECT", "text/html", {"406"}),
    ("SELECT", f"text/html, {CSV};q=0.1", CSV),
    # no range at all, empty elements, what is no header
    ("SELECT", "", JSON),
    ("SELECT", ",", JSON),
    ("SELECT", f", ,{CSV},,", CSV),
    ("SELECT", f"nonsense, {CSV}", CSV),
    ("SELECT", f"/, ;;, {CSV};q=0.5", CSV),
    ("SELECT", f"{JSON};q=2, {CSV}", CSV),
    ("SELECT", f"{JSON};q=abc, {CSV};q=0.5", CSV),
    ("SELECT", f"{JSON};q=, {CSV};q=0.5", CSV),
    ("SELECT", f'{CSV};a="unclosed', {CSV, JSON, "406"}),
    ("SELECT", ", ".join(f"a/b{number}" for number in range(2000)) + f", {CSV}", CSV),
    # nothing acceptable
    ("SELECT", TURTLE, "406"),
    ("ASK", TURTLE, "406"),
    ("CONSTRUCT", CSV, "406"),
    ("DESCRIBE", JSON, "406"),
    ("SELECT", "image/png", "406"),
    ("SELECT", "*/*;q=0", "406"),
    ("SELECT", f"{JSON};q=0", "406"),
    ("SELECT", "a/*", "406"),
]
"""Form of the query, Accept, and the media types that may come, or the status without any."""


@pytest.mark.parametrize(("form", "accept", "expected"), BY_HEADER)
def test_by_header(served: Served, form: str, accept: str, expected: Expected) -> None:
    """The most specific range gives each format its weight; the best comes, or a 406."""
    allowed = {expected} if isinstance(expected, str) else expected
    replies = [served.ask(QUERIES[form], accept)]
    if accept not in FOR_PAGES:
        replies.append(served.get(QUERIES[form], accept))
    for reply in replies:
        came = reply.media_type if reply.status == 200 else str(reply.status)
        assert came in allowed, f"{form} as {accept[:200]}: {came}"
        assert "accept" in reply.headers["vary"].lower()


def test_without_header(served: Served) -> None:
    """Without Accept the first format of each kind comes."""
    assert served.get(QUERIES["SELECT"]).media_type == JSON
    assert served.get(QUERIES["CONSTRUCT"]).media_type == TURTLE


def test_header_in_parts(served: Served) -> None:
    """Several Accept headers are one list."""
    target = "/sparql?" + urlencode({"query": QUERIES["ASK"]})
    lines = f"Accept: {JSON};q=0.1\r\nAccept: {XML};q=0.9\r\n"
    found = served.send(f"GET {target} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode())
    assert found.replies[0].media_type == XML


BY_PARAMETER: list[tuple[str, str, Expected]] = [
    # short names: Fuseki, Virtuoso, Blazegraph and SPARQLWrapper send these
    *(
        ("SELECT", f"{name}={value}", media)
        for name in ("format", "output", "results")
        for value, media in (("json", JSON), ("xml", XML), ("csv", CSV), ("tsv", TSV))
    ),
    *(
        ("CONSTRUCT", f"{name}={value}", media)
        for name in ("format", "output", "results")
        for value, media in (("turtle", TURTLE), ("json-ld", JSONLD), ("rdf+xml", RDFXML))
    ),
    *(("ASK", f"format={value}", media) for value, media in (("json", JSON), ("xml", XML))),
    *(("SELECT", f"format={value}", JSON) for value in ("JSON", "Json", "srj", "%20json%20")),
    *(("SELECT", f"format={value}", XML) for value in ("XML", "srx")),
    *(("CONSTRUCT", f"format={value}", TURTLE) for value in ("ttl", "turtle", "n3", "TTL")),
    *(("CONSTRUCT", f"format={value}", NT) for value in ("nt", "n-triples", "ntriples")),
    *(("CONSTRUCT", f"format={value}", RDFXML) for value in ("rdf", "rdfxml", "rdf%2Bxml", "xml")),
    *(("CONSTRUCT", f"format={value}", JSONLD) for value in ("jsonld", "json-ld", "json")),
    # media types, percent-encoded and with a bare plus sign
    *(("SELECT", f"format={quote(media, safe='')}", media) for media in sorted(ROWS)),
    *(("CONSTRUCT", f"format={quote(media, safe='')}", media) for media in sorted(GRAPHS)),
    ("SELECT", "format=application/sparql-results+json", JSON),
    ("SELECT", "output=application/sparql-results%2Bxml", XML),
    ("SELECT", "format=text%2Fcsv%3B%20charset%3Dutf-8", CSV),
    ("SELECT", "format=application%2Fjson", {"application/json", JSON}),
    ("CONSTRUCT", "format=text%2Fplain", {"text/plain", NT}),
    # the parameter Accept of RDF4J and GraphDB
    ("SELECT", f"Accept={quote(CSV, safe='')}", CSV),
    ("SELECT", f"Accept={quote(XML, safe='')}", XML),
    ("CONSTRUCT", f"Accept={quote(RDFXML, safe='')}", RDFXML),
    # the three names together, as SPARQLWrapper sends them
    ("SELECT", "format=csv&output=csv&results=csv", CSV),
    ("CONSTRUCT", "format=turtle&output=turtle&results=turtle", TURTLE),
    # empty ones count as none
    ("SELECT", "format=", JSON),
    ("SELECT", "output=&format=csv", CSV),
    ("SELECT", "results=", JSON),
    # what is unknown, or of the other kind
    ("SELECT", "format=docx", "406"),
    ("SELECT", "format=turtle", "406"),
    ("CONSTRUCT", "format=csv", "406"),
    # parameters of other servers, which mean nothing here
    ("SELECT", "debug=on&should-sponge=&timeout=0&qtxt=", JSON),
    ("SELECT", "stylesheet=%2Fxml-to-html.xsl", JSON),
    ("SELECT", "queryLn=SPARQL&infer=true&sameAs=false", JSON),
    ("SELECT", "includeInferred=true&analytic=false&explain=false", JSON),
    ("SELECT", "reasoning=false&useNamespaces=true", JSON),
    ("SELECT", "CXML_redir_for_subjs=121&CXML_redir_for_hrefs=", JSON),
]


@pytest.mark.parametrize(("form", "parameter", "expected"), BY_PARAMETER)
def test_by_parameter(served: Served, form: str, parameter: str, expected: Expected) -> None:
    """A parameter goes before the header, in the address and in a form."""
    allowed = {expected} if isinstance(expected, str) else expected
    query = urlencode({"query": QUERIES[form]})
    accept = {"Accept": "*/*"}
    form_type = {**accept, "Content-Type": "application/x-www-form-urlencoded"}
    for reply in (
        served.request("GET", f"/sparql?{query}&{parameter}", headers=accept),
        served.request("POST", headers=form_type, body=f"{query}&{parameter}".encode()),
        served.request("POST", f"/sparql?{parameter}", headers=form_type, body=query.encode()),
    ):
        came = reply.media_type if reply.status == 200 else str(reply.status)
        assert came in allowed, f"{form} with {parameter}: {came}"


def test_parameter_before_header(served: Served) -> None:
    """Where both are given, the parameter decides, even against the header."""
    assert served.get(QUERIES["SELECT"], XML, format="csv").media_type == CSV
    assert served.get(QUERIES["CONSTRUCT"], CSV, output="nt").media_type == NT


def test_charset_of_texts(served: Served) -> None:
    """Texts say that they are UTF-8, and are whatever Accept-Charset asks for."""
    for accept in (CSV, TSV):
        reply = served.ask(QUERIES["SELECT"], accept, Accept_Charset="iso-8859-1")
        assert reply.status == 200
        assert reply.headers["content-type"] == f"{accept}; charset=utf-8"
    graph = served.ask(QUERIES["DESCRIBE"], TURTLE)
    assert graph.headers["content-type"].lower().replace(" ", "") in (
        "text/turtle",
        "text/turtle;charset=utf-8",
    )
    assert "Käfer" in graph.text


def test_not_acceptable_says_what_is(served: Served) -> None:
    """A 406 is a problem document that names the types that are possible."""
    rows = served.get(QUERIES["SELECT"], TURTLE)
    assert rows.media_type == "application/problem+json"
    assert set(rows.json()["available"]) >= ROWS
    graph = served.get(QUERIES["CONSTRUCT"], CSV)
    assert set(graph.json()["available"]) >= GRAPHS
