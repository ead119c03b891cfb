"""SPARQL servers side by side: answers, CPU, load, hostile queries, streams, memory.

Usage: python bench/serve.py [TRIPLES ...] [--peers kg,oxigraph,virtuoso,fuseki] [--seconds 5]
           [--rounds 5] [--limit 5] [--parts answers,twelve,load,stream,hostile] [--quick] [--keep]
           [--kg "--workers 2"] [--folder build/bench/serve] [--out docs/benchmarks-serve.md]

All servers get the quads of the same published version and run one after the other. What a server
takes is that of all its processes, from /proc. Nothing here decides by time what is right.
Exit code 2: wrk is not there.
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
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from peers import serve_fuseki, serve_kg, serve_oxigraph, serve_virtuoso
from serve_data import Data
from serve_hostile import GRACE, LIMIT, attacks
from serve_load import HINT, loads
from serve_measure import answers, twelve
from serve_page import OURS, Results, section, summary
from serve_server import Config, Peer, Server, free_port, running, told
from serve_stream import streams

from reason import MEBI, count, field, read

HERE = Path(__file__).parent
PEERS = {
    module.PEER.name: module.PEER
    for module in (serve_kg, serve_oxigraph, serve_virtuoso, serve_fuseki)
}
PARTS = ("answers", "twelve", "load", "stream", "hostile")
CALM = 0.0
"""The time limit where nothing is hostile: none."""
TWELVE_SHARE, TWELVE_LEAST = 0.15, 0.5
QUICK = {"triples": [100_000], "seconds": 1.0, "rounds": 1, "limit": 2.0}
MISUSE = 2


class Bench:
    """One graph on several servers, in a folder of its own."""

    def __init__(self, size: int, peers: list[Peer], asked: argparse.Namespace) -> None:
        self._folder = Path(asked.folder, str(size)).resolve()
        self._peers, self._asked = peers, asked
        self._found = Results(self._prepared(size))

    def run(self) -> Results:
        """Measure everything that was asked for."""
        for peer in list(self._peers):
            self._guarded(peer, self._load)
        if "answers" in self._asked.parts:
            for peer in list(self._peers):
                self._guarded(peer, self._answers)
        for peer in list(self._peers):
            self._guarded(peer, self._calm)
            if "hostile" in self._asked.parts:
                self._guarded(peer, self._hostile)
        if "load" in self._asked.parts:
            self._loads()
        return self._found

    def clear(self) -> None:
        """Remove what was made for this graph."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _prepared(self, size: int) -> Data:
        told(f"{size:>9} graph")
        call = [sys.executable, str(HERE / "serve_data.py"), str(size), str(self._folder)]
        said = subprocess.run(call, check=True, stdout=subprocess.PIPE, text=True).stdout
        return Data(**json.loads(said))

    def _guarded(self, peer: Peer, stage: Callable[[Peer], None]) -> None:
        """Run a stage; a server that does not come up or load is noted and left out from then."""
        if peer not in self._peers:
            return
        start, name = time.perf_counter(), stage.__name__.strip("_")
        try:
            stage(peer)
            told(f"{'':>9} {peer.name:<9} {name:<8} {time.perf_counter() - start:6.1f} s")
        except (RuntimeError, OSError, subprocess.SubprocessError) as error:
            self._found.faults[peer.name] = " ".join(str(error).split())[:200]
            told(f"{'':>9} {peer.name:<9} {error}")
            self._peers.remove(peer)

    def _load(self, peer: Peer) -> None:
        folder = self._folder / peer.name
        mark, version = folder / "loaded", peer.version(folder.parent.parent)
        if not mark.exists() or mark.read_text(encoding="utf-8") != version:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            peer.load(self._found.data, folder)
            mark.write_text(version, encoding="utf-8")

    @contextmanager
    def _running(self, peer: Peer, limit: float) -> Iterator[Server]:
        options = tuple(shlex.split(self._asked.kg)) if peer.name == OURS else ()
        config = Config(free_port(), limit, options)
        with running(peer, self._found.data, self._folder / peer.name, config) as server:
            yield server

    def _answers(self, peer: Peer) -> None:
        with self._running(peer, CALM) as server:
            self._found.answers[peer.name] = answers(server, self._found.data)

    def _calm(self, peer: Peer) -> None:
        found, data, asked = self._found, self._found.data, self._asked
        with self._running(peer, CALM) as server:
            if "twelve" in asked.parts:
                seconds = max(TWELVE_LEAST, asked.seconds * TWELVE_SHARE)
                found.costs[peer.name] = twelve(server, data, seconds)
            if "stream" in asked.parts:
                found.streams[peer.name] = streams(server)

    def _loads(self) -> None:
        """All servers at once, for they are asked in turn."""
        start, asked = time.perf_counter(), self._asked
        with ExitStack() as stack:
            servers: list[Server] = []

            def come_up(peer: Peer) -> None:
                servers.append(stack.enter_context(self._running(peer, CALM)))

            for peer in list(self._peers):
                self._guarded(peer, come_up)
            self._found.loads.update(
                loads(
                    servers,
                    self._found.data,
                    self._folder,
                    seconds=asked.seconds,
                    rounds=asked.rounds,
                )
            )
        told(f"{'':>9} all       loads    {time.perf_counter() - start:6.1f} s")

    def _hostile(self, peer: Peer) -> None:
        limit = self._asked.limit
        found = attacks(lambda: self._running(peer, limit), self._found.data, limit)
        self._found.attacks[peer.name] = found


def machine(asked: argparse.Namespace) -> str:
    """Cores, processor, memory and versions, as a list in Markdown."""
    model = read(Path("/proc/cpuinfo"), lambda text: field(text, "model name"))
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    known = {name: PEERS[name].version(Path(asked.folder).resolve()) for name in asked.peers}
    versions = ", ".join(f"{name} {each or 'not installed'}" for name, each in known.items())
    return (
        f"- {len(os.sched_getaffinity(0))} cores, {model}, {pages // MEBI:,} MiB memory\n"
        f"- Python {sys.version.partition(' ')[0]}; {versions}\n"
        f"- {time.strftime('%Y-%m-%d')}\n"
    )


PAGE = """# SPARQL endpoint benchmarks

Written by `bench/serve.py`; figures are not edited by hand.

Generated graphs of municipalities, memberships and documents (`bench/generate.py`), spread over
named graphs as `bench/serve_data.py` does it. All servers hold the same quads, the union of the
named graphs as default graph included. They run on the same machine as the clients, one after the
other; under load all are up and are asked in turn, and of {rounds} rounds the one with the median
rate is shown. CPU ms are those of all processes of a server for one query, "ms" is the median
latency of one client on a kept connection. "Never asked before" differs from all queries before in
its text, mostly in the thing it is about; "repeated" is the same bytes again. Ratios above 1 are in
our favour.

{machine}
    {call}

{summary}
{sections}
### Notes

Memory is what all processes of a server hold, shared pages counted once, "largest process" what is
resident in the largest of them alone. Hostile queries have a limit of {limit:g} s, each on a server
that was just started; who has not answered {grace:g} s after the limit is ended. "cores busy after"
is what the server still computes in the two seconds after the answer, when nothing but simple
queries is asked. p50 and p95 are those of simple queries, never asked before, that come 20 times a
second from the start of the hostile query until two seconds after it, each on a connection of its
own, counted from when it was due. A slow client reads 1 MiB a second for 5 s and leaves.
Oxigraph runs read-only on an optimised store, and with a time limit only for the hostile queries:
with one it keeps a thread for each request until the limit has passed, and falls over under load.
Virtuoso has 1.3 GiB of buffers; Fuseki has TDB2 and 4 GiB of heap. A result that is no JSON, though
its transfer ended well is "200, cut". "names as CSV" has some 100,000 rows for 1M triples.
"""


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("triples", nargs="*", type=count, default=[count("1M")])
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--seconds", type=float, default=5.0, help="of each run under load")
    parser.add_argument("--rounds", type=int, default=5, help="of runs under load")
    parser.add_argument("--limit", type=float, default=LIMIT, help="seconds of hostile queries")
    parser.add_argument("--parts", default=",".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="a small graph and short runs")
    parser.add_argument("--keep", action="store_true", help="keep the graph and the stores")
    parser.add_argument("--kg", default="", help="options of kg serve")
    parser.add_argument("--folder", default="build/bench/serve")
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    asked.peers, asked.parts = asked.peers.split(","), asked.parts.split(",")
    if not {*asked.peers} <= {*PEERS} or not {*asked.parts} <= {*PARTS}:
        parser.error(f"peers are {', '.join(PEERS)}; parts are {', '.join(PARTS)}")
    if asked.quick:
        vars(asked).update(QUICK)
    return asked


def installed(asked: argparse.Namespace) -> list[Peer]:
    """The peers that are there; says how the others are had."""
    here = []
    for name in asked.peers:
        if PEERS[name].version(Path(asked.folder).resolve()):
            here.append(PEERS[name])
        else:
            told(f"{name} is left out, as it is not installed: {PEERS[name].hint}")
    return here


def main() -> int:
    """Run everything, print the tables, write the page."""
    asked = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(MISUSE))  # no server is left behind
    if not shutil.which("wrk"):
        told(HINT)
        return MISUSE
    found: list[Results] = []
    for size in asked.triples:
        bench = Bench(size, installed(asked), asked)
        found.append(bench.run())
        if not asked.keep:
            bench.clear()
    page = PAGE.format(
        machine=machine(asked),
        call=_call(sys.argv[1:]),
        summary=summaries(found),
        sections="\n".join(map(section, found)),
        limit=asked.limit,
        rounds=asked.rounds,
        grace=GRACE,
    )
    print(page)
    if asked.out:
        asked.out.write_text(page, encoding="utf-8")
    return 0


def summaries(found: list[Results]) -> str:
    """What the targets speak of, for each graph."""
    parts = (f"{one.data.triples:,} triples:\n\n{summary(one)}" for one in found)
    return "\n".join(parts)


def _call(arguments: list[str]) -> str:
    """The command as others can give it: without the folder, which is that of this machine."""
    given = iter(arguments)
    kept = []
    for argument in given:
        if argument == "--folder":
            next(given, None)
        elif not argument.startswith("--folder="):
            kept.append(argument)
    return shlex.join(["python", "bench/serve.py", *kept])


if __name__ == "__main__":
    sys.exit(main())
