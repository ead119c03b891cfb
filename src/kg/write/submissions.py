"""Contributions on disk: handed in, kept as they came, decided once.

journal/contributions/
  20261121-3f9a2c/      one contribution; the name sorts by day
    about.json          who, when, from what, and what became of it
    report.json         what the check found when it was handed in
    impact.json         what it would entail and contradict
    documents/          the documents, byte for byte

Only the writer changes anything here; anybody may read at any time, for files appear whole.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from kg.errors import Text
from kg.rdf.checked_files import sync, write_file
from kg.write.change import Commit
from kg.write.requests import Document
from kg.write.submission_words import (
    already_decided,
    damaged,
    full,
    no_source,
    note_too_long,
    nothing_in_it,
    too_large,
    too_many,
    unknown,
    unwritten,
)
from kg.write.submitted import IDENTIFIER, Contribution, Kept, Standing, file_name, is_iri

FOLDER = "contributions"
ABOUT, REPORT, IMPACT, DOCUMENTS = "about.json", "report.json", "impact.json", "documents"
_UNFINISHED = ".new-"


@dataclass(frozen=True)
class SubmissionLimits:
    """How much is kept: contributions of one agent that wait, bytes of one and of all that wait.

    `note` is the number of signs of a note.
    """

    pending: int = 100
    bytes_each: int = 64 << 20
    bytes_pending: int = 1 << 30
    note: int = 10_000


@dataclass(frozen=True)
class Submission:
    """What is handed in; `agent` is the name of the token, `source` the IRI of a document.

    `lang` is the language of the note. `report` and `impact` are those of the check, for JSON.
    """

    documents: tuple[Document, ...]
    agent: str
    note: str = ""
    source: str = ""
    lang: str = "en"
    report: dict[str, Any] | None = None
    impact: dict[str, Any] | None = None


@dataclass(frozen=True)
class Decision:
    """What becomes of a contribution; `commit` is the number of the commit that accepts it."""

    status: Standing
    agent: str
    note: str = ""
    commit: int = 0


def new_id(folder: Path, now: datetime | None = None) -> str:
    """Return a free name for a contribution to the journal in `folder`, such as 20261121-3f9a2c."""
    moment = now or datetime.now(UTC)
    while True:
        name = f"{moment:%Y%m%d}-{os.urandom(3).hex()}"
        if not (folder / FOLDER / name).exists():
            return name


def check(
    folder: Path,
    submission: Submission,
    limits: SubmissionLimits = SubmissionLimits(),
) -> None:
    """Raise WriteError for no document, a source that is no IRI, and what is beyond `limits`."""
    if submission.source and not is_iri(submission.source):
        raise no_source(submission.source)
    if len(submission.note) > limits.note:
        raise note_too_long(limits.note)
    size = sum(len(each.content) for each in submission.documents)
    if not submission.documents:
        raise nothing_in_it()
    if size > limits.bytes_each:
        raise too_large(limits.bytes_each)
    waiting = list_all(folder, "pending")
    if sum(each.agent == submission.agent for each in waiting) >= limits.pending:
        raise too_many(limits.pending)
    if size + sum(each.size for each in waiting) > limits.bytes_pending:
        raise full()


def add(
    folder: Path,
    submission: Submission,
    *,
    identifier: str | None = None,
    limits: SubmissionLimits = SubmissionLimits(),
    now: datetime | None = None,
) -> str:
    """Keep `submission` in the journal's `folder` and return its name; it is on disk then.

    `identifier` is one that `new_id` gave, for a caller that needs it for the check. Raises
    WriteError at a limit, StageError when the disk does not take it; nothing is left then.
    """
    check(folder, submission, limits)
    moment = now or datetime.now(UTC)
    name = identifier or new_id(folder, moment)
    about = about_of(name, submission, now=moment)
    place = folder / FOLDER
    try:
        place.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=_UNFINISHED, dir=place) as temporary:
            fresh = Path(temporary, name)
            _write(fresh, about, submission)
            fresh.rename(place / name)
        sync(place)
        sync(folder)
    except OSError as error:
        raise unwritten(place, error) from error
    return name


def about_of(name: str, submission: Submission, *, now: datetime | None = None) -> Contribution:
    """Return what will be known of a contribution that nobody has decided on."""
    kept = (
        Kept(
            name=each.name,
            media_type=each.media_type,
            file=file_name(number, each),
            size=len(each.content),
            sha256=sha256(each.content).hexdigest(),
        )
        for number, each in enumerate(submission.documents, 1)
    )
    return Contribution(
        id=name,
        status="pending",
        agent=submission.agent,
        note=submission.note,
        source=submission.source,
        lang=submission.lang,
        submitted=_time(now or datetime.now(UTC)),
        documents=tuple(kept),
    )


def _write(fresh: Path, about: Contribution, submission: Submission) -> None:
    """Write a contribution into the new folder `fresh` and bring it to the disk."""
    fresh.mkdir()
    fresh.chmod(0o700)
    documents = fresh / DOCUMENTS
    documents.mkdir()
    for kept, document in zip(about.documents, submission.documents, strict=True):
        write_file(documents / kept.file, memoryview(document.content))
    _write_json(fresh / REPORT, submission.report)
    _write_json(fresh / IMPACT, submission.impact)
    _write_json(fresh / ABOUT, about.as_dict())
    sync(documents)
    sync(fresh)


def get(folder: Path, identifier: str) -> Contribution:
    """Return the contribution with that name.

    Raises WriteError, not-found, if there is none; StageError if its files are damaged.
    """
    path = _path(folder, identifier) / ABOUT
    raw = _read_json(path)
    try:
        return Contribution.of_dict(raw)
    except (TypeError, KeyError) as error:
        raise damaged(path, error) from error


def list_all(folder: Path, status: Standing | None = None) -> list[Contribution]:
    """Return all contributions, or those of one `status`, in the order in which they came.

    Raises StageError if the files of one are damaged.
    """
    place = folder / FOLDER
    if not place.is_dir():
        return []
    names = [path.name for path in place.iterdir() if IDENTIFIER.fullmatch(path.name)]
    found = (get(folder, name) for name in names)
    wanted = [each for each in found if status in (None, each.status)]
    return sorted(wanted, key=lambda each: (each.submitted, each.id))


def documents(folder: Path, identifier: str) -> tuple[Document, ...]:
    """Return the documents of a contribution as they came.

    Raises WriteError as `get`, StageError if one is missing or not as it came.
    """
    place = _path(folder, identifier) / DOCUMENTS
    found = []
    for kept in get(folder, identifier).documents:
        path = place / kept.file
        try:
            content = path.read_bytes()
        except OSError as error:
            raise damaged(path, error) from error
        if sha256(content).hexdigest() != kept.sha256:
            changed = Text(de="Sie hat sich geändert.", en="It has changed.")
            raise damaged(path, changed)
        found.append(Document(content, kept.media_type, kept.name))
    return tuple(found)


def report(folder: Path, identifier: str) -> dict[str, Any] | None:
    """Return the validation report of when a contribution was handed in."""
    return _maybe_dict(_read_json(_path(folder, identifier) / REPORT))


def impact(folder: Path, identifier: str) -> dict[str, Any] | None:
    """Return what a contribution would entail, as found when it was handed in."""
    return _maybe_dict(_read_json(_path(folder, identifier) / IMPACT))


def decide(
    folder: Path, identifier: str, decision: Decision, *, now: datetime | None = None
) -> Contribution:
    """Write down what becomes of a contribution that waits; it is on disk when this returns.

    Raises WriteError, conflict, if it is decided already, not-found if there is none;
    StageError when the disk does not take it.
    """
    before = get(folder, identifier)
    if before.status != "pending":
        raise already_decided(before)
    after = replace(
        before,
        status=decision.status,
        decided=_time(now or datetime.now(UTC)),
        decided_by=decision.agent,
        decision_note=decision.note,
        commit=decision.commit,
    )
    place = _path(folder, identifier)
    try:
        _write_json(place / ABOUT, after.as_dict())
        sync(place)
    except OSError as error:
        raise unwritten(place, error) from error
    return after


def settle(folder: Path, commits: Iterable[Commit]) -> list[str]:
    """Write down what the journal says of contributions that still wait; return their names.

    For the start of a writer: one that was killed may have accepted a contribution in the journal
    and not have come to say so here. What a killed writer left unfinished is cleared away.
    """
    place = folder / FOLDER
    if not place.is_dir():
        return []
    for left in place.glob(f"{_UNFINISHED}*"):
        shutil.rmtree(left, ignore_errors=True)
    waiting = {each.id for each in list_all(folder, "pending")}
    found = []
    for commit in commits if waiting else ():
        name = commit.about.contribution
        if commit.about.kind == "contribution" and name in waiting:
            about = commit.about
            decision = Decision("accepted", about.agent, about.note, commit.number)
            decide(folder, name, decision, now=datetime.fromisoformat(commit.time))
            waiting.remove(name)
            found.append(name)
    return found


def _path(folder: Path, identifier: str) -> Path:
    path = folder / FOLDER / identifier
    if not IDENTIFIER.fullmatch(identifier) or not path.is_dir():
        raise unknown(identifier)
    return path


def _write_json(path: Path, content: dict[str, Any] | None) -> None:
    text = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    write_file(path, memoryview(text.encode("utf-8", "backslashreplace")))


def _read_json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise damaged(path, error) from error


def _maybe_dict(found: Any) -> dict[str, Any] | None:
    return found if isinstance(found, dict) else None


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
