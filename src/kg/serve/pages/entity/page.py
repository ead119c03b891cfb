"""The page about one resource: its names, its facts in groups, what points to it, and sources."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.responses import Response

from kg.errors import Text
from kg.namespaces import DCT, OWL, RDF_TYPE, RDFS, SKOS
from kg.serve.pages.entity.facts import Fact, Value, facts_of, parted
from kg.serve.pages.entity.views import NOWHERE, REST, Group, Views, views_of, views_query
from kg.serve.pages.labels import NAMES, Labels, best
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.sources import Source, Sources
from kg.serve.pages.terms import Row, Term, iri
from kg.serve.pages.visit import Visit

_MOST = 1500
_BUTTONS = {
    "answer": Text("Antwort als Tabelle mit Quellen", "Answer as a table with sources"),
    "network": Text("Im Netz zeigen", "Show in the network"),
    "map": Text("Auf der Karte zeigen", "Show on the map"),
}
_SAID_ABOVE = {*NAMES, RDF_TYPE, f"{SKOS}altLabel"}
_DEPRECATED, _SUCCESSOR = f"{OWL}deprecated", f"{DCT}isReplacedBy"
_DESCRIPTIONS = (f"{SKOS}definition", f"{DCT}description", f"{RDFS}comment")


@dataclass(frozen=True)
class Section:
    """A group of facts."""

    group: Group
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Described:
    """What is known of a resource."""

    iri: str
    out: list[Row]
    back: list[Row]

    @property
    def is_known(self) -> bool:
        """Whether anything is said of it."""
        return bool(self.out or self.back)


def routes(site: Site) -> list[PageRoute]:
    """Return no route: /doc is negotiated first."""
    del site
    return []


async def described(site: Site, visit: Visit, name: str) -> Described:
    """Return the statements with `name` as subject and object, by two queries."""
    out, back = await asyncio.gather(site.rows(visit, _out(name)), site.rows(visit, _back(name)))
    return Described(name, _with_graphs(out), _with_graphs(back))


async def entity_page(site: Site, visit: Visit, name: str) -> Response | None:
    """Return the page about a resource, None if nothing is said of it."""
    fresh = site.fresh(visit)
    if fresh:
        return fresh
    known, vocabulary, views, sources = await asyncio.gather(
        described(site, visit, name),
        site.vocabulary(visit),
        _views(site, visit),
        site.sources(visit),
    )
    if not known.is_known:
        return None
    classes = [row["o"].value for row in known.out if row["p"].value == RDF_TYPE]
    facts = [
        *(one for one in facts_of(known.out, site.inferred) if one.path not in _SAID_ABOVE),
        *facts_of(known.back, site.inferred, backward=True),
    ]
    labels = await site.labels(visit, _mentioned(name, facts, classes))
    facts, echoes = parted(facts, vocabulary)
    ordered = vocabulary.most_special(classes)
    ordered += [one for one in classes if one not in ordered]
    used = _used_sources(known, sources, site.inferred)
    values = {
        "iri": name,
        "labels": labels,
        "title": labels.term(name),
        "others": _other_names(known.out, labels.of(name)),
        "kinds": labels.kinds(name) or vocabulary.most_special(classes),
        "about": _about(known.out, visit),
        "sections": _sections(facts, ordered, views, labels, visit.lang),
        "deprecated": any(_is_true(row) for row in known.out if row["p"].value == _DEPRECATED),
        "successors": [
            row["o"].value for row in known.out if row["p"].value == _SUCCESSOR and row["o"].is_iri
        ],
        "echoes": [_sorted(fact, labels, "") for fact in echoes],
        "sources": used,
        "numbers": {source.graph: number for number, source in enumerate(used, 1)},
        "inferred": site.inferred,
        "formats": (
            ("Turtle", "ttl"),
            ("JSON-LD", "jsonld"),
            ("N-Triples", "nt"),
            ("RDF/XML", "rdf"),
        ),
        "links": [
            (_BUTTONS[key].to(visit.lang), link)
            for key, make in site.marks.items()
            if (link := make(visit, name, classes))
        ],
        "query": lambda fact: _all_query(name, fact),
        "cut": len(known.back) >= _MOST,
    }
    return site.page(visit, "entity.html", values)


def _is_true(row: Row) -> bool:
    return row["o"].value in ("true", "1")


def _out(name: str) -> str:
    node = iri(name)
    return f"""SELECT ?g ?p ?o WHERE {{
  {{ GRAPH ?g {{ {node} ?p ?o }} }} UNION {{ {node} ?p ?o }}
}} LIMIT {2 * _MOST}"""


def _back(name: str) -> str:
    node = iri(name)
    return f"""SELECT ?g ?s ?p WHERE {{
  {{ SELECT ?g ?s ?p WHERE {{ GRAPH ?g {{ ?s ?p {node} }} }} LIMIT {_MOST} }}
  UNION {{ SELECT ?s ?p WHERE {{ ?s ?p {node} }} LIMIT {_MOST} }}
}}"""


def _with_graphs(rows: list[Row]) -> list[Row]:
    """Return the rows without those that are told of a graph as well."""

    def key(row: Row) -> tuple[Term | None, ...]:
        return tuple(row.get(name) for name in ("s", "p", "o"))

    told = {key(row) for row in rows if "g" in row}
    return [row for row in rows if "g" in row or key(row) not in told]


async def _views(site: Site, visit: Visit) -> Views:
    prefix = site.project.graph_iri("shapes/")

    async def read() -> Views:
        graphs = [one for one in visit.version.graphs if one.startswith(prefix)]
        return views_of(await site.rows(visit, views_query(graphs)) if graphs else [])

    return await site.once(visit, "views", read)


def _mentioned(name: str, facts: Iterable[Fact], classes: Iterable[str]) -> Iterable[str]:
    yield name
    yield from classes
    for fact in facts:
        yield fact.path
        yield from (value.term.value for value in fact.values if value.term.is_iri)


def _sections(
    facts: Iterable[Fact], classes: list[str], views: Views, labels: Labels, lang: str
) -> list[Section]:
    """Return the facts in the groups of the shapes; what points here comes last."""
    groups: dict[Group, list[tuple[float, str, Fact]]] = {}
    for fact in facts:
        place = views.place(classes, f"^{fact.path}" if fact.backward else fact.path)
        group = _BACK if fact.backward and place is NOWHERE else place.group
        name = place.name(lang)
        shown = (place.order, name or labels.of(fact.path), _sorted(fact, labels, name))
        groups.setdefault(group, []).append(shown)
    return [
        Section(group, tuple(fact for _, _, fact in sorted(found, key=lambda one: one[:2])))
        for group, found in sorted(groups.items(), key=lambda pair: pair[0].order)
    ]


_BACK = Group("back", REST.order + 1)


def _sorted(fact: Fact, labels: Labels, name: str) -> Fact:
    def key(value: Value) -> tuple[bool, str]:
        term = value.term
        return value.derived, labels.of(term.value) if term.is_iri else term.value

    return Fact(fact.path, tuple(sorted(fact.values, key=key)), fact.backward, name)


def _other_names(rows: Iterable[Row], title: str) -> list[Term]:
    found = {
        row["o"]
        for row in rows
        if row["p"].value in (*NAMES, f"{SKOS}altLabel") and row["o"].kind == "literal"
    }
    by_text = {term.value: term for term in sorted(found, key=lambda term: (term.value, term.lang))}
    return [term for text, term in by_text.items() if text != title]


def _about(rows: Iterable[Row], visit: Visit) -> Term | None:
    rows = list(rows)
    for name in _DESCRIPTIONS:
        told = [row["o"] for row in rows if row["p"].value == name and row["o"].kind == "literal"]
        if told:
            return best(told, visit.lang)
    return None


def _used_sources(known: Described, sources: Sources, inferred: str) -> list[Source]:
    """Return the graphs that say something here, those that say most first."""
    counts: dict[str, int] = {}
    for weight, rows in ((3, known.out), (1, known.back)):
        for row in rows:
            if "g" in row and row["g"].value != inferred:
                counts[row["g"].value] = counts.get(row["g"].value, 0) + weight
    return [sources.of(graph) for graph in sorted(counts, key=lambda one: (-counts[one], one))]


def _all_query(name: str, fact: Fact) -> str:
    node, path = iri(name), iri(fact.path)
    pattern = f"?thing {path} {node}" if fact.backward else f"{node} {path} ?thing"
    return "sparql?" + urlencode({"query": f"SELECT ?thing WHERE {{ {pattern} }}"})
