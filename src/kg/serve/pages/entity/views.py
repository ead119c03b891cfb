"""How shapes order the properties of a class: sh:group, sh:order and sh:name (SHACL 2.3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg.namespaces import RDFS, SH
from kg.serve.pages.terms import Row, iri

_LAST = 1e9


@dataclass(frozen=True)
class Group:
    """Properties that are shown together; the group without IRI takes what has none."""

    iri: str
    order: float
    names: tuple[tuple[str, str], ...] = ()
    """Pairs of language and name."""

    def name(self, lang: str) -> str:
        """Return the name in `lang`, else any."""
        return _in(self.names, lang)


@dataclass(frozen=True)
class Place:
    """Where a property is shown, and under which names if the shapes give any."""

    group: Group
    order: float
    names: tuple[tuple[str, str], ...] = ()

    def name(self, lang: str) -> str:
        """Return the name in `lang`, else any, empty if there is none."""
        return _in(self.names, lang)


REST = Group("", _LAST)
NOWHERE = Place(REST, _LAST)


@dataclass(frozen=True)
class Views:
    """The places of properties by class and path, which is ^IRI for an inverse path."""

    places: Mapping[tuple[str, str], Place]

    def place(self, classes: Iterable[str], path: str) -> Place:
        """Return the place of a property at a thing of `classes`, the special ones first."""
        return next((found for one in classes if (found := self.places.get((one, path)))), NOWHERE)


def views_query(graphs: Iterable[str]) -> str:
    """Return the query for `views_of`; `graphs` are those of the shapes."""
    named = " ".join(map(iri, graphs))
    return f"""SELECT DISTINCT ?class ?path ?order ?own ?group ?name ?rank WHERE {{
  VALUES ?g {{ {named} }} GRAPH ?g {{
    ?shape <{SH}targetClass> ?class ; <{SH}property> ?property .
    ?property <{SH}group> ?group .
    {{ ?property <{SH}path> ?iri . FILTER (isIRI(?iri)) BIND (STR(?iri) AS ?path) }}
    UNION {{ ?property <{SH}path>/<{SH}inversePath> ?iri . BIND (CONCAT("^", STR(?iri)) AS ?path) }}
    OPTIONAL {{ ?property <{SH}order> ?order }}
    OPTIONAL {{ ?property <{SH}name> ?own }}
  }}
  OPTIONAL {{ ?group <{RDFS}label> ?name }}
  OPTIONAL {{ ?group <{SH}order> ?rank }}
}}"""


def views_of(rows: Iterable[Row]) -> Views:
    """Return the places that the rows of `views_query` tell of."""
    names: dict[str, dict[str, str]] = {}
    ranks: dict[str, float] = {}
    own: dict[tuple[str, str], dict[str, str]] = {}
    told: dict[tuple[str, str], tuple[str, float]] = {}
    for row in rows:
        group = row["group"].value
        if "name" in row:
            names.setdefault(group, {})[row["name"].lang] = row["name"].value
        ranks[group] = min(ranks.get(group, _LAST), _number(row, "rank"))
        key = row["class"].value, row["path"].value
        if "own" in row:
            own.setdefault(key, {})[row["own"].lang] = row["own"].value
        told[key] = group, min(told.get(key, ("", _LAST))[1], _number(row, "order"))
    groups = {
        group: Group(group, rank, tuple(sorted(names.get(group, {}).items())))
        for group, rank in ranks.items()
    }
    return Views(
        {
            key: Place(groups[group], order, tuple(sorted(own.get(key, {}).items())))
            for key, (group, order) in told.items()
        }
    )


def _in(names: Iterable[tuple[str, str]], lang: str) -> str:
    known = dict(names)
    return known.get(lang) or known.get("en") or next(iter(known.values()), "")


def _number(row: Row, name: str) -> float:
    try:
        return float(row[name].value)
    except (KeyError, ValueError):
        return _LAST
