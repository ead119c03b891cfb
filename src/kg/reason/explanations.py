"""Explanations on request: an engine, its columns and their places become accounts.

One is opened for each version and answers any number of requests, one after the other.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from kg.rdf.columns import Columns
from kg.reason.account import Account, Telling, named_terms, tell
from kg.reason.engine import Engine
from kg.reason.explain import Explainer
from kg.reason.labels import Labels
from kg.reason.matching import Meter
from kg.reason.proof import Explanation, Triple
from kg.reason.proof_places import NOWHERE
from kg.reason.proof_sources import Placing, Sources, Stated
from kg.reason.rule import is_variable
from kg.reason.rule_names import sentence

MOST_PROOFS = 50
MOST_ROWS = 50_000_000
"""So many intermediate rows one question may make before it is refused."""


@dataclass(frozen=True)
class Explanations:
    """What explains the triples of one graph; `prefixes` name terms without a label.

    `stated` says which graphs state a triple, where these are not those of `columns` any more.
    """

    engine: Engine
    columns: Columns
    prefixes: Mapping[str, str] = field(default_factory=dict)
    places: Placing = NOWHERE
    version: str = ""
    stated: Stated | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @cached_property
    def sources(self) -> Sources:
        """Who states what."""
        return Sources(self.columns, self.engine.state.facts, self.places, self.stated)

    def explain(self, triple: Triple, *, limit: int = 1) -> Explanation:
        """Explain a triple, in N-Triples terms, with up to `limit` proofs; see `Explainer`.

        Raises StageError when that would take too much.
        """
        with self._lock:
            before, self.engine.state.meter = self.engine.state.meter, Meter(MOST_ROWS)
            try:
                return Explainer(self.engine).explain(triple, limit=min(limit, MOST_PROOFS))
            finally:
                self.engine.state.meter = before

    def account(self, triple: Triple, *, limit: int = 1, lang: str = "en") -> Account:
        """Explain a triple and tell it in `lang`; raises StageError as `explain` does."""
        explanation = self.explain(triple, limit=limit)
        tellings: tuple[Telling, ...] = tuple(
            tell(proof, self.sources) for proof in explanation.proofs
        )
        labels = self.labels(lang)
        labels.prepare(term for term in named_terms(explanation, tellings) if not is_variable(term))
        rules = self.engine.rules
        return Account(
            explanation=explanation,
            tellings=tellings,
            labels=labels,
            rule=lambda name: sentence(name, rules),
            unknown=tuple(term for term in triple if self.columns.dictionary.find(term) is None),
            version=self.version,
        )

    def labels(self, lang: str) -> Labels:
        """Return the labels of the graph in `lang`."""
        return Labels(self.engine.state.facts, lang, self.prefixes)
