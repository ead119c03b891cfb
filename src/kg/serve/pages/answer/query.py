"""Questions that have a page: queries/pages/*.rq, whose headers say how the rows are shown.

A query holds `VALUES ?this { … }` with an example; the thing that a page is about takes its place.
Labels are written "deutsch | english"; `{label}` in a text stands for the name of the thing.

    class: p:A p:B         the classes of the things that have the page
    de, en                 the question
    summary-de, -en        a sentence; {partner: Partner | Partnern} counts the values of a column
    intro-, empty-         how to read the table; what is said when it has no row
    file: wort | word      what the file is called; take: what the files are for
    group x: label         rows of one value of x stand together under it
    of-group y: label      said once for a group, also in rows without a first column
    cite: d                the document that says the values of of-group in such a row
    row: m                 rows of one value of m are one row, with several values in a column
    column z: label        a column; the first is what the row is about
    below v: label         what stands in small in the column before it, after its label
    source d: label        the document that says the row; passage: p, the place in it
    mark w: label          a word that stands with a row in which w is true
    why: this p:q z        the statement that a row stands for, which may be derived
    filter: y z            what the rows can be chosen by; year: s u, the period of a row
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import QuerySolutions

from kg.errors import LANGUAGES, Place, ProjectError, QueryError, Text
from kg.publish.store import Query, memory_store, run
from kg.rdf.queries import QueryFile, read_queries
from kg.serve.pages.terms import iri
from kg.settings import Project

FOLDER = ("queries", "pages")
MOST = 5
"""So many questions a class may have: each is one query of a page."""
THIS = "this"
_THIS = re.compile(r"(\bVALUES\s+[?$]this\s*\{)[^{}]*\}", re.IGNORECASE)
_NAMED = ("group", "of-group", "column", "below", "source", "mark")
_TEXTS = ("summary", "intro", "empty")
_PLAIN = frozenset(("name", "de", "en", "class", "file", "take", "cite", "row", "passage", "why"))
_PLAIN |= {"filter", "year", *(f"{text}-{lang}" for text in _TEXTS for lang in LANGUAGES)}


@dataclass(frozen=True)
class Column:
    """A variable of a query, with its heading and what stands below its values."""

    name: str
    label: Text
    below: tuple[Column, ...] = ()


@dataclass(frozen=True)
class PageQuery:
    """One question; names without a value in its header are empty."""

    name: str
    title: Text
    file: Text
    classes: frozenset[str]
    text: str
    columns: tuple[Column, ...]
    take: Text
    summary: Text
    intro: Text
    empty: Text
    group: Column | None = None
    of_group: tuple[Column, ...] = ()
    marks: tuple[Column, ...] = ()
    source: Column | None = None
    passage: str = ""
    cite: str = ""
    row: str = ""
    why: tuple[str, str, str] | None = None
    filters: tuple[Column, ...] = ()
    years: tuple[str, ...] = ()

    @property
    def head(self) -> Column:
        """The column that says what a row is about."""
        return self.columns[0]

    @property
    def cells(self) -> list[Column]:
        """All columns, with those below others."""
        return [one for column in self.columns for one in (column, *column.below)]

    def about(self, name: str) -> str:
        """Return the query about the resource `name`; raises RequestError if it is no IRI."""
        node = iri(name)
        return _THIS.sub(lambda match: f"{match.group(1)} {node} }}", self.text)


def read_page_queries(project: Project) -> tuple[PageQuery, ...]:
    """Return the questions of `project` in the order of their files.

    Raises ProjectError, with the file, when one cannot be asked or its header says what cannot be.
    """
    files = read_queries(project.root.joinpath(*FOLDER))
    found = tuple(_Reader(file, project).query() for file in files)
    for kind in sorted({kind for query in found for kind in query.classes}):
        if sum(kind in query.classes for query in found) > MOST:
            raise ProjectError(
                Text(
                    de=f"Mehr als {MOST} Fragen nennen die Klasse {kind}.",
                    en=f"More than {MOST} questions name the class {kind}.",
                ),
                place=Place("/".join(FOLDER)),
            )
    return found


class _Reader:
    """Reads one file."""

    def __init__(self, file: QueryFile, project: Project) -> None:
        self._file = file
        self._header = file.header
        self._prefixes = project.prefixes
        self._variables = self._selected(dict(project.prefixes))

    def query(self) -> PageQuery:
        """Return the question of the file."""
        named = {kind: self._columns(kind) for kind in _NAMED}
        self._known_keys()
        if not named["column"]:
            raise self._fault("Es fehlt eine Zeile # column …", "A line # column … is missing.")
        known = {one.name: one for columns in named.values() for one in columns}
        return PageQuery(
            name=self._file.name,
            title=self._file.about,
            file=self._pair(self._header.get("file", self._file.name)),
            classes=frozenset(map(self._iri, self._header.get("class", "").split())),
            text=self._file.text,
            columns=self._with_below(named),
            group=self._only(named["group"]),
            of_group=named["of-group"],
            marks=named["mark"],
            source=self._only(named["source"]),
            passage=self._variable("passage"),
            cite=self._variable("cite"),
            row=self._variable("row"),
            why=self._why(),
            filters=tuple(self._among(name, known) for name in self._words("filter")),
            years=self._years(),
            take=self._pair(self._header.get("take", "Zum Mitnehmen | To take with you")),
            summary=self._text("summary"),
            intro=self._text("intro"),
            empty=self._text("empty"),
        )

    def _selected(self, prefixes: dict[str, str]) -> frozenset[str]:
        """Return the variables of the query, which is asked once on nothing."""
        text = self._file.text
        if not _THIS.search(text):
            raise self._fault(
                "Die Abfrage enthält kein VALUES ?this { … } mit einem Beispiel.",
                "The query has no VALUES ?this { … } with an example.",
            )
        try:
            result = run(memory_store(()), Query(text, prefixes=prefixes))
        except QueryError as error:
            raise error.in_file(self._file.path) from error
        if not isinstance(result, QuerySolutions):
            raise self._fault("Nur SELECT ergibt eine Tabelle.", "Only SELECT makes a table.")
        return frozenset(variable.value for variable in result.variables)

    def _known_keys(self) -> None:
        for key in self._header:
            kind, _, name = key.partition(" ")
            if kind not in _NAMED if name else key not in _PLAIN:
                raise self._fault(f"„# {key}:“ ist unbekannt.", f"“# {key}:” is not known.")

    def _columns(self, kind: str) -> tuple[Column, ...]:
        names = [key.split()[1] for key in self._header if key.startswith(f"{kind} ")]
        return tuple(
            Column(self._known(name), self._pair(self._header[f"{kind} {name}"])) for name in names
        )

    def _with_below(self, named: Mapping[str, tuple[Column, ...]]) -> tuple[Column, ...]:
        """Return the columns, each with those that the header names after it as below."""
        below = {column.name: column for column in named["below"]}
        found: list[Column] = []
        given = {column.name: column for column in named["column"]}
        for kind, _, name in (key.partition(" ") for key in self._header):
            if kind == "column":
                found.append(given[name])
            elif kind == "below":
                if not found:
                    raise self._fault(
                        "# below … braucht ein # column davor.",
                        "# below … needs a # column before it.",
                    )
                last = found.pop()
                found.append(replace(last, below=(*last.below, below[name])))
        return tuple(found)

    def _only(self, columns: Sequence[Column]) -> Column | None:
        if len(columns) > 1:
            name = columns[1].name
            raise self._fault(f"?{name} ist eine zu viel.", f"?{name} is one too many.")
        return columns[0] if columns else None

    def _variable(self, key: str) -> str:
        name = self._header.get(key, "").lstrip("?$")
        return self._known(name) if name else ""

    def _known(self, name: str) -> str:
        if name not in self._variables:
            raise self._fault(
                f"Die Abfrage gibt keine Variable ?{name} aus.",
                f"The query selects no variable ?{name}.",
            )
        return name

    def _words(self, key: str) -> list[str]:
        return [word.lstrip("?$") for word in self._header.get(key, "").split()]

    def _among(self, name: str, columns: Mapping[str, Column]) -> Column:
        if name not in columns:
            raise self._fault(
                f"?{name} hat keine Überschrift, nach der man wählen könnte.",
                f"?{name} has no heading to choose by.",
            )
        return columns[name]

    def _years(self) -> tuple[str, ...]:
        names = tuple(map(self._known, self._words("year")))
        if len(names) > 2:
            raise self._fault("# year: Anfang Ende", "# year: start end")
        return names

    def _why(self) -> tuple[str, str, str] | None:
        words = self._words("why")
        if not words:
            return None
        if len(words) != 3:
            raise self._fault("# why: this p:q variable", "# why: this p:q variable")
        subject, predicate, object_ = words
        ends = [one if one == THIS else self._known(one) for one in (subject, object_)]
        return ends[0], self._iri(predicate), ends[1]

    def _iri(self, word: str) -> str:
        if word.startswith("<") and word.endswith(">"):
            return word[1:-1]
        prefix, colon, rest = word.partition(":")
        if not colon or prefix not in self._prefixes:
            raise self._fault(
                f"{word}: Das Präfix steht nicht in kg.toml.",
                f"{word}: the prefix is not in kg.toml.",
            )
        return self._prefixes[prefix] + rest

    def _text(self, key: str) -> Text:
        german, english = (self._header.get(f"{key}-{lang}", "") for lang in ("de", "en"))
        return Text(de=german or english, en=english or german)

    def _pair(self, value: str) -> Text:
        german, _, english = (part.strip() for part in value.partition("|"))
        return Text(de=german, en=english or german)

    def _fault(self, de: str, en: str) -> ProjectError:
        return ProjectError(Text(de=de, en=en), place=Place(str(self._file.path)))
