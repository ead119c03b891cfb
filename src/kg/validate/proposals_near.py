"""Names that are near to a given one: the same but for spelling, or a few letters away."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable

_APART = re.compile(r"[\W_]+")
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
_LONGEST = 200
_MOST = 16
_BEGINNING = 5


def plain(name: str) -> str:
    """Return `name` as it is compared: small letters, umlauts written out, no signs between."""
    small = unicodedata.normalize("NFC", name).casefold().translate(_GERMAN)
    bare = unicodedata.normalize("NFKD", small)
    return _APART.sub("", "".join(sign for sign in bare if not unicodedata.combining(sign)))


def key(name: str) -> str:
    """Return `plain(name)`, of an official key also without the zeros that get lost."""
    bare = plain(name)
    return (bare.lstrip("0") or bare) if bare.isascii() and bare.isdigit() else bare


class Names:
    """Names with the numbers of the things that have them; a thing may have several names."""

    def __init__(self, names: Iterable[tuple[str, int]]) -> None:
        """Index pairs of a name and the number of a thing."""
        self._by_key: dict[str, dict[int, None]] = defaultdict(dict)
        for name, number in names:
            bare = key(name)
            if bare:
                self._by_key[bare][number] = None
        self._by_length: dict[int, list[str]] = defaultdict(list)
        for bare in self._by_key:
            self._by_length[len(bare)].append(bare)

    def same(self, name: str) -> list[int]:
        """Return the things with this name but for case, signs and leading zeros."""
        return list(self._by_key.get(key(name), ()))

    def begun(self, name: str) -> list[int]:
        """Return the things whose name goes on after `name`, which has five letters or more."""
        bare = key(name)
        if len(bare) < _BEGINNING:
            return []
        hits = [other for other in self._by_key if other.startswith(bare)]
        return list(dict.fromkeys(number for hit in hits for number in self._by_key[hit]))

    def near(self, name: str) -> list[int]:
        """Return the things whose name is nearest to `name`, if it is near; ties are all given.

        Two letters exchanged are nearer than another letter; in a key of digits one exchange or
        one digit more or less is all that is allowed.
        """
        bare = key(name)
        if not bare or len(bare) > _LONGEST:
            return []
        limit = _limit(bare)
        if not limit:
            return []
        ranked = self._of_digits(bare) if bare.isdigit() else self._of_letters(bare, limit)
        best = min(ranked.values(), default=None)
        hits = [other for other, rank in ranked.items() if rank == best]
        return list(dict.fromkeys(number for hit in hits for number in self._by_key[hit]))

    def _of_letters(self, bare: str, limit: int) -> dict[str, tuple[float, bool]]:
        """Return names within `limit` letters; keys of digits only are not among them."""
        from rapidfuzz import process  # noqa: PLC0415 - only what is wrong needs it
        from rapidfuzz.distance import OSA  # noqa: PLC0415 - the same

        found: dict[str, tuple[float, bool]] = {}
        for length in range(len(bare) - limit, len(bare) + limit + 1):
            names = self._by_length.get(length, ())
            for other, distance, _ in process.extract(
                bare, names, scorer=OSA.distance, score_cutoff=limit, limit=_MOST
            ):
                found[other] = distance, sorted(bare) != sorted(other)
        return found

    def _of_digits(self, bare: str) -> dict[str, tuple[float, bool]]:
        """Return the keys that are one slip away."""
        slips: dict[str, tuple[float, bool]] = {}
        for at in range(len(bare) + 1):
            head, tail = bare[:at], bare[at:]
            swapped = [head + tail[1] + tail[0] + tail[2:]] if len(tail) > 1 else []
            others = [head + tail[1:]] if tail else []
            others += [head + digit + tail[skip:] for digit in "0123456789" for skip in (0, 1)]
            slips |= {(each.lstrip("0") or each): (1.0, True) for each in others}
            slips |= {(each.lstrip("0") or each): (1.0, False) for each in swapped}
        return {each: rank for each, rank in slips.items() if each in self._by_key}


def _limit(name: str) -> int:
    """Return how many letters may differ."""
    if name.isdigit():
        return 1 if len(name) > 3 else 0
    return sum(len(name) >= length for length in (4, 8, 16))
