"""What the values of SHACL's parameters must look like: sections 2 and 4 of the recommendation."""

from __future__ import annotations

from kg.errors import Text
from kg.namespaces import RDF, XSD
from kg.rdf.literals import LANG_STRING, XSD_STRING, split, value
from kg.validate.shape_graph import ShapesGraph

_INTEGER = f"{XSD}integer"
NODE_KINDS = ("BlankNode", "IRI", "Literal", "BlankNodeOrIRI", "BlankNodeOrLiteral", "IRIOrLiteral")


def iri(graph: ShapesGraph, node: str, predicate: str, term: str) -> bool:
    """Return whether `term` is an IRI; notes a fault if it is not."""
    if term.startswith("<"):
        return True
    graph.fault(
        node,
        predicate,
        term,
        Text(
            de=f"{graph.short(term)} ist keine IRI; erwartet wird eine IRI.",
            en=f"{graph.short(term)} is not an IRI; expected is an IRI.",
        ),
    )
    return False


def integer(graph: ShapesGraph, node: str, predicate: str, term: str) -> int | None:
    """Return the whole number that `term` is, None after noting a fault."""
    if term.startswith('"'):
        lexical, datatype, _ = split(term)
        if datatype == _INTEGER and value(term) is not None:
            return int(lexical)
    graph.fault(
        node,
        predicate,
        term,
        Text(
            de=f"{graph.short(term)} ist keine ganze Zahl; erwartet wird eine wie 1, ohne "
            "Anführungszeichen (xsd:integer).",
            en=f"{graph.short(term)} is not a whole number; expected is one such as 1, without "
            "quotation marks (xsd:integer).",
        ),
    )
    return None


def boolean(graph: ShapesGraph, node: str, predicate: str, term: str) -> bool | None:
    """Return whether `term` is true, None after noting a fault.

    The recommendation speaks of the term true: "1"^^xsd:boolean is not it.
    """
    if term.endswith(f"^^<{XSD}boolean>") and value(term) is not None:
        return split(term).lexical == "true"
    graph.fault(
        node,
        predicate,
        term,
        Text(
            de=f"{graph.short(term)} ist kein Wahrheitswert; erwartet wird true oder false.",
            en=f"{graph.short(term)} is not a boolean; expected is true or false.",
        ),
    )
    return None


def string(graph: ShapesGraph, node: str, predicate: str, term: str) -> str | None:
    """Return the text of a literal of type xsd:string, None after noting a fault."""
    if term.startswith('"'):
        lexical, datatype, _ = split(term)
        if datatype == XSD_STRING:
            return lexical
    graph.fault(
        node,
        predicate,
        term,
        Text(
            de=f"{graph.short(term)} ist kein einfacher Text; erwartet wird ein Text in "
            "Anführungszeichen, ohne Sprache.",
            en=f"{graph.short(term)} is not a plain string; expected is text in quotation "
            "marks, without a language.",
        ),
    )
    return None


def literal(graph: ShapesGraph, node: str, predicate: str, term: str) -> bool:
    """Return whether `term` is a literal; notes a fault if it is not."""
    if term.startswith('"'):
        return True
    graph.fault(
        node,
        predicate,
        term,
        Text(
            de=f"{graph.short(term)} ist kein Literal; erwartet wird ein Wert wie 5 oder "
            '"2023-05-01"^^xsd:date.',
            en=f"{graph.short(term)} is not a literal; expected is a value such as 5 or "
            '"2023-05-01"^^xsd:date.',
        ),
    )
    return False


def message(graph: ShapesGraph, node: str, predicate: str, term: str) -> tuple[str, str] | None:
    """Return text and language tag of a message, None after noting a fault."""
    if term.startswith('"'):
        lexical, datatype, language = split(term)
        if datatype in (XSD_STRING, LANG_STRING):
            return lexical, language
        if datatype == f"{RDF}HTML":
            return lexical, ""
    graph.fault(
        node,
        predicate,
        term,
        Text(
            de=f"{graph.short(term)} ist kein Text; erwartet wird ein Text, gern mit Sprache "
            "(@de, @en).",
            en=f"{graph.short(term)} is not a string; expected is text, preferably with a "
            "language (@de, @en).",
        ),
    )
    return None


def members(graph: ShapesGraph, node: str, predicate: str, term: str) -> list[str] | None:
    """Return the members of a list, None after noting a fault."""
    found = graph.members(term)
    if found is None:
        graph.fault(
            node,
            predicate,
            term,
            Text(
                de=f"{graph.short(term)} ist keine vollständige Liste; erwartet wird eine in "
                "runden Klammern, ( … ).",
                en=f"{graph.short(term)} is not a complete list; expected is one in round "
                "brackets, ( … ).",
            ),
        )
    return found


def only(graph: ShapesGraph, node: str, predicate: str) -> str | None:
    """Return the only value of a parameter, None without any; notes a fault when it has more."""
    values = graph.objects(node, predicate)
    if len(values) > 1:
        graph.fault(
            node,
            predicate,
            values[1],
            Text(
                de=f"Die Angabe steht {len(values)}-mal; erwartet wird sie höchstens einmal.",
                en=f"It is given {len(values)} times; expected is at most once.",
            ),
        )
    return values[0] if values else None
