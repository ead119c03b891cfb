"""The short way for usual requests to /sparql: from bytes to a question, from an answer to bytes.

A request is a usual one when its headers, byte for byte, were seen before in a request that the
long way, with its full parser, has found good. Only then are they believed without parsing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from uvicorn.protocols.http.httptools_impl import STATUS_LINE

from kg.errors import KgError
from kg.rdf.sparql_text import kind_of
from kg.serve.answers import Question, Stream, Ticket
from kg.serve.cache import Entry
from kg.serve.headers import ON_ALL, UNLESS_SET, outcome_of
from kg.serve.negotiate import ROWS, Representation, choose, coding_of
from kg.serve.operation.request_log import Record
from kg.serve.problems import RequestError, problem_of
from kg.serve.protocol import media_type_of, only_query, read_get, read_post
from kg.serve.sparql import question_of

if TYPE_CHECKING:
    from kg.serve.front import Front, FrontProtocol

_END = b"\r\n\r\n"
_LINE_END = b" HTTP/1.1\r\n"
_TARGETS = {b"GET": b"GET /sparql?", b"POST": b"POST /sparql"}
_GOOD = bytes(set(range(0x21, 0x7F)) - set(b"#"))
_KNOWN = frozenset(
    (
        *(b"host", b"accept", b"accept-encoding", b"accept-language", b"accept-charset"),
        *(b"user-agent", b"connection", b"origin", b"referer", b"content-type"),
        *(b"content-length", b"cache-control", b"pragma", b"dnt", b"priority"),
        *(b"sec-fetch-site", b"sec-fetch-mode", b"sec-fetch-dest", b"sec-fetch-user"),
        *(b"upgrade-insecure-requests", b"x-forwarded-for", b"x-forwarded-proto"),
        *(b"x-forwarded-host", b"x-real-ip", b"authorization", b"cookie"),
    )
)
"""Headers that the short way understands or may pass over. With any other it is not taken."""
_ONCE = (b"host", b"content-length", b"content-type")
_MOST_HEADS = 1000
_LONGEST_HEAD = 4096


@dataclass(frozen=True)
class Head:
    """What a block of headers says; `media_type` is that of a POST request's body."""

    method: bytes
    accept: str
    accept_encoding: str
    accept_language: str
    length: int
    media_type: str
    rows: Representation | None
    """The form of the result of a SELECT, None if none is acceptable."""
    coding: str | None


@dataclass(frozen=True)
class Asked:
    """A usual request: its question, and its bytes if its answer may be found by them."""

    question: Question
    head: Head
    raw: bytes | None


class Heads:
    """The blocks of headers that were found good."""

    def __init__(
        self, is_look_up: Callable[[str], bool] = lambda _: False, *, federated: bool = False
    ) -> None:
        """Know none; `federated` is as in `kg.serve.sparql.question_of`.

        Of a query that `is_look_up` all is known: it is a SELECT that changes nothing.
        """
        self._is_look_up = is_look_up
        self._federated = federated
        self._known: dict[bytes, Head] = {}

    def learn(self, method: bytes, data: bytes, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """Know the headers of a good request from now on, if the short way understands them.

        `data` is the whole request as it came, `headers` what a full parser has read in it.
        """
        values: dict[bytes, list[bytes]] = {}
        for name, value in headers:
            values.setdefault(name, []).append(value)
        if not values.keys() <= _KNOWN or any(len(values.get(name, ())) > 1 for name in _ONCE):
            return
        if method == b"GET" and b"html" in b",".join(values.get(b"accept", ())).lower():
            return  # who asks may be a browser, which gets a page
        if not data.startswith(method):  # an empty line before it: what follows is no header
            return
        end = data.find(_END)
        block = data[data.find(b"\r\n") : end]
        length = int(b"".join(values.get(b"content-length", [b"0"])))
        if len(block) > _LONGEST_HEAD or end < 0 or len(data) != end + len(_END) + length:
            return
        joined = {name: b", ".join(all_).decode("latin-1") for name, all_ in values.items()}
        media_type = ""
        if method == b"POST":
            try:
                media_type = media_type_of(joined.get(b"content-type", ""), "identity")
            except RequestError:
                return
        if len(self._known) >= _MOST_HEADS:
            self._known.clear()
        accept, coding = joined.get(b"accept", ""), joined.get(b"accept-encoding", "")
        self._known[block] = Head(
            method,
            accept,
            coding,
            joined.get(b"accept-language", ""),
            length,
            media_type,
            choose(ROWS, accept),
            coding_of(coding) if coding else None,
        )

    def read(self, data: bytes) -> Asked | None:
        """Return the question in `data` if it is one whole usual request, else None."""
        method = b"GET" if data.startswith(_TARGETS[b"GET"]) else b"POST"
        if not data.startswith(_TARGETS[method]):
            return None
        line_end, end = data.find(_LINE_END), data.find(_END)
        target = data[len(_TARGETS[method]) : line_end]
        if line_end < 0 or end < 0 or target.translate(None, _GOOD):
            return None
        head = self._known.get(data[line_end + len(_LINE_END) - 2 : end])
        if head is None or head.method != method or len(data) != end + len(_END) + head.length:
            return None
        is_get = method == b"GET"
        query_string = target if is_get else target[1:]
        if (not is_get and target[:1] not in (b"", b"?")) or b"lang=" in query_string:
            return None
        try:
            if is_get and head.rows:
                text = only_query(query_string)
                if text and self._is_look_up(text):
                    question = Question(text, head.rows, coding=head.coding)
                    return Asked(question, head, data)
            if is_get:
                call = read_get(query_string)
            else:
                call = read_post(query_string, head.media_type, data[end + len(_END) :])
            if call.query is None or call.version is not None:
                return None
            question = question_of(
                call, head.accept, head.accept_encoding, federated=self._federated
            )
        except KgError:
            return None  # the long way finds it as well and says what is wrong
        return Asked(question, head, data if is_get and not question.changes else None)


class Exchange:
    """One usual request that waits for its answer on a connection."""

    __slots__ = (
        *("_asked", "_began", "_front", "_is_direct", "_protocol", "_started"),
        *("done", "ticket"),
    )

    def __init__(self, protocol: FrontProtocol, front: Front, asked: Asked) -> None:
        """Answer `asked` on the connection of `protocol`."""
        self._protocol = protocol
        self._front = front
        self._asked = asked
        self._began = time.perf_counter()
        self._started = self._is_direct = False
        self.done = False
        self.ticket: Ticket | None = None

    def whole(self, entry: Entry) -> None:
        """Send a whole answer, and know it by the bytes of its request from now on."""
        asked = self._asked
        is_get = asked.head.method == b"GET"
        self._is_direct = entry.direct
        if is_get:
            head = entry.head = entry.head or self._head(entry.version, entry.coding, entry.content)
        else:
            head = self._head(entry.version, entry.coding, entry.content)
        if asked.raw is not None and entry.key is not None:
            self._front.answers.cache.remember(asked.raw, entry)
        self._protocol.send(head, entry.content)
        self._finish(200, len(entry.content))

    def begin(self, stream: Stream) -> None:
        """Send the head of a stream."""
        self._started = True
        self._protocol.send(self._head(stream.version, stream.coding, None), b"")

    def part(self, data: bytes) -> None:
        """Send a part of a stream."""
        self._protocol.send_part(data)

    def end(self) -> None:
        """Send the end of a stream."""
        self._protocol.transport.write(b"0\r\n\r\n")
        self._finish(200, 0)

    def fail(self, error: KgError) -> None:
        """Send the problem; a stream is cut so that nobody takes it for complete."""
        if self._started:
            self._finish(0, 0)
            self._protocol.transport.abort()
            return
        status, headers, body = problem_of(error, self._asked.head.accept_language)
        all_headers = {**ON_ALL, **UNLESS_SET, **headers, "Content-Length": str(len(body))}
        self._protocol.send(STATUS_LINE[status] + header_lines(all_headers), body)
        self._finish(status, len(body))

    def _head(self, version: str, coding: str | None, body: bytes | None) -> bytes:
        """Return the head of an answer up to the date; without a body that of a stream."""
        asked = self._asked
        tagged = asked.head.method == b"GET"
        lines = self._front.head(asked.question, version, coding, tagged=tagged)
        if body is None:
            return lines + b"Transfer-Encoding: chunked\r\n"
        return b"%bContent-Length: %d\r\n" % (lines, len(body))

    def _finish(self, status: int, size: int) -> None:
        self.done = True
        self.ticket, ticket = None, self.ticket
        self._front.metrics.requests("/sparql", status or 200)
        self._front.metrics.bytes_sent += size
        seconds = time.perf_counter() - self._began
        if self._front.log.wants(seconds):
            self._front.log.write(self._record(ticket, status, size, seconds))
        self._protocol.finish(self)

    def _record(self, ticket: Ticket | None, status: int, size: int, seconds: float) -> Record:
        question = self._asked.question
        client = self._protocol.client
        job = ticket.flight.job if ticket else None
        return Record(
            self._asked.head.method.decode(),
            "/sparql",
            status,
            seconds,
            bytes=size,
            cache="none" if status != 200 else "miss" if job or self._is_direct else "hit",
            worker=job.worker if job else None,
            queue_seconds=max(0.0, job.began - job.arrived) if job else 0.0,
            client=client[0] if client else "",
            outcome=outcome_of(status),
            version=self._front.answers.pool.version,
            query=question.text,
            kind=kind_of(question.text),
        )


def header_lines(headers: dict[str, str]) -> bytes:
    """Return headers as they are sent."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("latin-1")
