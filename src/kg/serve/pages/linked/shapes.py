"""/shapes: what the shapes demand, shape by shape, in words and as Turtle."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from kg.errors import ReadError, Text
from kg.namespaces import OWL, RDF_TYPE, RDFS, SH
from kg.rdf.turtle import write_turtle
from kg.serve.pages.labels import last_part
from kg.serve.pages.linked.facts import Facts, facts, facts_of
from kg.serve.pages.linked.ontology import FILES, Names, has_rules, shape_name
from kg.serve.pages.linked.room import room_routes
from kg.serve.pages.linked.shape_words import Sentence, Words
from kg.serve.pages.linked.statements import Statement
from kg.serve.pages.linked.write import Document
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.terms import Term
from kg.serve.pages.visit import Visit

_TARGETS: Mapping[str, Text] = MappingProxyType(
    {
        "targetClass": Text("alles, was beschrieben ist als", "everything that is described as"),
        "targetNode": Text("genau", "exactly"),
        "targetSubjectsOf": Text("alles, was diese Angabe hat:", "everything that has this:"),
        "targetObjectsOf": Text(
            "alles, was bei dieser Angabe steht:", "everything that stands at this:"
        ),
    }
)
_SEVERITIES: Mapping[str, Text] = MappingProxyType(
    {
        f"{SH}Warning": Text("Warnung", "warning"),
        f"{SH}Info": Text("Hinweis", "note"),
    }
)


@dataclass(frozen=True)
class Rule:
    """What is demanded of the values of one path; `messages` are those of a breach."""

    name: str
    path: Sentence
    rules: tuple[Sentence, ...]
    messages: tuple[Text, ...]
    severity: Text | None


@dataclass(frozen=True)
class Shape:
    """A node shape, or a property shape with targets of its own."""

    iri: str
    name: Text
    targets: tuple[tuple[Text, tuple[str, ...]], ...]
    rules: tuple[Rule, ...]
    general: tuple[Sentence, ...]
    messages: tuple[Text, ...]
    severity: Text | None
    queries: int
    turtle: str


def routes(site: Site) -> list[PageRoute]:
    """Return the routes of the shapes."""
    return room_routes(site, "shapes", _values)


async def _values(site: Site, visit: Visit) -> Callable[[], Mapping[str, Any]]:
    known = await facts(site, visit, "shapes")
    terms = await facts(site, visit, "ontology")
    return lambda: _made(site, visit, known, terms)


def _made(site: Site, visit: Visit, known: Facts, terms: Facts) -> Mapping[str, Any]:
    found = known.of_type(f"{SH}NodeShape", f"{SH}PropertyShape")
    subjects = [one for one in found if one.is_iri]
    told = facts_of((*terms.statements, *known.statements))
    names = Names(site, visit, told, (one.value for one in subjects))
    words = Words(known, visit.lang, names.name)
    graphs = {one.subject: one.graph for one in reversed(known.statements)}
    modules: dict[str, list[Shape]] = {}
    prefix = site.project.graph_iri("shapes/")
    for subject in subjects:
        if has_rules(known, subject):
            shape = _shape(known, words, subject, site.project.prefixes)
            modules.setdefault(graphs[subject].removeprefix(prefix), []).append(shape)
    return {
        "modules": modules,
        "views": [one.value for one in subjects if not has_rules(known, one)],
        "names": names,
        "files": FILES,
        "other": "en" if visit.lang == "de" else "de",
    }


def _shape(known: Facts, words: Words, subject: Term, prefixes: Mapping[str, str]) -> Shape:
    targets = [
        (text, tuple(value.value for value in known.values(subject, SH + name)))
        for name, text in _TARGETS.items()
    ]
    if _is_class(known, subject):
        targets.append((_TARGETS["targetClass"], (subject.value,)))
    return Shape(
        subject.value,
        shape_name(known, subject),
        tuple((text, iris) for text, iris in targets if iris),
        tuple(_property_rules(known, words, subject)),
        tuple(_general(known, words, subject)),
        tuple(_messages(known, subject)),
        _severity(known, subject),
        len(known.values(subject, f"{SH}sparql")),
        _turtle(known, subject, prefixes),
    )


def _is_class(known: Facts, subject: Term) -> bool:
    """Return whether a shape is its own target (SHACL section 2.1.3.3)."""
    types = {value.value for value in known.values(subject, RDF_TYPE)}
    return f"{RDFS}Class" in types or f"{OWL}Class" in types


def _property_rules(known: Facts, words: Words, subject: Term) -> Iterator[Rule]:
    """Yield the rules of a shape, those on one path together."""
    by_path: dict[Term, list[Term]] = {}
    own = [subject] if known.values(subject, f"{SH}path") else []
    for one in (*own, *known.values(subject, f"{SH}property")):
        for path in known.values(one, f"{SH}path"):
            by_path.setdefault(path, []).append(one)
    found = [_rule(known, words, path, shapes) for path, shapes in by_path.items()]
    yield from sorted(found, key=lambda rule: (rule.name.casefold(), rule.path))


def _rule(known: Facts, words: Words, path: Term, shapes: list[Term]) -> Rule:
    told = words.path(path)
    names = [known.text(one, f"{SH}name").to(words.lang) for one in shapes]
    name = next(filter(None, names), "".join(piece.words for piece in told))
    severities = [_severity(known, one) for one in shapes]
    return Rule(
        name,
        told,
        tuple(_merged(words, shapes)),
        tuple(dict.fromkeys(text for one in shapes for text in _messages(known, one))),
        severities[0] if all(severities) else None,
    )


def _merged(words: Words, shapes: Iterable[Term]) -> list[Sentence]:
    """Return the rules of several shapes on one path, each once, the number of values first."""
    found: list[Sentence] = []
    for sentence in (one for shape in shapes for one in words.rules(shape)):
        if sentence not in found:
            found.append(sentence)
    return sorted(found, key=lambda one: not words.is_count(one))


def _general(known: Facts, words: Words, subject: Term) -> list[Sentence]:
    """Return what a node shape demands besides its properties."""
    if known.values(subject, f"{SH}path"):
        return []
    return words.rules(subject, properties=False)


def _messages(known: Facts, shape: Term) -> Iterator[Text]:
    for one in (shape, *known.values(shape, f"{SH}sparql")):
        text = known.text(one, f"{SH}message")
        if text.de:
            yield text


def _severity(known: Facts, shape: Term) -> Text | None:
    value = known.value(shape, f"{SH}severity")
    return _SEVERITIES.get(value.value) if value else None


def _turtle(known: Facts, subject: Term, prefixes: Mapping[str, str]) -> str:
    """Return a shape with all that hangs on it."""
    told: list[Statement] = []
    waiting, seen = [subject], {subject}
    while waiting:
        node = waiting.pop()
        for predicate, values in known.about.get(node, {}).items():
            for value in values:
                told.append(Statement("", node, predicate, value))
                if value.kind == "bnode" and value not in seen:
                    seen.add(value)
                    waiting.append(value)
    try:
        return write_turtle(Document(tuple(told), ()).triples, prefixes)
    except ReadError:  # a blank node that several share
        return last_part(subject.value)
