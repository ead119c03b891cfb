"""Property paths are read from a shapes graph: SHACL section 2.3.1."""

from __future__ import annotations

from kg.errors import Text
from kg.namespaces import SH
from kg.validate.paths import Alternative, Inverse, Path, Repeat, Sequence, Step, inverse_of
from kg.validate.shape_graph import FIRST, NIL, ShapesGraph, sh

_REPEATS = {
    sh("zeroOrMorePath"): (0, True),
    sh("oneOrMorePath"): (1, True),
    sh("zeroOrOnePath"): (0, False),
}
_INVERSE, _ALTERNATIVE = sh("inversePath"), sh("alternativePath")
_SIGNS = (_INVERSE, _ALTERNATIVE, *_REPEATS)
_UNKNOWN = Text(
    de="Das ist kein Pfad; erwartet wird eine Eigenschaft, eine Liste von mindestens zwei Pfaden "
    "oder genau eines von sh:inversePath, sh:alternativePath, sh:zeroOrMorePath, "
    "sh:oneOrMorePath und sh:zeroOrOnePath.",
    en="This is not a path; expected is a property, a list of at least two paths or exactly one "
    "of sh:inversePath, sh:alternativePath, sh:zeroOrMorePath, sh:oneOrMorePath and "
    "sh:zeroOrOnePath.",
)
_CIRCLE = Text(de="Der Pfad enthält sich selbst.", en="The path contains itself.")


def read_path(graph: ShapesGraph, shape: str, node: str) -> Path | None:
    """Return the path that `node` stands for, None after noting a fault of `shape`."""
    found = _path(graph, node, ())
    if isinstance(found, Text):
        graph.fault(shape, sh("path"), node, found)
        return None
    return found


def _path(graph: ShapesGraph, node: str, around: tuple[str, ...]) -> Path | Text:
    if node in around:
        return _CIRCLE
    inside = (*around, node)
    listed = bool(graph.objects(node, FIRST))
    if node.startswith('"') or node == NIL or (node.startswith("<") and listed):
        return _UNKNOWN
    if node.startswith("<"):
        return Step(node)
    return _parts(graph, node, inside, Sequence) if listed else _signed(graph, node, inside)


def _signed(graph: ShapesGraph, node: str, around: tuple[str, ...]) -> Path | Text:
    """Return the path of a blank node with sh:inversePath or the like."""
    found = [(sign, value) for sign in _SIGNS for value in graph.objects(node, sign)]
    others = [each for each in graph.predicates(node) if each.startswith(f"<{SH}")]
    if len(found) != 1 or len(others) != 1:
        return _UNKNOWN
    sign, value = found[0]
    if sign == _ALTERNATIVE:
        return _parts(graph, value, around, Alternative)
    part = _path(graph, value, around)
    if isinstance(part, Text):
        return part
    if sign == _INVERSE:
        plain = isinstance(part, Step) and not part.inverse
        return inverse_of(part) if plain else Inverse(part)
    return Repeat(part, *_REPEATS[sign])


def _parts(
    graph: ShapesGraph, node: str, around: tuple[str, ...], kind: type[Sequence | Alternative]
) -> Path | Text:
    members = graph.members(node)
    if members is None or len(members) < 2:
        return _UNKNOWN
    parts: list[Path] = []
    for member in members:
        part = _path(graph, member, around)
        if isinstance(part, Text):
            return part
        parts.append(part)
    return kind(tuple(parts))
