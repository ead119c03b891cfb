"""A commit as text and back: one record of RDF Patch, with headers of our own.

    H id <urn:uuid:...> .            of this commit, and with prev of the one before
    H kg-number "12" .               and time, agent, kind, note, ... as N-Triples literals
    TX .
    D <s> <p> "old" <g> .            what goes, then what comes, as N-Quads
    A <s> <p> "new" <g> .
    TC .
    # checksum 5f1e...               see `kg.write.journal_chain`

https://afs.github.io/rdf-patch/ describes the form. Blank nodes keep their labels. In a record no
line break stands but at the end of a line, and no NUL.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import cast

from pyoxigraph import Literal, Quad, RdfFormat, parse, serialize

from kg.errors import StageError, Text
from kg.write.change import About, Change, Commit, Kind

CHECKSUM = b"# checksum "
_BEGIN, _END = b"TX .\n", b"TC .\n"
_TIP = re.compile(
    rb'H id <([^>\n]*)> \.\n(?:H prev <([^>\n]*)> \.\n)?H kg-number "(\d+)" \.\n'
    rb'H kg-time "([^"\n]*)" \.\n'
)
_HEADER = re.compile(rb"H kg-([a-z]+) (\"[^\n]*\") \.\n")


@dataclass(frozen=True)
class Label:
    """What is told of a record without reading its statements; `prev` is "" in the first."""

    identifier: str
    prev: str
    number: int
    time: str


def encode(commit: Commit, *, prev: str, durable: int) -> tuple[Commit, bytes]:
    """Return the record of `commit` up to and without its checksum, and the commit as written.

    `prev` is the identifier of the commit before, "" for none; `durable` the number of the last
    commit that is known to be on the disk. Lone surrogates, which no text may have, are replaced.
    Raises StageError for terms that could not be read again.
    """
    about = _sound(commit.about)
    change = commit.change
    statements = _statements(b"D ", change.removed) + _statements(b"A ", change.added)
    headers = [f"H id <{commit.identifier}> .\n"]
    headers += [f"H prev <{prev}> .\n"] if prev else []
    own = [("number", str(commit.number)), ("time", commit.time)]
    own += [("agent", about.agent), ("kind", about.kind), ("note", about.note)]
    own += [("source", about.source), ("contribution", about.contribution)]
    own += [("reverts", str(about.reverts or "")), ("durable", str(durable))]
    own += [("created", name) for name in change.created]
    own += [("dropped", name) for name in change.dropped]
    headers += [f"H kg-{key} {Literal(value)} .\n" for key, value in own if value or key == "agent"]
    return replace(commit, about=about), "".join(headers).encode() + _BEGIN + statements + _END


def _sound(about: About) -> About:
    """Return `about` with texts that can be written as UTF-8."""
    return replace(
        about,
        agent=_sound_text(about.agent),
        note=_sound_text(about.note),
        source=_sound_text(about.source),
        contribution=_sound_text(about.contribution),
    )


def _sound_text(text: str) -> str:
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")


def _statements(sign: bytes, quads: tuple[Quad, ...]) -> bytes:
    if not quads:
        return b""
    text = serialize(quads, format=RdfFormat.N_QUADS) or b""
    if text.count(b"\n") != len(quads) or not _reads_as(text, quads):
        raise StageError(
            Text(
                de="Die Änderung enthält einen Term, der im Journal nicht lesbar bliebe, zum "
                "Beispiel eine IRI mit unerlaubten Zeichen. Sie wurde nicht geschrieben.",
                en="The change has a term that could not be read again from the journal, for "
                "example an IRI with characters that are not allowed. It was not written.",
            )
        )
    return sign + text[:-1].replace(b"\n", b"\n" + sign) + b"\n"


def _reads_as(text: bytes, quads: tuple[Quad, ...]) -> bool:
    if b"\0" in text:
        return False
    try:
        return tuple(_parse(text)) == quads
    except (SyntaxError, MemoryError):  # a term of more than 16 MiB
        return False


def _parse(text: bytes) -> Iterator[Quad]:
    return cast("Iterator[Quad]", parse(text, format=RdfFormat.N_QUADS, lenient=True))


def label(record: bytes) -> Label | None:
    """Return what the first headers of a record say, or None if they are not those of one."""
    found = _TIP.match(record)
    if found is None:
        return None
    identifier, prev, number, time = (part.decode("utf-8", "replace") for part in found.groups(b""))
    return Label(identifier, prev, int(number), time)


def decode(record: bytes, checksum: str) -> Commit:
    """Return the commit of a record whose checksum is right; ValueError if it is not one."""
    known = label(record)
    begin, end = record.find(_BEGIN), record.rfind(_END)
    if known is None or begin < 0 or end < begin:
        raise ValueError("no record")
    headers: dict[str, list[str]] = {}
    for key, value in _HEADER.findall(record, 0, begin):
        headers.setdefault(key.decode(), []).append(_text(value))
    one = {key: values[-1] for key, values in headers.items()}
    about = About(
        agent=one.get("agent", ""),
        kind=cast("Kind", one.get("kind", "update")),
        note=one.get("note", ""),
        source=one.get("source", ""),
        contribution=one.get("contribution", ""),
        reverts=int(one.get("reverts", "0")),
    )
    removed, added = _sides(record[begin + len(_BEGIN) - 1 : end - 1])
    created, dropped = (tuple(headers.get(key, ())) for key in ("created", "dropped"))
    change = Change(added, removed, created, dropped)
    return Commit(known.number, known.identifier, known.time, about, change, checksum)


def _sides(lines: bytes) -> tuple[tuple[Quad, ...], tuple[Quad, ...]]:
    """Return what goes and what comes; each line of `lines` begins with a line break."""
    gone, come = lines.count(b"\nD "), lines.count(b"\nA ")
    text = lines.replace(b"\nD ", b"\n", gone).replace(b"\nA ", b"\n", come)
    try:
        quads = tuple(_parse(text))
    except SyntaxError as error:
        raise ValueError(str(error)) from error
    if len(quads) != gone + come or b"\nD " in lines[lines.find(b"\nA ") :] * bool(come):
        raise ValueError("no lines of A and D")
    return quads[:gone], quads[gone:]


def _text(literal: bytes) -> str:
    """Return the text of a literal without language or type."""
    if b"\\" not in literal:
        return literal[1:-1].decode()
    try:
        read = next(_parse(b"<a:a> <a:a> " + literal + b" ."))
    except SyntaxError as error:
        raise ValueError(str(error)) from error
    return cast("Literal", read.object).value
