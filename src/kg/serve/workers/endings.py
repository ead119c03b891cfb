"""Why a query has no answer, in words, each with the kind of problem that clients see."""

from __future__ import annotations

from kg.errors import StageError, Text
from kg.serve.problems import (
    BUSY,
    CRASH,
    MEMORY,
    NOT_FOUND,
    TIME,
    UNAVAILABLE,
    Details,
    RequestError,
)
from kg.serve.workers.job import Job
from kg.serve.workers.limits import MIB, QueryLimits


def of_kill(reason: str, job: Job, limits: QueryLimits) -> RequestError:
    """Return the fault of a job whose worker was killed or has ended, for that reason."""
    match reason:
        case "timeout" | "stall" | "left":
            return out_of_time(job.timeout)
        case "memory":
            return out_of_memory(limits)
        case "crowded":
            return crowded(limits)
        case _:
            return broken(limits)


def out_of_time(seconds: float) -> RequestError:
    """Return the fault of a query that does not end."""
    return RequestError(
        TIME,
        Text(
            de=f"Die Abfrage war nach {seconds:g} Sekunden nicht zu Ende. Fragen Sie nach weniger: "
            "mehr feste Werte, ein LIMIT, keine Muster ohne gemeinsame Variable.",
            en=f"The query had not ended after {seconds:g} seconds. Ask for less: more fixed "
            "values, a LIMIT, no patterns without a variable in common.",
        ),
        Details({"limit": seconds}),
    )


def out_of_memory(limits: QueryLimits) -> RequestError:
    """Return the fault of a query that needs too much memory or is nested too deeply."""
    return RequestError(
        MEMORY,
        Text(
            de=f"Die Abfrage braucht mehr als {limits.memory // MIB} MiB Arbeitsspeicher, oder sie "
            "ist zu tief geschachtelt. Fragen Sie nach weniger auf einmal.",
            en=f"The query needs more than {limits.memory // MIB} MiB of memory, or it is nested "
            "too deeply. Ask for less at once.",
        ),
        Details({"limit": limits.memory}),
    )


def busy(limits: QueryLimits) -> RequestError:
    """Return the fault of a request that cannot have its turn."""
    return RequestError(
        BUSY,
        Text(
            de="Es warten schon zu viele Abfragen. Versuchen Sie es gleich noch einmal.",
            en="Too many queries are waiting already. Try again in a moment.",
        ),
        Details(headers={"Retry-After": str(limits.retry)}),
    )


def crowded(limits: QueryLimits) -> RequestError:
    """Return the fault of a long query that gives way to others."""
    return RequestError(
        BUSY,
        Text(
            de="Es laufen schon zu viele lange Abfragen, und andere warten. Versuchen Sie es "
            "später noch einmal.",
            en="Too many long queries are running already, and others wait. Try again later.",
        ),
        Details(headers={"Retry-After": str(limits.retry * 5)}),
    )


def broken(limits: QueryLimits) -> RequestError:
    """Return the fault of a query whose process is gone."""
    return RequestError(
        CRASH,
        Text(
            de="Die Abfrage ist ohne Ergebnis abgebrochen. Versuchen Sie es noch einmal.",
            en="The query ended without a result. Try again.",
        ),
        Details(headers={"Retry-After": str(limits.retry)}),
    )


def stopping() -> RequestError:
    """Return the fault of a query that was not answered before the server stops."""
    return RequestError(
        UNAVAILABLE,
        Text(de="Der Server wird gerade beendet.", en="The server is being stopped."),
        Details(headers={"Connection": "close"}),
    )


def not_kept(version: str) -> RequestError:
    """Return the fault of a query on a version that is not there any more."""
    return RequestError(
        NOT_FOUND,
        Text(
            de=f"Die Version {version} ist nicht mehr aufgehoben. /history/timemap nennt alle.",
            en=f"The version {version} is not kept any more. /history/timemap names them all.",
        ),
    )


def not_started() -> StageError:
    """Return the error of a version that no worker can open."""
    return StageError(
        Text(
            de="Kein Arbeitsprozess konnte die Version öffnen. Bauen Sie neu: kg build --force",
            en="No worker process could open the version. Build anew: kg build --force",
        )
    )
