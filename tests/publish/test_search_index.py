"""Settings, words and entries of the search: what a build takes out of the statements."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Quad, RdfFormat, parse
from tests.conftest import Tiny
from tests.publish.searched import layer, names_of, sought, statements

from kg.errors import ProjectError
from kg.publish.build import build
from kg.publish.search.entries import Entry, Gathering, ancestors, last_part
from kg.publish.search.index import NAME
from kg.publish.search.layer import open_layer
from kg.publish.search.settings import SearchSettings, Step, search_settings
from kg.publish.search.words import core, forms, grams, key, query_words, words
from kg.publish.versions import Manifest, Published, read_manifest, write_commit
from kg.settings import read_project

PREFIXES = """@prefix e: <https://example.org/> .
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
E = "https://example.org/"
TOWN = (
    PREFIXES
    + """
e:stated {
  e:Town rdfs:subClassOf e:Body . e:Body rdfs:subClassOf e:Thing .
  e:Town rdfs:label "Stadt"@de , "town"@en .
  e:ulm a e:Town ; skos:prefLabel "Ulm"@de ; rdfs:label "Ulm"@de , "Stadt Ulm"@de ;
    skos:altLabel "Ulma \\"alt\\""@la ; e:code "08421" , 8421 ; e:in e:land ;
    adms:identifier e:id1 ; skos:exactMatch <https://www.wikidata.org/entity/Q3012> ;
    owl:sameAs e:ulm .
  e:id1 a e:Identifier ; skos:notation "ARS 1" ; rdfs:label "Nummer 1" .
  e:land a e:Land ; foaf:name "Ländle" .
  e:club dct:title "Klub" ; e:hasMember e:ulm , e:neu .
  e:neu a e:Body ; rdfs:label "Neu-Ulm" .
  _:b rdfs:label "ohne IRI" .
  e:nothing e:code "1" .
}
e:inferred {
  e:ulm a e:Body , e:Thing , e:Odd . e:Town rdfs:subClassOf e:Thing .
  e:club a e:Thing .
}
"""
)
SETTINGS = SearchSettings(
    keys=(E + "code",),
    within=((Step(E + "in"),), (Step(E + "hasMember"), Step(E + "in"))),
    regions=E + "Land",
    parent=((Step(E + "hasMember", inverse=True),),),
    hidden=(E + "Identifier",),
)


def entries(text: str, settings: SearchSettings = SETTINGS) -> dict[str, Entry]:
    """Return the entries of TriG by the last parts of their IRIs."""
    quads: list[Quad] = list(parse(text.encode(), RdfFormat.TRIG))
    gathering = Gathering(statements(quads, E + "inferred"), settings)
    return {last_part(each.iri): each for each in gathering.entries()}


def test_entries() -> None:
    """An IRI with a name is an entry, with further names, keys, class, place and links."""
    found = entries(TOWN)
    assert set(found) == {"Town", "ulm", "id1", "land", "club", "neu"}
    ulm = found["ulm"]
    assert ulm.labels == {"de": "Ulm"}
    assert ulm.others == ("Stadt Ulm", 'Ulma "alt"')
    assert set(ulm.keys) == {"08421", "8421", "ARS 1", "Q3012"}
    assert ulm.regions == (E + "land",)
    assert ulm.parents == (E + "club",)
    assert ulm.links == 2, "from itself and the club"
    assert found["Town"].labels == {"de": "Stadt", "en": "town"}


def test_kind() -> None:
    """The class is the most specific one that is stated, else one that was concluded."""
    found = entries(TOWN)
    kinds = {name: last_part(each.kind) for name, each in found.items() if each.kind}
    assert kinds == {
        "ulm": "Town",
        "neu": "Body",
        "id1": "Identifier",
        "land": "Land",
        "club": "Thing",
    }


def test_places() -> None:
    """A region lies in itself; a club where a member lies; who is nowhere lies in none."""
    found = entries(TOWN)
    assert found["land"].regions == found["club"].regions == (E + "land",)
    assert found["neu"].regions == ()
    nowhere = entries(TOWN, SearchSettings())
    assert all(each.regions == each.parents == () for each in nowhere.values())


def test_ancestors() -> None:
    """Superclasses are found along all ways, in circles too, without the class itself."""
    pairs = [("a", "b"), ("b", "c"), ("c", "a"), ("d", "b"), ("x", "x")]
    found = ancestors(pairs)
    assert found["d"] == {"a", "b", "c"}
    assert found["a"] == {"b", "c"}
    assert "x" not in found


def test_build(tiny: Tiny) -> None:
    """A build makes the index of what is stated and follows; a version of commits links to it."""
    toml = (
        '[project]\nbase = "https://example.org/"\n[search]\nhidden = ["<https://example.org/C>"]\n'
    )
    head = PREFIXES + "e:C a owl:Class ; rdfs:label 'Art' . e:D a owl:Class ; "
    ontology = head + "rdfs:subClassOf e:C ; rdfs:label 'Unterart' ."
    data = PREFIXES + 'e:c a e:C ; rdfs:label "Zaunkönig" . e:d a e:D ; rdfs:label "Elster" .'
    files = {"kg.toml": toml, "ontology/o.ttl": ontology, "data/d.ttl": data}
    project = tiny(files)
    path = build(project).path
    assert path is not None
    index = open_layer(path)
    assert names_of(sought(index, SearchSettings(), "art")) == ["Art"]
    assert sought(index, SearchSettings(), "elster").hidden, "its class is below the hidden one"
    base: Manifest = read_manifest(path)
    later = replace(base, version="20991231T000000Z-c1-x", base_version=base.version, commit=1)
    linked = write_commit(
        project.build_dir, Published(path, base), later, lambda store: store.mkdir()
    )
    assert (linked / NAME).resolve() == (path / NAME).resolve()
    assert len(open_layer(linked)) == len(index)


@pytest.mark.parametrize(
    "line",
    [
        "keys = 1",
        "keys = [1]",
        'keys = ["nix:x"]',
        'keys = ["<no iri>"]',
        'within = ["e:a//e:b"]',
        "regions = []",
        'regions = "Land"',
        'keyz = ["e:a"]',
        'hidden = {a = "e:a"}',
    ],
)
def test_wrong_settings(tiny: Tiny, line: str) -> None:
    """What [search] says wrong is named with its entry, before anything is built."""
    toml = f'[prefixes]\ne = "https://example.org/"\n[search]\n{line}\n'
    project = tiny({"kg.toml": toml, "data/d.ttl": PREFIXES + "e:a e:b e:c ."})
    with pytest.raises(ProjectError) as caught:
        search_settings(project)
    assert f"search.{line.split(maxsplit=1)[0]}" in caught.value.text.de
    assert str(caught.value.place).endswith("kg.toml")
    with pytest.raises(ProjectError):
        build(project)


def test_settings(tiny: Tiny) -> None:
    """Names are short or full, paths go forwards and backwards, one entry needs no list."""
    toml = """[prefixes]
e = "https://example.org/"
[search]
keys = "e:code"
within = ["e:in", "^<https://example.org/a/b>/e:in"]
pass_over = ["Freie Stadt", "Übersee"]
"""
    found = search_settings(tiny({"kg.toml": toml}))
    assert found.keys == (E + "code",)
    assert found.within == ((Step(E + "in"),), (Step(E + "a/b", inverse=True), Step(E + "in")))
    assert found.pass_over == {"freie", "stadt", "uebersee"}


def test_own_settings(repository: Path) -> None:
    """This project hides what has the name of something else, and passes over what kinds say."""
    found = search_settings(read_project(repository))
    assert {"stadt", "gemeinde", "kreis"} <= found.pass_over
    assert found.regions
    assert found.hides("https://w3id.org/kommunalgraph/ns#Territory", frozenset())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Halle (Westf.)", ["halle", "westf"]),
        ("Rheda-Wiedenbrück/Süd", ["rheda", "wiedenbrueck", "sued"]),
        ("STRAẞE straße", ["strasse", "strasse"]),
        ("Chóśebuz Łódź", ["chosebuz", "lodz"]),
        ("A\u0308rger İstanbul ﬁn", ["aerger", "istanbul", "fin"]),
        ("a_b\0c\u200bd", ["a", "b", "c", "d"]),
        ("東京 2024", ["東京", "2024"]),
        ("…", []),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    """Words have no case, accents and signs; ä is ae, ß is ss, other scripts stay."""
    assert words(text) == expected


def test_forms() -> None:
    """A name with umlauts has two forms, any other one."""
    assert forms("Görlitz") == [["goerlitz"], ["gorlitz"]]
    assert forms("Soest") == [["soest"]]
    assert forms("Café") == [["cafe"]]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("05711000", "5711000"),
        (" 05 711 000", "05711000"),
        ("05-711-000", "05711000"),
        ("Q2112", "q2112"),
        ("DE A41", "dea41"),
    ],
)
def test_key(one: str, other: str) -> None:
    """Keys are alike without leading zeros, spaces, hyphens and case."""
    assert key(one) == key(other)


def test_bounds() -> None:
    """A query has few words, none too long; zeros alone stay a key."""
    assert len(query_words("a " * 999)) == 12
    assert len(query_words("x" * 9999)[0]) == 60
    assert key("000") == "000"
    assert core(["stadt", "ulm"], frozenset({"stadt"})) == ["ulm"]
    assert core(["stadt"], frozenset({"stadt"})) == ["stadt"]
    assert grams("ulm") == ("^ul", "ulm", "lm$")


def test_same_names() -> None:
    """Things of one name are ordered by what points to them; none of them is exact."""
    index = layer(
        [Entry(f"urn:{count}", {"de": "Neustadt"}, links=count) for count in range(5)],
        SearchSettings(),
    )
    found = sought(index, SearchSettings(), "neustadt")
    assert [hit.row.iri for hit in found.hits] == [f"urn:{count}" for count in (4, 3, 2, 1, 0)]
    assert not found.exact
