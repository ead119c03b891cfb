"""`kg serve` as a process of its own, asked by the usual client libraries and by curl."""

from __future__ import annotations

import html
import re
import shutil
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, JSONLD, TURTLE, SPARQLWrapper
from tests.serve.helpers import write_project

from kg.errors import StageError
from kg.serve.server import run_server
from kg.settings import Project

STAG = URIRef("https://example.org/id/stag")


@pytest.fixture(scope="module")
def address(project: Project) -> Iterator[str]:
    """The address that `kg serve` says it serves at; the process is ended afterwards."""
    code = "import sys; from kg.cli import main; sys.argv = ['kg', *sys.argv[1:]]; main()"
    command = [sys.executable, "-c", code, "serve", str(project.root)]
    command += ["--port", "0", "--no-build", "--slow-query", "600"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        line = process.stderr.readline()
        match = re.search(r"http://127\.0\.0\.1:\d+/", line)
        try:
            assert match, line
            yield match.group()
        finally:
            process.terminate()
            rest = process.stderr.read()
            process.wait(timeout=60)
    assert rest == "", "nothing but the greeting is printed"


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph:DeprecationWarning")  # rdflib's own use
def test_sparqlwrapper(address: str) -> None:
    """SPARQLWrapper gets rows and graphs in the formats that it asks for."""
    wrapper: Any = SPARQLWrapper(f"{address}sparql")
    query = "PREFIX ex: <https://example.org/ns#> SELECT ?s { ?s a ex:Beetle } ORDER BY ?s"
    for method in ("GET", "POST"):
        wrapper.setMethod(method)
        wrapper.setQuery(query)
        wrapper.setReturnFormat(JSON)
        rows = wrapper.queryAndConvert()["results"]["bindings"]
        assert [row["s"]["value"] for row in rows][1] == str(STAG)
        wrapper.setReturnFormat(CSV)
        assert wrapper.queryAndConvert().decode().startswith("s\r\n")
        wrapper.setQuery(f"DESCRIBE <{STAG}>")
        wrapper.setReturnFormat(JSONLD)
        assert len(wrapper.queryAndConvert()) >= 3
        wrapper.setReturnFormat(TURTLE)
        assert len(Graph().parse(data=wrapper.queryAndConvert())) >= 3


def test_rdflib_store(address: str) -> None:
    """rdflib reads the endpoint as a graph."""
    for method in ("GET", "POST", "POST_FORM"):
        graph = Graph(SPARQLStore(f"{address}sparql", method=method))
        labels = [
            str(o)
            for o in graph.objects(STAG, URIRef("http://www.w3.org/2000/01/rdf-schema#label"))
        ]
        assert labels == ["Hirschkäfer"]
        assert bool(graph.query("ASK { ?s ?p ?o }"))
        assert len(graph) > 5


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
def test_curl_as_printed(address: str) -> None:
    """The command on the page works when it is pasted into a shell."""
    with urllib.request.urlopen(address) as response:
        page = html.unescape(response.read().decode())
    match = re.search(r"<code>(curl .*?)</code>", page, re.DOTALL)
    assert match
    done = subprocess.run(
        ["sh", "-c", match.group(1)], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("type,count")


def test_port_in_use(project: Project) -> None:
    """A port that is taken is one clear sentence, not a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StageError, match=str(port)) as caught:
            run_server(project, host="127.0.0.1", port=port)
    assert caught.value.exit_code == 2


def test_no_such_host(project: Project) -> None:
    """An address that this machine does not have is said in the same way."""
    with pytest.raises(StageError, match=r"192\.0\.2\.1"):
        run_server(project, host="192.0.2.1", port=0)


def test_nothing_published(tmp_path: Path) -> None:
    """Without a version the message says how to make one."""
    with pytest.raises(StageError, match="kg build"):
        run_server(write_project(tmp_path), host="127.0.0.1", port=0)
