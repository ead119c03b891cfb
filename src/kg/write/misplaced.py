"""Terms that an operation of an update must not have: SPARQL 1.1 Update section 4.1."""

from __future__ import annotations

from kg.errors import Text
from kg.write.update_text import Operation, Token, tokens_of

_NO_VARIABLES = Text(
    de=" INSERT DATA und DELETE DATA haben keine Variablen.",
    en=" INSERT DATA and DELETE DATA have no variables.",
)
_NO_BLANK_NODES = Text(
    de=" Was gelöscht wird, hat keine leeren Knoten. Setzen Sie eine Variable ein und suchen Sie "
    "sie in WHERE.",
    en=" What is deleted has no blank nodes. Put in a variable and look for it in WHERE.",
)
_DATA = ("INSERT DATA", "DELETE DATA")
_DELETED = ("DELETE DATA", "DELETE WHERE")


def misplaced(operation: Operation) -> tuple[int, Text] | None:
    """Return the first variable in data or blank node in what is deleted: its offset and a hint.

    Oxigraph finds it at the end of the group. The offset is one in the whole text.
    """
    words: list[str] = []
    for group in operation.tokens:
        if group.kind == "word":
            words.append(group.text.upper())
        if group.kind != "group":
            continue
        last = " ".join(words[-2:])
        is_deleted = last in _DELETED or words[-1:] == ["DELETE"]
        start, end = group.start - operation.start, group.end - operation.start
        for token in tokens_of(operation.text[start:end]):
            if last in _DATA and token.kind == "variable":
                return group.start + token.start, _NO_VARIABLES
            if is_deleted and _is_blank(token):
                return group.start + token.start, _NO_BLANK_NODES
    return None


def _is_blank(token: Token) -> bool:
    return token.text in ("[", "(") or (token.kind == "name" and token.text.startswith("_:"))
