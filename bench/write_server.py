"""Servers that are written to: what a target is, its requests, its folder on the disk."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from generate import BASE, PER_DISTRICT, PREFIXES, ROLES
from serve_client import Reply
from serve_data import Data, key
from serve_queries import STEP
from serve_server import HOST, Peer, Server

UPDATE = "application/sparql-update"
TRIPLES = "application/n-triples"
JSON = "application/sparql-results+json"
GRAPH = BASE + "graph/memberships"
"""The named graph that all commits add to: that of the memberships."""
LOADED = BASE + "graph/loaded"
GOOD = (200, 201, 204)
BLOCK = 512
NAMES = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items())
MEMBERSHIP = f"""{NAMES}INSERT DATA {{ GRAPH <{GRAPH}> {{ <{PREFIXES["id"]}membership/new-%09d>
  a org:Membership ;
  org:member <{PREFIXES["id"]}municipality/%07d> ;
  org:organization <{PREFIXES["id"]}cooperation/%07d> ;
  prov:wasDerivedFrom <{PREFIXES["id"]}document/%07d> ;
  org:role <{PREFIXES["id"]}role/%s> ;
  ns:intensity <{PREFIXES["id"]}intensity/%d> ;
  ns:passage "S. %d"@de ;
  ns:validFrom "%d"^^<http://www.w3.org/2001/XMLSchema#gYear> }} }}"""
"""A commit of eight statements, for `%` of Python and string.format of Lua; see `values`."""
SEEN = f"ASK {{ GRAPH <{GRAPH}> {{ <{PREFIXES['id']}membership/new-%09d> ?property ?value }} }}"
NUMBER = (
    f"{NAMES}SELECT (COUNT(*) AS ?number) {{ GRAPH <{GRAPH}> {{ ?entry org:role ?role"
    f' FILTER(STRSTARTS(STR(?entry), "{PREFIXES["id"]}membership/new-")) }} }}'
)
LOOK_UP = (
    f"{NAMES}SELECT ?place ?label {{ GRAPH <{BASE}graph/municipalities/%s>"
    ' { ?place ns:ags "%s" ; <http://www.w3.org/2000/01/rdf-schema#label> ?label } } # %d'
)


@dataclass(frozen=True)
class Target:
    """A server that is written to: where updates and graphs go, and what they must carry.

    `journal` is the file below its folder that has the commits, "" where there is none to look at.
    """

    peer: Peer
    update: str
    graph: str
    headers: Mapping[str, str] = field(default_factory=dict)
    journal: str = ""

    @property
    def name(self) -> str:
        return self.peer.name

    def head(self, port: int, path: str, media_type: str) -> str:
        """The lines of a POST request up to the length of its body."""
        more = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
        return (
            f"POST {path} HTTP/1.1\r\nHost: {HOST}:{port}\r\n{more}"
            f"Content-Type: {media_type}\r\nContent-Length: "
        )

    def insert(self, server: Server, text: str) -> bytes:
        """The bytes of an update."""
        return _posted(self.head(server.port, self.update, UPDATE), text.encode())

    def load(self, server: Server, content: bytes) -> bytes:
        """The bytes of a request that adds N-Triples to a graph."""
        path = self.graph + quote(LOADED, safe="")
        return _posted(self.head(server.port, path, TRIPLES), content)


def _posted(head: str, body: bytes) -> bytes:
    return f"{head}{len(body)}\r\n\r\n".encode() + body


def membership(number: int, data: Data) -> str:
    """The update that adds the membership of this number."""
    return MEMBERSHIP % values(number, data)


def values(number: int, data: Data) -> tuple[int | str, ...]:
    """What stands in MEMBERSHIP: other things are spoken of each time. See `write_load.SCRIPT`."""
    place = number * STEP % (data.municipalities - PER_DISTRICT)
    half = PER_DISTRICT // 2
    cooperation = place // PER_DISTRICT * PER_DISTRICT + number % half
    document, role = place // 2 * 2 + 1, ROLES[number % len(ROLES)]
    more = number % 8, number % 90 + 1, 1995 + number % 29
    return (number, place, cooperation, document, role, *more)


def look_up(number: int, data: Data) -> str:
    """The query for a municipality by its key, in the graph of its Land; never asked before."""
    known = key(number * STEP % data.municipalities)
    return LOOK_UP % (known[:2], known, number)


def done(reply: Reply) -> bool:
    """Whether a write was acknowledged."""
    return reply.status in GOOD and reply.whole


def fault_of(reply: Reply) -> str:
    """How a write failed, in a line."""
    said = " ".join(reply.body.decode(errors="replace").split())
    return f"{reply.status or 'no answer'} {said}"[:200].strip()


def live(folder: Path) -> Path:
    """A fresh copy of what was loaded, beside it: it is written to."""
    copy = folder.with_name(f"{folder.name}-live")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy, symlinks=True)
    return copy


def occupied(folder: Path) -> int:
    """Bytes of the disk that a folder takes; what has several names counts once."""
    sizes: dict[int, int] = {}
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                found = os.lstat(os.path.join(place, name))  # noqa: PTH118 - many files
            except OSError:
                continue  # it has just gone
            if stat.S_ISREG(found.st_mode):
                sizes[found.st_ino] = found.st_blocks * BLOCK
    return sum(sizes.values())
