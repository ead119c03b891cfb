"""GET /explain for browsers: why a statement holds, as sentences and as a tree, or why not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import Response

from kg.errors import KgError
from kg.namespaces import RDFS, SKOS, shorten
from kg.rdf.term_input import read_term
from kg.serve.explain import OFFER, Question, asked_for, fields_of, read_question
from kg.serve.negotiate import Offer, Representation
from kg.serve.pages.explanation.view import View, sentences, terms_of, view_of
from kg.serve.pages.explanation.words import needs_kind
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.terms import Row, Term, iri, literal
from kg.serve.pages.visit import Visit
from kg.serve.problems import RequestError, kind_of_error

WITH_PAGE = Offer(
    (*OFFER.representations, Representation("html", "text/html")), {**OFFER.names, "html": "html"}
)
PROOFS = 5
"""So many proofs are shown."""
_ASKED = 200
"""Of so many things the passages and addresses are looked up."""
_EXAMPLES = 6
_URLS = (
    "https://schema.org/url",
    "http://schema.org/url",
    "http://xmlns.com/foaf/0.1/page",
    f"{RDFS}seeAlso",
)
_NAMES = ("s", "p", "o")
_VARY = ("HX-Request", "HX-Current-URL")
_FIRST = (
    *("answer", "doc", "search", "map", "network", "contents", "documents", "quality"),
    *("explain", "history", "sparql"),
)
"""What the address of a page begins with that may show explanations."""
_TITLES = (f"{SKOS}prefLabel", f"{RDFS}label")


@dataclass(frozen=True)
class Found:
    """What was looked up for the statements of an explanation.

    `passages` are by graph and thing, `urls` by document.
    """

    passages: Mapping[tuple[str, str], Term]
    urls: Mapping[str, str]


def routes(site: Site) -> list[PageRoute]:
    """Return the route of the page, which answers programs as before."""

    async def handle(request: Request) -> Response:
        wanted = asked_for(request, WITH_PAGE, fields_of(request, strict=False))
        live = "hx-request" in request.headers
        if not live and (wanted is None or wanted.name != "html"):
            return await site.explaining.handle(request)
        return await _page(site, request, live=live)

    return [PageRoute("/explain", handle)]


async def _page(site: Site, request: Request, *, live: bool) -> Response:
    visit = await site.visit(_embedded(request) if live else request)
    fields = fields_of(request, strict=False)
    if not any("".join(fields.get(name, ())).strip() for name in _NAMES):
        return await _form(site, visit)
    try:
        asked = read_question(request, site.project.prefixes, WITH_PAGE, PROOFS)
        asked = Question(asked.triple, asked.limit, visit.lang, asked.representation)
    except RequestError as error:
        return await _form(site, visit, error)
    tag = f"why{visit.root.count('/')}" if live else "explain"
    fresh = site.fresh(visit, tag)
    if fresh:
        return fresh
    try:
        document = await site.explaining.document(request, asked)
    except KgError as error:
        return await _form(site, visit, error)
    await _add_kinds(site, visit, document)
    view = view_of(document, visit.lang, site.project.prefixes)
    values = {
        "view": view,
        "told": [list(sentences(proof)) for proof in view.proofs],
        "found": await _look_up(site, visit, view),
        "asked": {name: fields[name][0] for name in _NAMES},
        "short": _shortened(site, asked.triple),
        "properties": [] if live else await _properties(site, visit),
        "fault": None,
    }
    template = "explain_fragment.html" if live else "explain.html"
    return site.page(visit, template, values, tag=tag, vary=_VARY)


def _embedded(request: Request) -> Request:
    """Return a request as from the page that shows the answer, for links that are relative."""
    path = urlsplit(request.headers.get("hx-current-url", "")).path
    parts = path.split("/")
    start = next((place for place, part in enumerate(parts) if part in _FIRST), len(parts) - 1)
    path = "/" + "/".join(parts[start:])
    return Request({**request.scope, "path": path, "raw_path": None})


async def _form(site: Site, visit: Visit, error: KgError | None = None) -> Response:
    """Return the form to enter a statement, with what is wrong with the one that was entered."""
    if error is None:
        fresh = site.fresh(visit, "explain.form")
        if fresh:
            return fresh
    fields = fields_of(visit.request, strict=False)
    values = {
        "asked": {name: fields.get(name, [""])[0] for name in _NAMES},
        "fault": error.text.to(visit.lang) if error else None,
        "wrong": error.details.members.get("parameter")
        if isinstance(error, RequestError)
        else None,
        "meant": await _meant(site, visit, fields) if error else [],
        "examples": await _examples(site, visit),
        "properties": await _properties(site, visit),
    }
    status = kind_of_error(error).status if error else 200
    return site.page(visit, "explain_form.html", values, status=status, tag="explain.form")


async def _add_kinds(site: Site, visit: Visit, document: dict[str, Any]) -> None:
    """Say of terms whose label is more than a name what they are, by one query."""
    terms = [term for term in terms_of(document) if needs_kind(term)]
    if terms:
        labels = await site.labels(visit, [term["value"] for term in terms][:_ASKED])
        for term in terms:
            term["kind"] = labels.kind(term["value"])


async def _look_up(site: Site, visit: Visit, view: View) -> Found:
    """Return the passages of the statements and the addresses of their documents, by one query."""
    evidence = [each for leaf in view.leaves for each in leaf.evidence]
    things = list(dict.fromkeys(each.thing for each in evidence if _is_iri(each.thing)))
    documents = dict.fromkeys(one.iri for each in evidence for one in each.documents)
    if not documents:
        return Found({}, {})
    passage = site.project.pages.get("spot")
    parts = [_urls(documents)]
    if isinstance(passage, str) and things:
        name = read_term(passage, site.project.prefixes)
        asked = " ".join(map(iri, things[:_ASKED]))
        parts.append(f"{{ VALUES ?thing {{ {asked} }} GRAPH ?graph {{ ?thing {name} ?spot }} }}")
    rows = await site.rows(visit, f"SELECT * WHERE {{ {' UNION '.join(parts)} }} LIMIT 2000")
    return Found(
        {(row["graph"].value, row["thing"].value): row["spot"] for row in rows if "spot" in row},
        {row["document"].value: row["url"].value for row in rows if _is_linked(row)},
    )


def _urls(documents: Iterable[str]) -> str:
    asked = " ".join(map(iri, list(documents)[:_ASKED]))
    paths = " ".join(f"<{name}>" for name in _URLS)
    return (
        f"{{ VALUES ?document {{ {asked} }} VALUES ?path {{ {paths} }} ?document ?path ?address "
        "BIND (STR(?address) AS ?url) }"
    )


def _is_linked(row: Row) -> bool:
    return "url" in row and row["url"].value.startswith(("http://", "https://"))


def _is_iri(text: str) -> bool:
    return ":" in text and not any(sign in text for sign in ' <>"{}|\\^`')


async def _examples(site: Site, visit: Visit) -> list[dict[str, Any]]:
    """Return derived statements of the version, one a property, each with its link."""

    async def read() -> list[Row]:
        vocabulary = await site.vocabulary(visit)
        own = [
            term.iri
            for term in vocabulary.terms.values()
            if term.kind == "property" and term.iri.startswith(site.project.base)
        ]
        named = " ".join(f"<{name}>" for name in _TITLES)
        parts = [
            f"{{ SELECT ?s ?p ?o WHERE {{ BIND ({iri(name)} AS ?p) "
            f"GRAPH {iri(site.inferred)} {{ ?s ?p ?o }} "
            f"FILTER EXISTS {{ VALUES ?name {{ {named} }} ?s ?name ?label }} }} LIMIT 1 }}"
            for name in own
        ]
        query = f"SELECT * WHERE {{ {' UNION '.join(parts)} }} LIMIT {_EXAMPLES}"
        return await site.rows(visit, query) if parts else []

    rows = await site.once(visit, "explain.examples", read)
    labels = await site.labels(visit, [row[name].value for row in rows for name in _NAMES])
    return [
        {
            "link": visit.href("explain", **{name: row[name].n3 for name in _NAMES}),
            "words": [
                labels.of(row[name].value) if row[name].is_iri else row[name].value
                for name in _NAMES
            ],
            "short": _shortened(site, tuple(row[name].n3 for name in _NAMES)),
        }
        for row in rows
        if row["s"].is_iri
    ]


async def _properties(site: Site, visit: Visit) -> list[tuple[str, str]]:
    """Return the short names and labels of all properties."""
    vocabulary = await site.vocabulary(visit)
    found = [
        (shorten(term.iri, site.project.prefixes), term.label.to(visit.lang))
        for term in vocabulary.terms.values()
        if term.kind == "property" and not term.deprecated
    ]
    return sorted(found, key=lambda pair: pair[1].casefold() or pair[0])


async def _meant(
    site: Site, visit: Visit, fields: Mapping[str, list[str]]
) -> list[tuple[str, str, str, str]]:
    """Return what has the label that was typed in place of a term: parameter, label, name, link."""
    typed = {
        name: text
        for name in ("s", "o")
        if (text := fields.get(name, [""])[0].strip()) and ":" not in text and '"' not in text
    }
    if not typed:
        return []
    names = " ".join(f"<{name}>" for name in _TITLES)
    called = " ".join(
        f"({literal(name)} {literal(text[:200], lang)})"
        for name, text in typed.items()
        for lang in ("", "de", "en")
    )
    rows = await site.rows(
        visit,
        f"SELECT DISTINCT ?at ?thing WHERE {{ VALUES (?at ?label) {{ {called} }} "
        f"VALUES ?name {{ {names} }} ?thing ?name ?label FILTER (isIRI(?thing)) }} LIMIT 10",
    )
    return [
        (
            row["at"].value,
            typed[row["at"].value],
            shorten(row["thing"].value, site.project.prefixes),
            visit.here(**{row["at"].value: row["thing"].n3}),
        )
        for row in rows
    ]


def _shortened(site: Site, terms: Iterable[str]) -> tuple[str, ...]:
    """Return terms in N-Triples form as people type them."""
    return tuple(
        shorten(term[1:-1], site.project.prefixes) if term.startswith("<") else term
        for term in terms
    )
