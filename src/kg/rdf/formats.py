"""RDF serialisations by file suffix; pyoxigraph reads and writes all of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePath

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


def by_suffix(path: PurePath | str) -> Format | None:
    """Return the format of a file name, or None if its suffix is not one of RDF."""
    suffix = PurePath(path).suffix.lower()
    return next((form for form in FORMATS if suffix in form.suffixes), None)
