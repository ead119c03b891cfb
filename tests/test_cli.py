"""What each command says, writes and leaves with, as a user meets it."""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, parse
from tests.conftest import Tiny
from tests.helpers import ALONE, CONFIG, HEADER, TINY, canonical_form, kg, triples

KNOWS = "<https://example.org/a> <https://example.org/knows> <https://example.org/b> ."
FOLLOWS = "<https://example.org/b> <https://example.org/knows> <https://example.org/a> ."
COMMENTED = HEADER + "e:a a e:Thing ;\n  e:knows e:b . # since 2020\n"
DISJOINT = {
    **TINY,
    "ontology/p.ttl": HEADER + "e:Stone a owl:Class ;\n  owl:disjointWith e:Thing .\n",
    "data/c.ttl": HEADER + "e:a\n  a e:Stone .\n",
}
Done = subprocess.CompletedProcess[str]


@pytest.fixture
def project(tiny: Tiny) -> Path:
    """A valid project."""
    return tiny(TINY).root


@pytest.fixture
def contribution(project: Path) -> Path:
    """A valid project with two contributions, one good and one bad, in a folder of their own."""
    inbox = project / "inbox"
    inbox.mkdir()
    (inbox / "good.ttl").write_text(HEADER + "e:y a e:Thing ; e:knows e:a .\n")
    (inbox / "bad.ttl").write_text(HEADER + "e:z a e:Thing .\n")
    return inbox


def assert_refused(run: Done, *parts: str) -> None:
    """The command left with 2 and said one sentence on standard error, with these parts."""
    assert run.returncode == 2
    assert run.stdout == ""
    assert "Traceback" not in run.stderr
    assert run.stderr.count("\n") == 1
    assert run.stderr.endswith("\n")
    for part in parts:
        assert part in run.stderr


def built_versions(root: Path) -> list[str]:
    return sorted(path.name for path in (root / "build").iterdir() if path.name[0] != ".")


# build


def test_build_publishes_and_then_finds_nothing_to_do(project: Path) -> None:
    """A build leaves with 0 and counts triples; the second says that nothing has changed."""
    first, second = kg("build", cwd=project), kg("build", ".", cwd=project, lang="de")
    assert (first.returncode, second.returncode) == (0, 0)
    assert re.fullmatch(
        r"Published: \S+, \d+ triples in 4 graphs, 1 of them inferred\.\n", first.stdout
    )
    assert second.stdout.startswith("Unverändert: ")
    assert (first.stderr, second.stderr) == ("", "")
    assert kg("build", "--force", cwd=project).stdout.startswith("Published: ")


@pytest.mark.parametrize(
    ("lang", "message", "nothing", "kept"),
    [
        ("en", "Violation: alone", "Nothing published.", "the version before stays."),
        ("de", "Verstoß: allein", "Nichts veröffentlicht.", "die bisherige Version bleibt."),
    ],
)
def test_build_with_a_violation_publishes_nothing(
    tiny: Tiny, lang: str, message: str, nothing: str, kept: str
) -> None:
    """It leaves with 1, names file and line, and keeps the version before if there is one."""
    root = tiny(ALONE).root
    first = kg("build", cwd=root, lang=lang)
    assert first.returncode == 1
    assert f"data/b.ttl:2:1: {message}" in first.stdout
    assert first.stdout.splitlines()[-1] == nothing
    (root / "data" / "b.ttl").rename(root / "b.ttl")
    assert kg("build", cwd=root).returncode == 0
    before = built_versions(root)
    (root / "b.ttl").rename(root / "data" / "b.ttl")
    again = kg("build", cwd=root, lang=lang)
    assert again.returncode == 1
    assert again.stdout.endswith(f"{kept}\n")
    assert built_versions(root) == before


@pytest.mark.parametrize(("lang", "word"), [("de", "Widerspruch"), ("en", "Contradiction")])
def test_contradiction_stops_the_build(tiny: Tiny, lang: str, word: str) -> None:
    """It leaves with 1 and names both triples, each with its file and line, and the rule."""
    run = kg("build", cwd=tiny(DISJOINT).root, lang=lang)
    assert run.returncode == 1
    assert word in run.stdout
    assert "e:a a e:Thing" in run.stdout
    assert "e:a a e:Stone" in run.stdout
    assert "data/a.ttl:2:7" in run.stdout
    assert "data/c.ttl:3:5" in run.stdout
    assert "cax-dw" in run.stdout
    assert "Traceback" not in run.stdout + run.stderr


@pytest.mark.parametrize(
    ("lang", "hint"),
    [
        ("de", "Die Eigenschaft e:know ist nirgends deklariert. Meinten Sie e:knows?"),
        ("en", "The property e:know is not declared anywhere. Did you mean e:knows?"),
    ],
)
def test_unknown_term_comes_with_the_nearest_one(tiny: Tiny, lang: str, hint: str) -> None:
    """A mistyped property is a violation at its place that suggests the declared one."""
    files = {**TINY, "data/c.ttl": HEADER + "e:c a e:Thing ;\n  e:knows e:a ;\n  e:know e:b .\n"}
    run = kg("validate", cwd=tiny(files).root, lang=lang)
    assert run.returncode == 1
    assert "data/c.ttl:4:3: " in run.stdout
    assert hint in run.stdout


# what cannot be read, in German and in English


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("command", ["build", "validate", "reason"])
def test_syntax_error_has_file_line_column_and_text(tiny: Tiny, command: str, lang: str) -> None:
    """A file that is not Turtle is refused with its place and the text at fault."""
    root = tiny({**TINY, "data/c.ttl": HEADER + "e:c a e:Thing ;\n  e:knows ?? .\n"}).root
    word = {"de": "Syntaxfehler", "en": "Syntax error"}[lang]
    assert_refused(kg(command, cwd=root, lang=lang), "data/c.ttl:3:11: ", word, "?? .")


@pytest.mark.parametrize(
    ("files", "de", "en"),
    [
        ({}, "steht keine Aussage", "There is no statement"),
        ({"data/empty.ttl": ""}, "steht keine Aussage", "There is no statement"),
        (
            {**TINY, "data/c.ttl": (HEADER + 'e:c e:knows "').encode() + b'\xfc" .\n'},
            "data/c.ttl:2:14: Die Datei ist nicht UTF-8",
            "data/c.ttl:2:14: The file is not UTF-8",
        ),
        (
            {**TINY, "data/a.nt": KNOWS + "\n"},
            "https://example.org/graph/a",
            "https://example.org/graph/a",
        ),
        ({**TINY, "kg.toml": "[project"}, "kg.toml: Kein gültiges TOML", "kg.toml: Not valid TOML"),
        (
            {**TINY, "kg.toml": '[project]\nbase = "here"\n'},
            "kg.toml: Der Eintrag project.base",
            "kg.toml: The entry project.base",
        ),
        (
            {**TINY, "queries/rules/r.rq": "SELECT * { ?s ?p ?o }\n"},
            "r.rq:1:1: Eine Regel ist eine CONSTRUCT-Abfrage",
            "r.rq:1:1: A rule is a CONSTRUCT query",
        ),
    ],
    ids=["no-file", "empty-file", "not-utf-8", "two-files-one-graph", "toml", "base", "rule"],
)
def test_unusable_project_is_refused(tiny: Tiny, files: dict[str, str], de: str, en: str) -> None:
    """A project that cannot be built is refused in one sentence, in the language asked for."""
    root = tiny(files).root if "kg.toml" not in files else written(tiny, files)
    assert_refused(kg("build", cwd=root, lang="de"), de)
    assert_refused(kg("build", cwd=root, lang="en"), en)
    assert not (root / "build" / "current").exists()


def written(tiny: Tiny, files: dict[str, str]) -> Path:
    """Write a project with a faulty kg.toml, which the fixture itself could not read."""
    root = tiny({**files, "kg.toml": CONFIG}).root
    (root / "kg.toml").write_text(files["kg.toml"], encoding="utf-8")
    return root


@pytest.mark.parametrize("path", ["kg.toml", "data/a.ttl"])
def test_file_that_the_system_does_not_read_is_refused(project: Path, path: str) -> None:
    """An input error of the disk, as /proc/self/mem gives it, is said in one sentence."""
    (project / path).unlink()
    (project / path).symlink_to("/proc/self/mem")
    assert_refused(kg("build", cwd=project), "Input/output error")


@pytest.mark.parametrize(
    ("command", "de", "en"),
    [
        ("build none", "Der Ordner none ist nicht da.", "There is no folder none."),
        ("validate -C none", "Der Ordner none ist nicht da.", "There is no folder none."),
        ("serve none", "Der Ordner none ist nicht da.", "There is no folder none."),
        ("build kg.toml", "Der Ordner kg.toml ist nicht da.", "There is no folder kg.toml."),
        (
            "validate none.ttl",
            "none.ttl: Die Datei gibt es nicht",
            "none.ttl: There is no such file",
        ),
        ("reason none.ttl", "none.ttl: Die Datei gibt es nicht", "none.ttl: There is no such file"),
        ("fmt none.ttl", "none.ttl: Die Datei gibt es nicht", "none.ttl: There is no such file"),
        ("validate kg.toml", "Die Endung", "The suffix '.toml'"),
        ("validate hollow", "Im Ordner hollow ist keine", "no RDF file in the folder hollow"),
        ("reason hollow", "Im Ordner hollow ist keine", "no RDF file in the folder hollow"),
        ("fmt --check hollow", "Im Ordner hollow ist keine", "no RDF file in the folder hollow"),
        ("validate --format pdf", "--format ist eines von text", "--format is one of text, json"),
        ("query -q ASK{} --format pdf", "--format ist eines von table", "--format is one of table"),
        ("validate --alone", "--impact gehören zu Dateien", "--impact go with files"),
        ("--lang fr build", "--lang ist de oder en.", "--lang is de or en."),
        ("query", "entweder eine Datei", "either a file"),
        ("query a.rq -q ASK{}", "entweder eine Datei", "either a file"),
        ("query -q ASK{}", "noch nichts veröffentlicht", "Nothing is published yet"),
        ("serve --no-build", "noch nichts veröffentlicht", "Nothing is published yet"),
    ],
)
def test_misuse_is_one_clear_sentence(project: Path, command: str, de: str, en: str) -> None:
    """A call without meaning leaves with 2 and says in one sentence what is expected."""
    (project / "hollow").mkdir()
    assert_refused(kg(*command.split(), cwd=project, lang="de"), de)
    assert_refused(kg(*command.split(), cwd=project, lang="en"), en)


def test_option_decides_on_the_language(tiny: Tiny) -> None:
    """--lang is stronger than the environment."""
    root = tiny(ALONE).root
    assert "Verstoß: allein" in kg("--lang", "de", "validate", cwd=root, lang="en").stdout
    assert "Violation: alone" in kg("--lang", "en", "validate", cwd=root, lang="de").stdout


@pytest.mark.parametrize("command", ["nonsense", "build --nonsense", "serve --port 99999"])
def test_unknown_words_are_refused(project: Path, command: str) -> None:
    """A command or option that is not there leaves with 2, without a traceback."""
    run = kg(*command.split(), cwd=project)
    assert run.returncode == 2
    assert "Error" in run.stderr
    assert "Traceback" not in run.stderr


# validate


def test_contribution_is_checked_against_the_project(contribution: Path) -> None:
    """A good file leaves with 0, a bad one with 1 and its place; a folder means its files."""
    root = contribution.parent
    assert kg("validate", "inbox/good.ttl", cwd=root).returncode == 0
    bad, folder = kg("validate", "inbox/bad.ttl", cwd=root), kg("validate", "inbox", cwd=root)
    for run in (bad, folder):
        assert run.returncode == 1
        assert "inbox/bad.ttl:2:1: Violation: alone" in run.stdout
        assert run.stdout.count("Violation:") == 1
    assert "in 1 triple." in bad.stdout
    assert "in 3 triples" in folder.stdout


def test_contribution_alone_does_not_see_the_data(tiny: Tiny) -> None:
    """What the project's data would supply is missing with --alone."""
    shape = "e:ThingShape a sh:NodeShape ; sh:targetClass e:Thing ; sh:property [\n"
    shape += '  sh:path e:knows ; sh:class e:Thing ; sh:message "fremd"@de , "strange"@en ] .\n'
    data = HEADER + "e:a a e:Thing .\n"
    root = tiny({**TINY, "shapes/s.ttl": HEADER + shape, "data/a.ttl": data}).root
    (root / "new.ttl").write_text(HEADER + "e:z a e:Thing ; e:knows e:a .\n")
    assert kg("validate", "new.ttl", cwd=root).returncode == 0
    alone = kg("validate", "new.ttl", "--alone", cwd=root)
    assert alone.returncode == 1
    assert "strange" in alone.stdout


def test_contribution_against_other_shapes(contribution: Path) -> None:
    """--shapes, a file or a folder, takes the place of the project's shapes."""
    root = contribution.parent
    (root / "strict").mkdir()
    text = "e:S a sh:NodeShape ; sh:targetClass e:Thing ; sh:nodeKind sh:IRI ;\n  sh:property [ "
    text += 'sh:path e:knows ; sh:minCount 2 ; sh:message "zwei"@de , "two"@en ] .\n'
    (root / "strict" / "s.ttl").write_text(HEADER + text)
    for shapes in ("strict", "strict/s.ttl"):
        run = kg("validate", "inbox/bad.ttl", "--alone", "--shapes", shapes, cwd=root)
        assert run.returncode == 1
        assert "Violation: two" in run.stdout
        assert "alone" not in run.stdout


def test_blank_node_of_a_contribution_is_found(project: Path) -> None:
    """A focus node without an IRI is a focus node all the same."""
    (project / "new.ttl").write_text(HEADER + "[] a e:Thing .\n")
    run = kg("validate", "new.ttl", cwd=project)
    assert run.returncode == 1
    assert "Violation: alone" in run.stdout


def test_report_as_json_and_as_turtle(contribution: Path) -> None:
    """The same finding has stable names in JSON and is a SHACL report in Turtle."""
    root = contribution.parent
    found = kg("validate", "inbox/bad.ttl", "--format", "json", cwd=root)
    assert found.returncode == 1
    document = json.loads(found.stdout)
    assert document["valid"] is False
    assert [result["focus"] for result in document["results"]] == ["<https://example.org/z>"]
    assert document["results"][0]["message"] == {"de": "allein", "en": "alone"}
    assert document["results"][0]["places"] == [{"file": "inbox/bad.ttl", "line": 2, "column": 1}]
    turtle = kg("validate", "inbox/bad.ttl", "--format", "turtle", cwd=root)
    assert turtle.returncode == 1
    graph = {str(quad.triple) for quad in parse(turtle.stdout, RdfFormat.TURTLE)}
    assert any("shacl#focusNode> <https://example.org/z>" in triple for triple in graph)


# reason


def statements(run: Done) -> list[str]:
    assert "Traceback" not in run.stderr
    return sorted(run.stdout.splitlines())


def test_reason_prints_input_and_inferred(project: Path) -> None:
    """The project's triples and what follows are N-Triples, each once; also what is trivial."""
    run = kg("reason", "--published", cwd=project)
    assert run.returncode == 0
    lines = statements(run)
    assert KNOWS in lines
    assert FOLLOWS in lines
    assert len(lines) == len(set(lines)) == len(triples_of(run.stdout)) == 6
    closure = statements(kg("reason", cwd=project))
    assert set(lines) < set(closure)
    assert len(closure) == len(set(closure))
    assert any("#sameAs>" in line for line in closure)


def triples_of(text: str) -> list[str]:
    return [str(quad.triple) for quad in parse(text, RdfFormat.N_TRIPLES)]


def test_reason_on_files_sees_only_them(project: Path) -> None:
    """A file alone entails nothing of the ontology beside it; with the folder it does."""
    alone = statements(kg("reason", "--published", "data/a.ttl", cwd=project))
    assert len(alone) == 2
    assert FOLLOWS not in alone
    assert FOLLOWS in statements(kg("reason", "data/a.ttl", "ontology", cwd=project))


def test_reason_counts(project: Path) -> None:
    """--stats is JSON that counts input, inferred triples and contradictions."""
    run = kg("reason", "--stats", cwd=project)
    assert run.returncode == 0
    counts = json.loads(run.stdout)
    assert (counts["triples"], counts["inferred"], counts["contradictions"]) == (5, 1, 0)
    assert counts["seconds"] > 0


def test_reason_says_contradictions_beside_the_triples(tiny: Tiny) -> None:
    """It leaves with 1; the triples go to standard output, the places to standard error."""
    run = kg("reason", "ontology", "data", cwd=tiny(DISJOINT).root)
    assert run.returncode == 1
    assert FOLLOWS in run.stdout
    assert "Contradiction" not in run.stdout
    assert "1 violation, 0 warnings, 0 infos in 8 triples" in run.stderr
    assert "data/a.ttl:2:7" in run.stderr
    assert "data/c.ttl:3:5" in run.stderr


@pytest.mark.parametrize(
    "command",
    ["reason", "validate", "--help", "build --force", "query -q 'SELECT * { ?s ?p ?o }'"],
)
def test_reader_that_has_gone_is_no_fault(project: Path, command: str) -> None:
    """Whoever does not read on, as `head` does, sees no traceback and no complaint."""
    assert kg("build", cwd=project).returncode == 0
    read, write = os.pipe()
    os.close(read)
    program = Path(sys.executable).with_name("kg")
    run = subprocess.run(
        [program, *shlex.split(command)],
        cwd=project,
        stdout=write,
        stderr=subprocess.PIPE,
        text=True,
        timeout=300,
        check=False,
    )
    os.close(write)
    assert (run.returncode, run.stderr) == (1, "")


def test_reason_in_a_pipeline(project: Path) -> None:
    """`kg reason … | head -1` gives one line and nothing else."""
    many = "".join(f"e:n{number} a e:Thing ; e:knows e:a .\n" for number in range(2000))
    (project / "data" / "many.ttl").write_text(HEADER + many)
    program = shlex.quote(str(Path(sys.executable).with_name("kg")))
    run = subprocess.run(
        f"{program} reason data | head -1",
        shell=True,
        cwd=project,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert len(triples_of(run.stdout)) == 1


# query


@pytest.fixture
def published_tiny(project: Path) -> Path:
    """A valid project, built."""
    assert kg("build", cwd=project).returncode == 0
    return project


def test_query_answers_in_each_format(published_tiny: Path) -> None:
    """A text or a file is answered as table, CSV, JSON or Turtle with the project's prefixes."""
    select = "SELECT ?who { ?who e:knows e:a }"
    (published_tiny / "q.rq").write_text(select + "\n")
    table = kg("query", "-q", select, cwd=published_tiny)
    assert table.returncode == 0
    assert "who" in table.stdout
    assert "e:b" in table.stdout
    rows = kg("query", "q.rq", "--format", "csv", cwd=published_tiny)
    assert rows.stdout.split() == ["who", "https://example.org/b"]
    document = json.loads(kg("query", "q.rq", "--format", "json", cwd=published_tiny).stdout)
    assert len(document["results"]["bindings"]) == 1
    assert kg("query", "-q", "ASK { e:a a e:Thing }", cwd=published_tiny).stdout == "true\n"
    construct = "CONSTRUCT { ?b e:knows ?a } WHERE { GRAPH ?g { ?b e:knows ?a } }"
    for options in ([], ["--format", "turtle"]):
        graph = kg("query", "-q", construct, *options, cwd=published_tiny)
        found = [quad.triple for quad in parse(graph.stdout, RdfFormat.TURTLE)]
        assert canonical_form(found) == canonical_form(
            triples("e:a e:knows e:b . e:b e:knows e:a .")
        )


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("SELECT * {\n  ?s ?p\n}\n", ("q.rq:3:1: ", "line 3, column 1", "}")),
        ("SELECT * { ?s nope:p ?o }\n", ("q.rq:1:", "The prefix is not declared")),
        ("DELETE WHERE { ?s ?p ?o }\n", ("DELETE changes data",)),
        ("SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }\n", ("q.rq:1:12: ", "SERVICE")),
    ],
    ids=["syntax", "prefix", "update", "service"],
)
def test_query_that_cannot_be_run(published_tiny: Path, text: str, parts: tuple[str, ...]) -> None:
    """A query at fault leaves with 2 and names its file, line and column."""
    (published_tiny / "q.rq").write_text(text)
    assert_refused(kg("query", "q.rq", cwd=published_tiny), *parts)


def test_query_in_a_format_that_does_not_fit(published_tiny: Path) -> None:
    """Rows as Turtle and a graph as CSV are refused with what is possible."""
    for query, form in (("SELECT * { ?s ?p ?o }", "turtle"), ("DESCRIBE e:a", "csv")):
        run = kg("query", "-q", query, "--format", form, cwd=published_tiny)
        assert_refused(run, "does not fit", "Possible are")


# serve


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.mark.parametrize(("lang", "word"), [("de", "nicht zu haben"), ("en", "cannot be had")])
def test_serve_on_a_taken_port(published_tiny: Path, taken: int, lang: str, word: str) -> None:
    """The port is named, another proposed, and the command leaves with 2."""
    run = kg("serve", "--no-build", "--port", str(taken), cwd=published_tiny, lang=lang)
    assert_refused(run, f"127.0.0.1:{taken} ", word, "--port")


# fmt


def contents(root: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in sorted(root.rglob("*.ttl"))}


def test_fmt_writes_canonically_once(project: Path) -> None:
    """Each file is rewritten with the same triples; a second run has nothing to do."""
    before = {path: list(parse(text, RdfFormat.TURTLE)) for path, text in contents(project).items()}
    first = kg("fmt", cwd=project)
    assert first.returncode == 0
    assert first.stdout.split() == ["ontology/o.ttl", "shapes/s.ttl", "data/a.ttl"]
    for path, text in contents(project).items():
        after = [quad.triple for quad in parse(text, RdfFormat.TURTLE)]
        assert canonical_form(after) == canonical_form(quad.triple for quad in before[path])
    assert (project / "data" / "a.ttl").read_text() == (
        "@prefix e: <https://example.org/> .\n\ne:a\n  a e:Thing ;\n  e:knows e:b .\n"
    )
    second = kg("fmt", cwd=project)
    assert (second.returncode, second.stdout) == (0, "")
    assert kg("fmt", "--check", cwd=project).returncode == 0


@pytest.mark.parametrize(("lang", "word"), [("de", "nicht kanonisch"), ("en", "not canonical")])
def test_fmt_check_changes_nothing(project: Path, lang: str, word: str) -> None:
    """--check leaves with 1 and names the file and the line, and writes no byte."""
    before = contents(project)
    run = kg("fmt", "--check", "data", cwd=project, lang=lang)
    assert run.returncode == 1
    assert run.stdout.startswith(f"data/a.ttl:1: {word}")
    assert "kg fmt data/a.ttl" in run.stdout
    assert contents(project) == before


@pytest.mark.parametrize("options", [[], ["--check"]], ids=["write", "check"])
@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (COMMENTED, ("new.ttl:3: ", "# since 2020")),
        (HEADER + "e:a e:knows ?? .\n", ("new.ttl:2:13: ", "?? .")),
        (HEADER + "e:a e:knows _:b . e:b e:knows _:b .\n", ("new.ttl: ", "blank node")),
    ],
    ids=["comment", "syntax", "shared-blank-node"],
)
def test_fmt_refuses_what_it_would_lose(
    project: Path, text: str, parts: tuple[str, ...], options: list[str]
) -> None:
    """A comment, a fault or a shared blank node is named with its line; the file stays."""
    path = project / "new.ttl"
    path.write_text(text)
    assert_refused(kg("fmt", *options, "new.ttl", cwd=project), *parts)
    assert path.read_text() == text
    assert [file.name for file in project.glob(".*")] == []


def test_fmt_that_cannot_write_leaves_the_file(project: Path) -> None:
    """Where the new file cannot be written the old one stays, and the reason is said."""
    (project / "data" / ".a.ttl.new").mkdir()
    before = contents(project)
    assert_refused(kg("fmt", "data/a.ttl", cwd=project), ".a.ttl.new", "Is a directory")
    assert contents(project) == before


def test_shapes_of_ones_own_need_no_project(tmp_path: Path) -> None:
    """In a folder without a project, a file is checked against the shapes that are given."""
    (tmp_path / "data.ttl").write_text(HEADER + "e:a a e:Thing .\n")
    shape = "e:S a sh:NodeShape ; sh:targetClass e:Thing ; sh:nodeKind sh:Literal .\n"
    (tmp_path / "own.ttl").write_text(HEADER + shape)
    assert kg("validate", "data.ttl", "--shapes", "own.ttl", cwd=tmp_path).returncode == 1
    assert kg("validate", "data.ttl", cwd=tmp_path).returncode == 2
