"""What is wrong with the file of a contribution itself, whatever the rules of the project say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pyoxigraph import NamedNode, Triple

from kg.errors import Place, Text
from kg.namespaces import RDF_TYPE, SH, shorten
from kg.rdf.dataset import Source
from kg.rdf.dictionary import Dictionary
from kg.rdf.turtle_values import decimal_commas
from kg.settings import Project
from kg.validate.places import with_places
from kg.validate.report import Proposal, Report, Result

EMPTY, SHAPES, RELATIVE = "empty-file", "shapes-as-data", "relative-iri"
DECIMAL_COMMA = "decimal-comma"
_SHAPES = (SH + "NodeShape", SH + "PropertyShape")
_HOST = re.compile(r"([A-Za-z0-9-]+\.)+[A-Za-z]{2,}(:[0-9]+)?([/?#]|$)")
_MOST_MEANT = 3


@dataclass(frozen=True)
class Known:
    """What helps to say what an address is short for: the project and its terms."""

    project: Project
    dictionary: Dictionary


def check_files(sources: Sequence[Source], known: Known) -> list[Result]:
    """Return the findings about empty files, shapes given as data, decimal commas and
    relative IRIs.

    An IRI is relative if it begins as the base of contributions does: a file outside of the
    project has no address of its own that others could be relative to (RFC 3986, section 5.1).
    """
    found: list[Result] = []
    for source in sources:
        if not source.quads:
            found.append(_empty(source))
        found += _decimal_commas(source)
        found += with_places(Report(tuple(_in_file(source, known))), [source]).results
    return found


def holds_shapes(source: Source) -> bool:
    """Return whether `source` declares shapes."""
    return any(_is_shape(triple) for triple in source.triples())


def without_relative(
    results: Iterable[Result], sources: Sequence[Source], project: Project
) -> list[Result]:
    """Return `results` without those about what is named by a relative IRI in `sources`."""
    names = {f"<{iri}>" for source in sources for iri in _relative(source, project)}
    return [each for each in results if each.focus not in names and each.value not in names]


def _in_file(source: Source, known: Known) -> Iterator[Result]:
    shapes = next((each for each in source.triples() if _is_shape(each)), None)
    if shapes is not None:
        yield _shapes(shapes)
    relative = _relative(source, known.project)
    if not relative:
        return
    for subject in dict.fromkeys(str(triple.subject)[1:-1] for triple in source.triples()):
        if subject in relative:
            yield _finding(relative[subject], known, f"<{subject}>")
    for triple in source.triples():
        yield from _of_triple(triple, relative, known)


def _empty(source: Source) -> Result:
    return Result(
        severity="Warning",
        message=Text(
            de="Die Datei enthält keine Aussagen. Ist es die richtige, und ist sie gespeichert?",
            en="The file contains no statements. Is it the right one, and is it saved?",
        ),
        focus=f"<{source.graph}>",
        rule=EMPTY,
        graph=source.graph,
        places=(Place(source.shown, 1, 1),),
    )


def _decimal_commas(source: Source) -> Iterator[Result]:
    if not source.is_turtle:
        return
    for one in decimal_commas(source.read()):
        yield Result(
            severity="Violation",
            message=Text(
                de=f"{one.written} sind hier zwei Zahlen: Turtle schreibt einen Punkt, kein Komma.",
                en=f"{one.written} are two numbers here: Turtle writes a dot, no comma.",
            ),
            focus=f"<{source.graph}>",
            rule=DECIMAL_COMMA,
            graph=source.graph,
            places=(Place(source.shown, one.line, one.column),),
            proposal=Proposal(
                Text(
                    de=f"Schreiben Sie {one.due} statt {one.written}.",
                    en=f"Write {one.due} instead of {one.written}.",
                )
            ),
        )


def _is_shape(triple: Triple) -> bool:
    return (
        triple.predicate.value == RDF_TYPE
        and isinstance(triple.object, NamedNode)
        and triple.object.value in _SHAPES
    )


def _shapes(triple: Triple) -> Result:
    kind = "sh:" + str(triple.object)[1:-1].removeprefix(SH)
    return Result(
        severity="Violation",
        message=Text(
            de=f"Die Datei enthält Regeln ({kind}), keine Daten; Regeln werden mit --shapes "
            "angegeben oder liegen in shapes/.",
            en=f"The file contains rules ({kind}), not data; rules are given with --shapes or "
            "lie in shapes/.",
        ),
        focus=str(triple.subject),
        path=f"<{RDF_TYPE}>",
        value=str(triple.object),
        rule=SHAPES,
    )


def _relative(source: Source, project: Project) -> dict[str, str]:
    """Return the IRIs of `source` that were relative, with what stands in the file."""
    base = source.graph.rpartition("/")[0] + "/"
    if not base.startswith(project.graph_iri("contribution/")):
        return {}
    found: dict[str, str] = {}
    for triple in source.triples():
        for term in (triple.subject, triple.predicate, triple.object):
            if isinstance(term, NamedNode) and term.value.startswith(base):
                rest = term.value.removeprefix(source.graph)
                written = rest if rest[:1] in ("#", "?") else term.value.removeprefix(base)
                if term.value != source.graph:
                    found[term.value] = written
    return found


def _of_triple(triple: Triple, relative: dict[str, str], known: Known) -> Iterator[Result]:
    """Yield a finding for each relative IRI of a statement but its subject."""
    subject, predicate, value = str(triple.subject), triple.predicate, triple.object
    if predicate.value in relative:
        yield _finding(relative[predicate.value], known, subject, str(predicate))
    if isinstance(value, NamedNode) and value.value in relative:
        yield _finding(relative[value.value], known, subject, str(predicate), str(value))


def _finding(
    written: str, known: Known, focus: str, path: str | None = None, value: str | None = None
) -> Result:
    return Result(
        severity="Violation",
        message=Text(
            de=f"Die Adresse <{written}> ist nicht vollständig; erwartet wird eine mit https:// "
            "am Anfang oder ein Name mit Präfix.",
            en=f"The address <{written}> is not complete; expected is one that begins with "
            "https:// or a name with a prefix.",
        ),
        focus=focus,
        path=path,
        value=value,
        rule=RELATIVE,
        proposal=_proposal(written, known),
    )


def _proposal(written: str, known: Known) -> Proposal | None:
    if _HOST.match(written):
        new = f"<https://{written}>"
        return Proposal(
            Text(de=f"Schreiben Sie {new}.", en=f"Write {new}."), replace=(f"<{written}>", new)
        )
    prefixes = known.project.prefixes
    full = [namespace + written for namespace in prefixes.values()]
    names = sorted(shorten(iri, prefixes) for iri in full if known.dictionary.find(f"<{iri}>"))
    if not 0 < len(names) <= _MOST_MEANT:
        return None
    return Proposal(
        Text(
            de=f"Meinten Sie {' oder '.join(names)}?",
            en=f"Did you mean {' or '.join(names)}?",
        )
    )
