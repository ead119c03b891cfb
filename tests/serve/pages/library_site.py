"""The project of a library, built and served, for tests of pages."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

from tests.serve.helpers import Client

from kg.publish.build import build
from kg.publish.versions import open_current
from kg.serve.app import create_app
from kg.settings import read_project

LIBRARY = Path(__file__).parents[2] / "projects" / "library"
PAGE = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
"""What a browser sends."""
_VOID = {"meta", "link", "input", "br", "img", "hr", "wbr", "area", "col", "source"}


@contextmanager
def served(root: Path, more: Mapping[str, str] | None = None) -> Iterator[Client]:
    """Copy the library below `root` with `more` files, build and serve it."""
    folder = root / "library"
    shutil.copytree(LIBRARY, folder, ignore=shutil.ignore_patterns("build"))
    for name, text in (more or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    project = read_project(folder)
    built = build(project)
    assert built.path is not None, built.report
    with Client(create_app(project, open_current(project.build_dir))) as client:
        yield client


class Page(HTMLParser):
    """What a test wants to know of a page: its words, links and elements; nesting is checked."""

    def __init__(self, text: str) -> None:
        """Read `text`."""
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._words: list[str] = []
        self.feed(text)
        assert self.open == [], f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"closed without having been opened: {tag}"
        assert self.open.pop() == tag, f"wrong nesting at {tag}"

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] not in ("script", "style"):
            self._words.append(data)

    @property
    def words(self) -> str:
        """The text of the page, with single spaces."""
        return " ".join("".join(self._words).split())

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        """Return the attributes of the elements of a kind that have the wanted ones."""
        return [
            found
            for name, found in self.elements
            if name == tag and all(found.get(key) == value for key, value in wanted.items())
        ]
