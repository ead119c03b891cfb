"""Comunica, the query engine of the browsers, on the endpoint, through Node."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.protocol.served import Served

HERE = Path(__file__).with_name("node")
NODE = shutil.which("node")
NPM = shutil.which("npm")
PREFIXES = "PREFIX ex: <https://example.org/ns#> PREFIX id: <https://example.org/id/>"
XSD = "http://www.w3.org/2001/XMLSchema#"
CACHE = "kommunalgraph-tests-comunica"


@pytest.fixture(scope="session")
def comunica(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the packages of the lock file; skips where they cannot be had."""
    if NODE is None or NPM is None:
        pytest.skip("there is no Node on this machine")
    root = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    folder = Path(root) / CACHE
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        install(folder, NPM)
    return folder


def install(folder: Path, npm: str) -> None:
    """Install what the lock file says, unless it is there; skips where it cannot be had."""
    shutil.copy(HERE / "ask.mjs", folder)
    wanted = (HERE / "package-lock.json").read_bytes()
    done = folder / "installed-package-lock.json"
    if done.is_file() and done.read_bytes() == wanted:
        return
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder)
    call = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--omit=dev"]
    try:
        subprocess.run(call, cwd=folder, capture_output=True, check=True, timeout=300)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"the packages of Comunica cannot be had: {error}")
    done.write_bytes(wanted)


def ask(folder: Path, address: str, query: str, *, form: str, source: str = "sparql") -> Any:
    """Return what Comunica finds at an address."""
    command = [NODE or "node", "ask.mjs", address, source, form, f"{PREFIXES} {query}"]
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=True, timeout=300
    )
    return json.loads(done.stdout)


SOURCES = ["sparql", ""]


@pytest.mark.parametrize("source", SOURCES)
def test_select(comunica: Path, served: Served, source: str) -> None:
    """Rows with IRIs, languages, datatypes and the unbound."""
    query = """SELECT ?s ?o ?u {
      VALUES ?s { id:german id:integer id:beetle } ?s ex:says ?o OPTIONAL { ?s ex:in ?u } }"""
    rows = ask(comunica, served.endpoint, query, form="select", source=source)
    found = {row["s"]["value"].rpartition("/")[2]: row["o"] for row in rows}
    assert (found["german"]["value"], found["german"]["language"]) == ("Käfer", "de")
    assert (found["integer"]["value"], found["integer"]["datatype"]) == ("7", f"{XSD}integer")
    assert found["beetle"]["value"] == "🪲"
    assert all("u" not in row for row in rows)


@pytest.mark.parametrize("source", SOURCES)
def test_ask(comunica: Path, served: Served, source: str) -> None:
    """Yes and no."""
    for value, expected in ((1, True), (7, False)):
        query = f"ASK {{ id:one ex:in {value} }}"
        found = ask(comunica, served.endpoint, query, form="ask", source=source)
        assert found is expected


@pytest.mark.parametrize("source", SOURCES)
def test_construct(comunica: Path, served: Served, source: str) -> None:
    """A graph."""
    query = "CONSTRUCT { ?s ex:was ?o } WHERE { ?s ex:in ?o }"
    found = ask(comunica, served.endpoint, query, form="construct", source=source)
    assert sorted(row[2] for row in found) == ["1", "2", "3", "9"]


def test_parts(comunica: Path, served: Served) -> None:
    """Aggregates, order, paths and subqueries of what the endpoint holds."""
    query = """SELECT (COUNT(*) AS ?n) (MAX(?o) AS ?m) { ?s ex:in ?o }"""
    (row,) = ask(comunica, served.endpoint, query, form="select")
    assert (row["n"]["value"], row["m"]["value"]) == ("4", "9")
    query = "SELECT ?x { id:n0 ex:next/ex:next ?x } ORDER BY ?x LIMIT 1"
    (row,) = ask(comunica, served.endpoint, query, form="select")
    assert row["x"]["value"] == "https://example.org/id/n2"


def test_found_by_description(comunica: Path, served: Served) -> None:
    """An address that does not look like an endpoint is known as one by its description."""
    address = f"{served.url}/sparql/"
    found = ask(comunica, address, "ASK { id:one ex:in 1 }", form="ask", source="")
    assert found is True


def test_fault(comunica: Path, served: Served) -> None:
    """A refusal of ours comes through as an error that says its status."""
    found = ask(comunica, f"{served.url}/nothing", "ASK {}", form="ask")
    assert "404" in found["error"]
