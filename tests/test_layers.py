"""The rooms of kg lie above each other, and what is public in them is small and described."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "src"
GROUND = ("errors", "settings", "namespaces", "__init__")
ORDER = ("ground", "rdf", "reason", "validate", "publish", "write", "serve", "commands", "cli")
"""From the lowest to the highest; a room imports from itself and from what is below it."""
MAX_LINES = 400
HEAVY = ("fastapi", "uvicorn", "rdflib", "pyshacl", "owlrl", "numpy")
MODULES = sorted((ROOT / "kg").rglob("*.py"))
_NAMED = re.compile(r"kg(?:\.\w+)+")


def dotted(path: Path, root: Path) -> str:
    """The dotted name of a module: kg/serve/app.py below `root` is kg.serve.app."""
    return ".".join(path.relative_to(root).with_suffix("").parts)


def room(module: str) -> str:
    """The room of kg that a module is in; kg itself belongs to the ground."""
    first = [*module.split("."), "__init__"][1]
    return "ground" if first in GROUND else first


def imported(path: Path, root: Path) -> Iterator[tuple[int, str]]:
    """Each module of kg that `path` imports or names in a string, with the line."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            package = dotted(path, root).split(".")[: -node.level] if node.level else []
            base = ".".join(package + ([node.module] if node.module else []))
            found = [
                f"{base}.{a.name}" if is_module(root, base, a.name) else base for a in node.names
            ]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            found = [node.value] if names_module(node.value) else []
        else:
            continue
        yield from ((node.lineno, name) for name in found if name.split(".")[0] == "kg")


def names_module(text: str) -> bool:
    """Whether a string reads like a module of a room, which kg.toml, a file, does not."""
    return bool(_NAMED.fullmatch(text)) and room(text) in ORDER


def is_module(root: Path, base: str, name: str) -> bool:
    """Whether `from base import name` imports a module rather than something in one."""
    folder = root.joinpath(*base.split("."))
    return (folder / f"{name}.py").is_file() or (folder / name).is_dir()


def violations(root: Path) -> list[str]:
    """Imports below `root` that go upwards or to a room that has no place in the order."""
    found = []
    for path in sorted((root / "kg").rglob("*.py")):
        own = room(dotted(path, root))
        for line, name in imported(path, root):
            other = room(name)
            known = own in ORDER and other in ORDER
            if not known or (other != own and ORDER.index(other) > ORDER.index(own)):
                found.append(f"{path.relative_to(root)}:{line}: {own} imports {name}")
    return found


def definitions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """The module, its public classes and functions and the public methods of those classes."""
    yield "module", tree
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            if node.name.startswith("_"):
                continue
            yield node.name, node
            if isinstance(node, ast.ClassDef):
                yield from (
                    (f"{node.name}.{part.name}", part)
                    for part in node.body
                    if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)
                    and not part.name.startswith("_")
                )


def undescribed(source: str) -> list[str]:
    """The names in `source` that are public and have no docstring."""
    described = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    return [
        name
        for name, node in definitions(ast.parse(source))
        if isinstance(node, described) and not (ast.get_docstring(node) or "").strip()
    ]


def prints(source: str) -> list[int]:
    """The lines of `source` that call print."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "print"
    ]


def short(path: Path) -> str:
    return dotted(path, ROOT)


def test_rooms_are_those_of_the_order() -> None:
    """Every room of kg has its place in the order, and every place has its room."""
    assert {room(short(path)) for path in MODULES} == set(ORDER)


def test_no_import_goes_upwards() -> None:
    """A room imports only from itself and from the rooms below it."""
    assert violations(ROOT) == []


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("rdf/planted.py", "from kg.serve.app import create_app"),
        ("rdf/planted.py", "import kg.reason.rules"),
        ("reason/planted.py", "from kg.validate import report"),
        ("validate/planted.py", "from ..publish import build"),
        ("publish/planted.py", "def late() -> None:\n    from kg import commands"),
        ("serve/planted.py", "import json, kg.cli"),
        ("errors.py", "from kg.rdf.iri import check"),
        ("settings.py", "from .rdf import iri"),
        ("reason/planted.py", "COMMAND = ['-m', 'kg.publish.build']"),
        ("attic/planted.py", "from kg.errors import KgError"),
        ("rdf/planted.py", "import kg.attic"),
    ],
)
def test_planted_import_is_found(tmp_path: Path, place: str, line: str) -> None:
    """The check sees absolute, relative, late and named imports upwards, and unknown rooms."""
    for name in ("serve/app", "validate/report", "publish/build", "commands", "rdf/iri"):
        (tmp_path / "kg" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "kg" / f"{name}.py").touch()
    planted = tmp_path / "kg" / place
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(line + "\n", encoding="utf-8")
    assert len(violations(tmp_path)) == 1
    assert violations(tmp_path)[0].startswith(f"kg/{place}:{1 + line.count(chr(10))}: ")


@pytest.mark.parametrize(
    ("place", "line"),
    [
        ("cli.py", "from kg import __version__, commands"),
        ("publish/planted.py", "from kg.validate.report import Report"),
        ("publish/planted.py", "from . import build"),
        ("rdf/planted.py", "from kg import __version__\nimport json"),
        ("settings.py", "from kg.errors import Text"),
    ],
)
def test_import_downwards_is_allowed(tmp_path: Path, place: str, line: str) -> None:
    """The check leaves alone what goes downwards or stays in its room."""
    for name in ("publish/build", "commands"):
        (tmp_path / "kg" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "kg" / f"{name}.py").touch()
    planted = tmp_path / "kg" / place
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(line + "\n", encoding="utf-8")
    assert violations(tmp_path) == []


@pytest.mark.parametrize("path", MODULES, ids=short)
def test_module_is_short_and_described(path: Path) -> None:
    """A module has at most 400 lines and a docstring for everything public in it."""
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= MAX_LINES
    assert undescribed(source) == []


def test_missing_docstring_is_found() -> None:
    """The check sees modules, classes, functions and methods without a docstring."""
    source = (
        "class A:\n  def b(self): pass\n  def _c(self): pass\nasync def d(): pass\ndef _e(): pass"
    )
    assert undescribed(source) == ["module", "A", "A.b", "d"]


def test_only_the_command_line_prints() -> None:
    """No module but cli and commands calls print; the check sees a planted call."""
    silent = [path for path in MODULES if short(path) not in ("kg.cli", "kg.commands")]
    assert {short(path): prints(path.read_text(encoding="utf-8")) for path in silent} == {
        short(path): [] for path in silent
    }
    assert prints("def f():\n    print('x')") == [2]


def loaded(module: str) -> set[str]:
    """The top-level modules that are there after a fresh Python has imported `module`."""
    code = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_importing_the_command_line_is_cheap() -> None:
    """`kg --help` does not wait for web server, reference engines or numpy."""
    assert loaded("kg.cli").isdisjoint(HEAVY)


def test_what_is_loaded_is_seen() -> None:
    """The check of imports sees FastAPI where it is needed."""
    assert {"fastapi", "kg"} <= loaded("kg.serve.app")
