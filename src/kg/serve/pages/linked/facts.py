"""All that the ontology or the shapes of a version state, read once: facts by their subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from kg.errors import Text
from kg.namespaces import OWL, RDF, RDF_TYPE, RDFS
from kg.serve.pages.linked.context import Context, Declared, context_of
from kg.serve.pages.linked.statements import Statement
from kg.serve.pages.site import Site
from kg.serve.pages.terms import Row, Term, iri
from kg.serve.pages.visit import Visit

CLASSES = (f"{OWL}Class", f"{RDFS}Class")
PROPERTIES = (
    f"{OWL}ObjectProperty",
    f"{OWL}DatatypeProperty",
    f"{OWL}AnnotationProperty",
    f"{RDF}Property",
)
_NIL = f"{RDF}nil"
_MOST_ITEMS = 1000


@dataclass(frozen=True)
class Facts:
    """The statements of some graphs, and what they say of each subject."""

    statements: tuple[Statement, ...]
    about: Mapping[Term, Mapping[str, tuple[Term, ...]]]

    def values(self, subject: Term, *predicates: str) -> list[Term]:
        """Return the values of some properties of `subject`, each once."""
        facts = self.about.get(subject, {})
        found = (value for predicate in predicates for value in facts.get(predicate, ()))
        return list(dict.fromkeys(found))

    def value(self, subject: Term, predicate: str) -> Term | None:
        """Return a value of a property, None without one."""
        return next(iter(self.values(subject, predicate)), None)

    def text(self, subject: Term, *predicates: str) -> Text:
        """Return the first of the properties that `subject` has, in both languages.

        The other language stands in for one that is missing; both are empty without a text.
        """
        for predicate in predicates:
            found = [one for one in self.values(subject, predicate) if one.kind == "literal"]
            if found:
                return text_of(found)
        return Text("", "")

    def items(self, head: Term) -> list[Term]:
        """Return the members of a list, up to where it is not well-formed."""
        found: list[Term] = []
        while head.value != _NIL and len(found) < _MOST_ITEMS:
            first = self.value(head, f"{RDF}first")
            rest = self.value(head, f"{RDF}rest")
            if first is None or rest is None:
                break
            found.append(first)
            head = rest
        return found

    def of_type(self, *types: str) -> list[Term]:
        """Return the subjects of one of some types, in the order of the graphs."""
        wanted = set(types)
        return [
            subject
            for subject, facts in self.about.items()
            if any(value.value in wanted for value in facts.get(RDF_TYPE, ()))
        ]


def text_of(values: Iterable[Term]) -> Text:
    """Return literals as a text; of several in a language the first by its signs."""
    found: dict[str, str] = {}
    for value in sorted(values, key=lambda one: one.value):
        found.setdefault(value.lang.partition("-")[0].lower(), value.value)
    other = found.get("", next(iter(found.values()), ""))
    english = found.get("en", other)
    return Text(de=found.get("de", english), en=english)


async def facts(site: Site, visit: Visit, room: str) -> Facts:
    """Return what the graphs of a room say, such as "ontology" or "shapes"; read once."""
    prefix = site.project.graph_iri(f"{room}/")

    async def read() -> Facts:
        graphs = sorted(one for one in visit.version.graphs if one.startswith(prefix))
        rows = await site.rows(visit, _query(graphs)) if graphs else []
        return facts_of(_statements(rows))

    return await site.once(visit, f"linked.{room}", read)


def facts_of(statements: Iterable[Statement]) -> Facts:
    """Return statements with what they say of each subject."""
    kept = tuple(statements)
    about: dict[Term, dict[str, dict[Term, None]]] = {}
    for one in kept:
        about.setdefault(one.subject, {}).setdefault(one.predicate, {})[one.object] = None
    frozen = {
        subject: {predicate: tuple(values) for predicate, values in found.items()}
        for subject, found in about.items()
    }
    return Facts(kept, frozen)


async def context(site: Site, visit: Visit) -> Context:
    """Return the JSON-LD context of the version; made once."""

    async def read() -> Context:
        declared = declared_of(await facts(site, visit, "ontology"))
        return context_of(declared, site.project.prefixes, site.project.base)

    return await site.once(visit, "linked.context", read)


def declared_of(found: Facts) -> list[Declared]:
    """Return the classes and properties that the facts declare."""
    return [
        Declared(
            subject.value,
            frozenset(value.value for value in found.values(subject, RDF_TYPE)),
            frozenset(value.value for value in found.values(subject, f"{RDFS}range")),
        )
        for subject in found.of_type(*CLASSES, *PROPERTIES)
        if subject.is_iri
    ]


def _query(graphs: Iterable[str]) -> str:
    named = " ".join(map(iri, graphs))
    return f"SELECT ?g ?s ?p ?o WHERE {{ VALUES ?g {{ {named} }} GRAPH ?g {{ ?s ?p ?o }} }}"


def _statements(rows: Iterable[Row]) -> Iterator[Statement]:
    found = [Statement(row["g"].value, row["s"], row["p"].value, row["o"]) for row in rows]
    yield from sorted(found, key=lambda one: (one.graph, not one.subject.is_iri, *map(str, one)))
