"""Rule files: SPARQL CONSTRUCT queries that run with the OWL 2 RL closure to a fixpoint."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kg.errors import Place, QueryError, Text
from kg.rdf.queries import read_queries
from kg.rdf.sparql_text import changing_functions, kind_of, line_column


@dataclass(frozen=True)
class Rule:
    """One rule: its name, the sentence it stands for, its place and its CONSTRUCT query."""

    name: str
    about: Text
    place: Place
    text: str


def read_rules(folder: Path) -> tuple[Rule, ...]:
    """Read the rules below `folder`; raises QueryError for a file that is not a CONSTRUCT."""
    rules = []
    for query in read_queries(folder):
        place = Place(str(query.path))
        if kind_of(query.text) != "CONSTRUCT":
            raise QueryError(
                Text(
                    de="Eine Regel ist eine CONSTRUCT-Abfrage; diese Datei enthält keine.",
                    en="A rule is a CONSTRUCT query; this file does not have one.",
                ),
                place=place,
            )
        _refuse_invention(query.text, str(query.path))
        rules.append(Rule(name=query.name, about=query.about, place=place, text=query.text))
    return tuple(rules)


def _refuse_invention(text: str, file: str) -> None:
    """Raise QueryError for a function that gives something new at every call: no fixpoint."""
    for word, offset in changing_functions(text):
        line, column = line_column(text, offset)
        raise QueryError(
            Text(
                de=f"{word} gibt bei jedem Aufruf etwas anderes; das Schließen endete nie.",
                en=f"{word} gives something else at every call; reasoning would find no end.",
            ),
            place=Place(file, line, column),
        )
