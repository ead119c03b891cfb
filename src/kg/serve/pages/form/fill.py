"""A posted form is read: each field gets what was typed, the terms that it means, and faults."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode

from kg.namespaces import shorten
from kg.serve.pages.form.settings import FormSettings
from kg.serve.pages.form.shapes import Field
from kg.serve.pages.form.things import Option, Things
from kg.serve.pages.form.values import LANGUAGES, LONGEST, ValueFaultError, clean, literal_of
from kg.serve.pages.visit import Visit

Posted = Mapping[str, tuple[str, ...]]
MOST_VALUES = 30
"""A field may have so many values."""
_MOST_NAMES = 12
"""Of so many names it is found out what they mean, in one request."""


@dataclass
class Filled:
    """A field with what was typed into it.

    `typed` are texts by language, "" for those without one; `terms` are what they mean;
    `known` says what was meant by a text, `meant` what it may mean.
    """

    field: Field
    key: str
    name: str
    options: list[Option] | None = None
    typed: dict[str, list[str]] = dataclasses.field(default_factory=dict)
    terms: list[NamedNode | Literal] = dataclasses.field(default_factory=list)
    known: dict[int, Option] = dataclasses.field(default_factory=dict)
    meant: dict[int, list[Option]] = dataclasses.field(default_factory=dict)
    errors: list[str] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)

    @property
    def several(self) -> bool:
        """Whether it may have more than one value."""
        return self.field.most != 1

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed."""
        return not any(any(texts) for texts in self.typed.values())


@dataclass
class Section:
    """A thing that is described: the fields for it, and its address once it is known."""

    key: str
    settings: FormSettings
    fields: list[Filled]
    title: str = ""
    iri: str = ""
    cls: str = ""
    kinds: list[Option] = dataclasses.field(default_factory=list)
    errors: list[str] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed into any of its fields."""
        return all(each.is_empty for each in self.fields)

    @property
    def has_faults(self) -> bool:
        """Whether anything about it has to be mended."""
        return bool(self.errors) or any(each.errors for each in self.fields)

    def of(self, iri: str) -> Filled | None:
        """Return the field for a property."""
        return next((each for each in self.fields if each.field.iri == iri), None)


@dataclass(frozen=True)
class Asked:
    """What a section asks for: fields, lists to choose from by property, and classes."""

    fields: list[Field]
    lists: Mapping[str, list[Option]]
    kinds: list[Option]


class Reading:
    """Reads the fields of sections, and what they mean, for one request."""

    def __init__(self, things: Things, visit: Visit, posted: Posted) -> None:
        """Take what was `posted`."""
        self._things = things
        self._visit = visit
        self._posted = posted
        self._asked = 0
        self._there: dict[str, Option] = {}

    def section(self, key: str, settings: FormSettings, asked: Asked) -> Section:
        """Return a section with what was typed; nothing is judged yet."""
        prefixes = self._things.site.project.prefixes
        found = []
        for each in asked.fields:
            short = shorten(each.iri, prefixes)
            filled = Filled(each, short, f"{key}.{short}", asked.lists.get(each.iri))
            filled.typed = self._typed(filled)
            found.append(filled)
        typed = next(iter(self._posted.get(f"{key}.a", ())), "")
        chosen = next((one.iri for one in asked.kinds if one.short == typed), settings.cls)
        return Section(key, settings, found, cls=chosen, kinds=asked.kinds)

    async def look_up(self, sections: Iterable[Section], *more: str) -> None:
        """Find all addresses that were typed in `sections`, and `more`, by two queries."""
        texts = [
            text
            for section in sections
            for each in section.fields
            if each.options is None and each.field.kind == "thing"
            for text in each.typed.get("", [])
        ]
        names = {name for text in (*texts, *more) if (name := self._things.typed(text))}
        there = await self._things.described(self._visit, sorted(names))
        self._there = await self._things.options(self._visit, sorted(there)) if there else {}

    def known(self, text: str) -> Option | None:
        """Return the resource of the graph whose address was typed, after `look_up`."""
        return self._there.get(self._things.typed(text) or "")

    async def judge(self, section: Section) -> None:
        """Find out what the texts of a section mean, and what is wrong with them."""
        for each in section.fields:
            if each.options is None and each.field.kind == "thing":
                await self._things_of(each)
            else:
                self._values_of(each)
            self._check_count(each)

    def _typed(self, filled: Filled) -> dict[str, list[str]]:
        if filled.field.kind == "lines":
            return {
                lang: list(self._texts(f"{filled.name}@{lang}", lines=filled.several))
                for lang in LANGUAGES
            }
        texts = [clean(text[:LONGEST]) for text in self._posted.get(filled.name, ())]
        texts = texts[:MOST_VALUES]
        for number in range(len(texts)):
            chosen = self._posted.get(f"{filled.name}!{number}")
            texts[number] = chosen[0] if chosen else texts[number]
        return {"": [text for text in texts if text]}

    def _texts(self, name: str, *, lines: bool) -> Iterator[str]:
        for text in self._posted.get(name, ())[:MOST_VALUES]:
            parts = text.splitlines() if lines else [text]
            yield from (part for each in parts[:MOST_VALUES] if (part := clean(each)))

    async def _things_of(self, filled: Filled) -> None:
        for number, text in enumerate(list(filled.typed.get("", []))):
            found = self.known(text)
            if found:
                filled.known[number] = found
            else:
                await self._name_of(filled, number, text)
            if number in filled.known:
                filled.terms.append(NamedNode(filled.known[number].iri))

    async def _name_of(self, filled: Filled, number: int, text: str) -> None:
        """Find out what a name or key means that was typed instead of an address."""
        t = self._visit.t
        self._asked += 1
        if self._asked > _MOST_NAMES:
            filled.errors.append(t("Schreiben Sie Kurznamen statt Namen.", "Write short names."))
            return
        found, meant = await self._things.meant(self._visit, text, filled.field.classes)
        if found:
            filled.known[number] = found
            filled.typed[""][number] = found.short
            return
        filled.meant[number] = meant
        filled.errors.append(
            t(
                f"„{text}“ ist nicht eindeutig. Was ist gemeint?",
                f"“{text}” is not clear. What is meant?",
            )
            if meant
            else t(f"„{text}“ ist nicht im Graphen.", f"“{text}” is not in the graph.")
        )

    def _values_of(self, filled: Filled) -> None:
        known = {one.short: one for one in filled.options or ()}
        for lang, texts in filled.typed.items():
            for text in texts:
                if filled.options is not None:
                    self._chosen(filled, known, text)
                    continue
                try:
                    filled.terms.append(literal_of(filled.field, text, lang))
                except ValueFaultError as fault:
                    filled.errors.append(fault.text.to(self._visit.lang))

    def _chosen(self, filled: Filled, known: Mapping[str, Option], text: str) -> None:
        if text in known:
            filled.terms.append(NamedNode(known[text].iri))
        else:
            t = self._visit.t
            filled.errors.append(t("Das steht nicht zur Wahl.", "This is not among the choices."))

    def _check_count(self, filled: Filled) -> None:
        asked, t = filled.field, self._visit.t
        if filled.errors:
            return
        lacking = [lang for lang in asked.languages if not filled.typed.get(lang)]
        if len(filled.terms) < asked.least or lacking:
            said = asked.missing.to(self._visit.lang)
            filled.errors.append(said or t("Diese Angabe fehlt.", "This is missing."))
        elif asked.most is not None and asked.kind != "lines" and len(filled.terms) > asked.most:
            filled.errors.append(
                t(f"Höchstens {asked.most} Angaben.", f"At most {asked.most} values.")
            )
