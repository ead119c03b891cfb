"""What is known of a contribution: who handed it in, what came with it, what became of it."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, fields
from pathlib import PurePosixPath
from typing import Any, Literal, Self, get_args

from pyoxigraph import NamedNode, RdfFormat

from kg.namespaces import ABSOLUTE_IRI
from kg.rdf.formats import FORMATS, Format, by_suffix
from kg.write.requests import Document

Standing = Literal["pending", "accepted", "rejected", "withdrawn"]
STANDINGS: tuple[Standing, ...] = get_args(Standing)
IDENTIFIER = re.compile(r"[0-9]{8}-[0-9a-f]{6}")
"""What the name of a contribution looks like: the day, and six signs that nobody can guess."""
_UNSEEN = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 60


@dataclass(frozen=True)
class Kept:
    """A document as it came: its name in messages, its file, its bytes and their SHA-256."""

    name: str
    media_type: str
    file: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Contribution:
    """A contribution; times are in UTC as xsd:dateTime, empty if nothing is decided.

    `commit` is the number of the commit that accepted it, else 0.
    """

    id: str
    status: Standing
    agent: str
    note: str
    source: str
    lang: str
    submitted: str
    documents: tuple[Kept, ...]
    decided: str = ""
    decided_by: str = ""
    decision_note: str = ""
    commit: int = 0

    @property
    def size(self) -> int:
        """The bytes of all documents."""
        return sum(each.size for each in self.documents)

    def as_dict(self) -> dict[str, Any]:
        """Return what is known, for JSON."""
        return asdict(self)

    @classmethod
    def of_dict(cls, raw: Any) -> Self:
        """Return the contribution that `as_dict` gave; unknown members are passed over.

        Raises TypeError or KeyError for anything else.
        """
        if not isinstance(raw, dict) or raw["status"] not in STANDINGS:
            raise TypeError(type(raw).__name__)
        known = {field.name: raw[field.name] for field in fields(cls) if field.name in raw}
        known["documents"] = tuple(Kept(**each) for each in raw["documents"])
        return cls(**known)


def format_of(document: Document) -> Format | None:
    """Return the format of a document by its media type, else by its name, else None."""
    found = RdfFormat.from_media_type(document.media_type)
    known = next((form for form in FORMATS if form.oxigraph == found), None)
    return known or by_suffix(document.name)


def file_name(number: int, document: Document) -> str:
    """Return the name of the file in which a document is kept: its own, made harmless."""
    form = format_of(document)
    suffix = form.suffixes[0] if form else ".bin"
    stem = _UNSEEN.sub("_", PurePosixPath(document.name.replace("\\", "/")).stem)
    return f"{number}-{stem.strip('._')[:_LONGEST] or 'data'}{suffix}"


def is_iri(text: str) -> bool:
    """Return whether `text` is an absolute IRI, as the source of a contribution has to be."""
    try:
        NamedNode(text)
    except ValueError:
        return False
    return ABSOLUTE_IRI.match(text) is not None
