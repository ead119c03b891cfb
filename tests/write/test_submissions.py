"""Contributions are kept as they came, decided once, and survive a killed writer."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kg.errors import StageError
from kg.write import submissions
from kg.write.change import About, Change, Commit
from kg.write.faults import WriteError
from kg.write.requests import Document
from kg.write.submissions import Decision, Submission, SubmissionLimits
from kg.write.submitted import IDENTIFIER, Standing

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
TURTLE = Document(b"<urn:a> <urn:b> 'c\xc3\xa4' .\r\n", "text/turtle", "b\u00e4ume.ttl")
SIMPLE = Submission((TURTLE,), agent="lippe", note="Neu:\n„5“", source="urn:doc", lang="de")


def commit(number: int, name: str, kind: str = "contribution") -> Commit:
    """A commit that accepts the contribution `name`."""
    about = About("redaktion", kind, note="gut", contribution=name)  # type: ignore[arg-type]
    return Commit(number, "urn:uuid:1", "2026-11-21T13:00:00.000Z", about, Change(), "")


def test_contribution_is_kept_as_it_came(tmp_path: Path) -> None:
    """Documents come back byte for byte, with note, source, times, report and impact."""
    given = replace(SIMPLE, report={"valid": True}, impact={"entailed": {}})
    name = submissions.add(tmp_path, given, now=NOON)
    found = submissions.get(tmp_path, name)
    assert IDENTIFIER.fullmatch(name)
    assert name.startswith("20261121-")
    assert submissions.documents(tmp_path, name) == (TURTLE,)
    assert (found.status, found.agent, found.note) == ("pending", "lippe", "Neu:\n„5“")
    assert (found.source, found.lang, found.submitted) == ("urn:doc", "de", "2026-11-21T12:00:00Z")
    assert submissions.report(tmp_path, name) == {"valid": True}
    assert submissions.impact(tmp_path, name) == {"entailed": {}}


@pytest.mark.parametrize("name", ["../../etc/passwd", "a/b", ".", "", "\0", "ä" * 300, "CON.ttl"])
def test_names_of_documents_are_harmless(tmp_path: Path, name: str) -> None:
    """Whatever a document is called, its file lies in its folder, and the name is remembered."""
    document = Document(b"x", "text/turtle", name)
    identifier = submissions.add(tmp_path, replace(SIMPLE, documents=(document, document)))
    folder = tmp_path / "contributions" / identifier / "documents"
    assert len(list(folder.iterdir())) == 2
    assert [each.name for each in submissions.documents(tmp_path, identifier)] == [name, name]


def test_text_that_is_no_unicode_is_kept(tmp_path: Path) -> None:
    """Half a pair of surrogates, which JSON can bring, does not make a file unreadable."""
    name = submissions.add(tmp_path, replace(SIMPLE, note="a\ud800b"))
    assert submissions.get(tmp_path, name).note == "a\ud800b"


@pytest.mark.parametrize("name", ["20261121-000000", "..", "../tokens", "", "20261121-3F9A2C", "x"])
def test_unknown_contribution_is_not_found(tmp_path: Path, name: str) -> None:
    """A name that none has, and one that would leave the folder, is not found."""
    submissions.add(tmp_path, SIMPLE)
    with pytest.raises(WriteError) as raised:
        submissions.get(tmp_path, name)
    assert raised.value.fault == "not-found"


def test_list_is_in_the_order_of_arrival(tmp_path: Path) -> None:
    """Names sort by day only; the list sorts by time, and can be limited to a status."""
    names = [
        submissions.add(tmp_path, SIMPLE, now=NOON + timedelta(seconds=step)) for step in range(6)
    ]
    submissions.decide(tmp_path, names[2], Decision("rejected", "redaktion"))
    assert [each.id for each in submissions.list_all(tmp_path)] == names
    pending = submissions.list_all(tmp_path, "pending")
    assert [each.id for each in pending] == names[:2] + names[3:]
    assert submissions.list_all(tmp_path / "nowhere") == []


@pytest.mark.parametrize("status", ["accepted", "rejected", "withdrawn"])
def test_contribution_is_decided_once(tmp_path: Path, status: Standing) -> None:
    """A decision has its agent, note, time and commit; a second one is a conflict."""
    name = submissions.add(tmp_path, SIMPLE)
    after = submissions.decide(tmp_path, name, Decision(status, "redaktion", "weil", 7), now=NOON)
    assert after == submissions.get(tmp_path, name)
    assert (after.status, after.decided_by, after.decision_note) == (status, "redaktion", "weil")
    assert (after.decided, after.commit) == ("2026-11-21T12:00:00Z", 7)
    with pytest.raises(WriteError) as raised:
        submissions.decide(tmp_path, name, Decision("accepted", "redaktion"))
    assert raised.value.fault == "conflict"
    assert submissions.documents(tmp_path, name) == (TURTLE,)


def test_limits(tmp_path: Path) -> None:
    """Too many that wait, too many bytes, and nothing at all are refused; others still may."""
    limits = SubmissionLimits(pending=2, bytes_each=100, bytes_pending=250)
    for _ in range(2):
        submissions.add(tmp_path, SIMPLE, limits=limits)
    big = Document(b"x" * 90, "text/turtle")
    other = Submission((big,), agent="other")
    submissions.add(tmp_path, other, limits=limits)
    cases = {
        "conflict": SIMPLE,
        "too-large": replace(other, documents=(big, big)),
        "syntax": replace(other, documents=()),
    }
    for fault, given in cases.items():
        with pytest.raises(WriteError) as raised:
            submissions.add(tmp_path, given, limits=limits)
        assert raised.value.fault == fault
    submissions.add(tmp_path, other, limits=limits)
    with pytest.raises(WriteError, match="no room"):
        submissions.add(tmp_path, replace(other, agent="third"), limits=limits)
    assert len(submissions.list_all(tmp_path)) == 4
    first = submissions.list_all(tmp_path)[0].id
    submissions.decide(tmp_path, first, Decision("withdrawn", "lippe"))
    submissions.add(tmp_path, replace(SIMPLE, documents=(Document(b"", "text/turtle"),)))


@pytest.mark.parametrize("source", ["paper.pdf", "a b", "https://x/<>", "\ud800:x", "//host", ":"])
def test_source_is_an_address(tmp_path: Path, source: str) -> None:
    """What could not be the IRI of a document is refused before anything is kept."""
    with pytest.raises(WriteError) as raised:
        submissions.add(tmp_path, replace(SIMPLE, source=source))
    assert raised.value.fault == "syntax"
    with pytest.raises(WriteError) as raised:
        submissions.add(tmp_path, replace(SIMPLE, note="x" * 10_001))
    assert raised.value.fault == "too-large"
    assert submissions.list_all(tmp_path) == []


def test_killed_writer_is_caught_up_with(tmp_path: Path) -> None:
    """What the journal accepted and about.json does not say yet is written down at the start."""
    waits, accepted, rejected = (submissions.add(tmp_path, SIMPLE) for _ in range(3))
    submissions.decide(tmp_path, rejected, Decision("rejected", "redaktion"))
    left = tmp_path / "contributions" / ".new-left"
    left.mkdir()
    (left / "about.json").write_text("{")
    journal = [commit(3, accepted), commit(4, rejected), commit(5, waits, kind="update")]
    assert submissions.settle(tmp_path, journal) == [accepted]
    found = submissions.get(tmp_path, accepted)
    assert (found.status, found.commit, found.decided_by) == ("accepted", 3, "redaktion")
    assert (found.decided, found.decision_note) == ("2026-11-21T13:00:00Z", "gut")
    assert submissions.get(tmp_path, waits).status == "pending"
    assert submissions.get(tmp_path, rejected).status == "rejected"
    assert not left.exists()
    assert submissions.settle(tmp_path, journal) == []


def test_damage_is_said_with_its_place(tmp_path: Path) -> None:
    """Half a file, another form, a document that was changed or is gone: named, not passed over."""
    name = submissions.add(tmp_path, SIMPLE)
    folder = tmp_path / "contributions" / name
    about = folder / "about.json"
    whole = about.read_text(encoding="utf-8")
    other = {**json.loads(whole), "status": "lost"}
    for text in (whole[:-20], "[]", '{"id": 1}', json.dumps(other), ""):
        about.write_text(text, encoding="utf-8")
        with pytest.raises(StageError) as raised:
            submissions.list_all(tmp_path)
        assert raised.value.place is not None
        assert raised.value.place.file == str(about)
    about.write_text(whole, encoding="utf-8")
    document = next((folder / "documents").iterdir())
    document.write_bytes(b"other")
    with pytest.raises(StageError, match="changed"):
        submissions.documents(tmp_path, name)
    document.unlink()
    with pytest.raises(StageError, match="damaged"):
        submissions.documents(tmp_path, name)


def test_file_of_a_later_program_is_read(tmp_path: Path) -> None:
    """Members that are not known yet are passed over."""
    name = submissions.add(tmp_path, SIMPLE)
    about = tmp_path / "contributions" / name / "about.json"
    raw = {**json.loads(about.read_text(encoding="utf-8")), "later": 1}
    about.write_text(json.dumps(raw), encoding="utf-8")
    assert submissions.get(tmp_path, name).agent == "lippe"


@pytest.mark.parametrize("broken", ["rename", "fsync"])
def test_nothing_is_left_when_the_disk_does_not_take_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    """A fault while writing is a StageError, and no half contribution is there."""
    submissions.add(tmp_path, SIMPLE)

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    place: object = Path if broken == "rename" else os
    monkeypatch.setattr(place, broken, fail)
    with pytest.raises(StageError, match="No space left"):
        submissions.add(tmp_path, SIMPLE)
    monkeypatch.undo()
    assert len(submissions.list_all(tmp_path)) == 1
    assert [path.name[0] for path in (tmp_path / "contributions").iterdir()] == ["2"]


def test_only_the_owner_may_read(tmp_path: Path) -> None:
    """A contribution that nobody has accepted yet is not for other users of the machine."""
    name = submissions.add(tmp_path, SIMPLE)
    assert (tmp_path / "contributions" / name).stat().st_mode & 0o077 == 0
