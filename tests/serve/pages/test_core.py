"""What all pages are made of: terms, addresses, words, names, facts and places."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import Response

from kg.errors import Text
from kg.namespaces import OWL, RDF_TYPE, RDFS, SKOS
from kg.serve.pages.addresses import Addresses, anchor
from kg.serve.pages.assets import stamp_of
from kg.serve.pages.entity.facts import facts_of, parted
from kg.serve.pages.entity.views import NOWHERE, views_of
from kg.serve.pages.form.things import is_written
from kg.serve.pages.labels import Labels, best, last_part
from kg.serve.pages.recent import Recent
from kg.serve.pages.terms import Row, Term, iri, literal, rows_of
from kg.serve.pages.visit import Visit
from kg.serve.pages.vocabulary import Vocabulary, vocabulary_of
from kg.serve.pages.words import day, number
from kg.serve.problems import RequestError

BASE = "https://example.org/"
INFERRED = f"{BASE}graph/inferred"


def node(name: str) -> Term:
    """An IRI of the example."""
    return Term("iri", name if ":" in name else BASE + name)


def text(value: str, lang: str = "") -> Term:
    """A literal."""
    return Term("literal", value, lang)


def vocabulary(*told: tuple[str, str, Term]) -> Vocabulary:
    """The vocabulary that statements about terms make."""
    rows: list[Row] = [
        {"g": node("graph/ontology/x"), "term": node(s), "p": node(p), "o": o} for s, p, o in told
    ]
    return vocabulary_of(rows)


@pytest.mark.parametrize("name", ["a b", "a<b", 'x"y', "a{b", "a\\b", "", "no-scheme", "x" * 9999])
def test_what_is_no_iri_is_refused(name: str) -> None:
    """Nothing gets into a query that could end the IRI there."""
    with pytest.raises(RequestError):
        iri(name)


def test_values_are_escaped() -> None:
    """A text cannot end the string that it is put into."""
    assert literal('a"b\\c\nd') == '"a\\"b\\\\c\\nd"'
    assert Term("literal", '"', "de").n3 == '"\\""@de'
    assert iri("https://example.org/ü") == "<https://example.org/ü>"


def test_rows() -> None:
    """Results become terms; what is not bound is not there."""
    document = b"""{"head": {"vars": ["a", "b"]}, "results": {"bindings": [
        {"a": {"type": "uri", "value": "urn:x"}},
        {"a": {"type": "literal", "value": "x", "xml:lang": "de"},
         "b": {"type": "bnode", "value": "b0"}}]}}"""
    first, second = rows_of(document)
    assert first == {"a": Term("iri", "urn:x")}
    assert (second["a"].lang, second["b"].kind) == ("de", "bnode")


@pytest.mark.parametrize(
    "name", ["javascript:alert(1)", "data:text/html,x", "JaVaScRiPt:x", "vbscript:x"]
)
def test_scripts_are_no_links(name: str) -> None:
    """Pages link to addresses of documents only."""
    assert not Term("iri", name).is_link


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("id/beetle/1", "doc/beetle/1"),
        ("code/role/lead", "doc/code/role/lead"),
        ("id/käfer (groß)", None),
        ("id/käfer", "doc/k%C3%A4fer"),
        ("id/a%20b", "doc/a%20b"),
        ("id/a:b@c", "doc/a:b@c"),
        ("id/x?y=1", None),
        ("id/x#y", None),
        ("id/../x", None),
    ],
)
def test_addresses_lead_there_and_back(name: str, address: str | None) -> None:
    """A page's address names the IRI again; what no path can name is a parameter."""
    addresses = Addresses(BASE)
    made = addresses.document(BASE + name)
    if address is None:
        assert made.startswith("doc?iri=")
    else:
        assert made == address
        assert BASE + name in addresses.candidates(made.removeprefix("doc/"))


def test_anchors() -> None:
    """Own terms are named by their name, others with their prefix or by their whole IRI."""
    foaf = "http://xmlns.com/foaf/0.1/"
    assert anchor(f"{BASE}ns#Beetle", BASE, {}) == "Beetle"
    assert anchor(f"{foaf}name", BASE, {"foaf": foaf}) == "foaf:name"
    assert anchor(f"{foaf}name", BASE, {}) == f"{foaf}name"


@pytest.mark.parametrize(
    ("value", "de", "en"),
    [
        ("2023", "2023", "2023"),
        ("2023-03", "März 2023", "March 2023"),
        ("2023-03-05", "5. März 2023", "5 March 2023"),
        ("2023-03-05T10:20:30Z", "5. März 2023, 10:20", "5 March 2023, 10:20"),
        ("2023-13", "2023-13", "2023-13"),
        ("spring", "spring", "spring"),
    ],
)
def test_dates(value: str, de: str, en: str) -> None:
    """Dates are read in words as far as they are known; what is none stays."""
    assert (day(value, "de"), day(value, "en")) == (de, en)


def test_numbers() -> None:
    """Thousands are apart, as each language has it."""
    assert (number(10943, "de"), number(10943, "en")) == ("10.943", "10,943")


@pytest.mark.parametrize(
    ("path", "root"), [("/", ""), ("/search", ""), ("/doc/a", "../"), ("/doc/a/b", "../../")]
)
def test_links_are_relative(path: str, root: str) -> None:
    """Links work below any address at which a proxy shows the server."""
    scope = {"type": "http", "path": path, "query_string": b"lang=en&x=1", "headers": []}
    visit = Visit(Request(scope), "en", None, None, Addresses(BASE), lambda name: None)  # type: ignore[arg-type]
    assert visit.root == root
    assert visit.href("search", q="a b", page=None) == f"{root}search?lang=en&q=a+b"
    assert visit.href("ontology#X") == f"{root}ontology?lang=en#X"
    assert visit.here(lang="de") == f"./{path.rpartition('/')[2]}?lang=de&x=1"
    assert visit.here(x=None).endswith("?lang=en")


def test_best_name() -> None:
    """The language of the page comes first, then none, English, German, any."""
    values = [text("x", "fr"), text("d", "de"), text("e", "en")]
    assert best(values, "de").value == "d"
    assert best(values, "en").value == "e"
    assert best([*values, text("n")][:1], "de").value == "x"
    assert best([text("d", "de"), text("n")], "en").value == "n"


@pytest.mark.parametrize(
    ("name", "last"),
    [
        (f"{BASE}ns#Beetle", "Beetle"),
        ("urn:x:y", "y"),
        (f"{BASE}a/b/", "b"),
        (f"{BASE}k%C3%A4f", "käf"),
    ],
)
def test_last_part(name: str, last: str) -> None:
    """What has no name is called by the end of its IRI."""
    assert last_part(name) == last


def test_labels() -> None:
    """Preferred labels go before others, then the ontology's words, then the IRI."""
    words = vocabulary(
        ("Animal", RDF_TYPE, node(f"{OWL}Class")),
        ("Beetle", RDF_TYPE, node(f"{OWL}Class")),
        ("Beetle", f"{RDFS}subClassOf", node("Animal")),
        ("Beetle", f"{RDFS}label", text("Käfer", "de")),
    )
    rows: list[Row] = [
        {"x": node("a"), "p": node(f"{RDFS}label"), "o": text("label", "de")},
        {"x": node("a"), "p": node(f"{SKOS}prefLabel"), "o": text("preferred", "en")},
        {"x": node("a"), "p": node(RDF_TYPE), "o": node("Animal")},
        {"x": node("a"), "p": node(RDF_TYPE), "o": node("Beetle")},
    ]
    labels = Labels(rows, "de", words)
    assert labels.of(f"{BASE}a") == "preferred"
    assert labels.of(f"{BASE}Beetle") == "Käfer"
    assert labels.of(f"{BASE}unknown") == "unknown"
    assert labels.kinds(f"{BASE}a") == [f"{BASE}Beetle"]
    assert labels.kind(f"{BASE}a") == "Käfer"


def test_vocabulary() -> None:
    """Terms have words in both languages; a circle of classes does no harm."""
    words = vocabulary(
        ("A", RDF_TYPE, node(f"{OWL}Class")),
        ("A", f"{RDFS}subClassOf", node("B")),
        ("A", f"{RDFS}label", text("a", "en")),
        ("B", RDF_TYPE, node(f"{OWL}Class")),
        ("B", f"{RDFS}subClassOf", node("A")),
        ("p", RDF_TYPE, node(f"{OWL}ObjectProperty")),
        ("p", f"{OWL}inverseOf", node("q")),
        ("q", RDF_TYPE, node(f"{OWL}ObjectProperty")),
    )
    assert words.label(f"{BASE}A") == Text("a", "a")
    assert words.label(f"{BASE}B") is None
    assert words.above(f"{BASE}A") == {f"{BASE}B"}
    assert words.inverses(f"{BASE}q") == {f"{BASE}p"}
    assert words.terms[f"{BASE}p"].kind == "property"


def test_echoes_are_apart() -> None:
    """What only says the same again in wider, twin and inverse terms is apart, nothing is lost."""
    words = vocabulary(
        ("near", RDF_TYPE, node(f"{OWL}ObjectProperty")),
        ("near", f"{RDFS}subPropertyOf", node("related")),
        ("has", RDF_TYPE, node(f"{OWL}ObjectProperty")),
        ("has", f"{OWL}inverseOf", node("of")),
    )
    stated, derived = node("graph/data"), node(INFERRED)
    out: list[Row] = [
        {"g": stated, "p": node("near"), "o": node("b")},
        {"g": derived, "p": node("related"), "o": node("b")},
        {"g": derived, "p": node("related"), "o": node("c")},
        {"g": stated, "p": node("has"), "o": node("d")},
        {"g": stated, "p": node("https://one.example/url"), "o": node("e")},
        {"g": derived, "p": node("http://two.example/url"), "o": node("e")},
    ]
    back: list[Row] = [
        {"g": derived, "p": node("of"), "s": node("d")},
        {"g": stated, "p": node("of"), "s": node("f")},
    ]
    facts = [*facts_of(out, INFERRED), *facts_of(back, INFERRED, backward=True)]
    said, echoes = parted(facts, words)

    def pairs(found: list[object]) -> set[tuple[str, str]]:
        return {
            (last_part(fact.path), last_part(value.term.value))  # type: ignore[attr-defined]
            for fact in found
            for value in fact.values  # type: ignore[attr-defined]
        }

    assert pairs([*echoes]) == {("related", "b"), ("url", "e"), ("of", "d")}
    assert pairs([*said]) == {
        ("near", "b"),
        ("related", "c"),
        ("has", "d"),
        ("url", "e"),
        ("of", "f"),
    }


def test_places() -> None:
    """Shapes put properties into groups, in order, also inverse ones, with names of their own."""
    rows: list[Row] = [
        {
            "class": node("Beetle"),
            "path": text("^https://example.org/eats"),
            "order": text("2"),
            "group": node("Food"),
            "name": text("Futter", "de"),
            "rank": text("1"),
            "own": text("gefressen von", "de"),
        }
    ]
    views = views_of(rows)
    place = views.place([f"{BASE}Animal", f"{BASE}Beetle"], "^https://example.org/eats")
    assert (place.group.name("de"), place.order, place.name("de")) == (
        "Futter",
        2.0,
        "gefressen von",
    )
    assert place.name("en") == "gefressen von"
    assert views.place([f"{BASE}Beetle"], f"{BASE}eats") is NOWHERE


def test_files_of_the_project_change_the_stamp(tmp_path: Path) -> None:
    """What pages are made of besides the data changes their ETags; other files do not."""
    seen = {stamp_of(tmp_path)}
    for name in ("kg.toml", "pages/about.de.md", "samples/a.ttl", "queries/pages/a.rq"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
        seen.add(stamp_of(tmp_path))
    assert len(seen) == 5
    (tmp_path / "other").write_text("x")
    assert stamp_of(tmp_path) in seen


def test_kept_responses_are_bounded() -> None:
    """Only so many bytes are kept, of those asked for last."""
    recent = Recent()
    for each in range(200):
        recent.put(each, Response(b"x" * 400_000))
    kept = [each for each in range(200) if recent.get(each)]
    assert kept == list(range(200 - len(kept), 200))
    assert 10 < len(kept) <= 84
    recent.put("large", Response(b"x" * (1 << 20)))
    recent.put("missing", Response(b"x", 404))
    assert recent.get("large") is recent.get("missing") is None


@pytest.mark.parametrize(
    ("typed", "label", "written"),
    [
        ("Löhne", "Löhne", True),
        ("löhne", "Löhne", True),
        ("Stadt Löhne", "Löhne", True),
        ("05758024", "Löhne", True),
        ("Lohne", "Löhne", False),
        ("Buren", "Büren", False),
    ],
)
def test_what_is_spelled_alike_is_asked_about(typed: str, label: str, written: bool) -> None:
    """A form takes what was typed, and no other thing whose name differs by an umlaut."""
    assert is_written(typed, label) is written
