"""The predicate of a triple pattern as a path, and which nodes and pairs a path visits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from kg.namespaces import RDF_TYPE
from kg.reason.arrays import EMPTY, Ints, contained, distinct, gather, pack
from kg.validate.paths import (
    Alternative,
    Inverse,
    Path,
    Repeat,
    Sequence,
    Step,
    inverse_of,
    plain,
)
from kg.validate.sparql_syntax import Tokens
from kg.validate.sparql_tokens import iri_of

Expand = Callable[[str, Ints, bool], tuple[Ints, Ints]]
"""From a predicate, nodes and the direction to the numbers of the nodes and their partners."""


def path_of(tokens: Tokens, prefixes: Mapping[str, str]) -> Path | None:
    """Return the path of a predicate, None for a variable, a negation and what is not known."""
    try:
        path, rest = _alternatives(tokens, dict(prefixes))
    except (LookupError, ValueError):
        return None
    return None if rest else path


def _alternatives(tokens: Tokens, prefixes: dict[str, str]) -> tuple[Path, Tokens]:
    parts, rest = _several(tokens, prefixes, "|", _sequence)
    return (parts[0] if len(parts) == 1 else Alternative(tuple(parts))), rest


def _sequence(tokens: Tokens, prefixes: dict[str, str]) -> tuple[Path, Tokens]:
    parts, rest = _several(tokens, prefixes, "/", _element)
    return (parts[0] if len(parts) == 1 else Sequence(tuple(parts))), rest


def _several(
    tokens: Tokens,
    prefixes: dict[str, str],
    sign: str,
    read: Callable[[Tokens, dict[str, str]], tuple[Path, Tokens]],
) -> tuple[list[Path], Tokens]:
    path, tokens = read(tokens, prefixes)
    parts = [path]
    while tokens and tokens[0].is_sign(sign):
        path, tokens = read(tokens[1:], prefixes)
        parts.append(path)
    return parts, tokens


def _element(tokens: Tokens, prefixes: dict[str, str]) -> tuple[Path, Tokens]:
    if tokens[0].is_sign("^"):
        path, rest = _element(tokens[1:], prefixes)
        return inverse_of(path), rest
    if tokens[0].is_sign("("):
        path, rest = _alternatives(tokens[1:], prefixes)
        if not rest[0].is_sign(")"):
            raise ValueError(rest)
    else:
        iri = f"<{RDF_TYPE}>" if tokens[0].text == "a" else iri_of(tokens[0], prefixes)
        if iri is None:
            raise ValueError(tokens)
        path, rest = Step(iri), tokens
    rest = rest[1:]
    if rest and rest[0].is_sign("*", "+", "?"):
        sign = rest[0].text
        return Repeat(path, int(sign == "+"), sign != "?"), rest[1:]
    return path, rest


def predicates_of(path: Path) -> Iterator[str]:
    """Yield the predicates of a path, in N-Triples form."""
    match path:
        case Step(predicate):
            yield predicate
        case Sequence(parts) | Alternative(parts):
            for part in parts:
                yield from predicates_of(part)
        case Repeat(part) | Inverse(part):
            yield from predicates_of(part)


def may_be_empty(path: Path) -> bool:
    """Return whether a path holds between a node and itself without any triple of it."""
    match path:
        case Step():
            return False
        case Sequence(parts):
            return all(may_be_empty(part) for part in parts)
        case Alternative(parts):
            return any(may_be_empty(part) for part in parts)
        case Repeat(part, least):
            return least == 0 or may_be_empty(part)
        case Inverse():
            return may_be_empty(plain(path))


@dataclass(frozen=True)
class Walk:
    """Walks along paths; `visited` gathers the pairs, subject first, by predicate."""

    expand: Expand
    visited: dict[str, list[Ints]] | None = None

    def along(self, path: Path, nodes: Ints) -> Ints:
        """Return the nodes at the other end of `path`, sorted."""
        match path:
            case Step(predicate, inverse):
                return self._step(predicate, nodes, inverse=inverse)
            case Sequence(parts):
                for part in parts:
                    nodes = self.along(part, nodes)
                return nodes
            case Alternative(parts):
                return gather([self.along(part, nodes) for part in parts])
            case Repeat(part, least, many):
                return self._repeat(part, nodes, least=least, many=many)
            case Inverse():
                return self.along(plain(path), nodes)

    def _step(self, predicate: str, nodes: Ints, *, inverse: bool) -> Ints:
        if not len(nodes):
            return EMPTY
        which, partners = self.expand(predicate, nodes, inverse)
        if self.visited is not None and len(which):
            ends = nodes[which]
            pairs = pack(partners, ends) if inverse else pack(ends, partners)
            self.visited.setdefault(predicate, []).append(pairs)
        return distinct(partners)

    def _repeat(self, part: Path, nodes: Ints, *, least: int, many: bool) -> Ints:
        found = EMPTY if least else distinct(nodes)
        edge = distinct(nodes)
        while len(edge):
            edge = self.along(part, edge)
            edge = edge[~contained(edge, found)]
            found = gather([found, edge])
            if not many:
                break
        return found

    def ends(self, path: Path, changed: Mapping[str, Ints]) -> Iterator[tuple[Ints, Ints]]:
        """Yield, for each step of `path` with changed pairs, the nodes at both ends of the path."""
        match path:
            case Step(predicate, inverse):
                pairs = changed.get(predicate, EMPTY)
                if len(pairs):
                    first, second = pairs >> np.int64(32), pairs & np.int64(0xFFFFFFFF)
                    yield (second, first) if inverse else (first, second)
            case Alternative(parts):
                for part in parts:
                    yield from self.ends(part, changed)
            case Sequence(parts):
                for number, part in enumerate(parts):
                    for start, end in self.ends(part, changed):
                        yield self._outwards(parts, number, distinct(start), distinct(end))
            case Repeat(part, _, many):
                more = Repeat(part, 0, many)
                for start, end in self.ends(part, changed):
                    if many:
                        yield (
                            self.along(inverse_of(more), distinct(start)),
                            self.along(more, distinct(end)),
                        )
                    else:
                        yield start, end
            case Inverse():
                yield from self.ends(plain(path), changed)

    def _outwards(
        self, parts: tuple[Path, ...], number: int, start: Ints, end: Ints
    ) -> tuple[Ints, Ints]:
        for part in reversed(parts[:number]):
            start = self.along(inverse_of(part), start)
        for part in parts[number + 1 :]:
            end = self.along(part, end)
        return start, end
