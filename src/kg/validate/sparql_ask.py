"""One query for many rows: in batches where that says the same, else one by one."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from pyoxigraph import QuerySolution, QuerySolutions, Variable

from kg.errors import StageError, Text
from kg.rdf.dictionary import BLANK, LITERAL, Dictionary
from kg.reason.arrays import Ints
from kg.validate.sparql_binding import (
    AS_TERM,
    ROW,
    Spelling,
    Template,
    batched,
    functions_for,
    in_expression,
    one_by_one,
    row_block,
    term_of,
)
from kg.validate.sparql_identity import functions, is_kept, kept, own
from kg.validate.sparql_query import SparqlQuery
from kg.validate.sparql_store import Loaded

_BATCH = 1_000
Solution = Mapping[str, str]
"""The bound variables, terms in N-Triples form by name."""


@dataclass(frozen=True)
class Job:
    """A query with the `columns` of its rows, identifiers, and with the values of constants.

    `node` is the constraint that messages name.
    """

    node: str
    query: SparqlQuery
    constants: Mapping[str, str]
    columns: tuple[Ints, ...]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.columns[0]) if self.columns else 0


class Asker:
    """Asks Oxigraph; the text of each query is made once for a shape."""

    def __init__(self, terms: Dictionary, deadline: float | None) -> None:
        """Take the dictionary of the identifiers, and when no query may be started any more."""
        self._terms = terms
        self._deadline = deadline
        self._templates: dict[tuple[SparqlQuery, str, bool, Spelling], Template | None] = {}

    def solutions(self, loaded: Loaded, job: Job) -> Iterator[tuple[int, Solution]]:
        """Yield the number of the row and the solution, for all rows in any order.

        Raises StageError when Oxigraph cannot evaluate the query, and after the deadline.
        """
        kinds = self._terms.kinds
        blank = np.zeros(len(job), bool)
        for column in job.columns:
            blank |= kinds[column] == BLANK
        spelling = self._spelling(loaded, job)
        template = None if blank.all() else self._template(job, spelling, batch=True)
        if template:
            rows = np.flatnonzero(~blank)
            for start in range(0, len(rows), _BATCH):
                yield from self._batch(loaded, job, template, rows[start : start + _BATCH])
        single = np.flatnonzero(blank) if template else np.arange(len(job))
        for row in single.tolist():
            yield from self._single(loaded, job, row, spelling)

    def _spelling(self, loaded: Loaded, job: Job) -> Spelling:
        if not loaded.keeping or loaded.kept:
            return Spelling(loaded.keeping, loaded.kept)
        given = [kept(term) for term in job.constants.values()]
        for column in job.columns:
            literals = column[self._terms.kinds[column] == LITERAL]
            given += map(kept, self._terms.terms(np.unique(literals)))
        return Spelling(True, any(map(is_kept, given)))

    def _batch(
        self, loaded: Loaded, job: Job, template: Template, rows: Ints
    ) -> Iterator[tuple[int, Solution]]:
        terms = [self._terms.terms(column[rows]) for column in job.columns]
        if loaded.keeping:
            terms = [[kept(term) for term in column] for column in terms]
        text = template.filled(row_block(zip(*terms, strict=True)))
        for solution in self._query(loaded, job, (template, text), {}):
            number = int(solution.pop(ROW)[1:].partition('"')[0])
            yield int(rows[number]), solution

    def _single(
        self, loaded: Loaded, job: Job, row: int, spelling: Spelling
    ) -> Iterator[tuple[int, Solution]]:
        template = self._template(job, spelling, batch=False)
        if template is None:
            return
        terms = {
            name: self._terms.term(int(column[row]))
            for name, column in zip(job.query.rows, job.columns, strict=True)
        }
        values = {name: in_expression(name, term) for name, term in terms.items()}
        if loaded.keeping:
            terms = {name: kept(term) for name, term in terms.items()}
        copies = {AS_TERM + name: in_expression(name, term) for name, term in terms.items()}
        text = template.filled({**values, **copies})
        for solution in self._query(loaded, job, (template, text), terms):
            yield row, solution

    def _query(
        self, loaded: Loaded, job: Job, filled: tuple[Template, str], rows: Mapping[str, str]
    ) -> Iterator[dict[str, str]]:
        if self._deadline is not None and time.monotonic() > self._deadline:
            raise _too_late(job.node)
        template, text = filled
        given = {Variable(name): term_of(term) for name, term in rows.items()}
        try:
            found = loaded.store.query(
                text,
                prefixes=dict(job.query.prefixes),
                substitutions={**template.given, **given},
                custom_functions={**functions(), **template.functions, **functions_for(rows)},
            )
            if isinstance(found, QuerySolutions):
                names = [variable.value for variable in found.variables]
                yield from (_bound(names, solution) for solution in found)
        except (SyntaxError, ValueError, RuntimeError) as error:
            raise _not_run(job.node, error) from error

    def _template(self, job: Job, spelling: Spelling, *, batch: bool) -> Template | None:
        key = (job.query, job.constants["currentShape"], batch, spelling)
        if key not in self._templates:
            make = batched if batch else one_by_one
            self._templates[key] = make(job.query, job.constants, spelling)
        return self._templates[key]


def _bound(names: list[str], solution: QuerySolution) -> dict[str, str]:
    return {name: own(str(term)) for name in names if (term := solution[name]) is not None}


def _too_late(node: str) -> StageError:
    return StageError(
        Text(
            de=f"Die Zeit reicht nicht für die Abfrage von {node}.",
            en=f"There is not enough time for the query of {node}.",
        )
    )


def _not_run(node: str, error: Exception) -> StageError:
    return StageError(
        Text(
            de=f"Die Abfrage von {node} lässt sich nicht ausführen: {error}.",
            en=f"The query of {node} cannot be run: {error}.",
        )
    )
