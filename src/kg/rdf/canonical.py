"""The text of a Turtle file becomes its canonical text; what would be lost is refused."""

from __future__ import annotations

from collections.abc import Mapping

from pyoxigraph import RdfFormat, parse

from kg.errors import Place, ReadError, Text
from kg.rdf.plain_turtle import is_plain
from kg.rdf.positions import comments
from kg.rdf.read import syntax_error
from kg.rdf.turtle import write_turtle
from kg.settings import Project


def canonical(text: str, project: Project, *, shown: str) -> str:
    """Return `text` as canonical Turtle with the prefixes of `project` and its own.

    Raises ReadError when `text` is not Turtle, has comments (they would be lost) or has blank
    nodes that are not trees.
    """
    found = [] if is_plain(text) else comments(text)
    if found:
        line, comment = found[0]
        raise ReadError(
            Text(
                de=f"Der Kommentar {comment!r} ginge verloren. Schreiben Sie ihn als Aussage, "
                "etwa mit skos:editorialNote, oder löschen Sie ihn.",
                en=f"The comment {comment!r} would be lost. Write it as a statement, such as "
                "with skos:editorialNote, or delete it.",
            ),
            place=Place(shown, line),
        )
    parser = parse(text.encode(), RdfFormat.TURTLE)
    try:
        triples = [quad.triple for quad in parser]
    except SyntaxError as error:
        raise syntax_error(error, text, shown) from error
    try:
        return write_turtle(triples, _table(project.prefixes, parser.prefixes))
    except ReadError as error:
        raise ReadError(error.text, place=Place(shown)) from error


def _table(ours: Mapping[str, str], theirs: Mapping[str, str]) -> dict[str, str]:
    """Return the table of the project and, for other namespaces, the file's own prefixes."""
    spaces = set(ours.values())
    foreign = {
        prefix: space
        for prefix, space in theirs.items()
        if space not in spaces and prefix not in ours
    }
    return {**ours, **foreign}
