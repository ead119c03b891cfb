"""/contents/list: all things of a class by name, page by page, with a choice by letter or text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from kg.errors import Text
from kg.namespaces import SKOS
from kg.serve.pages.labels import NAMES, best, last_part
from kg.serve.pages.overview.listing import Recent, asked, part_of, plain, sort_key
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.terms import Row, Term, iri
from kg.serve.pages.visit import Visit
from kg.serve.pages.words import Lang
from kg.serve.problems import BAD_REQUEST, Details, RequestError

MOST = 60_000
"""So many things of a class are listed."""
_OTHERS = "#"


@dataclass(frozen=True)
class Thing:
    """A thing with its name in one language; `key` is what it is found by: name and end of IRI.

    `letter` is the first of its name, # for any other sign.
    """

    iri: str
    name: str
    lang: str
    key: str
    letter: str


def routes(site: Site) -> list[PageRoute]:
    """Return the route of the lists."""
    lists: Recent[Thing] = Recent()

    async def handle(request: Request) -> Response:
        visit = await site.visit(request)
        name = asked_class(request)
        fresh = site.fresh(visit, "list")
        if fresh:
            return fresh
        key = (visit.version.version, name, visit.lang)
        things = await lists.get(key, lambda: _read(site, visit, name))
        return await _page(site, visit, name, things)

    return [PageRoute("/contents/list", handle)]


def asked_class(request: Request) -> str:
    """Return the class that is asked for; raises RequestError without one."""
    name = request.query_params.get("class", "").strip()
    if name:
        iri(name)
        return name
    raise RequestError(
        BAD_REQUEST,
        Text(
            de="Es fehlt, wovon die Liste sein soll: der Parameter class mit der Adresse (IRI) "
            "einer Klasse. Welche es gibt, steht unter /contents.",
            en="What the list is to be of is missing: the parameter class with the address (IRI) "
            "of a class. Those that there are, are at /contents.",
        ),
        Details({"parameter": "class"}),
    )


async def _page(site: Site, visit: Visit, name: str, things: Sequence[Thing]) -> Response:
    letter, text = asked(visit.request, "letter").upper(), asked(visit.request, "q")
    found = chosen(things, letter, text)
    part = part_of(visit.request, found)
    values = {
        "name": name,
        "labels": await site.labels(visit, [name]),
        "part": part,
        "total": len(things),
        "most": MOST,
        "letters": _letters(things),
        "letter": letter,
        "text": text,
        "twice": _twice(part.items),
        "last": last_part,
        "link": lambda page: visit.here(page=page),
    }
    status = 200 if things else 404
    return site.page(visit, "contents_list.html", values, tag="list", status=status)


def chosen(things: Sequence[Thing], letter: str, text: str) -> Sequence[Thing]:
    """Return those whose name begins with `letter` and has `text` in it, or whose IRI ends so."""
    words = plain(text)
    if not letter and not words:
        return things
    return [
        one
        for one in things
        if (not letter or one.letter == letter) and (not words or words in one.key)
    ]


async def _read(site: Site, visit: Visit, name: str) -> Sequence[Thing]:
    rows = await site.rows(visit, _query(name))
    names = _names(rows)
    if not all(names.values()):
        for thing, more in _names(await site.rows(visit, _rest_query(name))).items():
            names.setdefault(thing, []).extend(more)
    things = [_thing(iri, found, visit.lang) for iri, found in names.items()]
    return sorted(things, key=lambda one: (sort_key(one.name), one.iri))


def _query(name: str) -> str:
    return f"""SELECT ?thing ?name WHERE {{
  ?thing a {iri(name)} . FILTER (isIRI(?thing))
  OPTIONAL {{ ?thing <{SKOS}prefLabel> ?name }}
}} LIMIT {MOST}"""


def _rest_query(name: str) -> str:
    """Return the query for other names of the things that have no preferred one."""
    others = " ".join(f"<{one}>" for one in NAMES[1:])
    return f"""SELECT ?thing ?name WHERE {{
  ?thing a {iri(name)} . FILTER (isIRI(?thing))
  FILTER NOT EXISTS {{ ?thing <{SKOS}prefLabel> ?preferred }}
  VALUES ?p {{ {others} }} ?thing ?p ?name
}} LIMIT {MOST}"""


def _names(rows: Iterable[Row]) -> dict[str, list[Term]]:
    found: dict[str, list[Term]] = {}
    for row in rows:
        names = found.setdefault(row["thing"].value, [])
        if "name" in row and row["name"].kind == "literal":
            names.append(row["name"])
    return found


def _thing(name: str, found: list[Term], lang: Lang) -> Thing:
    label = best(found, lang) if found else Term("literal", last_part(name))
    key = plain(label.value)
    first = key[:1].upper()
    letter = first if first.isalpha() else _OTHERS
    return Thing(name, label.value, label.lang, f"{key}\n{last_part(name).casefold()}", letter)


def _letters(things: Iterable[Thing]) -> list[str]:
    """Return the letters that names begin with, # last."""
    return sorted({one.letter for one in things}, key=lambda one: (one == _OTHERS, one))


def _twice(things: Iterable[Thing]) -> set[str]:
    """Return the names that several of the things have."""
    counts = Counter(one.name for one in things)
    return {name for name, count in counts.items() if count > 1}
