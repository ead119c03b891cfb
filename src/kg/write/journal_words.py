"""What is said when a journal that is open cannot go on."""

from __future__ import annotations

from pathlib import Path

from kg.errors import Place, StageError, Text


def removed_by_others(path: Path) -> StageError:
    """Return the error for a file that has no name any more, or whose name has another."""
    return StageError(
        Text(
            de="Das Journal wurde von anderer Hand entfernt oder ersetzt. Es wird nichts mehr "
            "geschrieben, bis es wieder an seinem Ort ist oder der Schreiber neu startet.",
            en="The journal was removed or replaced by someone else. Nothing is written any more "
            "until it is back in its place or the writer is started anew.",
        ),
        place=Place(str(path)),
    )


def changed_by_others(path: Path) -> StageError:
    """Return the error for a file that does not end where we left it."""
    return StageError(
        Text(
            de="Das Journal wurde von anderer Hand verändert. Es wird nichts mehr geschrieben, "
            "bis der Schreiber neu startet und es prüft.",
            en="The journal was changed by someone else. Nothing is written any more until the "
            "writer is started anew and checks it.",
        ),
        place=Place(str(path)),
    )


def not_taken_back(path: Path, error: OSError) -> StageError:
    """Return the error for a journal of which nobody knows any more what the disk has of it."""
    reason = error.strerror or str(error)
    return StageError(
        Text(
            de=f"Was nicht auf die Platte kam, ließ sich nicht zurücknehmen: {reason}. Das "
            "Journal nimmt nichts mehr an. Prüfen Sie die Platte und starten Sie neu.",
            en=f"What did not reach the disk could not be taken back: {reason}. The journal "
            "accepts nothing more. Check the disk and start anew.",
        ),
        place=Place(str(path)),
    )


def closed(path: Path) -> StageError:
    """Return the error for a journal that is used after its end."""
    return StageError(
        Text(de="Das Journal ist geschlossen.", en="The journal is closed."),
        place=Place(str(path)),
    )
