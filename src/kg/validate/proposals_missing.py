"""What is missing becomes a statement in Turtle to paste: SHACL minCount, hasValue and the like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from kg.errors import Text
from kg.namespaces import DCT, OWL, PROV, RDF, RDF_TYPE, SH, XSD
from kg.rdf import literals
from kg.rdf.names import PLAIN_LOCAL
from kg.rdf.turtle import quoted
from kg.validate.paths import Step
from kg.validate.proposals_expected import Expected, expected
from kg.validate.proposals_known import EXAMPLE, Known, is_bare
from kg.validate.proposals_meant import listed
from kg.validate.proposals_value import LANGUAGES, instead
from kg.validate.report import Proposal, Result
from kg.validate.shapes import Shape

BLANK = "…"
_TYPE = f"<{RDF_TYPE}>"
_OBJECT_PROPERTY = f"<{OWL}ObjectProperty>"
_EXAMPLES = MappingProxyType(
    {
        XSD + "date": "2024-01-31",
        XSD + "gYearMonth": "2024-01",
        XSD + "gYear": "2024",
        XSD + "dateTime": "2024-01-31T12:00:00",
        XSD + "boolean": "true",
        XSD + "integer": "1",
        XSD + "decimal": "1.0",
        XSD + "double": "1.0E0",
        XSD + "anyURI": "https://example.org/",
    }
)
_SOURCES = (DCT + "source", PROV + "wasDerivedFrom")
_MOST_CHOICES = 12
_QUALIFIED = f"{SH}QualifiedMinCountConstraintComponent"
_MIN_COUNT = f"{SH}MinCountConstraintComponent"
_PROPERTY = f"{SH}PropertyConstraintComponent"


@dataclass(frozen=True)
class Filling:
    """What stands in a statement to add: `text` in Turtle, true or with a blank to fill in.

    `choices` are the terms that are possible, if they are few; `example` shows the form.
    """

    text: str
    is_true: bool = False
    choices: tuple[str, ...] = ()
    example: str | None = None


def missing(result: Result, known: Known) -> Proposal | None:
    """Propose the statement that is missing, with a blank for its value unless that is sure."""
    path = result.tree
    if not isinstance(path, Step):
        return None
    if path.inverse:
        name, focus = known.short(path.predicate), known.short(result.focus)
        return Proposal(
            Text(
                de=f"Ergänzen Sie eine Aussage, die mit {name} auf {focus} verweist.",
                en=f"Add a statement that refers to {focus} by {name}.",
            )
        )
    retagged = _retagged(result, path.predicate, known)
    if retagged:
        return retagged
    filling = _filling(result, path.predicate, known)
    statement = turtle(result.focus, path.predicate, filling.text, known) if filling else None
    if statement is None or filling is None:
        return None
    return Proposal(_sentence(filling), turtle=statement)


def _retagged(result: Result, predicate: str, known: Known) -> Proposal | None:
    """Propose the right language tag for a text that is there with a wrong one or without."""
    wanted = _qualified(result, known) if result.component == _QUALIFIED else None
    if wanted is None or len(wanted.languages) != 1:
        return None
    (right,) = wanted.languages
    for each in known.objects(result.focus, predicate):
        lexical, datatype, tag = literals.split(each) if each.startswith('"') else ("", "", right)
        plain = not tag and datatype == XSD + "string"
        if plain or (tag != right and LANGUAGES.get(tag.lower()) == right):
            return instead(each, literals.write(lexical, language=right), known)
    return None


def one_of(result: Result, known: Known) -> Proposal | None:
    """Propose one of the statements of which a node needs at least one, and name the others."""
    shape = known.shape(result)
    found: dict[str, Result] = {}
    for constraint in shape.constraints if shape else ():
        if constraint.component == result.component:
            for inner in constraint.shapes:
                for each in lacking(result, inner, known):
                    found.setdefault(each.path or "", each)
                    break
    proposals = [each for each in (missing(lack, known) for lack in found.values()) if each]
    first = next((each for each in proposals if each.turtle), None)
    if first is None or len(found) == 1:
        return first
    names = [known.short(path) for path in found]
    text = Text(
        de=f"Ergänzen Sie {' oder '.join(names)}, zum Beispiel, mit dem Wert, der zutrifft:",
        en=f"Add {' or '.join(names)}, for example, with the value that is true:",
    )
    return Proposal(text, turtle=first.turtle)


def lacking(result: Result, shape: Shape, known: Known) -> Iterator[Result]:
    """Yield what a nested shape would find missing at the focus node."""
    for constraint in shape.constraints:
        for inner in constraint.shapes if constraint.component == _PROPERTY else ():
            if not isinstance(inner.path, Step) or inner.path.inverse:
                continue
            there = known.objects(result.focus, inner.path.predicate)
            for least in inner.constraints:
                tags = expected(least.shapes[:1]).languages if least.component == _QUALIFIED else ()
                has = any(each.rpartition("@")[2] in tags for each in there) if tags else there
                if least.component in (_MIN_COUNT, _QUALIFIED) and not has:
                    yield replace(
                        result,
                        path=str(inner.path),
                        tree=inner.path,
                        value=None,
                        source_shape=inner.node,
                        component=least.component,
                    )


def turtle(subject: str, predicate: str, value: str, known: Known) -> str | None:
    """Return a statement in Turtle with the prefixes of the project; None for blank nodes.

    `value` is in Turtle, the others are IRIs in N-Triples form.
    """
    if "_:" in (subject[:2], value[:2]) or subject.startswith('"'):
        return None
    verb = "a" if predicate == _TYPE else written(predicate, known)
    return f"{written(subject, known)} {verb} {value} ."


def written(term: str, known: Known) -> str:
    """Return an IRI or a literal in Turtle with the prefixes of the project."""
    if not term.startswith('"'):
        return _iri(term[1:-1], known)
    lexical, datatype, language = literals.split(term)
    if language:
        return f"{quoted(lexical)}@{language}"
    if is_bare(lexical, datatype):
        return lexical
    text = quoted(lexical)
    return text if datatype == XSD + "string" else f"{text}^^{_iri(datatype, known)}"


def _iri(iri: str, known: Known) -> str:
    fitting = [
        (space, prefix)
        for prefix, space in known.prefixes.items()
        if iri.startswith(space) and PLAIN_LOCAL.match(iri, len(space))
    ]
    if not fitting:
        return f"<{iri}>"
    space, prefix = max(fitting)
    return f"{prefix}:{iri[len(space) :]}"


def _sentence(filling: Filling) -> Text:
    if filling.is_true:
        return Text(de="Ergänzen Sie diese Aussage:", en="Add this statement:")
    if filling.choices:
        return Text(
            de=f"Ergänzen Sie, was zutrifft: {listed(filling.choices, 'oder')}.",
            en=f"Add what is true: {listed(filling.choices, 'or')}.",
        )
    de, en = (f", etwa {filling.example}", f", such as {filling.example}")
    de, en = (de, en) if filling.example else ("", "")
    return Text(
        de=f"Ergänzen Sie die Angabe; statt „{BLANK}“ schreiben Sie, was zutrifft{de}:",
        en=f"Add what is missing; write what is true instead of “{BLANK}”{en}:",
    )


def _filling(result: Result, predicate: str, known: Known) -> Filling | None:
    """Return the value demanded, the source of the file, or a blank that shows the form."""
    if result.component == f"{SH}HasValueConstraintComponent":
        there = set(known.objects(result.focus, predicate))
        lacking = (each for each in known.parameter(result, "hasValue") if each not in there)
        return next((Filling(written(each, known), is_true=True) for each in lacking), None)
    wanted = known.expected(result)
    if result.component == _QUALIFIED:
        wanted = _qualified(result, known) or wanted
    if wanted == Expected():
        wanted = known.expected_anywhere(result)
    source = known.given.source_of(result) if predicate[1:-1] in _SOURCES else None
    if source:
        return Filling(written(source, known), is_true=True)
    if wanted.is_listed:
        return _of_list(wanted, predicate, known)
    if wanted.languages:
        there = {each.rpartition("@")[2] for each in known.objects(result.focus, predicate)}
        free = [each for each in wanted.languages if each not in there] or list(wanted.languages)
        return Filling(f'"{BLANK}"@{free[0]}')
    if wanted.datatypes:
        return _of_datatype(wanted.datatypes, predicate, known)
    return _as_usual(wanted, predicate, known)


def _as_usual(wanted: Expected, predicate: str, known: Known) -> Filling | None:
    """Return a blank in the form that values of the property have elsewhere."""
    usual = known.common(predicate, of_resource=False)
    if wanted.is_resource or not usual:
        links = known.common(predicate, of_resource=True)
        if links or wanted.is_resource:
            return Filling(_blank_iri(links, known))
        if _OBJECT_PROPERTY in known.objects(predicate, _TYPE):
            return None
        return Filling(f'"{BLANK}"')
    tags = [tag for each in usual if (tag := literals.split(each).language)]
    if tags:
        return Filling(f'"{BLANK}"@{tags[0]}')
    return _of_datatype((literals.split(usual[0]).datatype,), predicate, known)


def _blank_iri(links: Sequence[str], known: Known) -> str:
    """Return a blank in the namespace that most of `links` have."""
    for each in links:
        prefix, colon, _ = written(each, known).partition(":")
        if colon and not prefix.startswith("<"):
            return f"{prefix}:{BLANK}"
    return f"<https://{BLANK}>"


def _qualified(result: Result, known: Known) -> Expected | None:
    shape = known.shape(result)
    if shape is None:
        return None
    return expected(c.shapes[0] for c in shape.constraints if c.component == _QUALIFIED)


def _of_list(wanted: Expected, predicate: str, known: Known) -> Filling | None:
    """Return a blank, with the terms that are possible if they are few."""
    terms = [*known.candidates(wanted).terms, *known.new(wanted).terms]
    resources = [each for each in terms if each.startswith("<")]
    usual = known.common(predicate, of_resource=True)
    fitting = [each for each in usual if each in set(resources)]
    blank = _blank_iri(fitting or resources, known) if wanted.is_resource else f'"{BLANK}"'
    if wanted.values and len(terms) == 1:
        return Filling(written(terms[0], known), is_true=True)
    if wanted.classes and not (wanted.having or wanted.values):
        return Filling(blank)
    few = len(terms) <= _MOST_CHOICES
    return Filling(blank, choices=tuple(written(each, known) for each in terms) if few else ())


def _of_datatype(datatypes: tuple[str, ...], predicate: str, known: Known) -> Filling | None:
    """Return a blank of the first datatype, with an example of the ontology or of its form."""
    for each in known.objects(predicate, EXAMPLE):
        if each.startswith('"') and literals.split(each).datatype in datatypes:
            _, datatype, language = literals.split(each)
            if language:
                return Filling(f'"{BLANK}"@{language}')
            return Filling(_blank(datatype, known), example=written(each, known))
    for datatype in datatypes:
        if datatype == RDF + "langString":
            return Filling(f'"{BLANK}"@de')
        if datatype in _EXAMPLES:
            example = literals.write(_EXAMPLES[datatype], datatype=datatype)
            return Filling(_blank(datatype, known), example=written(example, known))
        if datatype == XSD + "string":
            return Filling(f'"{BLANK}"')
    return None


def _blank(datatype: str, known: Known) -> str:
    return written(literals.write(BLANK, datatype=datatype), known)
