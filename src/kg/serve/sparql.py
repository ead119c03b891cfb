"""A call of the SPARQL protocol becomes a question with the form of its answer, and its headers."""

from __future__ import annotations

from functools import lru_cache

from kg.rdf.sparql_text import is_changing
from kg.serve.answers import Question
from kg.serve.headers import etag
from kg.serve.negotiate import ANY, GRAPHS, ROWS, Offer, Representation, choose, coding_of
from kg.serve.problems import not_acceptable
from kg.serve.protocol import Call

VARY = "Accept, Accept-Encoding, Accept-Datetime"
_OFFERS = {"rows": ROWS, "graphs": GRAPHS, "any": ANY}
_REMEMBERED = 500
"""Longer header values are not worth their place in the memory of what was negotiated."""


def question_of(
    call: Call, accept: str, accept_encoding: str, *, federated: bool = False
) -> Question:
    """Return the question of a call that has a query; raises RequestError when it fits no format.

    `accept` and `accept_encoding` are the values of these headers. Where queries may ask other
    endpoints (`federated`), what may be such a query is answered anew each time.
    """
    assert call.query is not None
    asks_others = federated and "service" in call.query.lower()
    return Question(
        call.query,
        negotiated(_offer(call.kind), accept, call.formats),
        call.default_graphs,
        call.named_graphs,
        _coding(accept_encoding),
        call.timeout,
        asks_others or is_changing(call.query),
    )


def negotiated(offer: str, accept: str, formats: tuple[str, ...]) -> Representation:
    """Return what a client asks for of an offer: rows, graphs or any; or raise RequestError."""
    small = len(accept) < _REMEMBERED and sum(map(len, formats)) < _REMEMBERED
    found = (_choose if small else _choose.__wrapped__)(offer, accept, formats)
    if found is None:
        raise not_acceptable(_OFFERS[offer].media_types)
    return found


def answer_headers(
    question: Question, version: str, coding: str | None, *, tagged: bool
) -> dict[str, str]:
    """Return the headers of an answer; `tagged` says whether clients may keep it."""
    headers = {"Content-Type": question.representation.content_type, "Vary": VARY}
    if coding:
        headers["Content-Encoding"] = coding
    if question.changes:
        headers["Cache-Control"] = "no-store"
    elif tagged:
        headers["ETag"] = tag_of(question, version, coding)
    return headers


def tag_of(question: Question, version: str, coding: str | None) -> str:
    """Return the ETag of an answer."""
    name = question.representation.name
    return etag(version, name, coding) if coding else etag(version, name)


def _offer(kind: str) -> str:
    """Return what a query can be answered as; what is no query, as anything."""
    if kind in ("CONSTRUCT", "DESCRIBE"):
        return "graphs"
    return "rows" if kind in ("SELECT", "ASK") else "any"


@lru_cache(maxsize=1024)
def _choose(offer: str, accept: str, formats: tuple[str, ...]) -> Representation | None:
    known: Offer = _OFFERS[offer]
    return choose(known, accept, formats)


def _coding(accept_encoding: str) -> str | None:
    if not accept_encoding:
        return None
    small = len(accept_encoding) < _REMEMBERED
    return (_code if small else _code.__wrapped__)(accept_encoding)


@lru_cache(maxsize=1024)
def _code(accept_encoding: str) -> str | None:
    return coding_of(accept_encoding)
