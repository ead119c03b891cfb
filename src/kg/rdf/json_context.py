"""Contexts of JSON-LD 1.1 as far as they decide which triple a key and a value make.

Section 4.1 of the recommendation "JSON-LD 1.1 Processing Algorithms and API" in short: the text
was accepted by the parser, so nothing is checked, and remote contexts are not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from kg.rdf.iri import resolve
from kg.rdf.json_text import Json


@dataclass(frozen=True)
class Definition:
    """What a term stands for: an IRI or a keyword, and how its values are read."""

    iri: str | None
    reverse: bool = False
    type: str | None = None
    containers: frozenset[str] = frozenset()
    language: str | None = None
    has_language: bool = False
    context: Json | None = None


@dataclass(frozen=True)
class Context:
    """An active context; `previous` is the one to return to in nodes below."""

    base: str
    vocab: str | None = None
    language: str | None = None
    terms: Mapping[str, Definition] = field(default_factory=dict)
    previous: Context | None = None

    def expand(self, name: str, *, vocab: bool) -> str | None:
        """Return the IRI, blank node or keyword of `name`, section 5.2; None if it has none."""
        if name.startswith("@"):
            return name
        if vocab and name in self.terms:
            return self.terms[name].iri
        prefix, colon, rest = name.partition(":")
        if colon:
            if prefix == "_" or rest.startswith("//"):
                return name
            known = self.terms.get(prefix)
            return known.iri + rest if known and known.iri else name
        if vocab:
            return None if self.vocab is None else self.vocab + name
        return resolve(self.base, name)

    def iri(self, name: str) -> str:
        """Return `name` as an IRI relative to the document."""
        return self.expand(name, vocab=False) or name

    def any_iri(self, name: str) -> str:
        """Return `name` as that of a term or, if it is none, as an IRI of the document."""
        return self.expand(name, vocab=True) or self.iri(name)

    @property
    def below(self) -> Context:
        """The context of the node objects below: what comes from types is for one node only."""
        return self.previous or self

    def keyword(self, name: str) -> str:
        """Return the keyword of which `name` is an alias, else `name`."""
        known = self.terms.get(name)
        return known.iri if known and known.iri and known.iri.startswith("@") else name

    def with_local(self, local: Json) -> Context:
        """Return the context with a local one, or a list of them, applied to it."""
        active = self
        for each in local.each():
            if each.members is not None:
                active = _with_map(active, each)
            elif each.scalar is None:
                active = Context(self.base)
        return active


def _with_map(active: Context, local: Json) -> Context:
    changed = active
    for member in local.members or ():
        text = member.value.scalar
        if member.key == "@base":
            changed = replace(changed, base=resolve(changed.base, str(text)) if text else "")
        elif member.key == "@vocab":
            vocab = None if text is None else changed.any_iri(str(text))
            changed = replace(changed, vocab=vocab)
        elif member.key == "@language":
            changed = replace(changed, language=None if text is None else str(text).lower())
    definer = _Definer(changed, local)
    return replace(changed, terms=definer.all())


class _Definer:
    """Makes the terms of one local context; terms may use others that come later."""

    def __init__(self, active: Context, local: Json) -> None:
        self._local = {m.key: m.value for m in local.members or () if not m.key.startswith("@")}
        self._terms = {k: v for k, v in active.terms.items() if k not in self._local}
        self._active = replace(active, terms=self._terms)
        self._busy: set[str] = set()

    def all(self) -> Mapping[str, Definition]:
        for name in self._local:
            self._define(name)
        return self._terms

    def _define(self, name: str) -> None:
        if name in self._terms or name in self._busy or name not in self._local:
            return
        self._busy.add(name)
        value = self._local[name]
        if value.members is not None:
            self._terms[name] = self._of_map(name, value)
        else:
            iri = None if value.scalar is None else self._iri(str(value.scalar))
            self._terms[name] = Definition(iri)

    def _of_map(self, name: str, value: Json) -> Definition:
        reverse, own, kind = value.get("@reverse"), value.get("@id"), value.get("@type")
        target = reverse or own
        containers, language = value.get("@container"), value.get("@language")
        text = str(target.scalar) if target is not None and target.scalar is not None else name
        return Definition(
            iri=None if target is not None and target.scalar is None else self._iri(text),
            reverse=reverse is not None,
            type=self._iri(str(kind.scalar)) if kind is not None else None,
            containers=frozenset(str(each.scalar) for each in containers.each())
            if containers
            else frozenset(),
            language=str(language.scalar).lower() if language and language.scalar else None,
            has_language=language is not None,
            context=value.get("@context"),
        )

    def _iri(self, text: str) -> str | None:
        self._define(text)
        self._define(text.partition(":")[0])
        return self._active.expand(text, vocab=True)
