"""The commands for what is written: history, diff, revert, export, backup, restore."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg.commands.common import language
from kg.settings import read_project

app = typer.Typer()
ProjectArgument = Annotated[Path, typer.Argument(help="The folder of the project.")]
ProjectOption = Annotated[Path, typer.Option("--project", "-C", help="The folder of the project.")]
AgentOption = Annotated[
    str, typer.Option("--as", metavar="NAME", help="Who does it, for history and provenance.")
]
NoteOption = Annotated[str, typer.Option(help="Why, in a sentence.")]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Check only; change nothing.")]
HERE = Path()
LOCAL = "local"


@app.command()
def history(
    path: ProjectArgument = HERE,
    limit: Annotated[int, typer.Option(help="How many commits at most.", min=1)] = 20,
    before: Annotated[int | None, typer.Option(help="Only commits before this number.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    verify: Annotated[bool, typer.Option(help="Read and check every commit instead.")] = False,
) -> None:
    """List the commits, newest first."""
    from kg.commands import history as command  # noqa: PLC0415 - commands load what they need

    project = read_project(path)
    if verify:
        command.verify(project, out=typer.echo, lang=language())
        return
    asked = command.Page(limit, before, as_json)
    command.history(project, asked, out=typer.echo, lang=language())


@app.command()
def diff(
    before: Annotated[str, typer.Argument(metavar="A", help="A commit, day, time or version.")],
    after: Annotated[str, typer.Argument(metavar="B", help="The same; else what is now.")] = "now",
    form: Annotated[str, typer.Option("--format", help="text or patch.")] = "text",
    project: ProjectOption = HERE,
) -> None:
    """List the statements that came and went between two states."""
    from kg.commands import history as command  # noqa: PLC0415 - as above

    command.diff(read_project(project), (before, after), form=form, out=typer.echo)


@app.command()
def revert(
    number: Annotated[int, typer.Argument(metavar="N", help="The number of the commit.")],
    note: NoteOption = "",
    agent: AgentOption = LOCAL,
    dry_run: DryRunOption = False,
    project: ProjectOption = HERE,
) -> None:
    """Undo a commit by a new one."""
    from kg.commands import revert as command  # noqa: PLC0415 - as above
    from kg.commands.asking import Asking  # noqa: PLC0415 - as above

    asking = Asking(read_project(project), agent, dry_run=dry_run, lang=language())
    raise typer.Exit(command.revert(asking, number, note=note, out=typer.echo))


@app.command()
def export(
    path: ProjectArgument = HERE,
    to: Annotated[
        Path | None, typer.Option(help="The folder; else data/contributions of the project.")
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Other graphs too; comments in their files are lost.")
    ] = False,
    truncate: Annotated[
        bool, typer.Option(help="Build, and then move the commits to the archive.")
    ] = False,
    force: Annotated[bool, typer.Option(help="Overwrite what is not in git.")] = False,
) -> None:
    """Write accepted contributions as files of the project."""
    from kg.commands import export as command  # noqa: PLC0415 - as above

    asked = command.Export(to, everything, truncate, force)
    raise typer.Exit(command.export(read_project(path), asked, out=typer.echo, lang=language()))


@app.command()
def backup(
    target: Annotated[Path, typer.Argument(metavar="TARGET", help="A new folder.")],
    tokens: Annotated[bool, typer.Option(help="With the tokens, which are hashed.")] = False,
    project: ProjectOption = HERE,
) -> None:
    """Copy files and journal, also while the project is served."""
    from kg.commands import backup as command  # noqa: PLC0415 - as above

    command.backup(read_project(project), target, tokens=tokens, out=typer.echo, lang=language())


@app.command()
def restore(
    source: Annotated[Path, typer.Argument(metavar="BACKUP", help="What kg backup wrote.")],
    target: Annotated[Path, typer.Argument(metavar="PATH", help="A new or empty folder.")],
) -> None:
    """Make a project of a backup, after its checksums are proven."""
    from kg.commands import backup as command  # noqa: PLC0415 - as above

    command.restore(source, target, out=typer.echo, lang=language())
