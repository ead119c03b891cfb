"""A Report becomes the report graph of SHACL as Turtle."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from kg.namespaces import SH, XSD
from kg.validate.render_graph import TYPE, Members, Node, Value, report_tree
from kg.validate.report import Report

_INDENT = "  "
_BARE = MappingProxyType({f'"{word}"^^<{XSD}boolean>': word for word in ("true", "false")})


def as_turtle(report: Report, lang: str, prefixes: Mapping[str, str]) -> str:
    """Return the report graph of SHACL section 3.6 as Turtle.

    Blank nodes of data and shapes keep their labels.
    """
    del lang, prefixes
    root = report_tree(report)
    return f"@prefix sh: <{SH}> .\n\n[]{_pairs(root, 1)} .\n"


def _pairs(node: Node, depth: int) -> str:
    start = "\n" + _INDENT * depth
    lines = (f"{start}{_name(name)} {_value(value, depth)}" for name, value in node.pairs)
    return " ;".join(lines)


def _name(name: str) -> str:
    return name if name == TYPE else f"sh:{name}"


def _value(value: Value, depth: int) -> str:
    match value:
        case Node():
            return f"[{_pairs(value, depth + 1)}\n{_INDENT * depth}]"
        case Members(items):
            return f"( {' '.join(_value(item, depth) for item in items)} )"
        case _ if value.startswith(f"<{SH}"):
            return f"sh:{value[len(SH) + 1 : -1]}" if value[len(SH) + 1 : -1].isalpha() else value
        case _:
            return _BARE.get(value, value)
