"""Names of terms."""

from __future__ import annotations

from dataclasses import dataclass

from pyoxigraph import NamedNode


@dataclass(frozen=True)
class Terms:
    """A namespace; `terms["x"]` is a term of it."""

    namespace: str

    def __getitem__(self, name: str) -> NamedNode:
        return NamedNode(self.namespace + name)


DCT = Terms("http://purl.org/dc/terms/")
FOAF = Terms("http://xmlns.com/foaf/0.1/")
OWL = Terms("http://www.w3.org/2002/07/owl#")
PROV = Terms("http://www.w3.org/ns/prov#")
RDF = Terms("http://www.w3.org/1999/02/22-rdf-syntax-ns#")
RDFS = Terms("http://www.w3.org/2000/01/rdf-schema#")
SCHEMA = Terms("https://schema.org/")
SH = Terms("http://www.w3.org/ns/shacl#")
SKOS = Terms("http://www.w3.org/2004/02/skos/core#")
XSD = Terms("http://www.w3.org/2001/XMLSchema#")
