"""HTTP requests become calls of the SPARQL 1.1 Protocol, section 2, or a RequestError."""

from __future__ import annotations

import re
from binascii import a2b_qp
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from kg.errors import Text
from kg.namespaces import ABSOLUTE_IRI
from kg.publish.store import UPDATES, refuse_update
from kg.rdf.sparql_text import kind_of
from kg.serve.problems import BAD_REQUEST, MEDIA, REFUSED, TOO_LARGE, Details, RequestError
from kg.write.requests import UpdateText

FORM = "application/x-www-form-urlencoded"
QUERY_TYPE = "application/sparql-query"
UPDATE_TYPE = "application/sparql-update"
DRY_RUN = "dry-run"
MAX_BODY = 1 << 20
MAX_FIELDS = 1000
_LARGE = 1 << 18
"""Forms from this size on are read in a thread."""

FORMATS = ("format", "output", "results", "Accept")
"""Parameters that name the format of an answer."""
_NUMBER = re.compile(r"\d{1,9}(\.\d{1,9})?\Z", re.ASCII)
_UTF8 = ("utf-8", "utf8", "us-ascii")
_CHARSET = re.compile(r"charset\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)
Fields = list[tuple[str, str]]


@dataclass(frozen=True)
class Call:
    """What a client asks of the endpoint; without `query` it asks for the service description.

    `default_graphs` and `named_graphs` are IRIs, None when the request names neither kind.
    `formats` are the values of the parameters that name one; `timeout` is in seconds,
    None when it is not given or means none.
    """

    query: str | None
    default_graphs: tuple[str, ...] | None
    named_graphs: tuple[str, ...] | None
    formats: tuple[str, ...]
    timeout: float | None = None
    kind: str = ""
    """SELECT, ASK, CONSTRUCT, DESCRIBE, or whatever else the query begins with."""
    version: str | None = None
    """The name or commit of the version that it is to be answered on."""


async def read_call(request: Request, most: int = MAX_BODY) -> Call | UpdateText:
    """Return the call that `request` makes, or the update that it has as a field of a form.

    A form may have `most` bytes, with a query MAX_BODY. Raises RequestError when it is not one of
    the three ways to ask, and QueryError when it is an update but says that it is a query.
    """
    query_string: bytes = request.scope.get("query_string", b"")
    if request.method != "POST":
        return read_get(query_string)
    coding = request.headers.get("content-encoding", "identity")
    media_type = media_type_of(request.headers.get("content-type", ""), coding)
    body = await read_body(request, most if media_type == FORM else MAX_BODY)
    if media_type == FORM and only_query(body[:MAX_BODY]) is None:
        if len(body) < _LARGE:
            update = read_update(query_string, body)
        else:
            update = await run_in_threadpool(read_update, query_string, body)
        if update is not None:
            return update
    if len(body) > MAX_BODY:
        raise _too_large(MAX_BODY)
    return read_post(query_string, media_type, body)


def is_update(request: Request) -> bool:
    """Return whether the body of a request is an update by itself (section 2.2.2)."""
    media_type = request.headers.get("content-type", "").partition(";")[0]
    return request.method == "POST" and media_type.strip().lower() == UPDATE_TYPE


def read_update(query_string: bytes, form: bytes | None, text: bytes = b"") -> UpdateText | None:
    """Return the update that a POST request has, None for a `form` without one (section 2.2).

    Without a form it is `text`. Raises RequestError for what is none or more than one, or has a
    query beside it, and where nobody would see that it is a dry run.
    """
    fields = _fields(query_string) + ([] if form is None else _fields(form))
    values = _by_name(fields)
    if form is not None and DRY_RUN in dict(_fields(form)):
        raise misplaced_dry_run()
    updates = list(values.get("update", ()))
    if form is None:
        updates.append(_decode(text))
    if not updates:
        return None
    if len(updates) > 1 or "query" in values or "update" in dict(_fields(query_string)):
        raise _bad(_ONE_UPDATE)
    return UpdateText(
        updates[0].removeprefix("\ufeff"),
        using=_graphs(values, "using-graph-uri"),
        using_named=_graphs(values, "using-named-graph-uri"),
    )


def misplaced_dry_run() -> RequestError:
    """Return the error for dry-run as a field of a form: to pass over it would change something."""
    return _bad(
        Text(
            de="dry-run ist kein Feld eines Formulars, es gehört in die Adresse: ?dry-run",
            en="dry-run is no field of a form, it belongs into the address: ?dry-run",
        )
    )


def check_charset(request: Request) -> None:
    """Raise RequestError for a body in another character set than UTF-8."""
    charset = _CHARSET.search(request.headers.get("content-type", ""))
    if charset and charset.group(1).lower() not in _UTF8:
        raise _unknown_type()


def read_get(query_string: bytes) -> Call:
    """Return the call that a GET request makes; raises what `read_call` raises."""
    text = only_query(query_string)
    if text:
        return Call(text, None, None, (), kind=_checked_kind(text))
    return _call(_fields(query_string))


def read_post(query_string: bytes, media_type: str, body: bytes) -> Call:
    """Return the call of a POST request, with `media_type` FORM or QUERY_TYPE.

    Raises what `read_call` raises.
    """
    fields = _fields(query_string)
    if "query" in dict(fields):
        raise _bad(_ONE_QUERY)
    if media_type == FORM:
        text = None if fields else only_query(body)
        if text:
            return Call(text, None, None, (), kind=_checked_kind(text))
        return _posted(_call(fields + _fields(body)))
    return _posted(_call([*fields, ("query", _decode(body))]))


def only_query(raw: bytes) -> str | None:
    """Return the query if it is the only parameter and written in the usual way.

    A query string with = for % and no other = is quoted-printable, which C decodes at once; it
    would join lines after a bare %.
    """
    if not raw.startswith(b"query=") or b"&" in raw or b";" in raw:
        return None
    if b"\n" in raw or b"\r" in raw:
        return None
    quoted = raw[6:].replace(b"+", b" ").replace(b"=", b"%3D").replace(b"%", b"=")
    decoded = a2b_qp(quoted)
    if len(decoded) != len(quoted) - 2 * quoted.count(b"="):  # not all were % and two digits
        return None
    return _decode(decoded)


async def read_body(request: Request, limit: int = MAX_BODY) -> bytes:
    """Return the body; raises RequestError as soon as it has more than `limit` bytes."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limit:
        raise _too_large(limit)
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        chunks.append(chunk)
    return b"".join(chunks)


def _call(fields: Fields) -> Call:
    values = _by_name(fields)
    if "update" in values:
        raise _no_update()
    queries = [text.removeprefix("\ufeff") for text in values.get("query", [])]
    if len(queries) > 1:
        raise _bad(_ONE_QUERY)
    return Call(
        query=queries[0] if queries else None,
        default_graphs=_graphs(values, "default-graph-uri"),
        named_graphs=_graphs(values, "named-graph-uri"),
        formats=tuple(value for name in FORMATS for value in values.get(name, ())),
        timeout=_seconds(values.get("timeout", ())),
        kind=_checked_kind(queries[0]) if queries else "",
        version=values.get("version", [None])[0],
    )


def _by_name(fields: Fields) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in fields:
        values.setdefault(name, []).append(value)
    return values


def _posted(call: Call) -> Call:
    if call.query is None:
        raise _bad(
            Text(
                de="Es fehlt die Abfrage: das Formularfeld query.",
                en="The query is missing: the form field query.",
            )
        )
    return call


def _checked_kind(query: str) -> str:
    """Return how the query begins; raises when it is empty or an update."""
    if not query.strip():
        raise _bad(Text(de="Die Abfrage ist leer.", en="The query is empty."))
    kind = kind_of(query)
    if kind in UPDATES:
        raise refuse_update(kind)
    return kind


def _seconds(values: Iterable[str]) -> float | None:
    """Return the time limit that a client asks for; 0 and what is no number mean none."""
    for value in values:
        if _NUMBER.match(value) and float(value) > 0:
            return float(value)
    return None


def _graphs(values: dict[str, list[str]], name: str) -> tuple[str, ...] | None:
    graphs = values.get(name)
    for iri in graphs or ():
        if not ABSOLUTE_IRI.match(iri):
            raise _bad(
                Text(
                    de=f"{name} erwartet eine absolute IRI, nicht „{iri}“.",
                    en=f"{name} expects an absolute IRI, not “{iri}”.",
                )
            )
    return tuple(graphs) if graphs else None


def media_type_of(header: str, coding: str) -> str:
    """Return FORM or QUERY_TYPE, given the values of Content-Type and Content-Encoding.

    Raises RequestError for any other type, coding or charset.
    """
    media_type = header.partition(";")[0].strip().lower()
    if media_type == UPDATE_TYPE:
        raise _no_update()
    charset = _CHARSET.search(header)
    is_utf8 = charset is None or charset.group(1).lower() in _UTF8
    if media_type not in (FORM, QUERY_TYPE) or not is_utf8 or coding.lower() != "identity":
        raise _unknown_type()
    return media_type


def _unknown_type() -> RequestError:
    return RequestError(
        MEDIA,
        Text(
            de=f"Mit POST geht {QUERY_TYPE} oder {FORM}, in UTF-8 und nicht komprimiert.",
            en=f"POST takes {QUERY_TYPE} or {FORM}, in UTF-8 and not compressed.",
        ),
        Details(
            members={"supported": [QUERY_TYPE, FORM]},
            headers={"Accept-Post": f"{QUERY_TYPE}, {FORM}"},
        ),
    )


def _fields(raw: bytes) -> Fields:
    """Return the name-value pairs of a query string or form, percent-decoded as UTF-8."""
    try:
        return parse_qsl(
            _decode(raw), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS
        )
    except UnicodeDecodeError as error:
        raise _bad(_NOT_UTF8) from error
    except ValueError as error:
        raise _bad(Text(de="Zu viele Parameter.", en="Too many parameters.")) from error


def _decode(raw: bytes) -> str:
    try:
        return raw.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise _bad(_NOT_UTF8) from error


_NOT_UTF8 = Text(de="Die Anfrage ist nicht in UTF-8.", en="The request is not in UTF-8.")
_ONE_QUERY = Text(
    de="Eine Anfrage hat genau eine Abfrage (query), hier sind es mehrere.",
    en="A request has exactly one query, here there are several.",
)


_ONE_UPDATE = Text(
    de="Eine Anfrage hat genau ein Update, im Körper und ohne Abfrage (query) daneben.",
    en="A request has exactly one update, in its body and without a query beside it.",
)


def _bad(text: Text) -> RequestError:
    return RequestError(BAD_REQUEST, text)


def _no_update() -> RequestError:
    return RequestError(
        REFUSED,
        Text(
            de="Ein Update wird mit POST gesendet, für sich allein oder als Feld eines Formulars.",
            en="An update is sent by POST, by itself or as a field of a form.",
        ),
    )


def _too_large(limit: int) -> RequestError:
    return RequestError(
        TOO_LARGE,
        Text(
            de=f"Eine Anfrage darf höchstens {limit} Byte haben.",
            en=f"A request may have at most {limit} bytes.",
        ),
        Details(members={"limit": limit}, headers={"Connection": "close"}),
    )
