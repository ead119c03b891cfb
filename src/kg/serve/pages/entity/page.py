"""The page about one resource: its names, its facts in groups, what points to it, and sources."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
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
from kg.serve.pages.vocabulary import Vocabulary

_MOST, _SOME, _PATHS = 3000, 100, 60
"""Statements about a resource, those of one property that point to it, and such properties."""
_FORMATS = (("Turtle", "ttl"), ("JSON-LD", "jsonld"), ("N-Triples", "nt"), ("RDF/XML", "rdf"))
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
    totals: Mapping[str, int]

    @property
    def is_known(self) -> bool:
        """Whether anything is said of it."""
        return bool(self.out or self.back)

    def said(self, path: str) -> list[Term]:
        """Return the values of a property."""
        return [row["o"] for row in self.out if row["p"].value == path]


def routes(site: Site) -> list[PageRoute]:
    """Return no route: /doc is negotiated first."""
    del site
    return []


async def described(site: Site, visit: Visit, name: str) -> Described:
    """Return the statements with `name` as subject, and some of each property as object.

    These are three queries; `totals` tells how many there are of a property.
    """
    plain = visit.version.plain
    out, counted = await asyncio.gather(
        site.rows(visit, _out(name, plain)), site.rows(visit, _counts(name, plain))
    )
    totals = {row["p"].value: int(row["n"].value) for row in counted if "p" in row}
    back = await site.rows(visit, _back(name, list(totals), plain)) if totals else []
    return Described(name, _with_graphs(out), _with_graphs(back), totals)


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
        *facts_of(known.back, site.inferred, backward=True, totals=known.totals),
    ]
    labels = await site.labels(visit, _mentioned(name, facts, classes))

    def make() -> Response:
        made = _Made(site, visit, known, labels, classes)
        return site.page(visit, "entity.html", made.values(facts, vocabulary, views, sources))

    return await site.made(visit, make)


@dataclass(frozen=True)
class _Made:
    """What the template is filled with."""

    site: Site
    visit: Visit
    known: Described
    labels: Labels
    classes: list[str]

    def values(
        self, facts: list[Fact], vocabulary: Vocabulary, views: Views, sources: Sources
    ) -> dict[str, Any]:
        name, labels, visit = self.known.iri, self.labels, self.visit
        facts, echoes = parted(facts, vocabulary)
        ordered = vocabulary.most_special(self.classes)
        ordered += [one for one in self.classes if one not in ordered]
        used = _used_sources(self.known, sources, self.site.inferred)
        return {
            "iri": name,
            "labels": labels,
            "title": labels.term(name),
            "others": _other_names(self.known.out, labels.of(name)),
            "kinds": labels.kinds(name) or vocabulary.most_special(self.classes),
            "about": _about(self.known.out, visit),
            "sections": _sections(facts, ordered, views, labels, visit.lang),
            "deprecated": any(map(_is_true, self.known.said(_DEPRECATED))),
            "successors": [one.value for one in self.known.said(_SUCCESSOR) if one.is_iri],
            "echoes": [_sorted(fact, labels, "") for fact in echoes],
            "sources": used,
            "numbers": {source.graph: number for number, source in enumerate(used, 1)},
            "inferred": self.site.inferred,
            "formats": _FORMATS,
            "links": [
                (_BUTTONS[key].to(visit.lang), link)
                for key, make in self.site.marks.items()
                if (link := make(visit, name, self.classes))
            ],
            "query": lambda fact: _all_query(name, fact),
            "cut": len(self.known.out) >= _MOST,
        }


def _is_true(term: Term) -> bool:
    return term.value in ("true", "1")


def _out(name: str, plain: bool) -> str:
    node = iri(name)
    more = f"UNION {{ {node} ?p ?o }}" if plain else ""
    return f"""SELECT ?g ?p ?o WHERE {{
  {{ GRAPH ?g {{ {node} ?p ?o }} }} {more}
}} LIMIT {_MOST}"""


def _counts(name: str, plain: bool) -> str:
    told = f"?s ?p {iri(name)}"
    if plain:
        told, count = f"{{ {told} }} UNION {{ GRAPH ?g {{ {told} }} }}", "DISTINCT ?s"
    else:
        count = "?s"
    return f"SELECT ?p (COUNT({count}) AS ?n) WHERE {{ {told} }} GROUP BY ?p"


def _back(name: str, paths: list[str], plain: bool) -> str:
    """Return the query for some of what points to a resource by each of `paths`."""
    node = iri(name)

    def some(path: str) -> str:
        told = f"?s {iri(path)} {node}"
        where = f"{{ GRAPH ?g {{ {told} }} }}" + (f" UNION {{ {told} }}" if plain else "")
        return (
            f"{{ SELECT ?g ?s ?p WHERE {{ {{ SELECT ?g ?s WHERE {{ {where} }} LIMIT {_SOME} }} "
            f"BIND ({iri(path)} AS ?p) }} }}"
        )

    return f"SELECT ?g ?s ?p WHERE {{ {' UNION '.join(map(some, paths[:_PATHS]))} }}"


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

    return replace(fact, values=tuple(sorted(fact.values, key=key)), name=name)


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
