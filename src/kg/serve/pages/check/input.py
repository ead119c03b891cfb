"""What a browser posts at /validate: text or a file, and what is to be done with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import parse_qsl

from starlette.requests import Request

from kg.errors import Text
from kg.rdf.formats import FORMATS, MEDIA_TYPES, by_suffix
from kg.serve.problems import BAD_REQUEST, MEDIA, RequestError
from kg.serve.protocol import read_body
from kg.serve.validate_input import MULTIPART, headers_of, split_parts

FORM = "application/x-www-form-urlencoded"
TURTLE = "turtle"
_MOST_FIELDS = 500
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
    body = await read_body(request, limit)
    if kind == FORM:
        return Fields(_by_name(_pairs(body)))
    pairs, file, name = [], b"", ""
    for about, content in split_parts(body, headers):
        field_name = str(about.get_param("name", header="content-disposition") or "")
        file_name = about.get_filename()
        if file_name:
            file, name = content, file_name
        elif file_name is None:
            pairs.append((field_name, content.decode("utf-8", "replace")))
    return Fields(_by_name(iter(pairs)), file, name)


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


def _pairs(body: bytes) -> Iterator[tuple[str, str]]:
    try:
        yield from parse_qsl(
            body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS
        )
    except ValueError as error:
        text = Text(de="Das Formular ist beschädigt.", en="The form is damaged.")
        raise RequestError(BAD_REQUEST, text) from error


def _by_name(pairs: Iterator[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
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
