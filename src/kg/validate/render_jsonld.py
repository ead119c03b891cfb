"""A Report becomes the report graph of SHACL as JSON-LD with a context of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kg.namespaces import SH, XSD
from kg.rdf.literals import XSD_STRING, split
from kg.validate.render_graph import TYPE, Members, Node, Value, report_tree
from kg.validate.render_json import dump
from kg.validate.report import Report

_BOOLEAN = XSD + "boolean"


def as_jsonld(report: Report, lang: str, prefixes: Mapping[str, str]) -> str:
    """Return the report graph of SHACL section 3.6 as JSON-LD 1.1.

    Names are those of SHACL without a prefix; the context says so and needs no look-up. Blank
    nodes of data and shapes keep their labels.
    """
    del lang, prefixes
    document = {"@context": {"@vocab": SH}, **_object(report_tree(report))}
    return dump(document, findings=len(report.results))


def _object(node: Node) -> dict[str, Any]:
    found: dict[str, list[Any]] = {}
    for name, value in node.pairs:
        if name == TYPE and isinstance(value, str):
            found["@type"] = [value[1:-1].removeprefix(SH)]
        else:
            found.setdefault(name, []).append(_json(value))
    return {name: some[0] if len(some) == 1 else some for name, some in found.items()}


def _json(value: Value) -> Any:
    match value:
        case Node():
            return _object(value)
        case Members(items):
            return {"@list": [_json(item) for item in items]}
        case _ if value.startswith("<"):
            return {"@id": value[1:-1]}
        case _ if value.startswith("_:"):
            return {"@id": value}
        case _:
            return _literal(value)


def _literal(term: str) -> Any:
    lexical, datatype, tag = split(term)
    if tag:
        return {"@value": lexical, "@language": tag}
    if datatype == _BOOLEAN and lexical in ("true", "false"):
        return lexical == "true"
    if datatype == XSD_STRING:
        return lexical
    return {"@value": lexical, "@type": datatype}
