"""A shape becomes a look-up, if its text is surely one: a small part of SPARQL's grammar.

    (PREFIX name: <iri>)* SELECT DISTINCT? (variables | *) WHERE?
    { triples and FILTERs, then OPTIONAL { triples and FILTERs } any number of times }
    (LIMIT number)?

with triples of variables, IRIs and literals (SPARQL 1.1 Query, section 19.8, rules 75 to 83), and
filters on the language of a variable: LANG(?v) = "de" and LANGMATCHES(LANG(?v), "de"). Whatever
else the text has, or might have, makes it none: it is then read by Oxigraph, faults and all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from kg.namespaces import ABSOLUTE_IRI, RDF_TYPE
from kg.publish.look_ups.lexemes import Lexeme, NoLookUp, lexemes_of
from kg.publish.look_ups.shape import Shape
from kg.rdf.sparql_text import star_of

_INTEGER = NamedNode("http://www.w3.org/2001/XMLSchema#integer")
_DIGITS = 9
_MOST = 32
"""Patterns and filters that a look-up has at most, taken together."""


class Fixed(NamedTuple):
    """A term that all queries of the shape have."""

    node: NamedNode | Literal


class Given(NamedTuple):
    """A term of the text by its number: an IRI, or a literal with a language or a datatype.

    The datatype is a NamedNode or the number of another term.
    """

    number: int
    language: str | None = None
    datatype: NamedNode | int | None = None
    is_iri: bool = False


class Variable(NamedTuple):
    """A variable by its place in a solution."""

    place: int


Slot = Fixed | Given | Variable


class Pattern(NamedTuple):
    """A triple pattern."""

    subject: Slot
    predicate: Slot
    object: Slot

    def variables(self) -> set[int]:
        """Return the places of its variables."""
        return {slot.place for slot in self if isinstance(slot, Variable)}


class Filter(NamedTuple):
    """A condition on the language of a variable; `matches` as LANGMATCHES, else equality.

    `wanted` is the number of a string among the terms.
    """

    place: int
    wanted: int
    matches: bool


@dataclass
class Group:
    """What stands between two braces, but for OPTIONAL."""

    patterns: list[Pattern] = field(default_factory=list)
    filters: list[Filter] = field(default_factory=list)

    def variables(self) -> set[int]:
        """Return the places of the variables of its patterns."""
        return set().union(*(pattern.variables() for pattern in self.patterns))


@dataclass
class LookUp:
    """What a shape asks for; `chosen` are the names and places of its columns."""

    required: Group = field(default_factory=Group)
    optional: list[Group] = field(default_factory=list)
    chosen: list[tuple[str, int]] = field(default_factory=list)
    width: int = 0
    distinct: bool = False
    limit: int | None = None


def look_up_of(shape: Shape, prefixes: Mapping[str, str]) -> LookUp | None:
    """Return what the texts of a shape ask for, None when they are not surely look-ups.

    `prefixes` are those that a text without its own may use.
    """
    if "*" in shape.head and star_of(shape.head) is None:
        return None  # its columns would have another order: see kg.publish.store
    try:
        return _Reader(lexemes_of(shape), prefixes).read()
    except (NoLookUp, ValueError):  # an IRI that is none
        return None


class _Reader:
    """Reads the lexemes of one text."""

    def __init__(self, lexemes: list[Lexeme], prefixes: Mapping[str, str]) -> None:
        self._rest = lexemes[::-1]
        self._known = prefixes
        self._own: dict[str, str] = {}
        self._places: dict[str, int] = {}
        self._parts = 0
        self._found = LookUp()

    def read(self) -> LookUp:
        """Return the look-up; raises NoLookUp when it is none."""
        found = self._found
        while self._took_word("PREFIX"):
            self._prefix()
        if not self._took_word("SELECT"):
            raise NoLookUp
        found.distinct = self._took_word("DISTINCT")
        names = self._columns()
        self._took_word("WHERE")
        self._group(found.required, is_outer=True)
        if self._took_word("LIMIT"):
            found.limit = _small(self._take("number").text)
        if self._rest or not found.required.patterns:
            raise NoLookUp
        found.width = len(self._places)
        if not all(name in self._places for name in names):
            raise NoLookUp
        found.chosen = [(name, self._places[name]) for name in names or self._places]
        _check(found)
        return found

    # Lexemes

    def _next_is(self, kind: str, text: str = "") -> bool:
        last = self._rest[-1] if self._rest else None
        return last is not None and last.kind == kind and (not text or last.text == text)

    def _take(self, kind: str, text: str = "") -> Lexeme:
        if not self._next_is(kind, text):
            raise NoLookUp
        return self._rest.pop()

    def _took(self, mark: str) -> bool:
        return self._next_is("mark", mark) and bool(self._rest.pop())

    def _took_word(self, word: str) -> bool:
        is_there = self._next_is("word") and self._rest[-1].text.upper() == word
        return is_there and bool(self._rest.pop())

    # The grammar

    def _prefix(self) -> None:
        name = self._take("name").text
        iri = self._take("iri")
        if not name.endswith(":") or iri.number >= 0:
            raise NoLookUp
        self._own[name[:-1]] = NamedNode(absolute(iri.text[1:-1])).value

    def _columns(self) -> list[str]:
        if self._took("*"):
            return []
        names = []
        while self._next_is("variable"):
            names.append(self._rest.pop().text[1:])
        if not names or len(set(names)) < len(names):
            raise NoLookUp
        return names

    def _group(self, group: Group, *, is_outer: bool) -> None:
        self._take("mark", "{")
        may_be_triples = True
        while not self._took("}"):
            if self._took_word("FILTER"):
                self._count()
                group.filters.append(self._filter())
            elif is_outer and self._took_word("OPTIONAL"):
                part = Group()
                self._group(part, is_outer=False)
                self._found.optional.append(part)
            elif may_be_triples and not (is_outer and self._found.optional):
                self._same_subject(group)
                may_be_triples = self._took(".")
                continue
            else:
                raise NoLookUp
            self._took(".")
            may_be_triples = True

    def _same_subject(self, group: Group) -> None:
        subject = self._slot()
        if not isinstance(subject, Variable) and not _is_iri(subject):
            raise NoLookUp
        self._properties(group, subject)
        while self._took(";"):
            if self._next_is("variable") or self._begins_iri() or self._next_is("word", "a"):
                self._properties(group, subject)

    def _properties(self, group: Group, subject: Slot) -> None:
        predicate: Slot
        if self._next_is("word", "a"):
            self._rest.pop()
            predicate = Fixed(NamedNode(RDF_TYPE))
        else:
            predicate = self._slot()
        if not isinstance(predicate, Variable) and not _is_iri(predicate):
            raise NoLookUp
        is_next = True
        while is_next:
            self._count()
            group.patterns.append(Pattern(subject, predicate, self._slot()))
            is_next = self._took(",")

    def _count(self) -> None:
        self._parts += 1
        if self._parts > _MOST:
            raise NoLookUp

    def _begins_iri(self) -> bool:
        return self._next_is("iri") or self._next_is("name")

    def _slot(self) -> Slot:
        if self._next_is("variable"):
            return Variable(self._place(self._rest.pop().text[1:]))
        if self._next_is("number"):
            return Fixed(Literal(self._rest.pop().text, datatype=_INTEGER))
        if self._next_is("string"):
            return self._literal(self._given("string"))
        return self._iri()

    def _iri(self) -> Fixed | Given:
        if self._next_is("iri"):
            return Given(self._given("iri"), is_iri=True)
        prefix, _, local = self._take("name").text.partition(":")
        namespace = self._own.get(prefix, self._known.get(prefix))
        if namespace is None:
            raise NoLookUp
        return Fixed(NamedNode(absolute(namespace + local)))

    def _given(self, kind: str) -> int:
        lexeme = self._take(kind)
        if lexeme.number < 0:
            raise NoLookUp
        return lexeme.number

    def _literal(self, number: int) -> Given:
        if not (self._rest and self._rest[-1].follows):
            return Given(number)
        if self._next_is("tag"):
            return Given(number, language=self._rest.pop().text[1:])
        if self._took("^^"):
            datatype = self._iri()
            if isinstance(datatype, Given):
                return Given(number, datatype=datatype.number)
            assert isinstance(datatype.node, NamedNode)
            return Given(number, datatype=datatype.node)
        return Given(number)

    def _filter(self) -> Filter:
        is_bracketed = self._took("(")
        matches = self._took_word("LANGMATCHES")
        if matches:
            self._take("mark", "(")
        if not (is_bracketed or matches) or not self._took_word("LANG"):
            raise NoLookUp
        self._take("mark", "(")
        name = self._take("variable").text[1:]
        self._take("mark", ")")
        self._take("mark", "," if matches else "=")
        wanted = self._given("string")
        for _ in range(is_bracketed + matches):
            self._take("mark", ")")
        return Filter(self._place(name), wanted, matches)

    def _place(self, name: str) -> int:
        return self._places.setdefault(name, len(self._places))


def absolute(iri: str) -> str:
    """Return an IRI that means the same whatever it is resolved against; raises ValueError."""
    if not ABSOLUTE_IRI.match(iri) or "/." in iri:
        raise ValueError(iri)
    return iri


def _small(number: str) -> int:
    """Return a number that any parser reads; raises NoLookUp."""
    if len(number) > _DIGITS:
        raise NoLookUp
    return int(number)


def _is_iri(slot: Slot) -> bool:
    return (isinstance(slot, Given) and slot.is_iri) or (
        isinstance(slot, Fixed) and isinstance(slot.node, NamedNode)
    )


def _check(found: LookUp) -> None:
    """Raise NoLookUp where the order of the groups, or a variable without a value, would matter."""
    bound = found.required.variables()
    seen = set(bound)
    for group in found.optional:
        own = group.variables()
        if not group.patterns or (own - bound) & seen:
            raise NoLookUp
        if any(each.place not in own | bound for each in group.filters):
            raise NoLookUp
        seen |= own
    if any(each.place not in bound for each in found.required.filters):
        raise NoLookUp
    if any(place not in seen for _, place in found.chosen):
        raise NoLookUp
