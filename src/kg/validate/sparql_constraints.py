"""Constraints that are SPARQL queries: sh:sparql, with prefixes and messages. SHACL section 5."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kg.errors import Text
from kg.namespaces import OWL, SH
from kg.rdf.literals import split
from kg.validate import shape_terms as terms
from kg.validate.paths import Path
from kg.validate.shape_graph import ShapesGraph, sh
from kg.validate.shapes import Constraint
from kg.validate.sparql_query import Source, SparqlQuery, compile_query

COMPONENT = f"{SH}SPARQLConstraintComponent"
_IMPORTS = f"<{OWL}imports>"
Messages = tuple[tuple[str, str], ...]


@dataclass(frozen=True, eq=False)
class SparqlCheck:
    """A SPARQL query as a constraint.

    `node` is the value of sh:sparql or the validator, `bindings` are the values of the parameters
    of a constraint component, terms by name. `messages` are templates with language tags,
    `severity` is the IRI of a severity that the constraint has itself. `prefixes` shorten IRIs
    in messages.
    """

    node: str
    query: SparqlQuery
    path: Path | None = None
    bindings: Mapping[str, str] = field(default_factory=dict)
    messages: Messages = ()
    severity: str | None = None
    deactivated: bool = False
    prefixes: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The query with its PREFIX lines."""
        return self.query.text

    @property
    def ask(self) -> bool:
        """Whether it asks, for each value node, whether that conforms."""
        return self.query.ask


def read_sparql(graph: ShapesGraph, shape: str, path: Path | None) -> list[Constraint]:
    """Return a constraint for each sh:sparql of a shape; faults are noted in `graph`.

    `path` is that of a property shape. SHACL section 5.2.
    """
    found = []
    for node in graph.objects(shape, sh("sparql")):
        if node.startswith('"'):
            graph.fault(shape, sh("sparql"), node, _NO_NODE)
            continue
        query = read_query(graph, node, "select", path=path)
        deactivated = terms.only(graph, node, sh("deactivated"))
        severity = terms.only(graph, node, sh("severity"))
        off = deactivated is not None and bool(
            terms.boolean(graph, node, sh("deactivated"), deactivated)
        )
        if query is None:
            continue
        check = SparqlCheck(
            node=node,
            query=query,
            path=path,
            messages=read_messages(graph, node),
            severity=severity[1:-1] if severity and severity.startswith("<") else None,
            deactivated=off,
            prefixes=graph.prefixes,
        )
        found.append(
            Constraint(component=COMPONENT, predicate=sh("sparql"), sparql=True, extra=check)
        )
    return found


_NO_NODE = Text(
    de="Ein Literal kann keine Bedingung sein; erwartet wird ein Knoten mit sh:select.",
    en="A literal cannot be a constraint; expected is a node with sh:select.",
)


def read_query(
    graph: ShapesGraph,
    node: str,
    kind: str,
    *,
    path: Path | None,
    parameters: tuple[str, ...] = (),
) -> SparqlQuery | None:
    """Return the query of `node` under sh:select or sh:ask, None after noting faults.

    `kind` is "select" or "ask".
    """
    predicate = sh(kind)
    value = terms.only(graph, node, predicate)
    if value is None:
        graph.fault(
            node,
            predicate,
            None,
            Text(
                de=f"Es fehlt sh:{kind}: Die Bedingung hat keine Abfrage.",
                en=f"sh:{kind} is missing: the constraint has no query.",
            ),
        )
    text = None if value is None else terms.string(graph, node, predicate, value)
    prefixes = read_prefixes(graph, node)
    if text is None or prefixes is None:
        return None
    query, wrong = compile_query(Source(text, prefixes, kind == "ask", parameters, path))
    for problem in wrong:
        graph.fault(node, predicate, value, problem)
    return query


def read_messages(graph: ShapesGraph, node: str) -> Messages:
    """Return the values of sh:message with their language tags."""
    key = sh("message")
    found = (terms.message(graph, node, key, value) for value in graph.objects(node, key))
    return tuple(each for each in found if each is not None)


def read_prefixes(graph: ShapesGraph, node: str) -> dict[str, str] | None:
    """Return the prefixes that `node` uses, None after noting faults: SHACL section 5.2.1.

    Imports are followed within the shapes graph only; nothing is fetched.
    """
    known: dict[str, str] = {}
    complete = True
    for owner in _imported(graph, graph.objects(node, sh("prefixes"))):
        for declaration in graph.objects(owner, sh("declare")):
            pair = _declared(graph, declaration)
            if pair is None:
                complete = False
                continue
            prefix, namespace = pair
            if known.setdefault(prefix, namespace) != namespace:
                complete = False
                graph.fault(declaration, sh("prefix"), None, _twice(prefix))
    return known if complete else None


def _twice(prefix: str) -> Text:
    return Text(
        de=f"Das Präfix {prefix}: hat mehrere Namensräume; erwartet wird einer.",
        en=f"The prefix {prefix}: has several namespaces; expected is one.",
    )


def _imported(graph: ShapesGraph, nodes: list[str]) -> Iterator[str]:
    """Yield `nodes` and what they import, each once."""
    waiting = list(nodes)
    seen: set[str] = set()
    while waiting:
        node = waiting.pop(0)
        if node not in seen:
            seen.add(node)
            yield node
            waiting += graph.objects(node, _IMPORTS)


def _declared(graph: ShapesGraph, node: str) -> tuple[str, str] | None:
    """Return prefix and namespace of a declaration, None after noting a fault."""
    parts = []
    for name in ("prefix", "namespace"):
        values = graph.objects(node, sh(name))
        if len(values) != 1 or not values[0].startswith('"'):
            graph.fault(
                node,
                sh(name),
                values[0] if values else None,
                Text(
                    de=f"Die Vereinbarung eines Präfixes braucht genau ein sh:{name}, ein Literal.",
                    en=f"The declaration of a prefix needs exactly one sh:{name}, a literal.",
                ),
            )
            return None
        parts.append(split(values[0]).lexical)
    return parts[0], parts[1]
