"""A project folder becomes a Dataset: one named graph for each file, with the file remembered."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad, Triple

from kg.errors import Place, ProjectError, Text
from kg.rdf.alignment import aligned
from kg.rdf.formats import Format, by_suffix
from kg.rdf.locating import LOCATING
from kg.rdf.plain_turtle import plain_positions
from kg.rdf.positions import Positioned
from kg.rdf.read import all_read, parse_quads, read_quads, read_text
from kg.settings import Project

ROOMS = ("ontology", "shapes", "data")
INFERRED = "inferred"
"""The name of the graph of what reasoning adds."""
MEANINGFUL = ("ontology", "data")
"""The rooms whose triples say something about the world; shapes only speak of triples."""


@dataclass(frozen=True)
class Source:
    """One file: the room it stands in, the graph it fills and its quads in that graph.

    `text` and `form` are there for a text that is not a file, such as a posted one.
    """

    path: Path
    shown: str
    room: str
    graph: str
    quads: tuple[Quad, ...]
    text: str | None = None
    form: Format | None = None

    def triples(self) -> Iterator[Triple]:
        """Yield the triples of the file."""
        return (quad.triple for quad in self.quads)

    def locate(self) -> list[Positioned]:
        """Return where each triple stands; blank nodes have the names that they have in `quads`.

        Empty for formats without places of their own. Raises ReadError as `read` does.
        """
        form = self.form or by_suffix(self.path)
        locate = LOCATING.get(form.name) if form else None
        if form is None or locate is None:
            return []
        text = self.read()
        plain = plain_positions(text) if self.is_turtle else None
        return aligned(locate(text, self.graph), self.quads) if plain is None else plain

    @property
    def has_places(self) -> bool:
        """Whether `locate` knows places in the format of the text."""
        form = self.form or by_suffix(self.path)
        return form is not None and form.name in LOCATING

    @property
    def is_turtle(self) -> bool:
        """Whether the text is Turtle."""
        form = self.form or by_suffix(self.path)
        return form is not None and form.name == "turtle"

    def read(self) -> str:
        """Return the text; raises ReadError when the file cannot be read any more."""
        return read_text(self.path, shown=self.shown) if self.text is None else self.text


@dataclass(frozen=True)
class Dataset:
    """All files of a project."""

    project: Project
    sources: tuple[Source, ...]

    def triples(self, *rooms: str) -> set[Triple]:
        """Return the union of the triples of `rooms`, of all rooms when none is given."""
        return {
            triple
            for source in self.sources
            if not rooms or source.room in rooms
            for triple in source.triples()
        }

    def quads(self) -> Iterator[Quad]:
        """Yield all quads, each in its named graph."""
        for source in self.sources:
            yield from source.quads

    def in_room(self, *rooms: str) -> tuple[Source, ...]:
        """Return the sources of `rooms`."""
        return tuple(source for source in self.sources if source.room in rooms)


def load(project: Project, *, may_be_empty: bool = False) -> Dataset:
    """Read all RDF files of the rooms ontology/, shapes/ and data/ of `project`.

    Raises ProjectError when there is no statement in them, unless it `may_be_empty`, or when two
    files claim one graph or one that of the inferred triples; ReadError when a file cannot
    be read.
    """
    sources = tuple(all_read(_files(project)))
    said = any(source.quads for source in sources if source.room in MEANINGFUL)
    if not said and not may_be_empty:
        rooms = ", ".join(f"{room}/" for room in MEANINGFUL)
        raise ProjectError(
            Text(
                de=f"In {project.root} steht keine Aussage. Erwartet wird RDF, etwa Turtle, in "
                f"{rooms}.",
                en=f"There is no statement in {project.root}. Expected is RDF, such as Turtle, "
                f"in {rooms}.",
            )
        )
    _refuse_clashes(sources, reserved=project.graph_iri(INFERRED))
    return Dataset(project=project, sources=sources)


def rdf_files(folder: Path) -> list[Path]:
    """Return the RDF files below `folder`, sorted, hidden ones left out."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and by_suffix(path)
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def load_file(project: Project, path: Path) -> Source:
    """Read one file that does not belong to the project, such as a contribution."""
    graph = project.graph_iri(f"contribution/{path.stem}")
    return _source(path, project.prefixes, shown=str(path), room="data", graph=graph)


def source_of_text(
    text: str,
    form: Format,
    *,
    shown: str,
    graph: str,
    room: str = "data",
    prefixes: Mapping[str, str] | None = None,
) -> Source:
    """Read a text that is not a file of the project, such as a posted body.

    `shown` is its name in messages; the IRI `graph` names the graph that it fills and is the base
    of relative IRIs; messages propose namespaces of `prefixes`. Raises ReadError with line and
    column.
    """
    text = text.removeprefix("\ufeff")
    quads = parse_quads(text, form, base=graph, shown=shown, prefixes=prefixes)
    return Source(
        path=Path(shown),
        shown=shown,
        room=room,
        graph=graph,
        quads=_in_graph(quads, graph),
        text=text,
        form=form,
    )


def fingerprint(project: Project) -> str:
    """Return the SHA-256 of names and bytes of all files that a build depends on."""
    digest = hashlib.sha256()
    root = project.root
    files = [root / "kg.toml"] if (root / "kg.toml").is_file() else []
    for room in ROOMS:
        files += rdf_files(root / room) if (root / room).is_dir() else []
    if (root / "queries").is_dir():
        files += sorted((root / "queries").rglob("*.rq"))
    for path in files:
        content = path.read_bytes()
        digest.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _files(project: Project) -> Iterator[Callable[[], Source]]:
    """Yield what reads each file of a project."""
    for room in ROOMS:
        folder = project.root / room
        if not folder.is_dir():
            continue
        for path in rdf_files(folder):
            relative = path.relative_to(folder).with_suffix("").as_posix()
            name = relative if room == "data" else f"{room}/{relative}"
            shown = path.relative_to(project.root).as_posix()
            graph = project.graph_iri(name)
            yield partial(_source, path, project.prefixes, shown=shown, room=room, graph=graph)


def _source(
    path: Path, prefixes: Mapping[str, str], *, shown: str, room: str, graph: str
) -> Source:
    quads = read_quads(path, base=graph, shown=shown, prefixes=prefixes)
    if any(has_blank(quad) for quad in quads):
        quads = _labelled(quads, hashlib.sha256(graph.encode() + b"\0" + path.read_bytes()))
    return Source(path=path, shown=shown, room=room, graph=graph, quads=_in_graph(quads, graph))


def has_blank(statement: Quad | Triple) -> bool:
    """Return whether subject or object is a blank node."""
    return any(isinstance(each, BlankNode) for each in (statement.subject, statement.object))


def _labelled(quads: Iterable[Quad], content: hashlib._Hash) -> list[Quad]:
    """Give blank nodes labels that are the same whenever the same file is read."""
    start = content.hexdigest()[:24]
    names: dict[Any, BlankNode] = {}

    def named(term: Any) -> Any:
        if not isinstance(term, BlankNode):
            return term
        if term not in names:
            names[term] = BlankNode(f"b{start}{len(names):x}")
        return names[term]

    return [
        Quad(named(each.subject), each.predicate, named(each.object), named(each.graph_name))
        for each in quads
    ]


def _in_graph(quads: Iterable[Quad], graph: str) -> tuple[Quad, ...]:
    """Return `quads` with those of the default graph in the graph named `graph`."""
    node = NamedNode(graph)
    return tuple(
        Quad(quad.subject, quad.predicate, quad.object, node)
        if isinstance(quad.graph_name, DefaultGraph)
        else quad
        for quad in quads
    )


def _refuse_clashes(sources: Iterable[Source], *, reserved: str) -> None:
    claimed: dict[str, Source] = {}
    for source in sources:
        graphs = {f"<{source.graph}>"} | {str(quad.graph_name) for quad in source.quads}
        for graph in sorted(graphs):
            if graph == f"<{reserved}>":
                raise ProjectError(
                    Text(
                        de=f"Der Graph {graph} ist für das Erschlossene da. Benennen Sie die "
                        "Datei um.",
                        en=f"The graph {graph} is for what is inferred. Rename the file.",
                    ),
                    place=Place(source.shown),
                )
            other = claimed.setdefault(graph, source)
            if other is not source:
                raise ProjectError(
                    Text(
                        de=f"Auch {other.shown} füllt den Graphen {graph}. Jeder Graph gehört "
                        "einer Datei: Benennen Sie eine der beiden um.",
                        en=f"{other.shown} fills the graph {graph} as well. Each graph belongs "
                        "to one file: rename one of the two.",
                    ),
                    place=Place(source.shown),
                )
