"""Files of RDF become a dictionary and integer columns; N-Triples and N-Quads without objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, cast

from pyoxigraph import Literal, Quad, RdfFormat, Triple, parse, serialize

from kg.errors import Place, ReadError, Text
from kg.rdf.collect import Collector, Scope
from kg.rdf.columns import Columns
from kg.rdf.formats import Format, by_suffix
from kg.rdf.outside import refuse_outside
from kg.rdf.read import read_quads, read_text, syntax_error

_BLOCK = 1 << 20
_AT_ONCE = 8192
_BOM = b"\xef\xbb\xbf"
_LOOKED_AT = ("jsonld", "rdfxml")
"""Formats whose texts may refer to what stands elsewhere."""


@dataclass(frozen=True)
class Input:
    """A file to read.

    `graph`, in N-Triples form, gets the triples that name no graph; `base` resolves relative
    IRIs; `shown` is the name for messages.
    """

    path: Path
    graph: str = ""
    base: str | None = None
    shown: str | None = None


def read_columns(inputs: Iterable[Path | tuple[Path, str] | Input]) -> Columns:
    """Read RDF files, of any format of `kg.rdf.formats`, into columns.

    A pair is a path and its graph. Lexical forms are kept; the blank nodes of the file number n,
    from 1, are named `_:fn_label`, or `_:fn-number` if they had no label. Raises ReadError, with
    file and line, when a file is not there, not UTF-8, not of its format or uses RDF 1.2.
    """
    collector = Collector()
    for number, given in enumerate(inputs, start=1):
        one = given if isinstance(given, Input) else _input(given)
        form = by_suffix(one.path)
        scope = Scope(prefix=b"f%d" % number, graph=one.graph)
        try:
            if form is not None and form.name in ("ntriples", "nquads"):
                _read_lines(one, form, collector, scope)
            elif form is not None:
                _read_other(one, form, collector, scope)
            else:
                read_quads(one.path, shown=_shown(one))
        except OSError:
            read_text(one.path, shown=_shown(one))
            raise
    return collector.columns()


def columns_of(statements: Iterable[Quad | Triple]) -> Columns:
    """Return the columns of statements in memory; the labels of blank nodes stay as they are.

    Raises ReadError when a statement uses RDF 1.2.
    """
    collector = Collector()
    _take(iter(statements), collector, Scope(prefix=b""), place=None)
    return collector.columns()


def _input(given: Path | tuple[Path, str]) -> Input:
    return Input(*given) if isinstance(given, tuple) else Input(given)


def _shown(one: Input) -> str:
    return one.shown or str(one.path)


def _read_lines(one: Input, form: Format, collector: Collector, scope: Scope) -> None:
    place = 0
    with one.path.open("rb", buffering=0) as file:
        for block in _blocks(file):
            text = block.removeprefix(_BOM) if not place else block
            plain = text.replace(b"\r\n", b"\n") if b"\r" in text else text
            if not plain.endswith(b"\n"):
                plain += b"\n"
            place += len(block)
            if not collector.add(plain, scope, quads=form.name == "nquads"):
                _parse_block(_Block(one, form, text, place), collector, scope)


def _blocks(file: IO[bytes]) -> Iterator[bytes]:
    """Yield whole lines of about a mebibyte; only the last line may be without its end."""
    rest: list[bytes] = []
    while read := file.read(_BLOCK):
        end = read.rfind(b"\n") + 1
        if end:
            yield b"".join([*rest, read[:end]])
            rest = []
        rest.append(read[end:])
    if last := b"".join(rest):
        yield last


@dataclass(frozen=True)
class _Block:
    """Whole lines of a file, which end at its byte `end`."""

    source: Input
    form: Format
    text: bytes
    end: int

    def lines_before(self) -> int:
        """Count the lines of the file before this block; only an error needs it."""
        left = self.end - len(self.text)
        count = 0
        with self.source.path.open("rb") as file:
            while left > 0 and (read := file.read(min(left, _BLOCK))):
                if read.endswith(b"\r") and len(read) < left:
                    read += file.read(1)
                # A carriage return alone ends a line too, as for the parser.
                count += read.count(b"\n") + read.count(b"\r") - read.count(b"\r\n")
                left -= len(read)
        return count

    def followed(self) -> bytes:
        """Return the lines with some that follow, as the parser looks ahead."""
        with self.source.path.open("rb") as file:
            file.seek(self.end)
            return self.text + file.read(_BLOCK // 16) + file.readline()


def _parse_block(block: _Block, collector: Collector, scope: Scope) -> None:
    """Give lines that are not plain to the parser, and what it found to the collector."""
    shown = _shown(block.source)
    if not _decodes(block.text):
        read_text(block.source.path, shown=shown)
    try:
        statements = list(parse(block.text, block.form.oxigraph))
    except SyntaxError:
        raise _moved(_fault(block), block.lines_before()) from None
    if any(map(_is_rdf_1_2, statements)):
        raise _rdf_1_2(Place(shown, block.lines_before() + _line_of_rdf_1_2(block)))
    _take(iter(statements), collector, scope, place=Place(shown))


def _decodes(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError:
        return False
    return True


def _fault(block: _Block) -> ReadError:
    text = block.followed()
    try:
        for _ in parse(text, block.form.oxigraph):
            pass
    except SyntaxError as error:
        return syntax_error(error, text.decode(errors="replace"), _shown(block.source))
    return ReadError(
        Text(
            de="Die Datei hat sich geändert, während sie gelesen wurde.",
            en="The file has changed while it was read.",
        ),
        place=Place(_shown(block.source)),
    )


def _moved(error: ReadError, lines: int) -> ReadError:
    place = error.place
    if place is None or place.line is None:
        return error
    return ReadError(error.text, place=replace(place, line=place.line + lines))


def _line_of_rdf_1_2(block: _Block) -> int:
    lines = block.text.splitlines(keepends=False)
    for number, line in enumerate(lines, start=1):
        if any(map(_is_rdf_1_2, parse(line, block.form.oxigraph))):
            return number
    return 1


def _read_other(one: Input, form: Format, collector: Collector, scope: Scope) -> None:
    scope.made_up = True
    shown = _shown(one)
    if form.name in _LOOKED_AT:
        refuse_outside(read_text(one.path, shown=shown), form, shown)
    with one.path.open("rb") as file:
        if file.read(len(_BOM)) != _BOM:
            file.seek(0)
        try:
            statements = parse(file, form.oxigraph, base_iri=one.base)
            _take(statements, collector, scope, place=Place(shown))
        except (SyntaxError, UnicodeDecodeError) as error:
            text = read_text(one.path, shown=shown)
            if isinstance(error, SyntaxError):
                raise syntax_error(error, text, shown) from error
            raise


def _take(
    statements: Iterator[Quad | Triple],
    collector: Collector,
    scope: Scope,
    *,
    place: Place | None,
) -> None:
    """Write statements as N-Quads, which has all terms in canonical form, and collect them."""
    while batch := list(islice(statements, _AT_ONCE)):
        text = serialize(cast("list[Quad]", batch), format=RdfFormat.N_QUADS)
        if text is None or not collector.add(text, scope, quads=True, trusted=True):
            raise _rdf_1_2(place)


def _is_rdf_1_2(statement: Quad | Triple) -> bool:
    value = statement.object
    return isinstance(value, Triple) or (isinstance(value, Literal) and bool(value.direction))


def _rdf_1_2(place: Place | None) -> ReadError:
    return ReadError(
        Text(
            de="Aussagen über Aussagen, <<( … )>>, und Texte mit Schreibrichtung gehören zu "
            "RDF 1.2: Sie werden nicht gelesen.",
            en="Statements about statements, <<( … )>>, and strings with a base direction are "
            "of RDF 1.2: they are not read.",
        ),
        place=place,
    )
