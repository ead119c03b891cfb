"""Hygiene of a contribution: those rules of the project that one file can be held against.

They are asked on a small dataset: what the contribution says, what is published about the things
that it mentions or that mention them, and which classes are below which. A rule takes part
when its header says `contribution: yes`; one that needs the whole graph does not.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from pyoxigraph import NamedNode, Quad, Store
from pyoxigraph import RdfFormat as Form

from kg.errors import Text
from kg.namespaces import RDF_TYPE, RDFS, SH, shorten
from kg.publish.contribution_files import holds_shapes
from kg.publish.hygiene import HYGIENE_FOLDER, Scope, run_rule
from kg.publish.store import with_union
from kg.rdf.columns import Columns
from kg.rdf.dataset import Source
from kg.rdf.queries import QueryFile, read_queries
from kg.reason.arrays import Ints
from kg.settings import Project
from kg.validate.places import with_places
from kg.validate.proposals_class import RULE as NO_CLASS
from kg.validate.report import Proposal, Report, Result
from kg.validate.terms import RULE as UNDECLARED

_COMMON = 200
"""What more statements than these mention, such as a licence, is not asked who else mentions it."""

DANGLING, UNCLASSED = "dangling-reference", "class-missing"
UNTYPED = (UNDECLARED, "class-as-text")
"""Rules whose findings explain what shapes say about those who refer to the same thing."""


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
    sources = [source for source in sources if source.quads and not holds_shapes(source)]
    if not rules or not sources:
        return []
    graphs = {source.graph: claimed_graph(source, setting.project) for source in sources}
    quads = [_moved(quad, graphs) for source in sources for quad in source.quads]
    store = _store(quads, setting)
    scope = Scope(
        subjects=frozenset(str(quad.subject) for quad in quads),
        graphs=frozenset(str(quad.graph_name)[1:-1] for quad in quads),
    )
    written = {claimed: graph for graph, claimed in graphs.items()}
    prefixes = setting.project.prefixes
    found = [each for rule in rules for each in run_rule(rule, store, prefixes, scope=scope)]
    placed = with_places(Report(tuple(_renamed(found, written))), sources).results
    return [_with_class(each, setting) for each in _renamed(placed, graphs)]


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


def joined(known: Sequence[Result], hygiene: Sequence[Result]) -> list[Result]:
    """Return what shapes found, `known`, and `hygiene`, each fault once.

    A thing without a class, or one that is described nowhere and stands as a value in several
    statements, has one finding instead of one for each of these statements. What a rule says
    about a thing as a whole, such as its address, has to wait until its statements are right.
    """
    unclassed = {each.focus for each in hygiene if each.rule == UNCLASSED}
    known = [each for each in known if each.rule != NO_CLASS or each.focus not in unclassed]
    values = Counter(each.value for each in known if each.component)
    causes: dict[str | None, Result] = {}
    rest: list[Result] = []
    for each in hygiene:
        if each.rule == UNCLASSED or (each.rule == DANGLING and values[each.focus] != 1):
            causes[each.focus] = each
        elif each.rule != DANGLING:
            rest.append(each)
    said: set[tuple[str, str | None]] = {(each.focus, each.path) for each in known if each.path}
    said |= {(each.focus, each.path) for each in causes.values()}
    faulty = {each.focus for each in known if each.severity == "Violation"}
    others = [
        each
        for each in rest
        if (each.focus, each.path) not in said
        and (each.path or each.focus not in faulty)
        and each.value not in faulty
    ]
    groups: dict[str | None, list[Result]] = {}
    for each in (*known, *others):
        if each.value in causes and (each.component or each.rule):
            groups.setdefault(each.value, []).append(each)
    grouped = [_with_members(each, groups.get(name, [])) for name, each in causes.items()]
    left = [each for each in (*known, *others) if each.value not in groups]
    return grouped + _without_consequences(left, causes)


def _without_consequences(
    results: Sequence[Result], causes: Collection[str | None]
) -> list[Result]:
    """Return `results` without what follows from a thing's having no known class or no name.

    As a value such a thing has the wrong class; what shapes say of it as a whole depends on the
    class. Of a blank node they say that it has no name, once; the rest can be seen when it has.
    """
    kind = f"<{RDF_TYPE}>"
    classless = {*causes, *(r.focus for r in results if r.rule in UNTYPED and r.path == kind)}
    nameless = {
        r.focus: r.message
        for r in results
        if r.focus.startswith("_:") and r.component == f"{SH}NodeKindConstraintComponent"
    }
    told = set(nameless.values())
    return [
        each
        for each in results
        if not each.component
        or not (
            each.value in classless
            or (not each.path and each.focus in classless)
            or (each.focus in nameless and each.message != nameless[each.focus])
            or (each.focus not in nameless and each.message in told)
        )
    ]


def _with_members(cause: Result, members: Sequence[Result]) -> Result:
    """Return `cause` with the places of what follows from it, and their proposal."""
    if cause.rule == UNCLASSED:
        return cause
    places = {place: None for each in members for place in each.places[:1]}
    proposals = (each.proposal for each in members if each.proposal and each.proposal.replace)
    return replace(
        cause,
        places=tuple(sorted(places, key=lambda p: (p.file, p.line or 0))) or cause.places,
        proposal=next(proposals, cause.proposal),
    )


def _with_class(result: Result, setting: Setting) -> Result:
    """Return the finding of a missing class with the classes that things so named have."""
    if result.rule != UNCLASSED:
        return result
    classes = _usual_classes(result.focus, setting)
    prefixes = setting.project.prefixes
    names = ", ".join(shorten(each, prefixes) for each in classes)
    if not names:
        return result
    turtle = f"{shorten(result.focus[1:-1], prefixes)} a {names} ."
    text = Text(de=f"Ergänzen Sie: a {names} ;", en=f"Add: a {names} ;")
    return replace(result, proposal=Proposal(text, turtle=turtle))


def _usual_classes(thing: str, setting: Setting) -> list[str]:
    """Return the classes of more than half of what is published under the namespace of `thing`."""
    columns = setting.columns
    kind = columns.dictionary.find(f"<{RDF_TYPE}>")
    if kind is None or "/" not in thing:
        return []
    rows = np.flatnonzero(columns.p == kind)
    near = columns.dictionary.starting(columns.s[rows], (thing.rpartition("/")[0] + "/").encode())
    rows = rows[near]
    pairs = np.unique(np.stack((columns.s[rows], columns.o[rows])), axis=1)
    classes, counts = np.unique(pairs[1], return_counts=True)
    usual = classes[counts * 2 > len(np.unique(pairs[0]))]
    return [term[1:-1] for term in columns.dictionary.terms(usual)]


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
    columns, rows = setting.columns, _rows(setting)
    parts = [each[rows].tolist() for each in (columns.s, columns.p, columns.o)]
    ids = np.unique(np.array(parts, np.int64))
    term = dict(zip(ids.tolist(), columns.dictionary.terms(ids), strict=True)).__getitem__
    triples = [f"{term(s)} {term(p)} {term(o)}" for s, p, o in zip(*parts, strict=True)]
    graphs = map(columns.graphs.__getitem__, columns.g[rows].tolist())
    lines = [f"{each} {graph} ." for each, graph in zip(triples, graphs, strict=True)]
    lines += [f"{each} ." for each in set(triples)]
    store = Store()
    store.load("\n".join(lines), Form.N_QUADS, lenient=True)
    store.extend(with_union(quads))
    return store


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
