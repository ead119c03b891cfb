"""Token buckets: so many at once, so many a minute, in bounded memory."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg.write.rate import Buckets, Rate


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_burst_and_refill() -> None:
    """The burst goes through; then it is said how long to wait, and that is enough."""
    clock = Clock()
    buckets = Buckets(Rate(60, 3), clock=clock)
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 1]
    assert buckets.take("b") == 0
    clock.now = 1.0
    assert [buckets.take("a"), buckets.take("a")] == [0, 1]
    clock.now = 1000.0
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 1]


def test_slow_rate() -> None:
    """The seconds to wait are those of the rate."""
    buckets = Buckets(Rate(1, 1), clock=Clock())
    assert [buckets.take("a"), buckets.take("a")] == [0, 60]


def test_no_limit() -> None:
    """A rate of 0 limits nothing."""
    buckets = Buckets(Rate(0, 1))
    assert {buckets.take("a") for _ in range(100)} == {0}
    assert len(buckets) == 0


def test_memory_is_bounded() -> None:
    """Of many names those used longest ago are forgotten; one in use is not."""
    clock = Clock()
    buckets = Buckets(Rate(60, 2), most=10, clock=clock)
    for number in range(1000):
        buckets.take(str(number))
        buckets.take("busy")
    assert len(buckets) == 10
    assert buckets.take("busy") > 0


def test_clock_that_goes_back() -> None:
    """A clock that goes backwards takes nothing away and gives nothing."""
    clock = Clock()
    clock.now = 100.0
    buckets = Buckets(Rate(60, 2), clock=clock)
    assert buckets.take("a") == 0
    clock.now = 0.0
    assert [buckets.take("a"), buckets.take("a")] == [0, 1]


@given(
    st.lists(st.floats(0, 5), min_size=1, max_size=60),
    st.integers(1, 10),
    st.sampled_from([30, 60, 600]),
)
def test_never_more_than_the_rate(pauses: list[float], burst: int, rate: int) -> None:
    """In any time no more goes through than the burst and what the rate gives in that time."""
    clock = Clock()
    buckets = Buckets(Rate(rate, burst), clock=clock)
    passed = 0
    for pause in pauses:
        clock.now += pause
        passed += buckets.take("a") == 0
        assert passed <= burst + clock.now * rate / 60 + 1e-6
