"""The forms that a project's kg.toml lists: [pages.forms.NAME], one a class."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from kg.errors import Place, ProjectError, Text, UsageError
from kg.rdf.term_input import read_term
from kg.settings import CONFIG_NAME, Project

HOLE = re.compile(r"\{([^{}]+)\}")
_NAME = re.compile(r"[a-z][a-z0-9-]*\Z")


@dataclass(frozen=True)
class Path:
    """A property, and whether its subject is the value."""

    iri: str
    inverse: bool = False


@dataclass(frozen=True)
class Template:
    """Text with holes such as {skos:prefLabel}: the IRIs of the properties are `holes`."""

    text: str
    holes: Mapping[str, str]


@dataclass(frozen=True)
class FormSettings:
    """One form: a class, the address of what it makes, and what belongs to it.

    address    below {base}id/, with holes for values
    also       further classes of what is made
    label      a label that is made of labels, its property and language
    source     how what is made and its source document are connected
    parts      the form for things that belong to it, by the property `by`
    fields     the properties that are asked for, all that shapes speak of if empty
    kinds      whether one chooses among the class and those below it
    listed     whether the form is there by itself
    """

    name: str
    cls: str
    address: Template
    also: tuple[str, ...] = ()
    title: Text | None = None
    intro: Text | None = None
    label: Template | None = None
    label_property: str = ""
    label_lang: str = ""
    source: Path | None = None
    parts: str = ""
    by: str = ""
    fields: tuple[str, ...] = ()
    kinds: bool = False
    listed: bool = True


@dataclass(frozen=True)
class Forms:
    """All forms by name, and the name of that for sources."""

    forms: Mapping[str, FormSettings]
    source: str = ""


def read_forms(project: Project) -> Forms:
    """Return the forms of a project; raises ProjectError for an entry that cannot be used."""
    raw = project.pages.get("forms", {})
    reader = _Reader(project)
    if not isinstance(raw, Mapping):
        raise reader.wrong("pages.forms", "[pages.forms.name]")
    forms = {name: reader.form(name, entry) for name, entry in raw.items()}
    source = project.pages.get("source-form", "")
    for form in forms.values():
        if form.parts and form.parts not in forms:
            raise reader.wrong(f"pages.forms.{form.name}.parts", "/".join(forms))
    if source and source not in forms:
        raise reader.wrong("pages.source-form", "/".join(forms))
    return Forms(MappingProxyType(forms), str(source))


class _Reader:
    """Reads entries, with the prefixes of the project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def form(self, name: str, entry: Any) -> FormSettings:
        where = f"pages.forms.{name}"
        if not isinstance(entry, Mapping) or not _NAME.match(name) or "class" not in entry:
            raise self.wrong(where, 'class = "prefix:Name"')
        label = entry.get("label", {})
        source = str(entry.get("source", ""))
        return FormSettings(
            name=name,
            cls=self._iri(entry["class"], where),
            address=self._template(entry.get("address", f"{name}/{{rdfs:label}}"), where),
            also=tuple(self._iri(one, where) for one in entry.get("also", ())),
            title=_text(entry.get("title")),
            intro=_text(entry.get("intro")),
            label=self._template(label["text"], where) if label else None,
            label_property=self._iri(label["property"], where) if label else "",
            label_lang=str(label.get("lang", "")) if label else "",
            source=Path(self._iri(source.lstrip("^"), where), source.startswith("^"))
            if source
            else None,
            parts=str(entry.get("parts", "")),
            by=self._iri(entry["by"], where) if entry.get("by") else "",
            fields=tuple(self._iri(one, where) for one in entry.get("fields", ())),
            kinds=bool(entry.get("kinds", False)),
            listed=bool(entry.get("listed", True)),
        )

    def _template(self, text: Any, where: str) -> Template:
        holes = {name: self._iri(name, where) for name in HOLE.findall(str(text))}
        return Template(str(text), MappingProxyType(holes))

    def _iri(self, name: Any, where: str) -> str:
        try:
            term = read_term(str(name), self._project.prefixes)
        except UsageError as error:
            raise self.wrong(where, '"prefix:name"') from error
        if not term.startswith("<"):
            raise self.wrong(where, '"prefix:name"')
        return term[1:-1]

    def wrong(self, where: str, expected: str) -> ProjectError:
        return ProjectError(
            Text(
                de=f"Der Eintrag {where} hat nicht die erwartete Form: {expected}",
                en=f"The entry {where} does not have the expected form: {expected}",
            ),
            place=Place(str(self._project.root / CONFIG_NAME)),
        )


def _text(entry: Any) -> Text | None:
    if not isinstance(entry, Mapping):
        return None
    german = str(entry.get("de", entry.get("en", "")))
    return Text(de=german, en=str(entry.get("en", german)))
