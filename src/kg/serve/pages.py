"""The page at / in HTML: what this graph is, how to ask it, what others have asked it."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined

from kg import __version__
from kg.errors import Text
from kg.publish.store import is_graph_query
from kg.publish.versions import Manifest
from kg.rdf.queries import QueryFile, read_queries
from kg.settings import Project

_MONTHS = {
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "en": "January February March April May June July August September October November December",
}
SAMPLE = """SELECT ?type (COUNT(?thing) AS ?count)
WHERE { ?thing a ?type }
GROUP BY ?type ORDER BY DESC(?count) LIMIT 10"""


@dataclass(frozen=True)
class Example:
    """One question with its query and the link that answers it."""

    about: Text
    query: str
    link: str


def examples(project: Project) -> list[Example]:
    """Return the questions in queries/competency of `project`; raises ReadError."""
    return [_example(file) for file in read_queries(project.root / "queries" / "competency")]


def environment() -> Environment:
    """Return the templates of this package; all values in them are escaped."""
    return Environment(
        loader=PackageLoader("kg.serve"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def index(
    templates: Environment, manifest: Manifest, asked: list[Example], *, lang: str, endpoint: str
) -> str:
    """Return the page in `lang`; `endpoint` is the full address that its example names."""
    curl = [
        "curl",
        "--header",
        "Accept: text/csv",
        "--data-urlencode",
        f"query={SAMPLE}",
        endpoint,
    ]
    built = datetime.fromisoformat(manifest.built)
    return templates.get_template("index.html").render(
        t=lambda de, en: de if lang == "de" else en,
        number=lambda value: _number(value, lang),
        lang=lang,
        manifest=manifest,
        day=_day(built, lang),
        time=f"{built:%H:%M} {'Uhr UTC' if lang == 'de' else 'UTC'}",
        graphs=[(iri, count, _graph_link(iri)) for iri, count in manifest.graphs.items()],
        examples=[(one.about.to(lang), one) for one in asked],
        endpoint=endpoint,
        curl=_lines(curl),
        sample=SAMPLE,
        program=__version__,
    )


def _example(file: QueryFile) -> Example:
    lines = file.text.splitlines()
    while lines and (lines[0].startswith("#") or not lines[0].strip()):
        lines.pop(0)
    query = "\n".join(lines)
    return Example(file.about, query, _link(query, "turtle" if is_graph_query(query) else "csv"))


def _link(query: str, form: str) -> str:
    return "sparql?" + urlencode({"query": query, "format": form})


def _graph_link(iri: str) -> str:
    pattern = "{ ?s ?p ?o }"
    return _link(f"CONSTRUCT {pattern} WHERE {{ GRAPH <{iri}> {pattern} }}", "turtle")


def _lines(command: list[Any]) -> str:
    """Return the command for a shell, an option a line."""
    program, *words = (shlex.quote(word) for word in command)
    options = [f"{name} {value}" for name, value in zip(words[:-1:2], words[1:-1:2], strict=True)]
    return " \\\n  ".join([program, *options, words[-1]])


def _number(value: int, lang: str) -> str:
    text = f"{value:,}"
    return text.replace(",", ".") if lang == "de" else text


def _day(moment: datetime, lang: str) -> str:
    month = _MONTHS[lang].split()[moment.month - 1]
    return f"{moment.day}{'.' if lang == 'de' else ''} {month} {moment.year}"
