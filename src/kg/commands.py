"""What the commands do, apart from options and terminals: each returns its exit code."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import QueryBoolean, QuerySolutions, RdfFormat, serialize
from rich.console import Console
from rich.table import Table
from rich.text import Text as RichText

from kg.errors import KgError, ProjectError, QueryError, Text, UsageError
from kg.namespaces import shorten
from kg.publish import versions
from kg.publish.build import build as run_build
from kg.publish.build import check
from kg.publish.store import GRAPHS, Query, answer, run
from kg.rdf.canonical import canonical
from kg.rdf.dataset import MEANINGFUL, ROOMS, Dataset, Source, load, load_file, rdf_files
from kg.rdf.read import read_text
from kg.reason.stage import reason as close
from kg.reason.stage import reason_dataset
from kg.settings import Project
from kg.validate.contradictions import contradiction_report
from kg.validate.render import RENDERERS, as_brief, as_text
from kg.validate.report import Report
from kg.validate.stage import validate_files

Say = Callable[[Text], None]
Out = Callable[[str], None]


@dataclass(frozen=True)
class Validation:
    """What `kg validate` was asked for."""

    files: tuple[Path, ...]
    shapes: tuple[Path, ...]
    form: str
    alone: bool


def build(project: Project, *, force: bool, say: Say, out: Out, lang: str) -> int:
    """Build and report; 0 when published or unchanged, 1 when the data has violations."""
    present = versions.current(project.build_dir)
    built = run_build(project, force=force, progress=say)
    if built.report.results:
        out(as_brief(built.report, lang, project.prefixes))
    if built.path is None:
        out((_KEPT if present else _NOTHING).to(lang))
        return 1
    manifest = versions.read_manifest(built.path)
    state = Text(de="Veröffentlicht", en="Published") if built.fresh else _UNCHANGED
    text = Text(
        de=f"{state.de}: {manifest.version}, {manifest.triples} Tripel in "
        f"{len(manifest.graphs)} Graphen, davon {manifest.inferred} erschlossen.",
        en=f"{state.en}: {manifest.version}, {manifest.triples} triples in "
        f"{len(manifest.graphs)} graphs, {manifest.inferred} of them inferred.",
    )
    out(text.to(lang))
    return 0


_UNCHANGED = Text(de="Unverändert", en="Unchanged")
_NOTHING = Text(de="Nichts veröffentlicht.", en="Nothing published.")
_KEPT = Text(
    de="Nichts veröffentlicht; die bisherige Version bleibt.",
    en="Nothing published; the version before stays.",
)


def build_to_serve(project: Project, *, say: Say, out: Out, lang: str) -> None:
    """Build before serving; when that fails an older version, if there is one, is served.

    Raises what the build raised, or ProjectError for findings, when nothing can be served.
    """
    try:
        if build(project, force=False, say=say, out=out, lang=lang) == 0:
            return
    except KgError as error:
        if versions.current(project.build_dir) is None:
            raise
        out(error.to(lang))
    if versions.current(project.build_dir) is None:
        raise ProjectError(
            Text(
                de="Es gibt keine veröffentlichte Version, die bedient werden könnte.",
                en="There is no published version that could be served.",
            )
        )
    older = Text(de="Bedient wird die bisherige Version.", en="The version before is served.")
    out(older.to(lang))


def validate(project: Project, asked: Validation, *, say: Say, out: Out, lang: str) -> int:
    """Validate the project or files; 0 when they conform, 1 when they do not."""
    if asked.form not in RENDERERS:
        raise UsageError(_one_of("--format", RENDERERS))
    say(Text(de="Prüfen", en="Validating"))
    dataset = load(project, may_be_empty=bool(asked.files and asked.shapes))
    if asked.files:
        shapes = [load_file(project, path) for path in _files(asked.shapes)]
        report = validate_files(
            dataset,
            tuple(load_file(project, path) for path in _files(asked.files)),
            shapes=[triple for source in shapes for triple in source.triples()] or None,
            alone=asked.alone,
        )
    elif asked.shapes or asked.alone:
        raise UsageError(
            Text(
                de="--shapes und --alone gehören zu Dateien: kg validate DATEI --alone",
                en="--shapes and --alone go with files: kg validate FILE --alone",
            )
        )
    else:
        report = check(dataset)
    out(RENDERERS[asked.form](report, lang, project.prefixes))
    return 0 if report.valid else 1


def reason(project: Project, inputs: tuple[Path, ...], *, stats: bool, say: Say, lang: str) -> int:
    """Print input and inferred triples as N-Triples; 1 when they contradict each other."""
    say(Text(de="Schließen", en="Reasoning"))
    if inputs:
        sources: tuple[Source, ...] = tuple(load_file(project, path) for path in _files(inputs))
        given = {triple for source in sources for triple in source.triples()}
        closure = close(given)
    else:
        dataset: Dataset = load(project)
        sources = dataset.sources
        given = dataset.triples(*MEANINGFUL)
        closure = reason_dataset(dataset)
    if stats:
        counts = {"triples": len(given), **closure.statistics}
        counts["contradictions"] = len(closure.contradictions)
        sys.stdout.write(json.dumps(counts, indent=2) + "\n")
    else:
        serialize(given | closure.inferred, sys.stdout.buffer, RdfFormat.N_TRIPLES)
    report = Report(checked={"triples": len(given)}).plus(
        contradiction_report(closure.contradictions, sources, project.prefixes)
    )
    if report.valid:
        return 0
    sys.stderr.write(as_text(report, lang, project.prefixes) + "\n")
    return 1


def query(project: Project, asked: Path | str, *, form: str, console: Console) -> None:
    """Answer a query, from a file or as text, on the published version."""
    forms = ("table", "csv", "tsv", "json", "turtle")
    if form not in forms:
        raise UsageError(_one_of("--format", forms))
    text = read_text(asked) if isinstance(asked, Path) else asked
    version = versions.open_current(project.build_dir)
    wanted = Query(text, prefixes=dict(project.prefixes))
    try:
        _answer(version, wanted, project, form=form, console=console)
    except QueryError as error:
        if isinstance(asked, str) or error.place is None:
            raise
        raise error.in_file(asked) from error


def _answer(
    version: versions.Version, wanted: Query, project: Project, *, form: str, console: Console
) -> None:
    """Print the answer as a table for people, or in the result format `form`."""
    if form != "table":
        sys.stdout.buffer.write(answer(version.store, wanted, form))
        return
    result = run(version.store, wanted)
    if isinstance(result, QuerySolutions):
        _print_table(result, project, console)
    elif isinstance(result, QueryBoolean):
        console.print("true" if result else "false")
    else:
        sys.stdout.buffer.write(serialize(result, format=GRAPHS["turtle"]) or b"")


def serve(project: Project, *, host: str, port: int, lang: str) -> None:
    """Serve the published version until the process is told to stop."""
    from kg.serve.server import run_server  # noqa: PLC0415 - FastAPI loads only to serve

    run_server(project, host=host, port=port, lang=lang)


def fmt(project: Project, files: tuple[Path, ...], *, check: bool, out: Out, lang: str) -> int:
    """Rewrite Turtle files canonically, or only `check` them: 1 when one is not canonical."""
    rooms = tuple(project.root / room for room in ROOMS if (project.root / room).is_dir())
    paths = _files(files) if files else [path for room in rooms for path in rdf_files(room)]
    paths = [path for path in paths if path in files or path.suffix == ".ttl"]
    changed = 0
    for path in paths:
        text = read_text(path)
        wanted = canonical(text, project, shown=str(path))
        if wanted == text:
            continue
        changed += 1
        if check:
            line = _first_difference(text, wanted)
            note = Text(
                de=f"{path}:{line}: nicht kanonisch. Abhilfe: kg fmt {path}",
                en=f"{path}:{line}: not canonical. To mend it: kg fmt {path}",
            )
            out(note.to(lang))
        else:
            _replace(path, wanted)
            out(str(path))
    return 1 if check and changed else 0


def _files(paths: Iterable[Path]) -> list[Path]:
    """Return `paths`, each folder replaced by the RDF files below it.

    Raises UsageError for a folder without any: that nothing is wrong in it would mean nothing.
    """
    found: list[Path] = []
    for path in paths:
        inside = rdf_files(path) if path.is_dir() else [path]
        if not inside:
            raise UsageError(
                Text(
                    de=f"Im Ordner {path} ist keine RDF-Datei.",
                    en=f"There is no RDF file in the folder {path}.",
                )
            )
        found += inside
    return found


def _replace(path: Path, text: str) -> None:
    """Write beside the file and move: a full disk or a kill leaves the old file whole."""
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def _first_difference(text: str, wanted: str) -> int:
    pairs = zip(text.splitlines(), wanted.splitlines(), strict=False)
    for number, (one, other) in enumerate(pairs, 1):
        if one != other:
            return number
    return min(text.count("\n"), wanted.count("\n")) + 1


def _print_table(rows: QuerySolutions, project: Project, console: Console) -> None:
    table = Table(*(variable.value for variable in rows.variables))
    names = [variable.value for variable in rows.variables]
    for row in rows:
        cells = []
        for name in names:
            node = row[name]
            text = "" if node is None else str(getattr(node, "value", node))
            is_iri = node is not None and str(node).startswith("<")
            cells.append(RichText(shorten(text, project.prefixes) if is_iri else text))
        table.add_row(*cells)
    console.print(table)


def _one_of(option: str, known: Iterable[str]) -> Text:
    names = ", ".join(known)
    return Text(de=f"{option} ist eines von {names}.", en=f"{option} is one of {names}.")
