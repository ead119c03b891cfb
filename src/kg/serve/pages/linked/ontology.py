"""/ontology: every term that the ontology declares, in words, with an anchor; all code lists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool

from kg.errors import Text
from kg.namespaces import DCT, OWL, RDFS, SH
from kg.serve.pages.addresses import anchor
from kg.serve.pages.labels import last_part
from kg.serve.pages.linked.facts import Facts, facts
from kg.serve.pages.linked.room import room_routes
from kg.serve.pages.linked.terms import (
    DEFINITIONS,
    MATCHES,
    Module,
    about_of,
    code_lists_of,
    label_of,
    modules_of,
)
from kg.serve.pages.linked.usage import usage
from kg.serve.pages.linked.write import SUFFIXES
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.terms import Term
from kg.serve.pages.visit import Visit

_FORMS = ("turtle", "jsonld", "ntriples", "rdfxml", "trig")
_NAMES = ("Turtle", "JSON-LD", "N-Triples", "RDF/XML", "TriG")
FILES = tuple((name, SUFFIXES[form]) for name, form in zip(_NAMES, _FORMS, strict=True))
"""The formats that the pages of rooms offer, with their suffixes."""
_NO_RULES = frozenset(
    SH + name
    for name in (
        *("path", "group", "order", "name", "description", "defaultValue", "message", "severity"),
        *("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "deactivated"),
    )
)
"""What is said of a shape that demands nothing (SHACL sections 2.1 and 2.3.2)."""


def routes(site: Site) -> list[PageRoute]:
    """Return the routes of the ontology."""
    return room_routes(site, "ontology", _values)


class Names:
    """Names, anchors and links of the terms of a page."""

    def __init__(self, site: Site, visit: Visit, known: Facts, shown: Iterable[str]) -> None:
        """Link to the terms `shown` on the page itself, to others where they are."""
        self._site = site
        self._visit = visit
        self._facts = known
        self._anchors: dict[str, str] = {}
        used: set[str] = set()
        for iri in sorted(shown):
            name = self._anchor(iri)
            self._anchors[iri] = name if name not in used else iri
            used.add(self._anchors[iri])

    def anchor(self, iri: str) -> str:
        """Return the id of a term on its page; no two on this page have the same."""
        return self._anchors.get(iri) or self._anchor(iri)

    def _anchor(self, iri: str) -> str:
        return anchor(iri, self._site.project.base, self._site.project.prefixes)

    def link(self, iri: str) -> str:
        """Return a link to a term: on this page, on that of the terms, or to its document."""
        if iri in self._anchors:
            return "#" + quote(self._anchors[iri], safe=":@!$&'()*+,;=-._~/?")
        return self._visit.see(iri)

    def name(self, iri: str) -> str:
        """Return the name of a term: in words if the ontology has them, else prefix:name."""
        subject = Term("iri", iri)
        if subject in self._facts.about:
            return label_of(self._facts, subject).to(self._visit.lang)
        return self.short(iri)

    def short(self, iri: str) -> str:
        """Return prefix:name, or the IRI."""
        return anchor(iri, "\0", self._site.project.prefixes)


async def _values(site: Site, visit: Visit) -> Callable[[], Mapping[str, Any]]:
    known = await facts(site, visit, "ontology")
    shapes = await facts(site, visit, "shapes")
    modules = await run_in_threadpool(modules_of, known, site.project.base)
    entries = [entry for module in modules for entry in module.entries]
    used = await usage(site, visit, (one.iri for one in entries if one.is_class))
    labels = await site.labels(visit, used.examples.values())

    def made() -> Mapping[str, Any]:
        names = Names(site, visit, known, (one.iri for one in entries))
        return {
            **_about(site, known),
            "modules": modules,
            "lists": code_lists_of(known),
            "alignments": _alignments(known, modules),
            "names": names,
            "usage": used,
            "labels": labels,
            "shapes": shapes_of_terms(shapes),
            "other": "en" if visit.lang == "de" else "de",
            "files": FILES,
        }

    return made


def _about(site: Site, known: Facts) -> Mapping[str, Any]:
    """Return what the ontology says of itself."""
    subject = about_of(known)
    title = site.project.title
    return {
        "title": label_of(known, subject) if subject else Text(title, title),
        "about": known.text(subject, *DEFINITIONS) if subject else Text("", ""),
        "ontology": subject.value if subject else "",
        "released": _version(known, subject),
    }


def _version(known: Facts, subject: Term | None) -> str:
    found = known.value(subject, f"{OWL}versionInfo") if subject else None
    return found.value if found else ""


def _alignments(known: Facts, modules: Iterable[Module]) -> list[Mapping[str, Any]]:
    """Return the graphs that map terms to other vocabularies, with their pairs."""
    declaring = {module.graph for module in modules}
    pairs: dict[str, list[tuple[str, str, str]]] = {}
    titles: dict[str, Term] = {}
    wanted = (*MATCHES, f"{OWL}equivalentClass", f"{OWL}equivalentProperty")
    others = ("subClassOf", "subPropertyOf")
    for one in known.statements:
        if one.graph in declaring or not one.subject.is_iri:
            continue
        if one.object.value == f"{OWL}Ontology":
            titles[one.graph] = one.subject
        elif one.object.is_iri and (one.predicate in wanted or one.predicate.endswith(others)):
            pair = (one.subject.value, one.predicate, one.object.value)
            pairs.setdefault(one.graph, []).append(pair)
    return [
        {
            "iri": titles[graph].value,
            "title": label_of(known, titles[graph]),
            "about": known.text(titles[graph], f"{DCT}description"),
            "pairs": sorted(found),
        }
        for graph, found in pairs.items()
        if graph in titles
    ]


def has_rules(known: Facts, shape: Term) -> bool:
    """Return whether a shape demands anything, and does not only order what pages show."""
    for predicate, values in known.about.get(shape, {}).items():
        if predicate == f"{SH}property":
            if any(has_rules(known, value) for value in values):
                return True
        elif predicate.startswith(SH) and predicate not in _NO_RULES:
            return True
    return False


def shape_name(known: Facts, shape: Term) -> Text:
    """Return what a shape calls itself, in words if it has some."""
    found = known.text(shape, f"{SH}description", f"{SH}name", f"{RDFS}label", f"{RDFS}comment")
    name = last_part(shape.value)
    return Text(found.de.rstrip(".") or name, found.en.rstrip(".") or name)


def shapes_of_terms(known: Facts) -> Mapping[str, list[tuple[str, Text]]]:
    """Return the shapes that speak of each term, with their names, by the IRI of the term."""
    found: dict[str, dict[str, None]] = {}
    for shape in known.of_type(f"{SH}NodeShape", f"{SH}PropertyShape"):
        waiting, seen = [shape] if shape.is_iri and has_rules(known, shape) else [], set()
        while waiting:
            subject = waiting.pop()
            seen.add(subject)
            for values in known.about.get(subject, {}).values():
                for value in values:
                    if value.is_iri and not value.value.startswith(SH):
                        found.setdefault(value.value, {})[shape.value] = None
                    elif value.kind == "bnode" and value not in seen:
                        waiting.append(value)
    return {
        term: [(shape, shape_name(known, Term("iri", shape))) for shape in sorted(shapes)]
        for term, shapes in found.items()
    }
