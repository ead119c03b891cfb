"""The namespaces that kg itself speaks of; those of a project's domain are in its kg.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
SH = "http://www.w3.org/ns/shacl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCT = "http://purl.org/dc/terms/"
PROV = "http://www.w3.org/ns/prov#"
VOID = "http://rdfs.org/ns/void#"
SD = "http://www.w3.org/ns/sparql-service-description#"

RDF_TYPE = RDF + "type"

CHECKS = "urn:kg:check:"
"""What makes an IRI of the name of a check of kg's own, such as undeclared-term."""

WELL_KNOWN = MappingProxyType(
    {
        "dct": DCT,
        "owl": OWL,
        "prov": PROV,
        "rdf": RDF,
        "rdfs": RDFS,
        "sh": SH,
        "skos": SKOS,
        "void": VOID,
        "xsd": XSD,
    }
)
"""Prefixes that every project has without declaring them."""


ABSOLUTE_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|\\^`]*\Z")
"""What an IRI with a scheme looks like, RFC 3987 section 2.2, loosely."""


def shorten(iri: str, prefixes: Mapping[str, str]) -> str:
    """Return `iri` as prefix:name under the longest fitting namespace, else as <iri>."""
    fitting = [
        (namespace, prefix) for prefix, namespace in prefixes.items() if iri.startswith(namespace)
    ]
    if not fitting:
        return f"<{iri}>"
    namespace, prefix = max(fitting)
    return f"{prefix}:{iri[len(namespace) :]}"
