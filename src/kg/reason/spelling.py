"""Under which names a thing is shown, and in which of its forms a literal."""

from __future__ import annotations

from kg.reason.state import State


class Spelling:
    """Names of the members of classes of equal things."""

    def __init__(self, state: State) -> None:
        """Look names up in `state`."""
        self._facts = state.facts
        self._names: dict[int, list[int]] = {}

    def names(self, representative: int) -> list[int]:
        """Return all names of a thing that the graph has; a literal in every form it has."""
        found = self._names.get(representative)
        if found is None:
            members = self._facts.equality.members(representative)
            found = [one for one in members if not self._facts.is_literal(one) or self._used(one)]
            found = self._names[representative] = found or [representative]
        return found

    def of(self, subject: int, value: int) -> list[int]:
        """Return the names of `value` as they are fit for a statement about `subject`.

        A literal has the forms in which something stated speaks of `subject`, or else one form.
        """
        names = self.names(value)
        literals = [one for one in names if self._facts.is_literal(one)]
        if len(literals) < 2:
            return names
        others = [one for one in names if one not in literals]
        subjects = self._facts.equality.members(subject)
        written = [
            form
            for form in literals
            if any(
                given.rank(one, form) >= 0
                for given in self._facts.given.values()
                for one in subjects
            )
        ]
        return others + (written or [min(literals, key=self._facts.terms.term)])

    def _used(self, literal: int) -> bool:
        """Return whether a statement, or what follows from rules, has this very literal."""
        return any(
            len(given.partners(literal, by_object=True)) for given in self._facts.given.values()
        )
