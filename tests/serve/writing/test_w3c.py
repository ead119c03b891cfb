"""The W3C tests of updates over HTTP and of the Graph Store Protocol, on a plain store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from rdflib import Graph
from rdflib.collection import Collection
from rdflib.compare import isomorphic
from rdflib.term import BNode, Node
from tests.protocol.project import W3C
from tests.protocol.test_w3c import CNT, HT, MF, Protocol, protocol_tests
from tests.serve.helpers import Client

from kg.publish.build import build
from kg.publish.versions import find_current
from kg.serve.app import create_app
from kg.serve.options import ServeOptions
from kg.settings import read_project
from kg.write.tokens import environment_token

TOKEN = "0123456789abcdef"
pytestmark = pytest.mark.filterwarnings("ignore:subprocess .* still running:ResourceWarning")

GSP = W3C / "graph-store-protocol" / "manifest-indirect.ttl"
CODES = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}
needs_suite = pytest.mark.skipif(
    not W3C.is_dir(), reason="the W3C suite is not at ../shared/w3c/sparql11"
)


class Plain:
    """A client of a plain store, which sends the token with all that it asks."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {TOKEN}", **options.pop("headers", {})}
        return self._client.request(method, path, headers=headers, **options)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plain]:
    """An empty project that is served as a plain store, with the real writer."""
    project = read_project(tmp_path_factory.mktemp("plain"))
    assert build(project, may_be_empty=True).path is not None
    admin = environment_token({"KG_TOKEN": TOKEN})
    options = ServeOptions(plain=True, default_graph="plain", admin=admin)
    app = create_app(project, find_current(project.build_dir), options=options)
    with Client(app) as client:
        yield Plain(client)


@needs_suite
@pytest.mark.parametrize(
    "test", [each for each in protocol_tests() if each.updates], ids=lambda each: each.name
)
def test_protocol(plain: Plain, test: Protocol) -> None:
    """Each request of a test of updates is answered as the suite says."""
    for asked in test.requests:
        headers = dict(asked.headers)
        reply = plain.send(asked.method, asked.path, headers=headers, content=asked.body)
        assert f"{reply.status_code // 100}xx" in asked.statuses, reply.text
        if asked.boolean is not None:
            assert reply.json()["boolean"] is asked.boolean


def store_tests() -> list[tuple[str, Graph, list[Node]]]:
    """Return name, manifest and requests of the tests of graphs named by a parameter."""
    if not GSP.is_file():
        return []
    manifest = Graph().parse(GSP)
    listed = next(manifest.objects(None, MF.entries))
    found = []
    for test in Collection(manifest, listed):
        action = manifest.value(test, MF.action)
        requests = Collection(manifest, manifest.value(action, HT.requests) or BNode())
        found.append((str(test).rpartition("#")[2], manifest, list(requests)))
    return found


@needs_suite
@pytest.mark.parametrize("test", store_tests(), ids=lambda each: each[0])
def test_graph_store(plain: Plain, test: tuple[str, Graph, list[Node]]) -> None:
    """Each request is answered as the suite says, with the same graph."""
    name, manifest, requests = test
    plain.send("POST", "/sparql", data={"update": "DROP ALL"})
    location = ""
    for node in requests:
        reply = asked(plain, manifest, node, location)
        response = manifest.value(node, HT.resp)
        statuses = {
            CODES[str(status).rpartition("#")[2]]
            for status in manifest.objects(response, MF.expectedStatus)
        }
        assert reply.status_code in statuses, (name, reply.text)
        if manifest.value(response, MF.expectedLocation) is not None:
            location = reply.headers["location"]
        body = manifest.value(response, HT.body)
        if body is not None:
            expected = Graph().parse(data=str(manifest.value(body, CNT.chars)), format="turtle")
            assert isomorphic(Graph().parse(data=reply.text, format="turtle"), expected)


def asked(plain: Plain, manifest: Graph, node: Node, location: str) -> httpx.Response:
    """Send one request of the manifest."""
    listed = manifest.value(node, HT.headers)
    headers = {
        str(manifest.value(each, HT.fieldName)): str(manifest.value(each, HT.fieldValue))
        for each in (Collection(manifest, listed) if listed is not None else ())
    }
    body = manifest.value(node, HT.body)
    content = None if body is None else str(manifest.value(body, CNT.chars)).encode()
    path = str(manifest.value(node, HT.absolutePath)).replace("/gsp", "/graphs", 1)
    path = path.replace("$LOCATION$", location)
    method = str(manifest.value(node, HT.methodName))
    return plain.send(method, path, headers=headers, content=content)


@needs_suite
def test_suite_is_whole() -> None:
    """All nine tests are found."""
    assert len(store_tests()) == 9
