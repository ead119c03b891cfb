"""Bodies of requests: measured while they come, decompressed, taken apart into documents."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import HeaderParser

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from kg.errors import Text
from kg.rdf.formats import MEDIA_TYPES, by_suffix
from kg.serve.problems import BAD_REQUEST, MEDIA, TOO_LARGE, Details, RequestError
from kg.serve.protocol import DRY_RUN, misplaced_dry_run, read_body
from kg.write.requests import Document

MULTIPART = "multipart/form-data"
MOST_PARTS = 100
MOST_MEMBERS = 1000
SUPPORTED = (*list(MEDIA_TYPES)[:6], MULTIPART)
_TYPE_OF = {form.name: media_type for media_type, form in reversed(list(MEDIA_TYPES.items()))}
_UTF8 = ("utf-8", "utf8", "us-ascii")
_UNSEEN = re.compile(r"[^\w.()+ -]+")
_UNSAID = ("", "application/octet-stream", "text/plain")


@dataclass(frozen=True)
class Posted:
    """What a body brings: documents, and fields of a form by name."""

    documents: tuple[Document, ...]
    fields: dict[str, str]
    size: int = 0
    """Of the body as it came, in bytes."""


async def read_documents(request: Request, limit: int, *, fields: tuple[str, ...] = ()) -> Posted:
    """Return the documents of the body of `request`, none of an empty body without a type.

    Of multipart/form-data each part is a document but those named in `fields`. Raises
    RequestError: 415 for a type or coding that is not read, 413 for more than `limit` bytes as
    sent or decompressed, 400 for a body that is not what the headers say.
    """
    kind = _kind(request.headers.get("content-type", ""))
    body = await read_coded(request, limit)
    if not kind.get_content_type() or "content-type" not in kind:
        if body.content.strip():
            raise unreadable_type()
        return Posted((), {}, body.size)
    if kind.get_content_type() != MULTIPART:
        content_type = kind.get_content_type()
        form = MEDIA_TYPES[content_type]
        name = f"data{form.suffixes[0]}"
        return Posted((Document(body.content, content_type, name),), {}, body.size)
    documents, found = await run_in_threadpool(_taken_apart, body.content, kind, fields)
    return Posted(documents, found, body.size)


@dataclass(frozen=True)
class Body:
    """The bytes of a body, decompressed, and how many had come."""

    content: bytes
    size: int


async def read_coded(request: Request, limit: int) -> Body:
    """Return the body of `request`, decompressed; raises RequestError as `read_documents`."""
    coding = request.headers.get("content-encoding", "").strip().lower()
    if coding not in ("", "identity", "gzip", "x-gzip"):
        raise unreadable_type()
    sent = await read_body(request, limit)
    if coding in ("", "identity"):
        return Body(sent, len(sent))
    return Body(await run_in_threadpool(_decompressed, sent, limit), len(sent))


def unreadable_type() -> RequestError:
    """Return the error for a media type, character set or coding that is not read."""
    possible = ", ".join(SUPPORTED)
    return RequestError(
        MEDIA,
        Text(
            de=f"Gelesen wird {possible}, in UTF-8 und unverändert oder mit gzip komprimiert.",
            en=f"What is read is {possible}, in UTF-8 and as it is or compressed with gzip.",
        ),
        Details({"supported": list(SUPPORTED)}, {"Accept-Post": possible}),
    )


def _kind(content_type: str) -> Message:
    """Return the headers of a document with this type, "" for none; raises RequestError."""
    headers = Message()
    if not content_type.strip():
        return headers
    headers["content-type"] = re.sub(r"[\r\n]", " ", content_type)
    kind = headers.get_content_type()
    charset = str(headers.get_param("charset") or "utf-8").lower()
    if kind not in (*MEDIA_TYPES, MULTIPART) or charset not in _UTF8:
        raise unreadable_type()
    return headers


def _decompressed(body: bytes, limit: int) -> bytes:
    """Undo gzip, RFC 1952, member by member, and stop as soon as it is too much."""
    found: list[bytes] = []
    size, rest = 0, body
    for _ in range(MOST_MEMBERS):
        if not rest:
            return b"".join(found)
        stream = zlib.decompressobj(wbits=31)
        try:
            found.append(stream.decompress(rest, limit - size + 1))
        except zlib.error as error:
            raise RequestError(BAD_REQUEST, _NO_GZIP) from error
        size += len(found[-1])
        if size > limit:
            raise _too_large(limit)
        if not stream.eof:
            raise RequestError(BAD_REQUEST, _NO_GZIP)
        rest = stream.unused_data
    raise RequestError(BAD_REQUEST, _NO_GZIP)


def _taken_apart(
    body: bytes, kind: Message, fields: tuple[str, ...]
) -> tuple[tuple[Document, ...], dict[str, str]]:
    documents: list[Document] = []
    found: dict[str, str] = {}
    for about, content in _parts(body, kind):
        name = str(about.get_param("name", header="content-disposition") or "")
        if name == DRY_RUN:
            raise misplaced_dry_run()
        if name not in fields:
            documents.append(_document(about, name, content))
        elif name in found:
            raise RequestError(
                BAD_REQUEST, Text(f"„{name}“ ist doppelt.", f"“{name}” is there twice.")
            )
        else:
            found[name] = _text(content)
    return tuple(documents), found


def _parts(body: bytes, kind: Message) -> Iterator[tuple[Message, bytes]]:
    """Yield headers and content of each part of multipart/form-data, RFC 2046 section 5.1."""
    boundary = str(kind.get_param("boundary") or "").encode()
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_PARTS + 2) if boundary else []
    if len(pieces) < 3 or len(pieces) > MOST_PARTS + 2 or not pieces[-1].startswith(b"--"):
        raise RequestError(
            BAD_REQUEST,
            Text(
                de=f"Die Anfrage besteht nicht aus 1 bis {MOST_PARTS} vollständigen Teilen.",
                en=f"The request does not consist of 1 to {MOST_PARTS} complete parts.",
            ),
        )
    for piece in pieces[1:-1]:
        head, blank, content = piece.partition(b"\r\n\r\n")
        if not blank:
            text = Text(de="Ein Teil hat keinen Kopf.", en="A part has no header.")
            raise RequestError(BAD_REQUEST, text)
        yield HeaderParser().parsestr(head.decode("utf-8", "replace").lstrip("\r\n")), content


def _document(about: Message, name: str, content: bytes) -> Document:
    """Return a part as a document: its format is that of its type, else of its file's name.

    Without both it is Turtle.
    """
    shown = _clean(about.get_filename() or name or "data")
    kind = about.get_content_type() if about.get("content-type") else ""
    charset = str(about.get_param("charset") or "utf-8").lower()
    if kind in MEDIA_TYPES and charset in _UTF8:
        return Document(content, kind, shown)
    if not kind and not about.get_filename():
        return Document(content, "text/turtle", shown)
    form = by_suffix(shown) if kind in _UNSAID else None
    if form is None:
        raise unreadable_type()
    return Document(content, _TYPE_OF[form.name], shown)


def _clean(name: str) -> str:
    """Return a file name without folders and without signs that could mislead."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return _UNSEEN.sub("_", last)[-100:] or "_"


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8").strip()
    except UnicodeDecodeError as error:
        text = Text(de="Ein Feld ist nicht in UTF-8.", en="A field is not in UTF-8.")
        raise RequestError(BAD_REQUEST, text) from error


def _too_large(limit: int) -> RequestError:
    return RequestError(
        TOO_LARGE,
        Text(
            de=f"Entpackt darf eine Anfrage höchstens {limit} Byte haben.",
            en=f"Decompressed, a request may have at most {limit} bytes.",
        ),
        Details({"limit": limit}),
    )


_NO_GZIP = Text(
    de="Die Anfrage ist nicht mit gzip komprimiert, oder sie ist beschädigt.",
    en="The request is not compressed with gzip, or it is damaged.",
)
