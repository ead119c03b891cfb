"""How often somebody may do something: token buckets by name, in bounded memory."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil


@dataclass(frozen=True)
class Rate:
    """`burst` times at once, and `per_minute` times in the long run; 0 a minute means no limit."""

    per_minute: float
    burst: int


class Buckets:
    """A bucket of `rate` for each name; those used longest ago are forgotten and so full."""

    def __init__(
        self, rate: Rate, *, most: int = 10_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Keep at most `most` buckets; `clock` gives seconds."""
        self._rate = rate
        self._most = most
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str) -> int:
        """Return 0 if `name` may go on, which counts, else the seconds to wait, at least 1."""
        if self._rate.per_minute <= 0:
            return 0
        a_second = self._rate.per_minute / 60
        now = self._clock()
        level, since = self._buckets.pop(name, (float(self._rate.burst), now))
        level = min(float(self._rate.burst), level + max(0.0, now - since) * a_second)
        wait = 0 if level >= 1 else max(1, ceil((1 - level) / a_second))
        self._buckets[name] = (level if wait else level - 1, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return wait

    def __len__(self) -> int:
        """Return how many buckets are kept."""
        return len(self._buckets)
