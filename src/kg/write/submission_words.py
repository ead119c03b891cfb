"""What can be wrong with contributions, in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kg.errors import Place, StageError, Text
from kg.rdf.signs import visible
from kg.write.faults import WriteError

if TYPE_CHECKING:
    from kg.write.submitted import Contribution

_STATES = {
    "pending": Text(de="wartet auf eine Entscheidung", en="waits for a decision"),
    "accepted": Text(de="ist schon angenommen", en="is already accepted"),
    "rejected": Text(de="ist schon abgelehnt", en="is already rejected"),
    "withdrawn": Text(de="ist zurückgezogen", en="has been withdrawn"),
}


def nothing_in_it() -> WriteError:
    """Return the fault of a contribution without a document."""
    return WriteError(
        "syntax",
        Text(de="Der Beitrag enthält kein Dokument.", en="The contribution has no document."),
    )


def no_source(given: str) -> WriteError:
    """Return the fault of a source that is no IRI."""
    shown = visible(given[:100])
    return WriteError(
        "syntax",
        Text(
            de=f"Die Quelle „{shown}“ ist keine vollständige Adresse (IRI). Erwartet wird die "
            "eines Dokuments, zum Beispiel https://www.example.org/vorlage.pdf",
            en=f"The source “{shown}” is no complete address (IRI). Expected is that of a "
            "document, such as https://www.example.org/paper.pdf",
        ),
    )


def note_too_long(limit: int) -> WriteError:
    """Return the fault of a note of more than `limit` signs."""
    return WriteError(
        "too-large",
        Text(
            de=f"Die Notiz hat mehr als {limit} Zeichen.",
            en=f"The note has more than {limit} signs.",
        ),
    )


def too_large(limit: int) -> WriteError:
    """Return the fault of a contribution with more than `limit` bytes."""
    size = f"{limit >> 20} MiB" if limit >= 1 << 20 else f"{limit} B"
    return WriteError(
        "too-large",
        Text(
            de=f"Der Beitrag hat mehr als {size}. Teilen Sie ihn auf.",
            en=f"The contribution has more than {size}. Divide it.",
        ),
    )


def too_many(limit: int) -> WriteError:
    """Return the fault of an agent who has `limit` contributions that wait."""
    return WriteError(
        "conflict",
        Text(
            de=f"Es warten schon {limit} Ihrer Beiträge auf eine Entscheidung. Ziehen Sie einen "
            "zurück, oder warten Sie ab.",
            en=f"{limit} of your contributions already wait for a decision. Withdraw one, or wait.",
        ),
    )


def full() -> WriteError:
    """Return the fault that all contributions that wait have too many bytes."""
    return WriteError(
        "too-large",
        Text(
            de="Für weitere Beiträge ist kein Platz, bis über die wartenden entschieden ist.",
            en="There is no room for more contributions until those that wait are decided.",
        ),
    )


def unknown(identifier: str) -> WriteError:
    """Return the fault of a name that no contribution has."""
    shown = identifier if identifier.isprintable() and len(identifier) <= 100 else "…"
    return WriteError(
        "not-found",
        Text(de=f"Es gibt keinen Beitrag {shown}.", en=f"There is no contribution {shown}."),
    )


def already_decided(contribution: Contribution) -> WriteError:
    """Return the fault of a second decision."""
    state = _STATES[contribution.status]
    more = Text(de="", en="")
    if contribution.status == "accepted":
        more = Text(
            de=f" Rückgängig wird er mit kg revert {contribution.commit}.",
            en=f" It is undone by kg revert {contribution.commit}.",
        )
    return WriteError(
        "conflict",
        Text(
            de=f"Der Beitrag {contribution.id} {state.de}.{more.de}",
            en=f"The contribution {contribution.id} {state.en}.{more.en}",
        ),
    )


def damaged(path: Path, reason: Exception | Text) -> StageError:
    """Return the error that a file of a contribution cannot be used."""
    why = reason if isinstance(reason, Text) else Text(de=f"{reason}.", en=f"{reason}.")
    return StageError(
        Text(
            de=f"Die Datei dieses Beitrags ist beschädigt. {why.de} Holen Sie sie aus einer "
            "Sicherung, oder nehmen Sie den Ordner des Beitrags weg.",
            en=f"The file of this contribution is damaged. {why.en} Restore it from a backup, or "
            "take the folder of the contribution away.",
        ),
        place=Place(str(path)),
    )


def unwritten(place: Path, error: OSError) -> StageError:
    """Return the error that the disk does not take a contribution."""
    reason = error.strerror or str(error)
    return StageError(
        Text(
            de=f"Der Beitrag konnte nicht gespeichert werden: {reason}.",
            en=f"The contribution could not be saved: {reason}.",
        ),
        place=Place(str(place)),
    )
