"""Names of the register become labels: the register writes "Bielefeld, Stadt", people do not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tools.gv.record import Record

_FORMER = re.compile(r"früher: (?:Reg\.-Bez\.|(\w+bezirk)) (.+)")
_KREIS_IN_NAME = re.compile(r"kreis\b|^Kreis |^Region |^Regionalverband |^Städteregion ", re.I)
_CITY_MARKS = ("61", "62", "63", "67")
_MARKET = "60"
_AUTHORITIES = {"05": "Bezirksregierung"}
"""By Land, what the authority of a Regierungsbezirk is called; others go by the area's name."""
_UNION_NAMES = {
    "51": "Amt",
    "52": "Samtgemeinde",
    "53": "Verbandsgemeinde",
    "54": "Verwaltungsgemeinschaft",
    "55": "Kirchspielslandgemeinde",
    "56": "Verwaltungsverband",
    "57": "Verwaltungsgemeinschaft",
    "58": "Erfüllende Gemeinde",
}
_SHORT = {"VVG der ": "Verwaltungsgemeinschaft der ", "GVV ": "Gemeindeverwaltungsverband "}


@dataclass(frozen=True)
class Names:
    """The label of a thing and the other names it has."""

    label: str
    others: tuple[str, ...] = ()


def municipality_names(record: Record) -> Names:
    """Return "Bielefeld" with "Bielefeld, Stadt" and "Stadt Bielefeld" beside it."""
    label = re.split(r",| / ", record.name)[0].strip()
    others = [record.name] if record.name != label else []
    if record.mark in _CITY_MARKS:
        others.append(f"Stadt {label}")
    elif record.mark == _MARKET:
        others.append(f"Markt {label}")
    return Names(label, tuple(others))


def kreis_names(record: Record) -> Names:
    """Return "Kreis Lippe", "Landkreis Uelzen", or the name itself if it says what it is."""
    if _KREIS_IN_NAME.search(record.name):
        return Names(record.name)
    return Names(f"{'Kreis' if record.mark == '43' else 'Landkreis'} {record.name}")


def bezirk_names(record: Record) -> tuple[Names, Names]:
    """Return the names of the authority of a Regierungsbezirk and of its territory."""
    short = record.name.removeprefix("Reg.-Bez. ")
    area = f"Regierungsbezirk {short}"
    authority = _AUTHORITIES.get(record.key[:2])
    body = Names(f"{authority} {short}", (area,)) if authority else Names(area)
    return body, Names(area, (record.name,))


def region_names(record: Record) -> Names:
    """Return the name of a region; "früher: Reg.-Bez. Trier" is a former Regierungsbezirk."""
    match = _FORMER.fullmatch(record.name)
    if match is None:
        return Names(record.name)
    kind, short = match.groups()
    return Names(f"Ehemaliger {kind or 'Regierungsbezirk'} {short}", (record.name,))


def union_names(record: Record) -> Names:
    """Return the name of a Gemeindeverband with its kind before it, and that of the register."""
    label = record.name.removesuffix(" (VGem)").removesuffix(", Stadt")
    for short, long in _SHORT.items():
        if label.startswith(short):
            label = long + label.removeprefix(short)
            break
    else:
        kind = _UNION_NAMES[record.mark]
        label = label if label.startswith(f"{kind} ") else f"{kind} {label}"
    return Names(label, (record.name,) if record.name != label else ())


def is_authority(record: Record) -> bool:
    """Return whether a record of kind 20 is a Regierungsbezirk that has an authority today."""
    return not record.name.startswith(("Statistische Region", "früher:"))
