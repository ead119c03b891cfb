"""A file of RDF becomes quads; what cannot be read is an error with line, column and text."""

from __future__ import annotations

import re
from pathlib import Path

from pyoxigraph import Quad, parse

from kg.errors import Place, ReadError, Text
from kg.rdf.formats import FORMATS, Format, by_suffix
from kg.rdf.outside import refuse_outside
from kg.rdf.syntax_words import explain

_LINE_END = re.compile(r"\r\n?|\n")


def read_quads(path: Path, *, base: str | None = None, shown: str | None = None) -> list[Quad]:
    """Read the RDF file `path` into quads; lexical forms are kept, blank nodes are renamed.

    `base` resolves relative IRIs; `shown` is the name used in messages. Raises ReadError with
    the place of the fault when the file is not there, not UTF-8 or not of its format.
    """
    name = shown or str(path)
    form = by_suffix(path)
    if form is None:
        known = ", ".join(suffix for known in FORMATS for suffix in known.suffixes)
        raise ReadError(
            Text(
                de=f"Die Endung {path.suffix!r} ist keine RDF-Endung. Bekannt sind {known}.",
                en=f"The suffix {path.suffix!r} is not one of RDF. Known are {known}.",
            ),
            place=Place(name),
        )
    return parse_quads(read_text(path, shown=name), form, base=base, shown=name)


def read_text(path: Path, *, shown: str | None = None) -> str:
    """Read a UTF-8 file, without its byte order mark; raises ReadError with line and column."""
    name = shown or str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReadError(
            Text(de=f"Nicht lesbar: {reason}.", en=f"Cannot be read: {reason}."), place=Place(name)
        ) from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = _LINE_END.split(error.object[: error.start].decode())
        line, column = len(before), len(before[-1]) + 1
        byte = f"0x{error.object[error.start]:02X}"
        raise ReadError(
            Text(
                de=f"Die Datei ist nicht UTF-8: Das Byte {byte} passt nicht. "
                "Speichern Sie sie mit der Zeichenkodierung UTF-8.",
                en=f"The file is not UTF-8: the byte {byte} does not fit. "
                "Save it with the character encoding UTF-8.",
            ),
            place=Place(name, line, column),
        ) from error


def parse_quads(text: str, form: Format, *, base: str | None, shown: str) -> list[Quad]:
    """Parse `text` of the format `form`; raises ReadError as `read_quads` does."""
    refuse_outside(text, form, shown)
    try:
        quads = parse(text.encode(), form.oxigraph, base_iri=base, rename_blank_nodes=True)
        return list(quads)
    except SyntaxError as error:
        raise syntax_error(error, text, shown) from error


def syntax_error(error: SyntaxError, text: str, shown: str) -> ReadError:
    """Return the parser's `error` in `text` with its place and the offending text."""
    line, column = error.lineno, error.offset
    reason = explain(str(error.msg).split(": ", 1)[-1])
    excerpt = _offending(text, line, column, error.end_lineno, error.end_offset)
    return ReadError(
        Text(
            de=f"Syntaxfehler bei {excerpt}: {reason.de}",
            en=f"Syntax error at {excerpt}: {reason.en}",
        ),
        place=Place(shown, line, column),
    )


def _offending(
    text: str, line: int | None, column: int | None, end_line: int | None, end: int | None
) -> str:
    """Return the text of a fault, quoted and cut to 60 characters, or its whole line."""
    lines = _LINE_END.split(text)
    if line is None or column is None or line > len(lines):
        return f"„{text.rstrip()[-60:].splitlines()[-1].strip()}“" if text.strip() else "„“"
    found = lines[line - 1]
    if end_line == line and end is not None and end > column:
        found = found[column - 1 : end - 1]
    elif column > len(found):
        found = found[-60:]
    else:
        found = found[column - 1 :]
    found = found.strip() or lines[line - 1].strip()
    return f"„{found[:60]}“" if found else "„“"
