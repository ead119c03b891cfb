"""/about and /licence show the texts of the project, harmless, and what the version says."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.serve.helpers import Client
from tests.serve.pages.library_site import PAGE, Page

from kg.serve.pages.overview.about import imprint, read_packages, read_prose
from kg.serve.pages.overview.markdown import as_html
from kg.settings import Project

REPOSITORY = Path(__file__).parents[3]
TEXTS = ("about", "licence", "attribution")


def test_markup_is_text(overview: Client) -> None:
    """HTML in a text is shown as text; scripts, images and a second title are left out."""
    text = overview.get("/about?lang=de", headers=PAGE).text
    page = Page(text)
    assert "Wir <b>lesen</b>." in page.words
    assert not page.all("b")
    assert not [one for one in page.all("img") if "out.example" in one.get("src", "")]
    assert len(page.all("h1")) == 1
    assert "Zelle" in page.words
    links = [one["href"] for one in page.all("a")]
    assert "contents?lang=de" in links
    assert "https://out.example/" in links
    assert not any("javascript:" in link for link in links)


def test_other_language(overview: Client) -> None:
    """A text that is there in one language only is shown in it, and marked."""
    text = overview.get("/about?lang=en", headers=PAGE).text
    assert '<div class="prose" lang="de">' in text
    licence = overview.get("/licence?lang=de", headers=PAGE).text
    assert '<div class="prose" lang="en">' in licence
    assert "Name the harbour." in Page(licence).words


def test_without_texts(client: Client) -> None:
    """A project without texts has the pages; they say what the version says."""
    words = Page(client.get("/about?lang=de", headers=PAGE).text).words
    assert "Version des Graphen" in words
    assert "kg.toml" in words
    licence = Page(client.get("/licence?lang=de", headers=PAGE).text).words
    assert "keine Lizenz angegeben" in licence
    assert "Apache-2.0" in licence


@pytest.mark.parametrize(
    ("value", "expected"),
    [("https://town.example/imprint", True), ("javascript:alert(1)", False), (3, False)],
)
def test_imprint(value: object, expected: bool) -> None:
    """An imprint is an address on the web."""
    project = Project(Path(), "x", "urn:x:", pages={"imprint": value})
    assert bool(imprint(project)) is expected


def test_packages(tmp_path: Path) -> None:
    """The licences of bundled programs are named; without a bundle there are none."""
    path = tmp_path / "LICENCES.txt"
    assert read_packages(path) == []
    line = "=" * 72
    path.write_text(f"Text\n\n{line}\n@a/b 1.2.3: MIT\n{line}\n\nMIT License\n")
    (found,) = read_packages(path)
    assert (found.name, found.version, found.licence) == ("@a/b", "1.2.3", "MIT")


@pytest.mark.parametrize("name", TEXTS[:2])
def test_texts_of_this_project(name: str) -> None:
    """The texts of this project are there in both languages, with as many headings and links."""
    prose = read_prose(Project(REPOSITORY, "x", "urn:x:"), name)
    pages = [Page(str(as_html(prose.texts[lang], link=str, region="x"))) for lang in ("de", "en")]
    assert [len(page.all("h2")) for page in pages] == [len(pages[0].all("h2"))] * 2
    links = [sorted(one["href"] for one in page.all("a")) for page in pages]
    assert links[0] == links[1]


def test_attribution_in_both_languages() -> None:
    """The German table names the same sources as the English one."""
    german = (REPOSITORY / "pages" / "attribution.de.md").read_text(encoding="utf-8")
    english = (REPOSITORY / "data" / "ATTRIBUTION.md").read_text(encoding="utf-8")

    def named(text: str) -> list[str]:
        rows = [line.split("|") for line in text.splitlines() if line.startswith("|")][2:]
        return [row[4].strip().replace("Graphen", "graphs") for row in rows]

    assert named(german) == named(english)
