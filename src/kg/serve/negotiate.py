"""Accept headers and format names become one representation, or none (RFC 9110 section 12.5)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from kg.errors import LANGUAGES

CODINGS = ("zstd", "gzip")
"""How answers are compressed, in our order of preference."""
_ELEMENT = re.compile(r'(?:[^,"]++|"(?:[^"\\]|\\.)*+"?)++', re.DOTALL)
"""Between commas, and in time that grows with the length only: what is not closed goes on."""
_PARAMETER = re.compile(r';\s*([\w!#$&^.+-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;\s]*)')
_RANGE = re.compile(r"\s*([\w!#$&^.+*-]+)/([\w!#$&^.+*-]+)\s*(?:;|$)")
_QUALITY = re.compile(r"(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\Z")
_PAGES = ("text/html", "application/xhtml+xml")
_MADE_FOR_PAGES = ("application/xml", "text/xml")
_OF_JAVA = "text/html,image/gif,image/jpeg,"


@dataclass(frozen=True)
class Representation:
    """A format, by its name in `kg.publish.store`, and the media type that it is sent as."""

    name: str
    media_type: str

    @cached_property
    def content_type(self) -> str:
        """The value of Content-Type; texts say that they are UTF-8."""
        is_text = self.media_type.startswith("text/") and self.media_type != "text/xml"
        return f"{self.media_type}; charset=utf-8" if is_text else self.media_type


@dataclass(frozen=True)
class Offer:
    """Representations in our order of preference, and the format names that lead to them."""

    representations: tuple[Representation, ...]
    names: dict[str, str]

    @property
    def media_types(self) -> list[str]:
        """The media type that each format is known by."""
        first: dict[str, str] = {}
        for one in self.representations:
            first.setdefault(one.name, one.media_type)
        return list(first.values())


ROWS = Offer(
    representations=(
        Representation("json", "application/sparql-results+json"),
        Representation("xml", "application/sparql-results+xml"),
        Representation("csv", "text/csv"),
        Representation("tsv", "text/tab-separated-values"),
        Representation("json", "application/json"),
        Representation("xml", "application/xml"),
        Representation("xml", "text/xml"),
    ),
    names={"json": "json", "srj": "json", "xml": "xml", "srx": "xml", "csv": "csv", "tsv": "tsv"},
)
"""What SELECT and ASK can be answered as."""

GRAPHS = Offer(
    representations=(
        Representation("turtle", "text/turtle"),
        Representation("ntriples", "application/n-triples"),
        Representation("rdfxml", "application/rdf+xml"),
        Representation("jsonld", "application/ld+json"),
        Representation("ntriples", "text/plain"),
        Representation("turtle", "application/x-turtle"),
        Representation("turtle", "text/n3"),
        Representation("turtle", "text/rdf+n3"),
        Representation("rdfxml", "application/xml"),
        Representation("rdfxml", "text/xml"),
        Representation("jsonld", "application/json"),
    ),
    names={
        **dict.fromkeys(("turtle", "ttl", "n3"), "turtle"),
        **dict.fromkeys(("nt", "ntriples", "n-triples"), "ntriples"),
        **dict.fromkeys(("rdfxml", "rdf", "rdf+xml", "rdf/xml", "xml"), "rdfxml"),
        **dict.fromkeys(("jsonld", "json-ld", "json"), "jsonld"),
    },
)
"""What CONSTRUCT and DESCRIBE can be answered as."""

ANY = Offer(ROWS.representations + GRAPHS.representations, {**GRAPHS.names, **ROWS.names})


@dataclass(frozen=True)
class _Range:
    type: str
    subtype: str
    quality: float

    def specificity(self, media_type: str) -> int:
        """Return 3 for the type itself, 2 for type/*, 1 for */*, 0 when it does not match."""
        kind, _, subtype = media_type.partition("/")
        if (self.type, self.subtype) == (kind, subtype):
            return 3
        if (self.type, self.subtype) == (kind, "*"):
            return 2
        return int((self.type, self.subtype) == ("*", "*"))


def choose(offer: Offer, accept: str, formats: Iterable[str] = ()) -> Representation | None:
    """Return the representation asked for, or None when nothing on offer is acceptable.

    `formats` are names or media types that a parameter gave, which a link can carry; they go
    before the header. A header without any media range accepts everything.
    """
    asked = [value for value in formats if value.strip()]
    if asked:
        return next(filter(None, (_by_name(offer, value) for value in asked)), None)
    return _best(offer.representations, _ranges(accept) or [_Range("*", "*", 1)])


def prefers_page(offer: Offer, accept: str) -> bool:
    """Return whether a header would rather have HTML, which it names, than anything on offer.

    Plain text and formats made for pages do not count; what Java says if it is told nothing is
    no wish.
    """
    if "html" not in accept.lower():
        return False
    ranges = _ranges(accept)
    wanted = max(
        (one.quality for one in ranges if f"{one.type}/{one.subtype}" in _PAGES), default=0
    )
    if not wanted or accept.replace(" ", "").lower().startswith(_OF_JAVA):
        return False
    others = (
        _quality_of(one.media_type, ranges)
        for one in offer.representations
        if one.media_type not in (*_MADE_FOR_PAGES, "text/plain")
    )
    return wanted > max(others, default=0)


def coding_of(accept_encoding: str) -> str | None:
    """Return "zstd" or "gzip", whichever the header prefers, or None for neither."""
    weights: dict[str, float] = {}
    for element in _ELEMENT.findall(accept_encoding):
        name = element.partition(";")[0].strip().lower()
        quality = _quality(element)
        if quality is not None:
            weights[name] = quality
    found = [(weights.get(name, weights.get("*", 0.0)), name) for name in CODINGS]
    quality, name = max(found, key=lambda one: one[0])
    return name if quality > 0 else None


def language(accept: str, asked: str | None = None, *, default: str = "en") -> str:
    """Return "de" or "en": `asked` if it is one, else by Accept-Language, else `default`."""
    if asked in LANGUAGES:
        return asked
    weights: dict[str, float] = {}
    for element in _ELEMENT.findall(accept):
        tag, _, _ = element.partition(";")
        quality = _quality(element)
        if quality is not None:
            primary = tag.strip().lower().partition("-")[0]
            weights[primary] = max(quality, weights.get(primary, 0))
    other = weights.get("*", 0)
    german, english = (weights.get(lang, other) for lang in LANGUAGES)
    if german == english:
        return default
    return "de" if german > english else "en"


def _by_name(offer: Offer, value: str) -> Representation | None:
    value = value.strip().replace(" ", "+")  # a plus sign that was not percent-encoded
    name = offer.names.get(value.lower())
    if name:
        return next(one for one in offer.representations if one.name == name)
    ranges = _ranges(value)
    return _best(offer.representations, ranges)


def _best(offered: Iterable[Representation], ranges: list[_Range]) -> Representation | None:
    """Return the offer with the highest quality, the first of equals.

    Browsers accept application/xml because of XHTML, so a client that asks for a page is not
    given XML for it.
    """
    wants_page = any(f"{one.type}/{one.subtype}" in _PAGES and one.quality for one in ranges)
    best, highest = None, 0.0
    for representation in offered:
        if wants_page and representation.media_type in _MADE_FOR_PAGES:
            continue
        quality = _quality_of(representation.media_type, ranges)
        if quality > highest:
            best, highest = representation, quality
    return best


def _quality_of(media_type: str, ranges: list[_Range]) -> float:
    """Return the quality that the most specific matching range gives, 0 without one."""
    matching = [(one.specificity(media_type), one.quality) for one in ranges]
    specificity, quality = max(matching, default=(0, 0.0))
    return quality if specificity else 0.0


def _ranges(accept: str) -> list[_Range]:
    """Return the media ranges of a header; what is not one is passed over."""
    ranges = []
    for element in _ELEMENT.findall(accept):
        match = _RANGE.match(element)
        quality = _quality(element)
        if match and quality is not None:
            ranges.append(_Range(match.group(1).lower(), match.group(2).lower(), quality))
    return ranges


def _quality(element: str) -> float | None:
    """Return the weight of an element, 1 without one, None when it is not a weight."""
    parameters = {name.lower(): value for name, value in _PARAMETER.findall(element)}
    weight = parameters.get("q", "1")
    return float(weight) if _QUALITY.match(weight) else None
