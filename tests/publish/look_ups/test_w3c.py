"""The queries of the W3C suite: no look-up answers one of them otherwise than Oxigraph."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store
from tests.protocol.project import W3C
from tests.publish.look_ups.agreeing import Asking

FORMS = {".ttl": RdfFormat.TURTLE, ".rdf": RdfFormat.RDF_XML}


def stores() -> dict[Path, Store]:
    """Return a store for each folder of the suite, with all its data in the default graph."""
    found: dict[Path, Store] = {}
    for path in sorted(W3C.rglob("*")):
        if path.suffix in FORMS and "manifest" not in path.name and "result" not in path.name:
            store = found.setdefault(path.parent, Store())
            try:
                store.load(path.read_bytes(), FORMS[path.suffix], base_iri=path.as_uri())
            except (SyntaxError, ValueError):
                continue  # some files shall not be understood
    return found


@pytest.mark.skipif(not W3C.is_dir(), reason="the W3C suite is not at ../shared/w3c/sparql11")
def test_queries_of_the_suite() -> None:
    """Whatever is answered of more than 400 queries is as Oxigraph's; some are look-ups."""
    data = stores()
    asked, answered = 0, 0
    askings = {folder: Asking(store) for folder, store in data.items()}
    for path in sorted(W3C.rglob("*.r[qu]")):
        asking = askings.setdefault(path.parent, Asking([]))
        text = path.read_text(encoding="utf-8")
        asked += 1
        answered += asking.agree(text)
    assert asked > 400
    assert answered >= 5, answered
