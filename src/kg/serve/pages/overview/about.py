"""/about and /licence: texts of the project, and what the version says of itself.

The texts are pages/about.de.md, pages/licence.en.md and so on; a language that is not there is
replaced by the other. Who must be named is in pages/attribution.*.md, in English also in
data/ATTRIBUTION.md.
kg.toml may name an imprint: `[pages] imprint = "https://…"`.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from kg.errors import LANGUAGES
from kg.namespaces import DCT
from kg.rdf.read import read_text
from kg.serve.pages.assets import STATIC
from kg.serve.pages.overview.markdown import as_html
from kg.serve.pages.site import PageRoute, Site
from kg.serve.pages.terms import Term
from kg.serve.pages.visit import Visit
from kg.settings import Project

FOLDER = "pages"
LICENCES = "built/LICENCES.txt"
_ATTRIBUTION = ("data", "ATTRIBUTION.md")
_PACKAGE = re.compile(r"^=+\n(\S+) (\S+): (.+)\n=+$", re.MULTILINE)


@dataclass(frozen=True)
class Prose:
    """One text by language."""

    texts: Mapping[str, str]

    def of(self, lang: str) -> tuple[str, str]:
        """Return the text and its language: `lang` if it is there; empty if there is none."""
        if lang in self.texts:
            return self.texts[lang], lang
        return next(((text, other) for other, text in self.texts.items()), ("", lang))


@dataclass(frozen=True)
class Package:
    """A program of others that the pages bring along, with its licence."""

    name: str
    version: str
    licence: str


def routes(site: Site) -> list[PageRoute]:
    """Return the routes of both pages; raises ReadError when a text cannot be read."""
    project = site.project
    prose = {name: read_prose(project, name) for name in ("about", "licence", "attribution")}
    plain = _read({"en": project.root.joinpath(*_ATTRIBUTION)})
    prose["attribution"] = Prose({**plain.texts, **prose["attribution"].texts})
    packages = read_packages(STATIC / LICENCES)
    told = repr([one.texts for one in prose.values()]) + repr(packages) + imprint(project)
    stamp = hashlib.blake2b(told.encode(), digest_size=6).hexdigest()

    def handler(name: str) -> PageRoute:
        async def handle(request: Request) -> Response:
            visit = await site.visit(request)
            tag = f"{name}-{stamp}"
            fresh = site.fresh(visit, tag)
            if fresh:
                return fresh
            values = {
                "prose": {key: _html(one, visit) for key, one in prose.items()},
                "imprint": imprint(project),
                "packages": packages,
                "licences": f"{visit.root}static/{LICENCES}",
                "graphs": await _rights(site, visit) if name == "licence" else [],
            }
            return site.page(visit, f"{name}.html", values, tag=tag)

        return PageRoute(f"/{name}", handle)

    return [handler("about"), handler("licence")]


def read_prose(project: Project, name: str) -> Prose:
    """Return the text of that name in the languages there are; raises ReadError."""
    return _read({lang: project.root / FOLDER / f"{name}.{lang}.md" for lang in LANGUAGES})


def _read(paths: Mapping[str, Path]) -> Prose:
    return Prose({lang: read_text(path) for lang, path in paths.items() if path.is_file()})


def imprint(project: Project) -> str:
    """Return the address of the imprint that kg.toml names, empty if it names none."""
    found = project.pages.get("imprint")
    return found if isinstance(found, str) and found.startswith(("https://", "http://")) else ""


def read_packages(path: Path) -> list[Package]:
    """Return the programs in the file of licences, none if it is not there."""
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return [Package(*found.groups()) for found in _PACKAGE.finditer(text)]


def _html(prose: Prose, visit: Visit) -> tuple[str, str]:
    text, lang = prose.of(visit.lang)
    if not text:
        return "", lang
    return as_html(text, link=visit.href, region=visit.t("Tabelle", "Table")), lang


async def _rights(site: Site, visit: Visit) -> list[tuple[list[Term], list[Term], int]]:
    """Return what graphs say of their licence and rights, with the number of those that say so."""
    query = f"""SELECT ?g ?licence ?rights WHERE {{
  GRAPH ?g {{
    {{ ?g <{DCT}license> ?licence }} UNION {{ ?g <{DCT}rights> ?rights }}
  }}
}}"""

    async def read() -> list[tuple[list[Term], list[Term], int]]:
        said: dict[str, tuple[set[Term], set[Term]]] = {}
        for row in await site.rows(visit, query):
            licences, rights = said.setdefault(row["g"].value, (set(), set()))
            licences.update([row["licence"]] if "licence" in row else ())
            rights.update([row["rights"]] if "rights" in row else ())
        counts: dict[tuple[tuple[Term, ...], tuple[Term, ...]], int] = {}
        for licences, rights in said.values():
            key = tuple(sorted(licences)), tuple(sorted(rights))
            counts[key] = counts.get(key, 0) + 1
        ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        return [([*licences], [*rights], count) for (licences, rights), count in ordered]

    return await site.once(visit, "rights", read)
