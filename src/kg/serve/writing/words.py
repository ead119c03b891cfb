"""What is said about a change besides the change: a note, and the document that it is from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from starlette.requests import Request

from kg.errors import Text
from kg.namespaces import ABSOLUTE_IRI
from kg.serve.problems import BAD_REQUEST, RequestError

LONGEST = 10_000
_LONGEST_IRI = 2000
_LINK = re.compile(r"<([^<>]*)>((?:\s*;\s*[\w*-]+(?:\s*=\s*(?:\"[^\"]*\"|[^\s;,\"]+))?)*)")
_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s;,\"]+))", re.IGNORECASE)


@dataclass(frozen=True)
class Words:
    """A note for people, and the IRI of a source; either may be empty."""

    note: str = ""
    source: str = ""


def words_of(request: Request, fields: dict[str, str] | None = None) -> Words:
    """Return the words of a request: from the form `fields`, else from its headers.

    The headers are Kg-Note, in UTF-8, and Link with rel=source. Raises RequestError when a note
    is too long or a source no absolute IRI.
    """
    given = fields or {}
    note = given.get("note") or _header(request, "kg-note")
    source = given.get("source") or _source(request)
    return checked(Words(note, source))


def checked(words: Words) -> Words:
    """Return `words`; raises RequestError when they cannot be kept."""
    if len(words.note) > LONGEST:
        raise RequestError(
            BAD_REQUEST,
            Text(
                de=f"Die Notiz hat mehr als {LONGEST} Zeichen.",
                en=f"The note has more than {LONGEST} signs.",
            ),
        )
    source = words.source
    if source and (len(source) > _LONGEST_IRI or not ABSOLUTE_IRI.match(source)):
        text = Text(de="Die Quelle ist keine absolute IRI.", en="The source is no absolute IRI.")
        raise RequestError(BAD_REQUEST, text)
    return words


def _header(request: Request, name: str) -> str:
    """Return the values of a header, which are bytes, as UTF-8 if they are."""
    raw = ", ".join(request.headers.getlist(name)).encode("latin-1")
    try:
        return raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        return raw.decode("latin-1").strip()


def _source(request: Request) -> str:
    """Return the target of the first link of the relation `source`, RFC 8288."""
    for link in _LINK.finditer(_header(request, "link")):
        relation = _REL.search(link[2])
        if relation and "source" in (relation[1] or relation[2]).lower().split():
            return link[1].strip()
    return ""
