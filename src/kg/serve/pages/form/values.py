"""What people type into a field becomes terms, or a sentence that says what is expected."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import date

from pyoxigraph import Literal, NamedNode

from kg.errors import Text
from kg.namespaces import XSD
from kg.serve.pages.form.shapes import DATES, Field

LONGEST = 20_000
"""So many signs a value may have."""
LANGUAGES = ("de", "en")
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?\Z")
_GERMAN_DATE = re.compile(r"(?:(?:(\d{1,2})\.\s*)?(\d{1,2})\.\s*)?(\d{4})\Z")
_URL = re.compile(r"https?://[^\x00-\x20<>\"{}|\\^`]+\Z", re.IGNORECASE)
_INTEGER = re.compile(r"[+-]?\d+\Z", re.ASCII)
_DECIMAL = re.compile(r"[+-]?\d+\.\d+\Z", re.ASCII)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_SLUG = 100
_MONTHS = (
    "jan feb mär apr mai jun jul aug sep okt nov dez",
    "jan feb mar apr may jun jul aug sep oct nov dec",
)
"""The first three letters of the names of months."""


class ValueFaultError(ValueError):
    """A value that cannot be what its field asks for; `text` is for people."""

    def __init__(self, text: Text) -> None:
        """Keep the sentence."""
        super().__init__(text.en)
        self.text = text


def literal_of(field: Field, typed: str, lang: str = "") -> Literal | NamedNode:
    """Return the term for what was typed into a field that asks for no other resource.

    Raises ValueFaultError with what is expected.
    """
    text = clean(typed)
    if len(text) > LONGEST:
        raise ValueFaultError(Text("Das ist zu lang.", "This is too long."))
    if field.kind == "lines":
        return Literal(" ".join(text.split()), language=lang or LANGUAGES[0])
    if field.kind == "date":
        return _date(field, text)
    if field.kind == "number":
        return _number(field, text)
    if field.kind == "boolean":
        return Literal("true", datatype=NamedNode(f"{XSD}boolean"))
    if field.kind == "url":
        return _url(text)
    datatype = next(iter(field.datatypes), f"{XSD}string")
    return Literal(" ".join(text.split()), datatype=NamedNode(datatype))


def clean(text: str) -> str:
    """Return text without signs that nobody types, with composed letters."""
    return unicodedata.normalize("NFC", _CONTROL.sub(" ", text)).strip()


def slug(text: str) -> str:
    """Return a name for an address: lower-case letters, digits and hyphens; perhaps none."""
    lower = text.lower().translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", lower).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:_SLUG].strip("-")


def last_part(iri: str) -> str:
    """Return what other addresses are made of: the end of an address."""
    return re.split(r"[/#]", iri.rstrip("/#"))[-1]


def _date(field: Field, text: str) -> Literal:
    """Return a year, month or day, as far as the field allows them."""
    found, german = _ISO.match(text), _GERMAN_DATE.match(_in_figures(text))
    if found:
        year, month, day = found.groups()
    elif german:
        day, month, year = german.groups()
    else:
        raise ValueFaultError(_NO_DATE)
    kind = "date" if day else "gYearMonth" if month else "gYear"
    try:
        checked = date(int(year), int(month or 1), int(day or 1))
    except ValueError as error:
        text_of = Text(de="Diesen Tag gibt es nicht.", en="There is no such day.")
        raise ValueFaultError(text_of) from error
    if f"{XSD}{kind}" not in field.datatypes:
        raise ValueFaultError(_expected(field))
    length = {"date": 10, "gYearMonth": 7, "gYear": 4}[kind]
    return Literal(checked.isoformat()[:length], datatype=NamedNode(f"{XSD}{kind}"))


def _in_figures(text: str) -> str:
    """Return a date with the number of its month in place of its name."""
    word = re.search(r"[^\W\d_]+", text)
    if not word:
        return text
    for names in _MONTHS:
        months = names.split()
        if word[0][:3].lower() in months:
            month = months.index(word[0][:3].lower()) + 1
            before = text[: word.start()].rstrip(" .")
            after = text[word.end() :].lstrip(" .")
            return f"{before}{'.' if before else ''}{month}.{after}"
    return text


def _number(field: Field, text: str) -> Literal:
    plain = text.replace(" ", "").replace("\u00a0", "")
    if "," in plain:
        plain = plain.replace(".", "").replace(",", ".")
    datatype = field.datatypes[0]
    whole = "nteger" in datatype
    if whole and _INTEGER.match(plain):
        return Literal(plain, datatype=NamedNode(datatype))
    if not whole and (_DECIMAL.match(plain) or _INTEGER.match(plain)):
        return Literal(plain if "." in plain else f"{plain}.0", datatype=NamedNode(datatype))
    if whole:
        raise ValueFaultError(Text("Erwartet wird eine ganze Zahl.", "Expected is a whole number."))
    raise ValueFaultError(Text("Erwartet wird eine Zahl.", "Expected is a number."))


def _url(text: str) -> NamedNode:
    if not _URL.match(text):
        raise ValueFaultError(
            Text(
                de="Erwartet wird eine Adresse im Netz, die mit https:// beginnt.",
                en="Expected is a web address that begins with https://.",
            )
        )
    return NamedNode(text)


def _expected(field: Field) -> Text:
    """Return which of year, month and day a field takes."""
    words = {
        DATES[0]: Text("ein Tag (2023-03-23)", "a day (2023-03-23)"),
        DATES[1]: Text("ein Monat (2023-03)", "a month (2023-03)"),
        DATES[2]: Text("ein Jahr (2023)", "a year (2023)"),
    }
    known = [words[one] for one in field.datatypes if one in words]
    de, en = (_listed((each.to(lang) for each in known), lang) for lang in LANGUAGES)
    return Text(de=f"Erwartet wird {de}.", en=f"Expected is {en}.")


def _listed(words: Iterable[str], lang: str) -> str:
    return (" oder " if lang == "de" else " or ").join(words)


_NO_DATE = Text(
    de="Erwartet wird ein Jahr (2023), ein Monat (2023-03) oder ein Tag (2023-03-23 oder "
    "23.03.2023).",
    en="Expected is a year (2023), a month (2023-03) or a day (2023-03-23).",
)
