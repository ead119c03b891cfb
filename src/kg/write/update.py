"""SPARQL 1.1 Update on a head: operation after operation, all of them or none."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode, Quad, Triple

from kg.errors import QueryError, Text
from kg.write.change import Change, net
from kg.write.faults import WriteError, not_understood
from kg.write.graph_operations import graph_named, is_graph_operation, run_graph_operation
from kg.write.head import Head
from kg.write.limits import WriteLimits
from kg.write.requests import UpdateText
from kg.write.templates import NOTHING, Bindings, Template, read_template
from kg.write.update_check import check, evaluated, prove, refuse_load
from kg.write.update_text import Operation, Token, operations, tokens_of

_MODIFY = re.compile(
    r"(?:WITH I )?(?:DELETE \{\}(?: INSERT \{\})?|INSERT \{\})(?: USING(?: NAMED)? I)* WHERE \{\}"
)
_LOAD = re.compile(r"LOAD SILENT I(?: INTO GRAPH I)?")
_TRIPLE_TERMS = Text(
    de="Aussagen über Aussagen (RDF 1.2) werden hier nicht angenommen.",
    en="Statements about statements (RDF 1.2) are not accepted here.",
)
_CONFLICT = Text(
    de="Das Update nennt seine Graphen selbst, mit WITH oder USING. Dann dürfen es nicht auch die "
    "Parameter using-graph-uri und using-named-graph-uri tun.",
    en="The update names its graphs itself, with WITH or USING. Then the parameters "
    "using-graph-uri and using-named-graph-uri must not do so too.",
)
_ABOUT_TRIPLES = ("<<", "{|", "~")
"""SPARQL 1.2 has no triple term in data without one of these."""
_EVERY = 256


@dataclass(frozen=True)
class _Pattern:
    """WHERE with its dataset, None for that of the head."""

    group: str
    default_graph: list[NamedNode] | None = None
    named_graphs: list[NamedNode] | None = None


def run_update(
    head: Head,
    operation: UpdateText,
    *,
    base: str | None,
    prefixes: Mapping[str, str],
    limits: WriteLimits,
) -> Change:
    """Run an update on `head` and return what changes by it, in the forms of the head.

    `prefixes` need no declaration. When an operation fails, what those before it did is undone.
    Raises QueryError with line and column when it cannot be understood (nothing is done then),
    RefusedQueryError for LOAD and SERVICE, WriteError when a graph is missing or there already
    (SPARQL 1.1 Update section 3.2) and when a limit is exceeded.
    """
    parts = _read(operation, base=base, prefixes=prefixes, limits=limits)
    done: list[Change] = []
    try:
        for part in parts:
            done.append(head.apply(_change(head, part, operation, limits)))
    except BaseException:
        head.apply(net(done).inverse())
        raise
    return done[0] if len(done) == 1 else net(done)


def _read(
    request: UpdateText, *, base: str | None, prefixes: Mapping[str, str], limits: WriteLimits
) -> list[Operation]:
    """Return the operations, each of which the parser has passed."""
    text = request.text
    parts = list(operations(text, base=base, prefixes=prefixes, most=limits.operations))
    own = request.using is not None or request.using_named is not None
    labels: dict[str, int] = {}
    for number, part in enumerate(parts):
        check(part, text)
        shape = part.shape
        if own and (shape.startswith("WITH") or " USING" in shape):
            raise QueryError(_CONFLICT)
        if shape == "INSERT DATA {}" and "_:" in part.text and len(parts) > 1:
            _refuse_shared(part, labels, number, text)
    for part in parts:
        refuse_load(part, text)
    return parts


def _refuse_shared(part: Operation, labels: dict[str, int], number: int, text: str) -> None:
    """Refuse a label of a blank node in two INSERT DATA, SPARQL 1.1 Query section 19.6."""
    for token in tokens_of(part.text):
        is_label = token.kind == "name" and token.text.startswith("_:")
        if is_label and labels.setdefault(token.text, number) != number:
            raise not_understood(text, part.start + token.start, _SHARED)


_SHARED = Text(
    de=" Der leere Knoten steht schon in einem anderen INSERT DATA.",
    en=" The blank node stands in another INSERT DATA already.",
)


def _change(head: Head, part: Operation, request: UpdateText, limits: WriteLimits) -> Change:
    """Return what an operation changes, before it is known what of it is there already."""
    shape = part.shape
    if shape == "INSERT DATA {}":
        return Change(added=_data(part, limits))
    if shape == "DELETE DATA {}":
        return Change(removed=_data(part, limits))
    if _LOAD.fullmatch(shape):
        return Change()  # it fails, for it is off, and is not to say so
    if is_graph_operation(shape):
        return run_graph_operation(head, part, limits)
    if shape == "DELETE WHERE {}":
        group = _text(part, part.tokens[-1])
        template = read_template(part.prologue, group, graph=None)
        return _modified(head, part, (template, NOTHING), _pattern(part, request), limits)
    if _MODIFY.fullmatch(shape):
        return _modified(head, part, _templates(part), _pattern(part, request), limits)
    raise not_understood(request.text, part.start, _SPACES)


_SPACES = Text(
    de=" Schreiben Sie zwischen Schlüsselwörtern und Namen Leerzeichen.",
    en=" Write spaces between keywords and names.",
)


def _data(part: Operation, limits: WriteLimits) -> tuple[Quad, ...]:
    text = _text(part, part.tokens[-1])
    quads = tuple(evaluated(part.prologue, f"INSERT DATA {text}"))
    limits.check(quads)
    if any(sign in text for sign in _ABOUT_TRIPLES):
        _refuse_triple_terms(quads, limits)
    return quads


def _templates(part: Operation) -> tuple[Template, Template]:
    """Return what is to be deleted and what is to be inserted."""
    words = part.shape.split(" ")
    graph = _iri(part, 1) if words[0] == "WITH" else None
    found = {"DELETE": NOTHING, "INSERT": NOTHING}
    for word, token in zip(words, part.tokens[1:], strict=False):
        if word in found:
            found[word] = read_template(part.prologue, _text(part, token), graph=graph)
    return found["DELETE"], found["INSERT"]


def _pattern(part: Operation, request: UpdateText) -> _Pattern:
    """Return WHERE with its dataset, SPARQL 1.1 Update section 3.1.3."""
    words = part.shape.split(" ")
    group = _text(part, part.tokens[-1])
    default: list[NamedNode] = []
    named: list[NamedNode] = []
    for at, word in enumerate(words):
        if word == "USING":
            is_named = words[at + 1] == "NAMED"
            (named if is_named else default).append(_iri(part, at + 1 + is_named))
    if default or named:
        return _Pattern(group, default, named)
    if request.using is not None or request.using_named is not None:
        return _Pattern(group, _nodes(request.using), _nodes(request.using_named))
    if words[0] == "WITH":
        return _Pattern(group, [_iri(part, 1)])
    return _Pattern(group)


def _nodes(iris: Iterable[str] | None) -> list[NamedNode]:
    try:
        return [NamedNode(iri) for iri in iris or ()]
    except ValueError as error:
        raise QueryError(
            Text(
                de=f"Der Name eines Graphen ist keine IRI: {error}",
                en=f"The name of a graph is no IRI: {error}",
            )
        ) from error


def _modified(
    head: Head,
    part: Operation,
    templates: tuple[Template, Template],
    pattern: _Pattern,
    limits: WriteLimits,
) -> Change:
    """Return deletions and insertions of all solutions, found before anything is changed."""
    delete, insert = (template.filler() for template in templates)
    removed: dict[Quad, None] = {}
    added: dict[Quad, None] = {}
    for solution in _solutions(head, part, templates, pattern, limits):
        removed.update(dict.fromkeys(delete(solution)))
        added.update(dict.fromkeys(insert(solution)))
        limits.check(removed)
        limits.check(added)
    _refuse_triple_terms(added, limits)
    return Change(tuple(added), tuple(quad for quad in removed if quad not in added))


def _solutions(
    head: Head,
    part: Operation,
    templates: tuple[Template, Template],
    pattern: _Pattern,
    limits: WriteLimits,
) -> Iterator[Bindings]:
    names = list(dict.fromkeys(name for each in templates for name in each.variables))
    columns = " ".join(f"?{name}" for name in names) or f"(1 AS ?kg{secrets.token_hex(8)})"
    prove(part.prologue, f"INSERT {{}} WHERE {pattern.group}")
    text = f"SELECT {columns} WHERE {pattern.group}"
    if all(each.is_ground for each in templates):
        text += " LIMIT 1"
    solutions = head.query(
        part.prologue.for_text(text) + text,
        base=None,
        default_graph=pattern.default_graph,
        named_graphs=pattern.named_graphs,
    )
    end = time.monotonic() + limits.seconds if limits.seconds is not None else None
    for number, solution in enumerate(solutions):
        if end is not None and number % _EVERY == 0 and time.monotonic() > end:
            raise _too_slow(limits)
        yield {name: solution[at] for at, name in enumerate(names)}


def _too_slow(limits: WriteLimits) -> WriteError:
    return WriteError(
        "too-large",
        Text(
            de=f"Das Muster in WHERE hat in {limits.seconds:g} Sekunden nicht alle Lösungen "
            "ergeben.",
            en=f"The pattern in WHERE did not give all its solutions in {limits.seconds:g} "
            "seconds.",
        ),
    )


def _refuse_triple_terms(quads: Iterable[Quad], limits: WriteLimits) -> None:
    if not limits.triple_terms and any(isinstance(quad.object, Triple) for quad in quads):
        raise QueryError(_TRIPLE_TERMS)


def _text(part: Operation, token: Token) -> str:
    return part.text[token.start - part.start : token.end - part.start]


def _iri(part: Operation, at: int) -> NamedNode:
    return graph_named(part, part.tokens[at])
