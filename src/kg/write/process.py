"""The process that writes: it is asked on a socket in the journal's folder, by one or several.

    python -m kg.write.process PIPE

The pipe brings a pickle of project and mode, and takes one line of JSON when the writer is ready
or cannot be: {"ready": VERSION}, {"held": true} when another one writes, or {"fault": ...}.
"""

from __future__ import annotations

import contextlib
import gc
import json
import logging
import pickle
import selectors
import signal
import socket
import sys
import time
from collections.abc import Iterator

from kg.errors import KgError
from kg.publish.address_space import limit_memory
from kg.settings import Project
from kg.write.journal_files import LockedError
from kg.write.options import read_options
from kg.write.requests import Request
from kg.write.state import opened
from kg.write.wire import AT_ONCE, Messages, asked, listening, outcome_as_dict, saying
from kg.write.writer import Writer

_LOG = logging.getLogger("kg.write")
_LOOK = 0.5
_MOST = 64
"""So many requests make a group at most."""
_COLLECTED = 500
"""After so many groups without a pause cycles of objects are sought all the same."""
_PATIENCE = 60.0
"""So many seconds it waits for the first who asks."""


def main(descriptor: int) -> int:
    """Write until nobody is there who asks, or another version was built; return the exit code."""
    logging.basicConfig(format="%(message)s", level=logging.WARNING)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pipe = socket.socket(fileno=descriptor)
    with pipe.makefile("rb") as file:
        project, mode = pickle.load(file)
    ready = False
    try:
        with opened(project, mode) as state:
            options = read_options(project)
            writer = Writer(state, options)
            version = writer.start()
            if state.journal.message:
                _LOG.warning("%s", state.journal.message.en)
            if state.dangling:
                _LOG.warning(
                    "%d statements with blank nodes that commits have removed are in the files "
                    "again, for these files have changed: remove them there, or once more",
                    state.dangling,
                )
            if not state.report.valid:
                _LOG.warning(
                    "with the commits of the journal the graph has %d violations that it did not "
                    "have when they were accepted: the files have changed since",
                    state.report.count("Violation"),
                )
            gc.collect()
            gc.freeze()
            gc.disable()  # see `_Server.run`
            limit_memory(options.memory)
            server = _Server(project, writer)
            _tell(pipe, {"ready": version})
            ready = True
            server.run()
    except LockedError:
        _tell(pipe, {"held": True})
    except KgError as error:
        if ready:
            _LOG.error("the process that writes ends: %s", error)
        else:
            _tell(pipe, {"fault": error.text.as_dict(), "place": str(error.place or "")})
        return 1
    except (OSError, MemoryError) as error:
        _LOG.error("the process that writes ends, for its store fails: %s", error)
        return 1
    return 0


def _tell(pipe: socket.socket, message: dict[str, object]) -> None:
    with contextlib.suppress(OSError):  # nobody waits any more
        pipe.sendall(json.dumps(message).encode() + b"\n")
    pipe.close()


class _Client:
    """One who asks: the requests that have come, and what is still to be sent."""

    def __init__(self, link: socket.socket) -> None:
        link.setblocking(False)
        self.link = link
        self._messages = Messages()
        self._unsent = bytearray()
        self.asked: list[tuple[int, Request]] = []

    def read(self) -> bool:
        """Take what has come; return False when nobody is there any more."""
        try:
            data = self.link.recv(AT_ONCE)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.asked += [asked(message) for message in self._messages.take(data)]
        return bool(data)

    def send(self, message: bytes = b"") -> bool:
        """Send as much as can be; return whether something is left."""
        self._unsent += message
        with contextlib.suppress(OSError):
            while self._unsent:
                del self._unsent[: self.link.send(self._unsent)]
        return bool(self._unsent)


class _Server:
    """Groups of requests, as they come, are given to the writer."""

    def __init__(self, project: Project, writer: Writer) -> None:
        self._writer = writer
        self._listener = listening(project)
        self._listener.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._listener, selectors.EVENT_READ)
        self._clients: dict[socket.socket, _Client] = {}
        self._had_any = False

    def run(self) -> None:
        """Answer until all have gone, the disk has failed, or there is another base."""
        try:
            began, groups = time.monotonic(), 0
            while self._clients or (not self._had_any and time.monotonic() - began < _PATIENCE):
                self._wait()
                group = list(self._group())
                if group:
                    self._answer(group)
                    groups += 1
                elif groups:
                    gc.collect()  # when nobody waits
                    groups = 0
                if groups >= _COLLECTED:
                    gc.collect()
                    groups = 0
                if self._writer.has_failed or (not group and self._writer.is_outdated()):
                    return
                if not group and self._writer.catch_up():
                    self._announce()
        finally:
            self._listener.close()

    def _wait(self) -> None:
        waiting = any(client.asked for client in self._clients.values())
        for key, _ in self._selector.select(0 if waiting else _LOOK):
            if key.fileobj is self._listener:
                with contextlib.suppress(OSError):
                    self._welcome(self._listener.accept()[0])
            else:
                client: _Client = key.data
                client.send()
                if not client.read():
                    self._selector.unregister(client.link)
                    client.link.close()
                    del self._clients[client.link]
                else:
                    self._watch(client)

    def _welcome(self, link: socket.socket) -> None:
        self._had_any = True
        client = self._clients[link] = _Client(link)
        self._selector.register(link, selectors.EVENT_READ, client)
        self._say(client, saying(published=self._writer.version))

    def _group(self) -> Iterator[tuple[_Client, int, Request]]:
        """Take requests, of each client in their order."""
        left = _MOST
        for client in self._clients.values():
            mine, client.asked = client.asked[:left], client.asked[left:]
            left -= len(mine)
            for number, request in mine:
                yield client, number, request

    def _answer(self, group: list[tuple[_Client, int, Request]]) -> None:
        for client, number, _ in group:
            self._say(client, saying(begun=number))
        before = self._writer.version
        outcomes = self._writer.handle([request for _, _, request in group])
        if self._writer.version != before:
            self._announce()
        for (client, number, _), outcome in zip(group, outcomes, strict=True):
            self._say(client, saying(number=number, outcome=outcome_as_dict(outcome)))

    def _announce(self) -> None:
        for client in self._clients.values():
            self._say(client, saying(published=self._writer.version))

    def _say(self, client: _Client, message: bytes) -> None:
        client.send(message)
        self._watch(client)

    def _watch(self, client: _Client) -> None:
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if client.send() else 0)
        if client.link in self._clients:
            self._selector.modify(client.link, wanted, client)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
