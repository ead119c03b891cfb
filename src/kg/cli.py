"""The command line: build, validate, reason, explain, query, serve, fmt, and all about writing.

Exit codes: 0 fine, 1 findings in the data (invalid, inconsistent), 2 misuse or a fault.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from kg import __version__
from kg.commands import changes, contribution, token
from kg.commands.common import language
from kg.errors import KgError, Place, StageError, Text, UsageError
from kg.settings import read_project

app = typer.Typer(
    name="kg",
    help="A folder of ontology, shapes, data and queries becomes a served knowledge graph.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(token.app, name="token")
app.add_typer(contribution.app, name="contribution")
app.add_typer(changes.app)

ProjectArgument = Annotated[Path, typer.Argument(help="The folder of the project.")]
ProjectOption = Annotated[Path, typer.Option("--project", "-C", help="The folder of the project.")]
HERE = Path()


def main() -> None:
    """Run the command line and leave with its exit code; faults are one clear sentence."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy would start threads kg never uses
    try:
        app()
    except KgError as error:
        _leave(error)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except MemoryError:
        text = Text(
            de="Der Arbeitsspeicher reicht nicht aus. Geben Sie weniger Daten auf einmal an.",
            en="There is not enough memory. Give less data at once.",
        )
        _leave(StageError(text))
    except OSError as error:
        reason = error.strerror or str(error)
        text = Text(de=f"Das Betriebssystem meldet: {reason}.", en=f"The system says: {reason}.")
        place = Place(str(error.filename)) if error.filename else None
        _leave(StageError(text, place=place))


@app.callback(invoke_without_command=True)
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    lang: Annotated[
        str | None, typer.Option("--lang", help="Language of messages: de or en.")
    ] = None,
) -> None:
    _choose(lang)
    if version:
        typer.echo(f"kg {__version__}")
        raise typer.Exit


def _choose(lang: str | None) -> None:
    """Make `lang` the language of messages, if it is given."""
    if lang not in (None, "de", "en"):
        raise UsageError(Text(de="--lang ist de oder en.", en="--lang is de or en."))
    if lang:
        os.environ["KG_LANG"] = lang


@app.command()
def build(
    path: ProjectArgument = HERE,
    force: Annotated[bool, typer.Option(help="Build even if nothing has changed.")] = False,
) -> None:
    """Load, check, reason and publish a project as a new version."""
    from kg.commands import build as command

    project = read_project(path)
    with _working() as say:
        code = command.build(project, force=force, say=say, out=_print, lang=language())
    raise typer.Exit(code)


@app.command()
def validate(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Contributions; without any the project itself.")
    ] = None,
    shapes: Annotated[
        list[Path] | None, typer.Option(help="Shapes to use instead of the project's.")
    ] = None,
    form: Annotated[
        str, typer.Option("--format", help="text, json, turtle, jsonld, sarif, junit or github.")
    ] = "text",
    alone: Annotated[bool, typer.Option(help="Check files without the project's data.")] = False,
    impact: Annotated[
        bool, typer.Option("--impact", help="Add what the files newly entail and contradict.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Print each finding, not only some of many alike.")
    ] = False,
    project: ProjectOption = HERE,
) -> None:
    """Check the project, or files as contributions to it, against the shapes."""
    from kg.commands import validate as command

    asked = command.Validation(
        tuple(files or ()), tuple(shapes or ()), form, alone, impact, everything
    )
    with _working() as say:
        code = command.validate(read_project(project), asked, say=say, out=_print, lang=language())
    raise typer.Exit(code)


@app.command()
def reason(
    inputs: Annotated[
        list[Path] | None, typer.Argument(help="RDF files; without any the project's.")
    ] = None,
    stats: Annotated[bool, typer.Option(help="Print counts and times instead.")] = False,
    published: Annotated[
        bool, typer.Option("--published", help="Without what is trivial, as it is published.")
    ] = False,
    rules: Annotated[
        list[Path] | None, typer.Option(help="Folders of rules to use with the files.")
    ] = None,
    added: Annotated[
        list[Path] | None, typer.Option(help="List what follows if these files come.")
    ] = None,
    removed: Annotated[
        list[Path] | None, typer.Option(help="List what no longer follows if these files go.")
    ] = None,
    project: ProjectOption = HERE,
) -> None:
    """Print the triples and what follows from them as N-Triples; or what a change does."""
    from kg.commands import reason as command

    asked = command.Reasoning(
        inputs=tuple(inputs or ()),
        rules=tuple(rules or ()),
        stats=stats,
        published=published,
        added=tuple(added or ()),
        removed=tuple(removed or ()),
    )
    with _working() as say:
        code = command.reason(read_project(project), asked, say=say, lang=language())
    raise typer.Exit(code)


@app.command()
def explain(
    subject: Annotated[str, typer.Argument(metavar="S", help="prefix:name, <IRI> or an IRI.")],
    predicate: Annotated[str, typer.Argument(metavar="P", help="The same, or `a` for rdf:type.")],
    value: Annotated[str, typer.Argument(metavar="O", help="The same, or a literal as in Turtle.")],
    every: Annotated[bool, typer.Option("--all", help="Up to ten different explanations.")] = False,
    limit: Annotated[int, typer.Option(help="How many at most.", min=1, max=50)] = 1,
    form: Annotated[str, typer.Option("--format", help="text, json, turtle or tree.")] = "text",
    data: Annotated[
        list[Path] | None, typer.Option(help="RDF files to use instead of the project.")
    ] = None,
    rules: Annotated[
        list[Path] | None, typer.Option(help="Folders of rules for the files.")
    ] = None,
    lang: Annotated[
        str | None, typer.Option(help="de or en; else the language of messages.")
    ] = None,
    project: ProjectOption = HERE,
) -> None:
    """Say why a triple holds, down to file and line, or what is missing for it."""
    from kg.commands import explain as command

    _choose(lang)
    asked = command.Question(
        triple=(subject, predicate, value),
        form=form,
        limit=max(limit, command.ALL) if every else limit,
        data=tuple(data or ()),
        rules=tuple(rules or ()),
    )
    with _working() as say:
        code = command.explain(read_project(project), asked, say=say, out=_print, lang=language())
    raise typer.Exit(code)


@app.command()
def query(
    file: Annotated[Path | None, typer.Argument(help="A file with a SPARQL query.")] = None,
    text: Annotated[str | None, typer.Option("-q", help="The query itself.")] = None,
    form: Annotated[
        str, typer.Option("--format", help="table, csv, tsv, json or turtle.")
    ] = "table",
    project: ProjectOption = HERE,
) -> None:
    """Ask the published version."""
    from rich.console import Console

    from kg.commands import query as command

    if (file is None) == (text is None):
        raise UsageError(
            Text(
                de="Geben Sie entweder eine Datei mit der Abfrage an oder -q TEXT.",
                en="Give either a file with the query or -q TEXT.",
            )
        )
    command.query(read_project(project), file or str(text), form=form, console=Console())


@app.command()
def serve(
    path: ProjectArgument = HERE,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
    build_first: Annotated[
        bool, typer.Option("--build/--no-build", help="Build first if files have changed.")
    ] = True,
    workers: Annotated[int, typer.Option(help="Queries answered at a time.", min=1)] = 4,
    timeout: Annotated[float, typer.Option(help="Seconds that a query may take.")] = 30,
    memory: Annotated[
        str, typer.Option(help="Memory that a query may take: 512M, 2G; without a unit MiB.")
    ] = "1G",
    long: Annotated[
        int, typer.Option(help="Long queries answered at a time, beside the others.", min=0)
    ] = 8,
    queue: Annotated[int, typer.Option(help="Requests that may wait.", min=0)] = 1024,
    cache: Annotated[str, typer.Option(help="Memory for answers; 0 for none.")] = "256M",
    processes: Annotated[
        int, typer.Option(help="Processes on the port, each with its workers.", min=1)
    ] = 1,
    default_graph: Annotated[
        str | None, typer.Option(help="union or plain; else as kg.toml says.")
    ] = None,
    reasoning: Annotated[
        bool,
        typer.Option(
            help="Without, and with a plain default graph: an ordinary store, nothing is derived."
        ),
    ] = True,
    slow_query: Annotated[
        float, typer.Option(help="Log queries that take longer, in seconds.", min=0)
    ] = 1.0,
    request_log: Annotated[
        str | None, typer.Option(help="File for the log of requests, - for standard output.")
    ] = None,
) -> None:
    """Build if needed and serve the published version over HTTP."""
    from kg.commands import build as building
    from kg.commands import serve as command

    asked = command.Asked(
        workers=workers,
        timeout=timeout,
        memory=memory,
        long=long,
        queue=queue,
        cache=cache,
        processes=processes,
        default_graph=default_graph,
        reasoning=reasoning,
        slow_query=slow_query,
        request_log=request_log,
    )
    project = read_project(path)
    options = command.options_of(asked, default_graph=project.default_graph)
    if build_first:
        with _working() as say:
            building.build_to_serve(
                project, may_be_empty=options.plain, say=say, out=_print, lang=language()
            )
    command.serve(project, options, host=host, port=port, lang=language())


@app.command()
def fmt(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Turtle files; without any the project's.")
    ] = None,
    check: Annotated[bool, typer.Option(help="Change nothing; exit 1 if anything would.")] = False,
    project: ProjectOption = HERE,
) -> None:
    """Write Turtle files in their canonical form."""
    from kg.commands import fmt as command

    code = command.fmt(
        read_project(project), tuple(files or ()), check=check, out=_print, lang=language()
    )
    raise typer.Exit(code)


@contextmanager
def _working() -> Iterator[Any]:
    """Show what is being done on a terminal, and nothing when standard error is piped."""
    if not sys.stderr.isatty():
        yield lambda text: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        stage = progress.add_task("", total=None, visible=False)

        def say(text: Text) -> None:
            progress.reset(stage, description=text.to(language()), total=None, visible=True)

        yield say


def _print(text: str) -> None:
    typer.echo(text)


def _leave(error: KgError) -> NoReturn:
    typer.echo(error.to(language()), err=True)
    sys.exit(error.exit_code)
