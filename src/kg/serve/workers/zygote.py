"""The process that forks workers: small, with one thread, and with all that they need imported.

It is told by messages on a socket: "fork NUMBER", a line end and the pickled setup, with the
worker's end of a socket; "kill PID"; and "yield PID THREAD" for a worker that shall have less of
the processor. It says when one was forked and how one ended. When the front process goes, the
workers go as well.
"""

from __future__ import annotations

import contextlib
import gc
import json
import os
import pickle
import select
import signal
import socket
import sys

from kg.publish.query_dataset import clear
from kg.serve.workers.worker import Setup, serve

MESSAGE = 1 << 17
_LESS = 10
"""The niceness of a worker whose query takes long."""


def main(descriptor: int) -> None:
    """Fork workers as the socket `descriptor` asks, until it is closed."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)  # the front process says when it ends
    control = socket.socket(fileno=descriptor)
    wakened, waking = socket.socketpair()
    waking.setblocking(False)
    signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    gc.freeze()
    zygote = _Zygote(control, (wakened, waking))
    try:
        while True:
            ready, _, _ = select.select([control, wakened], [], [])
            if wakened in ready:
                wakened.recv(4096)
                zygote.bury()
            if control in ready and not zygote.listen():
                break
    finally:
        zygote.kill_all()


class _Zygote:
    """The socket to the front process, and the workers that live."""

    def __init__(self, control: socket.socket, own: tuple[socket.socket, socket.socket]) -> None:
        self._control = control
        self._own = own
        self._children: set[int] = set()

    def listen(self) -> bool:
        """Do what the next message asks; return False when nobody asks any more."""
        message, descriptors, _, _ = socket.recv_fds(self._control, MESSAGE, 1)
        line, _, setup = message.partition(b"\n")
        match line.split():
            case [b"fork", number]:
                link = socket.socket(fileno=descriptors[0])
                self._fork(int(number), link, pickle.loads(setup))
            case [b"kill", pid] if int(pid) in self._children:
                os.kill(int(pid), signal.SIGKILL)
            case [b"yield", pid, thread] if int(pid) in self._children:
                with contextlib.suppress(OSError):
                    os.setpriority(os.PRIO_PROCESS, int(thread), _LESS)
        return bool(message)

    def _fork(self, number: int, link: socket.socket, setup: Setup) -> None:
        own = os.getpid()
        pid = os.fork()
        if pid == 0:
            status = 1
            try:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                for each in (self._control, *self._own):
                    each.close()
                serve(link, setup, parent=own)
                status = 0
            finally:
                os._exit(status)
        link.close()
        self._children.add(pid)
        self._say({"forked": number, "pid": pid})

    def bury(self) -> None:
        """Say how each worker ended that has."""
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._children.discard(pid)
            clear(pid)
            self._say({"ended": pid, "status": os.waitstatus_to_exitcode(status)})

    def kill_all(self) -> None:
        """End all workers."""
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)
        for pid in self._children:
            os.waitpid(pid, 0)

    def _say(self, message: dict[str, int]) -> None:
        with contextlib.suppress(OSError):  # the front process has gone, which is seen next
            self._control.send(json.dumps(message).encode())


if __name__ == "__main__":
    main(int(sys.argv[1]))
