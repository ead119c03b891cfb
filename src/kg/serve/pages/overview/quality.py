"""/quality: what was checked when the version was built, what was found, and what is known to lack.

What a project knows to be incomplete finds queries/views/incomplete.rq, a table, if it is there.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kg.errors import Text
from kg.namespaces import ABSOLUTE_IRI, CHECKS, RDF_TYPE, SH
from kg.publish.findings import Finding, Findings, Rule, read_findings
from kg.serve.pages.labels import Labels
from kg.serve.pages.overview.listing import labels_once, sort_key
from kg.serve.pages.overview.project_views import ProjectView, read_view
from kg.serve.pages.overview.table_view import Table, table_of
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.visit import Visit
from kg.validate.report import SEVERITIES

SHOWN = 200
"""So many findings of a rule are on the page."""
_SLOT = re.compile(r"\{\w+\}")
_OWN = {
    "undeclared-term": Text(
        "Begriff, den keine Ontologie erklärt", "Term that no ontology declares"
    ),
}


@dataclass(frozen=True)
class Group:
    """What one rule found: `counts` by severity, and the findings that are kept."""

    rule: str
    title: str
    counts: Mapping[str, int]
    findings: tuple[Finding, ...]

    @property
    def total(self) -> int:
        """The number of all findings."""
        return sum(self.counts.values())


def routes(site: Site) -> list[PageRoute]:
    """Return the route of /quality; raises KgError for a wrong query."""
    view = read_view(site.project, "incomplete", ())

    async def quality(request: Request) -> Response:
        visit = await site.visit(request)
        return site.fresh(visit, "quality") or await _page(site, visit, view)

    return [PageRoute("/quality", quality)]


async def _page(site: Site, visit: Visit, view: ProjectView | None) -> Response:
    found, shapes, table = await asyncio.gather(
        _findings(site, visit), _shapes(site, visit), _table(site, visit, view)
    )
    names = [*shapes, *filter(None, shapes.values())]
    names += [*(table.iris if table else ()), *(_mentioned(found) if found else ())]
    labels = await labels_once(site, visit, "quality", names)
    counts = {severity: visit.version.findings.get(severity.lower(), 0) for severity in SEVERITIES}
    values = {
        "labels": labels,
        "found": found,
        "counts": counts,
        "groups": groups(found, _titles(found, shapes, labels, visit)) if found else [],
        "shapes": _named(shapes, labels),
        "described": lambda rule: describe(rule, visit.lang),
        "view": view,
        "table": table,
        "focus": focus,
        "most": SHOWN,
        "severity_names": _severities(visit),
    }
    return site.page(visit, "quality.html", values, tag="quality")


async def _findings(site: Site, visit: Visit) -> Findings | None:
    async def read() -> Findings | None:
        return await run_in_threadpool(read_findings, site.project.build_dir, visit.version)

    return await site.once(visit, "findings", read)


async def _shapes(site: Site, visit: Visit) -> dict[str, str]:
    """Return the node shapes that have an IRI, with the class that they are for, "" for none."""
    query = f"""SELECT ?shape ?class WHERE {{
  ?shape <{RDF_TYPE}> <{SH}NodeShape> . FILTER (isIRI(?shape))
  OPTIONAL {{ ?shape <{SH}targetClass> ?class . FILTER (isIRI(?class)) }}
}} ORDER BY ?shape ?class"""

    async def read() -> dict[str, str]:
        found: dict[str, str] = {}
        for row in await site.rows(visit, query):
            found.setdefault(row["shape"].value, row["class"].value if "class" in row else "")
        return found

    return await site.once(visit, "shapes", read)


async def _table(site: Site, visit: Visit, view: ProjectView | None) -> Table | None:
    if view is None:
        return None
    rows = await site.once(visit, "incomplete", lambda: site.rows(visit, view.query))
    return table_of(view, rows)


def groups(found: Findings, title: Callable[[str], str]) -> list[Group]:
    """Return what was found by rule, the gravest and then the most first."""
    by_rule: dict[str, list[Finding]] = {}
    for one in found.findings:
        by_rule.setdefault(one.rule, []).append(one)
    made = [
        Group(rule, title(rule), counts, tuple(by_rule.get(rule, ())))
        for rule, counts in found.counts.items()
    ]
    return sorted(made, key=_order)


def _order(group: Group) -> tuple[int, int, str]:
    gravest = min(SEVERITIES.index(one) for one in SEVERITIES if group.counts.get(one, 0))
    return gravest, -group.total, group.rule


def _titles(
    found: Findings, shapes: Mapping[str, str], labels: Labels, visit: Visit
) -> Callable[[str], str]:
    """Return what names a rule: by what it reports, or by what it is for."""
    known = {rule.name: rule for rule in found.rules}

    def title(rule: str) -> str:
        if rule in known:
            return describe(known[rule], visit.lang)
        if rule.startswith(CHECKS):
            own = _OWN.get(rule.removeprefix(CHECKS))
            return own.to(visit.lang) if own else rule.removeprefix(CHECKS)
        return labels.of(shapes.get(rule) or rule)

    return title


def _named(shapes: Mapping[str, str], labels: Labels) -> list[tuple[str, str]]:
    """Return the shapes with the name of what they are for, by name."""
    named = ((shape, labels.of(target or shape)) for shape, target in shapes.items())
    return sorted(named, key=lambda one: (sort_key(one[1]), one[0]))


def describe(rule: Rule, lang: str) -> str:
    """Return what a hygiene rule finds: its message, with … for what each finding names."""
    return _SLOT.sub("…", Text(rule.de, rule.en).to(lang))


def focus(finding: Finding) -> str:
    """Return the IRI that a finding is about, empty if it is about something else."""
    text = finding.focus
    name = text[1:-1] if text.startswith("<") and text.endswith(">") else text
    return name if ABSOLUTE_IRI.match(name) else ""


def _mentioned(found: Findings) -> Iterable[str]:
    """Yield the resources that findings are about and the shapes that found them."""
    yield from filter(None, map(focus, found.findings))
    for rule in found.counts:
        if ABSOLUTE_IRI.match(rule) and not rule.startswith(CHECKS):
            yield rule


def _severities(visit: Visit) -> dict[str, tuple[str, str]]:
    """Return for each severity its class of style and its name."""
    return {
        "Violation": ("bad", visit.t("Verstoß", "violation")),
        "Warning": ("warn", visit.t("Warnung", "warning")),
        "Info": ("", visit.t("Hinweis", "hint")),
    }
