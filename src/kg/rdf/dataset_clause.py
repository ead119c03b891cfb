"""The FROM clauses of a query, SPARQL 1.1 Query section 13.2, as the IRIs of its graphs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pyoxigraph import NamedNode, RdfFormat, parse

from kg.namespaces import ABSOLUTE_IRI
from kg.rdf.sparql_text import bare_words

_GAP = r"(?:\s|\#[^\n\r]*)*"
_IRI = r'<([^<>"{}|^`\\\x00-\x20]*)>'
_PREFIX = re.compile(rf"{_GAP}([\w.-]*):{_GAP}{_IRI}")
_BASE = re.compile(rf"{_GAP}{_IRI}")
_NAME = r"([\w.-]*):((?:[\w:-]|\.+(?=[\w:%\\-])|%[0-9A-Fa-f]{2}|\\.)*)"
_SOURCE = re.compile(rf"{_GAP}(NAMED\b)?{_GAP}(?:{_IRI}|{_NAME})", re.IGNORECASE)
_GLUED = re.compile(r"(?<![\w.:?$@-])(?:FROM|NAMED|BASE|PREFIX):", re.IGNORECASE)
"""A keyword with a name of the empty prefix, or a name: only a parser can tell them apart."""
_ESCAPE = re.compile(r"\\(.)")


@dataclass(frozen=True)
class Clause:
    """The IRIs of the graphs of FROM and of FROM NAMED, each once."""

    default: tuple[str, ...]
    named: tuple[str, ...]


def may_have_clause(text: str) -> bool:
    """Return whether `text` may have a FROM clause; it has none if this is false."""
    if "from" not in text.lower():
        return False
    return bool(_GLUED.search(text)) or any(word == "FROM" for word, _ in bare_words(text))


def clause_of(text: str, prefixes: Mapping[str, str]) -> Clause | None:
    """Return the dataset clause of `text`, or None if that is faulty or hard to understand.

    `prefixes` are those that need no declaration.
    """
    if _GLUED.search(text):
        return None
    known, base = dict(prefixes), ""
    default: dict[str, None] = {}
    named: dict[str, None] = {}
    try:
        for word, offset in bare_words(text):
            end = offset + len(word)
            if word == "PREFIX" and (match := _PREFIX.match(text, end)):
                known[match[1]] = _resolved(match[2], base)
            elif word == "BASE" and (match := _BASE.match(text, end)):
                base = _resolved(match[1], base)
            elif word == "FROM":
                match = _SOURCE.match(text, end)
                if match is None:
                    return None
                graphs = named if match[1] else default
                graphs[_source(match, known, base)] = None
    except (KeyError, ValueError):
        return None
    return Clause(tuple(default), tuple(named))


def _source(match: re.Match[str], prefixes: Mapping[str, str], base: str) -> str:
    _, iri, prefix, local = match.groups()
    if iri is not None:
        return _resolved(iri, base)
    return prefixes[prefix] + _ESCAPE.sub(r"\1", local)


def _resolved(iri: str, base: str) -> str:
    """Return the absolute IRI as Oxigraph resolves it; raises ValueError when it does not."""
    if not base:
        if not ABSOLUTE_IRI.match(iri):
            raise ValueError(iri)
        return iri
    try:
        (quad,) = parse(f"<> a <{iri}> .", RdfFormat.TURTLE, base_iri=base)
    except SyntaxError as error:
        raise ValueError(iri) from error
    return quad.object.value if isinstance(quad.object, NamedNode) else iri
