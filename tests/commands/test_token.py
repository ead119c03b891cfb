"""kg token: made, listed, revoked on the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from kg.cli import app
from kg.errors import UsageError
from kg.write.tokens import Tokens


def run(root: Path, *words: str, lang: str = "en") -> tuple[str, str]:
    """Return what a command says on its two outputs; raises what it raises."""
    result = CliRunner().invoke(
        app, ["token", *words, "-C", str(root)], env={"KG_LANG": lang, "COLUMNS": "100"}
    )
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout, result.stderr


@pytest.mark.parametrize("lang", ["de", "en"])
def test_life(tmp_path: Path, lang: str) -> None:
    """The token alone is on standard output; the list does not have it; revoked it is gone."""
    text, hint = run(
        tmp_path, "create", "Stadt Köln", "--scope", "publish", "--days", "3", lang=lang
    )
    assert "Authorization: Bearer" in hint
    found = Tokens(tmp_path / "journal").find(text.removesuffix("\n"))
    assert found is not None
    assert found.scope == "publish"
    listed, _ = run(tmp_path, "list", lang=lang)
    assert "Stadt Köln" in listed
    assert found.expires in listed
    assert text.strip() not in listed
    gone, _ = run(tmp_path, "revoke", "Stadt Köln", lang=lang)
    assert "Stadt Köln" in gone
    assert "kg token create" in run(tmp_path, "list", lang=lang)[0]


def test_for_ever(tmp_path: Path) -> None:
    """Without days a token is valid for ever, and the list says so."""
    run(tmp_path, "create", "a", "--scope", "admin")
    assert "for ever" in run(tmp_path, "list")[0]
    assert "unbegrenzt" in run(tmp_path, "list", lang="de")[0]


@pytest.mark.parametrize(
    "words",
    [
        ("create", "a", "--scope", "root"),
        ("create", "a/b", "--scope", "admin"),
        ("create", "a", "--scope", "admin", "--days", "0"),
        ("revoke", "a"),
    ],
)
def test_misuse(tmp_path: Path, words: tuple[str, ...]) -> None:
    """A wrong call is a usage error, and nothing is made."""
    with pytest.raises(UsageError):
        run(tmp_path, *words)
    assert not (tmp_path / "journal" / "tokens.json").exists()
