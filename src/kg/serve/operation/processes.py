"""Several front processes serve one port; those that die are replaced, all end together."""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import selectors
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from kg.errors import StageError, Text
from kg.serve.operation.child import Child, fault_of
from kg.serve.operation.front import MARGIN, Setup
from kg.serve.operation.listeners import Listeners

_LOG = logging.getLogger("kg.serve")
TRIES = 3
"""So often processes may end before any was ready: then it is given up."""
SETTLED = 60.0
"""A process that lives so many seconds is ready, even if it does not say so."""
HEALTHY = 60.0
MAX_DELAY = 30.0
_TICK = 0.5
_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)


@dataclass(frozen=True)
class Fronts:
    """What to run `count` times: `target` as in `front.Setup`, `argument` can be pickled.

    `grace` is how many seconds requests have to end when the server is stopped. SIGHUP is passed
    on, so that logs are opened anew; with `hangup_ends` it ends the server, as in a terminal.
    """

    target: str
    argument: object
    count: int
    grace: float = 5.0
    hangup_ends: bool = False


def run_fronts(
    listener: socket.socket, fronts: Fronts, *, on_ready: Callable[[], None] = lambda: None
) -> None:
    """Serve the port of `listener` by several processes until told to end; for the main thread.

    SIGTERM and SIGINT end it gracefully, the second of them at once. `on_ready` is called when
    the first process answers. Raises the KgError of a process that cannot start, or StageError
    when processes end before any was ready.
    """
    argument = pickle.dumps(fronts.argument)
    with _runtime_folder() as folder, _signals() as woken:
        setups = [
            Setup(fronts.target, argument, slot, folder, fronts.grace)
            for slot in range(fronts.count)
        ]
        master = _Master(listener, fronts, setups, on_ready)
        try:
            master.run(woken)
        finally:
            master.kill()


@dataclass
class _Place:
    """The place of one front process, and the process that has it now."""

    setup: Setup
    child: Child | None = None
    born: float = 0.0
    due: float = 0.0
    failures: int = 0


class _Master:
    """The parent of the front processes."""

    def __init__(
        self,
        listener: socket.socket,
        fronts: Fronts,
        setups: list[Setup],
        on_ready: Callable[[], None],
    ) -> None:
        self._listeners = Listeners(listener, fronts.count)
        self._fronts = fronts
        self._places = [_Place(setup) for setup in setups]
        self._on_ready = on_ready
        self._was_ready = False
        self._early = 0
        self._end: float | None = None

    def run(self, woken: socket.socket) -> None:
        """Start, watch and replace the processes until all have ended."""
        while True:
            for place in self._places:
                if place.child is None and self._end is None and time.monotonic() >= place.due:
                    self._start(place)
            for number in self._wait(woken):
                self._on_signal(signal.Signals(number))
            for place in self._places:
                self._look_after(place)
            if self._end is not None:
                if not any(place.child for place in self._places):
                    return
                if time.monotonic() > self._end:
                    _LOG.warning("requests are broken off: the time of grace is over")
                    self.kill()

    def kill(self) -> None:
        """End at once what is still there."""
        for place in self._places:
            if place.child:
                place.child.send(signal.SIGKILL)
                place.child.close()
                place.child = None

    def _wait(self, woken: socket.socket) -> bytes:
        """Sleep until something happens and return the numbers of the signals that came."""
        with selectors.DefaultSelector() as selector:
            selector.register(woken, selectors.EVENT_READ)
            if not self._was_ready:
                for child in filter(None, (place.child for place in self._places)):
                    selector.register(child, selectors.EVENT_READ)
            with contextlib.suppress(InterruptedError):
                selector.select(_TICK)
        with contextlib.suppress(BlockingIOError):
            return woken.recv(4096)
        return b""

    def _start(self, place: _Place) -> None:
        place.born = time.monotonic()
        try:
            self._listeners.reopen(place.setup.slot)
            place.child = Child(self._listeners.of(place.setup.slot), place.setup)
        except OSError as error:
            self._ended(place, str(error))

    def _look_after(self, place: _Place) -> None:
        child = place.child
        if child is None:
            return
        code = child.exit_code()  # asked first: what it said before its end is heard below
        for message in child.heard():
            fault = fault_of(message)
            if fault and not self._was_ready and self._end is None:
                raise fault
            if fault:
                _LOG.error("front process %d: %s", child.process_id, fault)
            if message.get("ready"):
                self._ready()
        age = time.monotonic() - place.born
        if code is None:
            if age > SETTLED:
                self._ready()
            return
        child.close()
        place.child = None
        if self._end is None:
            place.failures = 0 if age > HEALTHY else place.failures
            self._ended(place, f"front process {child.process_id} ended with {code}")

    def _ended(self, place: _Place, reason: str) -> None:
        """Note that a place is empty, and when it is to be filled again."""
        place.failures += 1
        delay = min(MAX_DELAY, 0.25 * 2**place.failures) if place.failures > 1 else 0.0
        place.due = time.monotonic() + delay
        if delay:
            self._listeners.close(place.setup.slot)
        _LOG.warning("%s; another one starts in %g s", reason, delay)
        if not self._was_ready:
            self._early += 1
            if self._early >= TRIES:
                raise _given_up(reason)

    def _ready(self) -> None:
        if not self._was_ready:
            self._was_ready = True
            self._on_ready()

    def _on_signal(self, number: signal.Signals) -> None:
        if number is signal.SIGHUP and not self._fronts.hangup_ends:
            self._send_all(signal.SIGHUP)
        elif number is not signal.SIGCHLD:
            first = self._end is None
            wait = self._fronts.grace + MARGIN if first else 0.0
            self._end = time.monotonic() + wait
            self._listeners.close_all()
            self._send_all(signal.SIGTERM if first else signal.SIGKILL)

    def _send_all(self, number: signal.Signals) -> None:
        for place in self._places:
            if place.child:
                place.child.send(number)


def _given_up(reason: str) -> StageError:
    return StageError(
        Text(
            de=f"Der Server kann nicht starten ({reason}). Die Ursache steht darüber, oder "
            "kg serve --processes 1 zeigt sie.",
            en=f"The server cannot start ({reason}). The cause stands above, or "
            "kg serve --processes 1 shows it.",
        )
    )


@contextlib.contextmanager
def _signals() -> Iterator[socket.socket]:
    """Make signals readable as bytes on a socket, and have them as before afterwards."""
    receiving, sending = socket.socketpair()
    with receiving, sending:
        receiving.setblocking(False)
        sending.setblocking(False)
        before_number = signal.set_wakeup_fd(sending.fileno(), warn_on_full_buffer=False)
        before = {number: signal.signal(number, _noted) for number in _SIGNALS}
        try:
            yield receiving
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(before_number)


def _noted(number: int, frame: FrameType | None) -> None:
    """Do nothing: the number of the signal has been written to the socket."""


@contextlib.contextmanager
def _runtime_folder() -> Iterator[Path]:
    """Make a private folder for what the processes tell each other, in memory where possible."""
    places = [os.environ.get(name) for name in ("RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR")]
    usable = [one for one in (*places, "/dev/shm") if one and os.access(one, os.W_OK | os.X_OK)]
    folder = tempfile.mkdtemp(prefix="kg-", dir=next(iter(usable), None))
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
