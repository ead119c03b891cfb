"""Hygiene of a contribution: those rules of the project that one file can be held against.

They are asked on a small dataset: what the contribution says, what is published about the things
that it mentions or that mention them, and which classes are below which. A rule takes part
when its header says `contribution: yes`; one that needs the whole graph does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO

import numpy as np
from pyoxigraph import NamedNode, Quad, Store
from pyoxigraph import RdfFormat as Form

from kg.namespaces import RDF_TYPE, RDFS
from kg.publish.hygiene import HYGIENE_FOLDER, run_rule
from kg.publish.store import with_union
from kg.rdf.columns import Columns, Ids, distinct_rows
from kg.rdf.dataset import Source
from kg.rdf.ntriples import write_ntriples
from kg.rdf.queries import QueryFile, read_queries
from kg.reason.arrays import Ints
from kg.settings import Project
from kg.validate.places import with_places
from kg.validate.report import Report, Result

_COMMON = 200
"""What more statements than these mention, such as a licence, is not asked who else mentions it."""


@dataclass(frozen=True)
class Setting:
    """What a contribution is held against.

    `columns` are the published statements. `mentioned` are the ids of what the contribution
    speaks of, and `replaced` the numbers of the graphs whose files it replaces.
    """

    project: Project
    columns: Columns
    mentioned: Ints
    replaced: Sequence[int]


def contribution_rules(project: Project) -> list[QueryFile]:
    """Return the hygiene rules that are for contributions too.

    Raises ReadError when one cannot be read.
    """
    rules = read_queries(project.root.joinpath(*HYGIENE_FOLDER))
    return [rule for rule in rules if rule.header.get("contribution") == "yes"]


def check_rules(
    rules: Sequence[QueryFile], sources: Sequence[Source], setting: Setting
) -> list[Result]:
    """Return what `rules` find about the subjects and the graphs of `sources`, with places.

    Raises QueryError when a rule cannot be used.
    """
    if not rules or not any(source.quads for source in sources):
        return []
    graphs = {source.graph: claimed_graph(source, setting.project) for source in sources}
    quads = [_moved(quad, graphs) for source in sources for quad in source.quads]
    store = _store(quads, setting)
    about = frozenset(str(quad.subject) for quad in quads)
    own = frozenset(quad.graph_name.value for quad in quads)
    written = {claimed: graph for graph, claimed in graphs.items()}
    prefixes = setting.project.prefixes
    found = (each for rule in rules for each in run_rule(rule, store, prefixes, about=about))
    concerned = [
        each for each in found if (each.graph in own if each.graph else each.focus in about)
    ]
    placed = with_places(Report(tuple(_renamed(concerned, written))), sources).results
    return list(_renamed(placed, graphs))


def claimed_graph(source: Source, project: Project) -> str:
    """Return the graph that `source` says it is, by describing it; else the one that it fills."""
    start, own = project.graph_iri(""), project.graph_iri("contribution/")
    described = {
        quad.subject.value
        for quad in source.quads
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(start)
    }
    named = [graph for graph in described if not graph.startswith(own)]
    return named[0] if len(named) == 1 else source.graph


def without_known(found: Iterable[Result], known: Sequence[Result]) -> list[Result]:
    """Return those of `found` that no finding of `known` says of the same statement."""
    said = {(each.focus, each.path) for each in known}
    values = {each.value for each in known if each.component}
    return [
        each
        for each in found
        if (each.focus, each.path) not in said
        and (each.path or each.graph is None or each.focus not in values)
    ]


def _moved(quad: Quad, graphs: dict[str, str]) -> Quad:
    graph = quad.graph_name
    if not isinstance(graph, NamedNode) or graphs.get(graph.value, graph.value) == graph.value:
        return quad
    return Quad(quad.subject, quad.predicate, quad.object, NamedNode(graphs[graph.value]))


def _renamed(results: Iterable[Result], names: dict[str, str]) -> Iterator[Result]:
    """Return `results` with the graphs that they speak of named otherwise."""
    for result in results:
        other = names.get(result.graph or "", result.graph)
        yield result if other == result.graph else replace(result, graph=other)


def _store(quads: Iterable[Quad], setting: Setting) -> Store:
    """Return the small dataset; its default graph is the union of the others."""
    store = Store()
    columns = setting.columns
    rows = _rows(setting)
    s, p, o, g = (each[rows] for each in (columns.s, columns.p, columns.o, columns.g))
    for number in np.unique(g).tolist():
        here = g == number
        name = columns.graphs[number]
        _load(store, columns, (s[here], p[here], o[here]), name)
    if len(rows):
        a, b, c = distinct_rows([s, p, o])
        _load(store, columns, (a, b, c), "")
    store.extend(with_union(quads))
    return store


def _load(store: Store, columns: Columns, rows: tuple[Ids, Ids, Ids], graph: str) -> None:
    text = BytesIO()
    write_ntriples(rows, columns.dictionary, text, graph=graph)
    store.load(text.getvalue(), Form.N_QUADS, lenient=True)


def _rows(setting: Setting) -> Ints:
    """Return the rows of what is published and matters: see the head of this module."""
    columns, find = setting.columns, setting.columns.dictionary.find
    mentioned = np.zeros(len(columns.dictionary), bool)
    mentioned[setting.mentioned] = True
    wanted = mentioned[columns.s]
    back = np.flatnonzero(mentioned[columns.o])
    often = np.bincount(columns.o[back], minlength=1)
    back = back[often[columns.o[back]] <= _COMMON]
    wanted[back] = True
    kind, below = find(f"<{RDF_TYPE}>"), find(f"<{RDFS}subClassOf>")
    if kind is not None:
        mentioning = np.zeros(len(mentioned), bool)
        mentioning[columns.s[back]] = True
        wanted |= mentioning[columns.s] & (columns.p == kind)
    if below is not None:
        wanted |= columns.p == below
    if setting.replaced:
        wanted &= ~np.isin(columns.g, setting.replaced)
    found: Ints = np.flatnonzero(wanted)
    return found
