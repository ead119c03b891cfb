"""EXISTS with several triple patterns becomes EXISTS within EXISTS, one pattern each.

Oxigraph answers a join within EXISTS by two scans for each solution outside; a pattern alone it
looks up. Both say the same, for EXISTS asks whether there is any solution at all.
"""

from __future__ import annotations

from collections.abc import Iterable

from kg.validate.sparql_parser import UnknownSyntax, parse_query
from kg.validate.sparql_syntax import (
    Filter,
    Group,
    Pattern,
    Query,
    Tokens,
    expressions_of,
    groups_of,
)
from kg.validate.sparql_tokens import Token, splice, tokenize

Part = tuple[str, str, str]
"""Subject, predicate and object of a triple pattern, as text."""


def nest_exists(text: str, bound: Iterable[str]) -> str:
    """Return `text` with all such groups rewritten; `bound` are the variables that are given."""
    query, _ = parse_query(text)
    while True:
        group = next(filter(_is_flat, _of_exists(query)), None)
        if group is None:
            return text
        outside = [*tokenize(text[: group.start]), *tokenize(text[group.end :])]
        known = {*bound, *(name for token in outside if (name := token.variable))}
        done = splice(text, [(group.start, group.end, _nested(text, group, known))])
        try:
            query, _ = parse_query(done)
        except UnknownSyntax:
            return text  # too many within each other
        text = done


def _of_exists(query: Query) -> list[Group]:
    """Return the groups of EXISTS, the innermost first."""
    found = [group for one in expressions_of(query) for group in one.groups]
    order = {id(group): number for number, group in enumerate(groups_of(query))}
    return sorted(found, key=lambda group: order.get(id(group), 0), reverse=True)


def _is_flat(group: Group) -> bool:
    """Return whether a group is triple patterns, more than one, and filters, nothing else."""
    patterns = [each for each in group.elements if isinstance(each, Pattern)]
    filters = [each for each in group.elements if isinstance(each, Filter)]
    return (
        group.select is None
        and len(patterns) + len(filters) == len(group.elements)
        and (len(patterns) > 1 or any(_steps(each.p) for each in patterns))
        and all(_is_plain(each) for each in patterns)
    )


def _is_plain(pattern: Pattern) -> bool:
    """Return whether subject and object are written out, and are no labelled blank nodes."""
    ends = (pattern.s, pattern.o)
    return all(end and end[0].kind != "blank" for end in ends)


def _steps(path: Tokens) -> list[Tokens]:
    """Return the parts of a path that is a sequence, nothing when it is not one."""
    parts: list[list[Token]] = [[]]
    level = 0
    for token in path:
        level += token.is_sign("(") - token.is_sign(")")
        if level == 0 and token.is_sign("|"):
            return []
        if level == 0 and token.is_sign("/"):
            parts.append([])
        else:
            parts[-1].append(token)
    return [tuple(part) for part in parts] if len(parts) > 1 else []


def _nested(text: str, group: Group, known: set[str]) -> str:
    parts = _parts([each for each in group.elements if isinstance(each, Pattern)], text)
    filters = [text[e.start : e.end] for e in group.elements if isinstance(e, Filter)]
    inner = " ".join(filters)
    for part in reversed(_ordered(parts, set(known))):
        inner = f"{{ {' '.join(part)} {inner} }}"
        inner = f"FILTER EXISTS {inner}"
    return inner.removeprefix("FILTER EXISTS ")


def _parts(patterns: list[Pattern], text: str) -> list[Part]:
    """Return the patterns as text; a path that is a sequence becomes one pattern for each step."""
    found: list[Part] = []
    for pattern in patterns:
        steps = _steps(pattern.p) or [pattern.p]
        at = [f"?kgStep{pattern.p[0].at}x{number}" for number in range(1, len(steps))]
        ends = [_text(pattern.s), *at, _text(pattern.o)]
        found += [
            (start, _text(step), end)
            for start, step, end in zip(ends, steps, ends[1:], strict=False)
        ]
    return found


def _text(tokens: Tokens) -> str:
    """Return tokens as text; those of a literal stand together."""
    return "".join(token.text for token in tokens)


def _ordered(parts: list[Part], known: set[str]) -> list[Part]:
    """Return patterns so that each begins, if it can, at what those before it have found."""
    waiting = list(parts)
    found: list[Part] = []
    while waiting:
        best = max(waiting, key=lambda part: sum(_is_known(end, known) for end in part[::2]))
        waiting.remove(best)
        found.append(best)
        known.update(end[1:] for end in best if end[0] in "?$")
    return found


def _is_known(term: str, known: set[str]) -> bool:
    return term[0] not in "?$" or term[1:] in known
