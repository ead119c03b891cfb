"""The statements of one subject in a large plain Turtle text, found without reading all of it."""

from __future__ import annotations

import re
from dataclasses import replace

from kg.rdf.plain_turtle import plain_positions
from kg.rdf.positions import Positioned, Term

_PREFIX = re.compile(r"^@prefix ([A-Za-z][\w-]*): <([^\x00-\x20<>\"{}|^`\\]*)> \.$", re.MULTILINE)
_DIRECTIVES = (re.compile(r"prefix\s+[\w.-]*:"), re.compile(r"base\s*<"))
_NEXT = re.compile(r"\n(?=[^ \n])")


class Blocks:
    """A text in which a subject may stand alone on a line, with indented lines after it.

    What is found must be held against the number of statements that the parser found: a line
    within a string may look like a subject, and a subject may be written otherwise.
    """

    def __init__(self, text: str) -> None:
        """Look for blocks in `text`, which the parser has accepted."""
        self._text = text
        found = _PREFIX.findall(text)
        self._spaces: dict[str, str] = dict(found)
        small = text.lower()
        directives = sum(len(each.findall(small)) for each in _DIRECTIVES)
        self._is_usable = len(self._spaces) == len(found) == directives
        lines = (f"@prefix {prefix}: <{space}> ." for prefix, space in found)
        self._head = "".join(f"{line}\n" for line in lines)

    def of(self, iri: str) -> list[Positioned] | None:
        """Return the statements of the blocks of a subject, None when they are not plain."""
        if not self._is_usable:
            return None
        names = [f"<{iri}>"]
        for prefix, space in self._spaces.items():
            if space and iri.startswith(space):
                names.append(f"{prefix}:{iri[len(space) :]}")
        found: list[tuple[int, list[Positioned]]] = []
        for name in names:
            at = self._text.find(f"\n{name}\n")
            while at >= 0:
                items = self._block(at + 1)
                if items is None:
                    return None
                found.append((at, items))
                at = self._text.find(f"\n{name}\n", at + 1)
        found.sort(key=lambda each: each[0])
        return [item for _, items in found for item in items]

    def _block(self, start: int) -> list[Positioned] | None:
        end = _NEXT.search(self._text, self._text.index("\n", start))
        text = self._text[start : end.start() if end else None]
        items = plain_positions(f"{self._head}{text}\n")
        if items is None:
            return None
        shift = self._text.count("\n", 0, start) - len(self._spaces)
        return [
            replace(
                item,
                subject=_moved(item.subject, shift),
                predicate=_moved(item.predicate, shift),
                object=_moved(item.object, shift),
            )
            for item in items
        ]


def _moved(term: Term, shift: int) -> Term:
    return replace(term, line=term.line + shift)
