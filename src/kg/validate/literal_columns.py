"""What literals are, for many identifiers at once: datatypes, lexical forms, lengths, languages.

Identifiers are of a `Dictionary` and given each once. The work is done on bytes; only what is out
of the ordinary is looked at one by one.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from types import MappingProxyType

import numpy as np

from kg.namespaces import XSD
from kg.rdf.dictionary import BLANK, IRI, LITERAL, Dictionary
from kg.rdf.literals import LANG_STRING, XSD_STRING, split, value
from kg.rdf.xsd_values import PARSERS
from kg.reason.arrays import Ints, Mask

_NUMBERS = ("integer", "nonNegativeInteger", "positiveInteger", "int", "long", "decimal")
_DIGITS = re.compile(rb'"\+?(?!0+")[0-9]{1,9}"')
_USUAL = MappingProxyType(
    {
        **dict.fromkeys((XSD + name for name in _NUMBERS), _DIGITS),
        f"{XSD}decimal": re.compile(rb'"-?[0-9]{1,15}(?:\.[0-9]{1,15})?"'),
        f"{XSD}boolean": re.compile(rb'"(?:true|false)"'),
        f"{XSD}gYear": re.compile(rb'"[0-9]{4}"'),
        f"{XSD}gYearMonth": re.compile(rb'"[0-9]{4}-(?:0[1-9]|1[0-2])"'),
        f"{XSD}date": re.compile(rb'"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"'),
        f"{XSD}anyURI": re.compile(rb'"[!#-;=?-\[\]_a-z~]*"'),
    }
)
"""Forms that surely belong to a datatype; others are parsed."""
_FORM = re.compile(rb'^"(.*)"[^"\n]*$', re.MULTILINE)
_FEW = 200
"""So many terms are looked at one by one."""


def having_datatype(dictionary: Dictionary, ids: Ints, datatype: str) -> Mask:
    """Return which of `ids` are well-formed literals of `datatype`, an IRI: section 4.1.2."""
    if len(ids) < _FEW:
        return each(dictionary, ids, partial(_is_valid, datatype))
    found = of_datatype(dictionary, ids, datatype)
    rows = np.flatnonzero(found)
    if datatype in (XSD_STRING, LANG_STRING) or not len(rows):
        return found
    lines = _lexical_lines(dictionary, ids[rows], len(datatype) + 4)
    usual = _USUAL.get(datatype)
    if usual is None:
        odd = list(range(len(rows)))
    else:
        matches = usual.fullmatch
        odd = [number for number, line in enumerate(lines) if not matches(line)]
    if odd and _is_known(datatype):
        for number in odd:
            found[rows[number]] = value(dictionary.term(int(ids[rows[number]]))) is not None
    return found


def _is_known(datatype: str) -> bool:
    return datatype in PARSERS


def _is_valid(datatype: str, term: str) -> bool:
    if term[0] != '"' or split(term).datatype != datatype:
        return False
    return datatype == LANG_STRING or not _is_known(datatype) or value(term) is not None


def of_datatype(dictionary: Dictionary, ids: Ints, datatype: str) -> Mask:
    """Return which of `ids` are literals of `datatype`, an IRI, whatever their form."""
    if datatype == LANG_STRING:
        return has_language(dictionary, ids)
    end = b'"' if datatype == XSD_STRING else f'"^^<{datatype}>'.encode()
    found: Mask = (dictionary.kinds[ids] == LITERAL) & _ending(dictionary, ids, end)
    return found


def has_language(dictionary: Dictionary, ids: Ints) -> Mask:
    """Return which of `ids` are literals with a language tag."""
    last = _last_bytes(dictionary, ids)
    found: Mask = (dictionary.kinds[ids] == LITERAL) & (last != ord('"')) & (last != ord(">"))
    return found


def _last_bytes(dictionary: Dictionary, ids: Ints) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    fixed = ids < dictionary.fixed
    if fixed.all():
        return dictionary.blob[dictionary.offsets[ids + 1] - 2]
    last = np.zeros(len(ids), np.uint8)
    last[fixed] = dictionary.blob[dictionary.offsets[ids[fixed] + 1] - 2]
    last[~fixed] = [ord(dictionary.term(id)[-1]) & 0x7F for id in ids[~fixed].tolist()]
    return last


def _ending(dictionary: Dictionary, ids: Ints, end: bytes) -> Mask:
    """Return which of `ids` end with `end`, for terms that are not shorter than it or literals."""
    found: Mask = _last_bytes(dictionary, ids) == end[-1]
    if len(end) == 1:
        return found
    rows = np.flatnonzero(found & (ids < dictionary.fixed))
    stops = dictionary.offsets[ids[rows] + 1] - 1
    fits = stops - dictionary.offsets[ids[rows]] > len(end)
    later = np.flatnonzero(found & (ids >= dictionary.fixed))
    found[:] = False
    rows, stops = rows[fits], stops[fits]
    view = np.ndarray((len(dictionary.blob) - 7,), np.dtype("<u8"), dictionary.blob, 0, (1,))
    for at in range(len(end), 0, -8):
        start = max(at - 8, 0)
        width = at - start
        word = int.from_bytes(end[start:at], "little")
        mask = (1 << (8 * width)) - 1
        here = view[stops - len(end) + start] & np.uint64(mask) == np.uint64(word)
        rows, stops = rows[here], stops[here]
    found[rows] = True
    text = end.decode()
    found[later] = [dictionary.term(id).endswith(text) for id in ids[later].tolist()]
    return found


def _lexical_lines(dictionary: Dictionary, ids: Ints, cut: int) -> list[bytes]:
    """Return the terms of `ids` as bytes without the last `cut` bytes, closed by a quote."""
    return [line[:-cut] for line in dictionary.write(ids).split(b"\n")[:-1]]


def lexical_forms(dictionary: Dictionary, ids: Ints) -> list[bytes | None]:
    """Return what SPARQL's STR gives for each of `ids`, UTF-8; None for a blank node."""
    if not len(ids):
        return []
    kinds = dictionary.kinds[ids].tolist()
    text = dictionary.write(ids)
    if b"\\" not in text and min(kinds) == LITERAL:
        return [*(_alike(text, len(ids)) or _FORM.findall(text))]
    lines = text.split(b"\n")[:-1]
    return [_lexical(line, kind) for line, kind in zip(lines, kinds, strict=True)]


def _alike(text: bytes, count: int) -> list[bytes] | None:
    """Return the forms of literals, a line each, that have one datatype or language, else None."""
    first = text[: text.index(b"\n")]
    end = first[first.rindex(b'"') :]
    found = text[1 : -1 - len(end)].split(end + b'\n"')
    return found if len(found) == count and text.endswith(end + b"\n") else None


def _lexical(line: bytes, kind: int) -> bytes | None:
    if kind == IRI:
        return line[1:-1]
    if kind == BLANK:
        return None
    if b"\\" in line:
        return split(line.decode()).lexical.encode("utf-8", "surrogatepass")
    return line[1:-1] if line.endswith(b'"') else line[1 : line.rindex(b'"')]


def lengths(dictionary: Dictionary, ids: Ints) -> Ints:
    """Return the number of characters of what STR gives for each of `ids`, -1 for blank nodes."""
    forms = lexical_forms(dictionary, ids)
    sizes = [
        -1 if form is None else len(form if form.isascii() else form.decode(errors="replace"))
        for form in forms
    ]
    return np.array(sizes, np.int64)


def languages(dictionary: Dictionary, ids: Ints) -> list[str]:
    """Return the language tag of each of `ids` in lower case, "" for what has none."""
    rows = np.flatnonzero(has_language(dictionary, ids))
    found = [""] * len(ids)
    tags: dict[bytes, str] = {}
    lines = dictionary.write(ids[rows]).split(b"\n")
    for row, line in zip(rows.tolist(), lines, strict=False):
        tag = line[line.rindex(b'"') + 2 :]
        found[row] = tags.get(tag) or tags.setdefault(tag, tag.decode().lower().split("--")[0])
    return found


def each(dictionary: Dictionary, ids: Ints, test: Callable[[str], bool]) -> Mask:
    """Return which terms of `ids` pass a test of one term."""
    return np.array([test(term) for term in dictionary.terms(ids)], bool)
