"""sources.toml becomes Sources: the documents that register and tables come from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tools.gv.record import fault
from tools.gv.statements import Document, Publisher

from kg.errors import Place, ReadError

REGISTER_FOLDER = "gazetteer"
"""Where the graphs of the register stand, below data/, beside files that are kept by hand."""
FILE = Path(__file__).with_name("sources.toml")


@dataclass(frozen=True)
class Source:
    """A document with what the graphs that come from it are called and where they stand.

    `folder` is below data/; `title` has {land} in it; `names` are those of the tables.
    """

    folder: str
    title: str
    document: Document
    note: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sources:
    """All of them; the graphs of the register itself stand in the folder gazetteer."""

    register: Source
    positions: tuple[Source, ...]
    nuts: Source
    exact: Source
    close: Source
    position_files: tuple[str, ...]
    item_files: tuple[str, ...]

    def of_position(self, name: str, place: Place) -> Source:
        """Return the source that a table calls `name`; raises ReadError for an unknown one."""
        for source in self.positions:
            if name in source.names:
                return source
        raise fault(
            f"Die Quelle {name!r} ist nicht beschrieben; erwartet wird ein Eintrag in {FILE.name}.",
            f"The source {name!r} is not described; expected is an entry in {FILE.name}.",
            place,
        )


def read_sources(status: date, copied_from: str = "", *, path: Path = FILE) -> Sources:
    """Read the sources for a register of the territorial status `status`.

    `copied_from` says which copy of the register was read. Raises ReadError when an entry is
    missing or not of its form.
    """
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
        return _sources(raw, status, copied_from)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _broken(path, error) from error


def _sources(raw: Mapping[str, Any], status: date, copied_from: str) -> Sources:
    publishers = raw["publishers"]
    register = _filled(raw["register"], slug_day=status.isoformat(), day=f"{status:%d.%m.%Y}")
    read = f"Gelesen aus der öffentlichen Abschrift {copied_from}. " if copied_from else ""
    register |= {"note": read + register["note"]}
    items = raw["items"]
    return Sources(
        register=_source(REGISTER_FOLDER, register | {"day": status}, publishers),
        positions=tuple(
            _source(f"gazetteer/coordinates/{entry['name']}", entry, publishers)
            for entry in raw["positions"]
        ),
        nuts=_source("gazetteer/nuts", raw["nuts"], publishers),
        exact=_source(items["exact"]["folder"], items | items["exact"], publishers),
        close=_source(items["close"]["folder"], items | items["close"], publishers),
        position_files=tuple(raw["by_hand"]["positions"]),
        item_files=tuple(raw["by_hand"]["items"]),
    )


def _filled(entry: Mapping[str, Any], **values: str) -> dict[str, Any]:
    """Return `entry` with {slug_day} and {day} filled in; {land} stays."""
    return {
        key: text.format(land="{land}", **values) if isinstance(text, str) else text
        for key, text in entry.items()
    }


def _source(folder: str, entry: Mapping[str, Any], publishers: Mapping[str, Any]) -> Source:
    slug = entry["publisher"]
    who = publishers[slug]
    publisher = Publisher(
        slug, who["kind"], who["label"], tuple(who.get("others", ())), who.get("note", "")
    )
    document = Document(
        slug=entry["slug"],
        label=entry["label"],
        title=entry["title"],
        publisher=publisher,
        day=entry.get("day"),
        language=entry.get("language", ""),
        licence=entry.get("licence", ""),
        rights=entry.get("rights", ""),
        graph_rights=entry.get("graph_rights", ""),
        note=entry.get("note", ""),
    )
    return Source(
        folder=folder,
        title=entry["graph_title"],
        document=document,
        note=entry.get("graph_note", ""),
        names=tuple(entry.get("is", ())),
    )


def _broken(path: Path, error: Exception) -> ReadError:
    return fault(
        f"Die Quellen sind nicht vollständig beschrieben: {error!r}.",
        f"The sources are not described completely: {error!r}.",
        Place(str(path)),
    )
