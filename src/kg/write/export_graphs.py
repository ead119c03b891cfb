"""What the graphs that commits have changed hold by now: the files and the journal together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pyoxigraph import (
    CanonicalizationAlgorithm,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    Store,
)
from pyoxigraph import Dataset as Quads

from kg.errors import ProjectError, Text
from kg.rdf.dataset import Source, has_blank
from kg.write.change import Change, last_word, net

_AS = NamedNode("urn:kg:as")


@dataclass(frozen=True)
class Graph:
    """A graph that commits have changed: what it holds now, and the file that it is from."""

    iri: str
    quads: tuple[Quad, ...]
    source: Source | None

    @property
    def has_blank(self) -> bool:
        """Whether a blank node is in it."""
        return any(has_blank(quad) for quad in self.quads)


def outcome(changes: Iterable[Change]) -> Change:
    """Return what holds of each statement after `changes`, whatever was there before them.

    It is the last word (see `kg.write.change.last_word`), but for statements with blank nodes that
    came and went: the names of blank nodes in a file are others.
    """
    every = list(changes)
    last = last_word(every)
    never_stated = {quad for each in every for quad in each.added if has_blank(quad)}
    never_stated.difference_update(net(every).removed)
    return Change(last.added, tuple(quad for quad in last.removed if quad not in never_stated))


def changed_graphs(sources: Sequence[Source], change: Change) -> list[Graph]:
    """Return each graph that `change` touches, in the order of their IRIs.

    Raises ProjectError for statements outside of named graphs, which no file of a project has,
    and for statements with blank nodes that are to go from a file: names of blank nodes are not
    kept from one reading of a file to the next.
    """
    added, removed = _by_graph(change.added), _by_graph(change.removed)
    held: dict[str, tuple[Source | None, list[Quad]]] = {}
    for each in sources:
        for iri, own in _by_graph(each.quads).items():
            held[iri] = (each, own)
    found = []
    for iri in sorted({*added, *removed}):
        owner: tuple[Source | None, list[Quad]] = held.get(iri, (None, []))
        source, quads = owner
        if source is not None and same(quads, added[iri]):
            after = quads  # exported before, and not changed since
        else:
            after = applied(quads, Change(tuple(added[iri]), tuple(removed[iri])))
        found.append(Graph(iri, tuple(after), source))
    return found


def applied(stated: Iterable[Quad], change: Change) -> list[Quad]:
    """Return `stated` after `change`; what is stated keeps the form in which it is written.

    Statements are compared as the store has them, which knows numbers and times by their values.
    Raises ProjectError as `changed_graphs` does.
    """
    stated = list(stated)
    form = _Stored((*stated, *change.removed, *change.added))
    held: dict[Quad, list[Quad]] = defaultdict(list)
    for quad in stated:
        held[form.of(quad)].append(quad)
    for quad in change.removed:
        if not held.pop(form.of(quad), None) and has_blank(quad):
            raise _lost(quad)
    for quad in change.added:
        held[form.of(quad)] = held.get(form.of(quad)) or [quad]
    return [quad for quads in held.values() for quad in quads]


def same(some: Iterable[Quad], others: Iterable[Quad]) -> bool:
    """Return whether two datasets say the same, however their blank nodes are called."""
    one, other = set(some), set(others)
    if one == other or len(one) != len(other):
        return one == other
    if not any(map(has_blank, one)):
        return False
    return _canonical(one) == _canonical(other)


def same_as_stored(some: Iterable[Quad], others: Iterable[Quad]) -> bool:
    """Return whether two datasets are the same when both are in a store."""
    one, other = list(some), list(others)
    form = _Stored((*one, *other))
    return same(map(form.of, one), map(form.of, other))


def _canonical(quads: Iterable[Quad]) -> set[str]:
    dataset = Quads(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return {str(quad) for quad in dataset}


class _Stored:
    """Knows how Oxigraph writes the literals of some statements."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        literals = list({quad.object for quad in quads if _may_change(quad.object)})
        store = Store()
        store.extend(
            Quad(NamedNode(f"urn:kg:{number}"), _AS, literal)
            for number, literal in enumerate(literals)
        )
        found = {str(quad.subject)[8:-1]: quad.object for quad in store}
        self._forms = {literal: found[str(number)] for number, literal in enumerate(literals)}

    def of(self, quad: Quad) -> Quad:
        """Return `quad` as it is in a store."""
        form = self._forms.get(quad.object, quad.object)
        if form == quad.object:
            return quad
        return Quad(quad.subject, quad.predicate, form, quad.graph_name)


def _may_change(term: object) -> bool:
    return isinstance(term, Literal) and term.datatype.value.rpartition("#")[2] not in (
        "string",
        "langString",
    )


def _by_graph(quads: Iterable[Quad]) -> dict[str, list[Quad]]:
    found: dict[str, list[Quad]] = defaultdict(list)
    for quad in quads:
        if isinstance(quad.graph_name, DefaultGraph):
            raise _no_graph()
        found[str(quad.graph_name).strip("<>")].append(quad)
    return found


def _no_graph() -> ProjectError:
    return ProjectError(
        Text(
            de="Das Journal enthält Aussagen außerhalb benannter Graphen, wie es sie mit "
            "--default-graph plain gibt. Dateien eines Projekts können das nicht sagen; sichern "
            "Sie stattdessen mit kg backup.",
            en="The journal has statements outside of named graphs, as there are with "
            "--default-graph plain. Files of a project cannot say that; use kg backup instead.",
        )
    )


def _lost(quad: Quad) -> ProjectError:
    graph = str(quad.graph_name)
    return ProjectError(
        Text(
            de=f"Aus dem Graphen {graph} wurden Aussagen mit leeren Knoten entfernt. Das lässt "
            "sich nicht in seine Datei übertragen: Ändern Sie die Datei von Hand.",
            en=f"Statements with blank nodes were removed from the graph {graph}. That cannot be "
            "carried over to its file: change the file by hand.",
        )
    )
