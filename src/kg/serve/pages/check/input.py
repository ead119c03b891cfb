"""What a browser posts at /validate: text or a file, and what is to be done with it."""

from __future__ import annotations

from binascii import a2b_qp
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from email.message import Message as Headers
from types import MappingProxyType
from urllib.parse import unquote_to_bytes

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from kg.errors import Text
from kg.rdf.formats import FORMATS, MEDIA_TYPES, by_suffix
from kg.serve.problems import BAD_REQUEST, MEDIA, TOO_LARGE, RequestError
from kg.serve.protocol import read_body
from kg.serve.validate_input import MOST_PARTS, MULTIPART, headers_of, split_parts

FORM = "application/x-www-form-urlencoded"
TURTLE = "turtle"
URLENCODED = 1 << 18
"""So many bytes a form has at most that does not send its fields as they are."""
_MOST_FIELDS = 500
_MOST_SIGNS = 10_000
"""So many per cent signs there are at most in a form that browsers would not send."""
_HEAD = 4096
"""So many bytes the head of a part has at most: what reads it takes long for more."""
_MEDIA: Mapping[str, str] = MappingProxyType(
    {form.name: kind for kind, form in reversed(list(MEDIA_TYPES.items()))}
)
"""The media type of each format by its name."""


@dataclass(frozen=True)
class Fields:
    """The fields of a form by name, and the file that came with it, if there is one."""

    values: Mapping[str, tuple[str, ...]]
    file: bytes = b""
    file_name: str = ""

    def first(self, name: str) -> str:
        """Return the first value of a field, empty without one."""
        return next(iter(self.values.get(name, ())), "")


@dataclass(frozen=True)
class Draft:
    """A contribution as it was posted: its bytes, its format and, if it is one, its text."""

    content: bytes = b""
    form: str = TURTLE
    name: str = ""
    text: str = field(default="", repr=False)

    @property
    def media_type(self) -> str:
        """What it is sent as."""
        return _MEDIA[self.form]


async def read_fields(request: Request, limit: int) -> Fields:
    """Return the fields of a form; raises RequestError for what is none or too large."""
    headers = headers_of(request.headers.get("content-type", ""))
    kind = headers.get_content_type()
    if kind not in (FORM, MULTIPART):
        possible = f"{FORM}, {MULTIPART}"
        raise RequestError(
            MEDIA,
            Text(de=f"Ein Formular ist {possible}.", en=f"A form is {possible}."),
        )
    if kind == MULTIPART:
        body = await read_body(request, limit)
        return await run_in_threadpool(_of_parts, body, headers)
    try:
        body = await read_body(request, min(limit, URLENCODED))
    except RequestError as error:
        if error.kind is TOO_LARGE:
            raise RequestError(TOO_LARGE, _LONG_FORM, error.details) from error
        raise
    return await run_in_threadpool(_of_pairs, body)


def _of_parts(body: bytes, headers: Headers) -> Fields:
    """Return the fields of multipart/form-data; raises RequestError."""
    boundary = str(headers.get_param("boundary") or "").encode()
    pieces = (b"\r\n" + body).split(b"\r\n--" + boundary, MOST_PARTS + 2)
    if any(piece.find(b"\r\n\r\n", 0, _HEAD) < 0 for piece in pieces[1:-1]):
        raise _damaged()
    pairs, file, name = [], b"", ""
    for about, content in split_parts(body, headers):
        field_name = str(about.get_param("name", header="content-disposition") or "")
        file_name = about.get_filename()
        if file_name:
            file, name = content, file_name
        elif file_name is None:
            pairs.append((field_name, content.decode("utf-8", "replace")))
    return Fields(_by_name(pairs), file, name)


def _of_pairs(body: bytes) -> Fields:
    """Return the fields of application/x-www-form-urlencoded; raises RequestError."""
    if not body.isascii() or body.count(b"&") >= _MOST_FIELDS:
        raise _damaged()
    pairs = (pair.partition(b"=") for pair in body.split(b"&") if pair)
    return Fields(_by_name((_decoded(name), _decoded(value)) for name, _, value in pairs))


def _decoded(value: bytes) -> str:
    """Undo the per cent signs, which C does at once if it takes them for quoted-printable."""
    spaced = value.replace(b"+", b" ")
    quoted = spaced.replace(b"=", b"%3D").replace(b"%", b"=")
    found = a2b_qp(quoted)
    whole = len(found) == len(quoted) - 2 * quoted.count(b"=")  # all were % and two digits
    if not whole or b"\n" in quoted or b"\r" in quoted:
        if spaced.count(b"%") > _MOST_SIGNS:
            raise _damaged()
        found = unquote_to_bytes(spaced)
    return found.decode("utf-8", "replace")


def draft_of(fields: Fields) -> Draft:
    """Return the contribution in a form: the file if there is one, else the text.

    Raises RequestError when there is neither.
    """
    if not fields.file.strip() and not _text(fields).strip():
        raise RequestError(BAD_REQUEST, _EMPTY)
    known = {form.name for form in FORMATS}
    form = fields.first("form") if fields.first("form") in known else TURTLE
    if fields.file_name:
        found = by_suffix(fields.file_name)
        text = _lines(fields.file.decode("utf-8", "replace"))
        name = fields.file_name.replace("\\", "/").rpartition("/")[2][-100:]
        return Draft(fields.file, found.name if found else form, name, text)
    text = _lines(_text(fields))
    return Draft(text.encode("utf-8", "replace"), form, text=text)


def is_form(request: Request) -> bool:
    """Return whether a request brings what a browser sends for a form."""
    kind = headers_of(request.headers.get("content-type", "")).get_content_type()
    return kind in (FORM, MULTIPART)


def _text(fields: Fields) -> str:
    return fields.first("text") or fields.first("data")


def _damaged() -> RequestError:
    text = Text(de="Das Formular ist beschädigt.", en="The form is damaged.")
    return RequestError(BAD_REQUEST, text)


def _by_name(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for number, (name, value) in enumerate(pairs):
        if number < _MOST_FIELDS:
            found[name] = (*found.get(name, ()), value)
    return found


def _lines(text: str) -> str:
    """Return text with line feeds only, which is how places count lines."""
    return text.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")


_EMPTY = Text(
    de="Es gibt nichts zu prüfen: Fügen Sie Text ein, oder wählen Sie eine Datei.",
    en="There is nothing to check: paste text, or choose a file.",
)
_LONG_FORM = Text(
    de=f"In dieser Form (application/x-www-form-urlencoded) sind höchstens {URLENCODED >> 10} KiB "
    "möglich. Wählen Sie auf der Seite „Beitrag prüfen“ die Datei, oder senden Sie das Formular "
    "als multipart/form-data.",
    en=f"In this form (application/x-www-form-urlencoded) at most {URLENCODED >> 10} KiB are "
    "possible. Choose the file on the page “Check a contribution”, or send the form as "
    "multipart/form-data.",
)
