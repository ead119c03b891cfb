"""RDF serialisations by file suffix; pyoxigraph reads and writes all of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from types import MappingProxyType

from pyoxigraph import RdfFormat


@dataclass(frozen=True)
class Format:
    """One serialisation: its name, its parser and its suffixes."""

    name: str
    oxigraph: RdfFormat
    suffixes: tuple[str, ...]


FORMATS = (
    Format("turtle", RdfFormat.TURTLE, (".ttl",)),
    Format("ntriples", RdfFormat.N_TRIPLES, (".nt",)),
    Format("trig", RdfFormat.TRIG, (".trig",)),
    Format("nquads", RdfFormat.N_QUADS, (".nq",)),
    Format("jsonld", RdfFormat.JSON_LD, (".jsonld",)),
    Format("rdfxml", RdfFormat.RDF_XML, (".rdf", ".owl")),
)

_BY_NAME = MappingProxyType({form.name: form for form in FORMATS})
MEDIA_TYPES: Mapping[str, Format] = MappingProxyType(
    {
        "text/turtle": _BY_NAME["turtle"],
        "application/trig": _BY_NAME["trig"],
        "application/n-triples": _BY_NAME["ntriples"],
        "application/n-quads": _BY_NAME["nquads"],
        "application/ld+json": _BY_NAME["jsonld"],
        "application/rdf+xml": _BY_NAME["rdfxml"],
        "application/x-turtle": _BY_NAME["turtle"],
        "application/x-trig": _BY_NAME["trig"],
    }
)
"""The formats by media type; the last two are names of old."""


def by_suffix(path: PurePath | str) -> Format | None:
    """Return the format of a file name, or None if its suffix is not one of RDF."""
    suffix = PurePath(path).suffix.lower()
    return next((form for form in FORMATS if suffix in form.suffixes), None)
