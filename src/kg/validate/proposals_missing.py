"""What is missing becomes a statement in Turtle to paste: SHACL minCount, hasValue and the like."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from types import MappingProxyType

from kg.errors import Text
from kg.namespaces import OWL, RDF, RDF_TYPE, SH, XSD
from kg.rdf import literals
from kg.rdf.names import PLAIN_LOCAL
from kg.rdf.turtle import quoted
from kg.validate.paths import Step
from kg.validate.proposals_expected import Expected, expected
from kg.validate.proposals_known import EXAMPLE, Known
from kg.validate.report import Proposal, Result
from kg.validate.shapes import Shape

BLANK = "…"
BLANK_TEXT = literals.write(BLANK)
_TYPE = f"<{RDF_TYPE}>"
_OBJECT_PROPERTY = f"<{OWL}ObjectProperty>"
_SAMPLES = MappingProxyType(
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
        XSD + "string": BLANK,
    }
)
_QUALIFIED = f"{SH}QualifiedMinCountConstraintComponent"
_MIN_COUNT = f"{SH}MinCountConstraintComponent"
_PROPERTY = f"{SH}PropertyConstraintComponent"
_BARE = (XSD + "boolean", XSD + "integer", XSD + "decimal")


def missing(result: Result, known: Known) -> Proposal | None:
    """Propose the statement that is missing, with an example or a blank for its value."""
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
    value = _value(result, path.predicate, known)
    statement = turtle(result.focus, path.predicate, value, known) if value else None
    if statement is None or value is None:
        return None
    return Proposal(_sentence(result, value), turtle=statement)


def one_of(result: Result, known: Known) -> Proposal | None:
    """Propose one of the statements of which a node needs at least one, and name the others."""
    shape = known.shape(result)
    found: dict[str, Result] = {}
    for constraint in shape.constraints if shape else ():
        if constraint.component == result.component:
            for inner in constraint.shapes:
                for each in _lacking(result, inner, known):
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


def _lacking(result: Result, shape: Shape, known: Known) -> Iterator[Result]:
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
    """Return a statement in Turtle with the prefixes of the project; None for blank nodes."""
    if "_:" in (subject[:2], value[:2]) or subject.startswith('"'):
        return None
    verb = "a" if predicate == _TYPE else written(predicate, known)
    return f"{written(subject, known)} {verb} {written(value, known)} ."


def written(term: str, known: Known) -> str:
    """Return an IRI or a literal in Turtle with the prefixes of the project."""
    if not term.startswith('"'):
        return _iri(term[1:-1], known)
    lexical, datatype, language = literals.split(term)
    if language:
        return f"{quoted(lexical)}@{language}"
    if datatype in _BARE and _is_bare(lexical, datatype):
        return lexical
    text = quoted(lexical)
    return text if datatype == XSD + "string" else f"{text}^^{_iri(datatype, known)}"


def _is_bare(lexical: str, datatype: str) -> bool:
    if datatype == XSD + "boolean":
        return lexical in ("true", "false")
    digits = lexical.removeprefix("-")
    whole, point, rest = digits.partition(".")
    if datatype == XSD + "integer":
        return whole.isdecimal() and not point
    return whole.isdecimal() and bool(point) and rest.isdecimal()


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


def _sentence(result: Result, value: str) -> Text:
    if result.component == f"{SH}HasValueConstraintComponent":
        return Text(de="Ergänzen Sie diese Aussage:", en="Add this statement:")
    if BLANK in value:
        return Text(
            de=f"Ergänzen Sie die Angabe; statt „{BLANK}“ schreiben Sie, was zutrifft:",
            en=f"Add what is missing; write what is true instead of “{BLANK}”:",
        )
    return Text(
        de="Ergänzen Sie die Angabe nach diesem Muster, mit dem Wert, der zutrifft:",
        en="Add what is missing after this pattern, with the value that is true:",
    )


def _value(result: Result, predicate: str, known: Known) -> str | None:
    """Return a value that fits: the one demanded, an example, or a blank to fill in."""
    if result.component == f"{SH}HasValueConstraintComponent":
        demanded = known.parameter(result, "hasValue")
        there = set(known.objects(result.focus, predicate))
        return next((each for each in demanded if each not in there), None)
    wanted = known.expected(result)
    if result.component == _QUALIFIED:
        wanted = _qualified(result, known) or wanted
    if wanted == Expected():
        wanted = known.expected_anywhere(result)
    if wanted.is_listed:
        return _of_list(wanted, predicate, known)
    examples = known.objects(predicate, EXAMPLE)
    usual = known.common(predicate, of_resource=False)
    texts = [each for each in usual if literals.split(each).language]
    if wanted.languages:
        there = {each.rpartition("@")[2] for each in known.objects(result.focus, predicate)}
        free = [each for each in wanted.languages if each not in there] or list(wanted.languages)
        return literals.write(BLANK, language=free[0])
    if wanted.datatypes:
        return _of_datatype(wanted.datatypes, [*examples, *usual])
    if wanted.is_resource or not usual:
        links = known.common(predicate, of_resource=True)
        if links or wanted.is_resource:
            return next(iter(links), "<https://example.org/>")
        return None if _OBJECT_PROPERTY in known.objects(predicate, _TYPE) else BLANK_TEXT
    if texts:
        return literals.write(BLANK, language=literals.split(texts[0]).language)
    return next(iter(examples), usual[0])


def _qualified(result: Result, known: Known) -> Expected | None:
    shape = known.shape(result)
    if shape is None:
        return None
    return expected(c.shapes[0] for c in shape.constraints if c.component == _QUALIFIED)


def _of_list(wanted: Expected, predicate: str, known: Known) -> str | None:
    """Return the most frequent of the values that can be listed."""
    listed = known.candidates(wanted)
    usual = known.common(predicate, of_resource=wanted.is_resource)
    return next((each for each in usual if each in listed.known), None) or next(
        iter(listed.terms), None
    )


def _of_datatype(datatypes: tuple[str, ...], examples: list[str]) -> str | None:
    for each in examples:
        if each.startswith('"') and literals.split(each).datatype in datatypes:
            if literals.split(each).language:
                return literals.write(BLANK, language=literals.split(each).language)
            if literals.split(each).datatype != XSD + "string" or each == examples[0]:
                return each
    for datatype in datatypes:
        if datatype == RDF + "langString":
            return literals.write(BLANK, language="de")
        if datatype in _SAMPLES:
            return literals.write(_SAMPLES[datatype], datatype=datatype)
    return None
