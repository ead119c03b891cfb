"""A rule with its variables numbered, and the instances that an ontology makes of it.

A template is a rule whose terms are identifiers. An instance has a constant predicate in every
pattern, so that each is looked up in one relation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from kg.reason.matching import Atom, Binding, Body, Condition
from kg.reason.rule import Expression, Group, Members, Pattern, Rule, is_variable

Encode = Callable[[str], int]


@dataclass(frozen=True)
class Link:
    """How things are found equal: all values of `variable` that share those of `shared` are.

    `body` is the half of the rule that speaks of one of the two; `half` are its atoms that do.
    """

    body: Body
    variable: int
    shared: tuple[int, ...]
    half: tuple[Atom, ...]


@dataclass(frozen=True, eq=False)
class Instance:
    """One rule for one part of the ontology.

    `head` is empty for "false". `ground` are the triples (predicate, subject, object) of the
    ontology that made it; `lists` the RDF lists it was made from: start and members.
    """

    rule: Rule
    body: Body
    head: tuple[Atom, ...]
    names: tuple[str, ...]
    ground: tuple[Atom, ...] = ()
    lists: tuple[tuple[int, tuple[int, ...]], ...] = ()
    link: Link | None = None
    implied: bool = False
    distinct: tuple[int, ...] = ()
    """For rules on any two members of a list: these, instead of one instance for each pair."""


@dataclass(frozen=True, eq=False)
class Template:
    """A rule as identifiers and numbered variables; `names` gives the variable -1, -2, ..."""

    rule: Rule
    names: tuple[str, ...]
    body: Body
    head: tuple[Atom, ...]
    fixed: frozenset[int]
    members: MemberTemplate | None = None

    def number(self, name: str) -> int:
        """Return the number of the variable `name`."""
        return -1 - self.names.index(name)


@dataclass(frozen=True)
class MemberTemplate:
    """`Members` of a rule with numbers."""

    kind: str
    start: int
    item: int
    other: int
    repeated: tuple[Atom, ...]
    fresh: tuple[int, ...]


@dataclass
class _Numbers:
    encode: Encode
    names: list[str] = field(default_factory=list)

    def term(self, term: str) -> int:
        if not is_variable(term):
            return self.encode(term)
        if term not in self.names:
            self.names.append(term)
        return -1 - self.names.index(term)

    def atoms(self, patterns: Iterable[Pattern]) -> tuple[Atom, ...]:
        return tuple(
            (self.term(each.predicate), self.term(each.subject), self.term(each.object))
            for each in patterns
        )

    def condition(self, expression: Expression) -> Condition:
        names = sorted(expression.variables())
        return Condition(expression, tuple((name, self.term(name)) for name in names))

    def body(self, group: Group, unless: Iterable[Group] = ()) -> Body:
        return Body(
            atoms=self.atoms(group.patterns),
            conditions=tuple(map(self.condition, group.conditions)),
            bindings=tuple(
                Binding(self.term(each.variable), self.condition(each.expression))
                for each in group.assignments
            ),
            unless=tuple(self.body(each) for each in unless),
        )

    def members(self, members: Members) -> MemberTemplate:
        return MemberTemplate(
            kind=members.kind,
            start=self.term(members.start),
            item=self.term(members.item),
            other=self.term(members.other) if members.other else 0,
            repeated=self.atoms(members.repeated),
            fresh=tuple(self.term(name) for name in members.fresh),
        )


def template(rule: Rule, encode: Encode) -> Template:
    """Return `rule` with numbers; `encode` gives the identifier of a term."""
    numbers = _Numbers(encode)
    body = numbers.body(rule.body, rule.unless)
    head = numbers.atoms(rule.head)
    members = numbers.members(rule.members) if rule.members else None
    fixed = {numbers.term(name) for name in rule.fixed}
    for atom in (*all_atoms(body), *head):
        if atom[0] < 0:
            fixed.add(atom[0])
    if members:
        fixed.add(members.start)
        fixed -= {members.item, members.other}
    return Template(rule, tuple(numbers.names), body, head, frozenset(fixed), members)


def all_atoms(body: Body) -> tuple[Atom, ...]:
    """Return the atoms of `body` and of what must not match."""
    return body.atoms + tuple(atom for group in body.unless for atom in group.atoms)


def substitute_atom(atom: Atom, values: dict[int, int]) -> Atom:
    """Return `atom` with variables replaced by their `values`."""
    predicate, subject, value = atom
    return (
        values.get(predicate, predicate),
        values.get(subject, subject),
        values.get(value, value),
    )


def substitute(body: Body, values: dict[int, int]) -> Body:
    """Return `body` with variables replaced; conditions look constants up by their old number."""
    return Body(
        atoms=tuple(substitute_atom(atom, values) for atom in body.atoms),
        conditions=tuple(_condition(each, values) for each in body.conditions),
        bindings=tuple(
            Binding(each.variable, _condition(each.value, values)) for each in body.bindings
        ),
        unless=tuple(substitute(group, values) for group in body.unless),
    )


def _condition(condition: Condition, values: dict[int, int]) -> Condition:
    variables = tuple((name, values.get(number, number)) for name, number in condition.variables)
    return replace(condition, variables=variables)


def linked(instance: Instance, same: int) -> Instance:
    """Return `instance` with its link, when it finds things equal two by two in one way.

    That is so when its head is `?a owl:sameAs ?b` and its body is the same with ?a and ?b
    exchanged, so that it need not compare each thing with each other.
    """
    if len(instance.head) != 1 or instance.body.bindings or instance.body.unless:
        return instance
    predicate, one, other = instance.head[0]
    atoms = set(instance.body.atoms)
    exchange = {one: other, other: one}
    if (
        predicate != same
        or one >= 0
        or other >= 0
        or instance.body.conditions
        or {substitute_atom(atom, exchange) for atom in atoms} != atoms
        or any(one in atom and other in atom for atom in atoms)
    ):
        return instance
    half = tuple(atom for atom in instance.body.atoms if one in atom)
    kept = tuple(atom for atom in instance.body.atoms if other not in atom)
    elsewhere = {term for atom in half for term in atom if term < 0} - {one}
    return replace(instance, link=Link(Body(kept), one, tuple(sorted(elsewhere)), half))
