"""Turtle with SPARQL-based constraints for tests, and how they are validated."""

from __future__ import annotations

from pyoxigraph import RdfFormat, Triple, parse

from kg.validate.engine import check
from kg.validate.report import Report, Result
from kg.validate.shape_reader import read_shapes
from kg.validate.shapes import Constraint, Plan

E = "http://example.com/ns#"
HEAD = f"""
@prefix ex: <{E}> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
ex:Prefixes sh:declare [ sh:prefix "ex" ; sh:namespace "{E}"^^xsd:anyURI ] .
"""


def turtle(text: str) -> list[Triple]:
    """Return the triples of Turtle with the usual prefixes; blank nodes keep their labels."""
    quads = parse(HEAD + text, RdfFormat.TURTLE, rename_blank_nodes=False)
    return [quad.triple for quad in quads]


def select(query: str, more: str = "", *, target: str = "sh:targetSubjectsOf ex:p") -> str:
    """Return a node shape ex:Shape with a SELECT query; `more` belongs to the constraint."""
    return (
        f"ex:Shape a sh:NodeShape ; {target} ; sh:sparql ex:Check . "
        f'ex:Check sh:prefixes ex:Prefixes ; sh:select """{query}""" . {more}'
    )


def plan(shapes: str) -> tuple[Plan, Constraint]:
    """Return the plan of shapes and its first SPARQL-based constraint."""
    found = read_shapes(turtle(shapes))
    constraints = (one for shape in found.shapes for one in shape.constraints)
    return found, next(one for one in constraints if one.sparql)


def report(data: str, shapes: str) -> Report:
    """Validate Turtle against Turtle."""
    return check(turtle(data), turtle(shapes))


def short(term: str | None) -> str | None:
    """Return a term without the namespace of the tests."""
    return term.replace(f"<{E}", "").rstrip(">") if term and term.startswith(f"<{E}") else term


def found(data: str, shapes: str) -> list[tuple[str | None, str | None, str | None]]:
    """Return focus node, path and value of each result, sorted."""
    results: tuple[Result, ...] = report(data, shapes).results
    rows = [(short(each.focus), short(each.path), short(each.value)) for each in results]
    return sorted(rows, key=str)
