"""/contents/list: all things of a class by name, page by page, with a choice by letter or text.

A list is sorted by the query and comes as one text: 60,000 rows of JSON would hold up the server.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kg.errors import Text
from kg.serve.pages.labels import Labels, last_part
from kg.serve.pages.overview.list_query import MOST, list_query, named_query
from kg.serve.pages.overview.listing import Part, Recent, asked, part_of, plain
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.terms import iri
from kg.serve.pages.visit import Visit
from kg.serve.problems import BAD_REQUEST, Details, RequestError

_OTHERS = "#"
_LISTS = 12


@dataclass(frozen=True)
class Thing:
    """A thing with its name and the language of that."""

    iri: str
    name: str
    lang: str


def routes(site: Site) -> list[PageRoute]:
    """Return the route of the lists."""
    lists: Recent[str] = Recent(_LISTS)
    turn = asyncio.Semaphore(1)  # a worker is left to others

    async def handle(request: Request) -> Response:
        visit = await site.visit(request)
        name = asked_class(request)
        fresh = site.fresh(visit, "list")
        if fresh:
            return fresh
        key = (visit.version.version, name, visit.lang)

        async def read() -> Sequence[str]:
            async with turn:
                return await _read(site, visit, name)

        return await _page(site, visit, name, await lists.get(key, read))

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


async def _page(site: Site, visit: Visit, name: str, lines: Sequence[str]) -> Response:
    letter, text = asked(visit.request, "letter").upper(), asked(visit.request, "q")
    found, letters = await run_in_threadpool(lambda: (chosen(lines, letter, text), _letters(lines)))
    part = part_of(visit.request, found)
    shown = [thing_of(line) for line in part.items]
    labels = await site.labels(visit, [name, *shown])
    things = [_thing(one, labels) for one in shown]
    values = {
        "name": name,
        "labels": labels,
        "part": Part(things, part.page, part.pages, part.total),
        "total": len(lines),
        "most": MOST,
        "letters": letters,
        "letter": letter,
        "text": text,
        "twice": _twice(things),
        "last": last_part,
        "link": lambda page: visit.here(page=page),
    }
    status = 200 if lines else 404
    return await site.made(
        visit, lambda: site.page(visit, "contents_list.html", values, tag="list", status=status)
    )


def thing_of(line: str) -> str:
    """Return the IRI in a line of `list_query`."""
    return line.rpartition("\t")[2]


def chosen(lines: Sequence[str], letter: str, text: str) -> Sequence[str]:
    """Return those whose name begins with `letter` and has `text` in it, or whose IRI ends so."""
    words = plain(text)
    if not letter and not words:
        return lines
    return [
        one
        for one in lines
        if (not letter or _letter(one) == letter) and (not words or _has(one, words))
    ]


def _has(line: str, words: str) -> bool:
    name, _, thing = line.rpartition("\t")
    return words in name or words in last_part(thing).casefold()


def _letter(line: str) -> str:
    """Return the first letter of a name, # for any other sign."""
    first = line[:1].upper()
    return first if first.isalpha() else _OTHERS


async def _read(site: Site, visit: Visit, name: str) -> Sequence[str]:
    """Return the lines of all things, sorted."""
    unnamed = await site.rows(visit, named_query(name))
    query = list_query(name, visit.lang, is_named=not unnamed)
    lines = [row["lines"].value for row in await site.rows(visit, query) if "lines" in row]
    return await run_in_threadpool(lambda: sorted(filter(None, "".join(lines).split("\n"))))


def _thing(name: str, labels: Labels) -> Thing:
    label = labels.term(name)
    return Thing(name, label.value, label.lang)


def _letters(lines: Iterable[str]) -> list[str]:
    """Return the letters that names begin with, # last."""
    return sorted({_letter(one) for one in lines}, key=lambda one: (one == _OTHERS, one))


def _twice(things: Iterable[Thing]) -> set[str]:
    """Return the names that several of the things have."""
    counts = Counter(one.name for one in things)
    return {name for name, count in counts.items() if count > 1}
