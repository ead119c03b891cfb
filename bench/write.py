"""Servers that are written to side by side: commits, throughput, a load, readers, a restart.

Usage: python bench/write.py [TRIPLES ...] [--peers kg,kg-plain,oxigraph,fuseki] [--commits 300]
           [--seconds 5] [--parts small,throughput,readers,restart,load] [--quick] [--keep]
           [--kg "--workers 2"] [--folder build/bench/write] [--out docs/benchmarks-write.md]

All servers get the same statements and run one after the other, each on a fresh copy of its store.
What a server takes is that of all its processes, from /proc. Exit code 2: wrk is not there.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from peers import write_fuseki, write_kg, write_oxigraph
from serve_data import Data
from serve_server import told
from write_load import CLIENTS
from write_measure import PACE, POLL, READERS, synced
from write_page import Results, section, summary
from write_run import Bench
from write_server import Target

from reason import MEBI, count, field, read

HERE = Path(__file__).parent
TARGETS = {
    target.name: target
    for target in (
        *(write_kg.GATED, write_kg.PLAIN),
        *(write_oxigraph.TARGET, write_fuseki.TARGET),
    )
}
HINT = "wrk is not installed: apt-get install wrk"
PARTS = ("small", "throughput", "readers", "restart", "load")
QUICK = {"triples": [100_000], "seconds": 2.0, "commits": 100}
MISUSE = 2


def prepared(size: int, asked: argparse.Namespace) -> Data:
    """The graph of this size, made in a process of its own."""
    told(f"{size:>9} graph")
    folder = Path(asked.folder, str(size)).resolve()
    call = [sys.executable, str(HERE / "write_data.py"), str(size), str(folder)]
    said = subprocess.run(call, check=True, stdout=subprocess.PIPE, text=True).stdout
    return Data(**json.loads(said))


def machine(asked: argparse.Namespace) -> str:
    """Cores, processor, memory, versions and the time of an fsync, as a list in Markdown."""
    model = read(Path("/proc/cpuinfo"), lambda text: field(text, "model name"))
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    root = Path(asked.folder).resolve()
    known = {name: TARGETS[name].peer.version(root) for name in asked.peers}
    versions = ", ".join(f"{name} {each or 'not installed'}" for name, each in known.items())
    return (
        f"- {len(os.sched_getaffinity(0))} cores, {model}, {pages // MEBI:,} MiB memory\n"
        f"- a write of 1 KiB with fsync takes {synced(root) * 1000:.2f} ms\n"
        f"- Python {sys.version.partition(' ')[0]}; {versions}\n"
        f"- {time.strftime('%Y-%m-%d')}\n"
    )


PAGE = """# Write benchmarks

Written by `bench/write.py`; figures are not edited by hand.

A generated project of municipalities, memberships and documents, with the ontology and the shapes
of the other benchmarks (`bench/write_data.py`). A small commit adds a membership of eight
statements to the named graph of memberships (`INSERT DATA`), each about other things. All servers
hold the same statements in the same named graphs, and run one after the other on the same machine
as the clients.

What is done before a commit is acknowledged differs:

| server | reasons | validates | waits for the disk | keeps versions |
|---|---|---|---|---|
| kg | OWL 2 RL, the closure is brought up to date | SHACL, contradictions | fsync | yes |
| kg-plain | no | no | fsync | yes |
| oxigraph | no | no | no: acknowledged commits may be lost when the power fails | no |
| fuseki | no | no | fsync (TDB2) | no |

{machine}
    {call}

{summary}
{sections}
### Notes

CPU ms are those of all processes of a server for one commit. "Seen" is the time from the start of
the request until the answer came that shows the commit to another connection, which asks every
{poll:g} ms after its last answer; "not yet seen" counts commits that a question did not find that
was asked after the acknowledgement. {clients} clients write in a closed loop. Look-ups are by key,
never asked before, {pace:g} a second by each of {readers} connections, and counted from when they
were due. Memory is what all processes hold, shared pages counted once; "disk" is by how much the
folder of the server has grown. The load adds statements of further districts to a new graph. "First
answer" and "first commit" count from the start of the process; what is lost was acknowledged and
is not to be read after the start. Ratios above 1 are in favour of kg.
"""


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("triples", nargs="*", type=count, default=[count("1M")])
    parser.add_argument("--peers", default=",".join(TARGETS))
    parser.add_argument("--commits", type=int, default=300, help="one after the other")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each run with clients")
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="a small graph and short runs")
    parser.add_argument("--keep", action="store_true", help="keep the graph and the stores")
    parser.add_argument("--kg", default="", help="options of kg serve")
    parser.add_argument("--folder", default="build/bench/write")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    asked.peers, asked.parts = asked.peers.split(","), asked.parts.split(",")
    if not {*asked.peers} <= {*TARGETS} or not {*asked.parts} <= {*PARTS}:
        parser.error(f"peers are {', '.join(TARGETS)}; parts are {', '.join(PARTS)}")
    if asked.quick:
        vars(asked).update(QUICK)
    return asked


def installed(asked: argparse.Namespace) -> list[Target]:
    """The servers that are there; says how the others are had."""
    here = []
    for name in asked.peers:
        if TARGETS[name].peer.version(Path(asked.folder).resolve()):
            here.append(TARGETS[name])
        else:
            told(f"{name} is left out, as it is not installed: {TARGETS[name].peer.hint}")
    return here


def run(size: int, asked: argparse.Namespace) -> Results:
    """Measure one graph on all servers."""
    data = prepared(size, asked)
    found = Results(data)
    for target in installed(asked):
        bench = Bench(target, data, asked)
        found.servers[target.name] = bench.found
        bench.run()
    if not asked.keep:
        shutil.rmtree(Path(data.nquads).parent, ignore_errors=True)
    return found


def written(found: list[Results], asked: argparse.Namespace) -> str:
    """The page."""
    parts = (f"{one.data.triples:,} triples:\n\n{summary(one)}" for one in found)
    return PAGE.format(
        machine=machine(asked),
        call=_call(sys.argv[1:]),
        summary="\n".join(parts),
        sections="\n".join(map(section, found)),
        clients=CLIENTS,
        poll=POLL * 1000,
        pace=1 / PACE,
        readers=READERS,
    )


def main() -> int:
    """Run everything, print the tables, write the page."""
    asked = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(MISUSE))  # no server is left behind
    if not shutil.which("wrk"):
        told(HINT)
        return MISUSE
    page = written([run(size, asked) for size in asked.triples], asked)
    print(page)
    if asked.out:
        asked.out.write_text(page, encoding="utf-8")
    return 0


def _call(given: list[str]) -> str:
    """The command as others can give it: without the folders of this machine."""
    kept, left = [], iter(given)
    for argument in left:
        if argument in ("--folder", "--out"):
            next(left, None)
        elif not argument.startswith(("--folder=", "--out=")):
            kept.append(argument)
    return shlex.join(["python", "bench/write.py", *kept])


if __name__ == "__main__":
    sys.exit(main())
