"""A Report becomes text for people: place, message, what stands there and how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from kg.errors import Text
from kg.validate.render_words import (
    Manner,
    about,
    advice,
    origin,
    sentence,
    severity_name,
    short_term,
    summary,
    to_paste,
    visible,
)
from kg.validate.report import Report, Result

MOST = 8
"""So many findings of one kind are shown in full; of more only the first SHOWN."""
SHOWN = 5
_INDENT = "    "


def as_text(report: Report, lang: str, prefixes: Mapping[str, str]) -> str:
    """Return every finding for people, one block each, and a last line that counts them."""
    manner = Manner(lang, prefixes, everything=True)
    return as_blocks(report.results, manner) + summary(report, lang)


def as_blocks(results: Iterable[Result], manner: Manner) -> str:
    """Return one block for each finding, with an empty line after each."""
    return "".join(_block(each, manner) + "\n" for each in results)


def as_grouped(report: Report, lang: str, prefixes: Mapping[str, str]) -> str:
    """Return the findings as `as_text` does, but of many of one kind only the first and a count.

    Then the last line names the option that shows all.
    """
    manner = Manner(lang, prefixes)
    groups = _groups(report.results)
    blocks = [block for group in groups for block in _group(group, manner)]
    cut = any(len(group) > MOST for group in groups)
    more = Text(de="Alle zeigt die Option --all.", en="The option --all shows them all.")
    last = f"{summary(report, lang)} {more.to(lang)}" if cut else summary(report, lang)
    return "\n".join([*blocks, last])


def as_brief(report: Report, lang: str, prefixes: Mapping[str, str]) -> str:
    """Return the violations for people, then the count of all findings and how to see the rest."""
    manner = Manner(lang, prefixes)
    grave = tuple(result for result in report.results if result.severity == "Violation")
    groups = _groups(grave)
    blocks = [block for group in groups for block in _group(group, manner)]
    rest = Text(de="Alle zeigt: kg validate --all", en="To see them all: kg validate --all")
    cut = len(grave) < len(report.results) or any(len(group) > MOST for group in groups)
    last = f"{summary(report, lang)} {rest.to(lang)}" if cut else summary(report, lang)
    return "\n".join([*blocks, last])


def _once(results: Iterable[Result]) -> Iterable[Result]:
    """Return of findings that say the same of the same the one that says best what to do."""
    found: dict[tuple[object, ...], Result] = {}
    for result in results:
        about = (result.severity, result.shape, result.focus, result.path, result.value)
        key = (*about, result.message)
        if key not in found or _helps(result) > _helps(found[key]):
            found[key] = result
    return found.values()


def _helps(result: Result) -> int:
    if result.proposal is None:
        return 0
    return 2 if result.proposal.replace or result.proposal.turtle else 1


def _groups(results: Iterable[Result]) -> list[list[Result]]:
    """Return the findings by kind, each kind where its first finding stands."""
    found: dict[tuple[str | None, ...], list[Result]] = {}
    for result in _once(results):
        key = (
            result.severity,
            result.severity_iri,
            result.rule,
            result.shape,
            result.source_shape,
            result.component,
            result.constraint,
            result.path if result.rule is None else None,
        )
        found.setdefault(key, []).append(result)
    return list(found.values())


def _group(group: list[Result], manner: Manner) -> Iterator[str]:
    """Yield the blocks of one kind of findings."""
    if len(group) <= MOST:
        yield from (_block(each, manner) for each in group)
        return
    count, rest = len(group), len(group) - SHOWN
    more = Text(de=f"… und {rest} weitere", en=f"… and {rest} more").to(manner.lang)
    if len({each.message for each in group}) > 1:
        yield from (_block(each, manner) for each in group[:SHOWN])
        name = origin(group[0], manner.prefixes)
        yield f"{more} ({name})\n" if name else f"{more}\n"
        return
    first = group[0]
    times = Text(de=f"{count}-mal", en=f"{count} times").to(manner.lang)
    lines = [f"{severity_name(first, manner)}, {times}: {sentence(first.message, manner.lang)}"]
    proposals = {each.proposal and each.proposal.text for each in group}
    common = first.proposal is not None and len(proposals) == 1
    if common:
        lines.append(_INDENT + advice(first, manner.lang)[0])
    lines += _source(first, manner)
    for each in group[:SHOWN]:
        lines.append(f"{_INDENT}{_where(each)}{about(each, manner.prefixes)}")
        inside = to_paste(each) if common else _more(each, manner)
        lines += [_INDENT * 2 + line for line in inside]
    yield "\n".join([*lines, _INDENT + more]) + "\n"


def _block(result: Result, manner: Manner) -> str:
    message = sentence(result.message, manner.lang)
    lines = [
        f"{_where(result)}{severity_name(result, manner)}: {message}",
        _INDENT + about(result, manner.prefixes),
        *(_INDENT + line for line in _more(result, manner)),
        *_source(result, manner),
    ]
    also = Text(de="auch", en="also").to(manner.lang)
    lines += [f"{_INDENT}{also} {visible(str(each))}" for each in result.places[1 : SHOWN + 1]]
    if len(result.places) > SHOWN + 1:
        rest = len(result.places) - SHOWN - 1
        text = Text(de=f"… und {rest} weitere Stellen", en=f"… and {rest} more places")
        lines.append(_INDENT + text.to(manner.lang))
    return "\n".join(lines) + "\n"


def _more(result: Result, manner: Manner) -> list[str]:
    """Return the lines on what is wrong inside of nested shapes, and on how to mend it.

    Where a shape has a message of its own, that says enough unless everything is to be shown.
    """
    said = result.messages and not manner.everything
    inside = [] if said else _details(result, manner, "")
    return [*inside, *advice(result, manner.lang)]


def _details(result: Result, manner: Manner, indent: str) -> Iterator[str]:
    for detail in result.details:
        terms = (detail.path, detail.value)
        shown = "  ".join(short_term(term, manner.prefixes) for term in terms if term)
        what = sentence(detail.message, manner.lang)
        yield f"{indent}– {_where(detail)}{what}" + (f" ({shown})" if shown else "")
        yield from _details(detail, manner, indent + "  ")


def _source(result: Result, manner: Manner) -> list[str]:
    name = origin(result, manner.prefixes)
    return [f"{_INDENT}({name})"] if name else []


def _where(result: Result) -> str:
    return f"{visible(str(result.places[0]))}: " if result.places else ""
