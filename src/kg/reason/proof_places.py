"""Where the statements of columns stand: the file of each graph, and the line of each statement.

lines     int32: the line of each row of the columns, 0 when it is not known
header    JSON: layout; files with the graphs that they fill; size and BLAKE2 of `lines`
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kg.errors import KgError, Place, StageError, Text
from kg.rdf.checked_files import sync, write_file
from kg.rdf.columns import Columns
from kg.rdf.dataset import Source
from kg.rdf.formats import by_suffix
from kg.rdf.plain_turtle import plain_lines
from kg.reason.proof import Triple

LAYOUT = 1
HEADER = "header.json"
MOST_BYTES = 8 << 20
"""Lines are not looked for in larger files: that would take longer than all the rest."""
Lines = NDArray[np.int32]


@dataclass(frozen=True)
class Places:
    """`files` has the file of each graph by the graph's name; `lines` the line of each row."""

    files: Mapping[str, str]
    lines: Lines

    def place(self, graph: str, row: int) -> Place | None:
        """Return where the statement of a row of `graph` stands, None when nobody knows."""
        file = self.files.get(graph)
        line = int(self.lines[row]) if row < len(self.lines) else 0
        return Place(file, line or None) if file else None


NOWHERE = Places({}, np.empty(0, np.int32))
"""For columns of which only the graphs are known."""


class Finding:
    """Places that are looked up when they are asked for, in the files as they are now.

    A statement with a blank node has the line where its subject is said to have its predicate.
    Files of formats without lines of their own, too large ones and those that can no longer be
    read give only the file.
    """

    def __init__(self, columns: Columns, sources: Iterable[Source]) -> None:
        """Find the statements of `columns`, which were read from `sources`."""
        self._columns = columns
        self._sources: dict[str, Source] = {}
        self._lines: dict[str, _Index] = {}
        for source in sources:
            graphs = {str(quad.graph_name) for quad in source.quads} or {f"<{source.graph}>"}
            self._sources |= dict.fromkeys(sorted(graphs), source)

    def place(self, graph: str, row: int) -> Place | None:
        """Return where the statement of a row of `graph` stands, None when nobody knows."""
        source = self._sources.get(graph)
        if source is None:
            return None
        columns = self._columns
        ids = np.array([columns.s[row], columns.p[row], columns.o[row]], np.int64)
        subject, predicate, value = columns.dictionary.terms(ids)
        line = self._index(source).line((subject, predicate, value))
        return Place(source.shown, line or None)

    def all(self) -> Places:
        """Return the places of all statements."""
        lines = np.zeros(len(self._columns), np.int32)
        graphs: dict[str, list[int]] = {}
        for number, graph in enumerate(self._columns.graphs):
            if graph in self._sources:
                graphs.setdefault(self._sources[graph].shown, []).append(number)
        sources = {source.shown: source for source in self._sources.values()}
        for shown, numbers in graphs.items():
            self._look_up(_Index(sources[shown]), numbers, lines)
        files = {graph: source.shown for graph, source in self._sources.items()}
        return Places(files, lines)

    def _look_up(self, index: _Index, graphs: Iterable[int], lines: Lines) -> None:
        """Write the lines of all rows of `graphs`, by their numbers, into `lines`."""
        columns = self._columns
        for number in graphs:
            low, high = columns.g.searchsorted([number, number + 1]).tolist()
            terms = (
                columns.dictionary.terms(column[low:high])
                for column in (columns.s, columns.p, columns.o)
            )
            lines[low:high] = [index.line(triple) for triple in zip(*terms, strict=True)]

    def _index(self, source: Source) -> _Index:
        if source.shown not in self._lines:
            self._lines[source.shown] = _Index(source)
        return self._lines[source.shown]


class _Index:
    """The line of each triple of a file, and that of each subject's predicate."""

    def __init__(self, source: Source) -> None:
        self._exact: dict[Triple, int] = {}
        self._close: dict[tuple[str, str], int] = {}
        try:
            if not _small(source):
                return
            form = by_suffix(source.path)
            plain = plain_lines(source.read()) if form and form.name == "turtle" else None
            found = source.locate() if plain is None else []
        except (OSError, KgError):
            return
        for triple, line, verb_line in plain or ():
            self._exact.setdefault(triple, line)
            self._close.setdefault(triple[:2], verb_line)
        for item in found:
            self._exact.setdefault(item.key, item.object.line)
            self._close.setdefault(item.key[:2], item.predicate.line)

    def line(self, triple: Triple) -> int:
        return self._exact.get(triple) or self._close.get(triple[:2], 0)


def _small(source: Source) -> bool:
    return source.text is not None or source.path.stat().st_size <= MOST_BYTES


def save(places: Places, directory: Path) -> None:
    """Write `places` to `directory`; raises StageError when it cannot be written."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lines = np.ascontiguousarray(places.lines, "<i4").data
        size, digest = write_file(directory / "lines", lines)
        header = {"layout": LAYOUT, "files": places.files, "size": size, "digest": digest}
        text = json.dumps(header, indent=1, ensure_ascii=False)
        write_file(directory / HEADER, memoryview(text.encode()))
        sync(directory)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StageError(
            Text(
                de=f"Die Fundstellen konnten nicht geschrieben werden: {reason}",
                en=f"The places could not be written: {reason}",
            ),
            place=Place(str(directory)),
        ) from error


def open_places(directory: Path) -> Places:
    """Open what `save` wrote; raises StageError, which names the file, for anything else."""
    path = directory / HEADER
    try:
        header = json.loads(path.read_bytes())
        if header["layout"] != LAYOUT:
            raise _broken(path)
        files = {str(graph): str(file) for graph, file in header["files"].items()}
        path = directory / "lines"
        content = path.read_bytes()
        if blake2b(content, digest_size=32).hexdigest() != header["digest"]:
            raise _broken(path)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise _broken(path) from error
    return Places(files, np.frombuffer(content, "<i4"))


def _broken(path: Path) -> StageError:
    return StageError(
        Text(
            de="Die Fundstellen der Aussagen fehlen oder sind verändert. Bauen Sie neu: "
            "kg build --force",
            en="The places of the statements are missing or altered. Build anew: kg build --force",
        ),
        place=Place(str(path)),
    )
