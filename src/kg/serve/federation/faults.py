"""What may go wrong with another server, as an error in both languages."""

from __future__ import annotations

from kg.errors import KgError, Place, StageError, Text


class Unusable(KgError):
    """What another server did, in words that follow its name; becomes a ServiceError."""


class ServiceError(StageError):
    """Another server that a SERVICE clause calls gave no usable answer; `place` is the clause."""

    def at(self, place: Place) -> ServiceError:
        """Return the error with the place of the clause, also in its text."""
        de = f"{self.text.de} (SERVICE in Zeile {place.line}, Spalte {place.column})"
        en = f"{self.text.en} (SERVICE at line {place.line}, column {place.column})"
        return ServiceError(Text(de=de, en=en), place=place)


def failed(url: str, text: Text) -> ServiceError:
    """Return the error that speaks of the server at `url`; `text` goes on after its name."""
    return ServiceError(Text(de=f"Der Server {url} {text.de}.", en=f"The server {url} {text.en}."))


def no_name() -> Text:
    """Say that the host has no address."""
    return Text(
        de="ist nicht zu erreichen: sein Name hat keine Adresse",
        en="cannot be reached: its name has no address",
    )


def refused_address() -> Text:
    """Say that the host has an address to which no request is made."""
    return Text(
        de="wird nicht gefragt: sein Name führt zu einer Adresse, die nicht öffentlich ist",
        en="is not asked: its name leads to an address that is not public",
    )


def no_connection(seconds: float) -> Text:
    """Say that name, connection or TLS took too long."""
    return Text(
        de=f"ist nicht zu erreichen: keine Verbindung in {seconds:g} Sekunden",
        en=f"cannot be reached: no connection within {seconds:g} seconds",
    )


def unreachable(reason: str) -> Text:
    """Say that there is no connection, or that it broke."""
    return Text(
        de=f"ist nicht zu erreichen oder hat die Verbindung beendet: {reason}",
        en=f"cannot be reached or ended the connection: {reason}",
    )


def bad_certificate(reason: str) -> Text:
    """Say that TLS failed."""
    return Text(
        de=f"konnte sich nicht ausweisen (TLS): {reason}",
        en=f"could not prove its identity (TLS): {reason}",
    )


def too_slow(seconds: float) -> Text:
    """Say that the time was over before the answer was."""
    return Text(
        de=f"hat in {seconds:g} Sekunden nicht vollständig geantwortet",
        en=f"did not answer in full within {seconds:g} seconds",
    )


def too_large(limit: int) -> Text:
    """Say that the answers for one query are larger than allowed."""
    return Text(
        de=f"antwortet mit zu vielen Daten: für eine Abfrage sind {limit} Byte erlaubt",
        en=f"answers with too much data: {limit} bytes are allowed for one query",
    )


def no_room() -> Text:
    """Say that this process is at its limits."""
    return Text(
        de="konnte nicht gefragt werden, weil hier Speicher oder Prozesse fehlen",
        en="could not be asked because memory or processes are lacking here",
    )


def bad_status(status: int) -> Text:
    """Say that the status of the answer is not 200."""
    return Text(de=f"hat mit dem Status {status} geantwortet", en=f"answered with status {status}")


def bad_redirect(target: str) -> Text:
    """Say that the server sends us to an address that is not on the list."""
    return Text(
        de=f"leitet weiter nach {target}, was nicht auf der Liste der erlaubten Server steht",
        en=f"redirects to {target}, which is not on the list of allowed servers",
    )


def many_redirects(limit: int) -> Text:
    """Say that there are too many redirects."""
    return Text(de=f"leitet mehr als {limit} Mal weiter", en=f"redirects more than {limit} times")


def bad_type(found: str) -> Text:
    """Say that the Content-Type is not one of SPARQL results."""
    return Text(
        de=f"antwortet nicht mit SPARQL-Ergebnissen in JSON oder XML, sondern mit {found}",
        en=f"does not answer with SPARQL results in JSON or XML but with {found}",
    )


def bad_content(reason: str) -> Text:
    """Say that the body is not what its type says."""
    return Text(
        de=f"hat eine fehlerhafte Antwort gegeben: {reason}",
        en=f"gave a faulty answer: {reason}",
    )


def no_rows() -> Text:
    """Say that the answer is that to an ASK query."""
    return Text(
        de="hat mit Ja oder Nein statt mit Zeilen geantwortet",
        en="answered with yes or no and not with rows",
    )


def many_triple_terms(limit: int) -> Text:
    """Say that too many values are triples."""
    return Text(
        de=f"antwortet mit mehr als {limit} Tripeln als Werten",
        en=f"answers with more than {limit} triples as values",
    )


def many_requests(limit: int) -> Text:
    """Say that one query asks too often."""
    return Text(
        de=f"wird nicht gefragt: eine Abfrage darf andere Server höchstens {limit} Mal fragen",
        en=f"is not asked: one query may ask other servers at most {limit} times",
    )


def nested() -> Text:
    """Say that a group for another server has a SERVICE clause in it."""
    return Text(
        de="wird nicht gefragt: innerhalb von SERVICE darf kein weiteres SERVICE stehen",
        en="is not asked: there must be no other SERVICE within SERVICE",
    )
