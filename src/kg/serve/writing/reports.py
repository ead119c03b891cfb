"""Reports and impacts that came as JSON become values again, to be shown in every form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kg.errors import Place, Text
from kg.reason.closure import Contradiction
from kg.reason.impact import Impact
from kg.validate.paths import Alternative, Inverse, Path, Repeat, Sequence, Step
from kg.validate.report import Proposal, Report, Result, Spots

_TOKEN = re.compile(r"\s*(<[^<>]*>|[\^()/|*+?])")
_REPEATS = {"*": (0, True), "+": (1, True), "?": (0, False)}


def report_of(raw: Mapping[str, Any]) -> Report:
    """Return the report that `kg.validate.render_json.report_dict` made."""
    results = tuple(_result(each) for each in raw.get("results", ()))
    return Report(results, dict(raw.get("checked", {})))


def impact_of(raw: Mapping[str, Any]) -> Impact:
    """Return the impact that `kg.reason.impact.Impact.as_dict` made."""
    clashes = raw["contradictions"]
    return Impact(
        {each: tuple(map(_triple, some)) for each, some in raw["entailed"].items()},
        {each: tuple(map(_triple, some)) for each, some in raw["retracted"].items()},
        tuple(map(_contradiction, clashes["appeared"])),
        tuple(map(_contradiction, clashes["resolved"])),
        raw["recomputed"],
    )


def _triple(raw: list[str]) -> tuple[str, str, str]:
    subject, predicate, value = raw
    return subject, predicate, value


def _contradiction(raw: Mapping[str, Any]) -> Contradiction:
    return Contradiction(raw["rule"], tuple(map(_triple, raw["triples"])))


def _result(raw: Mapping[str, Any]) -> Result:
    spots = raw["spots"]
    return Result(
        severity=raw["severity"],
        message=Text(**raw["message"]),
        focus=raw["focus"],
        path=raw["path"],
        value=raw["value"],
        component=raw["component"],
        shape=raw["shape"],
        rule=raw["rule"],
        graph=raw["graph"],
        places=tuple(Place(**each) for each in raw["places"]),
        tree=path_of(raw["path"]) if raw["path"] else None,
        source_shape=raw["sourceShape"],
        constraint=raw["constraint"],
        severity_iri=raw["severityIri"],
        messages=tuple((each["text"], each["language"] or "") for each in raw["messages"]),
        details=tuple(_result(each) for each in raw["details"]),
        spots=Spots(*(_place(spots[name]) for name in ("focus", "path", "value"))),
        proposal=_proposal(raw["proposal"]),
    )


def _place(raw: Mapping[str, Any] | None) -> Place | None:
    return None if raw is None else Place(**raw)


def _proposal(raw: Mapping[str, Any] | None) -> Proposal | None:
    if raw is None:
        return None
    replace = raw["replace"]
    old_new = None if replace is None else (replace["old"], replace["new"])
    return Proposal(Text(**raw["text"]), old_new, raw["turtle"])


def path_of(text: str) -> Path | None:
    """Return the path that `text` is in the syntax of SPARQL, None if it is none."""
    tokens = [match[1] for match in _TOKEN.finditer(text)]
    if "".join(tokens) != re.sub(r"\s+", "", text):
        return None
    try:
        found, rest = _alternative(tokens)
    except (IndexError, ValueError, RecursionError):
        return None
    return None if rest else found


def _alternative(tokens: list[str]) -> tuple[Path, list[str]]:
    first, rest = _sequence(tokens)
    parts = [first]
    while rest and rest[0] == "|":
        part, rest = _sequence(rest[1:])
        parts.append(part)
    return (Alternative(tuple(parts)) if len(parts) > 1 else first), rest


def _sequence(tokens: list[str]) -> tuple[Path, list[str]]:
    first, rest = _part(tokens)
    parts = [first]
    while rest and rest[0] == "/":
        part, rest = _part(rest[1:])
        parts.append(part)
    return (Sequence(tuple(parts)) if len(parts) > 1 else first), rest


def _part(tokens: list[str]) -> tuple[Path, list[str]]:
    """Read a step or a path in brackets, `^` before it and signs of repetition after it."""
    if tokens[0] == "^":
        found, rest = _part(tokens[1:])
        return (Step(found.predicate, True) if isinstance(found, Step) else Inverse(found)), rest
    found, rest = _primary(tokens)
    while rest and rest[0] in _REPEATS:
        found, rest = Repeat(found, *_REPEATS[rest[0]]), rest[1:]
    return found, rest


def _primary(tokens: list[str]) -> tuple[Path, list[str]]:
    if tokens[0] == "(":
        found, rest = _alternative(tokens[1:])
        if rest[0] != ")":
            raise ValueError(rest[0])
        return found, rest[1:]
    if not tokens[0].startswith("<"):
        raise ValueError(tokens[0])
    return Step(tokens[0]), tokens[1:]
