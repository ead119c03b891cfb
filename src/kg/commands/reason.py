"""kg reason: what follows from files or from the project, and what a change would do to that."""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from kg.commands.common import Say, given_files
from kg.errors import Text, UsageError
from kg.rdf.bulk import Input, columns_of, read_columns
from kg.rdf.columns import Columns
from kg.reason.closure import Closure
from kg.reason.rule import Rule
from kg.reason.stage import RULES_FOLDER, reason_columns
from kg.settings import Project

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Reasoning:
    """What `kg reason` was asked for."""

    inputs: tuple[Path, ...] = ()
    rules: tuple[Path, ...] = ()
    stats: bool = False
    published: bool = False
    added: tuple[Path, ...] = ()
    removed: tuple[Path, ...] = ()


def reason(project: Project, asked: Reasoning, *, say: Say, lang: str) -> int:
    """Print the closure as N-Triples, statistics or an impact; 1 when there is a contradiction."""
    start = time.perf_counter()
    say(Text(de="Dateien lesen", en="Reading files"))
    columns, rules = _read(project, asked)
    reading = time.perf_counter() - start
    say(Text(de="Schließen", en="Reasoning"))
    changes = bool(asked.added or asked.removed)
    full = not (asked.stats or asked.published or changes)
    closure = reason_columns(columns, rules, things=full)
    _remark(closure, lang)
    if changes:
        return _change(project, asked, closure, lang=lang)
    if asked.stats:
        counts = {**closure.statistics, "read_seconds": round(reading, 3)}
        sys.stdout.write(json.dumps(_measured(closure, counts), indent=2) + "\n")
    elif asked.published:
        closure.write(sys.stdout.buffer, columns.triples())
        closure.write(sys.stdout.buffer, closure.published)
    else:
        closure.write(sys.stdout.buffer, closure.rows())
    return _report(project, asked, closure, lang=lang)


def _read(project: Project, asked: Reasoning) -> tuple[Columns, tuple[Rule, ...]]:
    if asked.inputs and not asked.rules:
        return _columns(project, asked.inputs), ()
    from kg.rdf.dataset import MEANINGFUL, load  # noqa: PLC0415 - files alone need less
    from kg.reason.rule_files import read_rules  # noqa: PLC0415

    if asked.inputs:
        rules = tuple(chain.from_iterable(read_rules(folder) for folder in asked.rules))
        return _columns(project, asked.inputs), rules
    if asked.rules:
        raise UsageError(
            Text(
                de="--rules gehört zu Dateien; das Projekt hat seine Regeln in queries/rules.",
                en="--rules goes with files; the project has its rules in queries/rules.",
            )
        )
    dataset = load(project)
    rules = read_rules(project.root.joinpath(*RULES_FOLDER))
    return columns_of(dataset.triples(*MEANINGFUL)), rules


def _columns(project: Project, files: tuple[Path, ...]) -> Columns:
    """Read `files`; relative IRIs are resolved as in a contribution of that name."""
    return read_columns(
        Input(path, base=project.graph_iri(f"contribution/{path.stem}"), shown=str(path))
        for path in given_files(files)
    )


def _measured(closure: Closure, counts: dict[str, float]) -> dict[str, float]:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "triples": counts.pop("triples"),
        "inferred": len(closure.published[0]),
        "contradictions": len(closure.contradictions),
        **counts,
        "cpu_seconds": round(time.process_time(), 3),
        "peak_mebibytes": usage.ru_maxrss >> 10,
    }


def _remark(closure: Closure, lang: str) -> None:
    for remark in closure.remarks:
        sys.stderr.write(f"{remark.term}: {remark.text.to(lang)}\n")


def _report(project: Project, asked: Reasoning, closure: Closure, *, lang: str) -> int:
    """Say on standard error which contradictions there are; 0 when there are none."""
    if not closure.contradictions:
        return 0
    from kg.rdf.dataset import load, load_file  # noqa: PLC0415 - rarely needed
    from kg.validate.contradictions import contradiction_report  # noqa: PLC0415
    from kg.validate.render import as_text  # noqa: PLC0415
    from kg.validate.report import Report  # noqa: PLC0415

    if asked.inputs:
        sources = tuple(load_file(project, path) for path in given_files(asked.inputs))
    else:
        sources = load(project).sources
    report = Report(checked={"triples": int(closure.statistics["triples"])}).plus(
        contradiction_report(closure.contradictions, sources, project.prefixes)
    )
    sys.stderr.write(as_text(report, lang, project.prefixes) + "\n")
    return 1


def _change(project: Project, asked: Reasoning, closure: Closure, *, lang: str) -> int:
    """Print what a change newly entails and takes back; 1 when contradictions appear."""
    from kg.reason.impact import identify, impact  # noqa: PLC0415 - only changes need it
    from kg.reason.render_impact import impact_text  # noqa: PLC0415 - only changes need it

    dictionary = closure.dictionary
    start = time.perf_counter()
    found = impact(
        closure.engine,
        added=identify(_columns(project, asked.added), dictionary, blank="added-"),
        removed=identify(_columns(project, asked.removed), dictionary, blank="removed-"),
    )
    if asked.stats:
        counts = {
            "entailed": sum(map(len, found.entailed.values())),
            "retracted": sum(map(len, found.retracted.values())),
            "contradictions": len(found.appeared),
            "recomputed": bool(found.recomputed),
            "seconds": round(time.perf_counter() - start, 3),
        }
        sys.stdout.write(json.dumps(counts, indent=2) + "\n")
    else:
        sys.stdout.write(impact_text(found, project.prefixes, lang))
    return 1 if found.appeared else 0
