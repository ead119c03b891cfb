"""POST /validate with the real checks: what clients send, what they get, what is refused."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import jsonschema
import pytest
from pyoxigraph import RdfFormat, parse
from tests.serve.helpers import Client

from kg.publish.versions import Version
from kg.rdf.formats import MEDIA_TYPES
from kg.serve.app import create_app
from kg.serve.validate import Validating
from kg.serve.validate_input import SUPPORTED
from kg.serve.validate_task import Limits
from kg.settings import Project

ROOT = Path(__file__).parents[2]
HEAD = "PREFIX ex: <https://example.org/ns#>\nPREFIX id: <https://example.org/id/>\n"
RIGHT = HEAD + "id:rhino a ex:Beetle .\n"
WRONG = HEAD + "id:rhino a ex:Beetl .\n"
SHAPES = (
    "PREFIX sh: <http://www.w3.org/ns/shacl#>\nPREFIX x: <urn:x:>\n"
    "x:S a sh:NodeShape ; sh:targetClass x:T ; sh:property [ sh:path x:p ; sh:minCount 1 ;\n"
    '  sh:message "fehlt"@de , "missing"@en ] .\n'
)
TURTLE = {"Content-Type": "text/turtle"}
LIMITS = Limits(body=1 << 20, text=1 << 21, statements=5000, seconds=10)


@pytest.fixture(scope="module")
def app_client(project: Project, version: Version) -> Iterator[Client]:
    """A client of an application with small limits."""
    validating = Validating(project, version, limits=LIMITS)
    with Client(create_app(project, version, validating=validating)) as client:
        yield client


def post(
    client: Client, text: str | bytes, headers: dict[str, str] | None = None, query: str = ""
) -> httpx.Response:
    """Post a text, as Turtle unless `headers` say otherwise."""
    content = text.encode() if isinstance(text, str) else text
    return client.post(f"/validate{query}", content=content, headers={**TURTLE, **(headers or {})})


def test_valid(app_client: Client) -> None:
    """What fits the published graph is valid; the report is JSON and is not kept in caches."""
    response = post(app_client, RIGHT)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["vary"] == "Accept, Accept-Language"
    document = response.json()
    assert (document["valid"], document["results"]) == (True, [])


def test_invalid(app_client: Client) -> None:
    """What does not is answered with 200 as well: place, both languages, as the schema says."""
    document = post(app_client, WRONG).json()
    assert document["valid"] is False
    (found,) = document["results"]
    assert found["rule"] == "undeclared-term"
    assert (found["places"][0]["file"], found["places"][0]["line"]) == ("data.ttl", 3)
    assert "Meinten Sie ex:Beetle?" in found["message"]["de"]
    schema = json.loads((ROOT / "docs/schemas/report.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(document, schema)


def test_impact(app_client: Client) -> None:
    """With impact=true the answer says what newly follows, in JSON and in text."""
    document = post(app_client, RIGHT, query="?impact=true").json()
    (triples,) = document["impact"]["entailed"].values()
    assert [
        "<https://example.org/id/rhino>",
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>",
        "<https://example.org/ns#Animal>",
    ] in triples
    text = post(app_client, RIGHT, {"Accept": "text/plain"}, "?impact=1&lang=de").text
    assert "Neu erschlossen: 1\n" in text
    assert "+ id:rhino  ex:Animal\n" in text
    assert "impact" not in post(app_client, RIGHT, query="?impact=false").json()
    refused = post(app_client, RIGHT, query="?impact=maybe")
    assert (refused.status_code, refused.json()["parameter"]) == (400, "impact")


@pytest.mark.parametrize(
    ("accept", "query", "media_type"),
    [
        ("text/turtle", "", "text/turtle; charset=utf-8"),
        ("application/ld+json", "", "application/ld+json"),
        ("text/plain", "", "text/plain; charset=utf-8"),
        ("application/sarif+json", "", "application/sarif+json"),
        ("*/*", "", "application/json"),
        ("text/html", "?format=text", "text/plain; charset=utf-8"),
        ("text/turtle;q=0.5, application/json;q=0.4", "", "text/turtle; charset=utf-8"),
    ],
)
def test_reports(app_client: Client, accept: str, query: str, media_type: str) -> None:
    """The report comes in the form that Accept or format= asks for, with its finding."""
    response = post(app_client, WRONG, {"Accept": accept}, query)
    assert (response.status_code, response.headers["content-type"]) == (200, media_type)
    assert "rhino" in response.text
    if "turtle" in media_type:
        assert len(list(parse(response.content, RdfFormat.TURTLE))) > 8
    if media_type == "application/ld+json":
        assert len(list(parse(response.content, RdfFormat.JSON_LD))) > 8


def test_what_cannot_be_had(app_client: Client) -> None:
    """An unknown form is refused with those that there are; GET is for pages only."""
    response = post(app_client, RIGHT, {"Accept": "image/png"})
    assert response.status_code == 406
    assert "application/sarif+json" in response.json()["available"]
    assert app_client.get("/validate").status_code == 405
    options = app_client.request("OPTIONS", "/validate")
    assert (options.status_code, options.headers["allow"]) == (
        204,
        "GET, HEAD, POST, OPTIONS",
    )


def test_language(app_client: Client) -> None:
    """Accept-Language decides about the text, lang= before it."""
    plain = {"Accept": "text/plain", "Accept-Language": "de-DE"}
    german = post(app_client, WRONG, plain)
    assert german.headers["content-language"] == "de"
    assert "Verstoß: Die Klasse" in german.text
    assert "Violation: The class" in post(app_client, WRONG, plain, "?lang=en").text


BODIES = {
    "text/turtle": WRONG,
    "application/x-turtle": WRONG,
    "application/trig": HEAD + "GRAPH <urn:g> { id:rhino a ex:Beetl }",
    "application/x-trig": HEAD + "GRAPH <urn:g> { id:rhino a ex:Beetl }",
    "application/n-triples": "<https://example.org/id/rhino> "
    "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://example.org/ns#Beetl> .",
    "application/n-quads": "<https://example.org/id/rhino> "
    "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://example.org/ns#Beetl> <urn:g> .",
    "application/ld+json": '{"@id": "https://example.org/id/rhino",'
    ' "@type": "https://example.org/ns#Beetl"}',
    "application/rdf+xml": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:ex="https://example.org/ns#"><ex:Beetl rdf:about="https://example.org/id/rhino"/>'
    "</rdf:RDF>",
}


@pytest.mark.parametrize("media_type", list(MEDIA_TYPES))
def test_media_types(app_client: Client, media_type: str) -> None:
    """Data may come in any RDF media type, compressed or not."""
    kind = {"Content-Type": f"{media_type}; charset=UTF-8"}
    plain = post(app_client, BODIES[media_type], kind).json()
    assert [each["rule"] for each in plain["results"]] == ["undeclared-term"]
    packed = gzip.compress(BODIES[media_type].encode())
    again = post(app_client, packed, {**kind, "Content-Encoding": "gzip"}).json()
    assert again["results"] == plain["results"]


@pytest.mark.parametrize(
    ("media_type", "text", "line", "column"),
    [
        ("text/turtle", HEAD + "id:rhino a ex:Beetle ;\n  nix:p 1 .", 4, 3),
        ("application/n-triples", "<a:a> <a:b> <a:c> .\n<a:a> <a:b> .", 2, 13),
        ("application/ld+json", '{"@id": "a:b",\n', 2, None),
        ("application/rdf+xml", "<rdf:RDF>", None, None),
    ],
)
def test_syntax_error(
    app_client: Client, media_type: str, text: str, line: int | None, column: int | None
) -> None:
    """A fault in the data is a problem document with file, line and column."""
    response = post(app_client, text, {"Content-Type": media_type})
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["type"] == "/problems/rdf-syntax"
    assert problem["file"].startswith("data.")
    if line:
        assert problem["line"] == line
    if column:
        assert problem["column"] == column
    assert set(problem["messages"]) == {"de", "en"}


def test_not_utf8(app_client: Client) -> None:
    """Bytes that are not UTF-8 are named with their place."""
    response = post(app_client, HEAD.encode() + b"\nid:x ex:p 'M\xfcnster' .")
    assert response.status_code == 400
    assert (response.json()["line"], response.json()["column"]) == (4, 13)


def test_shapes_of_their_own(app_client: Client) -> None:
    """With shapes, data and shapes stand alone: nothing of the published graph is held against."""
    files = {
        "data": ("my data.ttl", "PREFIX x: <urn:x:>\n\nx:a a x:T .", "application/octet-stream"),
        "shapes": ("s.ttl", SHAPES, "text/turtle"),
    }
    response = app_client.post("/validate", files=files)
    assert response.status_code == 200, response.text
    (found,) = response.json()["results"]
    assert found["message"] == {"de": "fehlt", "en": "missing"}
    assert (found["places"][0]["file"], found["places"][0]["line"]) == ("my data.ttl", 3)
    refused = app_client.post("/validate?impact=true", files=files)
    assert refused.status_code == 400


def test_several_data_parts(app_client: Client) -> None:
    """Several parts are one contribution; the places tell them apart, even those of one name."""
    data = f"{HEAD}id:rhino a ex:Beetl ."
    files = [("data", ("a.ttl", text)) for text in (RIGHT, data.replace("rhino", "other"))]
    response = app_client.post("/validate", files=files)
    (found,) = response.json()["results"]
    assert found["places"][0]["file"] == "a-2.ttl"


def test_shapes_at_fault(app_client: Client) -> None:
    """Shapes that cannot be used are 422, with what is wrong and where."""
    broken = SHAPES.replace("sh:minCount 1", 'sh:minCount "one"')
    files = {"data": ("d.ttl", RIGHT), "shapes": ("s.ttl", broken)}
    response = app_client.post("/validate", files=files)
    assert response.status_code == 422
    problem = response.json()
    assert problem["type"] == "/problems/shapes"
    assert "minCount" in problem["detail"]
    assert problem["file"] == "s.ttl"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Type": "application/pdf"}, b"x"),
        ({"Content-Type": "text/turtle; charset=latin-1"}, b"x"),
        ({"Content-Type": "text/turtle", "Content-Encoding": "br"}, b"x"),
        ({"Content-Type": ""}, b"x"),
    ],
)
def test_unknown_types(app_client: Client, headers: dict[str, str], body: bytes) -> None:
    """What cannot be read is 415, and the answer says what can."""
    response = app_client.post("/validate", content=body, headers=headers)
    assert response.status_code == 415
    assert response.json()["supported"] == list(SUPPORTED)
    assert "multipart/form-data" in response.headers["accept-post"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"x"),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\nx"),
        ("multipart/form-data; boundary=b", b"--b\r\nx\r\n--b--"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Type: text/turtle\r\n\r\nx\r\n--b--"),
        ("multipart/form-data; boundary=b", b"--b--"),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="shapes"\r\n\r\n\r\n--b--',
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="else"\r\n\r\n\r\n--b--',
        ),
        (
            "multipart/form-data; boundary=b",
            b'--b\r\nContent-Disposition: form-data; name="data"\r\n\r\n\r\n' * 50 + b"--b--",
        ),
    ],
)
def test_broken_forms(app_client: Client, content_type: str, body: bytes) -> None:
    """A form without boundary, end, header, data or with unknown or too many parts is 400."""
    response = app_client.post("/validate", content=body, headers={"Content-Type": content_type})
    assert response.status_code == 400, response.text
    assert response.json()["type"] == "/problems/bad-request"


def test_a_part_of_unknown_type(app_client: Client) -> None:
    """A part that is neither by type nor by name RDF is 415; its type wins over its name."""
    files = {"data": ("x.pdf", b"x", "application/pdf")}
    assert app_client.post("/validate", files=files).status_code == 415
    named = {"data": ("x.ttl", BODIES["application/rdf+xml"], "application/rdf+xml")}
    assert app_client.post("/validate", files=named).status_code == 200
    plain = {"data": (None, RIGHT)}
    assert app_client.post("/validate", files=plain).status_code == 200


def test_a_part_of_unknown_type_is_named(app_client: Client) -> None:
    """The refusal of a part says which part it is, and which suffix or media type it has."""
    refused = app_client.post(
        "/validate", files={"data": ("x.txt", RIGHT.encode(), "text/plain")}
    ).json()
    assert "Teil „data“: Die Endung '.txt' ist keine RDF-Endung" in refused["messages"]["de"]
    assert "Part “data”: The suffix '.txt' is not one of RDF" in refused["messages"]["en"]
    assert (refused["part"], refused["supported"]) == ("data", list(SUPPORTED))
    typed = app_client.post("/validate", files={"data": (None, b"x", "application/pdf")}).json()
    assert "application/pdf" in typed["detail"]


def test_faults_in_several_parts(app_client: Client) -> None:
    """Each part with a fault of syntax is named, with its place, on a line of its own."""
    files = [("data", (f"{name}.ttl", b"<urn:a> x", "text/turtle")) for name in "ab"]
    document = app_client.post("/validate?lang=de", files=files).json()
    assert document["status"] == 400
    assert [line.split(":")[0] for line in document["detail"].split("\n")] == ["a.ttl", "b.ttl"]


def test_language_of_problems(app_client: Client) -> None:
    """`?lang=` decides on the language of a problem, before Accept-Language does."""
    english = {"Accept-Language": "en"}
    document = post(app_client, "x", english, "?lang=de").json()
    assert document["title"] == "Fehler in den Daten"
    assert document["detail"] == document["messages"]["de"]
    assert post(app_client, "x", {"Accept-Language": "de"}, "?lang=en").json()["title"] == (
        "Fault in the data"
    )


def test_gzip(app_client: Client) -> None:
    """Damaged and cut gzip is 400; one of several members is read; a bomb is 413 at once."""
    packed = {"Content-Encoding": "gzip"}
    whole = gzip.compress(RIGHT.encode())
    for damaged in (b"no gzip", whole[:-9], whole[:20] + b"\0\0\0\0" + whole[24:], whole + b"x"):
        response = post(app_client, damaged, packed)
        assert response.status_code == 400, damaged
        assert "gzip" in response.json()["detail"]
    both = gzip.compress(RIGHT.encode()) + gzip.compress(b"id:more a ex:Beetle .")
    assert post(app_client, both, packed).json()["checked"]["triples"] == 2
    bomb = gzip.compress(bytes(1 << 28))
    assert len(bomb) < LIMITS.body
    response = post(app_client, bomb, packed)
    assert (response.status_code, response.json()["limit"]) == (413, LIMITS.text)


def test_sizes(app_client: Client) -> None:
    """A body that is too large, and one with too many statements, is 413 with the limit."""
    response = post(app_client, b"#" * (LIMITS.body + 1))
    assert (response.status_code, response.json()["limit"]) == (413, LIMITS.body)
    many = "".join(f"<a:{n}> <a:p> {n}.\n" for n in range(LIMITS.statements + 1))
    response = post(app_client, many)
    assert (response.status_code, response.json()["limit"]) == (413, LIMITS.statements)


def test_empty(app_client: Client) -> None:
    """Nothing is valid; it says of itself that it had no statement."""
    document = post(app_client, "").json()
    assert (document["valid"], document["checked"]["triples"]) == (True, 0)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket that would see any request."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        yield server


def test_nothing_is_fetched(app_client: Client, listener: socket.socket) -> None:
    """A context elsewhere and an external entity are refused, owl:imports is passed over."""
    address = f"http://127.0.0.1:{listener.getsockname()[1]}/x"
    remote = post(
        app_client,
        f'{{"@id": "a:a",\n "@context": "{address}"}}',
        {"Content-Type": "application/ld+json"},
    )
    assert remote.status_code == 400
    assert (remote.json()["line"], remote.json()["column"]) == (2, 2)
    assert "is not fetched" in remote.json()["detail"]
    for doctype in (f'r SYSTEM "{address}"', f'r [<!ENTITY e SYSTEM "{address}">]'):
        text = f"<!DOCTYPE {doctype}>{BODIES['application/rdf+xml']}"
        entity = post(app_client, text, {"Content-Type": "application/rdf+xml"})
        assert (entity.status_code, entity.json()["line"]) == (400, 1)
    imports = f"<urn:x:o> <http://www.w3.org/2002/07/owl#imports> <{address}> ."
    assert post(app_client, imports).status_code == 200
    files = {"data": ("d.ttl", RIGHT), "shapes": ("s.ttl", f"{SHAPES}\n{imports}")}
    assert app_client.post("/validate", files=files).status_code == 200
    with pytest.raises(TimeoutError):
        listener.accept()


def test_entity_bomb(app_client: Client) -> None:
    """A billion laughs is refused before it is told."""
    laughs = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    text = f'<!DOCTYPE r [<!ENTITY a0 "ha">{laughs}]>{BODIES["application/rdf+xml"]}'
    response = post(app_client, text, {"Content-Type": "application/rdf+xml"})
    assert response.status_code == 400
    assert "entity is not allowed" in response.json()["detail"]
