"""GET /explain as clients meet it: formats, headers, faults, and what must not hurt it."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from pyoxigraph import RdfFormat, parse
from tests.serve.helpers import Client

from kg.publish.explanations import open_explanations
from kg.publish.versions import Version
from kg.serve.app import create_app
from kg.serve.explain import Explaining
from kg.serve.validate import Validating
from kg.settings import Project

HOLDS = "/explain?s=id:dung&p=a&o=ex:Animal"
FAILS = "/explain?s=id:dung&p=rdfs:label&o=%22Hirschk%C3%A4fer%22%40de"


def test_json_is_the_default(client: Client) -> None:
    """Without wishes the answer is JSON: it holds, by this rule, from these files."""
    response = client.get(HOLDS)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    document = response.json()
    assert (document["holds"], document["language"]) == (True, "en")
    assert document["statement"] == "Mistkäfer 🪲 – is a – ex:Animal"
    (proof,) = document["proofs"]
    assert proof["steps"][-1]["rule"]["name"] == "cax-sco"
    sources = {source["file"] for step in proof["steps"] for source in step["sources"]}
    assert sources == {"data/dung.ttl", "ontology/zoo.ttl"}


@pytest.mark.parametrize(
    ("accept", "form", "media_type"),
    [
        ("text/plain", "", "text/plain; charset=utf-8"),
        ("text/turtle", "", "text/turtle; charset=utf-8"),
        ("application/json;q=0.5, text/turtle;q=0.4", "", "application/json"),
        ("*/*", "", "application/json"),
        ("text/html", "text", "text/plain; charset=utf-8"),
        ("", "tree", "application/json"),
        ("", "text/turtle", "text/turtle; charset=utf-8"),
    ],
)
def test_negotiation(client: Client, accept: str, form: str, media_type: str) -> None:
    """Accept decides, format= before it."""
    path = HOLDS + (f"&format={quote(form, safe='')}" if form else "")
    response = client.get(path, headers={"Accept": accept} if accept else {})
    assert (response.status_code, response.headers["content-type"]) == (200, media_type)
    if "turtle" in media_type:
        assert list(parse(response.content, RdfFormat.TURTLE))
    if form == "tree":
        assert "children" in response.json()["proofs"][0]


def test_what_cannot_be_had(client: Client) -> None:
    """A format that there is not is refused with those that there are."""
    response = client.get(HOLDS, headers={"Accept": "image/png"})
    assert response.status_code == 406
    assert "text/turtle" in response.json()["available"]


def test_why_not_is_an_answer(client: Client) -> None:
    """What does not hold is answered with 200 and what lacks."""
    document = client.get(FAILS).json()
    assert (document["holds"], document["proofs"]) == (False, [])
    text = client.get(FAILS + "&format=text&lang=de").text
    assert text.startswith(
        "Das ist nicht gesagt und folgt nicht: Mistkäfer 🪲 – heißt – „Hirschkäfer“"
    )


def test_language(client: Client) -> None:
    """Accept-Language decides, lang= before it."""
    german = client.get(HOLDS + "&format=text", headers={"Accept-Language": "de-DE"})
    assert german.headers["content-language"] == "de"
    assert "weil: Was zur Unterklasse gehört" in german.text
    english = client.get(HOLDS + "&format=text&lang=en", headers={"Accept-Language": "de"})
    assert "because: What belongs to the subclass" in english.text


def test_validators_and_cors(client: Client, version: Version) -> None:
    """The ETag names version, format and language; who has it gets 304; any site may ask."""
    response = client.get(HOLDS)
    tag = response.headers["etag"]
    assert tag == f'"{version.manifest.version}.explain.json.en"'
    assert response.headers["access-control-allow-origin"] == "*"
    assert response.headers["vary"] == "Accept, Accept-Language"
    assert client.get(HOLDS, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(HOLDS + "&lang=de", headers={"If-None-Match": tag}).status_code == 200
    head = client.request("HEAD", HOLDS)
    assert (head.status_code, head.headers["etag"]) == (200, tag)
    options = client.request("OPTIONS", "/explain")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    assert client.post("/explain").status_code == 405


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "s"),
        ("s=id:dung&p=a", "o"),
        ("s=id:dung&s=id:stag&p=a&o=ex:Animal", "s"),
        ("s=nix:dung&p=a&o=ex:Animal", "s"),
        ("s=id:dung&p=%3Ca%20b%3E&o=ex:Animal", "p"),
        ("s=id:dung&p=a&o=%22x", "o"),
        ("s=id:dung&p=a&o=" + quote('"x" . <a:a> <b:b> "y"'), "o"),
        ("s=id:dung%00&p=a&o=ex:Animal", "s"),
        ("s=id:dung&p=a&o=%22" + "x" * 40_000 + "%22", "o"),
        ("s=id:dung&p=a&o=ex:Animal&limit=0", "limit"),
        ("s=id:dung&p=a&o=ex:Animal&limit=51", "limit"),
        ("s=id:dung&p=a&o=ex:Animal&limit=%C2%B2", "limit"),
        ("s=id:dung&p=a&o=ex:Animal&limit=-1", "limit"),
    ],
)
def test_bad_parameters(client: Client, query: str, parameter: str) -> None:
    """A parameter that is missing, repeated or malformed is named in a problem document."""
    response = client.get("/explain?" + query)
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["parameter"] == parameter
    assert len(response.content) < 2000


@pytest.mark.parametrize(
    "query", ["s=%ED%A0%80&p=a&o=a", "s=%FF", "&".join("x=1" for _ in "a" * 200)]
)
def test_what_is_no_text(client: Client, query: str) -> None:
    """Lone surrogates, other bytes that are not UTF-8 and a flood of parameters are refused."""
    assert client.get("/explain?" + query).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        "s=https://nobody.example/%F0%9F%AA%B2&p=a&o=ex:Animal",
        "s=_:b0&p=a&o=ex:Animal",
        "s=id:dung&p=rdfs:label&o=" + quote('"\\u0000"'),
        "s=id:dung&p=rdfs:label&o=" + quote('"' + "ä" * 9_000 + '"@de'),
        "s=" + quote('"literal"') + "&p=a&o=ex:Animal",
        "s=id:dung&p=" + quote('"literal"') + "&o=ex:Animal",
        "s=%3Ckg:nobody%3E&p=a&o=%3Ckg:nothing%3E",
        "s=id:dung&p=owl:sameAs&o=id:stag&limit=50",
    ],
)
@pytest.mark.parametrize("form", ["json", "text", "turtle", "tree"])
def test_strange_terms_are_answered(client: Client, query: str, form: str) -> None:
    """Unknown IRIs, blank nodes and odd literals do not hold, in every format."""
    response = client.get(f"/explain?{query}&format={form}")
    assert response.status_code == 200
    if form == "json":
        assert response.json()["holds"] is False
    if form == "turtle":
        assert list(parse(response.content, RdfFormat.TURTLE)) == []


def test_questions_leave_nothing_behind(project: Project, version: Version) -> None:
    """Requests do not grow the dictionary, and the version is opened once."""
    app = create_app(project, version)
    explanations = open_explanations(version.path, project)
    before = len(explanations.engine.state.facts.terms)
    with Client(app) as client:
        for number in range(20):
            term = quote(f'"{number}"')
            found = client.get(f"/explain?s=id:n{number}&p=ex:p{number}&o={term}")
            assert found.status_code == 200
            explanations.account((f"<https://n/{number}>", f"<https://p/{number}>", f'"{number}"'))
    assert len(explanations.engine.state.facts.terms) == before


def test_same_answer_from_many_threads(client: Client) -> None:
    """Answers do not depend on what is asked at the same time."""
    from concurrent.futures import ThreadPoolExecutor

    def ask(path: str) -> httpx.Response:
        return client.get(path)

    paths = [HOLDS, FAILS, HOLDS + "&format=turtle", HOLDS + "&lang=de"] * 6
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, paths))
    assert {response.status_code for response in found} == {200}
    assert len({response.content for response in found}) == 4


def test_damaged_version_is_unavailable(project: Project, version: Version, tmp_path: Path) -> None:
    """A version without what explains it, or with damage, answers 503 and serves the rest."""
    for name, damage in (("gone", shutil.rmtree), ("cut", _cut)):
        path = tmp_path / name
        shutil.copytree(version.path, path)
        damage(path / "closure")
        with Client(create_app(project, replace(version, path=path))) as broken:
            response = broken.get(HOLDS)
            assert response.status_code == 503
            assert "kg build" in json.dumps(response.json())
            assert str(tmp_path) not in response.text
            assert broken.get("/health").status_code == 200


def _cut(folder: Path) -> None:
    (folder / "pairs").write_bytes((folder / "pairs").read_bytes()[:-8])


def test_nothing_is_opened_before_it_is_asked(project: Project, version: Version) -> None:
    """A server starts without waiting for what explains."""
    explaining = Explaining(project, lambda: version, Validating(project, version).reply)
    assert explaining._opened is None
