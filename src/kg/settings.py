"""A project folder and its kg.toml become a Project: names, prefixes and options, no state."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from kg.errors import Place, ProjectError, Text
from kg.namespaces import ABSOLUTE_IRI, WELL_KNOWN

CONFIG_NAME = "kg.toml"
DefaultGraph = Literal["union", "plain"]
_NOT_IN_IRI = re.compile(r"[\x00-\x20<>\"{}|\\^`%]")


@dataclass(frozen=True)
class Project:
    """One folder that becomes a graph.

    `base` is the IRI under which graphs are named: `{base}graph/{path without suffix}`.
    `prefixes` maps prefix to namespace, for messages, canonical Turtle and queries.
    `default_graph` says what a query without FROM sees: the union of all graphs, or only
    triples outside of named graphs. `health` is an ASK query that `/health` proves. `license` is
    the IRI of the licence of all that the project publishes.
    """

    root: Path
    title: str
    base: str
    prefixes: Mapping[str, str] = field(default_factory=dict)
    default_graph: DefaultGraph = "union"
    health: str | None = None
    license: str | None = None
    service: Mapping[str, Any] = field(default_factory=dict)
    write: Mapping[str, Any] = field(default_factory=dict)
    pages: Mapping[str, Any] = field(default_factory=dict)
    search: Mapping[str, Any] = field(default_factory=dict)

    @property
    def build_dir(self) -> Path:
        """The folder that holds the published versions."""
        return self.root / "build"

    def graph_iri(self, name: str) -> str:
        """Return the IRI of the named graph `name`, such as "documents/x" or "inferred".

        Signs that no IRI may have, such as a space, are percent-encoded.
        """
        safe = _NOT_IN_IRI.sub(lambda match: f"%{ord(match.group()):02X}", name)
        return f"{self.base}graph/{safe}"


def read_project(root: Path) -> Project:
    """Read `root`/kg.toml; every entry is optional.

    Raises ProjectError when the folder does not exist or an entry is not of its type.
    """
    if not root.is_dir():
        raise ProjectError(
            Text(
                de=f"Der Ordner {root} ist nicht da. Geben Sie den Ordner des Projekts an.",
                en=f"There is no folder {root}. Name the folder of the project.",
            )
        )
    config = root / CONFIG_NAME
    raw = _parse(config) if config.is_file() else {}
    section = _table(raw, "project", config)
    prefixes = {**WELL_KNOWN, **_table(raw, "prefixes", config)}
    default_graph = section.get("default_graph", "union")
    if default_graph not in ("union", "plain"):
        raise _wrong(config, "project.default_graph", '"union" | "plain"')
    for name, value in [*section.items(), *prefixes.items()]:
        if not isinstance(value, str):
            raise _wrong(config, name, '"..."')
    if not ABSOLUTE_IRI.match(section.get("base", "urn:kg:")):
        raise _wrong(config, "project.base", '"https://…/"')
    if not ABSOLUTE_IRI.match(section.get("license", "urn:kg:")):
        raise _wrong(config, "project.license", '"https://…"')
    return Project(
        root=root,
        title=section.get("title", root.resolve().name),
        base=section.get("base", "urn:kg:"),
        prefixes=MappingProxyType(prefixes),
        default_graph=default_graph,
        health=section.get("health"),
        license=section.get("license"),
        service=_table(raw, "service", config),
        write=_table(raw, "write", config),
        pages=_table(raw, "pages", config),
        search=_table(raw, "search", config),
    )


def _parse(config: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(config.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProjectError(
            Text(de=f"Kein gültiges TOML: {error}", en=f"Not valid TOML: {error}"),
            place=Place(str(config)),
        ) from error


def _table(raw: dict[str, Any], name: str, config: Path) -> dict[str, Any]:
    value = raw.get(name, {})
    if not isinstance(value, dict):
        raise _wrong(config, name, "[...]")
    return value


def _wrong(config: Path, name: str, expected: str) -> ProjectError:
    return ProjectError(
        Text(
            de=f"Der Eintrag {name} hat nicht die erwartete Form {expected}.",
            en=f"The entry {name} does not have the expected form {expected}.",
        ),
        place=Place(str(config)),
    )
