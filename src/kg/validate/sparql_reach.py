"""From changed triples to the focus nodes of a query, and from focus nodes to its triples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from kg.rdf.dictionary import LITERAL
from kg.reason.arrays import EMPTY, Ints, distinct, firsts, gather, pack, seconds
from kg.reason.relation import Relation
from kg.validate.graph import Graph, Pairs
from kg.validate.paths import Path, Step, inverse_of
from kg.validate.sparql_paths import Expand, Walk, predicates_of
from kg.validate.sparql_sites import Site, Way


def mentioned(sites: Iterable[Site]) -> frozenset[str] | None:
    """Return the predicates that patterns depend on, None when it may be any."""
    found: set[str] = set()
    for site in sites:
        if site.path is None or not site.grounded:
            return None
        found.update(predicates_of(site.path))
    return frozenset(found)


def touched(sites: Iterable[Site], graph: Graph, changed: Pairs, path: Path | None) -> Ints | None:
    """Return the focus nodes whose answer may be another after a change, None for any.

    `changed` are pairs that were added or removed, by the identifier of the predicate; `path`
    leads from a focus node to what $value is, None when that is the focus node itself.
    """
    names = {graph.dictionary.term(id): pairs for id, pairs in changed.items() if len(pairs)}
    if not names:
        return EMPTY
    walk = Walk(_with_changed(graph, names))
    found: list[Ints] = []
    for site in sites:
        if not site.grounded:
            return None
        for start, end in _ends(site, graph, walk, names):
            if not len(start) or not len(end):
                continue
            way = site.way
            nodes = _back(graph, walk, way, end if way.at_object else start) if way else None
            if way and nodes is not None and way.row == "value" and path is not None:
                nodes = walk.along(inverse_of(path), nodes)
            if nodes is None:
                return None
            found.append(nodes)
    return gather(found)


def _ends(
    site: Site, graph: Graph, walk: Walk, changed: Mapping[str, Ints]
) -> Iterator[tuple[Ints, Ints]]:
    """Yield the nodes at both ends of what a pattern finds with the changed pairs."""
    if site.path is not None and not isinstance(site.path, Step):
        yield from walk.ends(site.path, changed)
        return
    names = list(changed) if site.path is None else [site.path.predicate]
    inverse = site.path is not None and site.path.inverse
    for name in names:
        pairs = changed.get(name, EMPTY)
        ends = (seconds(pairs), firsts(pairs)) if inverse else (firsts(pairs), seconds(pairs))
        fits = np.ones(len(pairs), bool)
        for nodes, term in zip(ends, (site.subject, site.object), strict=True):
            if term is not None:
                fits &= nodes == graph.id(term)
        yield ends[0][fits], ends[1][fits]


def _back(graph: Graph, walk: Walk, way: Way, nodes: Ints) -> Ints | None:
    """Return the nodes from which `way` leads to `nodes`, None when that cannot be told."""
    nodes = distinct(nodes)
    for step in reversed(way.steps):
        if has_spellings(graph, nodes):
            return None
        nodes = walk.along(inverse_of(step), nodes)
    return None if has_spellings(graph, nodes) else nodes


def has_spellings(graph: Graph, nodes: Ints) -> bool:
    """Return whether some of `nodes` may be written in several ways, such as 1.0 and 1.00.

    Oxigraph takes them for one.
    """
    literals = nodes[graph.dictionary.kinds[nodes] == LITERAL]
    return len(literals) > 0 and bool(graph.dictionary.are_typed(literals).any())


def _with_changed(graph: Graph, changed: Mapping[str, Ints]) -> Expand:
    """Return how to find partners before and after a change at once."""
    more = {name: Relation(distinct(pairs)) for name, pairs in changed.items()}

    def expand(predicate: str, nodes: Ints, inverse: bool) -> tuple[Ints, Ints]:
        which, partners = graph.of(predicate).expand(nodes, by_object=inverse)
        if predicate in more:
            again, others = more[predicate].expand(nodes, by_object=inverse)
            which, partners = np.concatenate((which, again)), np.concatenate((partners, others))
        return which, partners

    return expand


def around(
    sites: Iterable[Site], graph: Graph, rows: Mapping[str, Ints], *, most: int
) -> dict[int, Ints] | None:
    """Return the pairs by predicate that suffice to answer a query for some values of its rows.

    None when that cannot be told, or when they are more than `most`.
    """
    visited: dict[str, list[Ints]] = {}
    walk = Walk(lambda p, nodes, inverse: graph.of(p).expand(nodes, by_object=inverse), visited)
    found: dict[int, list[Ints]] = {}
    for site in sites:
        way = site.way
        if way is None or not site.grounded:
            return None
        nodes = distinct(rows[way.row])
        for step in way.steps:
            if len(nodes) > most or has_spellings(graph, nodes):
                return None
            nodes = walk.along(step, nodes)
        if len(nodes) > most or has_spellings(graph, nodes):
            return None
        if site.path is None:
            _all_pairs(graph, nodes, found, at_object=way.at_object)
        else:
            walk.along(inverse_of(site.path) if way.at_object else site.path, nodes)
    for name, parts in visited.items():
        found.setdefault(graph.id(name), []).extend(parts)
    gathered = {predicate: gather(parts) for predicate, parts in found.items()}
    return gathered if sum(map(len, gathered.values())) <= most else None


def _all_pairs(graph: Graph, nodes: Ints, found: dict[int, list[Ints]], *, at_object: bool) -> None:
    for predicate in graph.predicates():
        which, partners = graph.relation(predicate).expand(nodes, by_object=at_object)
        if len(which):
            ends = nodes[which]
            pairs = pack(partners, ends) if at_object else pack(ends, partners)
            found.setdefault(predicate, []).append(pairs)
