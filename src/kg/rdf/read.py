"""A file of RDF becomes quads; what cannot be read is an error with line, column and text."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from pyoxigraph import Quad, parse

from kg.errors import Place, ReadError, Text
from kg.rdf.formats import FORMATS, Format, by_suffix
from kg.rdf.nesting import refuse_nesting
from kg.rdf.other_faults import json_fault, xml_fault
from kg.rdf.outside import refuse_outside
from kg.rdf.signs import visible
from kg.rdf.syntax_fault import Fault
from kg.rdf.syntax_words import explain
from kg.rdf.turtle_faults import turtle_fault
from kg.rdf.turtle_scan import Lines

_Read = TypeVar("_Read")
_LINE_END = re.compile(r"\r\n?|\n")


def read_quads(
    path: Path,
    *,
    base: str | None = None,
    shown: str | None = None,
    prefixes: Mapping[str, str] | None = None,
) -> list[Quad]:
    """Read the RDF file `path` into quads; lexical forms are kept, blank nodes are renamed.

    `base` resolves relative IRIs; `shown` is the name used in messages, which propose the
    namespaces of `prefixes` where one is not declared. Raises ReadError with the place of the
    fault when the file is not there, not UTF-8 or not of its format.
    """
    name = shown or str(path)
    form = by_suffix(path)
    if form is None:
        raise ReadError(unknown_suffix(path.suffix), place=Place(name))
    text = read_text(path, shown=name)
    return parse_quads(text, form, base=base, shown=name, prefixes=prefixes)


def unknown_suffix(suffix: str) -> Text:
    """Return the message that the suffix of a file name, which may be empty, is not one of RDF."""
    known = ", ".join(suffix for known in FORMATS for suffix in known.suffixes)
    if not suffix:
        return Text(
            de=f"Der Dateiname hat keine Endung. Bekannt sind {known}.",
            en=f"The file name has no suffix. Known are {known}.",
        )
    return Text(
        de=f"Die Endung {suffix!r} ist keine RDF-Endung. Bekannt sind {known}.",
        en=f"The suffix {suffix!r} is not one of RDF. Known are {known}.",
    )


def read_text(path: Path, *, shown: str | None = None) -> str:
    """Read a UTF-8 file, without its byte order mark; raises ReadError with line and column."""
    name = shown or str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ReadError(_unreadable(error), place=Place(name)) from error
    return decoded(raw, shown=name)


def decoded(raw: bytes, *, shown: str) -> str:
    """Return UTF-8 as text, without its byte order mark; raises ReadError with line and column."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ReadError(_UTF16, place=Place(shown, 1, 1))
    if raw.startswith(b"PK\x03\x04"):
        raise ReadError(_ZIP, place=Place(shown))
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
            place=Place(shown, line, column),
        ) from error


def parse_quads(
    text: str,
    form: Format,
    *,
    base: str | None,
    shown: str,
    prefixes: Mapping[str, str] | None = None,
) -> list[Quad]:
    """Parse `text` of the format `form`; raises ReadError as `read_quads` does."""
    refuse_outside(text, form, shown)
    refuse_nesting(text, form, shown)
    try:
        quads = parse(text.encode(), form.oxigraph, base_iri=base, rename_blank_nodes=True)
        return list(quads)
    except MemoryError as error:
        raise term_too_long(shown) from error
    except SyntaxError as error:
        raise syntax_error(error, text, shown, form=form, prefixes=prefixes) from error


def term_too_long(shown: str) -> ReadError:
    """Return the error for a text with a term that the parser has no room for: 16 MiB."""
    return ReadError(
        Text(
            de="Ein Literal oder eine IRI hat mehr als 16 MiB. Legen Sie es als Datei ab und "
            "verweisen Sie darauf.",
            en="A literal or an IRI has more than 16 MiB. Put it into a file and refer to it.",
        ),
        place=Place(shown),
    )


def syntax_error(
    error: SyntaxError,
    text: str,
    shown: str,
    *,
    form: Format | None = None,
    prefixes: Mapping[str, str] | None = None,
) -> ReadError:
    """Return the parser's `error` in `text` with its place and the offending text.

    `form` is that of the name `shown` if it is not given.
    """
    form = form or by_suffix(shown)
    line, column = error.lineno, error.offset
    fault = _fault(text, form.name if form else "turtle", line, column)
    if fault is not None and not _names_prefix(error):
        place = Place(shown, *Lines(text).place(fault.start))
        quoted = _cut(fault.shown)
        at = ("nach", "after") if fault.after else ("bei", "at")
        return _syntax(at, quoted, fault.text, place)
    reason = explain(str(error.msg).split(": ", 1)[-1], prefixes)
    quoted = _cut(_offending(text, line, column, error.end_lineno, error.end_offset))
    return _syntax(("bei", "at"), quoted, reason, Place(shown, line, column))


def all_read(readers: Iterable[Callable[[], _Read]]) -> list[_Read]:
    """Return what each of `readers` gives; raises one ReadError for all that cannot be read.

    Each fault stands on a line of its own, with its place. The error has a place if it is one.
    """
    found, faults = [], []
    for read in readers:
        try:
            found.append(read())
        except ReadError as error:
            faults.append(error)
    if len(faults) == 1:
        raise faults[0]
    if faults:
        lines = {lang: "\n".join(error.to(lang) for error in faults) for lang in ("de", "en")}
        raise ReadError(Text(**lines))
    return found


def _names_prefix(error: SyntaxError) -> bool:
    """Whether a prefix is not declared: that does not depend on what stands around it."""
    return "has not been declared" in str(error.msg)


def _fault(text: str, form: str, line: int | None, column: int | None) -> Fault | None:
    if form == "jsonld":
        return json_fault(text)
    if form == "rdfxml":
        return xml_fault(text)
    if form in ("turtle", "trig") and line is not None and column is not None:
        return turtle_fault(text, (line, column))
    return None


def _syntax(at: tuple[str, str], quoted: str, reason: Text, place: Place) -> ReadError:
    german, english = (f" {at[0]} „{quoted}“", f" {at[1]} “{quoted}”") if quoted else ("", "")
    return ReadError(
        Text(de=f"Syntaxfehler{german}: {reason.de}", en=f"Syntax error{english}: {reason.en}"),
        place=place,
    )


def _cut(shown: str) -> str:
    return visible(shown.strip()[:60])


def _offending(
    text: str, line: int | None, column: int | None, end_line: int | None, end: int | None
) -> str:
    """Return the text of a fault, or its whole line."""
    lines = _LINE_END.split(text)
    if line is None or column is None or line > len(lines):
        return text.rstrip()[-60:].splitlines()[-1] if text.strip() else ""
    found = lines[line - 1]
    if end_line == line and end is not None and end > column:
        found = found[column - 1 : end - 1]
    elif column > len(found):
        found = found[-60:]
    else:
        found = found[column - 1 :]
    return found.strip() or lines[line - 1]


def _unreadable(error: OSError) -> Text:
    if isinstance(error, FileNotFoundError):
        return Text(de="Die Datei gibt es nicht.", en="There is no such file.")
    if isinstance(error, IsADirectoryError):
        return Text(de="Das ist ein Ordner, keine Datei.", en="This is a folder, not a file.")
    if isinstance(error, PermissionError):
        return Text(
            de="Sie dürfen die Datei nicht lesen.", en="You are not allowed to read the file."
        )
    reason = error.strerror or (os.strerror(error.errno) if error.errno else str(error))
    return Text(de=f"Nicht lesbar: {reason}.", en=f"Cannot be read: {reason}.")


_UTF16 = Text(
    de="Die Datei ist in UTF-16 gespeichert, das manche Programme „Unicode“ nennen. Speichern Sie "
    "sie mit der Zeichenkodierung UTF-8.",
    en="The file is saved in UTF-16, which some programs call “Unicode”. Save it with the "
    "character encoding UTF-8.",
)
_ZIP = Text(
    de="Das ist eine Word-, Excel- oder ZIP-Datei, kein Text. Speichern Sie sie als reinen Text "
    "mit der Zeichenkodierung UTF-8.",
    en="This is a Word, Excel or ZIP file, not text. Save it as plain text with the character "
    "encoding UTF-8.",
)
