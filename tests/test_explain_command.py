"""kg explain as a user meets it: what it says, and what it leaves with."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse
from tests.conftest import Tiny
from tests.helpers import HEADER, TINY, kg

FILES = {
    **TINY,
    "data/a.ttl": HEADER
    + 'e:a a e:Thing ; rdfs:label "Amt"@de , "Office"@en ;\n  e:knows e:b .\n'
    + 'e:b rdfs:label "Bund"@de .\n',
}
FOLLOWS = ("e:b", "e:knows", "e:a")


@pytest.fixture
def project(tiny: Tiny) -> Path:
    """A project that was not built."""
    return tiny(FILES).root


def refused(run: subprocess.CompletedProcess[str]) -> str:
    """What a refused call says: one line on standard error, exit code 2."""
    assert (run.returncode, run.stdout) == (2, "")
    assert "Traceback" not in run.stderr
    assert run.stderr.count("\n") == 1
    return run.stderr


def test_why(project: Path) -> None:
    """What follows is explained down to the lines, without a published version and with one."""
    wanted = """Bund – e:knows – Amt
weil: Die Beziehung gilt in beide Richtungen. (prp-symp)
├ e:knows – ist – Beziehung in beide Richtungen [ontology/o.ttl:3]
└ Amt – e:knows – Bund [data/a.ttl:3]
"""
    run = kg("explain", *FOLLOWS, "--lang", "de", cwd=project)
    assert (run.returncode, run.stdout, run.stderr) == (0, wanted, "")
    assert kg("build", cwd=project).returncode == 0
    run = kg("--lang", "de", "explain", *FOLLOWS, cwd=project)
    assert (run.returncode, run.stdout, run.stderr) == (0, wanted, "")


def test_stated(project: Path) -> None:
    """What a file states is shown with its place."""
    run = kg("explain", "e:a", "rdfs:label", '"Office"@en', cwd=project)
    assert (run.returncode, run.stdout) == (
        0,
        "Office – is called – “Office” [data/a.ttl:2]\nA source says so.\n",
    )


def test_why_not(project: Path) -> None:
    """What does not hold leaves 1 and says what is missing."""
    run = kg("explain", "https://example.org/b", "e:knows", "<https://example.org/b>", cwd=project)
    assert run.returncode == 1
    assert run.stdout.startswith("This is not said and does not follow: Bund – e:knows – Bund\n")
    assert "1. because: The relation holds in both directions. (prp-symp)\n" in run.stdout
    assert "✗ Bund – e:knows – Bund (this is missing)" in run.stdout


@pytest.mark.parametrize("form", ["json", "tree", "turtle"])
def test_formats(project: Path, form: str) -> None:
    """JSON, nodes and Turtle can be read by programs."""
    run = kg("explain", *FOLLOWS, "--format", form, "--all", cwd=project)
    assert run.returncode == 0
    if form == "turtle":
        assert list(parse(run.stdout.encode(), RdfFormat.TURTLE))
    else:
        document = json.loads(run.stdout)
        assert (document["holds"], len(document["proofs"])) == (True, 1)


def test_files_instead_of_the_project(project: Path) -> None:
    """With --data only these files count, with the rules of --rules and places in them."""
    (project / "more.ttl").write_text(
        HEADER + "e:knows a owl:SymmetricProperty .\n\ne:x e:knows e:y .\n"
    )
    (project / "own").mkdir()
    (project / "own" / "r.rq").write_text(
        "# name: own\n# de: Eigenes.\n# en: Mine.\n"
        "PREFIX e: <https://example.org/>\nCONSTRUCT { ?a e:meets ?b } WHERE { ?a e:knows ?b }\n"
    )
    run = kg("explain", "e:y", "e:knows", "e:x", "--data", "more.ttl", cwd=project)
    assert run.returncode == 0
    assert "└ e:x – e:knows – e:y [more.ttl:4]\n" in run.stdout
    options = ("--data", "more.ttl", "--rules", "own")
    run = kg("explain", "e:x", "e:meets", "e:y", *options, cwd=project)
    assert run.returncode == 0
    assert "because: Mine. (own)\n" in run.stdout
    assert "Amt" not in kg("explain", "e:x", "a", '"5"', "--data", "more.ttl", cwd=project).stdout


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("Amt", "e:knows", "e:b"), "“Amt” is no term. Did you mean e:a (Office)?"),
        (("e:aa", "e:knows", "e:b"), "<https://example.org/aa> does not occur in the graph."),
        (("e:a", "e:nows", "e:b"), "Did you mean e:knows"),
        (("f:a", "e:knows", "e:b"), "The prefix “f:” is not known."),
        (("ex:a", "e:knows", "e:b"), "The prefix “ex:” is not known. Did you mean e:"),
        (("e:a", "e:knows", '"x'), '“"x” is no term. Write prefix:name, <IRI>, a or a literal'),
        (("e:a", "", "e:b"), "“” is no term."),
        (("e:a", "\udcff", "e:b"), "is no term."),
        (("e:a", "e:\udcff", "e:b"), "is no term."),
        (("e:a", "a", "e:Thing", "--format", "svg"), "--format"),
        (("e:a", "a", "e:Thing", "--rules", "."), "--rules goes with --data"),
        (("e:a", "a", "e:Thing", "--data", "nix.ttl"), "nix.ttl"),
        (("e:a", "a", "e:Thing", "--lang", "fr"), "--lang is de or en."),
    ],
)
def test_misuse(project: Path, typed: tuple[str, ...], said: str) -> None:
    """A wrong call is one sentence that says what may have been meant."""
    assert said in refused(kg("explain", *typed, cwd=project))


def test_damaged_version_is_named(project: Path) -> None:
    """A version whose closure is damaged is not passed over in silence."""
    assert kg("build", cwd=project).returncode == 0
    (project / "build" / "current" / "closure" / "pairs").write_bytes(b"")
    assert "kg build --force" in refused(kg("explain", *FOLLOWS, cwd=project))
