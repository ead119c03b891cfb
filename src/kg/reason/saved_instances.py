"""The instances of rules that conclude something, as JSON: what an explanation needs of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from kg.reason.engine import Engine
from kg.reason.instance import Instance, linked
from kg.reason.matching import Atom, Binding, Body, Condition
from kg.reason.owl_rules import owl_rules
from kg.reason.rule import Expression, Rule


def write_instances(engine: Engine) -> bytes:
    """Return the instances of `engine` and those that were retired, apart from "false"."""
    numbers = {id(rule): number for number, rule in enumerate(engine.rules)}
    found = [
        {
            "rule": numbers.get(id(each.rule), each.rule.name),
            "match": _body(each.body),
            "head": each.head,
            "names": each.names,
            "ground": each.ground,
            "lists": each.lists,
            "shortcut": each.implied,
            "linked": each.link is not None,
            "retired": bool(retired),
        }
        for retired, instances in enumerate((engine.instances, engine.retired))
        for each in instances
        if each.head
    ]
    return json.dumps(found, separators=(",", ":"), ensure_ascii=False).encode()


def read_instances(text: bytes, engine: Engine) -> None:
    """Give `engine`, which has its rules, the instances of `write_instances`.

    Raises KeyError, IndexError, TypeError or ValueError for anything else.
    """
    by_name: dict[str, Rule] = {rule.name: rule for rule in owl_rules()}
    same = engine.state.words.same
    for saved in json.loads(text):
        key = saved["rule"]
        instance = Instance(
            rule=engine.rules[key] if isinstance(key, int) else by_name[key],
            body=_read_body(saved["match"]),
            head=_atoms(saved["head"]),
            names=tuple(saved["names"]),
            ground=_atoms(saved["ground"]),
            lists=tuple((start, tuple(members)) for start, members in saved["lists"]),
            implied=saved["shortcut"],
        )
        kept = engine.retired if saved["retired"] else engine.instances
        kept.append(linked(instance, same) if saved["linked"] else instance)


def _body(body: Body) -> list[Any]:
    conditions = [_condition(each) for each in body.conditions]
    bindings = [(each.variable, _condition(each.value)) for each in body.bindings]
    return [body.atoms, conditions, bindings, [_body(each) for each in body.unless]]


def _read_body(saved: list[Any]) -> Body:
    atoms, conditions, bindings, unless = saved
    return Body(
        atoms=_atoms(atoms),
        conditions=tuple(map(_read_condition, conditions)),
        bindings=tuple(Binding(name, _read_condition(value)) for name, value in bindings),
        unless=tuple(map(_read_body, unless)),
    )


def _condition(condition: Condition) -> list[Any]:
    return [_expression(condition.expression), condition.variables]


def _read_condition(saved: list[Any]) -> Condition:
    expression, variables = saved
    return Condition(
        _read_expression(expression), tuple((name, number) for name, number in variables)
    )


def _expression(expression: Expression) -> list[Any]:
    arguments = [
        _expression(each) if isinstance(each, Expression) else each for each in expression.arguments
    ]
    return [expression.operator, arguments]


def _read_expression(saved: list[Any]) -> Expression:
    operator, arguments = saved
    return Expression(
        operator,
        tuple(_read_expression(each) if isinstance(each, list) else each for each in arguments),
    )


def _atoms(saved: Iterable[Sequence[int]]) -> tuple[Atom, ...]:
    return tuple((predicate, subject, value) for predicate, subject, value in saved)
