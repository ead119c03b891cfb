"""An Account as text for people: why a triple holds as an indented tree, or why it does not."""

from __future__ import annotations

from collections.abc import Iterator

from kg.errors import Text
from kg.reason.account import Account, Step, Telling
from kg.reason.proof import Attempt
from kg.reason.proof_sources import Origin

DEEPEST = 60
"""Below this depth the text names the step and stops."""

_BECAUSE = Text("weil", "because")
_SEE = Text("(siehe oben)", "(see above)")
_DEEPER = Text("(und so weiter)", "(and so on)")
_NOWHERE = Text("und nirgends steht", "and nowhere is it said")
_AND = Text("und", "and")
_STATED = Text("Das steht so in einer Quelle.", "A source says so.")
_CUT = Text(
    "Die Suche wurde abgekürzt; es kann eine kürzere Begründung geben.",
    "The search was cut short; there may be a shorter explanation.",
)
_FAILS = Text("Das ist nicht gesagt und folgt nicht", "This is not said and does not follow")
_NO_RULE = Text(
    "Es gibt keine Regel, aus der es folgen könnte.", "There is no rule from which it could follow."
)
_WOULD = Text("Es würde folgen:", "It would follow:")
_BLOCKED = Text("das schließt es aus", "this rules it out")
_MISSING = Text("das fehlt", "this is missing")
_FALSE = Text("das trifft nicht zu", "this is not true")
_UNKNOWN = Text("Im Graphen kommt nicht vor", "Not in the graph")


def as_text(account: Account) -> str:
    """Return the account for people, lines ended by newlines."""
    return "\n".join(_lines(account)) + "\n"


def where(origin: Origin, account: Account) -> str:
    """Return an origin as "document; file:line", as far as known."""
    label = account.labels.label
    documents = ", ".join(label(each) for each in origin.documents)
    graph = account.labels.named(origin.graph) or ("" if origin.place else label(origin.graph))
    parts = [documents or graph, str(origin.place) if origin.place else ""]
    return "; ".join(filter(None, parts))


def _lines(account: Account) -> Iterator[str]:
    lang = account.lang
    if not account.explanation.holds:
        yield from _why_not(account)
        return
    many = len(account.tellings)
    for number, telling in enumerate(account.tellings, start=1):
        if many > 1:
            yield from [""] if number > 1 else []
            yield Text(f"Begründung {number} von {many}:", f"Explanation {number} of {many}:").to(
                lang
            )
        yield from _telling(account, telling)
        if telling.root.stated:
            yield _STATED.to(lang)
    if not account.explanation.complete:
        yield _CUT.to(lang)


def _telling(account: Account, telling: Telling) -> Iterator[str]:
    """Yield the lines of one proof; a step that was told is not told again."""
    told: set[int] = set()
    stack: list[tuple[int, str, str]] = [(telling.root.number, "", "")]
    while stack:
        number, before, below = stack.pop()
        step = telling.steps[number - 1]
        line = before + account.labels.sentence(step.triple)
        if step.stated:
            places = dict.fromkeys(where(origin, account) for origin in step.origins)
            yield line + "".join(f" [{place}]" for place in places if place)
            continue
        if number in told:
            yield f"{line} {_SEE.to(account.lang)}"
            continue
        told.add(number)
        yield line
        if len(below) > 2 * DEEPEST:
            yield below + _DEEPER.to(account.lang)
            continue
        yield from _reason(account, step, below)
        last = len(step.premises) - 1
        stack.extend(
            (
                premise,
                below + ("└ " if place == last else "├ "),
                below + ("  " if place == last else "│ "),
            )
            for place, premise in reversed(list(enumerate(step.premises)))
        )


def _reason(account: Account, step: Step, below: str) -> Iterator[str]:
    reason = account.because(step.rule)
    name = "" if reason == step.rule else f" ({step.rule})"
    yield f"{below}{_BECAUSE.to(account.lang)}: {reason}{name}"
    for group in step.absent:
        patterns = f" {_AND.to(account.lang)} ".join(map(account.labels.sentence, group))
        yield f"{below}{_NOWHERE.to(account.lang)}: {patterns}"


def _why_not(account: Account) -> Iterator[str]:
    lang = account.lang
    yield f"{_FAILS.to(lang)}: {account.labels.sentence(account.triple)}"
    if account.unknown:
        yield f"{_UNKNOWN.to(lang)}: {', '.join(map(account.labels.label, account.unknown))}"
    attempts = account.explanation.attempts
    yield (_WOULD if attempts else _NO_RULE).to(lang)
    for number, attempt in enumerate(attempts, start=1):
        yield f"{number}. {_BECAUSE.to(lang)}: {account.because(attempt.rule)} ({attempt.rule})"
        yield from (f"   {line}" for line in _attempt(account, attempt))


def _attempt(account: Account, attempt: Attempt) -> Iterator[str]:
    lang, sentence = account.lang, account.labels.sentence
    for triple in attempt.present:
        yield f"✓ {sentence(triple)}"
    for triple in attempt.missing:
        yield f"✗ {sentence(triple)} ({_MISSING.to(lang)})"
    for triple in attempt.blocked:
        yield f"⊘ {sentence(triple)} ({_BLOCKED.to(lang)})"
    for condition in attempt.failed:
        yield f"✗ {condition} ({_FALSE.to(lang)})"
