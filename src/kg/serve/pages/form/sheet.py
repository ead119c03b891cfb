"""The sections of a form with what was typed, their addresses, and the Turtle they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from kg.errors import Text
from kg.namespaces import shorten
from kg.serve.pages.check.impact import Follows
from kg.serve.pages.form.fill import Asked, Posted, Reading, Section
from kg.serve.pages.form.graph import Graph, graph_for
from kg.serve.pages.form.settings import Forms, FormSettings
from kg.serve.pages.form.shapes import Field, fields_of
from kg.serve.pages.form.things import Option, Things
from kg.serve.pages.linked.facts import facts
from kg.serve.pages.site import Site
from kg.serve.pages.visit import Visit

MOST_PARTS = 30
_FIRST_PARTS = 2
_EXISTING = "source.existing"


@dataclass
class Sheet:
    """All sections of a form as they are shown, and what came of them."""

    settings: FormSettings
    main: Section
    source: Section | None = None
    existing: str = ""
    existing_option: Option | None = None
    existing_meant: list[Option] = field(default_factory=list)
    existing_errors: list[str] = field(default_factory=list)
    parts: list[Section] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    turtle: str = ""
    entailed: tuple[Follows, ...] = ()

    @property
    def sections(self) -> list[Section]:
        """Those that describe something."""
        described = [self.main, *(each for each in self.parts if not each.is_empty)]
        if self.source and not self.existing:
            described.insert(0, self.source)
        return described

    @property
    def has_faults(self) -> bool:
        """Whether anything has to be mended."""
        faulty = any(each.has_faults for each in self.sections)
        return faulty or bool(self.errors or self.existing_errors)


@dataclass(frozen=True)
class Sheets:
    """Makes and fills the sheets of one form."""

    site: Site
    forms: Forms
    things: Things
    settings: FormSettings

    async def empty(self, visit: Visit, posted: Posted) -> Sheet:
        """Return the form with what was typed."""
        reading = Reading(self.things, visit, posted)
        part = self.forms.forms.get(self.settings.parts)
        source = self.forms.forms.get(self.forms.source) if self.settings.source else None
        main = await self._section(visit, reading, "main", self.settings)
        sheet = Sheet(self.settings, main)
        if source:
            sheet.source = await self._section(visit, reading, "source", source)
            sheet.existing = next(
                iter(posted.get(f"{_EXISTING}!0", posted.get(_EXISTING, ()))), ""
            ).strip()
        if part:
            keys = {name.partition(".")[0] for name in posted if name.startswith("part")}
            numbers = [int(key[4:]) for key in keys if key[4:].isdecimal() and len(key) < 7]
            count = min(max([_FIRST_PARTS - 1, *numbers]) + 1, MOST_PARTS)
            count += "part" in posted.get("do", ()) and count < MOST_PARTS
            sheet.parts = [
                await self._section(visit, reading, f"part{number}", part, self.settings.by)
                for number in range(count)
            ]
        return sheet

    async def _section(
        self, visit: Visit, reading: Reading, key: str, settings: FormSettings, without: str = ""
    ) -> Section:
        fields, lists = await self._fields(visit, settings)
        kinds = await self._kinds(visit, settings)
        given = {
            without,
            settings.source.iri if settings.source and not settings.source.inverse else "",
        }
        asked = [one for one in fields if one.iri not in given]
        section = reading.section(key, settings, Asked(asked, lists, kinds))
        label = settings.title or (await self.site.vocabulary(visit)).label(settings.cls)
        section.title = label.to(visit.lang) if label else settings.name
        return section

    async def _fields(
        self, visit: Visit, settings: FormSettings
    ) -> tuple[list[Field], Mapping[str, list[Option]]]:
        async def read() -> tuple[list[Field], Mapping[str, list[Option]]]:
            shapes = await facts(self.site, visit, "shapes")
            vocabulary = await self.site.vocabulary(visit)
            fields = fields_of(shapes, vocabulary, settings.cls, settings.fields)
            return fields, await self.things.lists(visit, fields)

        return await self.site.once(visit, f"form.{settings.name}.{visit.lang}", read)

    async def fill(self, visit: Visit, sheet: Sheet, posted: Posted) -> None:
        """Judge what was typed, give addresses and make the Turtle."""
        reading = Reading(self.things, visit, posted)
        await reading.look_up(sheet.sections, sheet.existing)
        for section in sheet.sections:
            await reading.judge(section)
        graph = graph_for(self.site.project)
        await self._source(visit, sheet, graph, reading)
        if sheet.has_faults:
            return
        self._state(visit, sheet, graph)
        await self._refuse_known(visit, sheet)
        if not sheet.has_faults:
            sheet.turtle = graph.turtle(self.site.project.prefixes)

    async def _source(self, visit: Visit, sheet: Sheet, graph: Graph, reading: Reading) -> None:
        """Find the document that the statements are from, or state the new one."""
        if sheet.source is None:
            return
        if not sheet.existing:
            if sheet.source.is_empty:
                sheet.source.errors.clear()
                for each in sheet.source.fields:
                    each.errors.clear()
                sheet.existing_errors.append(_NO_SOURCE.to(visit.lang))
            return
        sheet.existing_option = reading.known(sheet.existing)
        if sheet.existing_option is None:
            found, meant = await self.things.meant(
                visit, sheet.existing, [sheet.source.settings.cls]
            )
            sheet.existing_option, sheet.existing_meant = found, meant
        if sheet.existing_option:
            sheet.existing = sheet.existing_option.short
            graph.source = sheet.existing_option.iri
            graph.labels[graph.source] = sheet.existing_option.label
        else:
            sheet.existing_errors.append(
                (_WHICH if sheet.existing_meant else _NOWHERE).to(visit.lang)
            )

    def _state(self, visit: Visit, sheet: Sheet, graph: Graph) -> None:
        for section in sheet.sections:
            more: dict[str, str] = {}
            path = section.settings.source
            if path and not path.inverse and graph.source:
                more[path.iri] = graph.source
            if section in sheet.parts:
                more[self.settings.by] = sheet.main.iri
            for name in graph.add(section, more):
                filled = section.of(name)
                (filled.errors if filled else section.errors).append(_NO_ADDRESS.to(visit.lang))
            if section is sheet.source:
                graph.source = section.iri

    async def _refuse_known(self, visit: Visit, sheet: Sheet) -> None:
        """Refuse what the graph has already, and what is there twice."""
        named = [section for section in sheet.sections if section.iri]
        there = await self.things.described(visit, [section.iri for section in named])
        seen: set[str] = set()
        for section in named:
            if section.iri in there:
                section.errors.append(_KNOWN.to(visit.lang))
            elif section.iri in seen:
                section.errors.append(_TWICE.to(visit.lang))
            seen.add(section.iri)

    async def _kinds(self, visit: Visit, settings: FormSettings) -> list[Option]:
        """Return the classes that one chooses among, the general one first."""
        if not settings.kinds:
            return []
        vocabulary = await self.site.vocabulary(visit)
        below = [
            term.iri
            for term in vocabulary.terms.values()
            if settings.cls in vocabulary.above(term.iri) and not term.deprecated
        ]
        prefixes = self.site.project.prefixes
        found = []
        for name in (settings.cls, *below):
            label = vocabulary.label(name)
            short = shorten(name, prefixes)
            found.append(Option(name, short, label.to(visit.lang) if label else short))
        return [found[0], *sorted(found[1:], key=lambda each: each.label.casefold())]


_NO_SOURCE = Text(
    de="Die Quelle fehlt: Nennen Sie ein Dokument, das im Graphen ist, oder beschreiben Sie ein "
    "neues.",
    en="The source is missing: name a document that is in the graph, or describe a new one.",
)
_WHICH = Text(de="Welches Dokument ist gemeint?", en="Which document is meant?")
_NOWHERE = Text(
    de="Dieses Dokument ist nicht im Graphen. Beschreiben Sie es als neues Dokument.",
    en="This document is not in the graph. Describe it as a new document.",
)
_NO_ADDRESS = Text(
    de="Daraus lässt sich keine Adresse bilden; erwartet werden Buchstaben oder Ziffern.",
    en="No address can be made of this; expected are letters or digits.",
)
_KNOWN = Text(
    de="Das ist unter dieser Bezeichnung schon im Graphen:",
    en="This is in the graph already under this name:",
)
_TWICE = Text(de="Das steht in diesem Formular doppelt.", en="This is in the form twice.")
