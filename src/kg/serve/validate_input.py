"""The body of a request becomes sources: decompressed, taken apart, measured and read."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message as Headers
from email.parser import HeaderParser
from functools import partial
from itertools import islice
from pathlib import PurePosixPath
from types import MappingProxyType
from urllib.parse import quote

from pyoxigraph import parse

from kg.errors import Text
from kg.rdf.dataset import Source, source_of_text
from kg.rdf.formats import FORMATS, MEDIA_TYPES, Format, by_suffix
from kg.rdf.outside import refuse_outside
from kg.rdf.read import all_read, decoded, unknown_suffix
from kg.serve.problems import BAD_REQUEST, MEDIA, Details, RequestError
from kg.serve.validate_task import Limits, Task, too_large
from kg.settings import Project

MULTIPART = "multipart/form-data"
MOST_PARTS = 32
CODINGS = ("", "identity", "gzip", "x-gzip")
_BY_NAME = MappingProxyType({form.name: form for form in FORMATS})
SUPPORTED = (*list(MEDIA_TYPES)[:6], MULTIPART)
_UNSAID = ("", "application/octet-stream", "text/plain")
_UTF8 = ("utf-8", "utf8", "us-ascii")
_UNSEEN = re.compile(r"[^\w.()+ -]+")
_NAMES = ("data", "shapes")


@dataclass(frozen=True)
class Part:
    """One document of a request: whether data or shapes, what to call it, its format and bytes."""

    name: str
    shown: str
    form: Format
    content: bytes


@dataclass(frozen=True)
class Posted:
    """What a request brings; with shapes, data and shapes stand alone."""

    data: tuple[Source, ...] = ()
    shapes: tuple[Source, ...] = ()


def check_type(content_type: str, coding: str) -> None:
    """Raise RequestError for a media type, character set or coding that cannot be read."""
    headers = headers_of(content_type)
    kind = headers.get_content_type() if content_type else ""
    known = kind in MEDIA_TYPES or kind == MULTIPART
    charset = str(headers.get_param("charset") or "utf-8").lower()
    if known and charset in _UTF8 and coding.strip().lower() in CODINGS:
        return
    possible = ", ".join(SUPPORTED)
    raise RequestError(
        MEDIA,
        Text(
            de=f"Gelesen wird {possible}, in UTF-8 und unverändert oder mit gzip komprimiert.",
            en=f"What is read is {possible}, in UTF-8 and as it is or compressed with gzip.",
        ),
        Details({"supported": list(SUPPORTED)}, {"Accept-Post": possible}),
    )


def read_task(task: Task, project: Project, limits: Limits) -> Posted:
    """Return the sources that a task brings.

    Raises RequestError at a limit and for a body that is not what its headers say, ReadError with
    line and column for a fault in a document.
    """
    body = _decompressed(task.body, task.coding, limits)
    parts = tuple(_parts(body, headers_of(task.content_type)))
    if not any(part.name == "data" for part in parts):
        raise _bad(
            Text(
                de="Es fehlen die Daten: der Teil „data“.",
                en="The data is missing: the part “data”.",
            )
        )
    _count(parts, limits)
    sources = all_read(partial(_source, part, project) for part in parts)
    by_name = {
        name: tuple(
            source for part, source in zip(parts, sources, strict=True) if part.name == name
        )
        for name in _NAMES
    }
    return Posted(by_name["data"], by_name["shapes"])


def _decompressed(body: bytes, coding: str, limits: Limits) -> bytes:
    """Undo gzip, RFC 1952, member by member, and stop as soon as it is too much."""
    if coding.strip().lower() in ("", "identity"):
        return body
    found, size, rest = [], 0, body
    while rest:
        stream = zlib.decompressobj(wbits=31)
        try:
            found.append(stream.decompress(rest, limits.text - size + 1))
        except zlib.error as error:
            raise _bad(_NO_GZIP) from error
        size += len(found[-1])
        if size > limits.text:
            raise too_large(Text(de="Byte entpackt", en="bytes when decompressed"), limits.text)
        if not stream.eof:
            raise _bad(_NO_GZIP)
        rest = stream.unused_data
    return b"".join(found)


_NO_GZIP = Text(
    de="Die Anfrage ist nicht mit gzip komprimiert, oder sie ist beschädigt.",
    en="The request is not compressed with gzip, or it is damaged.",
)


def _parts(body: bytes, headers: Headers) -> Iterator[Part]:
    """Yield the documents; raises RequestError."""
    kind = headers.get_content_type()
    if kind != MULTIPART:
        form = MEDIA_TYPES[kind]
        yield Part("data", f"data{form.suffixes[0]}", form, body)
        return
    seen: set[str] = set()
    for about, content in split_parts(body, headers):
        name = str(about.get_param("name", header="content-disposition") or "")
        if name not in _NAMES:
            raise _bad(
                Text(
                    de=f"Die Teile heißen „data“ und „shapes“, nicht „{_clean(name)}“.",
                    en=f"Parts are called “data” and “shapes”, not “{_clean(name)}”.",
                )
            )
        form = _form(about)
        shown = _unique(_clean(about.get_filename() or f"{name}{form.suffixes[0]}"), seen)
        yield Part(name, shown, form, content)


def split_parts(body: bytes, headers: Headers) -> Iterator[tuple[Headers, bytes]]:
    """Yield headers and content of each part of multipart/form-data, RFC 2046 section 5.1."""
    boundary = str(headers.get_param("boundary") or "").encode()
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_PARTS + 2) if boundary else []
    if len(pieces) < 3 or len(pieces) > MOST_PARTS + 2 or not pieces[-1].startswith(b"--"):
        raise _bad(
            Text(
                de=f"Die Anfrage besteht nicht aus 1 bis {MOST_PARTS} vollständigen Teilen.",
                en=f"The request does not consist of 1 to {MOST_PARTS} complete parts.",
            )
        )
    for piece in pieces[1:-1]:
        head, blank, content = piece.partition(b"\r\n\r\n")
        if not blank:
            raise _bad(Text(de="Ein Teil hat keinen Kopf.", en="A part has no header."))
        yield HeaderParser().parsestr(head.decode("utf-8", "replace").lstrip("\r\n")), content


def _form(about: Headers) -> Format:
    """Return the format of a part by its media type, else by its file name, else Turtle."""
    kind = about.get_content_type() if about.get("content-type") else ""
    if kind in MEDIA_TYPES:
        return MEDIA_TYPES[kind]
    name = about.get_filename()
    form = by_suffix(name) if name else _BY_NAME["turtle"]
    if form is None or (kind not in _UNSAID and not name):
        raise _unknown_part(about, kind)
    return form


def _unknown_part(about: Headers, kind: str) -> RequestError:
    """Return the fault of a part whose format neither its media type nor its file name tells."""
    part = _clean(str(about.get_param("name", header="content-disposition") or ""))
    name = about.get_filename()
    what = unknown_suffix(PurePosixPath(_clean(name)).suffix) if name else None
    possible = ", ".join(list(SUPPORTED)[:-1])
    media = re.sub(r"[^\w./+-]+", "_", kind)[:100]
    return RequestError(
        MEDIA,
        Text(
            de=f"Teil „{part}“: {what.de if what else f'Der Medientyp {media} ist unbekannt.'} "
            f"Mit einer Angabe des Medientyps wird auch gelesen: {possible}.",
            en=f"Part “{part}”: {what.en if what else f'The media type {media} is unknown.'} "
            f"With a media type given, what is read is {possible}.",
        ),
        Details(
            {"supported": list(SUPPORTED), "part": part}, {"Accept-Post": ", ".join(SUPPORTED)}
        ),
    )


def _count(parts: tuple[Part, ...], limits: Limits) -> None:
    """Refuse too many bytes or statements, without keeping any; faults are found later."""
    if sum(len(part.content) for part in parts) > limits.text:
        raise too_large(Text(de="Byte", en="bytes"), limits.text)
    left = limits.statements
    for part in parts:
        if len(part.content) <= left:  # a statement takes at least one byte
            left -= len(part.content)
            continue
        refuse_outside(decoded(part.content, shown=part.shown), part.form, part.shown)
        try:
            quads = parse(part.content, part.form.oxigraph, base_iri="urn:kg:base")
            left -= sum(1 for _ in islice(quads, left + 1))
        except SyntaxError:
            continue
        if left < 0:
            raise too_large(Text(de="Aussagen", en="statements"), limits.statements)


def _source(part: Part, project: Project) -> Source:
    text = decoded(part.content, shown=part.shown)
    stem = quote(PurePosixPath(part.shown).stem, safe="")
    graph = project.graph_iri(f"contribution/{stem}")
    room = "shapes" if part.name == "shapes" else "data"
    return source_of_text(
        text, part.form, shown=part.shown, graph=graph, room=room, prefixes=project.prefixes
    )


def headers_of(content_type: str) -> Headers:
    """Return a header Content-Type, taken apart."""
    headers = Headers()
    headers["content-type"] = content_type.replace("\r", " ").replace("\n", " ")
    return headers


def _clean(name: str) -> str:
    """Return a file name without folders and without signs that could mislead."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return _UNSEEN.sub("_", last)[-100:] or "_"


def _unique(name: str, seen: set[str]) -> str:
    """Return `name`, numbered when it was there before; names of graphs are made of it."""
    path = PurePosixPath(name)
    number, stem = 1, path.stem
    while stem in seen:
        number += 1
        stem = f"{path.stem}-{number}"
    seen.add(stem)
    return stem + path.suffix


def _bad(text: Text) -> RequestError:
    return RequestError(BAD_REQUEST, text)
