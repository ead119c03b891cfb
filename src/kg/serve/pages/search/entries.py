"""Queries about some subjects, whose rows become their entries in an index of the search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg.namespaces import RDF_TYPE
from kg.publish.search.entries import (
    IDENTIFIER,
    LINKS,
    NAMES,
    NOTATION,
    OTHER_NAMES,
    SUB_CLASS,
    Entry,
    last_part,
)
from kg.publish.search.settings import Path, SearchSettings
from kg.serve.pages.terms import Row, iri

_KEY, _LINKS, _REGION, _PARENT, _STATED = (
    f"urn:kg:{name}" for name in ("key", "links", "region", "parent", "stated")
)
"""What a row tells of a subject besides its own statements."""


@dataclass(frozen=True)
class Told:
    """The rows of `statements_query` and `about_query`, and superclasses of known classes."""

    statements: list[Row]
    about: list[Row]
    classes: Mapping[str, frozenset[str]]


def statements_query(names: Iterable[str], settings: SearchSettings, inferred: str | None) -> str:
    """Return the query for names, keys and classes of some subjects as ?s ?p ?o.

    `inferred` is the graph of what follows, None in a store in which nothing does.
    """
    asked = _values("s", names)
    own = (*NAMES, *OTHER_NAMES, *LINKS, NOTATION, *settings.keys, RDF_TYPE)
    listed = ", ".join(iri(each) for each in dict.fromkeys(own))
    stated = f"GRAPH ?g {{ ?s <{RDF_TYPE}> ?o }} FILTER (?g != {iri(inferred or 'urn:kg:none')})"
    parts = [
        f"{asked} ?s ?p ?o FILTER (?p IN ({listed}))",
        f"{asked} {stated} BIND (<{_STATED}> AS ?p)",
        f"{asked} ?s <{IDENTIFIER}>/<{NOTATION}> ?o BIND (<{_KEY}> AS ?p)",
    ]
    return _union(parts)


def about_query(names: Iterable[str], settings: SearchSettings) -> str:
    """Return the query for what points to some subjects, and where they lie, as ?s ?p ?o."""
    asked = _values("s", names)
    count = f"SELECT ?s (COUNT(*) AS ?o) WHERE {{ {asked} ?x ?y ?s }} GROUP BY ?s"
    parts = [f"{{ {count} }} BIND (<{_LINKS}> AS ?p)"]
    for path in settings.parent:
        parts.append(f"{asked} ?s {_written(path)} ?o BIND (<{_PARENT}> AS ?p)")
    if settings.regions:
        region = f"?o <{RDF_TYPE}> {iri(settings.regions)} . BIND (<{_REGION}> AS ?p)"
        parts += [f"{asked} ?s {_written(path)} ?o . {region}" for path in settings.within]
        parts.append(f"{asked} BIND (?s AS ?o) ?s <{RDF_TYPE}> {iri(settings.regions)} . "
                     f"BIND (<{_REGION}> AS ?p)")  # fmt: skip
    return _union(parts)


def owners_query(identifiers: Iterable[str]) -> str:
    """Return the query for what has some identifiers, as ?s."""
    return f"SELECT DISTINCT ?s WHERE {{ {_values('i', identifiers)} ?s <{IDENTIFIER}> ?i }}"


def labels_query(names: Iterable[str]) -> str:
    """Return the query for names and superclasses of some resources, as ?s ?p ?o."""
    listed = ", ".join(iri(each) for each in (*NAMES, SUB_CLASS))
    return _union([f"{_values('s', names)} ?s ?p ?o FILTER (?p IN ({listed}))"])


def entries_of(told: Told) -> dict[str, Entry]:
    """Return the entries of the subjects that have a name, by their IRIs."""
    rows: dict[str, dict[str, list[tuple[str, str]]]] = {}
    for row in (*told.statements, *told.about):
        if not {"s", "p", "o"} <= row.keys() or not row["s"].is_iri or row["o"].kind == "bnode":
            continue
        own = rows.setdefault(row["s"].value, {})
        own.setdefault(row["p"].value, []).append((row["o"].value, row["o"].lang.lower()))
    found = ((name, _entry(name, own, told.classes)) for name, own in rows.items())
    return {name: entry for name, entry in found if entry}


def _entry(
    name: str,
    own: Mapping[str, list[tuple[str, str]]],
    classes: Mapping[str, frozenset[str]],
) -> Entry | None:
    labels: dict[str, str] = {}
    others: dict[str, None] = {}
    for text, lang in (pair for each in NAMES for pair in sorted(own.get(each, ()))):
        if labels.setdefault(lang, text) != text:
            others[text] = None
    if not labels:
        return None
    others |= dict.fromkeys(text for each in OTHER_NAMES for text, _ in own.get(each, ()))
    texts = {property: sorted({text for text, _ in pairs}) for property, pairs in own.items()}
    stated = texts.get(_STATED) or texts.get(RDF_TYPE, [])
    links = [last_part(text) for each in LINKS for text in texts.get(each, ()) if text != name]
    keyed = (text for each in own if each not in _TOLD for text in texts[each])
    return Entry(
        name,
        labels,
        tuple(others),
        tuple(dict.fromkeys([*keyed, *texts.get(_KEY, ()), *links])),
        max(stated, key=lambda each: len(classes.get(each, ())), default=""),
        tuple(texts.get(_REGION, ())),
        tuple(texts.get(_PARENT, ())),
        int(texts.get(_LINKS, ["0"])[0]),
    )


_TOLD = frozenset((*NAMES, *OTHER_NAMES, *LINKS, RDF_TYPE, _KEY, _LINKS, _REGION, _PARENT, _STATED))
"""All that is no key of a subject."""


def _written(path: Path) -> str:
    return "/".join(f"{'^' if step.inverse else ''}{iri(step.property)}" for step in path)


def _values(variable: str, names: Iterable[str]) -> str:
    return f"VALUES ?{variable} {{ {' '.join(map(iri, names))} }}"


def _union(parts: Iterable[str]) -> str:
    inner = " UNION ".join(f"{{ {part} }}" for part in parts)
    return f"SELECT DISTINCT ?s ?p ?o WHERE {{ {inner} }}"
