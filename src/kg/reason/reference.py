"""The reference reasoner: owlrl and rdflib, in a process of its own because they change rdflib.

Run as a module it reads a JSON task from standard input, closes the triples under OWL 2 RL/RDF
and the rules, and writes what it found. `close` starts that process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyoxigraph import RdfFormat, Triple, parse, serialize

from kg.errors import QueryError, StageError, Text
from kg.reason.closure import Contradiction
from kg.reason.rule import Rule


@dataclass(frozen=True)
class Answer:
    """What owlrl and the rules infer, without what is trivial, and the contradictions."""

    inferred: frozenset[Triple]
    contradictions: tuple[Contradiction, ...]
    statistics: dict[str, float]


def close(triples: Iterable[Triple], rules: tuple[Rule, ...] = ()) -> Answer:
    """Return the closure of `triples` under OWL 2 RL/RDF and `rules`, each with its `text`.

    Raises StageError when the engine fails and QueryError when a rule cannot be run.
    """
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        data, inferred = Path(folder, "data.nt"), Path(folder, "inferred.nt")
        data.write_bytes(serialize(triples, format=RdfFormat.N_TRIPLES) or b"")
        task = {
            "data": str(data),
            "inferred": str(inferred),
            "rules": [[rule.name, rule.text] for rule in rules],
        }
        done = subprocess.run(
            [sys.executable, "-m", "kg.reason.reference"],
            input=json.dumps(task).encode(),
            capture_output=True,
            check=False,
        )
        if done.returncode:
            raise _failure(done.stderr.decode(errors="replace"), rules)
        answer: dict[str, Any] = json.loads(done.stdout)
        quads = parse(path=inferred, format=RdfFormat.N_TRIPLES)
        found = frozenset(quad.triple for quad in quads)
    return Answer(
        inferred=found,
        contradictions=tuple(
            Contradiction(rule, tuple((s, p, o) for s, p, o in parts))
            for rule, parts in answer["contradictions"]
        ),
        statistics={
            "inferred": len(found),
            "rounds": answer["rounds"],
            "seconds": round(time.perf_counter() - start, 3),
        },
    )


def _failure(message: str, rules: tuple[Rule, ...]) -> StageError | QueryError:
    last = " ".join((message.strip().splitlines() or ["?"])[-1].split())
    for rule in rules:
        if f"[rule {rule.name}]" in message:
            reason = last.split("]: ", 1)[-1]
            return QueryError(
                Text(
                    de=f"Die Regel {rule.name} ist nicht ausführbar: {reason}",
                    en=f"The rule {rule.name} cannot be run: {reason}",
                ),
                place=rule.place,
            )
    return StageError(
        Text(de=f"Das Schließen ist gescheitert: {last}", en=f"The reasoning failed: {last}")
    )


def _main() -> None:
    from kg.reason import reference_child  # noqa: PLC0415 - rdflib and owlrl load only here

    json.dump(reference_child.run(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    _main()
