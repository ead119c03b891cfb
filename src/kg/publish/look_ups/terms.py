"""Terms as they stand in results: SPARQL 1.1 Query Results JSON, and CSV."""

from __future__ import annotations

import re
from json.encoder import encode_basestring as quoted

from pyoxigraph import BlankNode, Literal, NamedNode

from kg.namespaces import XSD

_STRING = f"{XSD}string"
_NEEDS_QUOTES = re.compile(r'[",\r\n]')


def json_of(term: object) -> str:
    """Return a term as the object that stands for it; raises ValueError for one of RDF 1.2."""
    if isinstance(term, NamedNode):
        return iri_json(term.value)
    if isinstance(term, BlankNode):
        return blank_json(term.value)
    term = _literal(term)
    return literal_json(term.value, term.language or "", term.datatype.value)


def iri_json(iri: str) -> str:
    """Return the object for an IRI."""
    return f'{{"type":"uri","value":{quoted(iri)}}}'


def blank_json(label: str) -> str:
    """Return the object for a blank node."""
    return f'{{"type":"bnode","value":{quoted(label)}}}'


def literal_json(value: str, language: str, datatype: str) -> str:
    """Return the object for a literal; `language` is "" when it has none."""
    if language:
        return f'{{"type":"literal","value":{quoted(value)},"xml:lang":"{language}"}}'
    if datatype == _STRING:
        return f'{{"type":"literal","value":{quoted(value)}}}'
    return f'{{"type":"literal","value":{quoted(value)},"datatype":{quoted(datatype)}}}'


def csv_of(term: object) -> str:
    """Return a term as a field; raises ValueError for one of RDF 1.2."""
    if isinstance(term, BlankNode):
        return f"_:{term.value}"
    return term.value if isinstance(term, NamedNode) else csv_field(_literal(term).value)


def csv_field(value: str) -> str:
    """Return a text as a field, in quotation marks if it needs them (RFC 4180, section 2)."""
    if _NEEDS_QUOTES.search(value):
        value = value.replace('"', '""')
        return f'"{value}"'
    return value


def _literal(term: object) -> Literal:
    if not isinstance(term, Literal) or getattr(term, "direction", None) is not None:
        raise ValueError(term)
    return term
