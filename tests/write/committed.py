"""What tests of history, export and backup use: commits written as Turtle-like lines."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pyoxigraph import Quad, RdfFormat, parse

from kg.settings import Project
from kg.write.change import About, Change, Commit, Kind
from kg.write.journal import FOLDER, open_journal

GRAPH = "https://example.org/graph/"
ONE, TWO = "20261121-00000a", "20261121-00000b"


def quads(graph: str, text: str) -> tuple[Quad, ...]:
    """The statements of TriG in the graph of that name, with the prefix e."""
    name = graph if graph.startswith("urn:") else GRAPH + graph
    prefixes = "@prefix e: <https://example.org/> . @prefix xsd: "
    prefixes += "<http://www.w3.org/2001/XMLSchema#> . "
    body = f"{prefixes} <{name}> {{ {text} }}"
    return tuple(parse(body.encode(), RdfFormat.TRIG, rename_blank_nodes=True))


def add(graph: str, text: str) -> Change:
    """A change by which statements come."""
    return Change(added=quads(graph, text))


def remove(graph: str, text: str) -> Change:
    """A change by which statements go."""
    return Change(removed=quads(graph, text))


def commit(project: Project, changes: Sequence[Change], *, kind: Kind = "update") -> list[Commit]:
    """Append commits to the journal of `project`, all durable."""
    with open_journal(project.root / FOLDER) as journal:
        found = [journal.append(About("anna", kind, note="gut"), each) for each in changes]
        journal.sync()
    return found


def texts(found: Iterable[Quad]) -> set[str]:
    """Statements as N-Quads, to compare."""
    return {str(quad) for quad in found}
