"""Lists that are read page by page: the number of a page, and what a visitor looks for in it."""

from __future__ import annotations

import asyncio
import unicodedata
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from starlette.requests import Request

from kg.serve.pages.labels import Labels
from kg.serve.pages.site import Site
from kg.serve.pages.visit import Visit

Item = TypeVar("Item")
SIZE = 100
_LONGEST = 100


@dataclass(frozen=True)
class Part(Generic[Item]):
    """One page of a list: its items, its number and that of all pages, and of all items."""

    items: Sequence[Item]
    page: int
    pages: int
    total: int

    @property
    def first(self) -> int:
        """The number of the first item, from 1."""
        return (self.page - 1) * SIZE + 1


def part_of(request: Request, items: Sequence[Item]) -> Part[Item]:
    """Return the page of a list that ?page= asks for; the nearest if there is no such page."""
    page, pages = page_of(request, len(items))
    return Part(items[(page - 1) * SIZE : page * SIZE], page, pages, len(items))


def page_of(request: Request, total: int) -> tuple[int, int]:
    """Return the number of the page that ?page= asks for, and that of pages for `total` items."""
    pages = max(1, -(-total // SIZE))
    asked = request.query_params.get("page", "")
    number = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 9 else 1
    return min(max(number, 1), pages), pages


def asked(request: Request, name: str) -> str:
    """Return a parameter that a visitor typed, without spaces around it; empty without one."""
    return request.query_params.get(name, "").strip()[:_LONGEST]


async def labels_once(site: Site, visit: Visit, name: str, wanted: Iterable[str]) -> Labels:
    """Return the names of what the page `name` mentions, asked for once a version and language."""
    return await site.once(visit, f"{name} in {visit.lang}", lambda: site.labels(visit, wanted))


def plain(text: str) -> str:
    """Return a text for comparing: without case and accents, ß as ss."""
    parts = unicodedata.normalize("NFD", text.casefold())
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


def sort_key(text: str) -> tuple[str, str]:
    """Return what texts are sorted by: as in a German dictionary, ä beside a."""
    return plain(text), text


class Recent(Generic[Item]):
    """The lists that were asked for last; each is read once, also if several ask at a time."""

    def __init__(self, most: int = 6) -> None:
        """Keep so many lists."""
        self._most = most
        self._kept: OrderedDict[tuple[str, ...], asyncio.Future[Sequence[Item]]] = OrderedDict()

    async def get(
        self, key: tuple[str, ...], read: Callable[[], Awaitable[Sequence[Item]]]
    ) -> Sequence[Item]:
        """Return the list of that key, which `read` returns; a failure is not kept."""
        task = self._kept.get(key)
        if task is None:
            task = self._kept[key] = asyncio.ensure_future(read())
            task.add_done_callback(lambda done: self._forget(key, done))
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return await asyncio.shield(task)

    def _forget(self, key: tuple[str, ...], done: asyncio.Future[Sequence[Item]]) -> None:
        if (done.cancelled() or done.exception()) and self._kept.get(key) is done:
            del self._kept[key]
