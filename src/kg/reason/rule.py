"""What a rule is: patterns that must match, conditions, what must not match, and what follows.

Rules of OWL 2 RL/RDF (`kg.reason.owl_rules`) and rule files (`kg.reason.rule_files`) have this
one form. A term is a string: `?name` is a variable, anything else the N-Triples form of an IRI,
a blank node or a literal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kg.errors import Place, Text


def is_variable(term: str) -> bool:
    """Return whether `term` is a variable."""
    return term.startswith("?")


@dataclass(frozen=True, slots=True)
class Pattern:
    """A triple pattern."""

    subject: str
    predicate: str
    object: str

    def terms(self) -> tuple[str, str, str]:
        """Return subject, predicate and object."""
        return self.subject, self.predicate, self.object

    def variables(self) -> frozenset[str]:
        """Return the variables of the pattern."""
        return frozenset(term for term in self.terms() if is_variable(term))


@dataclass(frozen=True, slots=True)
class Expression:
    """A SPARQL expression: `operator` applied to `arguments`.

    Operators are written as in SPARQL, functions in upper case: "=", "!=", "<", "&&", "!", "IN",
    "STR", "CONCAT" ... A leaf has the operator "term" and one argument, a variable or a term.
    """

    operator: str
    arguments: tuple[Expression | str, ...]

    def variables(self) -> frozenset[str]:
        """Return the variables of the expression."""
        found: set[str] = set()
        for argument in self.arguments:
            if isinstance(argument, Expression):
                found |= argument.variables()
            elif is_variable(argument):
                found.add(argument)
        return frozenset(found)

    def compares_terms(self) -> bool:
        """Return whether it is `!=` or sameTerm of two variables as they are."""
        return self.operator in ("!=", "sameTerm") and all(
            (argument.operator == "term" and is_variable(str(argument.arguments[0])))
            if isinstance(argument, Expression)
            else is_variable(argument)
            for argument in self.arguments
        )


@dataclass(frozen=True, slots=True)
class Assignment:
    """BIND: `variable` gets the value of `expression`; an error leaves no solution."""

    variable: str
    expression: Expression


@dataclass(frozen=True, slots=True)
class Group:
    """Patterns, conditions and assignments that hold together."""

    patterns: tuple[Pattern, ...]
    conditions: tuple[Expression, ...] = ()
    assignments: tuple[Assignment, ...] = ()


@dataclass(frozen=True, slots=True)
class Members:
    """The members of the RDF list `start`, and how a rule speaks of them.

    `each`: the rule holds for every member, named by `item`. `all`: the patterns of `repeated`
    hold for all members, one copy for each, with `item` and the variables of `fresh` renamed in
    each copy. `pair`: the rule holds for every two members at different places, named by `item`
    and `other`. `chain`: the members are properties that lead, one after the other, from the
    variable `fresh[0]` to the variable `fresh[1]`.
    """

    start: str
    kind: Literal["each", "all", "pair", "chain"]
    item: str
    other: str = ""
    repeated: tuple[Pattern, ...] = ()
    fresh: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. Without `head` it concludes "false": what matches `body` is a contradiction.

    A rule is run once for every value of the variables `fixed` and of those that stand for a
    predicate. A rule that is `implied` adds nothing to what the others infer, but it explains
    shorter. `text` is the SPARQL source of a rule file; `name` is unique among these.
    """

    name: str
    body: Group
    head: tuple[Pattern, ...]
    unless: tuple[Group, ...] = ()
    members: Members | None = None
    fixed: frozenset[str] = frozenset()
    implied: bool = False
    about: Text = field(default_factory=lambda: Text(de="", en=""))
    place: Place | None = None
    text: str = ""
