"""The search finds what people mean, on what is stated of North Rhine-Westphalia."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.publish.searched import ID, KGO, layer, names_of, of_state, sought

from kg.publish.search.entries import Entry
from kg.publish.search.hits import Sought, search
from kg.publish.search.index import NAME, save_index
from kg.publish.search.layer import Layer, open_layer
from kg.publish.search.settings import SearchSettings, search_settings
from kg.settings import read_project

BIELEFELD = ID + "municipality/05711000"
Index = tuple[Layer, SearchSettings]


@pytest.fixture(scope="module")
def index(repository: Path) -> Index:
    """The index of North Rhine-Westphalia with the settings of this project."""
    return of_state(repository, search_settings(read_project(repository)))


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Bielefeld", "Bielefeld"),
        ("bielef", "Bielefeld"),
        ("BIELEFELD", "Bielefeld"),
        ("Stadt Bielefeld", "Bielefeld"),
        ("Bielefeld, Stadt", "Bielefeld"),
        ("Stadt Halle (Westf.)", "Halle (Westf.)"),
        ("Bad Driburg, Stadt", "Bad Driburg"),
        ("Kreis Paderborn", "Kreis Paderborn"),
        ("Paderborn", "Paderborn"),
        ("Gütersloh", "Gütersloh"),
        ("Guetersloh", "Gütersloh"),
        ("Gutersloh", "Gütersloh"),
        ("GÜTERSLOH", "Gütersloh"),
        ("gu\u0308tersloh", "Gütersloh"),
        ("5 fuer OWL", "5 für OWL"),
        ("5 für owl", "5 für OWL"),
        ("Rheda Wiedenbrueck", "Rheda-Wiedenbrück"),
        ("rheda/wiedenbrück", "Rheda-Wiedenbrück"),
        ("Badoeynhausen", "Bad Oeynhausen"),
        ("Hövel Hof", "Hövelhof"),
        ("05711000", "Bielefeld"),
        ("5711000", "Bielefeld"),
        ("05 711 000", "Bielefeld"),
        (" 05711000 ", "Bielefeld"),
        ("057110000000", "Bielefeld"),
        ("Q2112", "Bielefeld"),
        ("q2112", "Bielefeld"),
        (BIELEFELD, "Bielefeld"),
        (f"<{BIELEFELD}>", "Bielefeld"),
        ("Bilefeld", "Bielefeld"),
        ("Gütterslo", "Gütersloh"),
        ("Padeborn", "Paderborn"),
        ("Paderborm", "Paderborn"),
        ("Bad Drinburg", "Bad Driburg"),
        ("Detmlod", "Detmold"),
        ("plattformen", "Urbane Datenplattform"),
        ("Sozialministerium xyz Paderborn", "Paderborn"),
    ],
)
def test_first(index: Index, text: str, first: str) -> None:
    """What is meant comes first: by name, other name, key, IRI, with umlauts or typing errors."""
    assert names_of(sought(*index, text))[0] == first


def test_exact(index: Index) -> None:
    """The one thing with the name or key is exact; a beginning and a name of two are not."""
    for text in ("Bielefeld", "05711000", "Stadt Bielefeld", "Q2112", BIELEFELD):
        assert sought(*index, text).exact, text
    for text in ("Bielef", "Bilefeld", "Stadt", "05711", ""):
        assert not sought(*index, text, kind=KGO + "Municipality").exact or text == "05711"


def test_order(index: Index) -> None:
    """Whole names come before beginnings, those before words inside; each thing comes once."""
    found = sought(*index, "Detmold", limit=50)
    names = names_of(found)
    assert names[0] == "Detmold"
    assert len({hit.row.iri for hit in found.hits}) == len(found.hits) == found.total
    scores = [hit.score for hit in found.hits]
    assert scores == sorted(scores, reverse=True)
    weights = [hit.row.weight for hit in found.hits if hit.score == scores[-1]]
    assert weights == sorted(weights, reverse=True)


def test_alike_only_without_exact(index: Index) -> None:
    """What is spelled alike is shown only when nothing is spelled as asked: Hamm, not Hemer."""
    found = sought(*index, "Hamm")
    assert found.how == "all"
    assert all("hamm" in name.lower() for name in names_of(found))
    assert sought(*index, "Hammm").how == "alike"


def test_filters(index: Index) -> None:
    """A class filters with its subclasses; counts of a filter are those without it."""
    everything = sought(*index, "bielefeld", limit=200)
    cities = sought(*index, "bielefeld", kind=KGO + "Municipality")
    bodies = sought(*index, "bielefeld", kind="http://www.w3.org/ns/org#Organization", limit=200)
    assert names_of(cities) == ["Bielefeld"]
    assert 1 < bodies.total < everything.total
    assert cities.kinds == everything.kinds
    assert sum(count for _, count in everything.kinds) == everything.total
    state = sought(*index, "bielefeld", region=ID + "state/05", limit=200)
    assert {region.iri: count for region, count in everything.regions}[ID + "state/05"] == (
        state.total
    )
    assert sought(*index, "bielefeld", region=ID + "state/09").total == 0
    assert sought(*index, "bielefeld", region=ID + "state/09").unfiltered == everything.total


def test_region_of_cooperation(index: Index) -> None:
    """A cooperation lies where its members lie; a municipality has its district beside it."""
    (cooperation, *_) = sought(*index, "5 für OWL").hits
    assert [each.iri for each in cooperation.row.regions] == [ID + "state/05"]
    (city, *_) = sought(*index, "Verl").hits
    assert [each["de"] for each in city.row.parents] == ["Kreis Gütersloh"]


def test_hidden(index: Index) -> None:
    """Identifiers and territories are found only if asked for, or if nothing else is."""
    shown = sought(*index, "Bielefeld", limit=200)
    assert not shown.hidden
    assert {"Bielefeld (Gebiet)"}.isdisjoint(names_of(shown))
    territories = sought(*index, "Bielefeld", kind=KGO + "Territory")
    assert "Bielefeld (Gebiet)" in names_of(territories)
    last = sought(*index, "Fläche Bielefeld")
    assert last.hidden
    assert "Bielefeld" in names_of(last)[0]


def test_note(index: Index) -> None:
    """A hit says by which key or other name it was found, as that is written."""
    assert sought(*index, "5711000").hits[0].key == "05711000"
    assert sought(*index, "q2112").hits[0].key == "Q2112"
    assert sought(*index, "Regierungsbezirk Detmold").hits[0].other == "Regierungsbezirk Detmold"
    assert sought(*index, "Bielefeld").hits[0].other == ""


def test_pages(index: Index) -> None:
    """Pages follow on each other without gap or repetition, also behind the last."""
    whole = [hit.row.iri for hit in sought(*index, "b", limit=1000).hits]
    parts = [
        hit.row.iri
        for start in range(0, len(whole) + 7, 7)
        for hit in sought(*index, "b", offset=start, limit=7).hits
    ]
    assert parts == whole
    assert sought(*index, "b", offset=10**6).hits == ()


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "\0", "*", '"', "'", "%", "_", "()", "^", "-", "🪲", "\ud800", "\u202e", "ﷺ"),
        *('" OR names:*', "NEAR(a b, 2)", "a AND OR NOT b", "names : x", "' OR 1=1 --", "{a b}"),
        *("'; DROP TABLE entry; --", "a" * 10_000, "a " * 5_000, "ä" * 10_000, "\n" * 9_999),
        *("urn:" + "x" * 9_000, "<>", "<urn:x>", "0" * 500, "᠎", "²³", "Ⅳ", "ß", "İstanbul"),
    ],
)
def test_hostile(index: Index, text: str) -> None:
    """Signs of FTS5 and SQL, NUL, emoji, lone surrogates and long texts are only texts."""
    found = sought(*index, text)
    assert found.total >= len(found.hits)
    assert sought(*index, "Bielefeld").total > 0


@given(st.text(max_size=60))
def test_any_text(index: Index, text: str) -> None:
    """Any text can be sought, whatever filters."""
    sought(*index, text)
    sought(*index, text, kind=text, region=text)


def test_labels_find_themselves(index: Index) -> None:
    """Each label of what is shown finds its own thing exactly, unless others have the name."""
    found, settings = index
    for id in range(1, found.shown + 1, 7):
        row = found.row(id)
        for label in row.labels.values():
            hits = search((found,), Sought(label, limit=60), settings.pass_over).hits
            assert row.iri in {hit.row.iri for hit in hits}, label


def test_empty() -> None:
    """An index of nothing finds nothing, in any way."""
    nothing = layer([], SearchSettings())
    for text in ("", "x", "Bilefeld", "a b c", "05711000"):
        found = search((nothing,), Sought(text, kind="urn:x"), frozenset())
        assert (found.total, found.hits, found.kinds) == (0, (), ())


def test_layers() -> None:
    """What is gone from a layer is not found; a layer above it brings its own."""
    settings = SearchSettings()
    below = layer([Entry("urn:a", {"": "Elster"}, links=9), Entry("urn:b", {"": "Elbe"})], settings)
    above = layer(
        [Entry("urn:a", {"": "Elbisch"}, links=9), Entry("urn:c", {"": "Elch"})], settings
    )
    both = (below.without(["urn:a", "urn:unknown"]), above)
    assert names_of(search(both, Sought("el"), frozenset())) == ["Elbisch", "Elbe", "Elch"]
    assert search(both, Sought("Elster"), frozenset()).total == 0
    assert search(both, Sought("urn:a"), frozenset()).hits[0].row.labels == {"": "Elbisch"}
    assert search((both[0],), Sought("urn:a"), frozenset()).total == 0


def test_file(tmp_path: Path) -> None:
    """The file of a version answers as the index in memory, read-only, whatever its folder."""
    folder = tmp_path / "a ?#%25 b"
    folder.mkdir()
    save_index([Entry("urn:a", {"": "Elster"})], {}, SearchSettings(), folder)
    opened = open_layer(folder)
    assert names_of(search((opened,), Sought("elster"), frozenset())) == ["Elster"]
    with closing(opened.connection) as connection, pytest.raises(sqlite3.OperationalError):
        connection.execute("DELETE FROM entry")
    assert sorted(path.name for path in folder.iterdir()) == [NAME]
