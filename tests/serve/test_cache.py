"""The cache of answers: its bound, who goes first, and what is forgotten together."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg.serve.cache import OVERHEAD, Cache, Entry

CONTENT = 1000
SIZE = CONTENT + OVERHEAD
ROOM = 16
"""So many entries fit into the cache of these tests."""


def entry(size: int = CONTENT, version: str = "v1") -> Entry:
    """Return an answer of so many bytes."""
    return Entry(version=version, content_type="text/csv", coding=None, content=b"x" * size)


def filled() -> tuple[Cache, list[Entry]]:
    """Return a cache in which no further entry has room, with its entries by key."""
    cache = Cache(ROOM * SIZE)
    entries = [entry() for _ in range(ROOM)]
    for key, each in enumerate(entries):
        cache.put(key, each)
    assert (len(cache), cache.bytes, cache.evictions) == (ROOM, ROOM * SIZE, 0)
    return cache, entries


def counted(cache: Cache, keys: range) -> int:
    """Return the bytes of all that can still be found, and of the requests that find it."""
    found = [each for each in map(cache.get, keys) if each]
    content = sum(len(each.content) + OVERHEAD for each in found)
    return content + sum(map(len, cache.by_request))


def test_oldest_goes_first() -> None:
    """Where there is no room, the entry goes that was kept first and never asked for."""
    cache, _ = filled()
    cache.put("new", entry())
    assert (len(cache), cache.bytes, cache.evictions) == (ROOM, ROOM * SIZE, 1)
    assert cache.get(0) is None
    assert cache.get(1)
    assert cache.get("new")


def test_second_chance() -> None:
    """Who was asked for stays once where others go, and not for ever."""
    cache, entries = filled()
    assert cache.get(0) is entries[0]
    cache.put("first", entry())
    assert not entries[0].used, "its chance has been taken"
    assert entries[0].key == 0, "it is still there"
    assert cache.get(1) is None
    for number in range(ROOM):
        cache.put(("next", number), entry())
    assert cache.get(0) is None


def test_cheap_at_second_sight() -> None:
    """What took no time is kept when it comes again, what took some at once."""
    cache = Cache(ROOM * SIZE)
    cheap = entry()
    cache.put("cheap", cheap, 0.0001)
    assert cache.get("cheap") is None
    assert cheap.key is None
    cache.remember(b"GET cheap", cheap)
    assert cache.by_request == {}
    cache.put("dear", entry(), 0.1)
    assert cache.get("dear")
    again = entry()
    cache.put("cheap", again, 0.0001)
    assert cache.get("cheap") is again


def test_requests_go_with_their_entry() -> None:
    """Bytes of requests lead to their entry as long as it is kept, count, and are forgotten."""
    cache, entries = filled()
    request = b"GET /sparql?query=ASK%7B%7D"
    cache.remember(request, entries[5])
    assert cache.by_request[request] is entries[5]
    assert cache.evictions == 1, "the request takes room as well"
    assert cache.bytes == (ROOM - 1) * SIZE + len(request)
    for number in range(ROOM):
        cache.put(("next", number), entry())
    assert cache.get(5) is None
    assert cache.by_request == {}
    cache.remember(request, entries[5])
    assert cache.by_request == {}, "an entry that has gone takes no requests"


def test_requests_of_one_entry_are_bounded() -> None:
    """A thousand ways to write a request do not fill the memory with ways to one answer."""
    cache = Cache(ROOM * SIZE)
    one = entry()
    cache.put("one", one)
    for number in range(1000):
        cache.remember(b"GET %d" % number, one)
    assert 1 < len(cache.by_request) == len(one.requests) < 100
    assert cache.bytes == counted(cache, range(0)) + SIZE


def test_clear() -> None:
    """At a switch nothing is left, neither by key nor by request; an old entry cannot return."""
    cache, entries = filled()
    cache.remember(b"GET", entries[-1])
    cache.clear()
    assert (len(cache), cache.bytes, cache.by_request) == (0, 0, {})
    assert all(cache.get(key) is None for key in range(ROOM))
    cache.remember(b"GET", entries[-1])
    assert cache.by_request == {}


def test_largest() -> None:
    """An answer larger than an eighth of the cache is not kept; one of an eighth is."""
    cache = Cache(8 * SIZE)
    cache.put("fits", entry(CONTENT))
    cache.put("large", entry(CONTENT + 1))
    assert cache.get("fits")
    assert cache.get("large") is None
    assert cache.evictions == 0, "nobody had to go for it"


def test_no_cache() -> None:
    """A cache of no bytes keeps nothing."""
    cache = Cache(0)
    cache.put("key", entry(0))
    assert (len(cache), cache.bytes) == (0, 0)


STEPS = st.tuples(
    st.sampled_from(("put", "get", "remember", "clear")),
    st.integers(0, 29),
    st.integers(0, 3 * CONTENT),
)


@given(st.lists(STEPS, max_size=200))
def test_bound_holds(steps: list[tuple[str, int, int]]) -> None:
    """Whatever is put and asked for, the bytes are what is there, and within the limit."""
    cache = Cache(ROOM * SIZE)
    for number, (step, key, size) in enumerate(steps):
        if step == "put":
            cache.put(key, entry(size))
        elif step == "get":
            cache.get(key)
        elif step == "remember":
            kept = cache.get(key)
            if kept:
                cache.remember(b"%d" % number * (1 + size // 10), kept)
        elif key == 0:
            cache.clear()
        assert cache.bytes <= ROOM * SIZE
        assert all(each.key is not None for each in cache.by_request.values())
    assert cache.bytes == counted(cache, range(30))
