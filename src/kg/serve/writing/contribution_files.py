"""The documents of a contribution: each as it came, or all of them as Turtle."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from pyoxigraph import RdfFormat, serialize
from starlette.responses import Response

from kg.settings import Project
from kg.write import submissions
from kg.write.journal import FOLDER

_TURTLE = "text/turtle"


def document(folder: Path, identifier: str, number: int) -> Response:
    """Return document `number`, from 1, byte for byte; raises what `submissions.documents` does."""
    found = submissions.documents(folder, identifier)[number - 1]
    return _response(found.content, found.media_type)


def as_turtle(project: Project, identifier: str) -> Response:
    """Return all statements as Turtle; a single document of Turtle is returned as it came.

    Raises what `submissions.documents` does, and ReadError when a document does not parse.
    """
    from kg.write.contribution import sources_of  # noqa: PLC0415 - only for several documents

    found = submissions.documents(project.root / FOLDER, identifier)
    if len(found) == 1 and found[0].media_type == _TURTLE:
        return _response(found[0].content, _TURTLE)
    sources = sources_of(project, identifier, found)
    triples = chain.from_iterable(source.triples() for source in sources)
    prefixes = dict(project.prefixes)
    text = serialize(triples, format=RdfFormat.TURTLE, prefixes=prefixes) or b""
    return _response(text, _TURTLE)


def _response(content: bytes, media_type: str) -> Response:
    charset = "; charset=utf-8" if media_type.startswith("text/") else ""
    headers = {"Content-Type": f"{media_type}{charset}", "Cache-Control": "no-store"}
    return Response(content, headers=headers)
