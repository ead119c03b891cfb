"""kg history and kg diff: who changed what, and what changed between two states."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, serialize
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kg.commands.common import Out, one_of
from kg.errors import Text, UsageError
from kg.namespaces import shorten
from kg.rdf.signs import visible
from kg.settings import Project
from kg.write import history as commits
from kg.write.change import Change
from kg.write.difference import diff as difference

_HEADS = (
    Text(de="Nr.", en="No."),
    Text(de="Zeit (UTC)", en="Time (UTC)"),
    Text(de="Wer", en="Who"),
    Text(de="Was", en="What"),
    Text(de="+", en="+"),
    Text(de="-", en="-"),
    Text(de="Notiz", en="Note"),
)
_KINDS: Mapping[str, Text] = MappingProxyType(
    {
        "update": Text(de="SPARQL Update", en="SPARQL Update"),
        "put": Text(de="Graph ersetzt", en="graph replaced"),
        "post": Text(de="Graph ergänzt", en="graph extended"),
        "delete": Text(de="Graph gelöscht", en="graph deleted"),
        "contribution": Text(de="Beitrag", en="contribution"),
        "revert": Text(de="rückgängig:", en="undone:"),
    }
)
_NONE = Text(de="Es gibt noch keine Commits.", en="There are no commits yet.")


@dataclass(frozen=True)
class Page:
    """Which commits are asked for: so many before a number, or the newest."""

    limit: int = 20
    before: int | None = None
    as_json: bool = False


def history(project: Project, page: Page, *, out: Out, lang: str) -> None:
    """Print the newest commits as a table, or as a JSON array."""
    found = commits.entries(project, before=page.before, limit=page.limit)
    if page.as_json:
        out(json.dumps(found, ensure_ascii=False, indent=2))
        return
    if not found:
        out(_NONE.to(lang))
        return
    table = Table(*(head.to(lang) for head in _HEADS))
    for each in found:
        table.add_row(*(escape(cell) for cell in _cells(each, lang)))
    Console().print(table)


def _cells(entry: Mapping[str, Any], lang: str) -> Iterator[str]:
    yield str(entry["number"])
    yield entry["time"][:19].replace("T", " ")
    yield visible(entry["agent"])
    kind = _KINDS.get(entry["kind"])
    about = [kind.to(lang) if kind else entry["kind"]]
    about += [entry["contribution"]] if entry["contribution"] else []
    about += [str(entry["reverts"])] if entry["reverts"] else []
    yield visible(" ".join(about))
    yield str(entry["added"])
    yield str(entry["removed"])
    yield visible(entry["note"].replace("\n", " "))


def verify(project: Project, *, out: Out, lang: str) -> None:
    """Read every commit and say which is the last; raises StageError for damage."""
    last = commits.verify(project)
    if last is None:
        out(_NONE.to(lang))
        return
    text = Text(
        de=f"In Ordnung: Jeder Commit schließt an den vor ihm an. Der letzte ist Nr. "
        f"{last.number} vom {last.time}, Prüfsumme {last.checksum}.",
        en=f"All right: every commit follows on the one before. The last is no. {last.number} of "
        f"{last.time}, checksum {last.checksum}.",
    )
    out(text.to(lang))


def diff(project: Project, states: tuple[str, str], *, form: str, out: Out) -> None:
    """Print what went and came between two states, as text for people or as RDF Patch."""
    if form not in _FORMS:
        raise UsageError(one_of("--format", _FORMS))
    text = _FORMS[form](difference(project, *states), project.prefixes)
    if text:
        out(text)


def as_patch(change: Change, prefixes: Mapping[str, str]) -> str:
    """Return a change as RDF Patch: lines of D and A with N-Quads, sorted."""
    del prefixes
    lines = [f"D {line}" for line in _nquads(change.removed)]
    lines += [f"A {line}" for line in _nquads(change.added)]
    return "\n".join(["TX .", *lines, "TC ."]) if lines else ""


def _nquads(quads: Iterable[Quad]) -> list[str]:
    text = serialize(list(quads), format=RdfFormat.N_QUADS) or b""
    return sorted(line for line in text.decode().split("\n") if line)


def as_lines(change: Change, prefixes: Mapping[str, str]) -> str:
    """Return a change graph by graph, a line for each statement, with - and +."""
    lines: dict[str, list[tuple[str, str, str]]] = {}
    for sign, quads in (("-", change.removed), ("+", change.added)):
        for quad in quads:
            text = " ".join(_short(term, prefixes) for term in quad.triple)
            graph = quad.graph_name
            name = graph.value if isinstance(graph, NamedNode) else ""
            lines.setdefault(name, []).append((text.split(" ", 1)[0], sign, f"{sign} {text}"))
    blocks = []
    for name in sorted(lines):
        # what went before what came, subject by subject
        some = sorted(lines[name], key=lambda line: (line[0], line[1] == "+", line[2]))
        head = f"GRAPH {_short(NamedNode(name), prefixes)}" if name else "DEFAULT"
        blocks.append("\n".join([head, *(line for _, _, line in some)]))
    return "\n\n".join(blocks)


def _short(term: object, prefixes: Mapping[str, str]) -> str:
    """Return a term as Turtle would have it, on one line."""
    if isinstance(term, NamedNode):
        return shorten(term.value, prefixes)
    if isinstance(term, Literal) and not term.language:
        text = str(Literal(term.value))
        kind = shorten(term.datatype.value, prefixes)
        return text if kind == "xsd:string" else f"{text}^^{kind}"
    return str(term)


_FORMS: Mapping[str, Callable[[Change, Mapping[str, str]], str]] = MappingProxyType(
    {"text": as_lines, "patch": as_patch}
)
