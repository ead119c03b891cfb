"""/validate in a browser: findings at their lines, proposals, what follows, and reports."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, quote_from_bytes

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.serve.helpers import Client
from tests.serve.pages.library_site import PAGE, Page, served

from kg.serve.pages.check import input, page
from kg.serve.pages.check.edits import Edit, Written, applied, edits_of
from kg.serve.pages.check.input import _of_pairs
from kg.serve.pages.check.page import Outcome, marks
from kg.serve.pages.check.places import Places
from kg.serve.pages.check.report import read_report
from kg.serve.pages.check.view import checked_of
from kg.serve.pages.site import Site

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
TURTLE = "<urn:a> <urn:b> <urn:c> .\n" * 1000
HEAD = b"--x\r\ncontent-disposition: form-data"
TAIL = b"\r\n\r\nx\r\n--x--"


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
        ("application/x-www-form-urlencoded", b"text=" + b"%" * 20_000, 400),
        ("application/x-www-form-urlencoded", b"text=" + b"%0A" * 2_600_000, 413),
        ("application/x-www-form-urlencoded", b"text=" + b"a" * (9 << 20), 413),
        ("multipart/form-data; boundary=x", b"--x\r\n" + b"a: b\r\n" * 10**6 + TAIL, 400),
        ("multipart/form-data; boundary=x", HEAD + b";a=b" * 500_000 + TAIL, 400),
    ],
)
def test_hostile_forms(client: Client, content_type: str, body: bytes, status: int) -> None:
    """Damaged, strange and too large forms are answered with a page that says what is wrong."""
    headers = {**PAGE, "Content-Type": content_type}
    response = client.post("/validate?page=1", content=body, headers=headers)
    assert response.status_code == status
    assert response.headers["content-type"].startswith("text/html")
    assert len(response.content) < 200_000


def test_long_text_is_sent_as_it_is(client: Client) -> None:
    """More than 256 KiB with per cent signs is refused, with what to do; in parts it is read."""
    text = GOOD + "# \u00e4\n" * 40_000
    headers = {**PAGE, "Accept-Language": "de"}
    response = client.post("/validate?page=1", data={"text": text}, headers=headers)
    assert response.status_code == 413
    assert "höchstens 256 KiB" in Page(response.text).words
    assert "die Datei, oder senden Sie das Formular als multipart" in Page(response.text).words
    assert post(client, text).status_code == 200
    short = client.post("/validate?page=1", data={"text": GOOD}, headers=headers)
    assert "Keine Fehler" in Page(short.text).words


@given(
    st.binary(max_size=40)
    | st.text("aZ09%=_+-.~! \n\r", max_size=40).map(lambda text: text.encode())
)
def test_forms_are_decoded_as_the_library_does(value: bytes) -> None:
    """Fields mean what a function of the standard library makes of them."""
    ascii_only = quote_from_bytes(value).encode()
    for raw in (ascii_only, bytes(byte for byte in value if byte < 128 and byte != 38)):
        expected = parse_qsl("text=" + raw.decode(), keep_blank_values=True)[0][1]
        assert _of_pairs(b"text=" + raw).first("text") == expected


@pytest.mark.parametrize(
    ("where", "name"),
    [
        (input, "_of_pairs"),
        (input, "_of_parts"),
        (page, "draft_of"),
        (page, "read_report"),
        (page, "checked_of"),
        (page, "unreadable"),
        (page, "applied"),
        (page, "marks"),
        (Site, "page"),
    ],
)
def test_long_work_is_not_done_in_the_loop(
    client: Client, monkeypatch: pytest.MonkeyPatch, where: Any, name: str
) -> None:
    """What takes long for a long text runs in a thread, beside that of the event loop."""
    work, found = getattr(where, name), []

    def watched(*given: Any, **more: Any) -> Any:
        with contextlib.suppress(RuntimeError):
            asyncio.get_running_loop()
            found.append("loop")
        found.append("called")
        return work(*given, **more)

    monkeypatch.setattr(where, name, watched)
    number = str(next(each["number"] for each in marks_in(post(client, FAULTY)) if each["edits"]))
    post(client, FAULTY, more={"apply": number})
    post(client, "a b")
    client.post("/validate?page=1", data={"text": GOOD}, headers=PAGE)
    assert set(found) == {"called"}


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize(
    "text",
    [
        "a" * 200_000,
        f"{PREFIXES} lib:{'a' * 200_000} {'b' * 200_000}",
        f"{PREFIXES} {'c' * 200_000}:a lib:b lib:c .",
        f"{PREFIXES} lib:a lib:b 1{'.000' * 50_000} .",
        f'{PREFIXES} @prefix xsd: <urn:x> . lib:a lib:b "{"d" * 20_000}" xsd:{"e" * 200_000} .',
        "<" + "f" * 200_000 + " g>",
    ],
)
def test_long_words_are_not_told_again(client: Client, text: str, lang: str) -> None:
    """Where a very long word is at fault, messages have its start only; programs get the same."""
    message = marks_in(post(client, text, query=f"&lang={lang}"))[0]["message"]
    assert 20 < len(message) < 600
    media = {"Content-Type": "text/turtle"}
    sent = client.post(f"/validate?lang={lang}", content=text.encode(), headers=media)
    assert sent.status_code == 400
    assert len(sent.content) < 3000


def long_report(count: int) -> dict[str, Any]:
    """Return a report with findings near the end of a text, and much that follows."""
    results = [
        {
            "severity": "Violation",
            "message": {"de": "\u00e4" * 5000, "en": "y" * 5000},
            "path": None,
            "focus": "<urn:a>",
            "proposal": {"text": {"de": "z" * 5000, "en": ""}, "replace": None, "turtle": TURTLE},
            "places": [{"file": "data.ttl", "line": 100_000 - 7 * number, "column": 1}],
            "spots": {"value": None, "path": None, "focus": None},
        }
        for number in range(count)
    ]
    follows = {f"<urn:{number}>": [["<urn:a>", "<urn:b>", '"]}"']] * 300 for number in range(9)}
    return {
        "valid": False,
        "checked": {"triples": count},
        "counts": {"violation": count, "warning": 0, "info": 0},
        "results": results,
        "impact": {"entailed": follows, "retracted": {}},
    }


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("count", [0, 3, 400])
def test_reports_are_read_up_to_a_number(count: int, indent: int | None) -> None:
    """All but long lists is as `json` reads it; of these there are the start and the length."""
    report = long_report(count)
    read = read_report(json.dumps(report, indent=indent).encode(), 200)
    assert read["results"] == report["results"][:200]
    assert read["results"].total == count
    follows = read["impact"]["entailed"]
    assert {name: (len(each), each.total) for name, each in follows.items()} == {
        f"<urn:{number}>": (200, 300) for number in range(9)
    }
    for name in ("valid", "checked", "counts"):
        assert read[name] == report[name]


def test_the_view_of_a_long_text_is_short() -> None:
    """100,000 lines with thousands of long messages become 200 findings, all of them cut."""
    report = read_report(json.dumps(long_report(3000)).encode(), 200)
    text = "\n".join(f"line {number} {'x' * 900}" for number in range(1, 100_001))
    checked = checked_of(report, text, "de", {}, turtle=True)
    assert (len(checked.findings), checked.more, checked.elsewhere) == (200, 2800, ())
    shown = [line for block in checked.blocks for line in block]
    assert len(shown) < 1100
    assert all(line.text.startswith(f"line {line.number} ") for line in shown)
    assert max(len(line.text) for line in shown) == 300
    size = len(repr(marks(Outcome(checked)))) + sum(len(repr(line)) for line in shown)
    assert size < 1_500_000


def test_one_route_for_all_methods(client: Client) -> None:
    """OPTIONS and what is no method here name GET, HEAD and POST."""
    methods = {"GET", "HEAD", "POST", "OPTIONS"}
    for method in ("OPTIONS", "PUT"):
        response = client.request(method, "/validate")
        assert set(response.headers["allow"].split(", ")) == methods
    assert client.request("HEAD", "/validate", headers=PAGE).status_code == 200


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
