"""Places as columns of JSON for the map in the browser: small, and made once for a version."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from kg.serve.pages.coding import compressed
from kg.serve.pages.map.places import Places

SCALE = 10_000
"""Coordinates are whole numbers of this part of a degree, about ten metres."""


def map_data(places: Places, *, name: Callable[[str], str], address: Callable[[str], str]) -> bytes:
    """Return the places that have a point and the groups as JSON in UTF-8.

    `name` returns what a group, topic or kind is called, `address` the page about a thing, below
    the root. Pages end as things do where they have no `rest` of their own. The ends of lines are
    positions in the columns, one pair after another.
    """
    shown = [number for number, one in enumerate(places.places) if one.point]
    index = {number: position for position, number in enumerate(shown)}
    some = [places.places[number] for number in shown]
    points = [one.point for one in some if one.point]
    kinds = {term: position for position, term in enumerate(places.kinds)}
    thing = _shortened([one.iri for one in some])
    page = _shortened([address(one.iri) for one in some])
    if page["rest"] == thing["rest"]:
        page["rest"] = None
    document: dict[str, Any] = {
        "scale": SCALE,
        "thing": thing,
        "page": page,
        "name": [one.name for one in some],
        "key": [] if not any(one.key for one in some) else [one.key for one in some],
        "lat": [round(lat * SCALE) for lat, _ in points],
        "long": [round(long * SCALE) for _, long in points],
        "size": [one.size for one in some],
        "kind": [kinds[one.kind] if one.kind else -1 for one in some],
        "kinds": [
            {"value": term.value, "name": name(term.value) if term.is_iri else term.value}
            for term in kinds
        ],
        "groups": [
            {
                "value": group.iri,
                "name": name(group.iri),
                "places": [index[number] for number in group.places if number in index],
                "topics": list(group.topics),
                "lines": [
                    index[end]
                    for pair in group.lines
                    if pair[0] in index and pair[1] in index
                    for end in pair
                ],
            }
            for group in places.groups
        ],
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _shortened(values: list[str]) -> dict[str, Any]:
    """Return texts without what they begin with alike."""
    low, high = min(values, default=""), max(values, default="")
    pairs = enumerate(zip(low, high, strict=False))
    size = next((place for place, (one, other) in pairs if one != other), 0)
    return {"before": low[:size], "rest": [value[size:] for value in values]}


def packed(body: bytes, coding: str | None) -> bytes:
    """Return `body` compressed as `coding` says: zstd, gzip, or not at all."""
    return compressed(body, coding, zstd=12, deflate=8) if coding else body
