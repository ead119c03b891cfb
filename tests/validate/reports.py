"""Reports that the tests of the renderers share: an everyday one, and one meant to do harm."""

from __future__ import annotations

from kg.errors import Place, Text
from kg.namespaces import SH
from kg.rdf.literals import write
from kg.validate.paths import Alternative, Repeat, Sequence, Step
from kg.validate.report import Proposal, Report, Result, Spots

E = "https://example.org/"
PREFIXES = {"e": E, "xsd": "http://www.w3.org/2001/XMLSchema#"}
WRONG = Result(
    severity="Violation",
    message=Text(de='Der „Name" fehlt.', en='The "name" is missing.'),
    focus=f"<{E}ann>",
    path=f"^<{E}name>",
    component=f"{SH}MinCountConstraintComponent",
    shape=f"{E}PersonShape",
    places=(Place("data/a.ttl", 2, 1), Place("data/b.ttl", 4, 1)),
)
HINT = Result("Info", Text(de="Nur so.", en="Just so."), focus=f"<{E}bob>", rule="just-so")
REPORT = Report((WRONG, HINT), {"triples": 12})

HARM = '\x1b[31m"\\\r\n::error file=x::%0A,</failure>]]>\x00\u202e\ufffe'
"""Signs that would move a cursor, end an element, start a command or hide text."""
PATH = Sequence((Step(f"<{E}a>", inverse=True), Repeat(Alternative((Step("<e:b>"),) * 2), 0, True)))


def missing(number: int) -> Result:
    """A finding of a kind that there are many of, on its own line."""
    return Result(
        "Violation",
        Text(de="Der Name fehlt; erwartet wird einer.", en="The name is missing; one is expected."),
        f"<{E}n{number}>",
        path=f"<{E}name>",
        component=f"{SH}MinCountConstraintComponent",
        shape=f"{E}PersonShape",
        tree=Step(f"<{E}name>"),
        places=(Place("data/a.ttl", number, 1),),
        proposal=Proposal(
            Text(de="Ergänzen Sie den Namen.", en="Add the name."),
            turtle=f'e:n{number} e:name "…"@de .',
        ),
    )


HARMFUL = Result(
    "Violation",
    Text(de=f"böse {HARM}", en=f"evil {HARM}"),
    "_:b12",
    path=str(PATH),
    tree=PATH,
    value=write(HARM),
    component=f"{SH}OrConstraintComponent",
    shape=f"{E}S",
    source_shape="_:s1",
    constraint="_:c1",
    severity_iri=f"{E}Grave",
    messages=((HARM, "de"), ("plain", ""), (HARM, "en-gb")),
    details=(missing(99),),
    places=(Place("data/ü,:%\n\udcff.ttl", 3, 4), Place("x.jsonld", pointer="/a/0")),
    spots=Spots(value=Place("data/a.ttl", 1, 2)),
    proposal=Proposal(
        Text(de=f"Meinten Sie {HARM}?", en=f"Did you mean {HARM}?"),
        replace=(write(HARM), f"<{E}x>"),
        turtle=f"e:a\te:b {HARM} .",
    ),
)
MANY = tuple(missing(number) for number in range(1, 43))
ALL = Report((*MANY, HARMFUL, *REPORT.results), {"triples": 500}).sorted()
"""Everything at once: 46 findings."""
