"""After any history the published graph is that of a fresh build of the same statements.

KG_HISTORIES gives another number of histories a project, KG_HISTORY_SEED another beginning.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from tests.write.histories import (
    History,
    as_stored,
    content_of,
    forget,
    fresh,
    project_of,
    report_of,
    stated,
)

PROJECTS = 6
HISTORIES = int(os.environ.get("KG_HISTORIES", "6"))
SEED = os.environ.get("KG_HISTORY_SEED", "")


@pytest.mark.parametrize("number", range(PROJECTS))
def test_a_history_ends_in_what_a_fresh_build_gives(number: int, tmp_path: Path) -> None:
    """Statements, inferences and union are those of the journal; nothing invalid is there."""
    project = next(
        found
        for attempt in range(50)
        if (found := project_of(tmp_path / str(attempt), f"{SEED}{number}-{attempt}"))
    )
    seen: Counter[str] = Counter()
    for history in range(HISTORIES):
        forget(project)
        outcomes = History(project, Random(f"{SEED}{number}-{history}")).run()
        seen.update(each.status for each in outcomes)
        assert not [each for each in outcomes if each.status == "failed"]
        content, closure = content_of(project), fresh(project)
        triples = {quad.triple for quad in stated(project)}
        inferred = as_stored(closure.inferred()) - triples
        assert content.stated == stated(project)
        assert content.inferred - triples == inferred
        assert content.union == triples | inferred
        assert report_of(closure).valid
        assert not closure.contradictions
    if HISTORIES > 3:
        assert seen["committed"]
        assert seen["refused"]
