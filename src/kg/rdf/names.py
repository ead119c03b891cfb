"""The characters of prefixed names and blank node labels, RDF 1.1 Turtle section 6.5.

Python's `\\w` is not the same: it has "²" and "ª", which no name may have, and lacks combining
accents and pictograms, which a name may have. The constants go inside the brackets of a class.
"""

from __future__ import annotations

from kg.rdf.late import Late

PN_CHARS_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
PN_CHARS_U = PN_CHARS_BASE + "_"
PN_CHARS = PN_CHARS_U + "0-9\u00b7\u0300-\u036f\u203f\u2040" + r"\-"

PN_PREFIX = rf"[{PN_CHARS_BASE}](?:[{PN_CHARS}.]*[{PN_CHARS}])?"
BLANK_NODE_LABEL = rf"_:[{PN_CHARS_U}0-9](?:[{PN_CHARS}.]*[{PN_CHARS}])?"

_PLX = r"%[0-9A-Fa-f]{2}|\\."
PN_LOCAL = (
    rf"(?:[{PN_CHARS_U}:0-9]|{_PLX})"
    rf"(?:(?:[{PN_CHARS}.:]|{_PLX})*(?:[{PN_CHARS}:]|{_PLX}))?"
)

PLAIN_LOCAL = Late(rf"[{PN_CHARS_U}0-9](?:[{PN_CHARS}.]*[{PN_CHARS}])?\Z")
"""A local name that needs no escape."""
