"""Canonical Turtle: the same graph always becomes the same text, so that diffs show meaning.

Prefixes come from one table, headers first, then subjects by IRI, `a` and labels before the
other predicates, objects sorted. Blank nodes are written as trees only.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from kg.errors import ReadError, Text
from kg.namespaces import DCT, OWL, RDF, RDF_TYPE, RDFS, SKOS, VOID, XSD
from kg.rdf.names import PLAIN_LOCAL

Node = NamedNode | BlankNode | Literal | Triple
_FIRST_TYPES = (OWL + "Ontology", VOID + "Dataset")
_FIRST_PREDICATES = (
    RDF_TYPE,
    RDFS + "label",
    SKOS + "prefLabel",
    SKOS + "altLabel",
    DCT + "title",
    SKOS + "definition",
)
_BARE = {
    XSD + "integer": re.compile(r"[+-]?[0-9]+\Z"),
    XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+\Z"),
    XSD + "boolean": re.compile(r"(?:true|false)\Z"),
}
_INDENT = "  "


def write_turtle(triples: Iterable[Triple], prefixes: Mapping[str, str]) -> str:
    """Return the canonical Turtle of `triples`, with those of `prefixes` that it needs.

    Raises ReadError when a blank node is shared or part of a cycle, as it cannot stand in a tree,
    when trees are nested too deeply, and for the triple terms of RDF 1.2.
    """
    try:
        return _Writer(triples, prefixes).text()
    except RecursionError as error:
        raise ReadError(
            Text(
                de="Leere Knoten sind zu tief ineinander geschachtelt.",
                en="Blank nodes are nested too deeply.",
            )
        ) from error


class _Writer:
    """Holds the graph by subject while it is written."""

    def __init__(self, triples: Iterable[Triple], prefixes: Mapping[str, str]) -> None:
        self._spaces = sorted(((ns, p) for p, ns in prefixes.items()), reverse=True)
        self._used: set[str] = set()
        self._names: dict[str, str] = {}
        self._by_subject: dict[Node, dict[str, list[Node]]] = defaultdict(lambda: defaultdict(list))
        parents: dict[Node, int] = defaultdict(int)
        for triple in set(triples):
            self._by_subject[triple.subject][triple.predicate.value].append(triple.object)
            if isinstance(triple.object, Triple):
                raise ReadError(
                    Text(
                        de="Aussagen über Aussagen, <<( … )>>, gehören zu RDF 1.2: "
                        "Sie werden nicht geschrieben.",
                        en="Statements about statements, <<( … )>>, are of RDF 1.2: "
                        "they are not written.",
                    )
                )
            if isinstance(triple.object, BlankNode):
                parents[triple.object] += 1
        self._roots = [
            node for node in self._by_subject if isinstance(node, BlankNode) and not parents[node]
        ]
        shared = [node for node, count in parents.items() if count > 1]
        if shared or self._reachable() != len(self._by_subject):
            raise ReadError(
                Text(
                    de="Ein leerer Knoten wird mehrfach oder im Kreis benutzt. Geben Sie ihm eine "
                    "IRI: Kanonisches Turtle kennt leere Knoten nur als Baum.",
                    en="A blank node is shared or part of a cycle. Give it an IRI: canonical "
                    "Turtle has blank nodes only as trees.",
                )
            )

    def _reachable(self) -> int:
        waiting = [node for node in self._by_subject if isinstance(node, NamedNode)] + self._roots
        seen: set[Node] = set()
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting += [
                    child
                    for children in self._by_subject[node].values()
                    for child in children
                    if isinstance(child, BlankNode) and child in self._by_subject
                ]
        return len(seen)

    def text(self) -> str:
        named = sorted(
            (node for node in self._by_subject if isinstance(node, NamedNode)), key=self._rank
        )
        blocks = [f"{self._name(node.value)}{self._predicates(node, 1)} .\n" for node in named]
        blocks += sorted(f"[{self._predicates(node, 1)}\n] .\n" for node in self._roots)
        used = {prefix: space for space, prefix in self._spaces if prefix in self._used}
        head = "".join(f"@prefix {prefix}: <{used[prefix]}> .\n" for prefix in sorted(used))
        return head + ("\n" if head and blocks else "") + "\n".join(blocks)

    def _rank(self, node: Node) -> tuple[bool, str]:
        kinds = self._by_subject[node][RDF_TYPE]
        types = {kind.value for kind in kinds if isinstance(kind, NamedNode)}
        return types.isdisjoint(_FIRST_TYPES), str(node)

    def _name(self, iri: str) -> str:
        name = self._names.get(iri)
        if name is None:
            name = self._names[iri] = self._named(iri)
        return name

    def _named(self, iri: str) -> str:
        for space, prefix in self._spaces:
            if iri.startswith(space) and PLAIN_LOCAL.match(iri, len(space)):
                self._used.add(prefix)
                return f"{prefix}:{iri[len(space) :]}"
        return f"<{iri}>"

    def _predicates(self, node: Node, depth: int) -> str:
        found = self._by_subject[node]
        order = sorted((p for p in found if found[p]), key=self._predicate_rank)
        start = "\n" + _INDENT * depth
        return " ;".join(start + self._verb(p) + self._objects(found[p], depth) for p in order)

    def _predicate_rank(self, predicate: str) -> tuple[int, str]:
        if predicate in _FIRST_PREDICATES:
            return _FIRST_PREDICATES.index(predicate), ""
        return len(_FIRST_PREDICATES), self._name(predicate)

    def _verb(self, predicate: str) -> str:
        return "a" if predicate == RDF_TYPE else self._name(predicate)

    def _objects(self, objects: list[Node], depth: int) -> str:
        if len(objects) == 1:
            return " " + self._node(objects[0], depth)
        texts = sorted(self._node(node, depth + 1) for node in objects)
        start = "\n" + _INDENT * (depth + 1)
        return " ,".join(start + text for text in texts)

    def _node(self, node: Node, depth: int) -> str:
        """Write one object that stands on a line of `depth`."""
        if isinstance(node, Literal):
            return self._literal(node)
        items = self._items(node)
        if items is not None:
            return self._list(items, depth)
        if isinstance(node, NamedNode):
            return self._name(node.value)
        if not self._by_subject.get(node):
            return "[]"
        return f"[{self._predicates(node, depth + 1)}\n{_INDENT * depth}]"

    def _list(self, items: list[Node], depth: int) -> str:
        if not any(isinstance(item, BlankNode) for item in items):
            return f"( {''.join(self._node(item, depth) + ' ' for item in items)})"
        start = "\n" + _INDENT * (depth + 1)
        texts = "".join(start + self._node(item, depth + 1) for item in items)
        return f"({texts}\n{_INDENT * depth})"

    def _items(self, node: Node) -> list[Node] | None:
        """Return the members of the well-formed list that starts at `node`, else None."""
        items: list[Node] = []
        while not (isinstance(node, NamedNode) and node.value == RDF + "nil"):
            found = self._by_subject.get(node)
            if found is None or {p for p in found if found[p]} != {RDF + "first", RDF + "rest"}:
                return None
            first, rest = found[RDF + "first"], found[RDF + "rest"]
            if len(first) != 1 or len(rest) != 1:
                return None
            items.append(first[0])
            node = rest[0]
        return items

    def _literal(self, literal: Literal) -> str:
        datatype = literal.datatype.value
        bare = _BARE.get(datatype)
        if bare and bare.match(literal.value):
            return literal.value
        text = quoted(literal.value)
        if literal.language:
            direction = f"--{literal.direction.value}" if literal.direction else ""
            return f"{text}@{literal.language}{direction}"
        return text if datatype == XSD + "string" else f"{text}^^{self._name(datatype)}"


def quoted(value: str) -> str:
    """Return `value` as a Turtle string, in long quotes when it has several lines."""
    escaped = value.replace("\\", "\\\\").replace("\r", "\\r")
    if "\n" not in escaped:
        return '"' + escaped.replace('"', '\\"') + '"'
    body = escaped.rstrip('"')
    tail = '\\"' * (len(escaped) - len(body))
    return '"""' + body.replace('"""', '\\"\\"\\"') + tail + '"""'
