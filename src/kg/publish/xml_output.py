"""Results in XML that every reader of XML reads: what Oxigraph writes is mended or refused."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

from pyoxigraph import Triple

from kg.errors import QueryError, Text

_NO_CHARACTER = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_REPLACEMENT = "\ufffd".encode()
_NAME_AT_END = re.compile(r"[^\W\d][\w.\-\u00b7]*\Z")


class Writable(Protocol):
    """A file opened for writing bytes."""

    def write(self, data: bytes, /) -> int:
        """Take data."""

    def flush(self) -> None:
        """Hand on what is buffered."""


class XmlOutput:
    """A file for XML 1.0 (section 2.2 and 2.11), on top of another one.

    Signs that XML does not have become U+FFFD; a carriage return is written so that it stays one.
    """

    def __init__(self, output: Writable) -> None:
        """Write to `output`."""
        self._output = output

    def write(self, data: bytes) -> int:
        """Take data."""
        safe = data
        if _NO_CHARACTER.search(safe):
            safe = _NO_CHARACTER.sub(_REPLACEMENT, safe)
        if b"\r" in safe:
            safe = safe.replace(b"\r", b"&#13;")
        self._output.write(safe)
        return len(data)

    def flush(self) -> None:
        """Hand on what is buffered."""
        self._output.flush()


def nameable(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Yield triples whose predicates can be written as names of elements.

    Raises QueryError for one that cannot (RDF 1.1 XML Syntax, section 5.3).
    """
    good: set[str] = set()
    for triple in triples:
        iri = triple.predicate.value
        if iri not in good:
            if not _NAME_AT_END.search(iri):
                raise QueryError(
                    Text(
                        de=f"RDF/XML kann die Eigenschaft <{iri}> nicht schreiben: Sie endet nicht "
                        "mit einem Namen. Nehmen Sie Turtle oder N-Triples.",
                        en=f"RDF/XML cannot write the property <{iri}>: it does not end in a "
                        "name. Take Turtle or N-Triples.",
                    )
                )
            good.add(iri)
        yield triple
