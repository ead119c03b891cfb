"""Filled sections become statements: addresses by the project's rules, and canonical Turtle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pyoxigraph import Literal, NamedNode, Triple

from kg.namespaces import RDF_TYPE
from kg.rdf.turtle import write_turtle
from kg.serve.pages.form.fill import Section
from kg.serve.pages.form.settings import HOLE
from kg.serve.pages.form.values import last_part, slug
from kg.settings import Project

Term = NamedNode | Literal


@dataclass
class Graph:
    """What the sections state: terms by section and property, and labels of resources."""

    base: str
    source: str = ""
    statements: list[Triple] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)

    def add(self, section: Section, more: Mapping[str, str]) -> list[str]:
        """State what a section says, with `more` values: IRIs by property.

        Returns the properties without whose values it has no address; then nothing is stated.
        """
        values: dict[str, list[Term]] = {each.field.iri: each.terms for each in section.fields}
        values |= {name: [NamedNode(iri)] for name, iri in more.items()}
        for each in section.fields:
            self.labels |= {one.iri: one.label for one in each.known.values()}
            self.labels |= {one.iri: one.label for one in each.options or ()}
        lacking = self._name(section, values)
        if lacking:
            return lacking
        subject = NamedNode(section.iri)
        for name in (section.cls, *section.settings.also):
            self._state(subject, RDF_TYPE, NamedNode(name))
        for name, terms in values.items():
            for term in terms:
                self._state(subject, name, term)
        self._label(section, subject, values)
        self._connect(section, subject)
        return []

    def turtle(self, prefixes: Mapping[str, str]) -> str:
        """Return all that was stated, in canonical form."""
        return write_turtle(self.statements, prefixes)

    def _name(self, section: Section, values: Mapping[str, Sequence[Term]]) -> list[str]:
        """Give a section its address; return the properties that lack a value for that."""
        template, lacking, text = section.settings.address, [], section.settings.address.text
        for hole, name in template.holes.items():
            term = next(iter(_german_first(values.get(name, ()))), None)
            part = (
                last_part(term.value)
                if isinstance(term, NamedNode)
                else slug(term.value)
                if term
                else ""
            )
            if not part:
                lacking.append(name)
            text = text.replace(f"{{{hole}}}", part)
        section.iri = "" if lacking else f"{self.base}id/{text}"
        return lacking

    def _label(
        self, section: Section, subject: NamedNode, values: Mapping[str, Sequence[Term]]
    ) -> None:
        template = section.settings.label
        if template is None:
            names = [name for name in template_names(section) if values.get(name)]
            if names:
                self.labels[section.iri] = next(iter(_german_first(values[names[0]]))).value
            return
        text = HOLE.sub(
            lambda hole: self._called(values.get(template.holes[hole[1]], ())), template.text
        )
        lang = section.settings.label_lang
        term = Literal(text, language=lang) if lang else Literal(text)
        self._state(subject, section.settings.label_property, term)
        self.labels[section.iri] = text

    def _called(self, terms: Sequence[Term]) -> str:
        term = next(iter(_german_first(terms)), None)
        if term is None:
            return "…"
        return (
            self.labels.get(term.value, last_part(term.value))
            if isinstance(term, NamedNode)
            else term.value
        )

    def _connect(self, section: Section, subject: NamedNode) -> None:
        path = section.settings.source
        if path is None or not self.source:
            return
        if path.inverse:
            self._state(NamedNode(self.source), path.iri, subject)
        else:
            self._state(subject, path.iri, NamedNode(self.source))

    def _state(self, subject: NamedNode, predicate: str, value: Term) -> None:
        triple = Triple(subject, NamedNode(predicate), value)
        if triple not in self.statements:
            self.statements.append(triple)


def template_names(section: Section) -> list[str]:
    """Return the properties that name what a section describes."""
    return [each.field.iri for each in section.fields if each.field.kind == "lines"]


def graph_for(project: Project) -> Graph:
    """Return a graph that says nothing yet."""
    return Graph(project.base)


def _german_first(terms: Sequence[Term]) -> list[Term]:
    return sorted(terms, key=lambda term: isinstance(term, Literal) and term.language == "en")
