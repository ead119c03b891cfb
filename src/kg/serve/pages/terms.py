"""Results of queries in JSON become rows of terms (SPARQL 1.1 Query Results JSON Format)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Literal as OneOf
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from kg.errors import Text
from kg.serve.problems import BAD_REQUEST, RequestError

Kind = OneOf["iri", "literal", "bnode"]
_KINDS: dict[str, Kind] = {"uri": "iri", "literal": "literal", "bnode": "bnode"}
STRING = "http://www.w3.org/2001/XMLSchema#string"
LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
_LINKED = ("http://", "https://", "mailto:", "geo:", "ftp://")
_NO_IRI = re.compile(r"[\x00-\x20<>\"{}|\\^`\x7f]")
_LONGEST = 4000


class Term(NamedTuple):
    """An RDF term. A literal has a datatype; one of a language also that."""

    kind: Kind
    value: str
    lang: str = ""
    datatype: str = ""

    @property
    def is_iri(self) -> bool:
        """Whether it is an IRI."""
        return self.kind == "iri"

    @property
    def is_link(self) -> bool:
        """Whether it is an address that a page may link to: never of a script."""
        return self.is_iri and self.value.lower().startswith(_LINKED)

    @property
    def n3(self) -> str:
        """The term as it is written in SPARQL and N-Triples."""
        if self.kind == "iri":
            return iri(self.value)
        if self.kind == "bnode":
            return f"_:{self.value}"
        if self.lang:
            return str(Literal(self.value, language=self.lang))
        return str(Literal(self.value, datatype=NamedNode(self.datatype or STRING)))


Row = dict[str, Term]


def rows_of(document: bytes) -> list[Row]:
    """Return the rows of a result; a name that is not bound is not in its row."""
    return [
        {name: _term(value) for name, value in binding.items()}
        for binding in json.loads(document)["results"]["bindings"]
    ]


def iri(text: str) -> str:
    """Return an IRI as it is put into a query; raises RequestError if it is none."""
    try:
        if _NO_IRI.search(text) or len(text) > _LONGEST:
            raise ValueError(text)  # noqa: TRY301
        return str(NamedNode(text))
    except ValueError as error:
        raise RequestError(
            BAD_REQUEST,
            Text(
                de=f"Das ist keine Adresse (IRI): {text[:200]}",
                en=f"This is not an address (IRI): {text[:200]}",
            ),
        ) from error


def literal(text: str, lang: str = "") -> str:
    """Return a text as it is put into a query."""
    return str(Literal(text, language=lang) if lang else Literal(text))


def one_of(variable: str, names: Iterable[str]) -> str:
    """Return the filter that a variable is one of some IRIs.

    Oxigraph joins two VALUES with all that there is in between; with a filter it looks up.
    """
    return f"FILTER (?{variable} IN ({', '.join(f'<{name}>' for name in names)}))"


def _term(value: dict[str, str]) -> Term:
    kind = _KINDS.get(value["type"], "literal")
    if kind != "literal":
        return Term(kind, value["value"])
    lang = value.get("xml:lang", "")
    return Term(kind, value["value"], lang, value.get("datatype", LANG_STRING if lang else STRING))
