"""Reasoners side by side on graphs of this domain's shape: CPU, wall, memory, completeness.

Usage: python bench/reason.py [--sizes 10k,100k,1M,5M] [--runs 3] [--peers] [--limit 300]
           [--memory 16] [--compare 100k] [--write docs/benchmarks.md] [--folder build/bench]

Every run is a process of its own, measured from start to end with its children; the runs of the
engines take turns. Comparison of the closures is a run apart, which is not timed. This process
loads nothing large: on Linux a child's peak memory begins with that of the process it came from.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import shlex
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
KG = Path(sys.executable).with_name("kg")
PEERS = {"owlrl": "owlrl", "reasonable": "reasonable", "nemo": "nemo-python"}
OURS = "kg"
UNITS = {"k": 1_000, "M": 1_000_000}
MEBI, GIBI = 1 << 20, 1 << 30
KIBI_PER_MEBI = 1 << 10
WIDTH = 80


@dataclass(frozen=True)
class Run:
    """What one process took: seconds, MiB, and what it printed; `fault` if it came to no end."""

    cpu: float = 0.0
    wall: float = 0.0
    peak: float = 0.0
    out: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Bounds:
    """What a run may take: seconds of wall time and bytes of address space."""

    seconds: float
    memory: int


@dataclass(frozen=True)
class Row:
    """One engine at one size: medians, or a fault; `inferred` is what it counts itself."""

    triples: int
    engine: str
    run: Run
    inferred: int = 0
    compared: str = ""


def measure(command: list[str], bounds: Bounds) -> Run:
    """Run `command` within `bounds` and measure it with all its children."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, stdout=out, stderr=errors, start_new_session=True)
        resource.prlimit(process.pid, resource.RLIMIT_AS, (bounds.memory, bounds.memory))
        late = threading.Event()

        def stop() -> None:
            late.set()
            os.killpg(process.pid, signal.SIGKILL)

        timer = threading.Timer(bounds.seconds, stop)
        timer.start()
        _, status, usage = os.wait4(process.pid, 0)
        timer.cancel()
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        errors.seek(0)
        text, said = out.read().decode(), errors.read().decode(errors="replace").strip()
    fault = f"not finished in {bounds.seconds:.0f} s" if late.is_set() else ""
    if process.returncode and not fault:
        fault = reason_of(said) or f"ended with {process.returncode}"
    return Run(
        cpu=usage.ru_utime + usage.ru_stime,
        wall=wall,
        peak=usage.ru_maxrss / KIBI_PER_MEBI,
        out=text,
        fault=fault,
    )


def reason_of(said: str) -> str:
    """The line of an error output that tells most, fit for a cell of a table."""
    lines = said.splitlines()
    telling = [line for line in lines if "emory" in line] or lines
    return telling[-1].replace("|", "/")[-WIDTH:] if telling else ""


def command(engine: str, files: list[str], *, out: str | None = None) -> list[str]:
    """The command line of an engine; with `out` its closure is written there."""
    if engine == OURS:
        return [str(KG), "reason", "--stats", *files]
    return [sys.executable, str(HERE / "peers" / f"run_{engine}.py"), *files, *filter(None, [out])]


def inferred(engine: str, run: Run, stated: int) -> int:
    """How many triples an engine says it has inferred."""
    if engine == OURS:
        return int(json.loads(run.out)["inferred"])
    return int(run.out.split()[0]) - stated


def version(engine: str) -> str:
    """The version of an engine, "" if it is not installed."""
    try:
        return metadata.version(PEERS.get(engine, "kommunalgraph"))
    except metadata.PackageNotFoundError:
        return ""


def bench(size: int, engines: list[str], asked: argparse.Namespace) -> list[Row]:
    """Run all engines on one size in turn; an engine that came to no end is not run again."""
    made = [sys.executable, str(HERE / "generate.py"), str(size), asked.folder]
    files = subprocess.run(made, check=True, capture_output=True, text=True).stdout.split()
    bounds = Bounds(asked.limit, int(asked.memory * GIBI))
    stated = sum(Path(path).read_bytes().count(b"\n") for path in files)
    runs: dict[str, list[Run]] = {engine: [] for engine in engines}
    for number in range(asked.runs):
        for engine, done in runs.items():
            if not any(run.fault for run in done):
                done.append(measure(command(engine, files), bounds))
                told(f"{size:>9} {engine:<10} run {number + 1}: {said(done[-1])}")
    ours: dict[str, Path] = {}
    rows = []
    for engine, done in runs.items():
        run = middle(done)
        count = 0 if run.fault else inferred(engine, run, stated)
        compared = ""
        if not run.fault and engine != OURS and size <= asked.compare:
            compared = compare(engine, files, ours, bounds)
        rows.append(Row(stated, engine, run, count, compared))
    return rows


def middle(runs: list[Run]) -> Run:
    """The medians of runs, or the one that failed."""
    for run in runs:
        if run.fault:
            return run
    return Run(
        cpu=statistics.median(run.cpu for run in runs),
        wall=statistics.median(run.wall for run in runs),
        peak=statistics.median(run.peak for run in runs),
        out=runs[-1].out,
    )


def compare(engine: str, files: list[str], ours: dict[str, Path], bounds: Bounds) -> str:
    """The share of our closure that a peer has, and how many triples it has beyond ours."""
    folder = Path(files[0]).parent
    for name, options in (("published", ["--published"]), ("full", list[str]())):
        if name not in ours:
            ours[name] = folder / f"{name}.nt"
            with ours[name].open("wb") as file:
                subprocess.run([KG, "reason", *options, *files], stdout=file, check=True)
    stated, theirs = folder / "stated.nt", folder / f"{engine}.nt"
    stated.write_bytes(b"".join(Path(path).read_bytes() for path in files))
    if (run := measure(command(engine, files, out=str(theirs)), bounds)).fault:
        return run.fault
    call = [sys.executable, str(HERE / "compare.py"), str(stated)]
    call += [str(ours["published"]), str(ours["full"]), str(theirs)]
    found = json.loads(subprocess.run(call, check=True, capture_output=True).stdout)
    for line in found["examples"]:
        told(f"{'':>9} {engine:<10} beyond ours: {line}")
    return f"{found['found'] / max(found['ours'], 1):.2%}, {found['extra']} more"


def said(run: Run) -> str:
    """One line about a run."""
    return run.fault or f"{run.cpu:.2f} s CPU, {run.wall:.2f} s wall, {run.peak:.0f} MiB"


def told(line: str) -> None:
    """Say how far the work is."""
    print(line, file=sys.stderr, flush=True)


def table(rows: list[Row]) -> str:
    """All rows in Markdown; ratios are CPU seconds against ours."""
    heads = [
        "triples",
        "engine",
        "CPU s",
        "wall s",
        "peak MiB",
        "inferred",
        "CPU to ours",
        "has of ours",
    ]
    lines = ["| " + " | ".join(heads) + " |", "|---:|---|" + "---:|" * (len(heads) - 2)]
    for row in rows:
        base = next(one.run for one in rows if (one.triples, one.engine) == (row.triples, OURS))
        if row.run.fault:
            cells = [row.run.fault, "", f"{row.run.peak:.0f}", "", "", ""]
        else:
            ratio = "" if base.fault else f"{row.run.cpu / base.cpu:.1f}"
            cells = [f"{row.run.cpu:.2f}", f"{row.run.wall:.2f}", f"{row.run.peak:.0f}"]
            cells += [f"{row.inferred:,}", ratio, row.compared]
        lines.append("| " + " | ".join([f"{row.triples:,}", row.engine, *cells]) + " |")
    return "\n".join(lines) + "\n"


def machine() -> str:
    """Cores, processor, memory and versions, as a list in Markdown."""
    model = read(Path("/proc/cpuinfo"), lambda text: field(text, "model name"))
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    cores = len(os.sched_getaffinity(0))
    versions = ", ".join(f"{name} {version(name) or 'not installed'}" for name in (OURS, *PEERS))
    return (
        f"- {cores} cores, {model or platform.machine()}, {pages // MEBI:,} MiB memory,"
        f" {platform.system()}\n"
        f"- Python {platform.python_version()}; {versions}\n"
        f"- {time.strftime('%Y-%m-%d')}\n"
    )


def read(path: Path, take: Callable[[str], str]) -> str:
    """What `take` finds in a file, "" where there is no such file."""
    return take(path.read_text(encoding="utf-8")) if path.exists() else ""


def field(text: str, name: str) -> str:
    """The value of the first line `name : value`."""
    lines = (line.partition(":") for line in text.splitlines())
    return next((value.strip() for key, _, value in lines if key.strip() == name), "")


def page(rows: list[Row], asked: argparse.Namespace) -> str:
    """The page of the documentation."""
    call = shlex.join(["python", "bench/reason.py", *sys.argv[1:]])
    return PAGE.format(
        machine=machine(),
        call=call,
        table=table(rows),
        runs=asked.runs,
        limit=asked.limit,
        memory=asked.memory,
    )


PAGE = """# Benchmarks

Written by `bench/reason.py`; figures are not edited by hand.

## Reasoning

From N-Triples to the closure under OWL 2 RL, on generated graphs of municipalities, memberships
and documents (`bench/generate.py`, `bench/ontology.ttl`). CPU seconds are those of the whole
process, start and reading included; medians of {runs} runs in turn, at most {limit:.0f} s and
{memory:g} GiB of address space each.

{machine}
    {call}

{table}
"triples" are the stated ones, graph and ontology. "inferred" is each engine's own count: ours and
Nemo's have no trivial triples, those of owlrl and reasonable do. "has of ours" is the share of our
inferred triples, trivia and blank nodes aside, that the engine has too, and how many it has
beyond ours. Nemo runs only the rules that this ontology uses, written for it by
`bench/peers/run_nemo.py`, finds no contradictions, and writes its result, as it counts nothing.
reasonable is spared the ontology's one inverse functional property: it takes all subjects of such
a property for the same, whatever their values (seen with version 0.4.4), and would come to no end.
What follows from that property is missing in its share.
"""


BEATEN = "not run, as a smaller graph came to no end"


def count(text: str) -> int:
    """A number such as 10k or 5M."""
    return int(float(text.rstrip("kM")) * UNITS.get(text[-1:], 1))


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--sizes", default="10k,100k,1M,5M")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--limit", type=float, default=300.0)
    parser.add_argument("--memory", type=float, default=16.0, help="GiB of address space")
    parser.add_argument("--compare", type=count, default=count("100k"))
    parser.add_argument("--write", type=Path)
    parser.add_argument("--folder", default="build/bench")
    return parser.parse_args()


def main() -> None:
    """Run everything, print the table, write the page."""
    asked = arguments()
    engines = [OURS, *(name for name in PEERS if asked.peers and version(name))]
    rows: list[Row] = []
    beaten: list[str] = []
    for size in map(count, asked.sizes.split(",")):
        now = bench(size, [name for name in engines if name not in beaten], asked)
        rows += now
        rows += [Row(now[0].triples, name, Run(fault=BEATEN)) for name in beaten]
        beaten += [row.engine for row in now if row.run.fault]
    print(machine())
    print(table(rows))
    if asked.write:
        asked.write.write_text(page(rows, asked), encoding="utf-8")


if __name__ == "__main__":
    main()
