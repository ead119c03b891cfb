"""Prefixes that a text binds to another namespace than the project become findings of their own.

What is written with such a prefix is read as it was meant, so that one wrong line does not turn
every statement of the file into a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pyoxigraph import Literal

from kg.errors import Place, Text
from kg.rdf.dataset import Source, source_of_text
from kg.rdf.formats import Format, by_suffix
from kg.rdf.late import Late
from kg.validate.report import Proposal, Result, Spots

RULE = "wrong-prefix"
_WITH_PREFIXES = ("turtle", "trig")
_NEAR = 80
"""The least similarity of two namespaces of which one stands for the other, in per cent."""
_DECLARATION = r"[Pp](?:refix|REFIX)[ \t\r\n]+(?P<name>[^\s:<>\"'#]*):\s*<(?P<space>[^<>\s]*)>"
_ROUGHLY = Late(_DECLARATION)
_TOKENS = Late(
    r"(?s)#[^\r\n]*"
    r"|\"\"\"(?:[^\"\\]|\\.|\"(?!\"\"))*\"\"\"|'''(?:[^'\\]|\\.|'(?!''))*'''"
    r"|\"(?:[^\"\\\r\n]|\\.)*\"|'(?:[^'\\\r\n]|\\.)*'"
    rf"|(?<![\w:-]){_DECLARATION}"
    r"|<[^<>\s]*>"
)


@dataclass(frozen=True)
class Declaration:
    """A prefix that a text declares; `start` is where the namespace begins, after the <."""

    name: str
    space: str
    start: int


def declarations(text: str) -> Iterator[Declaration]:
    """Yield the prefixes that a Turtle or TriG text declares, those in comments left out."""
    for match in _TOKENS.compiled.finditer(text):
        if match["name"] is not None:
            yield Declaration(match["name"], match["space"], match.start("space"))


def has_prefixes(source: Source) -> bool:
    """Return whether the form of a source has prefixes that people write at its head."""
    form = _form(source)
    return form is not None and form.name in _WITH_PREFIXES


def wrong_prefixes(sources: Iterable[Source], prefixes: Mapping[str, str]) -> list[Result]:
    """Return a finding for each prefix that stands for another namespace than in `prefixes`.

    Found are namespaces in use that differ by some letters only, such as http for https: a
    prefix of the same name with a namespace of its own is no fault.
    """
    return [
        _finding(source, each, _right(each, prefixes), text)
        for source in sources
        for text, found in _wrong(source, prefixes)
        for each in found
    ]


def with_right_prefixes(
    sources: Iterable[Source], prefixes: Mapping[str, str]
) -> tuple[Source, ...]:
    """Return `sources` as they were meant: wrong prefixes bound to the namespaces of `prefixes`.

    A source without such a prefix is returned itself. Another has its text, in which only the
    lines of the declarations differ, so that all places stay right.
    """
    return tuple(_righted(source, prefixes) for source in sources)


def _righted(source: Source, prefixes: Mapping[str, str]) -> Source:
    form = _form(source)
    for text, found in _wrong(source, prefixes):
        parts, end = [], 0
        for each in found:
            parts += [text[end : each.start], _right(each, prefixes)]
            end = each.start + len(each.space)
        whole = "".join((*parts, text[end:]))
        if form is not None:
            meant = source_of_text(
                whole, form, shown=source.shown, graph=source.graph, room=source.room
            )
            return replace(meant, path=source.path)
    return source


def _wrong(source: Source, prefixes: Mapping[str, str]) -> Iterator[tuple[str, list[Declaration]]]:
    """Yield the text with the declarations that are wrong, if there are any."""
    if not has_prefixes(source):
        return
    text = source.read().removeprefix("\ufeff")
    rough = (Declaration(m["name"], m["space"], 0) for m in _ROUGHLY.compiled.finditer(text))
    if not any(_right(each, prefixes) for each in rough):
        return
    found = [each for each in declarations(text) if _right(each, prefixes)]
    used = _used(source, {each.space for each in found})
    found = [each for each in found if each.space in used]
    if found:
        yield text, found


def _right(declared: Declaration, prefixes: Mapping[str, str]) -> str:
    """Return the namespace that was meant, "" when the one declared is none of the wrong ones."""
    if not declared.space or declared.space in prefixes.values():
        return ""
    own = prefixes.get(declared.name)
    bare = _bare(declared.space)
    if own is not None and (_bare(own) == bare or _near(own, declared.space)):
        return own
    return next((space for space in prefixes.values() if _bare(space) == bare), "")


def _bare(space: str) -> str:
    """Return a namespace without what is often mistaken in it."""
    rest = space.lower().partition("://")[2] or space.lower()
    return rest.removeprefix("www.").rstrip("/#")


def _near(one: str, other: str) -> bool:
    from rapidfuzz import fuzz  # noqa: PLC0415 - only what is wrong needs it

    return bool(fuzz.ratio(one, other) >= _NEAR)


def _used(source: Source, spaces: Iterable[str]) -> set[str]:
    """Return those of `spaces` in which a term of the source lies."""
    wanted = tuple(spaces)
    found: set[str] = set()
    for quad in source.quads if wanted else ():
        for term in (quad.subject, quad.predicate, quad.object):
            name = term.datatype.value if isinstance(term, Literal) else getattr(term, "value", "")
            if name.startswith(wanted):
                found.update(space for space in wanted if name.startswith(space))
    return found


def _form(source: Source) -> Format | None:
    return source.form or by_suffix(source.path)


def _finding(source: Source, found: Declaration, right: str, text: str) -> Result:
    line = text.count("\n", 0, found.start) + 1
    column = found.start - (text.rfind("\n", 0, found.start) + 1)
    place = Place(source.shown, line, column)
    name, space = found.name, found.space
    return Result(
        severity="Violation",
        message=Text(
            de=f"Das Präfix {name}: steht für <{space}>, im Projekt für <{right}>.",
            en=f"The prefix {name}: stands for <{space}>, in the project for <{right}>.",
        ),
        focus=f"<{space}>",
        rule=RULE,
        places=(place,),
        spots=Spots(focus=place),
        proposal=Proposal(
            Text(
                de=f"Schreiben Sie <{right}> statt <{space}>. Alles andere ist so geprüft, als "
                "stünde es schon da.",
                en=f"Write <{right}> instead of <{space}>. Everything else was checked as if it "
                "already stood there.",
            ),
            replace=(f"<{space}>", f"<{right}>"),
        ),
    )
