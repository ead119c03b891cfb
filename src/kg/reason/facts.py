"""What is known: relations of representatives, what was stated, and the terms behind numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from kg.errors import StageError, Text
from kg.namespaces import OWL, RDF, RDFS, XSD
from kg.reason.arrays import EMPTY, Ints, Mask, contained, distinct, firsts, pack, seconds
from kg.reason.equality import Equality
from kg.reason.expressions import evaluate, holds
from kg.reason.matching import Condition
from kg.reason.relation import Relation

MOST_MADE = 16_000_000
"""So many characters of new terms may rules make."""
IRI, BLANK, LITERAL = 0, 1, 2
_BUILT_IN = tuple(f"<{space}" for space in (RDF, RDFS, OWL, XSD))


class Terms(Protocol):
    """The dictionary of terms: `kg.rdf.dictionary.Dictionary`."""

    @property
    def kinds(self) -> NDArray[np.uint8]:
        """The kind of each term: IRI, BLANK or LITERAL."""
        ...

    def __len__(self) -> int:
        """Return the number of terms."""
        ...

    def term(self, id: int) -> str:
        """Return the term of an identifier."""
        ...

    def terms(self, ids: Ints) -> list[str]:
        """Return the terms of several identifiers."""
        ...

    def write(self, ids: Ints) -> bytes:
        """Return the terms of several identifiers as UTF-8, a newline after each."""
        ...

    def starting(self, ids: Ints, start: bytes) -> Mask:
        """Return which of `ids` begin with `start`."""
        ...

    def are_typed(self, ids: Ints) -> Mask:
        """Return which of the literals `ids` are written with a datatype."""
        ...

    def find(self, term: str) -> int | None:
        """Return the identifier of a term."""
        ...

    def add(self, term: str) -> int:
        """Return the identifier of a term, a new one when it has none."""
        ...


class Facts:
    """Relations by predicate.

    `relations` hold representatives; `given` what was stated, as it was stated; `replaced` the
    pairs that were found with other names before these were found to denote one thing.
    """

    def __init__(self, terms: Terms) -> None:
        """Begin without any fact."""
        self.terms = terms
        self.relations: dict[int, Relation] = {}
        self.given: dict[int, Relation] = {}
        self.replaced: dict[int, Relation] = {}
        self.equality = Equality(self._priority)
        self.made = 0

    def state(self, predicates: Ints, subjects: Ints, objects: Ints) -> None:
        """Take over statements as given, each once; before any rule has run."""
        small = len(predicates) and int(predicates.max()) < 1 << 16  # numpy sorts these fastest
        key = predicates.astype(np.uint16) if small else predicates
        order = np.argsort(key, kind="stable")
        predicates = predicates[order]
        pairs = pack(subjects[order], objects[order])
        cuts = [0, *(np.flatnonzero(np.diff(predicates)) + 1).tolist(), len(predicates)]
        for low, high in pairwise(cuts if len(predicates) else []):
            found = pairs[low:high]
            if not (found[1:] > found[:-1]).all():
                found = distinct(found)
            predicate = int(predicates[low])
            self.given[predicate] = Relation(found)

    def begin(self) -> None:
        """Forget everything but what was given."""
        self.relations = {each: Relation(given.pairs()) for each, given in self.given.items()}
        self.replaced = {}
        self.equality = Equality(self._priority)

    def relation(self, predicate: int) -> Relation | None:
        """Return the relation of `predicate`, None when there is none."""
        return self.relations.get(predicate)

    def of(self, predicate: int) -> Relation:
        """Return the relation of `predicate`, made when there is none."""
        found = self.relations.get(predicate)
        if found is None:
            found = self.relations[predicate] = Relation()
        return found

    def known(self, predicate: int, subject: int, value: int) -> bool:
        """Return whether a triple of representatives is known."""
        relation = self.relations.get(predicate)
        return relation is not None and relation.rank(subject, value) >= 0

    def are_plain(self, ids: Ints) -> Mask:
        """Return which of `ids` are IRIs or blank nodes."""
        plain: Mask = self.terms.kinds[ids] != LITERAL
        return plain

    def is_literal(self, one: int) -> bool:
        """Return whether `one` is a literal."""
        return bool(self.terms.kinds[one] == LITERAL)

    def holds(self, condition: Condition, values: Mapping[int, int]) -> bool:
        """Return whether `condition` is true of the terms of `values`."""
        return holds(condition.expression, self._binding(condition, values))

    def value(self, condition: Condition, values: Mapping[int, int]) -> int | None:
        """Return the identifier of the value of an expression, None for an error."""
        term = evaluate(condition.expression, self._binding(condition, values))
        if term is None:
            return None
        known = len(self.terms)
        number = self.terms.add(term)
        if len(self.terms) > known:
            self.made += len(term)
            if self.made > MOST_MADE:
                raise StageError(
                    Text(
                        de="Das Schließen wurde abgebrochen: Eine Regel bildet mit BIND immer "
                        f"neue Werte, zuletzt {term[:40]}.",
                        en="Reasoning was stopped: a rule makes ever new values with BIND, the "
                        f"last one was {term[:40]}.",
                    )
                )
        return self.equality.find(number)

    def stated(self, predicate: int, pairs: Ints) -> Mask:
        """Return which pairs of representatives something stated makes true by itself."""
        if not self.equality:
            relation = self.given.get(predicate)
            return relation.contains(pairs) if relation else np.zeros(len(pairs), bool)
        found = np.zeros(len(pairs), bool)
        for name in self.equality.members(predicate):
            relation = self.given.get(name)
            if relation is None:
                continue
            found |= relation.contains(pairs)
            several = self.equality.representatives()
            mixed = contained(firsts(pairs), several) | contained(seconds(pairs), several)
            for row in np.flatnonzero(mixed & ~found).tolist():
                found[row] = any(
                    relation.rank(subject, value) >= 0
                    for subject in self.equality.members(int(pairs[row]) >> 32)
                    for value in self.equality.members(int(pairs[row]) & 0xFFFFFFFF)
                )
        return found

    def given_with(self, names: Iterable[int]) -> Iterator[tuple[int, Ints]]:
        """Yield the stated pairs in which one of `names` is subject, object or predicate."""
        keys = distinct(np.array(list(names), np.int64))
        for predicate, relation in self.given.items():
            if keys[keys.searchsorted(predicate) % len(keys)] == predicate:
                yield predicate, relation.pairs()
                continue
            which, values = relation.expand(keys)
            found = [pack(keys[which], values)]
            which, subjects = relation.expand(keys, by_object=True)
            found.append(pack(subjects, keys[which]))
            pairs = distinct(np.concatenate(found))
            if len(pairs):
                yield predicate, pairs

    def predicates(self) -> Ints:
        """Return the predicates that have triples."""
        used = [predicate for predicate, relation in self.relations.items() if len(relation)]
        return np.array(sorted(used), np.int64) if used else EMPTY

    def _binding(self, condition: Condition, values: Mapping[int, int]) -> dict[str, str]:
        return {name: self.terms.term(values[number]) for name, number in condition.variables}

    def _priority(self, one: int) -> tuple[int, str]:
        """Order the members of a class: terms of RDF and OWL, literals, IRIs, blank nodes."""
        term = self.terms.term(one)
        if term.startswith(_BUILT_IN):
            return 0, term
        return {LITERAL: 1, IRI: 2}.get(int(self.terms.kinds[one]), 3), term
