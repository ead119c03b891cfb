"""What several forms of a report share: names, counts, short terms, kinds of findings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import quote

from kg.errors import Text
from kg.namespaces import CHECKS, SH, XSD, shorten
from kg.validate.report import Report, Result, Severity

NAMES: Mapping[Severity, Text] = MappingProxyType(
    {
        "Violation": Text(de="Verstoß", en="Violation"),
        "Warning": Text(de="Warnung", en="Warning"),
        "Info": Text(de="Hinweis", en="Info"),
    }
)
SUGGESTION = Text(de="Vorschlag", en="Suggestion")
_MANY: Mapping[Severity, Text] = MappingProxyType(
    {
        "Violation": Text(de="Verstöße", en="violations"),
        "Warning": Text(de="Warnungen", en="warnings"),
        "Info": Text(de="Hinweise", en="infos"),
    }
)
_TRIPLES = (Text(de="Tripel", en="triple"), Text(de="Tripeln", en="triples"))
_LONGEST = 120
_UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]"
)
_IRI = re.compile(r"<([^<>]*)>")
_BARE = re.compile(
    rf'"([+-]?[0-9]+|[+-]?[0-9]*\.[0-9]+|true|false)"\^\^<{re.escape(XSD)}'
    r"(?:integer|decimal|boolean)>\Z"
)


@dataclass(frozen=True)
class Manner:
    """How people are spoken to: in which language, with which prefixes, and how fully."""

    lang: str
    prefixes: Mapping[str, str]
    everything: bool = False


def summary(report: Report, lang: str) -> str:
    """Return one line that counts the findings."""
    parts = [_counted(report.count(each), NAMES[each], _MANY[each]) for each in NAMES]
    triples = _counted(report.checked.get("triples", 0), *_TRIPLES)
    text = Text(
        de=f"{'Gültig' if report.valid else 'Nicht gültig'}: "
        f"{', '.join(part.de for part in parts)} in {triples.de}.",
        en=f"{'Valid' if report.valid else 'Not valid'}: "
        f"{', '.join(part.en for part in parts)} in {triples.en}.",
    )
    return text.to(lang)


def severity_name(result: Result, manner: Manner) -> str:
    """Return what the severity is called; one that SHACL does not have adds its own name."""
    name = NAMES[result.severity].to(manner.lang)
    own = result.severity_iri
    if own is None or own == SH + result.severity:
        return name
    return f"{name} ({visible(shorten(own, manner.prefixes))})"


def sentence(text: Text, lang: str) -> str:
    """Return a message as one line without signs that a terminal would obey."""
    return visible(" ".join(text.to(lang).split()))


def visible(text: str) -> str:
    """Return `text` with control signs, which could hide or fake output, written as escapes."""
    return _UNSEEN.sub(lambda sign: f"\\u{ord(sign.group()):04X}", text)


def short_term(term: str, prefixes: Mapping[str, str]) -> str:
    """Return a term or a path for people: names with prefixes, long texts cut.

    Blank nodes have labels that differ from run to run: they are written as [].
    """
    if term.startswith("_:"):
        return "[]"
    if not term.startswith('"'):
        return visible(_IRI.sub(lambda iri: shorten(iri.group(1), prefixes), term))
    bare = _BARE.match(term)
    if bare:
        return bare.group(1)
    end = term.rindex('"')
    body, tail = term[1:end], term[end + 1 :]
    if len(body) > _LONGEST:
        body = body[:_LONGEST].rstrip("\\") + "…"
    return visible(f'"{body}"' + _IRI.sub(lambda iri: shorten(iri.group(1), prefixes), tail))


def about(result: Result, prefixes: Mapping[str, str]) -> str:
    """Return focus node, path and value, as far as there are, in short form."""
    value = None if result.value == result.focus and not result.path else result.value
    terms = (result.focus, result.path, value)
    return "  ".join(short_term(term, prefixes) for term in terms if term)


def origin(result: Result, prefixes: Mapping[str, str]) -> str | None:
    """Return the name of the shape or rule that a finding comes from."""
    name = shorten(result.shape, prefixes) if result.shape else result.rule
    return visible(name) if name else None


def kind(result: Result, prefixes: Mapping[str, str]) -> str:
    """Return a name for findings of this kind, such as ex:PersonShape/MinCount or cycle."""
    component = result.component
    if component is None:
        return origin(result, prefixes) or "?"
    if component.startswith(SH):
        name = component.removeprefix(SH).removesuffix("ConstraintComponent")
    else:
        name = shorten(component, prefixes)
    parts = (origin(result, prefixes), visible(name))
    return "/".join(part for part in parts if part)


def component_of(result: Result) -> str:
    """Return the IRI for sh:sourceConstraintComponent, which every result has.

    A check that is not one of SHACL has its name in the namespace of kg's own checks.
    """
    return result.component or CHECKS + quote(result.rule or "unnamed", safe="")


def advice(result: Result, lang: str) -> list[str]:
    """Return the lines of the proposal: a sentence, then the Turtle to paste, indented."""
    if result.proposal is None:
        return []
    said = f"{SUGGESTION.to(lang)}: {sentence(result.proposal.text, lang)}"
    return [said, *(f"    {line}".rstrip() for line in to_paste(result))]


def to_paste(result: Result) -> list[str]:
    """Return the lines of the Turtle that the proposal has, if any."""
    turtle = (result.proposal and result.proposal.turtle) or ""
    return [visible(line.expandtabs(4)) for line in turtle.rstrip().splitlines()]


def _counted(number: int, one: Text, many: Text) -> Text:
    noun = one if number == 1 else many
    return Text(de=f"{number} {noun.de}", en=f"{number} {noun.en.lower()}")
