"""GET /explain: why a triple of the published version holds, or why it does not.

What was built is explained here; what commits made of it, by the process that validates: it
follows them.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from kg.errors import Text, UsageError
from kg.publish.explanations import open_explanations
from kg.publish.versions import Published
from kg.rdf.term_input import read_term
from kg.reason.account import Account
from kg.reason.explanations import MOST_PROOFS, Explanations
from kg.reason.proof import Triple
from kg.reason.proof_json import as_json, as_tree
from kg.reason.proof_turtle import as_turtle
from kg.reason.render_proof import as_text
from kg.serve.headers import etag, is_fresh
from kg.serve.negotiate import Offer, Representation, choose, language
from kg.serve.problems import BAD_REQUEST, Details, RequestError, not_acceptable
from kg.serve.validate_task import Explain, Reply
from kg.settings import Project

RENDERERS: Mapping[str, Callable[[Account], str]] = MappingProxyType(
    {"json": as_json, "text": as_text, "turtle": as_turtle, "tree": as_tree}
)
OFFER = Offer(
    representations=(
        Representation("json", "application/json"),
        Representation("text", "text/plain"),
        Representation("turtle", "text/turtle"),
        Representation("tree", "application/json"),
    ),
    names={
        "json": "json",
        "text": "text",
        "txt": "text",
        "turtle": "turtle",
        "ttl": "turtle",
        "tree": "tree",
    },
)
Ask = Callable[[Request, Explain], Awaitable[Reply]]
_NAMES = ("s", "p", "o")
_MAX_FIELDS = 100


@dataclass(frozen=True)
class Question:
    """What a request asks: a triple in N-Triples terms, and how it is to be answered."""

    triple: Triple
    limit: int
    lang: str
    representation: Representation


class Explaining:
    """Answers /explain on the current version, which is opened when the first question comes."""

    def __init__(self, project: Project, current: Callable[[], Published], ask: Ask) -> None:
        """Explain what `current` returns, in the words of `project`; `ask` about commits."""
        self._project = project
        self._current = current
        self._ask = ask
        self._opening = threading.Lock()
        self._opened: tuple[Published, Explanations] | None = None

    async def handle(self, request: Request) -> Response:
        """Answer one request; raises RequestError, or StageError when it takes too much."""
        asked = read_question(request, self._project.prefixes)
        published = self._current()
        name = published.manifest.version
        headers = {
            "Content-Type": asked.representation.content_type,
            "Content-Language": asked.lang,
            "ETag": etag(name, "explain", asked.representation.name, asked.lang),
            "Vary": "Accept, Accept-Language",
        }
        if is_fresh(request, headers["ETag"]):
            del headers["Content-Type"]
            return Response(status_code=304, headers=headers)
        return Response(await self._body(request, asked, published), headers=headers)

    async def document(self, request: Request, asked: Question) -> dict[str, Any]:
        """Return the answer to a question as `as_json` has it, for a page; raises as `handle`."""
        asked = replace(asked, representation=OFFER.representations[0])
        found: dict[str, Any] = json.loads(await self._body(request, asked, self._current()))
        return found

    async def _body(self, request: Request, asked: Question, published: Published) -> bytes:
        if published.manifest.base_version:
            version, form = published.manifest.version, asked.representation.name
            task = Explain(asked.triple, asked.limit, form, asked.lang, version)
            return (await self._ask(request, task)).body
        return await run_in_threadpool(self._answer, asked, published)

    def _answer(self, asked: Question, published: Published) -> bytes:
        explanations = self._explanations(published)
        account = explanations.account(asked.triple, limit=asked.limit, lang=asked.lang)
        return RENDERERS[asked.representation.name](account).encode()

    def _explanations(self, published: Published) -> Explanations:
        with self._opening:
            if self._opened is None or self._opened[0] is not published:
                self._opened = None
                self._opened = published, open_explanations(published.path, self._project)
            return self._opened[1]


def read_question(
    request: Request, prefixes: Mapping[str, str], offer: Offer = OFFER, usual: int = 1
) -> Question:
    """Return what `request` asks, by default with `usual` proofs.

    Raises RequestError when a parameter is missing or malformed or nothing of `offer` will do.
    """
    fields = fields_of(request)
    representation = asked_for(request, offer, fields)
    if representation is None:
        raise not_acceptable(list(dict.fromkeys(OFFER.media_types)))
    subject, predicate, value = (_term(fields, name, prefixes) for name in _NAMES)
    asked = fields.get("lang", [None])[0]
    return Question(
        triple=(subject, predicate, value),
        limit=_limit(fields, usual),
        lang=language(request.headers.get("accept-language", ""), asked),
        representation=representation,
    )


def asked_for(
    request: Request, offer: Offer, fields: Mapping[str, list[str]]
) -> Representation | None:
    """Return the representation of `offer` that a request asks for."""
    formats = [*fields.get("format", ()), *fields.get("output", ())]
    return choose(offer, ", ".join(request.headers.getlist("accept")), formats)


def fields_of(request: Request, *, strict: bool = True) -> dict[str, list[str]]:
    """Return the parameters; raises RequestError for malformed ones, or passes over them."""
    raw: bytes = request.scope.get("query_string", b"")
    found: dict[str, list[str]] = {}
    errors = "strict" if strict else "replace"
    most = _MAX_FIELDS if strict else None
    try:
        pairs = parse_qsl(
            raw.decode(errors=errors), keep_blank_values=True, errors=errors, max_num_fields=most
        )
    except ValueError as error:
        raise RequestError(
            BAD_REQUEST,
            Text(
                de="Die Parameter sind nicht in UTF-8, oder es sind zu viele.",
                en="The parameters are not in UTF-8, or there are too many.",
            ),
        ) from error
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found


def _term(fields: Mapping[str, list[str]], name: str, prefixes: Mapping[str, str]) -> str:
    values = fields.get(name, [])
    if len(values) != 1:
        raise RequestError(
            BAD_REQUEST,
            Text(
                de=f"Der Parameter {name} wird genau einmal gebraucht: /explain?s=…&p=…&o=…",
                en=f"The parameter {name} is needed exactly once: /explain?s=…&p=…&o=…",
            ),
            Details(members={"parameter": name}),
        )
    try:
        return read_term(values[0], prefixes)
    except UsageError as error:
        raise RequestError(
            BAD_REQUEST,
            Text(de=f"{name}: {error.text.de}", en=f"{name}: {error.text.en}"),
            Details(members={"parameter": name}),
        ) from error


def _limit(fields: Mapping[str, list[str]], usual: int) -> int:
    text = fields.get("limit", [str(usual)])[0]
    if not (text.isascii() and text.isdecimal() and len(text) < 4 and 0 < int(text) <= MOST_PROOFS):
        raise RequestError(
            BAD_REQUEST,
            Text(
                de=f"limit ist eine Zahl von 1 bis {MOST_PROOFS}.",
                en=f"limit is a number from 1 to {MOST_PROOFS}.",
            ),
            Details(members={"parameter": "limit"}),
        )
    return int(text)
