"""What a request asks for is run on the head: the change it makes, or what there is to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from pyoxigraph import RdfFormat, serialize

from kg.errors import KgError, ReadError, Text
from kg.rdf.dataset import Source, source_of_text
from kg.rdf.formats import FORMATS
from kg.validate.render_json import report_dict
from kg.write import provenance, submissions
from kg.write.change import About, Change, Commit
from kg.write.contribution import sources_of
from kg.write.faults import WriteError, fault_of
from kg.write.gate import ProjectGate
from kg.write.graph_writes import run_graph_write
from kg.write.head import apply_to_some
from kg.write.journal import FOLDER, read_journal
from kg.write.limits import WriteLimits
from kg.write.provenance import Acceptance
from kg.write.requests import (
    Decide,
    GraphWrite,
    Outcome,
    Request,
    Revert,
    Submit,
    UpdateText,
)
from kg.write.state import State
from kg.write.submissions import Decision, Submission
from kg.write.submitted import Contribution, Standing
from kg.write.update import run_update

_NTRIPLES = next(form for form in FORMATS if form.name == "ntriples")


@dataclass(frozen=True)
class Done:
    """What the head has taken: a change, or an outcome for which it did not change.

    `about` goes before that of the request; `after` is called when the commit lasts.
    """

    change: Change = field(default_factory=Change)
    outcome: Outcome | None = None
    existed: bool = True
    more: dict[str, Any] = field(default_factory=dict)
    about: About | None = None
    after: Callable[[Commit], object] | None = None


class Operations:
    """Runs requests on the head of a state."""

    def __init__(self, state: State, limits: WriteLimits | None = None) -> None:
        """Take the state whose head changes."""
        self._state = state
        self._project = state.project
        self._folder = state.project.root / FOLDER
        self._limits = limits or WriteLimits(triple_terms=state.mode.plain)

    def run(self, request: Request) -> Done:
        """Run one request; the head has taken the change that is returned.

        Raises KgError when there is a fault; the head is as it was then.
        """
        operation = request.operation
        match operation:
            case UpdateText():
                return self._update(operation)
            case GraphWrite():
                return self._graph(operation)
            case Submit():
                return self._submit(operation, request)
            case Decide():
                return self._decide(operation, request)
            case Revert():
                return self._revert(operation, request)

    def _update(self, operation: UpdateText) -> Done:
        return Done(
            run_update(
                self._state.head,
                operation,
                base=self._project.base,
                prefixes=self._project.prefixes,
                limits=self._limits,
            )
        )

    def _graph(self, operation: GraphWrite) -> Done:
        written = run_graph_write(
            self._state.head,
            operation,
            prefixes=self._project.prefixes,
            limits=self._limits,
            project_base=self._project.base,
            is_unchanged=self._state.is_unchanged,
        )
        return Done(written.change, existed=written.existed)

    def _submit(self, operation: Submit, request: Request) -> Done:
        """Check a contribution and, if it is valid, keep it until somebody decides."""
        name = submissions.new_id(self._folder)
        sources = sources_of(self._project, name, operation.documents)
        about = request.about
        kept = Submission(
            documents=operation.documents,
            agent=about.agent,
            note=operation.note,
            source=operation.source,
            lang=request.lang,
        )
        submissions.check(self._folder, kept)
        origin = self._origin(submissions.about_of(name, kept), sources)
        checked = self._checked((*sources, *origin))
        if request.dry_run or checked.status == "refused":
            return Done(outcome=checked)
        kept = replace(kept, report=checked.report, impact=checked.impact)
        submissions.add(self._folder, kept, identifier=name)
        return Done(outcome=replace(checked, status="committed", more={"id": name}))

    def _origin(
        self, contribution: Contribution, sources: tuple[Source, ...]
    ) -> tuple[Source, ...]:
        """Return what will be said of where a contribution comes from: it has to pass as well."""
        stated = [quad for source in sources for quad in source.quads]
        quads = provenance.quads(self._project, contribution, stated)
        text = (
            serialize((quad.triple for quad in quads), format=RdfFormat.N_TRIPLES) or b""
        ).decode()
        graph = provenance.graph_of(self._project, contribution.id)
        return (source_of_text(text, _NTRIPLES, shown="provenance", graph=graph.value),)

    def _checked(self, sources: tuple[Source, ...]) -> Outcome:
        """Return what the checks say of sources, without a change."""
        count = len({quad for source in sources for quad in source.quads})
        gate = self._state.gate
        if not isinstance(gate, ProjectGate):
            return Outcome("checked", added=count)
        checked = gate.checker.check(sources, impact=True)
        return Outcome(
            "checked" if checked.report.valid else "refused",
            added=count,
            report=report_dict(checked.report),
            impact=checked.impact.as_dict() if checked.impact else None,
        )

    def _decide(self, operation: Decide, request: Request) -> Done:
        contribution = submissions.get(self._folder, operation.contribution)
        self._check_decision(operation, request, contribution)
        agent = request.about.agent
        if operation.decision != "accept":
            standing: Standing = "rejected" if operation.decision == "reject" else "withdrawn"
            if request.dry_run:
                return Done(outcome=Outcome("checked"))
            decision = Decision(standing, agent, operation.note)
            after = submissions.decide(self._folder, contribution.id, decision)
            return Done(outcome=Outcome("committed", more=after.as_dict()))
        return self._accept(operation, request, contribution)

    def _accept(self, operation: Decide, request: Request, contribution: Contribution) -> Done:
        """Add the statements of a contribution, and where they come from."""
        name, agent = contribution.id, request.about.agent
        documents = submissions.documents(self._folder, name)
        sources = sources_of(self._project, name, documents)
        quads = [quad for source in sources for quad in source.quads]
        time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        given = Acceptance(agent, time)
        quads += provenance.quads(self._project, contribution, quads, given)
        about = replace(
            request.about,
            kind="contribution",
            note=operation.note,
            source=contribution.source,
            contribution=name,
        )

        def decide(commit: Commit) -> None:
            decision = Decision("accepted", agent, operation.note, commit.number)
            submissions.decide(self._folder, name, decision)

        change = self._state.head.apply(Change(added=tuple(quads)))
        return Done(change, about=about, after=decide, more={"id": name})

    def _check_decision(
        self, operation: Decide, request: Request, contribution: Contribution
    ) -> None:
        if contribution.status != "pending":
            raise WriteError(
                "conflict",
                Text(
                    de=f"Über den Beitrag {contribution.id} ist schon entschieden: "
                    f"{contribution.status}.",
                    en=f"The contribution {contribution.id} is decided already: "
                    f"{contribution.status}.",
                ),
            )
        own = operation.decision == "withdraw" and contribution.agent == request.about.agent
        if not (own or request.may_publish):
            raise WriteError(
                "forbidden",
                Text(
                    de="Über Beiträge entscheidet, wer veröffentlichen darf (publish); "
                    "zurückziehen darf, wer beigetragen hat.",
                    en="Those who may publish decide on contributions; who has contributed may "
                    "withdraw.",
                ),
            )

    def _revert(self, operation: Revert, request: Request) -> Done:
        number = operation.number
        found = next(read_journal(self._folder, after=number - 1, upto=number), None)
        if found is None or found.number != number:
            raise WriteError(
                "not-found",
                Text(
                    de=f"Einen Commit {number} gibt es nicht.",
                    en=f"There is no commit {number}.",
                ),
            )
        if not request.may_publish and found.about.agent != request.about.agent:
            raise WriteError(
                "forbidden",
                Text(
                    de="Was andere geändert haben, macht nur rückgängig, wer veröffentlichen "
                    "darf (publish).",
                    en="Only those who may publish can undo what others have changed.",
                ),
            )
        about = replace(request.about, kind="revert", reverts=number)
        change = apply_to_some(self._state.head, found.change.inverse())
        return Done(change, about=about)


def outcome_of_error(error: KgError) -> Outcome:
    """Return the outcome of a request that failed."""
    place = error.place
    return Outcome(
        "failed",
        fault=fault_of(error),
        text=error.text,
        line=place.line if place else None,
        column=place.column if place else None,
        more={"document": place.file} if place and isinstance(error, ReadError) else {},
    )
