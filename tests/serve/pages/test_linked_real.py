"""Every resource of the real graph is reached by its address."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import URIRef
from tests.serve.helpers import Client
from tests.serve.pages.library_site import PAGE, Page
from tests.serve.pages.linked_site import follow, read

from kg.publish.versions import Version
from kg.serve.app import create_app
from kg.serve.pages.addresses import Addresses
from kg.settings import read_project


@pytest.fixture(scope="module")
def real(published_project: Path, published: Version) -> Iterator[Client]:
    """A client of the project of this repository."""
    with Client(create_app(read_project(published_project), published)) as client:
        yield client


@pytest.fixture(scope="module")
def resources(published: Version) -> list[str]:
    """The IRIs below the base that something is said of."""
    base = published.manifest.base
    rows = published.store.query("SELECT DISTINCT ?s { ?s ?p ?o FILTER isIRI(?s) }")
    return sorted(row[0].value for row in rows if row[0].value.startswith(base))  # type: ignore[union-attr]


def test_there_and_back(resources: list[str], published: Version) -> None:
    """The address of each document is read as the IRI that it is about, and as no other first."""
    addresses = Addresses(published.manifest.base)
    known = set(resources)
    assert len(known) > 70_000
    lost = []
    for iri in resources:
        address = addresses.document(iri)
        if address.startswith("doc?iri="):
            assert "#" in iri or iri == addresses.base, iri
            continue
        meant = addresses.candidates(address.removeprefix("doc/"))
        lost += [iri] if next(one for one in meant if one in known) != iri else []
        path = addresses.resource(iri)
        assert path is not None
        lost += [iri] if iri not in addresses.below(path) else []
    assert lost == []


def test_one_of_each_kind_over_http(real: Client, resources: list[str], published: Version) -> None:
    """One resource of each folder is followed from its IRI to data that is about it."""
    base = published.manifest.base
    kinds = {re.sub(r"[^/#]*\Z", "", iri): iri for iri in resources}
    assert len(kinds) > 30
    for iri in kinds.values():
        if "#" in iri or iri == base:
            response = real.get("/doc", params={"iri": iri, "format": "nt"})
        else:
            path = "/" + iri.removeprefix(base)
            response = follow(real, path, headers={"Accept": "application/n-triples"})
        assert (URIRef(iri), None, None) in read(response, "nt"), iri


def test_terms_and_rules_of_the_real_graph(real: Client) -> None:
    """The pages of the terms and rules name what the project declares."""
    page = Page(real.get("/ontology", headers=PAGE).text)
    assert page.all("article", id="Cooperation")
    assert page.all("article", id="org:Membership")
    assert "Codelisten" in page.words
    page = Page(real.get("/shapes", headers=PAGE).text)
    assert page.all("article", id="MembershipShape")
    assert "genau eine Angabe" in page.words
    assert "aus der Codeliste Rollen" in page.words
