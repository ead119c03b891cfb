"""The command: read everything, make all graphs, and only then write them."""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from tools.gv.beside import (
    Beside,
    Said,
    already_said,
    items,
    nuts,
    positions,
    refuse_items_twice,
    refuse_strangers,
    unknown_position_sources,
)
from tools.gv.bodies import say_bodies
from tools.gv.measures import say_measures
from tools.gv.record import Record, fault
from tools.gv.register import read_register
from tools.gv.sources import REGISTER_FOLDER, Source, read_sources
from tools.gv.statements import Statements, whole
from tools.gv.tables import counting_day, read_tables

from kg.errors import KgError, Place, StageError, Text
from kg.rdf.turtle import write_turtle
from kg.settings import Project, read_project

Files = Mapping[str, str]
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})


@dataclass(frozen=True)
class Asked:
    """What the command is asked to read and write; the days are taken from the files if None."""

    register: Path
    tables: Path
    project: Project
    status: date | None = None
    counted: date | None = None
    copied_from: str = ""


def run(arguments: Sequence[str]) -> int:
    """Run the command; 0 when the gazetteer is written, 2 for misuse or a fault."""
    given = _parser().parse_args(arguments)
    lang = given.lang
    try:
        asked = Asked(
            register=given.register,
            tables=given.tables,
            project=read_project(given.project),
            status=given.stand,
            counted=given.population_date,
            copied_from=given.copied_from,
        )
        files, strangers = make(asked)
        _write(files, given.to)
    except KgError as error:
        sys.stderr.write(f"{error.to(lang)}\n")
        return error.exit_code
    told = Text(
        de=f"{len(files)} Dateien in {given.to} geschrieben.",
        en=f"{len(files)} files written to {given.to}.",
    )
    sys.stdout.write(f"{told.to(lang)}\n")
    if strangers:
        names = ", ".join(strangers)
        left = Text(
            de=f"Nicht mehr im Verzeichnis, deshalb ausgelassen: {names}.",
            en=f"No longer in the register and therefore left out: {names}.",
        )
        sys.stdout.write(f"{left.to(lang)}\n")
    return 0


def make(asked: Asked) -> tuple[Files, list[str]]:
    """Return the text of each file by its path below data/, and keys that only tables have.

    Raises KgError for anything that is amiss in the register, the tables or the sources.
    """
    register = read_register(asked.register)
    if asked.status and asked.status != register.status:
        raise fault(
            f"Der Gebietsstand ist {register.status}, nicht {asked.status}.",
            f"The territorial status is {register.status}, not {asked.status}.",
            Place(str(asked.register), 1, 3),
        )
    rows = read_tables(asked.tables)
    counted = counting_day(register, rows, asked.counted)
    sources = read_sources(register.status, asked.copied_from)
    prefixes, root = asked.project.prefixes, asked.project.root / "data"
    beside = Beside(
        register=register,
        rows=rows,
        sources=sources,
        positioned=already_said(prefixes, root, sources.position_files),
        linked=already_said(prefixes, root, sources.item_files),
    )
    refuse_items_twice(beside)
    unknown_position_sources(beside)
    files: dict[str, str] = {}
    for state in register.states.values():
        for graph in _graphs(asked.project, beside, state, counted):
            name = graph.graph.removeprefix(asked.project.graph_iri(""))
            files[f"{name}.ttl"] = write_turtle(graph.triples, prefixes)
    return files, refuse_strangers(register, rows)


def slug(name: str) -> str:
    """Return `name` as it stands in IRIs and names of files."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower().translate(_UMLAUTS)).strip("-")


def _graphs(project: Project, beside: Beside, state: Record, counted: date) -> list[Statements]:
    sources, key = beside.sources, state.key
    own = _started(project, sources.register, state)
    say_bodies(beside.register, state, own)
    say_measures(beside.register, state, own, document=sources.register.document, counted=counted)
    found = [own]
    for source in sources.positions:
        found += _filled(project, source, state, positions(beside, key, source))
    found += _filled(project, sources.nuts, state, nuts(beside, key))
    for source, match, seen in ((sources.exact, "exact", 2), (sources.close, "close", 1)):
        for graph in _filled(project, source, state, items(beside, key, match)):
            graph.say(graph.graph, "kgo:independentSources", whole(seen))
            found.append(graph)
    return found


def _started(project: Project, source: Source, state: Record) -> Statements:
    graph = project.graph_iri(f"{source.folder}/{slug(state.name)}")
    said = Statements(project.prefixes, graph)
    said.describe(source.title.format(land=state.name), source.document, source.note)
    return said


def _filled(
    project: Project, source: Source, state: Record, found: Iterable[Said]
) -> list[Statements]:
    """Return the graph of `source` with what was found, none when nothing was."""
    statements = list(found)
    if not statements:
        return []
    said = _started(project, source, state)
    for subject, predicate, values in statements:
        said.say(subject, predicate, *values)
    return [said]


def _write(files: Files, folder: Path) -> None:
    """Write all files beside their places, then move them there; raises StageError."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".gazetteer-", dir=folder) as fresh:
            for name, text in files.items():
                path = Path(fresh, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8", newline="\n")
            for name in files:
                (folder / name).parent.mkdir(parents=True, exist_ok=True)
                Path(fresh, name).replace(folder / name)
        _remove_stale(files, folder)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StageError(
            Text(de=f"Nicht geschrieben: {reason}.", en=f"Not written: {reason}."),
            place=Place(str(error.filename or folder)),
        ) from error


def _remove_stale(files: Files, folder: Path) -> None:
    """Remove what a former run left in the folders that only the tool writes to."""
    wanted = {folder / name for name in files}
    for own in {path.parent for path in wanted} - {folder / REGISTER_FOLDER}:
        for path in own.glob("*.ttl"):
            if path not in wanted:
                path.unlink()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gazetteer.py",
        description="Turn the official register GV100AD and tables beside it into Turtle.",
    )
    parser.add_argument("register", type=Path, help="the register, fixed-width, UTF-8")
    parser.add_argument(
        "--tables", type=Path, required=True, help="folder of gemeinden_de.csv and kreise_de.csv"
    )
    parser.add_argument("--to", type=Path, required=True, help="folder to write to, such as data")
    parser.add_argument("--stand", type=date.fromisoformat, help="territorial status expected")
    parser.add_argument(
        "--population-date", type=date.fromisoformat, help="day of the populations, if not by table"
    )
    parser.add_argument("--copied-from", default="", help="name of the copy that is read")
    parser.add_argument(
        "--project", type=Path, default=Path(__file__).parents[2], help="folder of kg.toml"
    )
    parser.add_argument("--lang", choices=("de", "en"), default="en", help="language of messages")
    return parser
