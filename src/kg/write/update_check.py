"""Oxigraph says whether an operation is one, and what data it has, on an empty store of its own.

Nothing is evaluated to find that out: the parser reads the whole text before the first operation
is done, and the first one fails. What is evaluated has neither LOAD nor SERVICE, which is proven
by the parser as `kg.rdf.sparql_text.mask_service` describes.
"""

from __future__ import annotations

import re
import secrets

from pyoxigraph import Store

from kg.errors import Place, QueryError, RefusedQueryError, Text
from kg.rdf.sparql_text import bare_words, line_column, offset_of, spread
from kg.write.faults import not_understood
from kg.write.misplaced import misplaced
from kg.write.update_size import refuse_excess
from kg.write.update_text import Operation, Prologue

_FAILS = "CLEAR GRAPH <urn:kg:none> ;\n"
_OUTSIDE = re.compile("service|load", re.IGNORECASE | re.ASCII)
_PLACE = re.compile(r"error at (\d+):(\d+): (?:expected )?(.*)", re.DOTALL)
_UNDECLARED = "Prefix not found"
_LOCATED = 100_000
_WORDS = {
    "LOAD": Text(
        de="LOAD ist hier ausgeschaltet: Der Server holt keine Dokumente. Laden Sie das Dokument "
        "selbst und senden Sie es an /graphs.",
        en="LOAD is off here: the server fetches no documents. Fetch the document yourself and "
        "send it to /graphs.",
    ),
    "SERVICE": Text(
        de="SERVICE ist in Updates ausgeschaltet: Der Server stellt dafür keine Anfragen an "
        "andere Server.",
        en="SERVICE is off in updates: the server sends no requests to other servers for them.",
    ),
}


def check(operation: Operation, text: str) -> None:
    """Let the parser read one operation of the update `text`.

    Raises QueryError with line and column when it is none, RefusedQueryError when it would reach
    other servers.
    """
    if not operation.tokens:
        raise not_understood(text, operation.start)
    refuse_excess(operation, text)
    words = bare_words(operation.text) if _may_reach(operation.text) else ()
    for word, offset in words:
        if word == "SERVICE":
            raise _refused(word, text, operation.start + offset)
    error = _fault(operation.prologue, operation.text)
    if error is not None:
        raise _located(error, operation, text)


def refuse_load(operation: Operation, text: str) -> None:
    """Raise RefusedQueryError when the operation, which has passed `check`, is LOAD.

    LOAD SILENT may fail without saying so.
    """
    if operation.shape.startswith("LOAD I"):
        raise _refused("LOAD", text, operation.start)


def evaluated(prologue: Prologue, text: str) -> Store:
    """Return an empty store after the update `text`, which has passed `check` or is made of it.

    Raises QueryError when it is not understood or would reach other servers.
    """
    prove(prologue, text)
    store = Store()
    try:
        store.update(prologue.for_text(text) + text)
    except (SyntaxError, ValueError, RuntimeError) as error:
        raise fault(str(error)) from error
    return store


def prove(prologue: Prologue, text: str) -> None:
    """Raise RefusedQueryError unless the parser sees neither LOAD nor SERVICE in `text`.

    The letters are replaced by others of the same number that cannot be foreseen: within strings,
    names and comments the text still parses, as keywords it does not.
    """
    if not _may_reach(text):
        return
    letters = {size: "".join(secrets.choice("jkqvwxz") for _ in range(size)) for size in (4, 7)}

    def mask(match: re.Match[str]) -> str:
        old = match.group()
        pairs = zip(old, letters[len(old)], strict=True)
        return "".join(new.upper() if sign.isupper() else new for sign, new in pairs)

    masked = {_OUTSIDE.sub(mask, name): iri for name, iri in prologue.prefixes.items()}
    if _fault(Prologue(prologue.base, masked), _OUTSIDE.sub(mask, text)) is None:
        return
    word = next((match.group().upper() for match in _OUTSIDE.finditer(text)), "LOAD")
    raise RefusedQueryError(_WORDS[word])


def fault(message: str) -> QueryError:
    """Return the error for what Oxigraph says without a place."""
    return QueryError(
        Text(de=f"Das Update ist nicht gültig: {message}", en=f"The update is not valid: {message}")
    )


def _may_reach(text: str) -> bool:
    lower = text.lower()
    return "service" in lower or "load" in lower


def _fault(prologue: Prologue, text: str) -> str | None:
    """Return what the parser finds wrong, with a place that counts in `text`; None for nothing."""
    head = prologue.for_text(text) + _FAILS
    try:
        Store().update(head + text)
    except (SyntaxError, ValueError) as error:
        return str(error)
    except RuntimeError:
        return None  # it parses; the first operation has failed, the others have not begun
    return "CLEAR"


def _located(message: str, operation: Operation, text: str) -> QueryError:
    match = _PLACE.match(message)
    if match is None:
        return fault(message)
    if operation.tokens[0].text.upper() in _QUERIES:
        return not_understood(text, operation.start, _QUERY)
    hint = _HINT if _UNDECLARED in match[3] else None
    wrong = misplaced(operation) if hint is None else None
    if wrong is not None:
        return not_understood(text, *wrong)
    offset = _offset(operation)
    if offset is None:
        offset = max(0, offset_of(operation.text, int(match[1]) - 1, int(match[2])))
    return not_understood(text, operation.start + offset, hint)


_QUERIES = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_QUERY = Text(de=" Das ist eine Abfrage und kein Update.", en=" This is a query and not an update.")
_HINT = Text(de=" Das Präfix ist nicht vereinbart.", en=" The prefix is not declared.")


def _offset(operation: Operation) -> int | None:
    """Return the offset at which the parser does not go on; see `kg.rdf.sparql_text.spread`."""
    if len(operation.text) > _LOCATED:
        return None
    wide, chunks = spread(operation.text)
    match = _PLACE.match(_fault(operation.prologue, wide) or "")
    if match is None:
        return None
    reached = offset_of(wide, int(match[1]) - 1, int(match[2]))
    if reached >= len(wide):
        return len(operation.text.rstrip())
    return next((there for here, there in reversed(chunks) if here <= reached), 0)


def _refused(word: str, text: str, offset: int) -> RefusedQueryError:
    line, column = line_column(text, offset)
    said = _WORDS[word]
    return RefusedQueryError(
        Text(
            de=f"{said.de} (Zeile {line}, Spalte {column})",
            en=f"{said.en} (line {line}, column {column})",
        ),
        place=Place("update", line, column),
    )
