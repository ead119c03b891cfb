"""Templates of an update: statements with variables, filled in for each solution of WHERE.

SPARQL 1.1 Update sections 3.1.3 and 4.2.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    Triple,
)

from kg.write.update_check import evaluated
from kg.write.update_text import Prologue, tokens_of

Term = NamedNode | BlankNode | Literal | Triple
Bindings = Mapping[str, Term | None]
Slot = Callable[[Bindings, dict[str, BlankNode]], Any]


@dataclass(frozen=True)
class Template:
    """A template; `variables` in the order of the text.

    `is_ground` says that it gives the same statements for each solution.
    """

    quads: tuple[Quad, ...]
    variables: tuple[str, ...]
    mark: str
    is_ground: bool

    def filler(self) -> Callable[[Bindings], Iterator[Quad]]:
        """Return what yields the statements for a solution.

        Blank nodes are new ones in each. What has an unbound variable or would be no statement of
        RDF, such as a literal for a subject, is left out.
        """
        rows = [tuple(_slot(term, self.mark) for term in quad) for quad in self.quads]

        def fill(solution: Bindings) -> Iterator[Quad]:
            fresh: dict[str, BlankNode] = {}
            for slots in rows:
                quad = _quad(*(slot(solution, fresh) for slot in slots))
                if quad is not None:
                    yield quad

        return fill


NOTHING = Template((), (), "", True)


def read_template(prologue: Prologue, group: str, *, graph: NamedNode | None) -> Template:
    """Read `{ … }`, which a parser has passed as a template; `graph` is that of WITH.

    Each variable becomes an IRI that cannot be foreseen, so that the parser reads data.
    """
    mark = f"urn:kg:{secrets.token_hex(16)}:"
    parts, variables, done = [], dict[str, None](), 0
    for token in tokens_of(group):
        if token.kind == "variable":
            name = token.text[1:]
            variables[name] = None
            parts += [group[done : token.start], f" <{mark}{name}> "]
            done = token.end
    text = "INSERT DATA " + "".join([*parts, group[done:]])
    quads = tuple(_in_graph(quad, graph) for quad in evaluated(prologue, text))
    blank = any(_has_blank(term) for quad in quads for term in quad)
    return Template(quads, tuple(variables), mark, not variables and not blank)


def _in_graph(quad: Quad, graph: NamedNode | None) -> Quad:
    if graph is None or not isinstance(quad.graph_name, DefaultGraph):
        return quad
    return Quad(quad.subject, quad.predicate, quad.object, graph)


def _has_blank(term: object) -> bool:
    if isinstance(term, Triple):
        return any(_has_blank(each) for each in term)
    return isinstance(term, BlankNode)


def _slot(term: Any, mark: str) -> Slot:
    """Return what gives the term in this place for a solution, None where there is none."""
    if isinstance(term, NamedNode) and term.value.startswith(mark):
        name = term.value[len(mark) :]
        return lambda solution, _: solution.get(name)
    if isinstance(term, BlankNode):
        label = term.value
        return lambda _, fresh: fresh.setdefault(label, BlankNode())
    if isinstance(term, Triple):
        inner = [_slot(each, mark) for each in term]
        return lambda solution, fresh: _triple(*(slot(solution, fresh) for slot in inner))
    return lambda _solution, _fresh: term


def _triple(subject: Any, predicate: Any, thing: Any) -> Triple | None:
    if not isinstance(subject, NamedNode | BlankNode) or not isinstance(predicate, NamedNode):
        return None
    return None if thing is None else Triple(subject, predicate, thing)


def _quad(subject: Any, predicate: Any, thing: Any, graph: Any) -> Quad | None:
    if not isinstance(subject, NamedNode | BlankNode) or not isinstance(predicate, NamedNode):
        return None
    if thing is None or not isinstance(graph, NamedNode | DefaultGraph):
        return None
    return Quad(subject, predicate, thing, graph)
