"""Graphs become the text of a file: canonical Turtle or TriG, else N-Triples or N-Quads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from pyoxigraph import BlankNode, Quad, RdfFormat, Triple, parse, serialize

from kg.errors import ReadError
from kg.rdf.dataset import Source
from kg.rdf.formats import Format, by_suffix
from kg.rdf.turtle import write_turtle

_PREFIX = re.compile(r"@prefix ([^ ]*): <[^\n]*> \.\n")
_CARRY_PREFIXES = ("turtle", "trig", "rdfxml", "jsonld")


def graph_text(quads: Iterable[Quad], prefixes: Mapping[str, str]) -> tuple[str, str]:
    """Return the text of one graph and the suffix of its file.

    That is .ttl, and .nt if blank nodes are not trees, which canonical Turtle does not have.
    """
    triples = [quad.triple for quad in quads]
    try:
        return write_turtle(triples, prefixes), ".ttl"
    except ReadError:
        return _lines(triples, RdfFormat.N_TRIPLES), ".nt"


def dataset_text(quads: Iterable[Quad], prefixes: Mapping[str, str]) -> tuple[str, str]:
    """Return the text of several named graphs and the suffix of its file.

    That is .trig, each graph as canonical Turtle; .nq if blank nodes are shared.
    """
    graphs: dict[str, list[Quad]] = {}
    for quad in quads:
        graphs.setdefault(str(quad.graph_name), []).append(quad)
    if not _shares_blank(graphs.values()):
        try:
            return _trig(graphs, prefixes), ".trig"
        except ReadError:
            pass
    every = [quad for some in graphs.values() for quad in some]
    return _lines(every, RdfFormat.N_QUADS), ".nq"


def line_text(quads: Iterable[Quad], form: Format) -> str:
    """Return sorted N-Triples or N-Quads; the first have the triples of all graphs."""
    if form.name == "nquads":
        return _lines(list(quads), form.oxigraph)
    return _lines([quad.triple for quad in quads], form.oxigraph)


def _lines(statements: Sequence[Triple] | Sequence[Quad], form: RdfFormat) -> str:
    text = serialize(statements, format=form) or b""
    return "".join(sorted(f"{line}\n" for line in text.decode().split("\n") if line))


def _trig(graphs: Mapping[str, list[Quad]], prefixes: Mapping[str, str]) -> str:
    heads: set[str] = set()
    bodies = []
    for name in sorted(graphs):
        text = write_turtle((quad.triple for quad in graphs[name]), prefixes)
        end = 0
        while found := _PREFIX.match(text, end):
            heads.add(found.group())
            end = found.end()
        bodies.append(f"{name} {{\n{text[end:].lstrip()}}}\n")
    head = "".join(sorted(heads, key=lambda line: line.split(":")[0]))
    return head + ("\n" if head else "") + "\n".join(bodies)


def _shares_blank(graphs: Iterable[list[Quad]]) -> bool:
    """Return whether a blank node is in two graphs, or names one."""
    seen: set[BlankNode] = set()
    for quads in graphs:
        terms = {term for quad in quads for term in (quad.subject, quad.object)}
        blank = {term for term in terms if isinstance(term, BlankNode)}
        if isinstance(quads[0].graph_name, BlankNode) or not seen.isdisjoint(blank):
            return True
        seen |= blank
    return False


def prefixes_of(source: Source, ours: Mapping[str, str]) -> dict[str, str]:
    """Return the table of the project and, for other namespaces, the prefixes of a file."""
    form = by_suffix(source.path)
    if form is None or form.name not in _CARRY_PREFIXES:
        return dict(ours)
    reader = parse(source.read().encode(), form.oxigraph, base_iri=source.graph)
    for _ in reader:
        pass
    spaces = set(ours.values())
    foreign = {
        prefix: space
        for prefix, space in reader.prefixes.items()
        if space not in spaces and prefix not in ours
    }
    return {**ours, **foreign}
