"""The section [write] of kg.toml: who may write what, how often and how much."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from kg.errors import Place, ProjectError, Text
from kg.settings import CONFIG_NAME, Project
from kg.write.rate import Rate

MIB = 1 << 20
_ORIGIN = re.compile(r"https?://[^/\s,*]+\Z")
_KNOWN = ("protected", "rate", "burst", "body", "memory", "origins")


@dataclass(frozen=True)
class WriteOptions:
    """`protected` are patterns for the names of graphs that only publishers change.

    A pattern is compared with what stands after `{base}graph/` of a graph's IRI, `*` standing for
    any signs. `body` is in bytes, also for what is decompressed; `memory` is what the process that
    writes may take beyond what it has at its start. Scripts of `origins` may write.
    """

    protected: tuple[str, ...] = ("ontology/*", "shapes/*")
    rate: Rate = field(default_factory=lambda: Rate(600, 200))
    body: int = 64 * MIB
    memory: int = 2048 * MIB
    origins: frozenset[str] = frozenset()

    def is_protected(self, name: str) -> bool:
        """Return whether the graph `name`, without `{base}graph/`, is one for publishers."""
        return any(fnmatchcase(name, pattern) for pattern in self.protected)


def read_options(project: Project) -> WriteOptions:
    """Return the options of `project`; raises ProjectError for an entry that is none.

    `rate` is the number of writes a minute, 0 for no limit, `burst` so many at once, `body` a
    number of MiB.
    """
    given, usual = project.write, WriteOptions()
    for name in given:
        if name not in _KNOWN:
            raise _wrong(project, name, " | ".join(_KNOWN))
    origins = _texts(project, given, "origins")
    if origins and not all(map(_ORIGIN.match, origins)):
        raise _wrong(project, "origins", '["https://example.org", …]')
    protected = _texts(project, given, "protected")
    rate = _number(project, given, "rate", usual.rate.per_minute)
    burst = _number(project, given, "burst", min(usual.rate.burst, max(1, rate)))
    body = _number(project, given, "body", usual.body / MIB)
    memory = _number(project, given, "memory", usual.memory / MIB)
    for name, value, least in (("burst", burst, 1), ("body", body, 0.001), ("memory", memory, 64)):
        if value < least:
            raise _wrong(project, name, f"{least:g}, …")
    return WriteOptions(
        usual.protected if protected is None else protected,
        Rate(rate, int(burst)),
        int(body * MIB),
        int(memory * MIB),
        frozenset(origins or ()),
    )


def _texts(project: Project, given: Mapping[str, Any], name: str) -> tuple[str, ...] | None:
    value = given.get(name)
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise _wrong(project, name, '["…", …]')
    return tuple(value)


def _number(project: Project, given: Mapping[str, Any], name: str, usual: float) -> float:
    value = given.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e9:
        raise _wrong(project, name, "0, 1, 2, …")
    return float(value)


def _wrong(project: Project, name: str, expected: str) -> ProjectError:
    return ProjectError(
        Text(
            de=f"Der Eintrag write.{name} hat nicht die erwartete Form {expected}.",
            en=f"The entry write.{name} does not have the expected form {expected}.",
        ),
        place=Place(str(project.root / CONFIG_NAME)),
    )
