"""`kg serve` on copies of the project about beetles, and what its processes are."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from tests.protocol.served import KG, Served
from tests.serve.helpers import FILES

from kg.settings import Project, read_project

BEETLES = "SELECT ?name { ?s a ex:Beetle ; rdfs:label ?name } ORDER BY ?name"
SCARAB = FILES["data/stag.ttl"].replace("id:stag", "id:scarab").replace("Hirsch", "Pillen")
"""The text of a further data file."""


def copied(project: Project, root: Path) -> Project:
    """Return a copy of a project that has been built."""
    shutil.copytree(project.root, root, symlinks=True)
    return read_project(root)


def build(root: Path) -> None:
    """Run `kg build`."""
    subprocess.run([*KG, "build", str(root)], check=True, capture_output=True, timeout=300)


def eventually(holds: Callable[[], bool], seconds: float) -> bool:
    """Return whether something gets true in time."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def lives(pid: int) -> bool:
    """Return whether there is such a process; one that has ended and waits does not count."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] != "Z"


def children(pid: int) -> dict[int, str]:
    """Return the command lines of the processes that stem from `pid` directly."""
    found = {}
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for each in task.read_text(encoding="ascii").split():
            command = Path(f"/proc/{each}/cmdline").read_bytes().replace(b"\0", b" ")
            found[int(each)] = command.decode()
    return found


def names(served: Served) -> tuple[str, int]:
    """Return the ETag of the answer with the beetles' names, and how many there are."""
    reply = served.get(BEETLES, "text/csv")
    assert reply.status == 200, reply.text
    return reply.headers["etag"], len(reply.text.split("\r\n")) - 2
