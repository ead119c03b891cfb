"""Solutions of a query become rows of results: value, path and messages. SHACL section 5.3.2."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from kg.namespaces import WELL_KNOWN, shorten
from kg.rdf.dictionary import LITERAL
from kg.rdf.literals import split
from kg.rdf.literals import value as value_of
from kg.reason.arrays import EMPTY, Ints
from kg.validate.graph import Graph
from kg.validate.paths import Path, Step
from kg.validate.sparql_constraints import Messages, SparqlCheck
from kg.validate.sparql_identity import REWRITTEN
from kg.validate.sparql_paths import Walk, path_of
from kg.validate.sparql_syntax import Pattern

_PLACEHOLDER = re.compile(r"\{[?$](\w+)\}")
Solution = Mapping[str, str]
"""The bound variables of a solution, terms in N-Triples form by name."""


@dataclass(frozen=True)
class Rows:
    """Results of a check, one a row: the focus node's identifier, value, path and messages."""

    focus: Ints = field(default_factory=lambda: EMPTY)
    value: tuple[str | None, ...] = ()
    path: tuple[Path | None, ...] = ()
    messages: tuple[Messages, ...] = ()

    def __len__(self) -> int:
        """Return the number of results."""
        return len(self.value)

    def take(self, places: Ints) -> Rows:
        """Return the rows of these numbers, which may repeat."""
        chosen = places.tolist()
        return replace(
            self,
            focus=self.focus[places],
            value=tuple(self.value[place] for place in chosen),
            path=tuple(self.path[place] for place in chosen),
            messages=tuple(self.messages[place] for place in chosen),
        )


@dataclass(frozen=True)
class Finding:
    """A result before it is written: its focus node, its value node and its solution.

    `exact` tells that literals have the form of the data.
    """

    focus: int
    value: str | None
    solution: Solution = field(default_factory=dict)
    exact: bool = False


@dataclass(frozen=True)
class Telling:
    """What messages are made of: the `templates` and what is known besides the solution."""

    templates: Messages
    constants: Mapping[str, str]


def rows_of(findings: list[Finding], check: SparqlCheck, telling: Telling, graph: Graph) -> Rows:
    """Return findings as rows; one becomes several for a value that the data spells variously."""
    origin = _origin(check) if findings else None
    made = [
        (finding, value)
        for finding in findings
        for value in _originals(graph, finding, check, origin)
    ]
    paths = (finding.solution.get("path", "") for finding, _ in made)
    return Rows(
        focus=np.array([finding.focus for finding, _ in made], np.int64),
        value=tuple(value for _, value in made),
        path=tuple(Step(path) if path.startswith("<") else None for path in paths),
        messages=tuple(_messages(finding, value, check, telling, graph) for finding, value in made),
    )


def _messages(
    finding: Finding, value: str | None, check: SparqlCheck, telling: Telling, graph: Graph
) -> Messages:
    own = finding.solution.get("message", "")
    if own.startswith('"'):
        lexical, _, language = split(own)
        return ((lexical, language),)
    known = {**telling.constants, **finding.solution, "this": graph.dictionary.term(finding.focus)}
    if value is not None:
        known["value"] = value
    prefixes = {**WELL_KNOWN, **check.prefixes, **check.query.prefixes}

    def fill(match: re.Match[str]) -> str:
        term = known.get(match[1])
        if term is not None:
            return _spoken(term, prefixes)
        return str(check.path) if match[1] == "PATH" and check.path else match.group()

    return tuple((_PLACEHOLDER.sub(fill, text), language) for text, language in telling.templates)


def _spoken(term: str, prefixes: Mapping[str, str]) -> str:
    if term.startswith("<"):
        return shorten(term[1:-1], prefixes)
    return split(term).lexical if term.startswith('"') else term


def _origin(check: SparqlCheck) -> Path | None:
    """Return the path by which the query has ?value from $this, None if that is not plain."""
    tree, prefixes = check.query.tree
    name = "value"
    for item in tree.items:
        inner = [token for token in item.tokens if token.variable]
        if item.alias is not None and item.alias.variable == name and len(inner) == 2:
            name = str(inner[0].variable)
    for element in tree.group.elements:
        if (
            isinstance(element, Pattern)
            and len(element.s) == len(element.o) == 1
            and element.s[0].variable == "this"
            and element.o[0].variable == name
        ):
            return path_of(element.p, prefixes)
    return None


def _originals(
    graph: Graph, finding: Finding, check: SparqlCheck, origin: Path | None
) -> list[str | None]:
    """Return a literal as the data has it, where Oxigraph may give 7 for 007, and for 7 and 007.

    A literal is sought among the values of the focus node: those of the path by which the query
    finds it, else all. One that the query took from elsewhere, or computed, stays as it is.
    """
    term = finding.solution.get("value", finding.value)
    if (
        check.ask
        or finding.exact
        or term is None
        or not term.startswith('"')
        or not term.endswith(">")
    ):
        return [term]
    datatype = split(term).datatype
    if datatype not in REWRITTEN:
        return [term]
    walk = Walk(lambda p, nodes, inverse: graph.of(p).expand(nodes, by_object=inverse))
    start = np.array([finding.focus], np.int64)
    if origin is not None:
        found = walk.along(origin, start)
    else:
        parts = [graph.relation(each).partners(finding.focus) for each in graph.predicates()]
        found = np.unique(np.concatenate(parts)) if parts else EMPTY
    found = found[graph.dictionary.kinds[found] == LITERAL]
    wanted = value_of(term)
    same = [
        other
        for other in graph.dictionary.terms(found)
        if other.endswith(f"^^<{datatype}>") and (other == term or value_of(other) == wanted)
    ]
    if origin is not None and same:
        return list(same)
    return [term] if term in same or not same else [same[0]]
