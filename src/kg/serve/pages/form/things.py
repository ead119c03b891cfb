"""Other resources in forms: the lists that one chooses from, and what a typed name means."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import normalize

from starlette.concurrency import run_in_threadpool

from kg.errors import StageError, UsageError
from kg.namespaces import RDF_TYPE, SKOS, shorten
from kg.publish.search.hits import Hit, Sought, search
from kg.publish.search.settings import SearchSettings
from kg.rdf.term_input import read_term
from kg.serve.pages.form.shapes import Field
from kg.serve.pages.search.changes import SearchLayers
from kg.serve.pages.search.view import Names, line_of
from kg.serve.pages.site import Site
from kg.serve.pages.terms import Row, iri, literal
from kg.serve.pages.visit import Visit

FEW = 40
"""Of a class with so many members at most one chooses from a list."""
MEANT = 8
_LOOKED = 200


@dataclass(frozen=True)
class Option:
    """A resource one can choose: its IRI, the name that is typed for it, its label and kind."""

    iri: str
    short: str
    label: str
    kind: str = ""

    @property
    def shown(self) -> str:
        """The label with what tells it apart."""
        return f"{self.label} ({self.kind})" if self.kind else self.label


@dataclass(frozen=True)
class Things:
    """Finds resources for one site."""

    site: Site
    layers: SearchLayers
    settings: SearchSettings

    async def lists(self, visit: Visit, fields: Iterable[Field]) -> Mapping[str, list[Option]]:
        """Return what one chooses from, by the IRI of the property; large classes have no list."""
        asked = {each.iri: each for each in fields if each.kind in ("choice", "thing")}
        parts = [_part(name, field) for name, field in asked.items()]
        rows = (
            await self.site.rows(visit, f"SELECT * WHERE {{ {' UNION '.join(parts)} }}")
            if parts
            else []
        )
        found: dict[str, list[str]] = {}
        for row in rows:
            found.setdefault(row["at"].value, []).append(row["x"].value)
        few = {
            name: things
            for name, things in found.items()
            if asked[name].kind == "choice" or len(things) <= FEW
        }
        options = await self.options(visit, (one for things in few.values() for one in things))
        return {
            name: sorted((options[one] for one in things), key=lambda each: each.label.casefold())
            for name, things in few.items()
        }

    async def options(self, visit: Visit, names: Iterable[str]) -> dict[str, Option]:
        """Return resources as one chooses them."""
        wanted = list(dict.fromkeys(names))
        labels = await self.site.labels(visit, wanted)
        prefixes = self.site.project.prefixes
        return {name: Option(name, shorten(name, prefixes), labels.of(name)) for name in wanted}

    async def described(self, visit: Visit, names: Iterable[str]) -> set[str]:
        """Return those of the IRIs of which the graph says anything."""
        asked = " ".join(iri(name) for name in dict.fromkeys(names))
        if not asked:
            return set()
        query = (
            f"SELECT DISTINCT ?x WHERE {{ VALUES ?x {{ {asked} }} FILTER EXISTS {{ ?x ?p ?o }} }}"
        )
        return {row["x"].value for row in await self.site.rows(visit, query)}

    def typed(self, text: str) -> str | None:
        """Return the IRI that was typed: in full, in brackets, or with a prefix."""
        try:
            term = read_term(text, self.site.project.prefixes)
        except UsageError:
            return None
        return term[1:-1] if term.startswith("<") else None

    async def meant(
        self, visit: Visit, text: str, classes: Sequence[str]
    ) -> tuple[Option | None, list[Option]]:
        """Return what a name or key means, if it is clear, else what it may mean."""
        try:
            hits, exact = await self._sought(visit, text, classes)
        except (StageError, sqlite3.Error):
            found = await self._called(visit, text, classes)
            return (found[0], []) if len(found) == 1 else (None, found)
        names = Names(visit, await self.site.vocabulary(visit))
        options = [self._option(hit, names) for hit in hits]
        if exact and options and is_written(text, options[0].label):
            return options[0], []
        return None, options

    async def _sought(
        self, visit: Visit, text: str, classes: Sequence[str]
    ) -> tuple[list[Hit], bool]:
        layers = await self.layers.of(visit)
        hits: list[Hit] = []
        exact = 0
        for kind in classes or ("",):
            sought = Sought(text[:200], kind, limit=MEANT)
            found = await run_in_threadpool(search, layers, sought, self.settings.pass_over)
            hits = [*found.hits, *hits] if found.exact else [*hits, *found.hits]
            exact += found.exact
        return hits[:MEANT], exact == 1

    def _option(self, hit: Hit, names: Names) -> Option:
        line = line_of(hit, names)
        about = ", ".join(filter(None, (line.kind, line.place, line.note)))
        short = shorten(line.iri, self.site.project.prefixes)
        return Option(line.iri, short, line.label.value, about)

    async def _called(self, visit: Visit, text: str, classes: Sequence[str]) -> list[Option]:
        """Return what has exactly this name or key, where there is no index."""
        labels = " ".join(literal(text[:200], lang) for lang in ("", "de", "en"))
        kinds = " ".join(map(iri, classes))
        of_class = f"FILTER EXISTS {{ VALUES ?kind {{ {kinds} }} ?x a ?kind }}" if classes else ""
        query = (
            "SELECT DISTINCT ?x WHERE { { SELECT DISTINCT ?x WHERE { "
            f"VALUES ?label {{ {labels} }} ?x ?name ?label "
            f"FILTER (isIRI(?x)) }} LIMIT {_LOOKED} }} "
            f"{of_class} }} LIMIT {MEANT}"
        )
        rows: list[Row] = await self.site.rows(visit, query)
        found = await self.options(visit, [row["x"].value for row in rows])
        return list(found.values())


def is_written(text: str, label: str) -> bool:
    """Return whether what was found is what was typed, and not a name that is only spelled alike.

    The search takes Lohne for Löhne; a form asks which of them is meant. Keys have digits.
    """
    typed, name = (normalize("NFC", one).casefold().strip() for one in (text, label))
    return any(map(str.isdigit, typed)) or name in typed or typed in name


def _part(name: str, field: Field) -> str:
    """Return the part of a query that finds the values that a field may have."""
    at = f"BIND ({literal(name)} AS ?at)"
    if field.choices:
        asked = " ".join(iri(one) for one in field.choices if ":" in one)
        return f"{{ VALUES ?x {{ {asked} }} {at} }}"
    if field.scheme:
        return f"{{ ?x <{SKOS}inScheme> {iri(field.scheme)} {at} }}"
    kinds = " ".join(map(iri, field.classes))
    return (
        f"{{ {{ SELECT DISTINCT ?x WHERE {{ VALUES ?kind {{ {kinds} }} ?x <{RDF_TYPE}> ?kind "
        f"FILTER (isIRI(?x)) }} LIMIT {FEW + 1} }} {at} }}"
    )
