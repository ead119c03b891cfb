"""The front process's end of a zygote: it asks for workers and hears how they end."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import pickle
import socket
import subprocess
import sys
from collections.abc import Callable
from itertools import count

from kg.serve.workers.worker import Setup
from kg.serve.workers.zygote import MESSAGE

_ENDING = 2.0
_PATIENCE = 5.0
"""A zygote that does not fork within so many seconds is ended, and its workers with it."""
_START = 30.0
"""The same while it has not yet said anything: on a busy machine it takes long to start."""
_MALLOC = "glibc.malloc.tcache_count=5000"
"""Keeps freed memory of a query for the next one: a look-up takes a quarter less time."""


class Nursery:
    """A zygote with its workers.

    `on_end` is called with process id and exit code of each worker that ended, `on_loss` when the
    zygote itself has; its workers end with it.
    """

    def __init__(
        self,
        *,
        on_end: Callable[[int, int], None],
        on_loss: Callable[[Nursery], None],
    ) -> None:
        """Start the process; its workers are forked later. Needs a running event loop."""
        self._on_end = on_end
        self._on_loss = on_loss
        self._numbers = count()
        self._forking: dict[int, asyncio.Future[int]] = {}
        self._has_begun = False
        self._loop = asyncio.get_running_loop()
        self._control, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with other:
            command = [sys.executable, "-m", "kg.serve.workers.zygote", str(other.fileno())]
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                pass_fds=[other.fileno()],
                env={**os.environ, "GLIBC_TUNABLES": _MALLOC},
            )
        self._control.setblocking(False)
        self._loop.add_reader(self._control.fileno(), self._hear)

    @property
    def process_id(self) -> int:
        """The process id of the zygote."""
        return self._process.pid

    async def fork(self, setup: Setup) -> tuple[int, socket.socket]:
        """Return the process id of a new worker on `setup` and the socket to it.

        Raises OSError when there is none; a zygote that hangs is ended then.
        """
        number = next(self._numbers)
        own, other = socket.socketpair()
        try:
            with other:
                message = b"fork %d\n%b" % (number, pickle.dumps(setup))
                socket.send_fds(self._control, [message], [other.fileno()])
            future = self._forking[number] = self._loop.create_future()
            pid = await asyncio.wait_for(future, _PATIENCE if self._has_begun else _START)
        except TimeoutError as error:
            own.close()
            self._process.kill()  # it hangs; what follows is as if it had ended by itself
            raise ConnectionError from error
        except BaseException:
            own.close()
            raise
        own.setblocking(False)
        return pid, own

    def kill(self, pid: int) -> None:
        """End a worker at once; its zygote knows whether it is still there."""
        self._tell(f"kill {pid}")

    def hold_back(self, pid: int, thread: int) -> None:
        """Give a worker less of the processor."""
        self._tell(f"yield {pid} {thread}")

    def close(self) -> None:
        """End the zygote and all of its workers."""
        self._on_loss = lambda _: None
        self._lose()

    def _tell(self, message: str) -> None:
        with contextlib.suppress(OSError):  # gone, or told again soon
            self._control.send(message.encode())

    def _hear(self) -> None:
        """Take the messages that are there."""
        with contextlib.suppress(BlockingIOError):
            while True:
                try:
                    raw = self._control.recv(MESSAGE)
                except ConnectionError:
                    raw = b""
                if not raw:
                    self._lose()
                    return
                self._take(json.loads(raw))

    def _take(self, message: dict[str, int]) -> None:
        self._has_begun = True
        if "forked" in message:
            future = self._forking.pop(message["forked"])
            if future.cancelled():
                self.kill(message["pid"])
            else:
                future.set_result(message["pid"])
        else:
            self._on_end(message["ended"], message["status"])

    def _lose(self) -> None:
        if self._control.fileno() < 0:
            return
        self._loop.remove_reader(self._control.fileno())
        self._control.close()
        for future in self._forking.values():
            if not future.done():
                future.set_exception(ConnectionError())
        self._forking.clear()
        try:
            self._process.wait(_ENDING)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._on_loss(self)
