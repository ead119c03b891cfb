"""Constraints that look at one value node at a time: SHACL sections 4.1, 4.3, 4.4, 4.8.3.

Each test takes the identifiers of value nodes, each once, and returns which of them pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from kg.namespaces import XSD
from kg.rdf.dictionary import BLANK, IRI, LITERAL
from kg.rdf.literals import compare, split
from kg.reason.arrays import Ints, Mask, among
from kg.validate.constraint_reader import component
from kg.validate.graph import Graph
from kg.validate.literal_columns import (
    having_datatype,
    languages,
    lengths,
    lexical_forms,
    of_datatype,
)
from kg.validate.shape_graph import sh
from kg.validate.shapes import Constraint

Test = Callable[[Graph, Constraint, Ints], Mask]

_KINDS = MappingProxyType(
    {
        sh("IRI"): (IRI,),
        sh("BlankNode"): (BLANK,),
        sh("Literal"): (LITERAL,),
        sh("BlankNodeOrIRI"): (BLANK, IRI),
        sh("BlankNodeOrLiteral"): (BLANK, LITERAL),
        sh("IRIOrLiteral"): (IRI, LITERAL),
    }
)


def _class(graph: Graph, constraint: Constraint, values: Ints) -> Mask:
    cls = graph.id(constraint.terms[0])
    if cls < 0:
        return np.zeros(len(values), bool)
    return graph.are_instances(values, cls)


def _datatype(graph: Graph, constraint: Constraint, values: Ints) -> Mask:
    return having_datatype(graph.dictionary, values, constraint.terms[0][1:-1])


def _node_kind(graph: Graph, constraint: Constraint, values: Ints) -> Mask:
    table = np.zeros(3, bool)
    table[list(_KINDS[constraint.terms[0]])] = True
    found: Mask = table[graph.dictionary.kinds[values]]
    return found


def _in(graph: Graph, constraint: Constraint, values: Ints) -> Mask:
    wanted = np.array([graph.id(term) for term in constraint.terms], np.int64)
    return among(values, wanted[wanted >= 0])


def _length(allowed: Callable[[Ints, int], Mask]) -> Test:
    def test(graph: Graph, constraint: Constraint, values: Ints) -> Mask:
        sizes = lengths(graph.dictionary, values)
        return (sizes >= 0) & allowed(sizes, constraint.number)

    return test


def _pattern(graph: Graph, constraint: Constraint, values: Ints) -> Mask:
    matches = constraint.extra.matches
    forms = lexical_forms(graph.dictionary, values)
    return np.array([form is not None and matches(form) for form in forms], bool)


def _language_in(graph: Graph, constraint: Constraint, values: Ints) -> Mask:
    ranges = tuple(text.lower() for text in constraint.terms)
    tags = languages(graph.dictionary, values)
    known = {tag: any(_matches(tag, each) for each in ranges) for tag in set(tags)}
    return np.array([known[tag] for tag in tags], bool)


def _matches(tag: str, wanted: str) -> bool:
    """Return whether a language tag is in a range: langMatches of SPARQL 1.1, RFC 4647."""
    if wanted == "*" or not tag:
        return bool(tag)
    return tag == wanted or tag.startswith(f"{wanted}-")


def _limit(allowed: tuple[int, ...]) -> Test:
    def test(graph: Graph, constraint: Constraint, values: Ints) -> Mask:
        limit = constraint.terms[0]
        found = np.zeros(len(values), bool)
        rest = np.flatnonzero(graph.dictionary.kinds[values] == LITERAL)
        if len(rest) > _FEW and _is_plain_number(limit):
            rest = _by_number(graph, values, float(split(limit).lexical), rest, (found, allowed))
        for row, term in zip(rest.tolist(), graph.dictionary.terms(values[rest]), strict=True):
            found[row] = compare(term, limit) in allowed
        return found

    return test


_FEW = 100
"""So many values are compared one by one."""
_NUMBERS = MappingProxyType(
    {
        "integer": re.compile(rb"[+-]?[0-9]{1,15}"),
        "decimal": re.compile(rb"[+-]?[0-9]{1,15}(?:\.[0-9]{1,15})?"),
    }
)
"""Forms of numbers that a floating-point number tells apart from others that are not near."""


def _is_plain_number(term: str) -> bool:
    lexical, datatype, _ = split(term)
    name = datatype.removeprefix(XSD)
    return name in _NUMBERS and _NUMBERS[name].fullmatch(lexical.encode()) is not None


def _by_number(
    graph: Graph,
    values: Ints,
    limit: float,
    rows: Ints,
    result: tuple[Mask, tuple[int, ...]],
) -> Ints:
    """Compare integers and decimals that floating-point numbers tell apart; return the others."""
    found, allowed = result
    others = np.ones(len(rows), bool)
    for name, form in _NUMBERS.items():
        numbers = np.flatnonzero(of_datatype(graph.dictionary, values[rows], XSD + name))
        if len(numbers) < _FEW:
            continue
        forms = lexical_forms(graph.dictionary, values[rows[numbers]])
        sound = np.array([form.fullmatch(each or b"") is not None for each in forms], bool)
        numbers = numbers[sound]
        some = [each for each, good in zip(forms, sound.tolist(), strict=True) if good]
        parsed = np.array(some, np.bytes_).astype(np.float64)
        clear = np.abs(parsed - limit) > 1e-9 * np.maximum(np.abs(parsed), abs(limit))
        order = np.where(parsed[clear] > limit, 1, -1)
        found[rows[numbers[clear]]] = np.isin(order, allowed)
        others[numbers[clear]] = False
    return rows[others]


VALUE_TESTS: Mapping[str, Test] = MappingProxyType(
    {
        component(name): test
        for name, test in (
            ("Class", _class),
            ("Datatype", _datatype),
            ("NodeKind", _node_kind),
            ("In", _in),
            ("MinLength", _length(lambda sizes, least: sizes >= least)),
            ("MaxLength", _length(lambda sizes, most: sizes <= most)),
            ("Pattern", _pattern),
            ("LanguageIn", _language_in),
            ("MinExclusive", _limit((1,))),
            ("MinInclusive", _limit((0, 1))),
            ("MaxExclusive", _limit((-1,))),
            ("MaxInclusive", _limit((-1, 0))),
        )
    }
)
