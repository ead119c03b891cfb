"""Statements become a compact JSON-LD document that people can read (JSON-LD 1.1).

It carries the part of the published context that it uses: who reads it needs no other address,
and it means the same when the ontology has changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any

from kg.namespaces import RDF, RDF_TYPE, XSD
from kg.serve.pages.linked.context import IRI, LANGUAGE, Context
from kg.serve.pages.linked.statements import Statement
from kg.serve.pages.terms import Term

_INTEGER = re.compile(r"(?:0|-?[1-9][0-9]{0,14})\Z")
_BOOLEANS = {"true": True, "false": False}
_FIRST, _REST, _NIL = f"{RDF}first", f"{RDF}rest", f"{RDF}nil"
_DEEPEST = 100
Facts = dict[str, list[Term]]


def as_json_ld(statements: Iterable[Statement], context: Context, *, first: Iterable[str]) -> str:
    """Return the document of `statements`; the nodes of the IRIs `first` come first."""
    return json.dumps(_Writer(statements, context).document(first), ensure_ascii=False, indent=2)


class _Writer:
    """Holds the nodes, and the keys and prefixes that were used."""

    def __init__(self, statements: Iterable[Statement], context: Context) -> None:
        self._context = context
        self._keys: set[str] = set()
        self._prefixes: set[str] = set()
        self._nodes: dict[Term, Facts] = {}
        self._parents: dict[Term, int] = {}
        schemes: set[str] = set()
        for triple in dict.fromkeys(one[1:] for one in statements):
            subject, predicate, value = triple
            self._nodes.setdefault(subject, {}).setdefault(predicate, []).append(value)
            if value.kind == "bnode":
                self._parents[value] = self._parents.get(value, 0) + 1
            named = (predicate, *(term.value for term in (subject, value) if term.is_iri))
            schemes |= {one.partition(":")[0] for one in named}
        self._confusing = schemes & context.prefixes.keys()
        """Prefixes for which a full IRI such as geo:52,8 would be taken as a compact one."""
        self._nested = self._trees()

    def document(self, first: Iterable[str]) -> dict[str, Any]:
        """Return the whole document."""
        order = {name: number for number, name in enumerate(first)}
        roots = [node for node in self._nodes if node not in self._nested]
        roots.sort(key=lambda node: (order.get(node.value, len(order)), node.kind, node.value))
        graph = [self._node(node) for node in roots]
        return {"@context": self._context.document(self._keys, self._prefixes), "@graph": graph}

    def _trees(self) -> set[Term]:
        """Return the blank nodes that can stand inside of what refers to them."""
        nested: set[Term] = set()
        waiting = [(node, 0) for node in self._nodes if not self._parents.get(node)]
        while waiting:
            node, depth = waiting.pop()
            for value in (value for values in self._nodes[node].values() for value in values):
                once = value.kind == "bnode" and self._parents[value] == 1
                if once and value in self._nodes and depth < _DEEPEST:
                    nested.add(value)
                    waiting.append((value, depth + 1))
        return nested

    def _node(self, node: Term) -> dict[str, Any]:
        facts = self._nodes[node]
        entries: dict[str, Any] = {}
        if node not in self._nested:
            entries["id"] = self._reference(node)
        types = [value for value in facts.get(RDF_TYPE, []) if value.kind != "literal"]
        if types:
            entries["type"] = _single(sorted(self._type(value) for value in types))
        for predicate in sorted(facts, key=self._key):
            values = [one for one in facts[predicate] if predicate != RDF_TYPE or one not in types]
            self._add(entries, predicate, values)
        return entries

    def _add(self, entries: dict[str, Any], predicate: str, values: list[Term]) -> None:
        """Add the values of a property: under its key those that it can write, else in full."""
        coercion = self._context.coercions.get(predicate, "")
        key = self._key_of(predicate)
        fitting = [one for one in values if key and _fits(one, coercion)]
        others = [one for one in values if one not in fitting]
        if key and fitting:
            self._use(key)
            if coercion == LANGUAGE:
                entries[key] = _by_language(fitting)
            else:
                entries[key] = _single([self._value(one, coercion) for one in _sorted(fitting)])
        if others:
            entries[self._full(predicate)] = _single([self._value(one) for one in _sorted(others)])

    def _value(self, value: Term, coercion: str = "") -> Any:
        if value.kind == "literal":
            return value.value if coercion else self._literal(value)
        items = self._items(value)
        if items is not None:
            return {"@list": [self._item(item, coercion) for item in items]}
        if value in self._nested:
            return self._node(value)
        return self._reference(value) if coercion == IRI else {"id": self._reference(value)}

    def _item(self, value: Term, coercion: str) -> Any:
        """Return a member of a list; the coercion of its property must not touch a text."""
        written = self._value(value)
        return {"@value": written} if coercion and isinstance(written, str) else written

    def _literal(self, value: Term) -> Any:
        if value.lang:
            return {"@value": value.value, "@language": value.lang}
        if value.datatype in ("", XSD + "string"):
            return value.value
        if value.datatype == XSD + "integer" and _INTEGER.match(value.value):
            return int(value.value)
        if value.datatype == XSD + "boolean" and value.value in _BOOLEANS:
            return _BOOLEANS[value.value]
        return {"@value": value.value, "@type": self._short(value.datatype)}

    def _items(self, node: Term) -> list[Term] | None:
        """Return the members of the well-formed list that starts at a nested node, else None."""
        if node not in self._nested:
            return None
        items: list[Term] = []
        while node.value != _NIL:
            facts = self._nodes.get(node, {})
            is_cell = node in self._nested and facts.keys() == {_FIRST, _REST}
            if not is_cell or len(facts[_FIRST]) != 1 or len(facts[_REST]) != 1:
                return None
            items.append(facts[_FIRST][0])
            node = facts[_REST][0]
        return items

    def _type(self, value: Term) -> str:
        key = self._key_of(value.value)
        if key is None:
            return self._reference(value)
        self._use(key)
        return key

    def _reference(self, node: Term) -> str:
        return f"_:{node.value}" if node.kind == "bnode" else self._short(node.value)

    def _short(self, iri: str) -> str:
        found = self._context.compact(iri, self._confusing)
        if found is None:
            return iri
        self._prefixes.add(found[1])
        return found[0]

    def _full(self, predicate: str) -> str:
        """Return a key of a property that changes nothing of its values."""
        found = self._context.compact(predicate, self._confusing)
        if found is None or found[0] in self._context.keys:
            return predicate
        self._prefixes.add(found[1])
        return found[0]

    def _key_of(self, iri: str) -> str | None:
        """Return the key of a term; one such as geo:x only if its prefix can be used."""
        key = self._context.by_iri.get(iri)
        return None if key and key.partition(":")[0] in self._confusing else key

    def _use(self, key: str) -> None:
        """Know that a key is used, and its prefix if it is one such as org:role."""
        self._keys.add(key)
        prefix, sign, _ = key.partition(":")
        if sign:
            self._prefixes.add(prefix)

    def _key(self, predicate: str) -> tuple[bool, str]:
        key = self._context.by_iri.get(predicate, predicate)
        return key not in ("label", "prefLabel"), key


def _fits(value: Term, coercion: str) -> bool:
    if coercion == IRI:
        return value.kind != "literal"
    if coercion == LANGUAGE:
        return value.kind == "literal" and (
            bool(value.lang) or value.datatype in ("", XSD + "string")
        )
    return not coercion or (value.kind == "literal" and value.datatype == coercion)


def _by_language(values: list[Term]) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for value in _sorted(values):
        found.setdefault(value.lang or "@none", []).append(value.value)
    return {lang: _single(texts) for lang, texts in sorted(found.items())}


def _single(values: list[Any]) -> Any:
    return values[0] if len(values) == 1 else values


def _sorted(values: list[Term]) -> list[Term]:
    return sorted(values, key=lambda one: (one.kind, one.value, one.lang, one.datatype))
