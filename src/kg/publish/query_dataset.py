"""The dataset that a query sees (SPARQL 1.1 Query section 13), as arguments of Oxigraph.

The default graph of a published store is the union of its named graphs. Where a query names
several graphs instead, its default graph is their merge: a set, in which a triple that stands in
two of them is one. Oxigraph finds it twice, so from all but one of the graphs it is taken away,
in a store of links to the files of the version that only this query sees.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, TypedDict, TypeVar

from pyoxigraph import NamedNode, Quad, RdfFormat, Store, parse

from kg.errors import StageError, Text
from kg.publish.statistics import SHARED, statistics_of
from kg.publish.store import Query
from kg.rdf.dataset_clause import Clause, clause_of, may_have_clause
from kg.settings import DefaultGraph

_COPY = "urn:kg:merged:"
_FOLDER = "kg-merged-"
_TABLES = ".sst"
T = TypeVar("T")


class Dataset(TypedDict, total=False):
    """Arguments of `pyoxigraph.Store.query`: lists of NamedNode. What is not there is the store's.

    They are not typed as such, for Oxigraph's parameters are lists of more.
    """

    default_graph: list[Any]
    named_graphs: list[Any]


def dataset_of(setting: DefaultGraph, query: Query) -> Dataset:
    """Return the dataset of `query`: of the request, else of its FROM clauses, else of `setting`.

    With "plain" the default graph is what stands outside of named graphs. In a published store
    that is nothing, for each file of a project fills a named graph.
    """
    if query.default_graphs is not None or query.named_graphs is not None:
        default, named = query.default_graphs or (), query.named_graphs or ()
        return _dataset(Clause(tuple(dict.fromkeys(default)), tuple(dict.fromkeys(named))))
    if may_have_clause(query.text):
        clause = clause_of(query.text, query.prefixes)
        return _dataset(clause) if clause else {}
    return {} if setting == "union" else {"default_graph": []}


def _dataset(clause: Clause) -> Dataset:
    return {
        "default_graph": [NamedNode(iri) for iri in clause.default],
        "named_graphs": [NamedNode(iri) for iri in clause.named],
    }


def in_merge(
    store: Store, dataset: Dataset, use: Callable[[Store, Dataset], T], *, version: Path
) -> T:
    """Call `use` with a store and a dataset in whose default graph no triple is found twice.

    They are `store` and `dataset` themselves where the graphs have nothing in common. `version`
    is the folder of the version. Raises StageError when the links cannot be made, and what `use`
    raises. What `use` gets must not be kept: its files are removed; see `clear`.
    """
    default = {node.value for node in dataset.get("default_graph", ())}
    repeated = _repeated(store, version, default) if len(default) > 1 else []
    if not repeated:
        return use(store, dataset)
    folder = None
    try:
        folder = tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-")
        own = _linked(version / "store", Path(folder, "store"))
        merged = _without_repetition(own, repeated, dataset)
    except OSError as error:
        _remove(folder)
        raise _not_merged(error) from error
    try:
        return use(own, merged)
    finally:
        del own
        _remove(folder)


def clear(process: int) -> None:
    """Remove what a process left that was killed in `in_merge`."""
    for path in Path(tempfile.gettempdir()).glob(f"{_FOLDER}{process}-*"):
        _remove(str(path))


def _remove(folder: str | None) -> None:
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _not_merged(error: OSError) -> StageError:
    reason = error.strerror or error
    return StageError(
        Text(
            de=f"Die Graphen lassen sich nicht zusammenführen: {reason}. Fragen Sie sie einzeln "
            "ab, mit GRAPH.",
            en=f"The graphs cannot be merged: {reason}. Ask them one by one, with GRAPH.",
        )
    )


def _repeated(store: Store, version: Path, graphs: set[str]) -> list[Quad]:
    """Return the statements of `graphs` whose triple stands in an earlier one."""
    statistics = statistics_of(version)
    if statistics is None:
        return list(_found_repeated(store, graphs))
    shared = statistics.shared
    if shared is None or any(len(graphs.intersection(one)) > 1 for one in shared):
        return list(_later(version, graphs))
    return []


def _found_repeated(store: Store, graphs: set[str]) -> Iterator[Quad]:
    """Yield them by walking through all of `graphs` but the one with most statements."""
    nodes = {NamedNode(iri): None for iri in sorted(graphs)}
    held = {node: list(store.quads_for_pattern(None, None, None, node)) for node in nodes}
    largest = max(held, key=lambda node: len(held[node]))
    seen = set()
    for quad in chain.from_iterable(quads for node, quads in held.items() if node != largest):
        if quad.triple in seen:
            continue
        found = store.quads_for_pattern(quad.subject, quad.predicate, quad.object)
        _, *later = (each for each in found if each.graph_name in nodes)
        if later:
            seen.add(quad.triple)
            yield from later


def _linked(source: Path, target: Path) -> Store:
    """Open a store that shares the tables of `source`, which it never writes."""
    target.mkdir()
    for path in source.iterdir():
        if path.suffix == _TABLES:
            (target / path.name).symlink_to(path.resolve())
        else:
            shutil.copy(path, target)
    return Store(os.fspath(target))


def _without_repetition(store: Store, repeated: Iterable[Quad], dataset: Dataset) -> Dataset:
    """Take the statements in `repeated` from the default graphs.

    A graph that the query also sees by its name keeps all its triples, and a copy loses them.
    """
    graphs = dataset["default_graph"]
    by_name = {node.value for node in dataset["named_graphs"]}
    instead: dict[str, NamedNode] = {}
    for quad in repeated:
        graph = quad.graph_name
        if not isinstance(graph, NamedNode):
            continue
        if graph.value in by_name and graph.value not in instead:
            copy = instead[graph.value] = NamedNode(f"{_COPY}{len(instead)}")
            store.extend(_moved(store.quads_for_pattern(None, None, None, graph), copy))
        store.remove(*_moved([quad], instead.get(graph.value, graph)))
    return {
        **dataset,
        "default_graph": [instead.get(node.value, node) for node in graphs],
    }


def _moved(quads: Iterable[Quad], graph: NamedNode) -> Iterator[Quad]:
    return (Quad(quad.subject, quad.predicate, quad.object, graph) for quad in quads)


def _later(version: Path, graphs: set[str]) -> Iterator[Quad]:
    """Yield the statements of `graphs` whose triple stands in an earlier one."""
    seen = set()
    for quad in parse(path=str(version / SHARED), format=RdfFormat.N_QUADS, lenient=True):
        if isinstance(quad.graph_name, NamedNode) and quad.graph_name.value in graphs:
            if quad.triple in seen:
                yield quad
            seen.add(quad.triple)
