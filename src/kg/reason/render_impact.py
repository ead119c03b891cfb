"""What a change entails, takes back and contradicts, for people."""

from __future__ import annotations

from collections.abc import Mapping

from kg.errors import Text
from kg.namespaces import shorten
from kg.reason.impact import Impact


def impact_text(found: Impact, prefixes: Mapping[str, str], lang: str) -> str:
    """Return an impact in `lang`: what comes and what goes, by predicate."""
    lines = []
    for text, sign, groups in (
        (_COMES, "+", found.entailed),
        (_GOES, "-", found.retracted),
    ):
        number = sum(map(len, groups.values()))
        lines.append(f"{text.to(lang)}: {number}")
        for predicate, triples in groups.items():
            lines.append(f"  {_short(predicate, prefixes)} ({len(triples)})")
            for subject, _, value in triples:
                lines.append(f"    {sign} {_short(subject, prefixes)}  {_short(value, prefixes)}")
    for text, clashes in ((_CLASHES, found.appeared), (_SOLVED, found.resolved)):
        if clashes:
            lines.append(f"{text.to(lang)}: {len(clashes)}")
        for clash in clashes:
            parts = [" ".join(_short(term, prefixes) for term in each) for each in clash.triples]
            lines.append(f"  {clash.rule}: {' ; '.join(parts)}")
    if found.recomputed:
        lines.append(_ANEW.to(lang))
    return "\n".join(lines) + "\n"


def _short(term: str, prefixes: Mapping[str, str]) -> str:
    return shorten(term[1:-1], prefixes) if term.startswith("<") else term


_COMES = Text(de="Neu erschlossen", en="Newly inferred")
_GOES = Text(de="Nicht mehr erschlossen", en="No longer inferred")
_CLASHES = Text(de="Neue Widersprüche", en="New contradictions")
_SOLVED = Text(de="Behobene Widersprüche", en="Contradictions resolved")
_ANEW = Text(
    de="Die Änderung betrifft die Ontologie oder gleichgesetzte Dinge; es wurde alles neu "
    "erschlossen.",
    en="The change concerns the ontology or things that are equal; everything was inferred anew.",
)
