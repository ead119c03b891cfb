"""What the map shows: places, the groups that they are in, and lines between them.

They come from queries/views of a project: map.rq has ?thing, ?lat and ?long and may have ?label,
?key, ?kind and ?size; map-groups.rq ?thing, ?group and perhaps ?topic; map-lines.rq ?from, ?to
and perhaps ?group. Places are numbered in the order of their IRIs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kg.serve.pages.labels import last_part
from kg.serve.pages.overview.listing import plain, sort_key
from kg.serve.pages.terms import Row, Term

Point = tuple[float, float]


@dataclass(frozen=True)
class Place:
    """A thing on the map; without `point`, latitude and longitude in degrees, only in the list."""

    iri: str
    name: str
    key: str
    kind: Term | None
    point: Point | None
    size: int
    found_by: str


@dataclass(frozen=True)
class Group:
    """What places belong to, with numbers of places and of pairs of places that are connected."""

    iri: str
    places: tuple[int, ...]
    topics: tuple[str, ...]
    lines: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Places:
    """All places and groups; `groups_of` has the numbers of the groups of a place.

    `ordered` are the numbers of the places, those in most groups first, then by name. `topics`
    are those of all groups, `kinds` those of all places; `without_point` are only in the list.
    """

    places: Sequence[Place]
    groups: Sequence[Group]
    groups_of: Mapping[int, tuple[int, ...]]
    ordered: Sequence[int]
    topics: Sequence[str]
    kinds: Sequence[Term]
    without_point: int


@dataclass(frozen=True)
class Choice:
    """What a visitor wants to see: a group, a topic and a kind by their values, words in a name."""

    group: str = ""
    topic: str = ""
    kind: str = ""
    text: str = ""

    @property
    def is_any(self) -> bool:
        """Whether everything is wanted."""
        return not (self.group or self.topic or self.kind or self.text)


def places_of(rows: Iterable[Row], groups: Iterable[Row], lines: Iterable[Row]) -> Places:
    """Return what the rows of the three queries tell of; the first row of a thing counts."""
    found: dict[str, Place] = {}
    for row in rows:
        if "thing" not in row:
            continue
        place = _place(row)
        known = found.get(place.iri)
        if known is None or known.size < place.size:
            found[place.iri] = place
    places = [found[iri] for iri in sorted(found)]
    numbers = {one.iri: number for number, one in enumerate(places)}
    made = _groups(groups, lines, numbers)
    groups_of: dict[int, list[int]] = {}
    for number, group in enumerate(made):
        for place_number in group.places:
            groups_of.setdefault(place_number, []).append(number)
    return Places(
        places,
        made,
        {place: tuple(some) for place, some in groups_of.items()},
        _ordered(places, groups_of),
        list(dict.fromkeys(topic for group in made for topic in group.topics)),
        list(dict.fromkeys(one.kind for one in places if one.kind)),
        sum(one.point is None for one in places),
    )


def _ordered(places: Sequence[Place], groups_of: Mapping[int, Sequence[int]]) -> list[int]:
    def order(number: int) -> tuple[int, tuple[str, str], str]:
        one = places[number]
        return -len(groups_of.get(number, ())), sort_key(one.name), one.iri

    return sorted(range(len(places)), key=order)


def chosen(places: Places, choice: Choice) -> Sequence[int]:
    """Return the numbers of the places that fit, those in most groups first, then by name."""
    if choice.is_any:
        return places.ordered
    wanted = _groups_chosen(places, choice)
    words = plain(choice.text)
    numbered = ((number, places.places[number]) for number in places.ordered)
    return [
        number
        for number, one in numbered
        if (wanted is None or wanted.intersection(places.groups_of.get(number, ())))
        and (not choice.kind or (one.kind is not None and one.kind.value == choice.kind))
        and (not words or words in one.found_by)
    ]


def _groups_chosen(places: Places, choice: Choice) -> set[int] | None:
    """Return the numbers of the groups that are wanted, None if it does not matter."""
    if not choice.group and not choice.topic:
        return None
    return {
        number
        for number, group in enumerate(places.groups)
        if (not choice.group or group.iri == choice.group)
        and (not choice.topic or choice.topic in group.topics)
    }


def _place(row: Row) -> Place:
    iri = row["thing"].value
    name = row["label"].value if "label" in row else last_part(iri)
    key = row["key"].value if "key" in row else ""
    return Place(
        iri,
        name,
        key,
        row.get("kind"),
        _point(row),
        int(_number(row, "size") or 0),
        f"{plain(name)} {key}",
    )


def _point(row: Row) -> Point | None:
    lat, long = _number(row, "lat"), _number(row, "long")
    if lat is None or long is None or not (-90 <= lat <= 90 and -180 <= long <= 180):
        return None
    return lat, long


def _number(row: Row, name: str) -> float | None:
    try:
        found = float(row[name].value)
    except (KeyError, ValueError):
        return None
    return found if abs(found) < 1e15 else None


def _groups(rows: Iterable[Row], lines: Iterable[Row], numbers: Mapping[str, int]) -> list[Group]:
    members: dict[str, dict[int, None]] = {}
    topics: dict[str, dict[str, None]] = {}
    for row in rows:
        if "group" not in row or "thing" not in row or row["thing"].value not in numbers:
            continue
        group = row["group"].value
        members.setdefault(group, {})[numbers[row["thing"].value]] = None
        if "topic" in row:
            topics.setdefault(group, {})[row["topic"].value] = None
    pairs: dict[str, set[tuple[int, int]]] = {}
    for row in lines:
        ends = [numbers.get(row[name].value) for name in ("from", "to") if name in row]
        if len(ends) == 2 and ends[0] is not None and ends[1] is not None and "group" in row:
            low, high = sorted((ends[0], ends[1]))
            pairs.setdefault(row["group"].value, set()).add((low, high))
    return [
        Group(
            group,
            tuple(sorted(members[group])),
            tuple(sorted(topics.get(group, {}))),
            tuple(sorted(pairs.get(group, ()))),
        )
        for group in sorted(members)
    ]
