"""One request for a page: its language, the version that it reads, and links from there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request

from kg.publish.versions import Manifest, Published
from kg.serve.negotiate import language
from kg.serve.pages import words
from kg.serve.pages.addresses import Addresses
from kg.serve.pages.words import Lang
from kg.serve.time_travel import Past, sent_path


@dataclass(frozen=True)
class Visit:
    """What a page is made for; `anchor` returns the address of a documented term, or None."""

    request: Request
    lang: Lang
    published: Published
    past: Past | None
    addresses: Addresses
    anchor: Callable[[str], str | None]

    @property
    def version(self) -> Manifest:
        """What is known of the version that is read."""
        return self.published.manifest

    @property
    def root(self) -> str:
        """The address of / relative to that of the request: nothing, ../, ../../ and so on."""
        root = self.request.scope.get("root_path", "")
        depth = sent_path(self.request).removeprefix(root).count("/") - 1
        return "../" * max(depth, 0)

    @property
    def kept(self) -> dict[str, str]:
        """The parameters that go along with every link: language and version, if given."""
        given = self.request.query_params
        return {
            name: given[name]
            for name in ("lang", "version")
            if given.get(name) and (name != "lang" or given[name] == self.lang)
        }

    def t(self, de: str, en: str) -> str:
        """Return the text in the language of the page."""
        return de if self.lang == "de" else en

    def number(self, value: int) -> str:
        """Return a number as it is read."""
        return words.number(value, self.lang)

    def day(self, text: str) -> str:
        """Return a date, month or year in words."""
        return words.day(text, self.lang)

    def href(self, path: str, **parameters: object) -> str:
        """Return a link to `path`, which is relative to the root: "", "search", "doc/x"."""
        path, mark, fragment = path.partition("#")
        path, _, query = path.partition("?")
        given = {name: value for name, value in parameters.items() if value not in (None, "")}
        more = urlencode({**self.kept, **given}, doseq=True)
        query = "&".join(filter(None, (query, more)))
        address = self.root + path or "./"
        return f"{address}{'?' if query else ''}{query}{mark}{fragment}"

    def see(self, iri: str) -> str:
        """Return a link to what this server says about a resource."""
        return self.href(self.anchor(iri) or self.addresses.document(iri))

    def here(self, **parameters: object) -> str:
        """Return a link to this page with other parameters; None takes one away."""
        given = {
            name: self.request.query_params.getlist(name) for name in self.request.query_params
        }
        merged = {**given, **parameters}
        query = urlencode({k: v for k, v in merged.items() if v not in (None, "", [])}, doseq=True)
        path = sent_path(self.request).rsplit("/", 1)[-1]
        return f"./{path}{'?' if query else ''}{query}"


def page_language(request: Request) -> Lang:
    """Return the language of a page: that of ?lang=, else German unless English is preferred."""
    accept = request.headers.get("accept-language", "")
    found = language(accept, request.query_params.get("lang"), default="de")
    return "de" if found == "de" else "en"
