"""The JSON-LD context of a version: short keys for the terms of its ontology (JSON-LD 1.1, 4.1).

A key is the local name of a term. Where several terms have it, one of the project's own goes
before others; of equals each has prefix:name. Prefixes are those of the project.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from kg.namespaces import DCT, OWL, PROV, RDF, RDFS, SKOS, VOID, XSD

FOAF = "http://xmlns.com/foaf/0.1/"
KEYWORDS = MappingProxyType({"id": "@id", "type": "@type"})
"""The keys that stand for keywords of JSON-LD."""
LANGUAGE, IRI = "@language", "@id"
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?\Z")
_ENDS = re.compile(r"[:/?#\[\]@]\Z")
_NATIVE = (XSD + "string", XSD + "integer", XSD + "boolean")
"""Datatypes whose values JSON writes by itself."""
_IN_LANGUAGES = frozenset(
    (
        *(f"{RDFS}{name}" for name in ("label", "comment")),
        *(f"{SKOS}{name}" for name in ("prefLabel", "altLabel", "hiddenLabel", "definition")),
        *(f"{SKOS}{name}" for name in ("note", "scopeNote", "editorialNote", "example")),
        *(f"{DCT}{name}" for name in ("title", "description", "abstract")),
    )
)
_ALWAYS = MappingProxyType(
    {
        f"{RDFS}label": LANGUAGE,
        f"{RDFS}comment": LANGUAGE,
        f"{RDFS}seeAlso": IRI,
        f"{SKOS}prefLabel": LANGUAGE,
        f"{DCT}title": LANGUAGE,
        f"{DCT}license": IRI,
        f"{DCT}isReplacedBy": IRI,
        f"{FOAF}Document": "",
        f"{FOAF}primaryTopic": IRI,
        f"{VOID}inDataset": IRI,
        f"{VOID}dataDump": IRI,
        f"{PROV}wasDerivedFrom": IRI,
        f"{PROV}generatedAtTime": XSD + "dateTime",
    }
)
"""Terms that documents use in any project, with their coercion."""


@dataclass(frozen=True)
class Declared:
    """A class or property as the ontology declares it: IRIs of its types and ranges."""

    iri: str
    types: frozenset[str]
    ranges: frozenset[str]


@dataclass(frozen=True)
class Context:
    """Keys and prefixes. `coercions` is by IRI: @id, @language, a datatype, or nothing.

    Both `prefixes` and `keys` are names to IRIs; no name is in both.
    """

    prefixes: Mapping[str, str]
    keys: Mapping[str, str]
    coercions: Mapping[str, str]
    by_iri: Mapping[str, str] = field(init=False)

    def __post_init__(self) -> None:
        """Know the key of each term."""
        object.__setattr__(self, "by_iri", {iri: key for key, iri in self.keys.items()})

    def compact(self, iri: str, without: Iterable[str] = ()) -> tuple[str, str] | None:
        """Return a compact IRI and its prefix, None where no prefix but those `without` fits."""
        best = ""
        for prefix, space in self.prefixes.items():
            longest = len(self.prefixes[best]) if best else 0
            fits = iri.startswith(space) and len(space) > longest
            if fits and prefix not in without and _LOCAL.match(iri, len(space)):
                best = prefix
        return (f"{best}:{iri[len(self.prefixes[best]) :]}", best) if best else None

    def document(self, keys: Iterable[str], prefixes: Iterable[str]) -> dict[str, Any]:
        """Return the value of @context with these keys and prefixes only."""
        entries: dict[str, Any] = {"@version": 1.1, **KEYWORDS}
        for prefix in sorted(set(prefixes)):
            space = self.prefixes[prefix]
            entries[prefix] = space if _ENDS.search(space) else {"@id": space, "@prefix": True}
        for key in sorted(set(keys)):
            entries[key] = _definition(self.keys[key], self.coercions.get(self.keys[key], ""))
        return entries

    def whole(self) -> dict[str, Any]:
        """Return the context as it is published."""
        return {"@context": self.document(self.keys, self.prefixes)}


def context_of(declared: Iterable[Declared], prefixes: Mapping[str, str], base: str) -> Context:
    """Return the context for the terms of an ontology; those below `base` are its own."""
    coercions = {**_ALWAYS, **{term.iri: _coercion(term) for term in declared}}
    usable = {prefix: space for prefix, space in prefixes.items() if _KEY.match(prefix)}
    reserved = {*usable, *KEYWORDS}
    by_name: dict[str, list[str]] = {}
    for iri in sorted(coercions):
        by_name.setdefault(_local(iri), []).append(iri)
    keys: dict[str, str] = {}
    for name, iris in by_name.items():
        own = [iri for iri in iris if iri.startswith(base)]
        chosen = own if len(own) == 1 else iris if len(iris) == 1 else []
        is_short = bool(chosen and _KEY.match(name) and name not in reserved)
        keys |= {name: chosen[0]} if is_short else {}
        for iri in iris:
            if not is_short or iri != chosen[0]:
                key = _prefixed(iri, usable)
                keys |= {key: iri} if key else {}
    return Context(MappingProxyType(usable), MappingProxyType(keys), MappingProxyType(coercions))


def _definition(iri: str, coercion: str) -> str | dict[str, str]:
    if not coercion:
        return iri
    if coercion == LANGUAGE:
        return {"@id": iri, "@container": LANGUAGE}
    return {"@id": iri, "@type": coercion}


def _coercion(term: Declared) -> str:
    if f"{RDF}langString" in term.ranges or term.iri in _IN_LANGUAGES:
        return LANGUAGE
    if f"{OWL}ObjectProperty" in term.types:
        return IRI
    if len(term.ranges) == 1:
        (found,) = term.ranges
        is_plain = found in _NATIVE or not found.startswith(XSD)
        return "" if is_plain else found
    return _ALWAYS.get(term.iri, "")


def _local(iri: str) -> str:
    return re.split(r"[/#:]", iri)[-1]


def _prefixed(iri: str, prefixes: Mapping[str, str]) -> str | None:
    found = Context(prefixes, {}, {}).compact(iri)
    return found[0] if found else None
