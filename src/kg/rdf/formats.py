"""RDF serialisations by file suffix and media type; pyoxigraph reads and writes all of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

from pyoxigraph import RdfFormat


@dataclass(frozen=True)
class Format:
    """One serialisation: its name in options, suffixes, media types (the first is written)."""

    name: str
    oxigraph: RdfFormat
    suffixes: tuple[str, ...]
    media_types: tuple[str, ...]

    @property
    def media_type(self) -> str:
        """The media type that we send."""
        return self.media_types[0]


FORMATS = (
    Format("turtle", RdfFormat.TURTLE, (".ttl",), ("text/turtle", "application/x-turtle")),
    Format("ntriples", RdfFormat.N_TRIPLES, (".nt",), ("application/n-triples", "text/plain")),
    Format("trig", RdfFormat.TRIG, (".trig",), ("application/trig", "application/x-trig")),
    Format("nquads", RdfFormat.N_QUADS, (".nq",), ("application/n-quads", "text/x-nquads")),
    Format("jsonld", RdfFormat.JSON_LD, (".jsonld",), ("application/ld+json",)),
    Format("rdfxml", RdfFormat.RDF_XML, (".rdf", ".owl"), ("application/rdf+xml",)),
)


def by_suffix(path: PurePath | str) -> Format | None:
    """Return the format of a file name, or None if its suffix is not one of RDF."""
    suffix = PurePath(path).suffix.lower()
    return next((form for form in FORMATS if suffix in form.suffixes), None)


def by_name(name: str) -> Format | None:
    """Return the format that an option names, or None."""
    return next((form for form in FORMATS if form.name == name), None)
