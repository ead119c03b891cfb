"""The reference validator: pySHACL, in a process of its own because it changes rdflib.

`Reference` keeps such a process, `kg.validate.reference_child`, for many tasks; `check` starts one
for a single task.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from typing import Any, Self

from pyoxigraph import RdfFormat, Triple, serialize

from kg.errors import StageError, Text
from kg.namespaces import SH
from kg.validate.paths import Alternative, Inverse, Path, Repeat, Sequence, Step
from kg.validate.report import Report, Result, Severity

_SEVERITIES: dict[str, Severity] = {
    f"{SH}Violation": "Violation",
    f"{SH}Warning": "Warning",
    f"{SH}Info": "Info",
}


class Reference:
    """pySHACL, started once and asked often; to be used in a `with` statement."""

    def __init__(self) -> None:
        """Start the process."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kg.validate.reference_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self) -> Self:
        """Return this."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()

    def check(
        self,
        triples: Iterable[Triple],
        shapes: Iterable[Triple],
        *,
        focus: Iterable[str] | None = None,
    ) -> Report:
        """Validate `triples` against `shapes` with SHACL Core and SHACL-SPARQL.

        Blank nodes keep their labels. `focus` restricts the focus nodes to these IRIs. Raises
        StageError when the engine fails, for instance because the shapes are not well-formed.
        """
        task = {
            "data": (serialize(triples, format=RdfFormat.N_TRIPLES) or b"").decode(),
            "shapes": (serialize(shapes, format=RdfFormat.N_TRIPLES) or b"").decode(),
            "focus": sorted(focus) if focus is not None else None,
        }
        answer = self._answer(json.dumps(task).encode() + b"\n")
        if isinstance(answer, str):
            raise StageError(
                Text(
                    de=f"Die SHACL-Prüfung ist gescheitert: {answer}",
                    en=f"The SHACL validation failed: {answer}",
                )
            )
        return Report(tuple(map(_result, answer)))

    def _answer(self, task: bytes) -> list[dict[str, Any]] | str:
        """Return raw results or what went wrong."""
        sent, answers = self._process.stdin, self._process.stdout
        if sent is None or answers is None or self._process.poll() is not None:
            return "the process has ended"
        sent.write(task)
        sent.flush()
        line = answers.readline()
        found: list[dict[str, Any]] | str = json.loads(line) if line else "the process has ended"
        return found


def check(
    triples: Iterable[Triple], shapes: Iterable[Triple], *, focus: Iterable[str] | None = None
) -> Report:
    """Validate once, as `Reference.check` does, in a process that ends with it."""
    with Reference() as reference:
        return reference.check(triples, shapes, focus=focus)


def _result(raw: dict[str, Any]) -> Result:
    messages = raw["messages"]
    fallback = messages.get("en") or messages.get("") or messages.get("de") or "?"
    severity = raw["severity"]
    tree = _path(raw["path"])
    return Result(
        severity=_SEVERITIES.get(severity, "Info"),
        message=Text(de=messages.get("de", fallback), en=messages.get("en", fallback)),
        focus=raw["focus"],
        path=str(tree) if tree else None,
        value=raw["value"],
        component=raw["component"],
        shape=raw["shape"],
        tree=tree,
        source_shape=raw["source_shape"],
        constraint=raw["constraint"],
        severity_iri=None if severity in _SEVERITIES else severity,
    )


def _path(raw: Any) -> Path | None:
    """Return the path that a process has spelt: an IRI, or a sign with the parts."""
    if raw is None or isinstance(raw, str):
        return None if raw is None else Step(raw)
    sign, *rest = raw
    parts = tuple(found for each in rest if (found := _path(each)) is not None)
    if sign == "^":
        part = parts[0]
        if isinstance(part, Step) and not part.inverse:
            return Step(part.predicate, inverse=True)
        return Inverse(part)
    if sign in "/|":
        return Sequence(parts) if sign == "/" else Alternative(parts)
    return Repeat(parts[0], least=int(sign == "+"), many=sign != "?")
