"""What SHACL asks of a SPARQL query, and where a query does not hold it.

SHACL sections 5.2.1, 6.2.3 and appendix A, on pre-binding. A problem is an offset within the
query and a text that names line and column.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial

from pyoxigraph import Store

from kg.errors import Text
from kg.rdf.sparql_text import line_column, mask_service, offset_of, quote_at, spread
from kg.validate.sparql_syntax import Query, patterns_of, queries_of
from kg.validate.sparql_tokens import Token

_FORBIDDEN = ("MINUS", "SERVICE", "VALUES")
_PLACE = re.compile(r"error at (\d+):(\d+): ")
_LOCATED = 100_000
_TOKENS, _NESTED, _JOINED = 10_000, 100, 150
"""What a query may have: tokens, brackets in each other or signs in a row, and patterns or steps.

Oxigraph reads by recursion, which ends the process when it is too deep, and takes time with the
third power of the patterns that it has to join: 200 take a second, 1,000 minutes.
"""


def located(text: str, offset: int, say: Callable[[str, str], Text]) -> Text:
    """Return what `say` makes of the words for line and column, in German and in English."""
    line, column = line_column(text, offset)
    return say(f"Zeile {line}, Spalte {column}", f"line {line}, column {column}")


def forbidden(text: str, tokens: list[Token], bound: Collection[str]) -> Iterator[Text]:
    """Yield what is written in `text` although pre-binding forbids it; `bound` are variables."""
    for number, token in enumerate(tokens):
        if token.is_word(*_FORBIDDEN):
            word = token.text.upper()
            yield located(text, token.at, partial(_not_here, word))
        after = tokens[number + 1] if number + 1 < len(tokens) else None
        if token.is_word("AS") and after is not None and after.variable in bound:
            yield located(text, token.at, partial(_no_alias, after.text))


def _not_here(word: str, de: str, en: str) -> Text:
    return Text(
        de=f"{word} ist in Abfragen von SHACL nicht erlaubt ({de}).",
        en=f"{word} is not allowed in queries of SHACL ({en}).",
    )


def _no_alias(variable: str, de: str, en: str) -> Text:
    return Text(
        de=f"AS {variable} ist nicht erlaubt ({de}): Der Wert von {variable} ist vorgegeben.",
        en=f"AS {variable} is not allowed ({en}): the value of {variable} is given.",
    )


def excessive(tokens: list[Token], patterns: int = 0) -> Iterator[Text]:
    """Yield why a query is too large for Oxigraph; `patterns` are its triple patterns."""
    level = row = deepest = 0
    for token in tokens:
        level += token.is_sign("(", "[", "{") - token.is_sign(")", "]", "}")
        row = row + 1 if token.is_sign("!", "+", "-", "^") else 0
        deepest = max(deepest, level, row)
    joined = patterns + sum(token.is_sign("/") for token in tokens)
    for found, most, de, en in (
        (len(tokens), _TOKENS, "Wörter und Zeichen", "words and signs"),
        (deepest, _NESTED, "Klammern ineinander", "brackets within each other"),
        (joined, _JOINED, "Tripelmuster und Schritte", "triple patterns and steps"),
    ):
        if found > most:
            yield Text(
                de=f"Die Abfrage ist zu groß: {found} {de}; erlaubt sind {most}.",
                en=f"The query is too large: {found} {en}; allowed are {most}.",
            )


def undeclared(text: str, tokens: list[Token], prefixes: Mapping[str, str]) -> Iterator[Text]:
    """Yield the first use of each prefix that is neither in `prefixes` nor declared in `text`."""
    known = set(prefixes)
    for number, token in enumerate(tokens):
        if token.kind == "name":
            prefix = token.text.partition(":")[0]
            if tokens[number - 1].is_word("PREFIX"):
                known.add(prefix)
            elif prefix not in known:
                known.add(prefix)
                yield located(text, token.at, partial(_no_prefix, prefix))


def _no_prefix(prefix: str, de: str, en: str) -> Text:
    return Text(
        de=f"Das Präfix {prefix}: ist nicht vereinbart ({de}); erwartet wird es unter sh:declare "
        "eines Knotens, den sh:prefixes nennt.",
        en=f"The prefix {prefix}: is not declared ({en}); expected is it under sh:declare of a "
        "node that sh:prefixes names.",
    )


def misread(text: str, prefixes: Mapping[str, str]) -> Text | None:
    """Return why Oxigraph does not take a query, None when it does.

    Nothing is sent anywhere: the parser gets the text with the letters of SERVICE exchanged, so
    that what it takes has no such clause; the store is empty.
    """
    masked, names = mask_service(text, prefixes) or (text, dict(prefixes))
    try:
        Store().query(masked, prefixes=names)
    except SyntaxError as error:
        return _syntax(text, str(error), prefixes)
    except (ValueError, RuntimeError) as error:
        return Text(
            de=f"Die Abfrage lässt sich nicht ausführen: {error}.",
            en=f"The query cannot be run: {error}.",
        )
    return None


def _syntax(text: str, message: str, prefixes: Mapping[str, str]) -> Text:
    match = _PLACE.match(message)
    if match is None:
        return Text(
            de=f"Die Abfrage ist nicht zu verstehen: {message}.",
            en=f"The query cannot be understood: {message}.",
        )
    offset = _reached(text, prefixes)
    if offset is None:
        offset = offset_of(text, int(match[1]), int(match[2]))
    return not_understood(text, offset)


def not_understood(text: str, offset: int) -> Text:
    """Return the words for a query that is not understood from `offset` on."""
    near = quote_at(text, offset)
    return located(
        text,
        offset,
        lambda de, en: Text(
            de=f"Die Abfrage ist ab {de} nicht zu verstehen, {near.de}.",
            en=f"The query cannot be understood from {en} on, {near.en}.",
        ),
    )


def _reached(text: str, prefixes: Mapping[str, str]) -> int | None:
    """Return the offset at which the parser does not go on; see `spread`."""
    if len(text) > _LOCATED:
        return None
    wide, chunks = spread(text)
    masked, names = mask_service(wide, prefixes) or (wide, dict(prefixes))
    try:
        Store().query(masked, prefixes=names)
    except SyntaxError as error:
        match = _PLACE.match(str(error))
        if match is None:
            return None
        reached = offset_of(wide, int(match[1]), int(match[2]))
        if reached >= len(wide):
            return len(text.rstrip())
        return next((there for here, there in reversed(chunks) if here <= reached), 0)
    except (ValueError, RuntimeError):
        return None
    return None


def misshaped(text: str, query: Query, needed: Collection[str]) -> Iterator[Text]:
    """Yield what the clauses of a query lack; `needed` are the variables of each subquery."""
    for one in queries_of(query):
        outermost = one is query
        wanted = ["this"] if outermost else sorted(needed)
        if one.word.is_word("ASK"):
            if one.modifiers:
                yield not_understood(text, one.group.end)
            continue
        missing = [name for name in wanted if name not in one.projected]
        if missing and not (outermost and one.star):
            names = ", ".join(f"${name}" for name in missing)
            yield located(text, one.word.at, partial(_not_named, names, outermost))


def _not_named(names: str, outermost: bool, de: str, en: str) -> Text:
    kind = ("SELECT", "SELECT") if outermost else ("Die Unterabfrage", "The subquery")
    return Text(
        de=f"{kind[0]} ({de}) nennt {names} nicht, muss es aber zurückgeben.",
        en=f"{kind[1]} ({en}) does not name {names}, but has to return it.",
    )


def misplaced_path(text: str, query: Query, places: Collection[int]) -> Iterator[Text]:
    """Yield the `places` of $PATH that are not where a triple pattern has its predicate."""
    right = {token.at for pattern in patterns_of(query) for token in pattern.p}
    for place in places:
        if place not in right:
            yield located(
                text,
                place,
                lambda de, en: Text(
                    de=f"$PATH steht nicht an der Stelle des Prädikats ({de}); nur dort ist es "
                    "erlaubt.",
                    en=f"$PATH does not stand in the place of the predicate ({en}), the only one "
                    "where it is allowed.",
                ),
            )
