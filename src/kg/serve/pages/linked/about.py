"""What a document says of itself, in statements and in headers: topic, licence, dataset, forms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.requests import Request

from kg.namespaces import DCT, PROV, RDF_TYPE, RDFS, VOID, XSD
from kg.publish.versions import Manifest
from kg.serve.pages.linked.context import FOAF
from kg.serve.pages.linked.statements import MOST_BACK, MOST_OUT, Description, Found, Statement
from kg.serve.pages.linked.write import DOCUMENTS, SUFFIXES
from kg.serve.pages.terms import Term, iri
from kg.serve.void import dataset_at, graph_at, root_of, void_at


@dataclass(frozen=True)
class Place:
    """The addresses of a document: `path` is that without a suffix, relative to the root.

    `version` is the name of the version that was asked for, "" for that which is served.
    """

    root: str
    path: str
    version: str = ""

    @property
    def generic(self) -> str:
        """The address at which the form is negotiated."""
        return self._with(self.path)

    def form(self, name: str) -> str:
        """Return the address of the document in the format of that name."""
        if "?" in self.path:
            return self._with(f"{self.path}&format={SUFFIXES[name]}")
        return self._with(f"{self.path}.{SUFFIXES[name]}")

    def _with(self, path: str) -> str:
        sign = self._sign(path)
        return f"{self.root}{path}{f'{sign}version={self.version}' if self.version else ''}"

    @staticmethod
    def _sign(path: str) -> str:
        return "&" if "?" in path else "?"


def place(request: Request, path: str, version: str = "") -> Place:
    """Return the addresses on the server that `request` came to."""
    return Place(root_of(request), path, version)


def links(at: Place, topic: str, license: str | None, found: Found | None = None) -> str:
    """Return the value of Link for a document about `topic` (RFC 8288, RFC 6892)."""
    newest = replace(at, version="").generic
    given = [f'<{newest}>; rel="canonical"', *_forms(at)]
    given += [
        f'<{_ascii(topic)}>; rel="describes"',
        f'<{void_at(at.root)}>; rel="describedby"',
        *_licence(license),
    ]
    successors = found.successors if found else ()
    given += [f'<{_ascii(one)}>; rel="successor-version"' for one in successors]
    return ", ".join(given)


def thing_links(at: Place, license: str | None) -> str:
    """Return the value of Link for a thing whose document is at a place."""
    return ", ".join([f'<{at.generic}>; rel="describedby"', *_forms(at), *_licence(license)])


def _forms(at: Place) -> list[str]:
    media_types = {one.name: one.media_type for one in reversed(DOCUMENTS.representations)}
    return [f'<{at.form(name)}>; rel="alternate"; type="{media_types[name]}"' for name in SUFFIXES]


def _licence(license: str | None) -> list[str]:
    return [f'<{_ascii(license)}>; rel="license"'] if license else []


def memento_links(at: Place) -> str:
    """Return where former states of a document are found (RFC 7089 section 2.2)."""
    query = urlencode({"uri": at.generic})
    return (
        f'<{at.generic}>; rel="original timegate", '
        f'<{at.root}history/timemap?{query}>; rel="timemap"; type="application/link-format"'
    )


def about(
    at: Place, described: Description, manifest: Manifest, license: str | None
) -> Iterator[Statement]:
    """Yield what a document at a place says of itself; its dataset is that of VoID."""
    document = Term("iri", at.generic)
    topic = Term("iri", described.iri)
    yield Statement("", document, RDF_TYPE, Term("iri", f"{FOAF}Document"))
    yield Statement("", document, f"{FOAF}primaryTopic", topic)
    yield Statement("", document, f"{VOID}inDataset", Term("iri", dataset_at(at.root)))
    made = Term("literal", manifest.built, "", f"{XSD}dateTime")
    yield Statement("", document, f"{PROV}generatedAtTime", made)
    if license:
        yield Statement("", document, f"{DCT}license", Term("iri", license))
    for graph in described.graphs:
        yield Statement("", document, f"{PROV}wasDerivedFrom", Term("iri", graph))
    if described.iri in manifest.graphs:
        dump = graph_at(at.root, described.iri, "ntriples")
        yield Statement("", topic, f"{VOID}dataDump", Term("iri", dump))
    if described.cut:
        yield from _rest(at, described.iri, document)


def _rest(at: Place, name: str, document: Term) -> Iterator[Statement]:
    """Yield where all statements about the resource and with it are."""
    node = iri(name)
    query = (
        f"CONSTRUCT {{ {node} ?p ?o . ?s ?q {node} }} "
        f"WHERE {{ {{ {node} ?p ?o }} UNION {{ ?s ?q {node} }} }}"
    )
    version = {"version": at.version} if at.version else {}
    address = f"{at.root}sparql?{urlencode({'query': query, **version})}"
    yield Statement("", document, f"{RDFS}seeAlso", Term("iri", address))
    texts = {
        "de": f"Nicht vollständig: Von den Aussagen über {name} stehen hier höchstens {MOST_OUT}, "
        f"von denen, die darauf verweisen, höchstens {MOST_BACK}. Alle gibt die Abfrage unter "
        "rdfs:seeAlso.",
        "en": f"Not complete: of the statements about {name} {MOST_OUT} at most are here, of "
        f"those that refer to it {MOST_BACK} at most. The query at rdfs:seeAlso gives them all.",
    }
    for lang, text in texts.items():
        yield Statement("", document, f"{RDFS}comment", Term("literal", text, lang))


def _ascii(address: str) -> str:
    """Return an IRI as a URI, for headers (RFC 3987 section 3.1)."""
    return "".join(
        sign if sign.isascii() else "".join(f"%{byte:02X}" for byte in sign.encode())
        for sign in address
    )
