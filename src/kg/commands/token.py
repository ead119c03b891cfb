"""kg token: make, list and revoke the tokens by which people and programs may write."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.commands.common import language, one_of
from kg.errors import Text, UsageError
from kg.settings import read_project
from kg.write import tokens
from kg.write.tokens import SCOPES, Token

app = typer.Typer(
    help="Make, list and revoke the tokens by which people and programs may write.",
    no_args_is_help=True,
)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Who or what has the token.")]
ProjectOption = Annotated[Path, typer.Option("--project", "-C", help="The folder of the project.")]
HERE = Path()
_FOLDER = "journal"
_GIVEN = Text(
    de="Bewahren Sie das Token sicher auf: Es wird nur dieses eine Mal gezeigt. Es gehört in den "
    "Kopf „Authorization: Bearer …“.",
    en="Keep the token in a safe place: it is shown only this once. It belongs into the header "
    "“Authorization: Bearer …”.",
)
_NONE = Text(
    de="Es gibt keine Token; nur KG_TOKEN, wenn es gesetzt ist, erlaubt das Schreiben. Eines "
    "macht: kg token create NAME --scope contribute",
    en="There are no tokens; only KG_TOKEN, if it is set, allows writing. One is made by: "
    "kg token create NAME --scope contribute",
)
_HEADS = (
    Text(de="Name", en="Name"),
    Text(de="Umfang", en="Scope"),
    Text(de="Erstellt", en="Created"),
    Text(de="Gültig bis", en="Valid until"),
)
_EVER = Text(de="unbegrenzt", en="for ever")
_OVER = Text(de="abgelaufen", en="expired")


@app.command()
def create(
    name: NameArgument,
    scope: Annotated[str, typer.Option(help="contribute, publish or admin.")],
    days: Annotated[int | None, typer.Option(help="So long it is valid; else for ever.")] = None,
    project: ProjectOption = HERE,
) -> None:
    """Make a token and print it, this once."""
    found = next((each for each in SCOPES if each == scope), None)
    if found is None:
        raise UsageError(one_of("--scope", SCOPES))
    text = tokens.create(_folder(project), name, found, days=days)
    typer.echo(_GIVEN.to(language()), err=True)
    typer.echo(text)


@app.command("list")
def show(project: ProjectOption = HERE) -> None:
    """List the tokens: their names, what they allow and how long."""
    from rich.console import Console  # noqa: PLC0415 - only what prints tables loads rich
    from rich.table import Table  # noqa: PLC0415

    found, lang = tokens.read_tokens(_folder(project)), language()
    if not found:
        typer.echo(_NONE.to(lang))
        return
    table = Table(*(head.to(lang) for head in _HEADS))
    for each in found:
        table.add_row(each.name, each.scope, each.created, _until(each, lang))
    Console().print(table)


@app.command()
def revoke(name: NameArgument, project: ProjectOption = HERE) -> None:
    """Take a token away, from a running server as well."""
    gone = tokens.revoke(_folder(project), name)
    text = Text(
        de=f"Das Token „{gone.name}“ gilt nicht mehr, auch nicht für einen Server, der läuft.",
        en=f"The token “{gone.name}” is no longer valid, nor for a server that is running.",
    )
    typer.echo(text.to(language()))


def _folder(project: Path) -> Path:
    return read_project(project).root / _FOLDER


def _until(token: Token, lang: str) -> str:
    if not token.expires:
        return _EVER.to(lang)
    return f"{token.expires} ({_OVER.to(lang)})" if token.is_expired() else token.expires
