"""Names and kinds of resources, for all that a page mentions in one query."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import unquote

from kg.errors import Text
from kg.namespaces import DCT, RDF_TYPE, RDFS, SH, SKOS
from kg.serve.pages.known_terms import KNOWN, twin
from kg.serve.pages.terms import Row, Term, iri, one_of
from kg.serve.pages.vocabulary import Vocabulary
from kg.serve.pages.words import Lang

NAMES = (
    f"{SKOS}prefLabel",
    f"{RDFS}label",
    "https://schema.org/name",
    "http://schema.org/name",
    f"{DCT}title",
    "http://xmlns.com/foaf/0.1/name",
    "http://purl.org/dc/elements/1.1/title",
    f"{SH}name",
)
"""The properties whose value is the name of a thing, the best first."""
_LAST = re.compile(r"[^/#:]+(?=[/#:]*\Z)")
_MOST = 3000


class Labels:
    """Names and stated kinds of some resources, in one language."""

    def __init__(self, rows: Iterable[Row], lang: Lang, vocabulary: Vocabulary) -> None:
        """Take the rows of `labels_query`."""
        self._lang = lang
        self._vocabulary = vocabulary
        self._names: dict[str, dict[str, list[Term]]] = {}
        self._kinds: dict[str, list[str]] = {}
        for row in rows:
            name, value = row["x"].value, row["o"]
            if row["p"].value == RDF_TYPE:
                self._kinds.setdefault(name, []).append(value.value)
            elif value.kind == "literal":
                self._names.setdefault(name, {}).setdefault(row["p"].value, []).append(value)

    def known(self, name: str) -> bool:
        """Return whether the graph names a resource."""
        return name in self._names or self._vocabulary.label(name) is not None

    def term(self, name: str) -> Term:
        """Return the name of a resource with its language."""
        names = self._names.get(name, {})
        for key in NAMES:
            if key in names:
                return best(names[key], self._lang)
        declared = self._declared(name)
        if declared:
            return Term("literal", declared.to(self._lang), self._lang)
        return Term("literal", last_part(name))

    def _declared(self, name: str) -> Text | None:
        """Return the name of a term by the ontology, its twin there, or what everyone knows."""
        other = twin(name)
        return (
            self._vocabulary.label(name)
            or (self._vocabulary.label(other) if other else None)
            or KNOWN.get(name)
        )

    def of(self, name: str) -> str:
        """Return the name of a resource, of the last part of its IRI if it has none."""
        return self.term(name).value

    def kinds(self, name: str) -> list[str]:
        """Return the IRIs of the classes that are stated of a resource, the special ones."""
        return self._vocabulary.most_special(self._kinds.get(name, ()))

    def kind(self, name: str) -> str:
        """Return what a resource is, in a word; empty if nothing is stated."""
        kinds = self.kinds(name)
        return self.of(kinds[0]) if kinds else ""


def best(values: Iterable[Term], lang: Lang) -> Term:
    """Return the value in `lang`, else one without language, else in English, else any.

    `values` are not empty; of several the shortest.
    """

    def rank(value: Term) -> tuple[int, int, str]:
        primary = value.lang.lower().partition("-")[0]
        order = {"": 1, "en": 2, "de": 3, lang: 0}
        return order.get(primary, 4), len(value.value), value.value

    return min(values, key=rank)


def last_part(name: str) -> str:
    """Return the end of an IRI, which people can read."""
    found = _LAST.search(name)
    return unquote(found.group()) if found else name


def labels_query(names: Iterable[str], inferred: str | None) -> str:
    """Return the query for names and stated classes.

    `inferred` is the graph of what follows, None in a store in which nothing does.
    """
    asked = " ".join(iri(name) for name in list(dict.fromkeys(names))[:_MOST])
    properties = one_of("p", NAMES)
    kinds = f"?x <{RDF_TYPE}> ?o"
    if inferred is not None:
        kinds = f"GRAPH ?g {{ {kinds} }} FILTER (?g != {iri(inferred)})"
    return f"""SELECT DISTINCT ?x ?p ?o WHERE {{
  {{ VALUES ?x {{ {asked} }} ?x ?p ?o {properties} }}
  UNION {{ VALUES ?x {{ {asked} }} {kinds} BIND (<{RDF_TYPE}> AS ?p) }}
}}"""
