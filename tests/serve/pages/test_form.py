"""Forms made from shapes: fields, faults at their fields, Turtle that the checker takes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, RdfFormat, parse
from tests.serve.helpers import Client
from tests.serve.pages.library_site import PAGE, Page, served

from kg.errors import ProjectError
from kg.publish.versions import Version
from kg.serve.app import create_app
from kg.serve.pages.form.settings import read_forms
from kg.serve.pages.form.shapes import Field
from kg.serve.pages.form.values import ValueFaultError, literal_of, slug
from kg.settings import Project, read_project

ID = "https://library.example/id/"
LIB = "https://library.example/ns#"
XSD = "http://www.w3.org/2001/XMLSchema#"
GOOD = {
    "main.rdfs:label@en": "Northanger Abbey",
    "main.lib:shelf": "AU 9",
    "main.lib:standsIn": "library:harbour",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of the library, which has a form for books."""
    with served(tmp_path_factory.mktemp("form")) as client:
        yield client


@pytest.fixture(scope="module")
def municipal(published_project: Path, published: Version) -> Iterator[Client]:
    """A client of the project of this repository."""
    with Client(create_app(read_project(published_project), published)) as client:
        yield client


def post(
    client: Client, form: str, values: Mapping[str, object], do: str = "check"
) -> httpx.Response:
    """Send a form as a browser does."""
    path = f"/contribute/new/{form}"
    return client.post(path, data={**values, "do": do}, headers={**PAGE, "Accept-Language": "de"})


def turtle(response: httpx.Response) -> str:
    """Return the Turtle that a form made."""
    found = re.findall(r"<pre[^>]*><code>(.*?)</code>", response.text, re.DOTALL)
    assert found, Page(response.text).words
    return unescape(found[0])


def errors(response: httpx.Response) -> list[str]:
    """Return the faults that stand at fields."""
    found = re.findall(r'<div class="error".*?</div>', response.text, re.DOTALL)
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", each)).split()) for each in found]


def test_the_overview_lists_the_forms(client: Client) -> None:
    """/contribute leads to the form and to the check."""
    found = Page(client.get("/contribute?lang=de", headers=PAGE).text)
    links = {each["href"] for each in found.all("a")}
    assert {"contribute/new/book?lang=de", "validate?lang=de"} <= links
    assert "Neues Buch" in found.words


def test_fields_come_from_the_shapes(client: Client) -> None:
    """A label in two languages, a text, and a list of branches to choose from."""
    found = Page(client.get("/contribute/new/book?lang=de", headers=PAGE).text)
    names = {each.get("name") for each in (*found.all("input"), *found.all("textarea"))}
    assert {"main.rdfs:label@de", "main.rdfs:label@en", "main.lib:shelf"} <= names
    assert "steht in *" in found.words
    assert {"library:city", "library:harbour", "library:west"} <= {
        each["value"] for each in found.all("input", type="checkbox")
    }
    labelled = {each["for"] for each in found.all("label") if "for" in each}
    assert labelled <= {each["id"] for _, each in found.elements if "id" in each}


def test_what_is_valid_becomes_turtle(client: Client) -> None:
    """The address follows the rule of kg.toml; the checker of /validate takes the Turtle."""
    response = post(client, "book", GOOD)
    assert response.status_code == 200, errors(response)
    text = turtle(response)
    stated = {quad.triple for quad in parse(text.encode(), RdfFormat.TURTLE)}
    subjects = {triple.subject.value for triple in stated}
    assert subjects == {f"{ID}northanger-abbey"}
    assert any(triple.object == Literal("Northanger Abbey", language="en") for triple in stated)
    checked = client.post(
        "/validate", content=text.encode(), headers={"Content-Type": "text/turtle"}
    )
    assert checked.json()["valid"] is True
    assert "gehört zum Bestand von Stadtbücherei" in Page(response.text).words


def test_the_file_is_what_was_shown(client: Client) -> None:
    """Download gives the same Turtle under the name of the thing."""
    response = post(client, "book", GOOD, do="download")
    assert response.headers["content-disposition"] == 'attachment; filename="northanger-abbey.ttl"'
    assert response.text == turtle(post(client, "book", GOOD))


def test_a_long_form_is_refused(client: Client) -> None:
    """More than 256 KiB is answered with the form and what to do, before it is read."""
    response = post(client, "book", {**GOOD, "main.rdfs:label@de": "\n" * 100_000})
    assert response.status_code == 413
    assert "256 KiB" in Page(response.text).words


def test_faults_stand_at_their_fields(client: Client) -> None:
    """What is missing and what the shapes refuse is said where it is typed, which is kept."""
    missing = post(client, "book", {"main.rdfs:label@en": "X"})
    assert missing.status_code == 422
    assert errors(missing) == ["Das Buch steht in keiner Zweigstelle."]
    wrong = post(client, "book", {**GOOD, "main.lib:shelf": "AU9 <b>"})
    assert any("Ein Regal sieht aus wie" in each for each in errors(wrong))
    found = Page(wrong.text)
    (field,) = found.all("input", name="main.lib:shelf")
    assert (field["value"], field["aria-invalid"]) == ("AU9 <b>", "true")
    assert field["aria-describedby"].endswith("-error")


def test_what_is_there_is_not_made_anew(client: Client) -> None:
    """A name whose address is taken leads to what has it."""
    response = post(client, "book", {**GOOD, "main.rdfs:label@en": "Emma"})
    assert response.status_code == 422
    assert any("schon im Graphen" in each for each in errors(response))
    assert "doc/emma" in response.text


def test_a_name_without_letters_has_no_address(client: Client) -> None:
    """Where no address can be made of a name that is said at the name."""
    response = post(client, "book", {**GOOD, "main.rdfs:label@en": "🪲"})
    assert any("keine Adresse" in each for each in errors(response))


def test_choices_are_checked(client: Client) -> None:
    """A value that is not among the choices is refused, whatever a client sends."""
    response = post(client, "book", {**GOOD, "main.lib:standsIn": "library:emma"})
    assert errors(response) == ["Das steht nicht zur Wahl."]


def test_markup_is_shown_as_text(client: Client) -> None:
    """What was typed comes back escaped, in fields, Turtle and sentences."""
    evil = '"></textarea><script>alert(1)</script>'
    response = post(client, "book", {**GOOD, "main.rdfs:label@en": evil})
    assert response.status_code == 200, errors(response)
    assert evil in turtle(response).replace('\\"', '"')
    assert all(each.get("src") for each in Page(response.text).all("script"))


@pytest.mark.parametrize("path", ["/contribute/new/nothing", "/contribute/new/document"])
def test_forms_that_there_are_not(client: Client, path: str) -> None:
    """What is not listed has no page."""
    assert client.get(path, headers=PAGE).status_code == 404


def test_hostile_forms(client: Client) -> None:
    """Too large, damaged and strange forms are answered with a page."""
    path = "/contribute/new/book"
    kind = {**PAGE, "Content-Type": "application/x-www-form-urlencoded"}
    assert client.post(path, content=b"a=" + b"x" * (2 << 20), headers=kind).status_code == 413
    assert client.post(path, content=b"&".join([b"a"] * 2000), headers=kind).status_code == 400
    assert (
        client.post(path, content=b"x", headers={**PAGE, "Content-Type": "a/b"}).status_code == 415
    )
    many = {f"part{number}.x": "1" for number in (1, 99999, 10**9)}
    assert post(client, "book", {**many, "main.a": "x"}).status_code == 422
    long = post(client, "book", {**GOOD, "main.rdfs:label@en": "x" * 30_000})
    assert long.status_code in (200, 422)


def test_suggestions(client: Client) -> None:
    """Names for a field come as options, of the class that is asked for."""
    response = client.get(f"/contribute/values?class={LIB.replace('#', '%23')}Branch&x=harbour")
    assert response.status_code == 200
    assert (
        '<option value="library:harbour">'
        in client.get(
            f"/contribute/values?class={LIB.replace('#', '%23')}Branch&x=Harbour+Library"
        ).text
    )
    assert "option" not in client.get("/contribute/values?x=h").text
    assert client.get("/contribute/values?class=no+iri&x=abc").status_code == 400


def test_a_project_without_forms(project: Project, tmp_path: Path) -> None:
    """Nothing in kg.toml means no form; a wrong entry is refused at the start."""
    assert read_forms(project).forms == {}
    for entry in (
        '[pages]\nforms = "x"',
        '[pages.forms.x]\nclass = "no:thing"',
        "[pages.forms.x]\n",
    ):
        (tmp_path / "kg.toml").write_text(entry, encoding="utf-8")
        with pytest.raises(ProjectError):
            read_forms(read_project(tmp_path))


def test_a_membership_of_the_project(municipal: Client) -> None:
    """Names and keys mean their bodies; the address is made of cooperation, member and source."""
    values: dict[str, object] = {
        "main.org:member": "Detmold",
        "main.org:organization": "cooperation:5-fuer-owl",
        "main.org:role": "role:member",
        "main.kgo:passage": "Seite",
        "main.schema:validFrom": "März 2020",
        "source.existing": "document:bielefeld-regiopolregion",
    }
    response = post(municipal, "membership", values)
    assert response.status_code == 200, errors(response)
    text = turtle(response)
    assert "membership:5-fuer-owl--05766020--bielefeld-regiopolregion" in text
    assert 'skos:prefLabel "Detmold – 5 für OWL"@de' in text
    assert 'schema:validFrom "2020-03"^^xsd:gYearMonth' in text


def test_a_cooperation_with_its_members_and_a_new_document(municipal: Client) -> None:
    """One form makes the cooperation, its memberships and the document that says so."""
    values: dict[str, object] = {
        "main.skos:prefLabel@de": "Datennetz Prüfung",
        "main.kgo:cooperationKind": "cooperation-kind:network",
        "source.a": "kgo:WebPage",
        "source.skos:prefLabel@de": "Seite über das Datennetz Prüfung",
        "source.schema:url": "https://example.org/",
        "part0.org:member": "municipality:05766020",
        "part0.org:role": "role:member",
        "part0.kgo:passage": "Seite",
        "part1.org:member": "05711000",
        "part1.org:role": ["role:member", "role:lead"],
        "part1.kgo:passage": "Seite",
    }
    response = post(municipal, "cooperation", values)
    assert response.status_code == 200, errors(response)
    text = turtle(response)
    for subject in (
        "cooperation:datennetz-pruefung\n",
        "document:seite-ueber-das-datennetz-pruefung\n  a kgo:WebPage",
        "membership:datennetz-pruefung--05766020--seite-ueber-das-datennetz-pruefung",
        "membership:datennetz-pruefung--05711000--seite-ueber-das-datennetz-pruefung",
    ):
        assert subject in text
    assert "Bielefeld leitet" in Page(response.text).words


def test_the_shapes_of_the_project_speak(municipal: Client) -> None:
    """What is missing is said in the words of the shapes; an unclear name gives choices."""
    empty = errors(post(municipal, "membership", {}))
    assert any("Die Mitgliedschaft nennt kein Mitglied" in each for each in empty)
    assert any("Die Quelle fehlt" in each for each in empty)
    unclear = post(municipal, "membership", {"main.org:member": "Neustadt"})
    assert Page(unclear.text).all("input", type="radio", name="main.org:member!0")
    more = post(municipal, "cooperation", {"part1.org:member": "x"}, do="part")
    assert more.status_code == 200
    assert Page(more.text).all("fieldset", id="sheet-part2")


def field(*datatypes: str, iri: str = "urn:p") -> Field:
    """Return a field for literals of some datatypes."""
    return Field(iri, datatypes=tuple(XSD + one for one in datatypes))


@pytest.mark.parametrize(
    ("typed", "value", "datatype"),
    [
        ("2023", "2023", "gYear"),
        ("2023-3", "2023-03", "gYearMonth"),
        ("2023-03-05", "2023-03-05", "date"),
        ("5.3.2023", "2023-03-05", "date"),
        ("03.2023", "2023-03", "gYearMonth"),
        ("5. März 2023", "2023-03-05", "date"),
        ("Dezember 2022", "2022-12", "gYearMonth"),
        ("5 May 2023", "2023-05-05", "date"),
    ],
)
def test_dates(typed: str, value: str, datatype: str) -> None:
    """Days, months and years are taken as people write them."""
    term = literal_of(field("date", "gYearMonth", "gYear"), typed)
    assert term == Literal(value, datatype=NamedNode(XSD + datatype))


@pytest.mark.parametrize("typed", ["31.6.2023", "2023-13", "23", "gestern", "0000-01-01"])
def test_no_dates(typed: str) -> None:
    """What is no day is refused with what is expected."""
    with pytest.raises(ValueFaultError):
        literal_of(field("date", "gYearMonth", "gYear"), typed)


def test_only_days() -> None:
    """Where the shape wants a day a year is not enough."""
    with pytest.raises(ValueFaultError) as caught:
        literal_of(field("date"), "2023")
    assert "ein Tag" in caught.value.text.de


@pytest.mark.parametrize(
    ("typed", "value"), [("1.234,5", "1234.5"), ("12", "12.0"), ("-3.25", "-3.25")]
)
def test_numbers(typed: str, value: str) -> None:
    """Decimals are taken with a comma or a point."""
    assert literal_of(field("decimal"), typed).value == value


@given(st.text(max_size=200))
def test_any_text_gives_a_name_or_none(text: str) -> None:
    """A name for an address has lower-case letters, digits and single hyphens only."""
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", slug(text))


@given(st.text(max_size=60), st.sampled_from(["date", "decimal", "integer", "string", "boolean"]))
def test_any_text_is_taken_or_refused(text: str, datatype: str) -> None:
    """Whatever is typed becomes a term that Turtle can hold, or a fault with a sentence."""
    try:
        term = literal_of(field(datatype), text)
    except ValueFaultError as fault:
        assert fault.text.de
        return
    assert list(parse(f"<urn:s> <urn:p> {term} .".encode(), RdfFormat.TURTLE))
