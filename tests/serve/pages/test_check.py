"""/validate in a browser: findings at their lines, proposals, what follows, and reports."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serve.helpers import Client
from tests.serve.pages.library_site import PAGE, Page, served

from kg.serve.pages.check.edits import Edit, Written, applied, edits_of
from kg.serve.pages.check.places import Places

PREFIXES = """@prefix lib: <https://library.example/ns#> .
@prefix library: <https://library.example/id/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
GOOD = f"""{PREFIXES}
library:persuasion a lib:Book ;
  rdfs:label "Persuasion"@en ;
  lib:shelf "AU 8" ;
  lib:standsIn library:harbour .
"""
FAULTY = GOOD.replace('"AU 8"', '"AU8"').replace("library:harbour", "library:habour")
SAMPLES = {
    "samples/1-good.ttl": f"# de: Ein gutes <Buch>\n# en: A good <book>\n{GOOD}",
    "samples/2-bad.ttl": f"# de: Ein schlechtes\n# en: A bad one\n# exercise: yes\n{FAULTY}",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of the library, which has two samples."""
    with served(tmp_path_factory.mktemp("check"), SAMPLES) as client:
        yield client


def post(
    client: Client, text: str, *, query: str = "", more: dict[str, str] | None = None
) -> httpx.Response:
    """Send the form as a browser does."""
    fields = {"text": (None, text), "form": (None, "turtle")}
    fields |= {name: (None, value) for name, value in (more or {}).items()}
    empty = {"file": ("", b"", "application/octet-stream")}
    headers = {**PAGE, "Accept-Language": "de"}
    return client.post(f"/validate?page=1{query}", files={**fields, **empty}, headers=headers)


def test_the_page_is_a_form_with_samples(client: Client) -> None:
    """Without anything there are an empty field and links to samples, exercises marked as such."""
    response = client.get("/validate", headers=PAGE)
    found = Page(response.text)
    assert "Ein gutes <Buch>" in found.words
    assert "Übung mit Fehlern" in found.words
    (form,) = found.all("form", id="check")
    assert (form["method"], form["enctype"]) == ("post", "multipart/form-data")
    labelled = {each["for"] for each in found.all("label")}
    assert {"text", "form", "file"} <= labelled
    again = {**PAGE, "If-None-Match": response.headers["etag"]}
    assert client.get("/validate", headers=again).status_code == 304


def test_a_sample_fills_the_field(client: Client) -> None:
    """A link to a sample gives its text, without what its first lines say of it."""
    response = client.get("/validate?sample=1-good", headers=PAGE)
    assert (
        unescape(re.findall(r"<textarea[^>]*>\n(.*?)</textarea>", response.text, re.DOTALL)[0])
        == GOOD
    )
    other = client.get("/validate?sample=nothing", headers=PAGE)
    assert other.status_code == 200
    assert "Persuasion" not in other.text


def test_findings_stand_beneath_their_lines(client: Client) -> None:
    """The excerpt shows the line, the message beneath it, and what may have been meant."""
    response = post(client, FAULTY)
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    found = Page(response.text)
    assert "So kann der Beitrag nicht übernommen werden" in found.words
    shelf = FAULTY.splitlines().index('  lib:shelf "AU8" ;') + 1
    assert (
        f'{shelf} lib:shelf "AU8" ; Fehler, Zeile {shelf}: Ein Regal sieht aus wie' in found.words
    )
    assert "Meinten Sie library:harbour" in found.words
    assert "library:habour" in response.text  # the text is still there


def test_a_proposal_is_taken_without_script(client: Client) -> None:
    """The button beneath a proposal sends the form, which comes back mended and checked anew."""
    marks = marks_in(post(client, FAULTY))
    (number,) = {each["number"] for each in marks if "library:harbour" in each["proposal"]}
    text = post(client, FAULTY, more={"apply": str(number)}).text
    assert "lib:standsIn library:harbour ." in text
    assert "library:habour" not in text
    for wrong in ("99", "-1", "x", "²"):
        assert "library:habour" in post(client, FAULTY, more={"apply": wrong}).text


def test_what_follows_is_told_in_words(client: Client) -> None:
    """A good contribution is called one, and what it entails is told with labels."""
    found = Page(post(client, GOOD).text)
    assert "Keine Fehler. Der Beitrag kann übernommen werden." in found.words
    assert "Was aus dem Beitrag folgen würde" in found.words
    assert "gehört zum Bestand von Stadtbücherei" in found.words


def test_a_fault_of_syntax_is_shown_at_its_line(client: Client) -> None:
    """What cannot be read is a finding as well: line, sign, and what is missing."""
    text = GOOD.replace('"AU 8" ;', '"AU 8"')
    found = Page(post(client, text).text)
    assert "Der Text lässt sich nicht lesen" in found.words
    assert re.search(r"Fehler, Zeile 7: .*Semikolon", found.words)


def test_a_file_goes_before_the_text(client: Client) -> None:
    """A file is read by its suffix, and its text comes back for editing."""
    content = json.dumps(
        {"@id": "https://library.example/id/x", "@type": "https://library.example/ns#Book"}
    )
    files = {
        "text": (None, GOOD),
        "file": ("C:\\books\\<x>.jsonld", content.encode(), "application/octet-stream"),
    }
    response = client.post("/validate?page=1&lang=de", files=files, headers=PAGE)
    found = Page(response.text)
    assert "Das Buch steht in keiner Zweigstelle." in found.words
    assert "Gelesen wurde die Datei <x>.jsonld" in found.words
    (chosen,) = [each for each in found.all("option") if "selected" in each]
    assert chosen["value"] == "jsonld"


@pytest.mark.parametrize(
    ("form", "media_type", "word"),
    [
        ("json", "application/json", '"valid": false'),
        ("turtle", "text/turtle; charset=utf-8", "ValidationReport"),
        ("text", "text/plain; charset=utf-8", "Verstoß"),
    ],
)
def test_reports_to_keep(client: Client, form: str, media_type: str, word: str) -> None:
    """The same form with a format gives the report as a file."""
    response = post(client, FAULTY, query=f"&format={form}")
    assert response.headers["content-type"] == media_type
    assert response.headers["content-disposition"].startswith("attachment; filename=")
    assert word in response.text


def test_a_part_for_the_script(client: Client) -> None:
    """Scripts get the results alone, with places and changes for the editor."""
    fields = {"text": (None, FAULTY)}
    response = client.post("/validate?page=1", files=fields, headers={**PAGE, "HX-Request": "true"})
    assert "<html" not in response.text
    marks = marks_in(response)
    assert {each["severity"] for each in marks} == {"error"}
    for each in marks:
        for edit in each["edits"]:
            assert FAULTY[edit["start"] : edit["end"]] == "library:habour"


def test_nothing_to_check(client: Client) -> None:
    """An empty form is told so, with status 400, on a page."""
    response = post(client, " \n")
    assert response.status_code == 400
    assert Page(response.text).all("div", role="alert")


def test_programs_get_what_they_got(client: Client) -> None:
    """POST of Turtle gives JSON; GET by a program is no method here."""
    sent = client.post("/validate", content=GOOD.encode(), headers={"Content-Type": "text/turtle"})
    assert sent.headers["content-type"] == "application/json"
    refused = client.get("/validate")
    assert (refused.status_code, refused.headers["allow"]) == (405, "POST, OPTIONS")
    parts = client.post("/validate", files={"data": ("a.ttl", GOOD.encode())})
    assert parts.json()["valid"] is True
    page = client.post("/validate", files={"data": ("a.ttl", GOOD.encode())}, headers=PAGE)
    assert page.headers["content-type"].startswith("text/html")


def test_markup_is_shown_as_text(client: Client) -> None:
    """Markup in what was posted, in messages and in what follows appears as text."""
    evil = "</script></textarea><script>alert(1)</script>"
    text = GOOD.replace("AU 8", evil)
    response = post(client, text)
    found = Page(response.text)
    assert evil in found.words
    assert all(
        each.get("src") or each.get("type") == "application/json" for each in found.all("script")
    )


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("multipart/form-data", b"x", 400),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\n", 400),
        ("application/x-www-form-urlencoded", b"text=%FF%FE", 200),
        ("application/x-www-form-urlencoded", "text=\u00e4".encode(), 400),
        ("application/x-www-form-urlencoded", b"&".join([b"a=1"] * 1000), 400),
        ("text/plain", b"text", 415),
        ("application/x-www-form-urlencoded", b"text=" + b"a" * (9 << 20), 413),
    ],
)
def test_hostile_forms(client: Client, content_type: str, body: bytes, status: int) -> None:
    """Damaged, strange and too large forms are answered with a page that says what is wrong."""
    headers = {**PAGE, "Content-Type": content_type}
    response = client.post("/validate?page=1", content=body, headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    assert len(response.content) < 200_000


def marks_in(response: httpx.Response) -> list[dict[str, Any]]:
    """Return what the page tells editors."""
    (found,) = re.findall(r'id="marks">(.*?)</script>', response.text, re.DOTALL)
    marks: list[dict[str, Any]] = json.loads(found)
    return marks


def result(old: str, new: str, line: int, column: int) -> dict[str, object]:
    """Return a result with a proposal, as far as changes need it."""
    place = {"file": "data.ttl", "line": line, "column": column}
    return {
        "proposal": {"replace": {"old": old, "new": new}, "turtle": None},
        "places": [place],
        "spots": {"value": place, "path": None, "focus": None},
    }


@pytest.mark.parametrize(
    ("text", "old", "new", "expected"),
    [
        ("@prefix e: <urn:e/> .\ne:a e:p e:b .", "<urn:e/b>", "<urn:e/c>", "e:c"),
        ("@prefix e: <urn:e/> .\ne:a e:p e:b .", "<urn:e/b>", "<urn:f/c>", "<urn:f/c>"),
        ("@prefix e: <urn:e/> .\ne:a e:p e:b .", "<urn:e/b>", "<urn:e/c/d>", "<urn:e/c/d>"),
        ('PREFIX e: <urn:e/>\ne:a e:p "b"@de .', '"b"@de', '"c"', '"c"'),
        ('PREFIX e: <urn:e/>\ne:a e:p "b"^^e:t .', '"b"^^<urn:e/t>', '"c"^^<urn:e/u>', '"c"^^e:u'),
        ("PREFIX e: <urn:e/>\ne:a e:p 2025 .", '"2025"', '"2026"', '"2026"'),
    ],
)
def test_changes_are_written_as_the_text_writes(
    text: str, old: str, new: str, expected: str
) -> None:
    """The term at the place is replaced, with the prefixes that the text declares."""
    (edit,) = edits_of(result(old, new, 2, 9), Written(text, {}))
    assert edit.text == expected
    assert applied(text, [edit]).endswith(f"e:a e:p {expected} .")


def test_what_is_not_there_is_not_changed() -> None:
    """Where another term stands, as after a change of the text, nothing is done."""
    text = "@prefix e: <urn:e/> .\ne:a e:p e:other ."
    assert edits_of(result("<urn:e/b>", "<urn:e/c>", 2, 9), Written(text, {})) == ()
    assert edits_of(result("<urn:e/b>", "<urn:e/c>", 9, 9), Written(text, {})) == ()


@given(st.text(alphabet="a🪲\n", max_size=40), st.integers(1, 8), st.integers(1, 12))
def test_places_are_those_of_the_lines(text: str, line: int, column: int) -> None:
    """A place is where the line begins plus the signs before the column, or nowhere."""
    at = Places(text).offset(line, column)
    lines = text.split("\n")
    if line > len(lines):
        assert at is None
    elif column <= len(lines[line - 1]) + 1:
        assert at == len("\n".join(lines[: line - 1])) + (line > 1) + column - 1


def test_changes_do_not_shift_each_other() -> None:
    """Several changes are made from the end."""
    assert applied("abc", [Edit(0, 1, "xx"), Edit(2, 3, "")]) == "xxb"
