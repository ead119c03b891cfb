"""What the committee of Bielefeld asks: the page says what the documents say, row by row."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import QuerySolution, QuerySolutions
from tests.serve.helpers import Client
from tests.serve.pages.library_site import PAGE, Page

from kg.publish.store import Query, run
from kg.publish.versions import Version
from kg.serve.app import create_app
from kg.serve.pages.answer.query import read_page_queries
from kg.serve.pages.site import Site
from kg.settings import read_project

COMPETENCY = Path(__file__).parents[3] / "queries" / "competency"
CITY = "/answer/municipality/05711000"
PAPER = "Informationsvorlage Austausch zu Smart City (Bielefeld, 23.03.2023)"
SAID_BY_PAPER = {
    "Digitale Modellregion OWL": ("eng", ["Paderborn", "Kreis Paderborn", "Delbrück"]),
    "5 für OWL": ("intensiv", ["Gütersloh", "Detmold", "Bad Salzuflen", "Herford"]),
    "Allgemeine Vernetzung Bielefeld–Paderborn": ("regelmäßig", ["Paderborn"]),
    "Austausch Bielefelds zu Urbanen Datenplattformen": (
        "eng",
        ["Gütersloh", "Paderborn", "Berlin TXL"],
    ),
    "Austausch Bielefeld–Berlin über Berlin TXL": ("", ["Berlin"]),
    "Arbeitskreis Datenstrategie & Smart City": ("lebhaft", ["Karlsruhe", "Kaiserslautern"]),
    "DIN SPEC Digitaler Zwilling": (
        "Kontakt",
        [
            *("Hamburg", "München", "Leipzig", "Paderborn", "Freiburg im Breisgau"),
            *("Regensburg", "Köln", "Hannover", "Stuttgart"),
        ],
    ),
    "Regiopole-Netzwerk": (
        "Kontakt",
        ["Regiopolregion Bielefeld", "Regiopolregion Paderborn", "Rostock"],
    ),
    "Themenbezogener Austausch Bielefelds mit einzelnen Städten": (
        "themenbezogen",
        ["Gelsenkirchen", "Köln", "Hamburg", "Bochum"],
    ),
}
"""The nine bullets of the paper, read by hand; who is only represented there is left out."""


@pytest.fixture(scope="module")
def site(published_project: Path, published: Version) -> Iterator[tuple[Client, Site]]:
    """The project of this repository, served."""
    app = create_app(read_project(published_project), published)
    with Client(app) as client:
        yield client, app.state.site


@pytest.fixture(scope="module")
def client(site: tuple[Client, Site]) -> Client:
    """Its client."""
    return site[0]


def table(client: Client, query: str = "") -> list[dict[str, str]]:
    """The rows of the file for spreadsheets."""
    response = client.get(f"{CITY}.csv?lang=de{query}")
    assert response.status_code == 200, response.text
    text = response.content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def expected(name: str) -> list[dict[str, str]]:
    """The rows that a question of queries/competency must give."""
    with (COMPETENCY / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def partners(client: Client, query: str = "") -> list[dict[str, str]]:
    """The rows about others."""
    return [row for row in table(client, query) if row["Beteiligt"] != "Bielefeld"]


def test_namedare_those_of_the_question(client: Client) -> None:
    """Partner, channel, intensity, since and document as in queries/competency/01."""
    shown = {
        (
            row["Beteiligt"],
            row["Läuft über"] or row["Kooperation oder Austausch"],
            row["Intensität"],
            row["seit"],
            row["Dokument"],
        )
        for row in partners(client)
    }
    asked = {
        (row["partner"], row["channel"], row["intensity"], _day(row["since"]), row["document"])
        for row in expected("01-partners")
    }
    assert shown == asked


def test_paper_says_it(client: Client) -> None:
    """The rows of the paper of 23 March 2023 are its bullets, with its words for the intensity."""
    found: dict[str, set[tuple[str, str]]] = {}
    for row in partners(client):
        if row["Dokument"] == PAPER and row["Rolle"] != "vertreten":
            pair = (row["Intensität"], row["Beteiligt"])
            found.setdefault(row["Kooperation oder Austausch"], set()).add(pair)
    assert found == {
        name: {(word, partner) for partner in named}
        for name, (word, named) in SAID_BY_PAPER.items()
    }


def test_who_is_represented_is_told_from_members(client: Client) -> None:
    """Berlin TXL and 5 für Südwestfalen are represented in the working group (6th bullet)."""
    found = {
        (row["Beteiligt"], row["Stelle im Dokument"])
        for row in partners(client)
        if row["Rolle"] == "vertreten"
    }
    place = "Sachverhalt, 6. Aufzählungspunkt, 2. Satz"
    assert found == {("Berlin TXL", place), ("5 für Südwestfalen", place)}


def test_own_participation_is_stated_or_concluded(client: Client) -> None:
    """In its own paper the city does not name itself; other documents do."""
    own = [row for row in table(client) if row["Beteiligt"] == "Bielefeld"]
    by_document = {(row["Dokument"] == PAPER, row["Angabe"]) for row in own}
    assert by_document == {(True, "erschlossen"), (False, "belegt")}
    assert {row["Kooperation oder Austausch"] for row in own} == {
        row["Kooperation oder Austausch"] for row in table(client)
    }
    regiopole = [row for row in own if row["Rolle"] == "Gründungsmitglied"]
    assert {row["seit"] for row in regiopole} == {"16. März 2016"}


def test_lead_and_members_of_the_model_region(client: Client) -> None:
    """Paper 6277/2014-2020: Paderborn leads; Kreis, Delbrück and Bezirksregierung belong to it."""
    found = {
        (row["Beteiligt"], row["Rolle"]) for row in partners(client) if "6277" in row["Dokument"]
    }
    assert found == {
        ("Paderborn", "Federführung"),
        ("Kreis Paderborn", "Mitglied"),
        ("Delbrück", "Mitglied"),
        ("Bezirksregierung Detmold", "Mitglied"),
    }


def test_what_is_left_open(client: Client) -> None:
    """Lists that break off are told, with the note, as in queries/competency/02."""
    rows = {row["Kooperation oder Austausch"]: row for row in table(client)}
    for row in expected("02-unnamed-partners"):
        shown = rows[row["channel"]]
        assert "unvollständig" in shown["Aufzählung der Beteiligten im Dokument"]
        assert row["note"] in shown["Offen gelassen"]
    contacts = rows["Weitere Kontakte Bielefelds zu anderen Kommunen"]
    words = {row["intensity"] for row in expected("02-unnamed-partners")} - {""}
    assert set(contacts["Intensität, ohne Partner zu nennen"].split(", ")) == words
    assert contacts["Beteiligt"] == "Bielefeld"


def test_who_stands_behind_alliances(client: Client) -> None:
    """The second table is queries/competency/03."""
    shown = {
        (row["Verbund"], row["Kommune"], row["Dokument"]) for row in table(client, "&table=behind")
    }
    assert shown == {
        (row["partner"], row["municipality"], row["document"])
        for row in expected("03-behind-partners")
    }


def test_topics_with_their_documents(client: Client) -> None:
    """Each topic has the numbers of the documents that say it, as in queries/competency/04."""
    text = client.get(f"{CITY}.md?lang=de").text
    sources = dict(re.findall(r"^(\d+)\. (.*?)(?:, .*)?$", text.partition("## Quellen")[2], re.M))
    found = set()
    for heading, body in re.findall(r"^## (.*?)\n(.*?)(?=^## )", text, re.M | re.S):
        for topic, numbers in re.findall(
            r"(?:Themen: |; )([^;\n]*?)((?: \\\[\d+\\\])+)(?=;|$)", _topics(body)
        ):
            found |= {(topic, heading, sources[one]) for one in re.findall(r"\d+", numbers)}
    wanted = {
        (row["topic"], row["channel"], row["document"]) for row in expected("04-topics-of-exchange")
    }
    short = {(topic, channel, _start(document, sources)) for topic, channel, document in wanted}
    assert found == short


def test_sentence_counts_what_is_there(client: Client, published: Version) -> None:
    """As many partners as the graph has, as many documents as rows name."""
    named = solutions(
        published,
        "SELECT DISTINCT ?x WHERE { <https://w3id.org/kommunalgraph/id/municipality/05711000> "
        "<https://w3id.org/kommunalgraph/ns#cooperatesWith> ?x }",
    )
    rows = table(client)
    documents = len({row["Dokument"] for row in rows})
    channels = len({row["Kooperation oder Austausch"] for row in rows})
    sentence = (
        f"Bielefeld arbeitet laut {documents} Dokumenten in {channels} Kooperationen und "
        f"Austauschen mit {len(named)} namentlich genannten Partnern zusammen"
    )
    assert sentence in Page(client.get(f"{CITY}?lang=de", headers=PAGE).text).words


def test_namedof_all_are_those_of_the_rules(published_project: Path, published: Version) -> None:
    """For each body in the graph the table names exactly those it cooperates with."""
    project = read_project(published_project)
    [query] = [one for one in read_page_queries(project) if one.name == "cooperations"]
    pairs: dict[str, set[str]] = {}
    asked = solutions(
        published,
        "PREFIX kgo: <https://w3id.org/kommunalgraph/ns#> PREFIX org: <http://www.w3.org/ns/org#> "
        "SELECT DISTINCT ?x ?y { { ?m org:member ?x . ?x a org:Organization } "
        "OPTIONAL { ?x kgo:cooperatesWith ?y } }",
    )
    for solution in asked:
        found = pairs.setdefault(solution["x"].value, set())
        found.update([solution["y"].value] if solution["y"] else [])
    assert len(pairs) > 100
    for name, wanted in pairs.items():
        rows = solutions(published, query.about(name))
        members = {row["member"].value for row in rows if row["member"]}
        assert members - {name} == wanted, name


def test_derived_row_leads_to_the_document(client: Client) -> None:
    """The first "why?" is answered by a proof whose leaves name the paper."""
    page = Page(client.get(f"{CITY}?lang=de", headers=PAGE).text)
    whys = page.all("a", **{"class": "why"})
    assert len(whys) == len(partners(client))
    link = "/answer/municipality/" + whys[0]["href"]
    proof = client.get(link, headers={"Accept": "application/json"})
    assert proof.status_code == 200
    assert "document/bielefeld-2023-03-23-austausch-smart-city" in proof.text


def test_sentence_counts_no_nothing(client: Client) -> None:
    """Where a choice leaves no partner, no sentence speaks of 0 partners; the choice is shown."""
    path = "/answer/municipality/05774032?topic=smart-city"
    text = client.get(path, headers={"Accept": "text/html"}).text
    assert " 0 " not in " ".join(re.findall(r'<p class="lead">(.*?)</p>', text, re.DOTALL))
    assert "Alles zeigen" in text


def test_topic_and_year(client: Client) -> None:
    """A topic keeps its cooperations, a year what had begun, and rows without a period stay."""
    smart = {row["Kooperation oder Austausch"] for row in table(client, "&topic=smart-city")}
    assert smart == {"5 für OWL", "Arbeitskreis Datenstrategie & Smart City"}
    text = client.get(f"{CITY}.md?lang=de&year=2017&topic=smart-city").text
    assert "Auswahl: Smart City, Bestand im Jahr 2017, auch ohne Zeitangabe" in text
    in_2017 = table(client, "&year=2017")
    assert {row["seit"] for row in in_2017} == {"", "16. März 2016"}
    dated = table(client, "&year=2019&dated=1")
    assert {row["seit"] for row in dated} == {"16. März 2016", "2018", "2019"}


@pytest.mark.parametrize(
    "path",
    [
        *("municipality/05711000", "district/05754", "cooperation/5-fuer-owl", "state/05"),
        *("programme/digitale-modellregionen-nrw", "municipality/01001000", "project/berlin-txl"),
    ],
)
def test_page_has_few_queries(
    site: tuple[Client, Site], path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At most eight, whatever the page is about; all are well-formed in both languages."""
    client, pages = site
    asked: list[str] = []
    rows = pages.rows

    async def counted(visit: object, query: str) -> object:
        asked.append(query)
        return await rows(visit, query)  # type: ignore[arg-type]

    monkeypatch.setattr(pages, "rows", counted)
    for lang in ("de", "en"):
        response = client.get(f"/answer/{path}?lang={lang}", headers=PAGE)
        assert response.status_code == 200
        Page(response.text)
    assert len(asked) <= 2 * 8 + 1


def solutions(version: Version, text: str) -> list[QuerySolution]:
    """The rows of a query."""
    result = run(version.store, Query(text))
    assert isinstance(result, QuerySolutions)
    return list(result)


def _day(text: str) -> str:
    return re.sub(r"(\d{4})-03-16", r"16. März \1", text)


def _topics(body: str) -> str:
    return next((line for line in body.splitlines() if line.startswith("- Themen: ")), "")


def _start(document: str, sources: dict[str, str]) -> str:
    return next(title for title in sources.values() if document.startswith(title))
