"""The table [search] of kg.toml becomes settings: what is found by which keys, what is hidden."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from kg.errors import Place, ProjectError, Text
from kg.namespaces import ABSOLUTE_IRI
from kg.publish.search.words import words
from kg.settings import CONFIG_NAME, Project


@dataclass(frozen=True)
class Step:
    """One step of a path: along a property, or against it."""

    property: str
    inverse: bool = False


Path = tuple[Step, ...]


_READ_AS = "read as"


def _iris() -> Any:
    return field(default=(), metadata={_READ_AS: "iris"})


@dataclass(frozen=True)
class SearchSettings:
    """What a project says about its search; all IRIs are full.

    `keys` are properties whose literals name a subject. `within` are the paths from a subject to
    where it lies, `regions` the class of the regions among them; `parent` are the paths to what
    is named beside a subject to tell it from others of its name. Subjects of the classes `hidden`
    are found only when they are asked for, unless they are of a class that is `shown`.
    `pass_over` are words without weight, folded. `examples` are what people may seek.
    """

    keys: tuple[str, ...] = _iris()
    within: tuple[Path, ...] = field(default=(), metadata={_READ_AS: "paths"})
    regions: str = field(default="", metadata={_READ_AS: "iri"})
    parent: tuple[Path, ...] = field(default=(), metadata={_READ_AS: "paths"})
    hidden: tuple[str, ...] = _iris()
    shown: tuple[str, ...] = _iris()
    pass_over: frozenset[str] = field(default=frozenset(), metadata={_READ_AS: "words"})
    examples: tuple[str, ...] = field(default=(), metadata={_READ_AS: "texts"})

    def hides(self, kind: str, above: frozenset[str]) -> bool:
        """Return whether what is of a class with the superclasses `above` is hidden."""
        every = above | {kind}
        return not every.isdisjoint(self.hidden) and every.isdisjoint(self.shown)


def search_settings(project: Project) -> SearchSettings:
    """Return what `[search]` of the project says; every entry is optional.

    Names are IRIs or prefix:name. Paths are names with / between them, ^ before what is followed
    backwards. Raises ProjectError.
    """
    reader = _Reader(project)
    known = {each.name: each.metadata[_READ_AS] for each in fields(SearchSettings)}
    for name in project.search:
        if name not in known:
            raise reader.wrong(name, ", ".join(known))
    given = {name: how for name, how in known.items() if name in project.search}
    return SearchSettings(**{name: reader.read(name, how) for name, how in given.items()})


@dataclass(frozen=True)
class _Reader:
    project: Project

    def read(self, name: str, how: str) -> Any:
        value = self.project.search[name]
        if how == "iri":
            if not isinstance(value, str):
                raise self.wrong(name, '"..."')
            return self.iri(name, value) if value else ""
        texts = [value] if isinstance(value, str) else value
        if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
            raise self.wrong(name, '["...", ...]')
        if how == "words":
            return frozenset(word for each in texts for word in words(each))
        if how == "paths":
            return tuple(self.path(name, each) for each in texts)
        return tuple(self.iri(name, each) for each in texts) if how == "iris" else tuple(texts)

    def path(self, name: str, text: str) -> Path:
        steps = _split(text)
        return tuple(
            Step(self.iri(name, step.removeprefix("^")), inverse=step.startswith("^"))
            for step in steps
        )

    def iri(self, name: str, text: str) -> str:
        prefix, colon, local = text.partition(":")
        if colon and prefix in self.project.prefixes:
            return self.project.prefixes[prefix] + local
        full = text[1:-1] if text.startswith("<") and text.endswith(">") else ""
        if ABSOLUTE_IRI.match(full):
            return full
        raise self.wrong(name, '"prefix:name" | "<https://…>"')

    def wrong(self, name: str, expected: str) -> ProjectError:
        return ProjectError(
            Text(
                de=f"Der Eintrag search.{name} hat nicht die erwartete Form {expected}.",
                en=f"The entry search.{name} does not have the expected form {expected}.",
            ),
            place=Place(str(self.project.root / CONFIG_NAME)),
        )


def _split(text: str) -> list[str]:
    """Return the steps of a path: what / divides outside of angle brackets."""
    steps, inside = [""], False
    for sign in text:
        inside = sign == "<" or (inside and sign != ">")
        if sign == "/" and not inside:
            steps.append("")
        else:
            steps[-1] += sign
    return [step.strip() for step in steps]
