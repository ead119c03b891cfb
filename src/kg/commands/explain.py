"""kg explain: why a triple holds, down to files and lines, or why it does not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from kg.commands.common import Out, Say, given_files, one_of
from kg.errors import Text, UsageError
from kg.publish import versions
from kg.publish.explanations import (
    CLOSURE,
    Reasoned,
    explanations_of,
    open_explanations,
    reason_project,
)
from kg.rdf.bulk import Input, read_columns
from kg.rdf.dataset import Source, load
from kg.rdf.term_input import read_term
from kg.reason.account import Account
from kg.reason.explanations import Explanations
from kg.reason.proof import Triple
from kg.reason.proof_json import as_json, as_tree
from kg.reason.proof_places import Finding
from kg.reason.proof_turtle import as_turtle
from kg.reason.render_proof import as_text
from kg.reason.rule_files import read_rules
from kg.reason.stage import reason_columns
from kg.reason.suggestions import suggest
from kg.settings import Project
from kg.write.following import follower_on

RENDERERS: Mapping[str, Callable[[Account], str]] = MappingProxyType(
    {"text": as_text, "json": as_json, "turtle": as_turtle, "tree": as_tree}
)
ALL = 10
"""So many proofs are shown when all are asked for."""


@dataclass(frozen=True)
class Question:
    """What `kg explain` was asked: a triple as it was typed, and files instead of the project."""

    triple: Triple
    form: str = "text"
    limit: int = 1
    data: tuple[Path, ...] = ()
    rules: tuple[Path, ...] = ()


def explain(project: Project, asked: Question, *, say: Say, out: Out, lang: str) -> int:
    """Print why the triple holds, 0, or why it does not, 1.

    Raises UsageError, with what may have been meant, for a term that cannot be read or an IRI
    that the graph does not have.
    """
    if asked.form not in RENDERERS:
        raise UsageError(one_of("--format", RENDERERS))
    label = _label_in(asked)
    if label is not None:
        wrong = Text(de=f"„{label}“ ist kein Term.", en=f"“{label}” is no term.")
        raise UsageError(_maybe(wrong, label, _opened(project, asked, say)))
    triple = _terms(project, asked.triple)
    explanations = _opened(project, asked, say)
    _refuse_unknown(triple, explanations)
    account = explanations.account(triple, limit=asked.limit, lang=lang)
    out(RENDERERS[asked.form](account).rstrip("\n"))
    return 0 if account.explanation.holds else 1


def _terms(project: Project, typed: Triple) -> Triple:
    subject, predicate, value = (read_term(text, project.prefixes) for text in typed)
    return subject, predicate, value


def _label_in(asked: Question) -> str | None:
    """Return what was typed where a term has to be and looks like a label."""
    for text in asked.triple:
        if text[:1].isalpha() and ":" not in text and text not in ("a", "true", "false"):
            return text if text.isprintable() else None
    return None


def _refuse_unknown(triple: Triple, explanations: Explanations) -> None:
    for term in triple:
        known = explanations.columns.dictionary.find(term) is not None
        if known or not term.startswith("<"):
            continue
        text = Text(
            de=f"{term} kommt im Graphen nicht vor.", en=f"{term} does not occur in the graph."
        )
        raise UsageError(_maybe(text, term, explanations))


def _maybe(text: Text, term: str, explanations: Explanations) -> Text:
    """Return `text` with what may have been meant by `term`."""
    facts, prefixes = explanations.engine.state.facts, explanations.prefixes
    near_de, near_en = (
        ", ".join(suggest(term, facts, labels=explanations.labels(lang), prefixes=prefixes))
        for lang in ("de", "en")
    )
    if not near_de:
        return text
    return Text(de=f"{text.de} Meinten Sie {near_de}?", en=f"{text.en} Did you mean {near_en}?")


def _opened(project: Project, asked: Question, say: Say) -> Explanations:
    """Open the published version; for files, or where none can explain, reason now."""
    if asked.data:
        return explanations_of(_reasoned(project, asked, say), project)
    if asked.rules:
        raise UsageError(
            Text(
                de="--rules gehört zu --data; das Projekt hat seine Regeln in queries/rules.",
                en="--rules goes with --data; the project has its rules in queries/rules.",
            )
        )
    present = versions.current(project.build_dir)
    if present is not None and (present / CLOSURE).is_dir():
        version = versions.find_version(project.build_dir, present.name)
        if version.manifest.commit:
            return follower_on(version, project).explanations(present.name)
        return open_explanations(present, project)
    say(Text(de="Schließen", en="Reasoning"))
    return explanations_of(reason_project(load(project)), project)


def _reasoned(project: Project, asked: Question, say: Say) -> Reasoned:
    say(Text(de="Schließen", en="Reasoning"))
    sources = tuple(_source(project, path) for path in given_files(asked.data))
    columns = read_columns(
        Input(each.path, graph=f"<{each.graph}>", base=each.graph, shown=each.shown)
        for each in sources
    )
    rules = tuple(chain.from_iterable(read_rules(folder) for folder in asked.rules))
    return Reasoned(columns, reason_columns(columns, rules), Finding(columns, sources))


def _source(project: Project, path: Path) -> Source:
    graph = project.graph_iri(f"contribution/{path.stem}")
    return Source(path=path, shown=str(path), room="data", graph=graph, quads=())
