"""IRIs of a project and addresses of its pages, both ways.

{base}id/X      /id/X, which leads to /doc/X
{base}Y         /Y, which leads to /doc/Y
a term          /ontology#…, if an ontology of the project declares it
any other IRI   /doc?iri=…
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, unquote, unquote_to_bytes, urlencode

from kg.namespaces import shorten

RESOURCES = "id/"
_KEPT = "/:@!$&'()*+,;=-._~%"
"""Signs that stay as they are in a path; % too, for it is part of the IRI."""
_NOT_ASCII = re.compile(r"(?:%[89A-Fa-f][0-9A-Fa-f])+")
_IN_PATH = re.compile(r"[^?#\s]+")
_NEEDLESS = re.compile(
    r"%(?:2[146-9A-Ea-e]|3[0-9ABDabd]|4[0-9A-Fa-f]|5[0-9AFaf]|6[1-9A-Fa-f]|7[0-9AEae])"
)
"""Signs of a path that are the same without their encoding (RFC 3986 section 3.3)."""
_DOTS = re.compile(r"(?:^|/)\.{1,2}(?:/|$)")


class Addresses:
    """The addresses of one project; all are relative to the root of the server."""

    def __init__(self, base: str) -> None:
        """Know the IRIs that begin with `base`."""
        self.base = base

    def document(self, iri: str) -> str:
        """Return the address of the page about `iri`, such as doc/municipality/05711000."""
        rest = iri.removeprefix(self.base)
        inner = rest.removeprefix(RESOURCES)
        if rest == iri or not _IN_PATH.fullmatch(inner) or _DOTS.search(inner):
            return f"doc?{urlencode({'iri': iri})}"
        return f"doc/{quote(inner, safe=_KEPT)}"

    def resource(self, iri: str) -> str | None:
        """Return the address of `iri` itself on this server, None if it has none."""
        rest = iri.removeprefix(self.base)
        if rest == iri or not _IN_PATH.fullmatch(rest) or _DOTS.search(rest):
            return None
        return quote(rest, safe=_KEPT)

    def candidates(self, path: str) -> list[str]:
        """Return the IRIs that the page /doc/`path` may be about, the likely one first.

        `path` is as the client sent it, percent-encoded.
        """
        starts = (self.base + RESOURCES, self.base)
        return [start + rest for rest in readings(path) for start in starts]

    def below(self, path: str) -> list[str]:
        """Return the IRIs whose address may be /`path`, the likely one first."""
        return [self.base + rest for rest in readings(path)]

    def iri_of(self, path: str) -> str:
        """Return the IRI whose address is /`path`, percent-encoded as the client sent it."""
        return self.base + readable(path)


def anchor(iri: str, base: str, prefixes: Mapping[str, str]) -> str:
    """Return the anchor of a term on the page that documents it.

    That is its name if it is one of the project's own, prefix:name for others, or the IRI.
    """
    namespace, sign, name = iri.rpartition("#")
    if not sign:
        namespace, _, name = iri.rpartition("/")
    if name and namespace.startswith(base.rstrip("/")):
        return name
    short = shorten(iri, prefixes)
    return iri if short.startswith("<") else short


def readings(path: str) -> list[str]:
    """Return what a path may stand for in an IRI, each once.

    Clients encode what need not be, such as parentheses, and an IRI may itself have been encoded.
    """
    plain = readable(path)
    found = (plain, path, _NEEDLESS.sub(lambda match: unquote(match.group()), plain))
    return list(dict.fromkeys(found))


def readable(path: str) -> str:
    """Return a path with its signs beyond ASCII decoded, as they stand in IRIs."""

    def decoded(match: re.Match[str]) -> str:
        try:
            return unquote_to_bytes(match.group()).decode()
        except UnicodeDecodeError:
            return match.group()

    return _NOT_ASCII.sub(decoded, path)
