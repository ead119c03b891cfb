"""A report reads well for people, is stable for programs and cannot do harm in any form."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import Tiny
from tests.helpers import ALONE
from tests.validate.reports import ALL, HARM, HINT, MANY, PREFIXES, REPORT, WRONG, E, missing

from kg.errors import Place, Text
from kg.rdf.dataset import load
from kg.reason.impact import Impact
from kg.validate.render import RENDERERS, as_brief, as_text
from kg.validate.render_json import as_json, report_dict
from kg.validate.render_text import MOST, SHOWN, as_grouped
from kg.validate.render_words import short_term
from kg.validate.report import Report, Result
from kg.validate.stage import validate_alone

HARMLESS = re.compile(r"[^\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]*\Z")
ROOT = Path(__file__).parents[2]
SCHEMA = json.loads((ROOT / "docs/schemas/report.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("lang", "expected"),
    [
        (
            "de",
            ["data/a.ttl:2:1: Verstoß: Der", "e:ann  ^e:name", "(e:PersonShape)", "auch data/b"],
        ),
        ("en", ['Violation: The "name" is missing.', "also data/b.ttl:4:1", "(just-so)"]),
    ],
)
def test_text(lang: str, expected: list[str]) -> None:
    """The text has place, severity, message, terms in short form, shape and further places."""
    text = as_text(REPORT, lang, PREFIXES)
    assert [part for part in expected if part not in text] == []


def test_last_line_counts() -> None:
    """The last line says whether it is valid and counts the findings."""
    assert as_text(REPORT, "en", PREFIXES).splitlines()[-1] == (
        "Not valid: 1 violation, 0 warnings, 1 info in 12 triples."
    )
    assert as_text(Report((HINT,)), "de", {}).splitlines()[-1].startswith("Gültig: 0 Verstöße")


def test_brief() -> None:
    """In brief, only violations are shown; the last line says how to see the others."""
    text = as_brief(REPORT, "en", PREFIXES)
    assert "is missing" in text
    assert "Just so" not in text
    assert text.endswith("1 info in 12 triples. To see them all: kg validate --all")
    assert not as_brief(Report((WRONG,)), "de", PREFIXES).endswith("--all")
    assert as_brief(Report(MANY), "de", PREFIXES).endswith("Alle zeigt: kg validate --all")


def test_many_of_one_kind() -> None:
    """Of 42 alike the first five are shown with places, what to paste and a count of the rest."""
    text = as_grouped(Report(MANY, {"triples": 500}), "de", PREFIXES)
    assert text.splitlines()[:5] == [
        "Verstoß, 42-mal: Der Name fehlt; erwartet wird einer.",
        "    Vorschlag: Ergänzen Sie den Namen.",
        "    (e:PersonShape)",
        "    data/a.ttl:1:1: e:n1  e:name",
        '        e:n1 e:name "…"@de .',
    ]
    assert text.splitlines()[-3:] == [
        "    … und 37 weitere",
        "",
        "Nicht gültig: 42 Verstöße, 0 Warnungen, 0 Hinweise in 500 Tripeln. "
        "Alle zeigt die Option --all.",
    ]
    assert "e:n5 " in text
    assert "e:n6 " not in text


def test_few_of_one_kind() -> None:
    """So few that counting saves nothing are shown in full."""
    few = Report(MANY[:MOST])
    assert as_grouped(few, "en", PREFIXES) == as_text(few, "en", PREFIXES)
    assert MOST > SHOWN


def test_many_with_messages_of_their_own() -> None:
    """Findings of a rule whose messages differ keep them; the count names the rule."""
    found = tuple(
        Result("Warning", Text(de=f"{n} ist rund.", en=f"{n} is round."), f"<{E}{n}>", rule="round")
        for n in range(20)
    )
    text = as_grouped(Report(found), "en", PREFIXES)
    assert "Warning: 4 is round." in text
    assert "Warning: 5 is round." not in text
    assert "… and 15 more (round)" in text


def test_nothing_is_lost() -> None:
    """In every form but the grouped text each of the findings and each detail can be found."""
    nodes = [f"n{number}" for number in (*range(1, 43), 99)]
    forms = {**RENDERERS, "text": as_text}
    for name, render in forms.items():
        text = render(ALL, "en", PREFIXES)
        if name in ("text", "junit", "github"):
            nodes = nodes[:-1]
            assert text.count("The name is missing") >= 43, name
        assert [node for node in nodes if not re.search(rf"\b{node}\b", text)] == [], name


def test_details_and_proposal() -> None:
    """What is wrong inside a nested shape stands below the finding, then how to mend it."""
    text = as_text(ALL, "de", PREFIXES)
    block = text[text.index("böse") :]
    lines = block.splitlines()
    assert lines[2] == "    – data/a.ttl:99:1: Der Name fehlt; erwartet wird einer. (e:name)"
    assert lines[3].startswith("    Vorschlag: Meinten Sie ")
    assert "[]  ^e:a/(<e:b>|<e:b>)*" in lines[1]
    assert "Verstoß (e:Grave): böse" in text


@pytest.mark.parametrize(
    ("term", "shown"),
    [
        (f"<{E}a>", "e:a"),
        ("<urn:x>", "<urn:x>"),
        ("_:b1f", "[]"),
        ('"5"^^<http://www.w3.org/2001/XMLSchema#integer>', "5"),
        ('"true"^^<http://www.w3.org/2001/XMLSchema#boolean>', "true"),
        ('"x"^^<http://www.w3.org/2001/XMLSchema#integer>', '"x"^^xsd:integer'),
        ('"a <b> c"@de', '"a <b> c"@de'),
        ('"' + "x" * 500 + '"@de', '"' + "x" * 120 + '…"@de'),
        (f"<{E}a>/^<{E}b>", "e:a/^e:b"),
    ],
)
def test_short_terms(term: str, shown: str) -> None:
    """IRIs get prefixes, numbers no quotes, long texts an end; blank nodes have no label."""
    assert short_term(term, PREFIXES) == shown


@pytest.mark.parametrize("name", [*RENDERERS, "all"])
def test_harm_is_refused(name: str) -> None:
    """No control sign, no sign that turns the direction of text, nothing that is not UTF-8."""
    text = RENDERERS.get(name, as_text)(ALL, "de", PREFIXES)
    assert text.encode()
    if name not in ("json", "jsonld", "turtle", "sarif"):
        assert HARMLESS.match(text)
    lines = text.splitlines()
    assert not [line for line in lines if line.startswith("::error file=x")]


@settings(max_examples=60)
@given(st.text(), st.text(max_size=5))
def test_any_text_stays_on_its_line(text: str, file: str) -> None:
    """Whatever message and file name hold, a finding is one command of GitHub and one block."""
    result = Result("Violation", Text(de=text, en=text), "<e:a>", places=(Place(file, 1, 1),))
    report = Report((result,))
    assert len(RENDERERS["github"](report, "en", {}).split("\n")) == 2
    blocks = as_text(report, "en", {})
    assert len(blocks.split("\n")) == 4
    assert HARMLESS.match(blocks)


@pytest.mark.parametrize("name", list(RENDERERS))
@pytest.mark.parametrize("lang", ["de", "en"])
def test_deterministic(name: str, lang: str) -> None:
    """The same report gives the same text."""
    assert RENDERERS[name](ALL, lang, PREFIXES) == RENDERERS[name](ALL, lang, PREFIXES)


@pytest.mark.parametrize("lang", ["de", "en"])
def test_no_words_of_the_machine(lang: str) -> None:
    """The text that people read has no name of a constraint component."""
    text = as_text(Report((WRONG, missing(1))), lang, PREFIXES)
    assert not re.search(r"sh:|shacl|Component|minCount", text, re.IGNORECASE)


def test_json() -> None:
    """The JSON has stable names, both languages and places."""
    document = json.loads(as_json(REPORT, "en", PREFIXES))
    assert (document["valid"], document["conforms"]) == (False, False)
    assert document["counts"] == {"violation": 1, "warning": 0, "info": 1}
    first = document["results"][0]
    assert first["message"] == WRONG.message.as_dict()
    assert first["places"][0] == {"file": "data/a.ttl", "line": 2, "column": 1}


def test_json_has_all() -> None:
    """What a finding knows is in its JSON: the proposal, spots, messages and details."""
    document = json.loads(as_json(ALL, "de", PREFIXES))
    (found,) = [each for each in document["results"] if each["focus"] == "_:b12"]
    assert found["proposal"]["replace"]["new"] == f"<{E}x>"
    assert found["proposal"]["text"]["de"] == f"Meinten Sie {HARM}?"
    assert found["spots"]["value"]["column"] == 2
    assert found["messages"][1] == {"text": "plain", "language": None}
    assert found["details"][0]["focus"] == f"<{E}n99>"
    assert (found["sourceShape"], found["constraint"]) == ("_:s1", "_:c1")
    assert found["severityIri"] == f"{E}Grave"
    assert found["places"][1]["pointer"] == "/a/0"


def test_json_is_as_documented(tiny: Tiny) -> None:
    """Reports follow docs/schemas/report.schema.json, those of a real run too."""
    dataset = load(tiny(ALONE))
    real = validate_alone(dataset.in_room("data"), dataset.in_room("shapes"))
    assert real.results
    for report in (ALL, REPORT, Report(), real):
        jsonschema.validate(json.loads(as_json(report, "de", PREFIXES)), SCHEMA)
    impact = Impact({"<e:p>": (("<e:a>", "<e:p>", "<e:b>"),)}, {}, (), ())
    jsonschema.validate({**report_dict(REPORT), "impact": impact.as_dict()}, SCHEMA)


def test_schema_describes_every_member() -> None:
    """The schema is one, and each member of each object in it has a description."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    unknown = {**report_dict(REPORT), "more": 1}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(unknown, SCHEMA)

    def silent(node: object) -> list[str]:
        if isinstance(node, list):
            return [one for each in node for one in silent(each)]
        if not isinstance(node, dict):
            return []
        members = node.get("properties", {})
        found = [name for name, each in members.items() if "description" not in each]
        return found + [one for each in node.values() for one in silent(each)]

    assert silent(SCHEMA) == []
