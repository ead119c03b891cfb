"""Contradictions that reasoning found become findings with the statements that make them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from kg.errors import Text
from kg.namespaces import OWL, RDF_TYPE, RDFS, shorten
from kg.rdf.dataset import Source
from kg.rdf.places import Finder
from kg.reason.closure import Contradiction
from kg.validate.report import Report, Result

_WHY = {
    "cax-dw": Text(de="zwei Klassen, die sich ausschließen", en="two disjoint classes"),
    "cax-adc": Text(de="zwei Klassen, die sich ausschließen", en="two disjoint classes"),
    "cls-com": Text(de="eine Klasse und ihr Gegenteil", en="a class and its complement"),
    "cls-nothing2": Text(de="eine Klasse, die leer sein muss", en="a class that must be empty"),
    "prp-irp": Text(
        de="eine Beziehung, die nichts zu sich selbst haben kann",
        en="a relation that nothing can have to itself",
    ),
    "prp-asyp": Text(
        de="eine Beziehung, die nicht in beide Richtungen gelten kann",
        en="a relation that cannot hold both ways",
    ),
    "prp-pdw": Text(de="zwei Beziehungen, die sich ausschließen", en="two disjoint relations"),
    "prp-adp": Text(de="zwei Beziehungen, die sich ausschließen", en="two disjoint relations"),
    **dict.fromkeys(
        ("eq-diff1", "eq-diff2", "eq-diff3"),
        Text(de="gleich und verschieden zugleich", en="same and different at once"),
    ),
    **dict.fromkeys(
        ("cls-maxc1", "cls-maxqc1", "cls-maxqc2"),
        Text(de="mehr als es höchstens geben kann", en="more than there can be at most"),
    ),
    "dt-diff": Text(
        de="zwei verschiedene Werte, wo es nur einen geben kann",
        en="two different values where there can be one only",
    ),
    "dt-not-type": Text(
        de="ein Wert, der nicht zum Datentyp gehört", en="a value outside of the datatype"
    ),
    "prp-npa1": Text(de="eine Aussage, die verneint ist", en="a statement that is negated"),
    "prp-npa2": Text(de="eine Aussage, die verneint ist", en="a statement that is negated"),
}


def contradiction_report(
    contradictions: Iterable[Contradiction],
    sources: Iterable[Source],
    prefixes: Mapping[str, str],
) -> Report:
    """Return one violation for each contradiction, at the places of its statements."""
    found = tuple(contradictions)
    if not found:
        return Report()
    finder = Finder(sources)
    return Report(tuple(_result(item, finder, prefixes) for item in found)).sorted()


def _result(item: Contradiction, finder: Finder, table: Mapping[str, str]) -> Result:
    why = _WHY.get(item.rule, Text(de=item.rule, en=item.rule))
    named = [triple for triple in item.triples if not _is_axiom(triple)]
    triples = " ; ".join(
        " ".join(_short(term, table) for term in triple) for triple in named or item.triples
    )
    subject, predicate, value = (named or item.triples)[0]
    said = [triple for triple in item.stated if not _is_axiom(triple)]
    places = [place for triple in (*said, *item.triples) for place in finder.find(*triple)]
    return Result(
        severity="Violation",
        message=Text(
            de=f"Widerspruch, {why.de}: {triples}. Eine dieser Aussagen ist falsch.",
            en=f"Contradiction, {why.en}: {triples}. One of these statements is wrong.",
        ),
        focus=subject,
        path=predicate,
        value=value,
        rule=item.rule,
        places=tuple(dict.fromkeys(places)),
    )


def _is_axiom(triple: tuple[str, str, str]) -> bool:
    """Return whether a triple is of the ontology rather than of the data."""
    return triple[0].startswith("_:") or triple[1].startswith((f"<{OWL}", f"<{RDFS}"))


def _short(term: str, table: Mapping[str, str]) -> str:
    if term == f"<{RDF_TYPE}>":
        return "a"
    return shorten(term[1:-1], table) if term.startswith("<") else term
