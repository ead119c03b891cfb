"""Pages of a project: how long the server takes, how many queries it asks, what browsers load.

Usage: python bench/pages.py [FOLDER] [--each 100] [--seed 1] [--out docs/benchmarks-pages.md]

`kg serve` is started on the project and asked over one kept connection, page after page, as a
browser asks; the time is from the request to the last byte, so it has the connection in it.
Resources are drawn at random of each class. Each address is asked once before, as the page itself
is not kept by the server but what it asks is; "cold" is that first time. Weights are of the files
that a page loads, compressed with gzip.
"""

from __future__ import annotations

import argparse
import gzip
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import urlencode, urljoin

import httpx

HTML = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SCRIPTS = re.compile(r'<script[^>]*src="([^"]+)"')
IMPORTS = re.compile(r'(?:import|from)\s*"(\.[^"]+)"')
ASKED = re.compile(r"^kg_cache_requests_total\{[^}]*\} (\S+)", re.MULTILINE)
CLASSES = """SELECT ?c WHERE { GRAPH ?g { ?x a ?c } FILTER (isIRI(?x)) }
GROUP BY ?c ORDER BY DESC(COUNT(*)) LIMIT 30"""
WORDS = ("Bielefeld", "Bilefeld", "Stadt Halle", "pader", "5 fuer OWL", "05711000", "Q2112", "b")
PAGES = ("", "map", "network", "contents", "documents", "quality", "about", "ontology", "shapes")


@dataclass
class Measured:
    """Times in milliseconds and numbers of queries of one kind of page."""

    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    size: list[int] = field(default_factory=list)

    def row(self, name: str) -> str:
        """The figures as a row of a table in Markdown."""
        return (
            f"| {name} | {len(self.cold)} | {at(self.cold, 50):.1f} | {at(self.cold, 95):.1f} "
            f"| {at(self.warm, 50):.1f} | {at(self.warm, 95):.1f} | {max(self.asked)} "
            f"| {statistics.median(self.size) / 1000:.0f} |"
        )


def at(values: list[float], percent: int) -> float:
    """The value that so many percent do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


class Server:
    """`kg serve` on a port of the system's choice."""

    def __init__(self, folder: Path, port: int) -> None:
        """Start it and wait until it says where it is."""
        command = [
            str(Path(sys.executable).with_name("kg")),
            "serve",
            str(folder),
            "--port",
            str(port),
        ]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        assert self.process.stdout
        for line in self.process.stdout:
            found = re.search(r"http://[^\s]+/", line)
            if found:
                self.client = httpx.Client(base_url=found.group(), headers=HTML, timeout=120)
                return
        raise SystemExit("kg serve did not start")

    def asked(self) -> int:
        """How many queries were asked up to now."""
        page = self.client.get("metrics", headers={"Accept": "text/plain"}).text
        return int(sum(float(value) for value in ASKED.findall(page)))

    def timed(self, address: str) -> tuple[float, int]:
        """Milliseconds and bytes of one page."""
        began = time.perf_counter()
        response = self.client.get(address)
        took = (time.perf_counter() - began) * 1000
        if response.status_code != 200:
            raise SystemExit(f"{address}: {response.status_code}\n{response.text[:500]}")
        return took, len(response.content)

    def rows(self, query: str) -> list[dict[str, dict[str, str]]]:
        """The rows of a query."""
        response = self.client.post("sparql", data={"query": query, "format": "json"})
        found: list[dict[str, dict[str, str]]] = response.json()["results"]["bindings"]
        return found


def measured(server: Server, addresses: Iterable[str]) -> Measured:
    """Each address asked once, then three times more."""
    found = Measured()
    for address in addresses:
        before = server.asked()
        took, size = server.timed(address)
        found.asked.append(server.asked() - before)
        found.cold.append(took)
        found.size.append(size)
        found.warm += [server.timed(address)[0] for _ in range(3)]
    return found


def entities(server: Server, each: int, seed: int) -> dict[str, list[str]]:
    """Addresses of pages about random resources, by class."""
    random, found = Random(seed), {}
    for row in server.rows(CLASSES):
        name = row["c"]["value"]
        query = f"SELECT DISTINCT ?x WHERE {{ GRAPH ?g {{ ?x a <{name}> }} FILTER (isIRI(?x)) }}"
        known = sorted(one["x"]["value"] for one in server.rows(query))
        drawn = random.sample(known, min(each, len(known)))
        found[re.split(r"[#/]", name)[-1]] = [f"doc?{urlencode({'iri': one})}" for one in drawn]
    return found


def sought(server: Server, each: int, seed: int) -> list[str]:
    """What people may type: names, their beginnings, and names with a letter left out."""
    random = Random(seed)
    query = """PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT DISTINCT ?name WHERE { GRAPH ?g { ?x skos:prefLabel ?name } }"""
    names = random.sample(sorted(row["name"]["value"] for row in server.rows(query)), each)
    typed = [*WORDS, *names, *(name[: random.randint(1, 6)] for name in names)]
    for name in names:
        gap = random.randrange(len(name))
        typed.append(name[:gap] + name[gap + 1 :])
    return [f"search?{urlencode({'q': one})}" for one in typed]


def scripts(server: Server, address: str) -> int:
    """Bytes of all JavaScript that a page loads, imports included, compressed."""
    page = server.client.get(address)
    waiting = [urljoin(str(page.url), one) for one in SCRIPTS.findall(page.text)]
    seen: dict[str, int] = {}
    while waiting:
        url = waiting.pop()
        key = url.partition("?")[0]
        if key not in seen:
            body = server.client.get(url).content
            seen[key] = len(gzip.compress(body, 9))
            waiting += [urljoin(url, one) for one in IMPORTS.findall(body.decode())]
    return sum(seen.values())


HEAD = """| page | addresses | cold ms | p95 | warm ms | p95 | queries at most | kB |
|---|---|---|---|---|---|---|---|
"""
PAGE = """# Page benchmarks

Written by `bench/pages.py`; figures are not edited by hand.

{about}

## Times

{times}

## JavaScript, compressed with gzip

{weights}
"""


def main() -> None:
    """Measure and write the page."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", nargs="?", default=".", type=Path)
    parser.add_argument("--each", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--port", type=int, default=8439)
    parser.add_argument("--out", type=Path, default=Path("docs/benchmarks-pages.md"))
    asked = parser.parse_args()
    server = Server(asked.folder, asked.port)
    try:
        text = report(server, asked.each, asked.seed)
    finally:
        server.process.terminate()
        server.process.wait(60)
    asked.out.write_text(text, encoding="utf-8")
    sys.stdout.write(text)


def report(server: Server, each: int, seed: int) -> str:
    """All tables."""
    health = server.client.get("health").json()
    kinds = entities(server, each, seed)
    lines, together = [], Measured()
    for name, addresses in kinds.items():
        found = measured(server, addresses)
        lines.append(found.row(name))
        for key in ("cold", "warm", "asked", "size"):
            getattr(together, key).extend(getattr(found, key))
    lines.append(together.row("**all entity pages**"))
    more: dict[str, Callable[[], Measured]] = {
        f"/{page}": lambda page=page: measured(server, [page]) for page in PAGES
    }
    towns = [one.replace("doc?iri=", "") for one in kinds.get("Municipality", [])]
    answers = [f"answer/{one.split('%2Fid%2F')[-1].replace('%2F', '/')}" for one in towns]
    more["answer pages"] = lambda: measured(server, answers)
    more["search"] = lambda: measured(server, sought(server, each, seed))
    lines += [make().row(name) for name, make in more.items()]
    weights = ["| page | kB |", "|---|---|"]
    weights += [
        f"| /{page} | {scripts(server, page) / 1000:.1f} |"
        for page in ("", "map", "network", "sparql", "validate")
    ]
    about = f"{health['triples']:,} statements, version `{health['version']}`."
    return PAGE.format(about=about, times=HEAD + "\n".join(lines), weights="\n".join(weights))


if __name__ == "__main__":
    main()
