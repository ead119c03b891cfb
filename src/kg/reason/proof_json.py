"""An Account as JSON: flat steps that programs follow, or nested nodes ready for a page.

The names are those of docs/schemas/explanation.schema.json.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from kg.reason.account import Account, Step, Telling
from kg.reason.labels import parts
from kg.reason.proof import Attempt, Triple
from kg.reason.proof_sources import Origin

DEEPEST = 100
"""Nodes are nested so deep at most; the step number says where to go on."""


def as_json(account: Account) -> str:
    """Return proofs as lists of steps that name their premises by number."""
    document = _head(account)
    document["proofs"] = [
        {
            "conclusion": telling.root.number,
            "steps": [_step(account, step) for step in telling.steps],
        }
        for telling in account.tellings
    ]
    document["attempts"] = [_attempt(account, each) for each in account.explanation.attempts]
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def as_tree(account: Account) -> str:
    """Return proofs as nested nodes: label, rule, children, sources."""
    document = _head(account)
    document["proofs"] = [_node(account, telling) for telling in account.tellings]
    document["attempts"] = [
        {
            "label": account.because(attempt.rule),
            "rule": _rule(account, attempt.rule),
            "children": [
                *_leaves(account, attempt.present, "present"),
                *_leaves(account, attempt.missing, "missing"),
                *_leaves(account, attempt.blocked, "blocked"),
                *({"label": each, "state": "failed", "children": []} for each in attempt.failed),
            ],
        }
        for attempt in account.explanation.attempts
    ]
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def term(account: Account, one: str) -> dict[str, str]:
    """Return a term as the SPARQL 1.1 results in JSON write it, section 3.2.2, with its label."""
    if one.startswith('"'):
        text, tag, datatype = parts(one)
        found = {"type": "literal", "value": text}
        if tag:
            found["xml:lang"] = tag
        elif datatype:
            found["datatype"] = datatype
        return found
    if one.startswith("<"):
        found = {"type": "uri", "value": one[1:-1]}
        label = account.labels.named(one)
        return {**found, "label": label} if label else found
    if one.startswith("?"):
        return {"type": "variable", "value": one[1:]}
    return {"type": "bnode", "value": one.removeprefix("_:")}


def _head(account: Account) -> dict[str, Any]:
    names = zip(("subject", "predicate", "object"), account.triple, strict=True)
    return {
        "triple": _triple(account, account.triple),
        "statement": account.labels.sentence(account.triple),
        "holds": account.explanation.holds,
        "complete": account.explanation.complete,
        "language": account.lang,
        "version": account.version or None,
        "unknown": [name for name, one in names if one in account.unknown],
    }


def _triple(account: Account, triple: Triple) -> dict[str, Any]:
    subject, predicate, value = (term(account, one) for one in triple)
    return {"subject": subject, "predicate": predicate, "object": value}


def _statement(account: Account, triple: Triple) -> dict[str, Any]:
    return {
        "triple": _triple(account, triple),
        "statement": account.labels.sentence(triple),
    }


def _rule(account: Account, name: str) -> dict[str, str]:
    found = {"name": name, "text": account.because(name)}
    reference = account.reference(name)
    return {**found, "reference": reference} if reference else found


def _step(account: Account, step: Step) -> dict[str, Any]:
    return {
        "number": step.number,
        **_statement(account, step.triple),
        "rule": _rule(account, step.rule),
        "premises": list(step.premises),
        "absent": [[_statement(account, triple) for triple in group] for group in step.absent],
        "sources": _sources(account, step.origins),
    }


def _sources(account: Account, origins: Iterable[Origin]) -> list[dict[str, Any]]:
    return [
        {
            "graph": term(account, origin.graph) if origin.graph else None,
            "documents": [term(account, each) for each in origin.documents],
            "file": origin.place.file if origin.place else None,
            "line": origin.place.line if origin.place else None,
        }
        for origin in origins
    ]


def _attempt(account: Account, attempt: Attempt) -> dict[str, Any]:
    return {
        "rule": _rule(account, attempt.rule),
        "present": [_statement(account, each) for each in attempt.present],
        "missing": [_statement(account, each) for each in attempt.missing],
        "blocked": [_statement(account, each) for each in attempt.blocked],
        "failed": list(attempt.failed),
    }


def _leaves(account: Account, triples: Iterable[Triple], state: str) -> list[dict[str, Any]]:
    return [
        {"label": account.labels.sentence(each), "state": state, "children": []} for each in triples
    ]


def _node(account: Account, telling: Telling) -> dict[str, Any]:
    """Return the nested nodes of a proof; a step stands in full where it comes first."""
    full: set[int] = set()
    root: dict[str, Any] = {}
    stack = [(telling.root.number, root, 0)]
    while stack:
        number, node, depth = stack.pop()
        step = telling.steps[number - 1]
        node["step"] = number
        node["label"] = account.labels.sentence(step.triple)
        node["rule"] = _rule(account, step.rule)
        node["sources"] = _sources(account, step.origins)
        node["repeated"] = bool(step.premises) and (number in full or depth >= DEEPEST)
        children: list[dict[str, Any]] = [{} for _ in step.premises if not node["repeated"]]
        node["children"] = children
        full.add(number)
        stack += reversed(
            [
                (premise, child, depth + 1)
                for premise, child in zip(step.premises, children, strict=False)
            ]
        )
    return root
