"""Regular expressions of sh:pattern: XPath's, as SPARQL's REGEX takes them, in linear time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from kg.errors import Text

FLAGS = "smixq"
_NAME_START = "_:A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff"
_NAME_START += "\u200c\u200d\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd"
_NAME = _NAME_START + "\\-.0-9\u00b7\u0300-\u036f\u203f\u2040"
_CLASSES = {"i": _NAME_START, "c": _NAME, "d": "\\p{Nd}", "w": "\\p{L}\\p{M}\\p{N}\\p{S}"}
"""What XML Schema's multi-character escapes mean where RE2's are of ASCII or are not there."""
_TOKEN = re.compile(r"\\[icdwICDW]|\\.|\[\^?\]?|\]|-\[|\s|[^\\\[\]\s-]+|.", re.DOTALL)
_MOST = 1 << 25


class PatternError(ValueError):
    """A pattern that cannot be used; `text` says why."""

    def __init__(self, text: Text) -> None:
        """Keep the reason in both languages."""
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True)
class Pattern:
    """A compiled pattern with what it was made of."""

    source: str
    flags: str
    compiled: Any
    quick: re.Pattern[bytes] | None = None
    """The same for ASCII, if the form of the pattern bounds what Python's engine has to try."""

    def matches(self, text: bytes) -> bool:
        """Return whether the pattern occurs in `text`, UTF-8; the work is linear in its length."""
        if self.quick is not None and text.isascii():
            return self.quick.search(text) is not None
        return self.compiled.search(text) is not None


def compile_pattern(source: str, flags: str = "") -> Pattern:
    """Compile a pattern with the flags s, m, i, x and q of XPath; raises PatternError.

    Refused are back-references and look-around, which need time without bounds, and the
    subtraction of character classes.
    """
    import re2  # noqa: PLC0415 - only shapes with patterns need it

    unknown = set(flags) - set(FLAGS)
    if unknown:
        names = ", ".join(sorted(unknown))
        raise PatternError(
            Text(
                de=f"Die Option {names} gibt es nicht; bekannt sind s, m, i, x und q.",
                en=f"There is no flag {names}; known are s, m, i, x and q.",
            )
        )
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MOST
    options.case_sensitive = "i" not in flags
    options.literal = "q" in flags
    text = source if "q" in flags else _translated(source, spaced="x" in flags)
    marks = "".join(flag for flag in "sm" if flag in flags)
    if marks and "q" not in flags:
        text = f"(?{marks}){text}"
    try:
        quick = None if flags else _quick(source)
        return Pattern(source, flags, re2.compile(text, options), quick)
    except re2.error as error:
        raise PatternError(_reason(error)) from None


def _reason(error: Exception) -> Text:
    raw = error.args[0] if error.args else ""
    reason = raw.decode(errors="replace") if isinstance(raw, bytes) else str(raw)
    return Text(
        de=f"Der reguläre Ausdruck ist nicht verwendbar ({reason}). Möglich ist, was XPath kennt, "
        "ohne Rückbezüge und ohne Blick nach vorn oder hinten.",
        en=f"The regular expression cannot be used ({reason}). Allowed is what XPath knows, "
        "without back-references and look-around.",
    )


def _translated(source: str, *, spaced: bool) -> str:
    """Return the pattern as RE2 reads it: escapes of XML Schema written out, `x` applied."""
    parts: list[str] = []
    depth = 0
    for token in _TOKEN.findall(source):
        if token[0] == "\\" and token[1:].lower() in _CLASSES:
            parts.append(_escape(token[1], inside=depth > 0))
        elif token.startswith("[") and not depth:
            depth = 1
            parts.append(token.replace("]", "\\]"))
        elif token == "-[" and depth:
            raise PatternError(
                Text(
                    de="Zeichenklassen, von denen etwas abgezogen wird ([a-z-[aeiou]]), werden "
                    "nicht unterstützt. Zählen Sie die Zeichen auf.",
                    en="Subtraction of character classes ([a-z-[aeiou]]) is not supported. List "
                    "the characters.",
                )
            )
        elif token == "]" and depth:
            depth = 0
            parts.append(token)
        elif token.isspace() and spaced and not depth:
            continue
        else:
            parts.append(token)
    return "".join(parts)


def _escape(letter: str, *, inside: bool) -> str:
    signs = _CLASSES[letter.lower()]
    if letter.islower():
        return signs if inside else f"[{signs}]"
    if not inside:
        return f"[^{signs}]"
    raise PatternError(
        Text(
            de=f"\\{letter} innerhalb einer Zeichenklasse wird nicht unterstützt.",
            en=f"\\{letter} within a character class is not supported.",
        )
    )


_ESCAPED = r"\\[d.\-+*?()\[\]{}|/^$]"
_ATOM = rf"(?:[\w @#%&,:;=<>/!~'\"-]|{_ESCAPED}|\[(?!\^)(?:[\w .,:;/+@-]|\\[d.\-])+\])"
_CHOICE = rf"\((?:{_ATOM}(?:\{{\d{{1,2}}\}})?|\|)+\)"
_OFTEN = r"(?:\?|\{\d{1,2}(?:,\d{1,2})?\})?"
_QUICK = re.compile(rf"\^(?:{_CHOICE}|{_ATOM}{_OFTEN})*(?:{_ATOM}[*+])?\$", re.ASCII)
"""From start to end: single signs, classes and choices, each so often; the last one at will."""
_VARIES = re.compile(r"\?|\(|\{\d+,\d+\}")
"""More than two of them could be combined in too many ways."""


def _quick(source: str) -> re.Pattern[bytes] | None:
    if not source.isascii() or not _QUICK.fullmatch(source) or len(_VARIES.findall(source)) > 2:
        return None
    try:
        return re.compile(source[:-1].encode() + rb"\Z")
    except re.error:
        return None
