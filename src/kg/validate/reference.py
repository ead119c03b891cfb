"""The reference validator: pySHACL, in a process of its own because it changes rdflib.

Run as a module it reads a JSON task from standard input, validates and writes the results as
JSON to standard output. `check` starts that process.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from pyoxigraph import RdfFormat, Triple, serialize

from kg.errors import StageError, Text
from kg.namespaces import SH
from kg.rdf.bridge import n_triples
from kg.validate.report import Report, Result, Severity


def check(
    triples: Iterable[Triple], shapes: Iterable[Triple], *, focus: Iterable[str] | None = None
) -> Report:
    """Validate `triples` against `shapes` with SHACL Core and SHACL-SPARQL.

    `focus` restricts the focus nodes to these IRIs. Raises StageError when the engine fails,
    for instance because the shapes are not well-formed.
    """
    with tempfile.TemporaryDirectory() as folder:
        task: dict[str, Any] = {"focus": sorted(focus) if focus is not None else None}
        for name, part in (("data", triples), ("shapes", shapes)):
            path = Path(folder, f"{name}.nt")
            path.write_bytes(serialize(part, format=RdfFormat.N_TRIPLES) or b"")
            task[name] = str(path)
        done = subprocess.run(
            [sys.executable, "-m", "kg.validate.reference"],
            input=json.dumps(task).encode(),
            capture_output=True,
            check=False,
        )
    if done.returncode:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["?"]
        raise StageError(
            Text(
                de=f"Die SHACL-Prüfung ist gescheitert: {lines[-1]}",
                en=f"The SHACL validation failed: {lines[-1]}",
            )
        )
    return Report(tuple(_result(raw) for raw in json.loads(done.stdout)))


def _result(raw: dict[str, Any]) -> Result:
    messages = raw["messages"]
    fallback = messages.get("en") or messages.get("") or messages.get("de") or "?"
    severity: Severity = raw["severity"]
    return Result(
        severity=severity,
        message=Text(de=messages.get("de", fallback), en=messages.get("en", fallback)),
        focus=raw["focus"],
        path=raw["path"],
        value=raw["value"],
        component=raw["component"],
        shape=raw["shape"],
    )


def _main() -> None:
    import pyshacl  # noqa: PLC0415 - only in the child process
    import rdflib  # noqa: PLC0415 - slow to import
    from rdflib import Graph, URIRef  # noqa: PLC0415 - slow to import

    rdflib.NORMALIZE_LITERALS = False

    task = json.load(sys.stdin)
    data = Graph().parse(task["data"], format="nt")
    shapes = Graph().parse(task["shapes"], format="nt")
    if task["focus"] is not None:
        _restrict(shapes, data, {URIRef(iri) for iri in task["focus"]})
    try:
        _, report, _ = pyshacl.validate(
            data, shacl_graph=shapes, advanced=False, inplace=True, meta_shacl=False
        )
    except Exception as error:  # noqa: BLE001 - the boundary of a process
        sys.exit(" ".join(f"{type(error).__name__}: {error}".split()))
    if not isinstance(report, Graph):
        sys.exit(" ".join(str(report).split()))
    json.dump(_results(report, shapes), sys.stdout)


def _restrict(shapes: Any, data: Any, focus: set[Any]) -> None:
    """Replace the targets of `shapes` by those of their focus nodes that are in `focus`.

    Blank nodes have no names to ask for; all of them stay focus nodes.

    pySHACL has an option for this, but it restricts nested shapes as well, so that sh:not and
    sh:node judge wrongly.
    """
    from rdflib import OWL, RDF, RDFS, BNode, URIRef  # noqa: PLC0415 - slow to import

    def term(name: str) -> URIRef:
        return URIRef(SH + name)

    def instances(cls: Any) -> set[Any]:
        below = data.transitive_subjects(RDFS.subClassOf, cls)
        return {node for kind in below for node in data.subjects(RDF.type, kind)}

    found: dict[Any, set[Any]] = {}
    for shape in set(shapes.subjects(RDF.type, term("NodeShape"))):
        for kind in (RDFS.Class, OWL.Class):
            if (shape, RDF.type, kind) in shapes:
                shapes.remove((shape, RDF.type, kind))
                shapes.add((shape, term("targetClass"), shape))
    targets: dict[str, Callable[[Any], set[Any]]] = {
        "targetNode": lambda value: {value},
        "targetClass": instances,
        "targetSubjectsOf": lambda value: set(data.subjects(value, None)),
        "targetObjectsOf": lambda value: set(data.objects(None, value)),
    }
    for name, nodes in targets.items():
        for shape, value in list(shapes.subject_objects(term(name))):
            chosen = {n for n in nodes(value) if n in focus or isinstance(n, BNode)}
            found.setdefault(shape, set()).update(chosen)
            shapes.remove((shape, term(name), value))
    for shape, nodes_of_shape in found.items():
        for node in nodes_of_shape:
            shapes.add((shape, term("targetNode"), node))


def _results(report: Any, shapes: Any) -> list[dict[str, Any]]:
    from rdflib import RDF, BNode, URIRef  # noqa: PLC0415 - slow to import

    def term(name: str) -> URIRef:
        return URIRef(SH + name)

    def text(node: Any) -> str | None:
        return None if node is None else n_triples(node)

    def path(node: Any) -> str | None:
        """Return a property or an inverse property as in SPARQL; other paths are left out."""
        if isinstance(node, BNode):
            inverse = report.value(node, term("inversePath")) or shapes.value(
                node, term("inversePath")
            )
            return f"^{inverse.n3()}" if isinstance(inverse, URIRef) else None
        return text(node)

    def named(shape: Any) -> str | None:
        """Return the IRI of a shape or of the node shape around it."""
        while isinstance(shape, BNode):
            shape = next(shapes.subjects(None, shape), None)
        return None if shape is None else str(shape)

    found = []
    for result in report.subjects(RDF.type, term("ValidationResult")):
        if (None, term("detail"), result) in report:
            continue
        severity = str(report.value(result, term("resultSeverity"))).removeprefix(SH)
        found.append(
            {
                "severity": severity if severity in ("Violation", "Warning", "Info") else "Info",
                "focus": text(report.value(result, term("focusNode"))),
                "path": path(report.value(result, term("resultPath"))),
                "value": text(report.value(result, term("value"))),
                "component": str(report.value(result, term("sourceConstraintComponent"))),
                "shape": named(report.value(result, term("sourceShape"))),
                "messages": {
                    message.language or "": str(message)
                    for message in report.objects(result, term("resultMessage"))
                },
            }
        )
    return found


if __name__ == "__main__":
    _main()
