"""What a version holds for explanations: columns, closure and places, saved and opened.

columns/    what was stated, see `kg.rdf.column_files`
closure/    what follows from it, see `kg.reason.saved`
places/     where it stands, see `kg.reason.proof_places`
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kg.errors import Place, StageError, Text
from kg.rdf import column_files
from kg.rdf.bulk import columns_of
from kg.rdf.columns import Columns
from kg.rdf.dataset import MEANINGFUL, Dataset
from kg.reason import proof_places, saved
from kg.reason.closure import Closure
from kg.reason.explanations import Explanations
from kg.reason.proof_places import Finding
from kg.reason.rule_files import read_rules
from kg.reason.stage import RULES_FOLDER, reason_columns
from kg.settings import Project

COLUMNS, CLOSURE, PLACES = "columns", "closure", "places"


@dataclass(frozen=True)
class Reasoned:
    """Ontology and data as columns, what follows from them, and what says where they stand."""

    columns: Columns
    closure: Closure
    finding: Finding


def reason_project(dataset: Dataset) -> Reasoned:
    """Close ontology and data of `dataset` under OWL 2 RL/RDF and the rules of its project.

    Raises StageError at a limit, ReadError or QueryError for a rule that cannot be used.
    """
    rules = read_rules(dataset.project.root.joinpath(*RULES_FOLDER))
    sources = dataset.in_room(*MEANINGFUL)
    columns = columns_of(quad for source in sources for quad in source.quads)
    return Reasoned(columns, reason_columns(columns, rules), Finding(columns, sources))


def save(reasoned: Reasoned, folder: Path) -> None:
    """Write everything into the folder of a version; raises StageError."""
    column_files.save(reasoned.columns, folder / COLUMNS, orders=("spo",))
    saved.save(reasoned.closure, folder / CLOSURE)
    proof_places.save(reasoned.finding.all(), folder / PLACES)


def open_explanations(path: Path, project: Project) -> Explanations:
    """Open what explains the version in `path`.

    Raises StageError when it is not there, as in versions of older programs, or is damaged.
    """
    if not (path / CLOSURE).is_dir():
        raise StageError(
            Text(
                de="Diese Version enthält nichts zum Erklären. Bauen Sie neu: kg build",
                en="This version has nothing to explain with. Build anew: kg build",
            ),
            place=Place(str(path)),
        )
    columns = column_files.open_columns(path / COLUMNS)
    return Explanations(
        engine=saved.open_closure(path / CLOSURE, columns),
        columns=columns,
        prefixes=project.prefixes,
        places=proof_places.open_places(path / PLACES),
        version=path.name,
    )


def explanations_of(reasoned: Reasoned, project: Project) -> Explanations:
    """Return what explains a graph that was reasoned about just now and not published."""
    return Explanations(
        engine=reasoned.closure.engine,
        columns=reasoned.columns,
        prefixes=project.prefixes,
        places=reasoned.finding,
    )
