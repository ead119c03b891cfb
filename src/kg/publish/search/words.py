"""Names and queries become words that can be compared: without case, accents and punctuation."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

MOST_WORDS = 12
LONGEST = 60
"""So many words of a query count, and so many letters of a word."""
_WORD = re.compile(r"[^\W_]+")
_MARKS = re.compile(r"[\u0300-\u036f]")
_IN_FULL = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "oe", "å": "aa"}
)
_SHORT = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ø": "o", "å": "a"})
_PLAIN = str.maketrans({"ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_SPACES = re.compile(r"[\s.\-/]+")


def words(text: str) -> list[str]:
    """Return the words of `text`, folded: ü is ue, ß is ss, other letters lose their accents."""
    return _words(_composed(text).translate(_IN_FULL))


def forms(text: str) -> list[list[str]]:
    """Return the words of a name as people may write it: with ue for ü, then with u."""
    composed = _composed(text)
    full = _words(composed.translate(_IN_FULL))
    if composed.isascii():
        return [full]
    short = _words(composed.translate(_SHORT).translate(_IN_FULL))
    return [full] if short == full else [full, short]


def query_words(text: str) -> list[str]:
    """Return the words of what somebody seeks, no more and no longer ones than count."""
    cut = text[: LONGEST * MOST_WORDS]
    return [word[:LONGEST] for word in words(cut)[:MOST_WORDS]]


def key(text: str) -> str:
    """Return a key as it is compared: without spaces, dots, hyphens and leading zeros."""
    if text.isascii() and text.isalnum():
        return text.lower().lstrip("0") or text
    folded = _SPACES.sub("", unicodedata.normalize("NFKC", text).casefold())
    return folded.lstrip("0") or folded


def core(found: list[str], pass_over: frozenset[str]) -> list[str]:
    """Return `found` without the words to pass over, unless none would be left."""
    return [word for word in found if word not in pass_over] or found


@lru_cache(1024)
def grams(word: str) -> tuple[str, ...]:
    """Return the distinct trigrams of a word with its ends marked."""
    padded = f"^{word}$"
    return tuple(dict.fromkeys(padded[at : at + 3] for at in range(len(padded) - 2)))


def _composed(text: str) -> str:
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text).casefold())


def _words(text: str) -> list[str]:
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_PLAIN))
        text = _MARKS.sub("", text)
    return _WORD.findall(text)
