"""What each kind of problem means and what to do about it, for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from kg.errors import Text
from kg.serve import problems, validate_task
from kg.serve.pages.linked.missing import GONE
from kg.serve.problems import Kind
from kg.serve.writing import authorisation, reply


@dataclass(frozen=True)
class Advice:
    """A kind of problem, what it means and what helps."""

    kind: Kind
    means: Text
    remedy: Text


_ALL = (
    Advice(
        problems.BAD_REQUEST,
        Text(
            "Die Anfrage ist nicht zu verstehen: Ein Parameter fehlt, ist doppelt oder hat nicht "
            "die erwartete Form.",
            "The request cannot be understood: a parameter is missing, given twice or not of the "
            "expected form.",
        ),
        Text(
            "Der Text der Meldung nennt den Parameter. Berichtigen Sie ihn und fragen Sie noch "
            "einmal.",
            "The text of the message names the parameter. Correct it and ask again.",
        ),
    ),
    Advice(
        problems.QUERY,
        Text(
            "Die SPARQL-Abfrage hat einen Schreibfehler, oder sie ruft auf, was es nicht gibt.",
            "The SPARQL query has a mistake in its writing, or calls what does not exist.",
        ),
        Text(
            "Sehen Sie an der Stelle nach, die line und column nennen. Der Editor unter /sparql "
            "zeigt sie im Text.",
            "Look at the place that line and column name. The editor at /sparql shows it in the "
            "text.",
        ),
    ),
    Advice(
        problems.REFUSED,
        Text(
            "Die Abfrage will Daten ändern oder einen anderen Server fragen, und das ist hier "
            "nicht erlaubt.",
            "The query wants to change data or to ask another server, which is not allowed here.",
        ),
        Text(
            "Stellen Sie eine Abfrage, die nur liest. Angaben kommen über /contribute in den "
            "Graphen.",
            "Ask a query that only reads. Statements come into the graph by way of /contribute.",
        ),
    ),
    Advice(
        problems.NOT_FOUND,
        Text(
            "Unter dieser Adresse ist nichts, oder über die genannte Sache ist nichts bekannt.",
            "There is nothing at this address, or nothing is known of the thing that is named.",
        ),
        Text(
            "Prüfen Sie die Schreibweise, suchen Sie unter /search, oder tragen Sie unter "
            "/contribute bei, was fehlt.",
            "Check the spelling, search at /search, or contribute at /contribute what is missing.",
        ),
    ),
    Advice(
        GONE,
        Text(
            "Über diese Sache stand hier etwas; es ist mit einer Änderung entfernt worden.",
            "Something was said of this thing here; a change has removed it.",
        ),
        Text(
            "Die Änderung unter commit nennt den Grund. Frühere Stände gibt es mit ?version=.",
            "The change at commit gives the reason. Former states are had with ?version=.",
        ),
    ),
    Advice(
        problems.SLOW,
        Text(
            "Die Anfrage kam so langsam an, dass der Server die Verbindung geschlossen hat.",
            "The request came in so slowly that the server has closed the connection.",
        ),
        Text(
            "Fragen Sie noch einmal, bei großen Anfragen über eine schnellere Verbindung.",
            "Ask again, with large requests on a faster connection.",
        ),
    ),
    Advice(
        problems.HEADERS,
        Text(
            "Die Adresse oder die Kopfzeilen der Anfrage sind zu lang.",
            "The address or the headers of the request are too long.",
        ),
        Text(
            "Senden Sie eine lange Abfrage mit POST statt in der Adresse.",
            "Send a long query with POST instead of in the address.",
        ),
    ),
    Advice(
        problems.METHOD,
        Text(
            "Diese Adresse kennt die Methode der Anfrage nicht.",
            "This address does not know the method of the request.",
        ),
        Text(
            "Der Kopf Allow nennt die möglichen Methoden.",
            "The header Allow names the methods that are possible.",
        ),
    ),
    Advice(
        problems.NOT_ACCEPTABLE,
        Text(
            "In dem Format, das die Anfrage verlangt, gibt es diese Antwort nicht.",
            "This answer does not exist in the format that the request asks for.",
        ),
        Text(
            "available nennt die möglichen Formate; wählen Sie eines mit Accept oder format=.",
            "available names the formats; choose one with Accept or format=.",
        ),
    ),
    Advice(
        problems.TOO_LARGE,
        Text(
            "Was gesendet wurde, ist größer, als der Server annimmt.",
            "What was sent is larger than the server takes.",
        ),
        Text("Senden Sie es in kleineren Teilen.", "Send it in smaller parts."),
    ),
    Advice(
        problems.MEDIA,
        Text(
            "Der Server kennt das Format nicht, das Content-Type nennt.",
            "The server does not know the format that Content-Type names.",
        ),
        Text(
            "Der Kopf Accept-Post oder die Meldung nennt die möglichen Formate.",
            "The header Accept-Post or the message names the formats.",
        ),
    ),
    Advice(
        problems.BUSY,
        Text(
            "Gerade fragen so viele, dass der Server keine weitere Anfrage annimmt.",
            "So many are asking just now that the server takes no further request.",
        ),
        Text(
            "Fragen Sie nach der Zeit, die Retry-After nennt, noch einmal.",
            "Ask again after the time that Retry-After names.",
        ),
    ),
    Advice(
        problems.SERVICE,
        Text(
            "Die Abfrage hat mit SERVICE einen anderen Server gefragt, und der hat nicht "
            "geantwortet.",
            "The query has asked another server with SERVICE, which has not answered.",
        ),
        Text(
            "Fragen Sie später noch einmal, oder schreiben Sie SERVICE SILENT.",
            "Ask again later, or write SERVICE SILENT.",
        ),
    ),
    Advice(
        problems.TIME,
        Text(
            "Die Abfrage hat länger gedauert, als sie darf, und ist beendet worden.",
            "The query has taken longer than a query may, and was ended.",
        ),
        Text(
            "Schränken Sie sie ein: mit genaueren Bedingungen, einem Thema oder Ort, oder LIMIT.",
            "Narrow it down: with more exact conditions, a topic or place, or LIMIT.",
        ),
    ),
    Advice(
        problems.MEMORY,
        Text(
            "Die Abfrage hat mehr Speicher gebraucht, als eine Abfrage haben darf.",
            "The query needed more memory than a query may have.",
        ),
        Text(
            "Oft fehlt eine Verbindung zwischen zwei Teilen der Abfrage, so dass alles mit allem "
            "verbunden wird. Sonst helfen weniger Spalten, ORDER BY nur wo nötig, oder LIMIT.",
            "Often a link between two parts of the query is missing, so that everything is joined "
            "with everything. Else fewer columns help, ORDER BY only where needed, or LIMIT.",
        ),
    ),
    Advice(
        problems.CRASH,
        Text(
            "Was die Abfrage beantwortet hat, ist abgebrochen. Der Server läuft weiter.",
            "The process that answered the query has broken off. The server runs on.",
        ),
        Text(
            "Fragen Sie noch einmal. Geschieht es wieder, melden Sie die Abfrage dem Betreiber.",
            "Ask again. If it happens again, tell the operator the query.",
        ),
    ),
    Advice(
        problems.UNAVAILABLE,
        Text(
            "Ein Teil des Servers kann gerade nicht arbeiten, etwa weil er neu startet.",
            "A part of the server cannot work just now, for example because it restarts.",
        ),
        Text("Fragen Sie in einer Minute noch einmal.", "Ask again in a minute."),
    ),
    Advice(
        problems.INTERNAL,
        Text(
            "Der Server hat einen Fehler gemacht, der nicht an der Anfrage liegt.",
            "The server has made a mistake that is not due to the request.",
        ),
        Text(
            "Der Fehler steht im Protokoll des Servers. Melden Sie dem Betreiber die Uhrzeit.",
            "The mistake is in the log of the server. Tell the operator the time.",
        ),
    ),
    Advice(
        validate_task.SYNTAX,
        Text(
            "Die gesendeten Daten sind nicht in dem Format geschrieben, das angegeben ist.",
            "The data that was sent is not written in the format that is given.",
        ),
        Text(
            "Die Meldung nennt Zeile und Spalte. Die Seite /validate zeigt sie im Text.",
            "The message names line and column. The page /validate shows them in the text.",
        ),
    ),
    Advice(
        validate_task.SHAPES,
        Text(
            "Die Regeln (Shapes), nach denen geprüft werden soll, sind nicht zu gebrauchen.",
            "The rules (shapes) to check with cannot be used.",
        ),
        Text(
            "Die Meldung nennt die Regel. Prüfen Sie sie, oder prüfen Sie ohne eigene Regeln.",
            "The message names the rule. Check it, or check without rules of your own.",
        ),
    ),
    Advice(
        authorisation.UNAUTHORISED,
        Text(
            "Zum Schreiben braucht es ein Token, und die Anfrage hat keines oder ein ungültiges.",
            "Writing takes a token, and the request has none or one that is not valid.",
        ),
        Text(
            "Senden Sie Authorization: Bearer mit Ihrem Token. Tokens gibt der Betreiber aus.",
            "Send Authorization: Bearer with your token. The operator gives out tokens.",
        ),
    ),
    Advice(
        authorisation.FORBIDDEN,
        Text(
            "Das Token reicht für diese Änderung nicht aus.",
            "The token is not enough for this change.",
        ),
        Text(
            "Die Meldung nennt, was fehlt. Bitten Sie den Betreiber um ein anderes Token, oder "
            "reichen Sie die Änderung unter /contribute ein.",
            "The message names what is missing. Ask the operator for another token, or submit the "
            "change at /contribute.",
        ),
    ),
    Advice(
        authorisation.OFF,
        Text("Dieser Server nimmt keine Änderungen an.", "This server takes no changes."),
        Text(
            "Schicken Sie die Angaben dem Betreiber, oder prüfen Sie sie unter /validate und "
            "laden Sie die Datei herunter.",
            "Send the statements to the operator, or check them at /validate and download the "
            "file.",
        ),
    ),
    Advice(
        authorisation.TOO_OFTEN,
        Text(
            "Von hier kamen in kurzer Zeit zu viele Anfragen.",
            "Too many requests came from here in a short time.",
        ),
        Text(
            "Warten Sie die Zeit ab, die Retry-After nennt.",
            "Wait for the time that Retry-After names.",
        ),
    ),
    Advice(
        reply.REFUSED,
        Text(
            "Die Änderung ist gelesen und geprüft worden; danach verletzten die Daten eine Regel.",
            "The change was read and checked; after it the data would break a rule.",
        ),
        Text(
            "Der Bericht in der Antwort nennt jede Stelle und einen Vorschlag. Die Regeln stehen "
            "unter /shapes.",
            "The report in the answer names each place and a proposal. The rules are at /shapes.",
        ),
    ),
    Advice(
        reply.CONFLICT,
        Text(
            "Die Änderung passt nicht zum heutigen Stand, den inzwischen jemand geändert hat.",
            "The change does not fit the present state, which someone has changed meanwhile.",
        ),
        Text(
            "Holen Sie den heutigen Stand und passen Sie die Änderung an.",
            "Fetch the present state and adapt the change.",
        ),
    ),
    Advice(
        reply.PRECONDITION,
        Text(
            "Die Bedingung im Kopf If-Match oder If-None-Match ist nicht erfüllt.",
            "The condition in the header If-Match or If-None-Match is not met.",
        ),
        Text(
            "Holen Sie den Graphen mit seinem heutigen ETag und versuchen Sie es noch einmal.",
            "Fetch the graph with its present ETag and try again.",
        ),
    ),
)
ADVICE: Mapping[str, Advice] = MappingProxyType({one.kind.slug: one for one in _ALL})
"""What is said of each kind, by its slug."""
