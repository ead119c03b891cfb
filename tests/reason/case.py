"""Cases of OWL 2 RL/RDF, one TriG file each in `cases/`, and what a closure makes of them.

A file has a header of comments and up to three graphs:

    # rule: prp-trp, eq-rep-s      rules of OWL 2 Profiles, tables 4 to 9; the first is the main one
    # about: one sentence          what is expected
    # after: WebOnt-...            the case of the W3C that tests the same, written anew
    # inconsistent: cax-dw, a|b    rules that must report a contradiction; a|b is either of them
    # owlrl: wrong                 owlrl does not give what the recommendation asks for

`:premise` is closed, `:conclusion` must be in the closure, `:absent` must not be: it does not
follow under the RDF-based semantics either. Without `inconsistent` no contradiction may be found.
Conclusions have no blank nodes, and no triple that is compared has a literal as its subject.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from pyoxigraph import NamedNode, RdfFormat, Triple, parse, serialize

from kg.rdf.bulk import columns_of
from kg.reason.stage import reason_columns

FOLDER = Path(__file__).parent / "cases"
GRAPH = "https://example.org/"
KEYS = frozenset({"rule", "about", "after", "inconsistent", "owlrl"})
Row = tuple[str, str, str]
Closed = tuple[frozenset[Row], tuple[str, ...]]
"""The closure, premise included, as terms in N-Triples form; rules that conclude "false"."""


@dataclass(frozen=True)
class Case:
    """One case; each member of `inconsistent` is a set of rules of which one must be reported."""

    name: str
    rules: tuple[str, ...]
    about: str
    premise: tuple[Triple, ...]
    conclusion: frozenset[Row]
    absent: frozenset[Row]
    inconsistent: tuple[frozenset[str], ...]
    owlrl_wrong: bool


def read_cases() -> tuple[Case, ...]:
    """All cases in the order of their names."""
    return tuple(read_case(path) for path in sorted(FOLDER.rglob("*.trig")))


def read_case(path: Path) -> Case:
    """The case of a file; ValueError if its header or one of its graphs has an unknown name."""
    text = path.read_text(encoding="utf-8")
    header = _header(text, path)
    graphs: dict[str, list[Triple]] = {"premise": [], "conclusion": [], "absent": []}
    for quad in parse(text.encode(), RdfFormat.TRIG):
        name = quad.graph_name
        if not isinstance(name, NamedNode) or name.value.removeprefix(GRAPH) not in graphs:
            raise ValueError(f"{path}: {name} is not a graph of a case")
        graphs[name.value.removeprefix(GRAPH)].append(quad.triple)
    return Case(
        name=str(path.relative_to(FOLDER).with_suffix("")),
        rules=_names(header["rule"]),
        about=header["about"],
        premise=tuple(graphs["premise"]),
        conclusion=frozenset(map(row, graphs["conclusion"])),
        absent=frozenset(map(row, graphs["absent"])),
        inconsistent=tuple(
            frozenset(one.split("|")) for one in _names(header.get("inconsistent", ""))
        ),
        owlrl_wrong=header.get("owlrl") == "wrong",
    )


def row(triple: Triple) -> Row:
    """The terms of a triple in N-Triples form."""
    return str(triple.subject), str(triple.predicate), str(triple.object)


def faults(case: Case, closed: Closed, *, named: bool = True) -> list[str]:
    """What is wrong with a closure, one sentence each; nothing if the case is met.

    With `named` false a contradiction may be reported under any name: owlrl gives none.
    """
    rows, contradictions = closed
    found = [f"missing: {' '.join(one)}" for one in sorted(case.conclusion - rows)]
    if case.inconsistent and not named:
        return found if contradictions else [*found, "no contradiction"]
    for names in case.inconsistent:
        if not names & set(contradictions):
            found.append(f"no contradiction by {'|'.join(sorted(names))}: {contradictions}")
    if not case.inconsistent:
        found += [f"unsound: {' '.join(one)}" for one in sorted(case.absent & rows)]
        found += [f"false contradiction: {name}" for name in contradictions]
    return found


def closure(premise: Iterable[Triple]) -> Closed:
    """The closure of `premise` by the engine under test."""
    closed = reason_columns(columns_of(premise), things=True)
    buffer = BytesIO()
    closed.write(buffer, closed.rows())
    rows = frozenset(row(quad.triple) for quad in parse(buffer.getvalue(), RdfFormat.N_TRIPLES))
    return rows, tuple(sorted({found.rule for found in closed.contradictions}))


def owlrl_closures(premises: Mapping[str, Iterable[Triple]]) -> dict[str, Closed]:
    """The closures that owlrl gives, by name; one process for all, as owlrl changes rdflib."""
    task = {
        name: (serialize(premise, format=RdfFormat.N_TRIPLES) or b"").decode()
        for name, premise in premises.items()
    }
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("owlrl_child.py"))],
        input=json.dumps(task).encode(),
        capture_output=True,
        check=True,
    )
    answer = json.loads(done.stdout)
    return {
        name: (frozenset((s, p, o) for s, p, o in rows), tuple(errors))
        for name, (rows, errors) in answer.items()
    }


def _header(text: str, path: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line.startswith("# "):
            break
        key, _, value = line[2:].partition(": ")
        found[key] = value.strip()
    if found.keys() - KEYS or not {"rule", "about"} <= found.keys():
        raise ValueError(f"{path}: the header must have rule and about, and may have {KEYS}")
    return found


def _names(text: str) -> tuple[str, ...]:
    return tuple(name for name in text.replace(" ", "").split(",") if name)
