"""The writer: transactions one after the other, each whole or not at all; a group lasts at once.

A request is run on the head, judged by the gate, written to the journal. When a group of them is
through, the journal is brought to the disk, and readers get a new version. Only then is anybody
answered: whoever has the answer can read what was written, after a power failure too.

What waits at the same time is judged together if it holds together: that costs hardly more than
one. Readers see all of it or nothing, so what is not valid in between does not matter.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from kg.errors import KgError, StageError, Text
from kg.publish import versions
from kg.settings import Project
from kg.validate.render_json import report_dict
from kg.write.change import Change, Commit, net
from kg.write.faults import WriteError
from kg.write.operations import Done, Operations, outcome_of_error
from kg.write.options import WriteOptions
from kg.write.requests import GraphWrite, Outcome, Request, UpdateText
from kg.write.state import State

_LOG = logging.getLogger("kg.write")
_PRUNED = 20
"""After so many versions old ones are cleared away."""


@dataclass(frozen=True)
class _Pending:
    """A commit that is in the journal but maybe not on the disk, and what is to be said."""

    outcome: Outcome
    commit: Commit
    done: Done


class Writer:
    """Answers requests on a state that it alone changes; one thread at a time uses it."""

    def __init__(self, state: State, options: WriteOptions) -> None:
        """Take a state that is up to date."""
        self._state = state
        self._options = options
        self._operations = Operations(state)
        self._since_pruned = 0
        self._unpublished = False
        self.version = ""
        self.has_failed = False
        """Whether the disk did not take what was to last: a fresh start reads what it has."""

    @property
    def project(self) -> Project:
        """What is written to."""
        return self._state.project

    def start(self) -> str:
        """Have a version be there of what was committed; return its name; raises StageError."""
        found = self._state.published() or self._state.publish()
        self.version = found.manifest.version
        return self.version

    def is_outdated(self) -> bool:
        """Return whether another version was built since: it is what commits add to now."""
        try:
            found = versions.find_base(self.project.build_dir).manifest
        except StageError:
            return False
        return found.version != self._state.base.manifest.version

    def catch_up(self) -> bool:
        """Publish what could not be published before; return whether there is a new version."""
        return self._unpublished and self._publish()

    def handle(self, requests: Sequence[Request]) -> list[Outcome]:
        """Do what is asked, in this order; what is said to be committed is on the disk."""
        found: list[Outcome | _Pending] = []
        for batch in _batches(requests):
            found += self._together(batch) if len(batch) > 1 else [self._transact(batch[0])]
        waiting = [each for each in found if isinstance(each, _Pending)]
        fault = self._sync(waiting) if waiting else None
        if fault:
            return [_without_commits(each, fault) for each in found]
        if waiting:
            self._publish()
        return [
            self._finished(each) if isinstance(each, _Pending) else self._dated(each)
            for each in found
        ]

    def _together(self, batch: Sequence[Request]) -> list[Outcome | _Pending]:
        """Do transactions that are judged at once; one by one if they do not hold together."""
        runs = [self._run(request) for request in batch]
        changes = [run.change for run in runs if isinstance(run, Done)]
        change = net(changes)
        try:
            verdict = self._state.judge(change)
        except KgError:  # one by one it turns out whose fault it is
            return [self._transact(request) for request in batch]
        if not verdict.holds:
            self._state.undo(change)
            return [self._transact(request) for request in batch]
        self._state.keep(verdict)
        found: list[Outcome | _Pending] = []
        for place, (request, run) in enumerate(zip(batch, runs, strict=True)):
            try:
                wrote = self._appended(request, run) if isinstance(run, Done) else run
                found.append(wrote)
            except StageError as error:  # what comes after it may stand on it
                rest = runs[place:]
                changes = [each.change for each in rest if isinstance(each, Done)]
                self._state.take_back(net(changes))
                fault = outcome_of_error(error)
                return [*found, *(fault if isinstance(each, Done) else each for each in rest)]
        return found

    def _appended(self, request: Request, done: Done) -> Outcome | _Pending:
        """Write to the journal what was judged and kept; raises StageError."""
        outcome = _outcome(done)
        if not done.change:
            return replace(outcome, status="unchanged")
        commit = self._state.journal.append(done.about or request.about, done.change)
        self._state.know(commit)
        return _Pending(replace(outcome, number=commit.number), commit, done)

    def _transact(self, request: Request) -> Outcome | _Pending:
        """Do one transaction up to the journal; a fault leaves nothing behind."""
        run = self._run(request)
        if isinstance(run, Outcome):
            return run
        try:
            return self._commit(request, run)
        except KgError as error:
            return outcome_of_error(error)

    def _run(self, request: Request) -> Done | Outcome:
        """Have the head take what a request changes, or say why not."""
        try:
            done = self._operations.run(request)
        except KgError as error:
            return outcome_of_error(error)
        if done.outcome:
            return done.outcome
        try:
            self._check_protected(request, done.change)
        except WriteError as error:
            self._state.head.apply(done.change.inverse())
            return outcome_of_error(error)
        return done

    def _commit(self, request: Request, done: Done) -> Outcome | _Pending:
        """Judge what the head has taken, and write it to the journal."""
        state, change = self._state, done.change
        outcome = _outcome(done)
        if not (change or request.dry_run):
            return replace(outcome, status="unchanged")
        verdict = state.judge(change, impact=request.dry_run)
        if verdict.report.results or request.dry_run:
            outcome = replace(outcome, report=report_dict(verdict.report))
        if request.dry_run or not verdict.holds:
            state.undo(change)
            impact = verdict.impact.as_dict() if verdict.impact else None
            outcome = replace(outcome, impact=impact)
            return replace(outcome, status="checked" if verdict.holds else "refused")
        state.keep(verdict)
        try:
            wrote = self._appended(request, done)
        except StageError:
            state.take_back(change)
            raise
        if isinstance(wrote, _Pending):
            return replace(wrote, outcome=replace(outcome, number=wrote.commit.number))
        return wrote

    def _check_protected(self, request: Request, change: Change) -> None:
        """Raise WriteError if graphs change that only publishers may change."""
        if request.may_publish or self._state.mode.plain:
            return
        start = self.project.graph_iri("")
        quads = (*change.added, *change.removed)
        names = {str(quad.graph_name)[1:-1] for quad in quads}
        for name in sorted({*names, *change.created, *change.dropped}):
            if name.startswith(start) and self._is_protected(name.removeprefix(start)):
                raise WriteError(
                    "forbidden",
                    Text(
                        de=f"Den Graphen <{name}> ändert nur, wer veröffentlichen darf (publish).",
                        en=f"Only those who may publish can change the graph <{name}>.",
                    ),
                )

    def _is_protected(self, name: str) -> bool:
        return name.startswith("contributions/") or self._options.is_protected(name)

    def _sync(self, waiting: Sequence[_Pending]) -> Outcome | None:
        """Bring the journal to the disk; if that fails, none of the group has happened."""
        try:
            self._state.journal.sync()
        except StageError as error:
            self.has_failed = True
            for each in reversed(waiting):
                self._state.take_back(each.commit.change)
            return outcome_of_error(error)
        return None

    def _publish(self) -> bool:
        """Make a version; when the disk does not take it, commits last all the same."""
        try:
            self.version = self._state.publish().manifest.version
            self._unpublished = False
        except StageError as error:
            if not self._unpublished:
                _LOG.error("what was committed cannot be read yet: %s", error)
            self._unpublished = True
            return False
        self._since_pruned += 1
        if self._since_pruned >= _PRUNED:
            self._since_pruned = 0
            versions.prune(self.project.build_dir)
        return True

    def _dated(self, outcome: Outcome) -> Outcome:
        """Say on which version a request was answered that changed nothing."""
        return replace(outcome, version=self.version)

    def _finished(self, pending: _Pending) -> Outcome:
        if pending.done.after:
            try:
                pending.done.after(pending.commit)
            except KgError as error:  # the journal says it, and the next start writes it down
                _LOG.error("%s", error)
        version = "" if self._unpublished else self.version
        return replace(pending.outcome, version=version)


def _outcome(done: Done) -> Outcome:
    """Return what is said of a change that lasts."""
    return Outcome(
        "committed",
        added=len(done.change.added),
        removed=len(done.change.removed),
        existed=done.existed,
        more=done.more,
    )


def _without_commits(found: Outcome | _Pending, fault: Outcome) -> Outcome:
    """Return what is true if the commits of a group were not: what stands on them is a fault."""
    return fault if isinstance(found, _Pending) or found.status == "unchanged" else found


def _may_share(request: Request) -> bool:
    """Return whether a request may be judged with others; conditions look at what is there."""
    match request.operation:
        case GraphWrite(if_match=None, if_none_match=None) | UpdateText():
            return not request.dry_run
    return False


def _batches(requests: Sequence[Request]) -> Iterator[list[Request]]:
    """Yield the requests in their order; those that only change statements come together."""
    batch: list[Request] = []
    for request in requests:
        if _may_share(request):
            batch.append(request)
            continue
        if batch:
            yield batch
        yield [request]
        batch = []
    if batch:
        yield batch
