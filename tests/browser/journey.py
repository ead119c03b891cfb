"""What people do on the site, as they do it: by what is written there, in their language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect
from tests.browser.chromium import Manner, settle
from tests.browser.scenes import BIELEFELD

MARKS = ".cm-lintRange-error, .cm-lintPoint-error"
"""What the editors mark."""


@dataclass(frozen=True)
class Traveller:
    """Somebody in front of a page."""

    page: Page
    manner: Manner

    def t(self, de: str, en: str) -> str:
        """What is written in the language that is read."""
        return de if self.manner.lang == "de" else en

    @property
    def main(self) -> Locator:
        """The content of the page."""
        return self.page.get_by_role("main")

    @property
    def heading(self) -> Locator:
        """What the page is about."""
        return self.page.get_by_role("heading", level=1)

    def settle(self) -> None:
        """Wait until the scripts of the page are at work, if there are any."""
        if self.manner.javascript:
            settle(self.page)


def find_bielefeld(who: Traveller) -> None:
    """From the front page by the search to the page of the city."""
    who.page.goto("/")
    who.main.get_by_role("searchbox").fill("Bielefeld")
    who.main.get_by_role("button", name=who.t("Suchen", "Search")).click()
    who.main.get_by_role("link", name="Bielefeld", exact=True).first.click()
    expect(who.heading).to_have_text("Bielefeld", use_inner_text=True)


def open_answer(who: Traveller) -> None:
    """From the page of the city to the answer: with whom does it work?"""
    name = who.t("Antwort als Tabelle", "Answer as a table")
    who.main.get_by_role("link", name=name).click()
    expect(who.page).to_have_url(re.compile("/answer/"))
    expect(who.heading).to_contain_text("Bielefeld")
    expect(answer_table(who)).to_be_visible()
    who.settle()


def answer_table(who: Traveller) -> Locator:
    """The first table of the answer."""
    return who.main.get_by_role("table").first


def follow_derived_row(who: Traveller) -> None:
    """From a derived row to the proof, and from there to the document that says so."""
    row = answer_table(who).get_by_role("row").filter(has_text=who.t("abgeleitet", "derived"))
    row.get_by_role("link", name=who.t("Warum?", "Why?")).first.click()
    if who.manner.javascript:
        whole = who.t("Zur ganzen Begründung", "To the whole explanation")
        who.main.get_by_role("link", name=whole).first.click()
    sentences = who.main.get_by_role("heading", name=who.t("In Sätzen", "In sentences"))
    expect(sentences).to_be_visible()
    tree = who.main.get_by_role("heading", name=who.t("Als Baum", "As a tree"))
    expect(tree).to_be_visible()
    says = re.compile(who.t(r"^\s*Quelle:", r"^\s*Source:"))
    document = who.main.get_by_role("listitem").filter(has_text=says).get_by_role("link").first
    title = document.inner_text()
    document.click()
    expect(who.page).to_have_url(re.compile("/doc/document/"))
    expect(who.main).to_contain_text(title)


def run_example(who: Traveller) -> None:
    """Choose a question whose query then runs; its answer is a table."""
    who.page.goto("/sparql")
    who.settle()
    question = who.t("Wer gehört zu den Digitalen Modellregionen", "model region")
    who.main.get_by_role("link", name=question).first.click()
    if who.manner.javascript:
        who.main.get_by_role("button", name=who.t("Ausführen", "Run")).click()
    table = who.main.get_by_role("region", name=who.t("Ergebnis", "Result")).get_by_role("table")
    expect(table.get_by_role("row").nth(5)).to_be_visible()
    assert table.get_by_role("link").count() > 0 or table.get_by_role("cell").count() > 5


def break_query(who: Traveller) -> None:
    """Damage the query that is shown: the fault is marked at its place and told in words."""
    broken = "SELECT ?a\nWHERE {\n  ?a ?b ;;; }\n"
    field = who.main.get_by_role("textbox", name=who.t("Abfrage", "Query"))
    field.click()
    if who.manner.javascript:
        who.page.keyboard.press("Control+a")
        who.page.keyboard.insert_text(broken)
    else:
        field.fill(broken)
    who.main.get_by_role("button", name=who.t("Ausführen", "Run")).click()
    expect(who.main).to_contain_text(re.compile(who.t(r"Zeile\s+3", r"[Ll]ine\s+3")))
    mark = MARKS if who.manner.javascript else "mark"
    expect(who.page.locator(mark).first).to_be_attached()


def download_council_table(who: Traveller) -> dict[str, Path]:
    """Take the table away in all forms; files by their endings."""
    who.page.goto(f"/answer/{BIELEFELD}")
    found = {}
    for name in ("ODT", "CSV", "Markdown"):
        with who.page.expect_download() as download:
            who.main.get_by_role("link", name=name).first.click()
        suggested = Path(download.value.suggested_filename)
        found[suggested.suffix] = download.value.path()
        assert "bielefeld" in suggested.name.lower()
    return found


def check_faulty_contribution(who: Traveller) -> None:
    """Take the exercise in which a sign is missing, check it, and see the line."""
    who.page.goto("/validate")
    exercise = who.t("Ein Zeichen fehlt", "A sign is missing")
    who.main.get_by_role("link", name=exercise).first.click()
    expect(who.page).to_have_url(re.compile("sample="))
    who.settle()
    check(who)
    results = who.main.get_by_text(re.compile(who.t(r"Zeile \d+:", r"[Ll]ine \d+:")))
    expect(results.first).to_be_visible()
    line = re.search(r"\d+", results.first.inner_text())
    assert line is not None
    if who.manner.javascript:
        expect(who.page.locator(MARKS).first).to_be_attached()
    else:
        text = who.main.get_by_role("textbox", name="Text (Turtle)").input_value()
        assert "kgo:passage" in text.splitlines()[int(line.group()) - 1]  # no semicolon follows


def check(who: Traveller) -> None:
    """Press the button that checks."""
    who.main.get_by_role("button", name=who.t("Prüfen", "Check"), exact=True).first.click()


def fill_form(who: Traveller) -> str:
    """Send the form of a membership empty, then filled in; return the Turtle to download."""
    who.page.goto("/contribute")
    kind = who.t("Mitgliedschaft", "Membership")
    who.main.get_by_role("link", name=kind, exact=True).first.click()
    check(who)
    member = who.main.get_by_role("combobox", name=who.t("Mitglied *", "member *"))
    expect(member).to_have_attribute("aria-invalid", "true")
    member.fill("Rheda-Wiedenbrück")
    organisation = who.main.get_by_role("combobox", name=who.t("Organisation *", "organisation *"))
    organisation.fill("Regiopolregion Bielefeld")
    who.main.get_by_role("checkbox", name=who.t("Mitglied", "member"), exact=True).check()
    who.main.get_by_role("textbox", name=who.t("Fundstelle *", "passage *")).fill("Seite")
    document = who.t("Dokument im Graphen", "Document in the graph")
    source = who.main.get_by_role("combobox", name=document)
    source.fill("bielefeld.de: Regiopolregion Bielefeld")
    check(who)
    expect(who.main.get_by_role("status").first).to_contain_text(who.t("gültig", "valid"))
    with who.page.expect_download() as download:
        who.main.get_by_role("button", name=who.t("Herunterladen", "Download")).click()
    return download.value.path().read_text(encoding="utf-8")
