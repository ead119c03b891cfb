"""Where each triple of a JSON-LD 1.1 text stands: line, column and JSON pointer of its terms.

The parser proper is pyoxigraph; this walk runs over a text that it has accepted, in its order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pyoxigraph import Literal, NamedNode

from kg.namespaces import RDF, RDF_TYPE, XSD
from kg.rdf.json_context import Context, Definition
from kg.rdf.json_text import Json, Member, Spot, read_json
from kg.rdf.positions import Positioned, Term

_PLAIN = Definition(None)
_INTEGERS_BELOW = 1e21


def json_positions(text: str, *, base: str = "") -> list[Positioned]:
    """Return the triples of `text` in the parser's order; blank nodes have names of their own.

    The place of a subject is that of the node object, the place of a predicate that of the key.
    What comes after something that is nested too deeply has no place.
    """
    walk = _Walk()
    try:
        top = read_json(text)
        for item in top.each() if top else ():
            walk.top(item, Context(base))
    except RecursionError:
        pass
    return walk.found


@dataclass(frozen=True)
class _Edge:
    """What is said with one key: the triple without its value, and how values are read."""

    subject: Term
    predicate: Term
    reverse: bool
    definition: Definition
    context: Context
    """For scalars."""
    below: Context
    """For node objects."""
    kind: str | None = None
    """The type of a node object, from the key of a map of types."""


class _Walk:
    """Walks over node objects and collects triples."""

    def __init__(self) -> None:
        self.found: list[Positioned] = []
        self._graph: str | None = None
        self._blanks = 0

    def top(self, value: Json, context: Context) -> None:
        """Walk over an object that is no one's value: a node, or one that only holds nodes."""
        local = value.get("@context")
        active = context.with_local(local) if local else context
        keys = {active.keyword(member.key) for member in value.members or ()}
        if "@graph" not in keys or not keys <= {"@graph", "@context"}:
            if value.members is not None:
                self._node(value, context)
            return
        for member in value.members or ():
            if active.keyword(member.key) == "@graph":
                for item in member.value.each():
                    self.top(item, active)

    def _node(self, value: Json, context: Context) -> None:
        active = _active(value, context)
        self._members(value, active, _at(self._name(value, active), value.spot))

    def _name(self, value: Json, active: Context) -> str:
        for member in value.members or ():
            if active.keyword(member.key) == "@id" and isinstance(member.value.scalar, str):
                return _wrapped(active.expand(member.value.scalar, vocab=False) or "")
        return self._blank()

    def _blank(self) -> str:
        self._blanks += 1
        return f"_:scan{self._blanks}"

    def _members(self, value: Json, active: Context, subject: Term) -> None:
        below = active.below
        keys = [(active.keyword(member.key), member) for member in value.members or ()]
        for keyword, member in keys:
            if keyword == "@type":
                self._types(member, active, subject)
        for keyword, member in keys:
            if keyword == "@graph":
                outer, self._graph = self._graph, subject.text
                for item in member.value.each():
                    self.top(item, below)
                self._graph = outer
            elif keyword == "@included":
                for item in member.value.each():
                    self._node(item, below)
            elif keyword == "@nest":
                for item in member.value.each():
                    self._members(item, active, subject)
            elif keyword == "@reverse":
                for each in member.value.members or ():
                    self._property(each, active, subject, reverse=True)
            elif not keyword.startswith("@"):
                self._property(member, active, subject)

    def _types(self, member: Member, active: Context, subject: Term) -> None:
        predicate = _at(f"<{RDF_TYPE}>", member.spot)
        for each in member.value.each():
            iri = active.below.any_iri(str(each.scalar))
            self.found.append(
                Positioned(subject, predicate, _at(_wrapped(iri), each.spot), self._graph)
            )

    def _property(
        self, member: Member, active: Context, subject: Term, *, reverse: bool = False
    ) -> None:
        definition = active.terms.get(member.key, _PLAIN)
        iri = active.expand(member.key, vocab=True)
        if iri is None or ":" not in iri or iri.startswith("_:"):
            return
        context, below = active, active.below
        if definition.context is not None:
            context = below = below.with_local(definition.context)
        edge = _Edge(
            subject=subject,
            predicate=_at(f"<{iri}>", member.spot),
            reverse=reverse != definition.reverse,
            definition=definition,
            context=context,
            below=below,
        )
        self._container(member.value, edge)

    def _container(self, value: Json, edge: _Edge) -> None:
        containers = edge.definition.containers
        if value.members is None or not containers & {"@language", "@index", "@id", "@type"}:
            self._value(value, edge, as_list="@list" in containers)
            return
        for member in value.members:
            for item in member.value.each():
                if "@language" in containers:
                    self._emit(edge, _literal(item, edge, language=member.key.lower()))
                elif "@id" in containers:
                    self._below(item, edge, name=edge.below.expand(member.key, vocab=False))
                elif "@type" in containers:
                    self._value(item, replace(edge, kind=member.key))
                else:
                    self._value(item, edge)

    def _value(self, value: Json, edge: _Edge, *, as_list: bool = False) -> None:
        keys = {edge.below.keyword(m.key): m.value for m in value.members or ()}
        if as_list and "@list" not in keys:
            self._list(value, edge)
        elif value.items is not None:
            for item in value.items:
                self._value(item, edge)
        elif "@value" in keys:
            self._emit(edge, _value_object(value, keys, edge.below))
        elif "@list" in keys:
            self._list(keys["@list"], edge)
        elif "@set" in keys:
            self._value(keys["@set"], edge)
        elif value.members is not None:
            self._below(value, edge)
        elif value.scalar is not None:
            self._emit(edge, _scalar(value, edge))

    def _below(self, value: Json, edge: _Edge, *, name: str | None = None) -> None:
        """Emit the triple that leads to a node object, and those of the node object."""
        active = _active(value, edge.below, kind=edge.kind)
        node = _at(_wrapped(name) if name else self._name(value, active), value.spot)
        self._emit(edge, node)
        if edge.kind is not None:
            kind = _at(_wrapped(edge.below.any_iri(edge.kind)), value.spot)
            predicate = _at(f"<{RDF_TYPE}>", value.spot)
            self.found.append(Positioned(node, predicate, kind, self._graph))
        self._members(value, active, node)

    def _list(self, value: Json, edge: _Edge) -> None:
        items = [each for each in value.each() if _said(each)]
        node = _at(self._blank() if items else f"<{RDF}nil>", value.spot)
        self._emit(edge, node)
        for number, item in enumerate(items, start=1):
            first, after = (_at(f"<{RDF}{name}>", item.spot) for name in ("first", "rest"))
            below = replace(edge, subject=node, predicate=first, reverse=False)
            self._value(item, below, as_list=item.items is not None)
            rest = _at(self._blank() if number < len(items) else f"<{RDF}nil>", value.spot)
            self.found.append(Positioned(node, after, rest, self._graph))
            node = rest

    def _emit(self, edge: _Edge, value: Term | None) -> None:
        if value is not None:
            ends = (value, edge.subject) if edge.reverse else (edge.subject, value)
            self.found.append(Positioned(ends[0], edge.predicate, ends[1], self._graph))


def _active(value: Json, context: Context, *, kind: str | None = None) -> Context:
    """Return the context within a node object: its own one and, for its keys, those of types."""
    local = value.get("@context")
    plain = active = context.with_local(local) if local else context
    kinds = {kind} if kind else set()
    for member in value.members or ():
        if plain.keyword(member.key) == "@type":
            kinds |= {str(each.scalar) for each in member.value.each()}
    for name in sorted(kinds):
        scoped = plain.terms.get(name, _PLAIN).context
        active = active.with_local(scoped) if scoped is not None else active
    return active if active is plain else replace(active, previous=plain)


def _scalar(value: Json, edge: _Edge) -> Term | None:
    """Return the term of a string, number or truth value."""
    kind = edge.definition.type
    if isinstance(value.scalar, str) and kind in ("@id", "@vocab"):
        expand = edge.context.any_iri if kind == "@vocab" else edge.context.iri
        return _at(_wrapped(expand(value.scalar)), value.spot)
    return _literal(value, edge)


def _literal(value: Json, edge: _Edge, *, language: str | None = None) -> Term | None:
    if value.scalar is None:
        return None
    kind = edge.definition.type
    if kind is not None and not kind.startswith("@") and language is None:
        return _at(_typed(value.scalar, kind), value.spot)
    if isinstance(value.scalar, str):
        if language is None and kind != "@none":
            own = edge.definition
            language = own.language if own.has_language else edge.context.language
        language = None if language == "@none" else language
        return _at(str(Literal(value.scalar, language=language)), value.spot)
    return _at(_typed(value.scalar, None), value.spot)


def _value_object(value: Json, keys: dict[str, Json], context: Context) -> Term | None:
    inner, kind, language = keys["@value"], keys.get("@type"), keys.get("@language")
    if inner.scalar is None and inner.members is None and inner.items is None:
        return None
    scalar = inner.scalar if inner.scalar is not None else ""
    if kind is not None and kind.scalar is not None:
        name = "@json" if kind.scalar == "@json" else context.any_iri(str(kind.scalar))
        return _at(_typed(scalar, f"{RDF}JSON" if name == "@json" else name), value.spot)
    if language is not None and language.scalar is not None:
        tag = str(language.scalar).lower()
        return _at(str(Literal(str(scalar), language=tag)), value.spot)
    return _at(_typed(scalar, None), value.spot)


def _typed(scalar: str | float | bool, kind: str | None) -> str:
    """Return a literal; the parser has the last word on the lexical form of numbers."""
    if isinstance(scalar, bool):
        text, own = str(scalar).lower(), "boolean"
    elif isinstance(scalar, str):
        text, own = scalar, "string"
    elif float(scalar).is_integer() and abs(scalar) < _INTEGERS_BELOW:
        text, own = str(int(scalar)), "integer"
    else:
        text, own = f"{scalar:E}", "double"
    return str(Literal(text, datatype=NamedNode(kind or XSD + own)))


def _said(value: Json) -> bool:
    return value.scalar is not None or value.members is not None or value.items is not None


def _wrapped(name: str) -> str:
    return name if name.startswith("_:") else f"<{name}>"


def _at(text: str, spot: Spot) -> Term:
    return Term(text, spot.line, spot.column, spot.pointer)
