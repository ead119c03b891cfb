"""Validators side by side on graphs of this domain's shape: load, validation, memory, counts.

Usage: python bench/validate.py [--sizes 10k,100k,1M] [--runs 3] [--share 0.01] [--limit 150]
           [--memory 16] [--changes 200] [--sample 5] [--write docs/benchmarks-validate.md]
           [--folder build/bench]

Every run is a process of its own, as in bench/reason.py; the runs of the validators take turns.
What loading and validating take each process says itself. The counts of results by shape and
component are compared with ours. This process loads nothing large.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from reason import BEATEN, GIBI, MEBI, Bounds, Run, count, measure, read, told
from reason import field as value_of

HERE = Path(__file__).parent
SHAPES = HERE / "validate_shapes.ttl"
OURS = "kg"
NODE = "rdf-validate-shacl"
PEERS = ("pyshacl", "pyrudof", NODE)
SHOWN = 6


@dataclass(frozen=True)
class Figures:
    """What one validator took: CPU and wall seconds to load and to validate, and all its results.

    `run` is that of the whole process; its `fault` says why there are no figures.
    """

    run: Run
    load: tuple[float, float] = (0.0, 0.0)
    check: tuple[float, float] = (0.0, 0.0)
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def results(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True)
class Row:
    """One validator at one size, medians."""

    triples: int
    engine: str
    found: Figures


def command(engine: str, files: list[str], asked: argparse.Namespace) -> list[str]:
    """The command line of a validator."""
    if engine == NODE:
        program = ["node", f"--max-old-space-size={int(asked.memory * 1024 * 0.8)}"]
        script = node_folder(asked) / "validate.mjs"
    else:
        program, script = [sys.executable], HERE / "peers" / f"validate_{engine}.py"
    return [*program, str(script), str(SHAPES), *files]


def node_folder(asked: argparse.Namespace) -> Path:
    """Where the packages for Node are installed."""
    return Path(asked.folder, "node").resolve()


def install(asked: argparse.Namespace) -> str:
    """Install the packages for Node as the lock file says; return their version, "" without."""
    if not shutil.which("node") or not shutil.which("npm"):
        return ""
    folder = node_folder(asked)
    folder.mkdir(parents=True, exist_ok=True)
    for path in (HERE / "peers" / "node").iterdir():
        shutil.copy(path, folder)
    known = folder / "node_modules" / NODE / "package.json"
    if not known.exists():
        call = ["npm", "ci", "--no-audit", "--no-fund"]
        done = subprocess.run(call, cwd=folder, capture_output=True, check=False)
        if done.returncode:
            return ""
    return str(json.loads(known.read_text(encoding="utf-8"))["version"])


def version(engine: str, asked: argparse.Namespace) -> str:
    """The version of a validator, "" if it is not installed."""
    if engine == NODE:
        return install(asked)
    try:
        return metadata.version("kommunalgraph" if engine == OURS else engine)
    except metadata.PackageNotFoundError:
        return ""


def bench(size: int, engines: list[str], asked: argparse.Namespace) -> list[Row]:
    """Run all validators on one size in turn; one that came to no end is not run again."""
    files = generated(size, asked)
    bounds = Bounds(asked.limit, int(asked.memory * GIBI))
    stated = sum(Path(path).read_bytes().count(b"\n") for path in files)
    done: dict[str, list[Figures]] = {engine: [] for engine in engines}
    for number in range(asked.runs):
        for engine, found in done.items():
            if not any(each.run.fault for each in found):
                wide = Bounds(bounds.seconds, 1 << 40) if engine == NODE else bounds
                found.append(figures(measure(command(engine, files, asked), wide)))
                told(f"{size:>9} {engine:<18} run {number + 1}: {said(found[-1])}")
    rows = [Row(stated, engine, middle(found)) for engine, found in done.items()]
    for row in rows[1:]:
        for line in differing(rows[0].found, row.found):
            told(f"{size:>9} {row.engine:<18} {line}")
    return rows


def generated(size: int, asked: argparse.Namespace) -> list[str]:
    """The files of the graph of a size and of the ontology."""
    call = [sys.executable, str(HERE / "generate.py"), str(size), asked.folder, str(asked.share)]
    return subprocess.run(call, check=True, capture_output=True, text=True).stdout.split()


def figures(run: Run) -> Figures:
    """What a process has printed."""
    if run.fault:
        return Figures(run)
    raw: dict[str, Any] = json.loads(run.out)
    load, check = ((float(raw[step][0]), float(raw[step][1])) for step in ("load", "check"))
    return Figures(run, load, check, raw["counts"])


def middle(found: list[Figures]) -> Figures:
    """The medians, or the one that failed."""
    for each in found:
        if each.run.fault:
            return each
    last = found[-1]
    loads, checks = ([getattr(each, step) for each in found] for step in ("load", "check"))
    run = Run(
        cpu=statistics.median(each.run.cpu for each in found),
        wall=statistics.median(each.run.wall for each in found),
        peak=statistics.median(each.run.peak for each in found),
    )
    return Figures(run, medians(loads), medians(checks), last.counts)


def medians(pairs: list[tuple[float, float]]) -> tuple[float, float]:
    """The medians of CPU and wall time."""
    cpu, wall = zip(*pairs, strict=True)
    return statistics.median(cpu), statistics.median(wall)


def differing(ours: Figures, theirs: Figures) -> list[str]:
    """The shapes and components with other counts than ours."""
    if ours.run.fault or theirs.run.fault:
        return []
    return [
        f"{key}: {theirs.counts.get(key, 0)} instead of {ours.counts.get(key, 0)}"
        for key in sorted({*ours.counts, *theirs.counts})
        if ours.counts.get(key, 0) != theirs.counts.get(key, 0)
    ]


def said(found: Figures) -> str:
    """One line about a run."""
    if found.run.fault:
        return found.run.fault
    return (
        f"load {found.load[0]:.2f}, validate {found.check[0]:.3f} s CPU, "
        f"{found.run.peak:.0f} MiB, {found.results} results"
    )


HEADS = (
    *("triples", "validator", "load CPU s", "validate CPU s", "validate wall s", "process CPU s"),
    *("peak MiB", "results", "validate to ours", "counts"),
)


def table(rows: list[Row]) -> str:
    """All rows in Markdown; ratios are CPU seconds of the validation against ours."""
    lines = ["| " + " | ".join(HEADS) + " |", "|---:|---|" + "---:|" * (len(HEADS) - 2)]
    for row in rows:
        ours = next(one.found for one in rows if (one.triples, one.engine) == (row.triples, OURS))
        lines.append("| " + " | ".join(cells(row, ours)) + " |")
    return "\n".join(lines) + "\n"


def cells(row: Row, ours: Figures) -> list[str]:
    """One row of the table."""
    found, head = row.found, [f"{row.triples:,}", row.engine]
    if found.run.fault:
        return [*head, "", found.run.fault, "", "", f"{found.run.peak:.0f}", "", "", ""]
    others = differing(ours, found)
    ratio = "" if ours.run.fault else f"{found.check[0] / ours.check[0]:.1f}"
    return [
        *head,
        f"{found.load[0]:.2f}",
        f"{found.check[0]:.3f}",
        f"{found.check[1]:.3f}",
        f"{found.run.cpu:.2f}",
        f"{found.run.peak:.0f}",
        f"{found.results:,}",
        ratio,
        "" if row.engine == OURS else (f"{len(others)} differ" if others else "equal"),
    ]


def differences(rows: list[Row]) -> str:
    """What differs, as a list in Markdown."""
    lines: list[str] = []
    for row in rows:
        ours = next(one.found for one in rows if (one.triples, one.engine) == (row.triples, OURS))
        others = differing(ours, row.found)
        if others:
            more = f"; {len(others) - SHOWN} more" if len(others) > SHOWN else ""
            lines.append(f"- {row.triples:,}, {row.engine}: {'; '.join(others[:SHOWN])}{more}")
    return "\n".join(lines) or "None."


def changes(size: int, asked: argparse.Namespace) -> str:
    """Contributions to the graph of a size, as a table in Markdown."""
    script = str(HERE / "peers" / "validate_change.py")
    numbers = [str(asked.changes), str(asked.sample)]
    call = [sys.executable, script, str(SHAPES), *numbers, *generated(size, asked)]
    run = measure(call, Bounds(10 * asked.limit, int(asked.memory * GIBI)))
    if run.fault:
        return f"{run.fault}\n"
    raw: dict[str, Any] = json.loads(run.out)
    lines = ["| contribution | runs | median ms | 95 % within ms | longest ms |"]
    lines.append("|---|---:|---:|---:|---:|")
    for name, times in raw["times"].items():
        ordered = sorted(times)
        most = ordered[int(len(ordered) * 0.95)]
        shown = (statistics.median(ordered), most, ordered[-1])
        figures = " | ".join(f"{each:.1f}" for each in shown)
        lines.append(f"| 50 triples, {name} | {len(ordered)} | {figures} |")
    lines.append("")
    lines.append(
        f"{raw['triples']:,} triples, {raw['results']:,} results that appeared or were resolved;\n"
        f"{raw['compared']} contributions compared with full runs, {raw['wrong']} found different."
    )
    return "\n".join(lines) + "\n"


def machine(engines: list[str], asked: argparse.Namespace) -> str:
    """Cores, processor, memory and versions, as a list in Markdown."""
    model = read(Path("/proc/cpuinfo"), lambda text: value_of(text, "model name"))
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    versions = ", ".join(f"{name} {version(name, asked) or 'not installed'}" for name in engines)
    return (
        f"- {len(os.sched_getaffinity(0))} cores, {model}, {pages // MEBI:,} MiB memory\n"
        f"- Python {sys.version.partition(' ')[0]}; {versions}\n"
        f"- {time.strftime('%Y-%m-%d')}\n"
    )


PAGE = """# Validation benchmarks

Written by `bench/validate.py`; figures are not edited by hand.

Generated graphs of municipalities, memberships and documents with their ontology, {share:.0%} of
the subjects broken (`bench/generate.py`), against the shapes of `bench/validate_shapes.ttl`. Each
run is a process of its own; medians of {runs} runs in turn, at most {limit:.0f} s each. "load" is
from the files to what the validator works on, "validate" from there to all results in memory.

{machine}
    {call}

{table}
"counts" compares the number of results by shape and component with ours:

{differences}

Two kinds of faults are not in these graphs, as the validators differ about them. Values of a
datatype that nobody knows: rdf-validate-shacl lets them pass in sh:maxExclusive and the like;
section 4.3 of the recommendation asks for a result when the comparison is not true.
Ill-formed literals of xsd:date and xsd:gYear: section 4.1.2 asks for the form only with the
datatypes that SPARQL knows; ours reports them as well, pyrudof neither, pySHACL only the dates.

## Contributions

Triples that are put in or taken out are laid over the graph, and only the focus nodes that can be
affected are validated. The time begins with the parsed terms and ends with the results.

{changes}"""


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--sizes", default="10k,100k,1M")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--share", type=float, default=0.01)
    parser.add_argument("--limit", type=float, default=150.0)
    parser.add_argument("--memory", type=float, default=16.0, help="GiB of address space")
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--sample", type=int, default=5)
    parser.add_argument("--write", type=Path)
    parser.add_argument("--folder", default="build/bench")
    return parser.parse_args()


def main() -> None:
    """Run everything, print the tables, write the page."""
    asked = arguments()
    engines = [OURS, *(name for name in PEERS if version(name, asked))]
    rows: list[Row] = []
    beaten: list[str] = []
    sizes = [count(size) for size in asked.sizes.split(",")]
    for size in sizes:
        now = bench(size, [name for name in engines if name not in beaten], asked)
        rows += now
        rows += [Row(now[0].triples, name, Figures(Run(fault=BEATEN))) for name in beaten]
        beaten += [row.engine for row in now if row.found.run.fault]
    page = PAGE.format(
        share=asked.share,
        runs=asked.runs,
        limit=asked.limit,
        machine=machine([OURS, *PEERS], asked),
        call=shlex.join(["python", "bench/validate.py", *sys.argv[1:]]),
        table=table(rows),
        differences=differences(rows),
        changes=changes(sizes[-1], asked) if asked.changes else "Not measured.\n",
    )
    print(page)
    if asked.write:
        asked.write.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
