"""What is said of a journal that is damaged: where, from which commit on, and what to do."""

from __future__ import annotations

import os
from pathlib import Path

from kg.errors import Place, StageError, Text
from kg.write.journal_chain import Tip
from kg.write.journal_files import copied


def damage(handle: int, path: Path, end: int, tip: Tip) -> StageError:
    """Return the error for a file that is good up to `end`, which is after the commit of `tip`."""
    line = 1 + sum(part.count(b"\n") for part in copied(handle, 0, end))
    after = os.fstat(handle).st_size - end
    wrong, cut = tip.number + 1, f"truncate -s {end} {path}"
    return StageError(
        Text(
            de=f"Das Journal ist ab Byte {end} beschädigt, in Commit {wrong}; bis Commit "
            f"{tip.number} ist es heil. Spielen Sie den Ordner aus einer Sicherung zurück (kg "
            "restore). Haben Sie keine, so bewahren Sie eine Kopie der Datei auf und schneiden "
            f"Sie sie dort ab ({cut}): Dann geht alles ab Commit {wrong} verloren, {after} Bytes.",
            en=f"The journal is damaged from byte {end} on, in commit {wrong}; up to commit "
            f"{tip.number} it is whole. Restore the folder from a backup (kg restore). If you "
            f"have none, keep a copy of the file and cut it there ({cut}): then everything from "
            f"commit {wrong} on is lost, {after} bytes.",
        ),
        place=Place(str(path), line),
    )


def first_line_damage(path: Path) -> StageError:
    """Return the error for a file whose first line is not that of a journal."""
    return StageError(
        Text(
            de="Die erste Zeile des Journals ist beschädigt oder von einer anderen Fassung des "
            "Programms. Spielen Sie den Ordner aus einer Sicherung zurück (kg restore).",
            en="The first line of the journal is damaged or of another version of the program. "
            "Restore the folder from a backup (kg restore).",
        ),
        place=Place(str(path), 1),
    )


def missing(path: Path, first: int, last: int) -> StageError:
    """Return the error for commits that should be in a file which is not there."""
    return StageError(
        Text(
            de=f"Die Commits {first} bis {last} fehlen: Sie stehen in keinem Archiv des Journals.",
            en=f"Commits {first} to {last} are missing: no archive of the journal has them.",
        ),
        place=Place(str(path)),
    )


def no_file(path: Path, last: int) -> StageError:
    """Return the error for a journal whose file is gone while its archives are there."""
    return StageError(
        Text(
            de=f"Die Journaldatei fehlt oder ist leer, aber es gibt Archive bis Commit {last}. "
            "Spielen Sie den Ordner aus einer Sicherung zurück (kg restore).",
            en=f"The journal file is missing or empty, but there are archives up to commit {last}."
            " Restore the folder from a backup (kg restore).",
        ),
        place=Place(str(path)),
    )


def not_understood(path: Path, number: int, reason: str) -> StageError:
    """Return the error for a commit that is as it was written but not of a form known here."""
    return StageError(
        Text(
            de=f"Commit {number} ist heil, aber in einer Form, die diese Fassung des Programms "
            f"nicht liest: {reason}",
            en=f"Commit {number} is whole but of a form that this version of the program does not "
            f"read: {reason}",
        ),
        place=Place(str(path)),
    )
