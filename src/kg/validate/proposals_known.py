"""What proposals are made of: the terms, the names of things and the values of the data graph."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np

from kg.errors import LANGUAGES, Text
from kg.namespaces import DCT, OWL, RDFS, SH, SKOS, XSD, shorten
from kg.rdf import literals
from kg.rdf.dataset import Source
from kg.rdf.dictionary import IRI, LITERAL
from kg.rdf.late import Late
from kg.reason.arrays import EMPTY, Ints, gather, seconds
from kg.validate.graph import Graph
from kg.validate.proposals_expected import Expected, expected, shapes_for
from kg.validate.proposals_given import Given
from kg.validate.proposals_near import Names
from kg.validate.report import Result
from kg.validate.shapes import Plan, Shape

LABELS = tuple(
    f"<{iri}>"
    for iri in (
        SKOS + "prefLabel",
        RDFS + "label",
        DCT + "title",
        "https://schema.org/name",
        "http://schema.org/name",
        "http://xmlns.com/foaf/0.1/name",
        SKOS + "altLabel",
        SKOS + "notation",
    )
)
EXAMPLE = f"<{SKOS}example>"
_CLASSES = (OWL + "Class", RDFS + "Class", RDFS + "Datatype")
_BARE = MappingProxyType(
    {
        XSD + "boolean": Late(r"true|false"),
        XSD + "integer": Late(r"[+-]?[0-9]+"),
        XSD + "decimal": Late(r"[+-]?[0-9]*\.[0-9]+"),
    }
)
_MOST = 50_000
_FEW = 5


@dataclass(frozen=True)
class Candidates:
    """Terms that can be meant, with the names that they have in their IRIs and labels.

    The numbers of the names are places in `terms`.
    """

    terms: tuple[str, ...]
    locals: Names
    labels: Names

    @cached_property
    def known(self) -> frozenset[str]:
        """The terms as a set."""
        return frozenset(self.terms)


class Known:
    """What is known when proposals are made; indexes are made once and kept.

    `declared` are the IRIs of declared terms, `plan` the shapes, None when there are none.
    """

    def __init__(
        self,
        graph: Graph,
        *,
        prefixes: Mapping[str, str],
        declared: Iterable[str] = (),
        plan: Plan | None = None,
    ) -> None:
        """Know the data graph `graph`, which includes the ontology."""
        self.graph = graph
        self.given = Given()
        self.plan = plan or Plan((), {})
        self._base = graph
        self._new: dict[Expected, Candidates] = {}
        self._texts: dict[tuple[str, str], str | None] = {}
        self._shapes = {shape.node: shape for shape in self.plan.shapes}
        self.prefixes = prefixes
        self._declared = sorted(declared)
        self._candidates: dict[object, Candidates] = {}
        self._common: dict[tuple[str, bool], list[str]] = {}
        self._wanted: dict[tuple[object, ...], Expected] = {}

    def within(self, graph: Graph, sources: Iterable[Source] = ()) -> Known:
        """Return the same knowledge with the statements of `graph`, such as after a change.

        `sources` are the files that are under check.

        What is usual stays what it was before, so that no large index need be made anew.
        """
        other = Known(graph, prefixes=self.prefixes, plan=self.plan)
        other.given = Given(sources)
        other._base = self._base
        other._declared = self._declared
        other._candidates, other._common = self._candidates, self._common
        other._wanted = self._wanted
        return other

    def short(self, term: str) -> str:
        """Return a term as people write it: prefix:name, <IRI> or a literal."""
        if term.startswith("<"):
            return shorten(term[1:-1], self.prefixes)
        if term.startswith('"') and term.endswith(">"):
            lexical, datatype, _ = literals.split(term)
            if is_bare(lexical, datatype):
                return lexical
            return f"{literals.write(lexical)}^^{shorten(datatype, self.prefixes)}"
        return term

    def shown(self, term: str) -> Text:
        """Return `short(term)` with its label."""
        name, labels = self.short(term), Text(*(self.label(term, lang) or "" for lang in LANGUAGES))
        if not labels.de:
            return Text(de=name, en=name)
        return Text(de=f"{name} ({labels.de})", en=f"{name} ({labels.en})")

    @property
    def published(self) -> Graph:
        """The data graph before the change."""
        return self._base

    def expected(self, result: Result) -> Expected:
        """Return what is expected of the values of the property that a finding speaks of."""
        what = (result.source_shape, result.tree, result.shape)
        if what not in self._wanted:
            self._wanted[what] = expected(shapes_for(result, self.plan))
        return self._wanted[what]

    def expected_anywhere(self, result: Result) -> Expected:
        """Return the same, by all shapes that speak of the property."""
        what = (result.tree,)
        if what not in self._wanted:
            self._wanted[what] = expected(shapes_for(result, self.plan, anywhere=True))
        return self._wanted[what]

    def parameter(self, result: Result, name: str) -> tuple[str, ...]:
        """Return the values of a parameter of the shape of a finding, such as "maxCount"."""
        shape = self.shape(result)
        return shape.parameters.get(SH + name, ()) if shape else ()

    def shape(self, result: Result) -> Shape | None:
        """Return the shape that a finding comes from."""
        return self._shapes.get(result.source_shape or "")

    def label(self, term: str, lang: str = "de") -> str | None:
        """Return a label of an IRI, in `lang` if there is one."""
        if (term, lang) not in self._texts:
            self._texts[term, lang] = self._label(term, lang)
        return self._texts[term, lang]

    def _label(self, term: str, lang: str) -> str | None:
        if not term.startswith("<"):
            return None
        for predicate in LABELS[:6]:
            found = [literals.split(each) for each in self.objects(term, predicate)]
            if found:
                found.sort(key=lambda each: (each.language != lang, each.language, each.lexical))
                return found[0].lexical
        return None

    def objects(self, subject: str, predicate: str) -> list[str]:
        """Return the objects of a statement; literals and IRIs in N-Triples form."""
        number = self.graph.id(subject)
        if number < 0:
            return []
        return self.graph.dictionary.terms(self.graph.objects(number, predicate))

    def declared(self, *, classes: bool) -> Candidates:
        """Return the declared classes, or the other declared terms, which are the properties."""
        if ("declared", classes) not in self._candidates:
            kinds = gather([self._base.instances(f"<{iri}>") for iri in _CLASSES])
            names = set(_terms(self._base, kinds))
            every = (f"<{iri}>" for iri in self._declared)
            terms = tuple(each for each in every if (each in names) == classes)
            self._candidates["declared", classes] = self._index(terms, self._base)
        return self._candidates["declared", classes]

    def candidates(self, wanted: Expected) -> Candidates:
        """Return the terms that fulfil `wanted` as far as that can be listed."""
        what = (wanted.values, wanted.classes, wanted.having)
        if what not in self._candidates:
            terms = wanted.values or _terms(self._base, _listed(wanted, self._base))
            self._candidates[what] = self._index(tuple(terms), self._base)
        return self._candidates[what]

    def new(self, wanted: Expected) -> Candidates:
        """Return those of the candidates that were not there before the change."""
        if wanted not in self._new:
            known = self.candidates(wanted).known
            some = _listed(wanted, self.graph) if self.graph is not self._base else EMPTY
            terms = [each for each in _terms(self.graph, some) if each not in known]
            self._new[wanted] = self._index(tuple(terms), self.graph)
        return self._new[wanted]

    def of_terms(self, terms: Iterable[str]) -> Candidates:
        """Return `terms`, such as the properties that a closed shape allows."""
        what = tuple(terms)
        if what not in self._candidates:
            self._candidates[what] = self._index(what, self._base)
        return self._candidates[what]

    def values(self, predicate: str) -> Candidates:
        """Return the literals that a property has, by their own text."""
        if predicate not in self._candidates:
            objects = self._base.of(predicate).keys(by_object=True)[:_MOST]
            terms = [each for each in _terms(self._base, objects) if each.startswith('"')]
            texts = Names((literals.split(term).lexical, at) for at, term in enumerate(terms))
            self._candidates[predicate] = Candidates(tuple(terms), texts, Names(()))
        return self._candidates[predicate]

    def common(self, predicate: str, *, of_resource: bool) -> list[str]:
        """Return the ten most frequent values of a property: IRIs or literals."""
        key = (predicate, of_resource)
        if key not in self._common:
            ends = self._base.of(predicate).pairs()
            values, counts = np.unique(seconds(ends), return_counts=True)
            fitting = self._base.dictionary.kinds[values] == (IRI if of_resource else LITERAL)
            values, counts = values[fitting], counts[fitting]
            best = values[np.lexsort((values, -counts))[:10]]
            self._common[key] = _terms(self._base, best)
        return self._common[key]

    def holders(self, predicate: str, value: str) -> list[str]:
        """Return the subjects that have a value."""
        number = self.graph.id(value)
        return [] if number < 0 else _terms(self.graph, self.graph.subjects(predicate, number))

    def identifies(self, predicate: str) -> bool:
        """Return whether each value of a property has one subject only, such as a key."""
        values = seconds(self._base.of(predicate).pairs())
        return len(values) > _FEW and len(np.unique(values)) == len(values)

    def pointing(self, value: str) -> list[str]:
        """Return the IRIs of which it is published or said that they have `value` somehow."""
        number = self._base.id(value)
        every = self._base.predicates() if number >= 0 else []
        some = [self._base.relation(each).partners(number, by_object=True) for each in every]
        published = _terms(self._base, gather(some))[:_MOST] if some else []
        return list(dict.fromkeys((*published, *self.given.having(value))))

    def _index(self, terms: tuple[str, ...], graph: Graph) -> Candidates:
        return Candidates(
            terms,
            Names((local(each), at) for at, each in enumerate(terms) if each.startswith("<")),
            Names((*_texts(terms), *_labels(terms, graph))),
        )


def is_bare(lexical: str, datatype: str) -> bool:
    """Return whether Turtle writes a literal without quotation marks; section 2.5.2 of Turtle."""
    pattern = _BARE.get(datatype)
    return pattern is not None and pattern.fullmatch(lexical) is not None


def _terms(graph: Graph, ids: Ints) -> list[str]:
    return graph.dictionary.terms(ids)


def _listed(wanted: Expected, graph: Graph) -> Ints:
    """Return the IRIs that are of the classes and have the values that are wanted."""
    found: Ints | None = None
    if wanted.classes:
        found = gather([graph.instances(cls) for cls in wanted.classes])
    for predicate, value in wanted.having:
        number = graph.id(value)
        some = graph.subjects(predicate, number) if number >= 0 else EMPTY
        both = np.intersect1d(found, some) if found is not None else some
        found = both.astype(np.int64)
    if found is None:
        return EMPTY
    listed: Ints = found[graph.dictionary.kinds[found] == IRI][:_MOST]
    return listed


def _texts(terms: tuple[str, ...]) -> Iterator[tuple[str, int]]:
    for place, term in enumerate(terms):
        if term.startswith('"'):
            yield literals.split(term).lexical, place


def _labels(terms: tuple[str, ...], graph: Graph) -> Iterator[tuple[str, int]]:
    ids = np.array([graph.id(each) for each in terms], np.int64)
    there = np.flatnonzero(ids >= 0)
    for predicate in LABELS:
        which, values = graph.of(predicate).expand(ids[there])
        texts = _terms(graph, values)
        for place, text in zip(there[which].tolist(), texts, strict=True):
            if text.startswith('"'):
                yield literals.split(text).lexical, place


def local(term: str) -> str:
    """Return what stands in an IRI after the last of # / and :."""
    name = term.strip("<>").rstrip("/#:")
    return name[max(name.rfind(sign) for sign in "#/:") + 1 :]
