"""An IRI reference and a base become an IRI, as in RFC 3986 section 5.2.

`urllib.parse.urljoin` is not fit for this: it drops an empty fragment, such as that of a
namespace which ends in `#`, and does not know the scheme `urn`.
"""

from __future__ import annotations

import re

_PARTS = re.compile(
    r"(?:(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):)?(?P<authority>//[^/?#]*)?"
    r"(?P<path>[^?#]*)(?P<query>\?[^#]*)?(?P<fragment>#.*)?",
    re.DOTALL,
)


def resolve(base: str, reference: str) -> str:
    """Return `reference` resolved against `base`.

    As in the parser, dots in the path of a reference with a scheme or a host are left.
    """
    one, other = _split(base), _split(reference)
    if other["scheme"] or not one["scheme"]:
        return reference
    authority, path, query = other["authority"], other["path"], other["query"]
    if not authority:
        authority = one["authority"]
        if not path:
            path, query = one["path"], query or one["query"]
        elif path.startswith("/"):
            path = _without_dots(path)
        else:
            path = _without_dots(_merge(one, path))
    return f"{one['scheme']}:{authority}{path}{query}{other['fragment']}"


def _split(iri: str) -> dict[str, str]:
    match = _PARTS.match(iri)
    return match.groupdict(default="") if match else {}


def _merge(base: dict[str, str], path: str) -> str:
    if base["authority"] and not base["path"]:
        return "/" + path
    return base["path"].rpartition("/")[0] + "/" * ("/" in base["path"]) + path


def _without_dots(path: str) -> str:
    """Remove the segments "." and "..", section 5.2.4."""
    kept: list[str] = []
    segments = path.split("/")
    for segment in segments:
        if segment == "..":
            if len(kept) > 1 or (kept and kept[0]):
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/".join(kept)
