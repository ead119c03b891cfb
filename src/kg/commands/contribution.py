"""The commands for contributions: submit, list, show, diff, accept, reject, withdraw."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.commands.changes import HERE, LOCAL, AgentOption, DryRunOption, NoteOption, ProjectOption
from kg.commands.common import language
from kg.settings import read_project

app = typer.Typer(
    help="Hand in contributions, look at them, and decide what becomes of them.",
    no_args_is_help=True,
)
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The name of the contribution.")]


@app.command()
def submit(
    files: Annotated[list[Path], typer.Argument(help="Its documents: Turtle, TriG, JSON-LD, …")],
    note: NoteOption = "",
    source: Annotated[str, typer.Option(help="The IRI of the document that says so.")] = "",
    agent: AgentOption = LOCAL,
    dry_run: DryRunOption = False,
    project: ProjectOption = HERE,
) -> None:
    """Check files and keep them as a contribution until somebody decides."""
    from kg.commands import contributions as command  # noqa: PLC0415 - loads what it needs
    from kg.commands.asking import Asking  # noqa: PLC0415 - as above

    asking = Asking(read_project(project), agent, dry_run=dry_run, lang=language())
    handed = command.Handed(tuple(files), note, source)
    raise typer.Exit(command.submit(asking, handed, out=typer.echo))


@app.command("list")
def show_all(
    status: Annotated[
        str | None, typer.Option(help="Only pending, accepted, rejected or withdrawn.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    project: ProjectOption = HERE,
) -> None:
    """List contributions in the order in which they came."""
    from kg.commands import contributions as command  # noqa: PLC0415 - as above

    command.show_all(
        read_project(project), status, as_json=as_json, out=typer.echo, lang=language()
    )


@app.command()
def show(
    name: IdArgument,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    project: ProjectOption = HERE,
) -> None:
    """Show a contribution: who, when, from what, its documents, what the check found."""
    from kg.commands import contributions as command  # noqa: PLC0415 - as above

    command.show(read_project(project), name, as_json=as_json, out=typer.echo, lang=language())


@app.command()
def diff(name: IdArgument, project: ProjectOption = HERE) -> None:
    """List the statements of a contribution that the graph does not have."""
    from kg.commands import contributions as command  # noqa: PLC0415 - as above

    command.diff(read_project(project), name, out=typer.echo, lang=language())


@app.command()
def accept(
    name: IdArgument,
    note: NoteOption = "",
    agent: AgentOption = LOCAL,
    dry_run: DryRunOption = False,
    project: ProjectOption = HERE,
) -> None:
    """Make a contribution part of the graph, if it still passes."""
    from kg.commands import contributions as command  # noqa: PLC0415 - as above
    from kg.commands.asking import Asking  # noqa: PLC0415 - as above

    asking = Asking(read_project(project), agent, dry_run=dry_run, lang=language())
    raise typer.Exit(command.decide(asking, name, "accept", note=note, out=typer.echo))


@app.command()
def reject(
    name: IdArgument,
    note: NoteOption = "",
    agent: AgentOption = LOCAL,
    project: ProjectOption = HERE,
) -> None:
    """Say no to a contribution; it is kept."""
    from kg.commands import contributions as command  # noqa: PLC0415 - as above
    from kg.commands.asking import Asking  # noqa: PLC0415 - as above

    asking = Asking(read_project(project), agent, lang=language())
    raise typer.Exit(command.decide(asking, name, "reject", note=note, out=typer.echo))


@app.command()
def withdraw(
    name: IdArgument,
    note: NoteOption = "",
    agent: AgentOption = LOCAL,
    project: ProjectOption = HERE,
) -> None:
    """Take a contribution back; it is kept."""
    from kg.commands import contributions as command  # noqa: PLC0415 - as above
    from kg.commands.asking import Asking  # noqa: PLC0415 - as above

    asking = Asking(read_project(project), agent, lang=language())
    raise typer.Exit(command.decide(asking, name, "withdraw", note=note, out=typer.echo))
