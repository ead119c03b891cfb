"""Which formats have places, and how they are found: a text and its base IRI become positions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from kg.rdf.positions import Positioned, positions


def _terse(text: str, base: str) -> list[Positioned]:
    return positions(text, base=base)


def _quads(text: str, base: str) -> list[Positioned]:
    return positions(text, base=base, quads=True)


def _json(text: str, base: str) -> list[Positioned]:
    from kg.rdf.json_positions import json_positions  # noqa: PLC0415 - seldom needed

    return json_positions(text, base=base)


LOCATING: Mapping[str, Callable[[str, str], list[Positioned]]] = MappingProxyType(
    {"turtle": _terse, "trig": _terse, "ntriples": _terse, "nquads": _quads, "jsonld": _json}
)
"""By the name of the format; the triples come in the parser's order as far as they are known."""
