"""Patterns mean what XPath says, in linear time; the quick way says the same as the sure one."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.validate.pattern import PatternError, compile_pattern

ATOMS = ("a", "b", "[ab]", "[0-9]", r"\d", r"\.", "-", "(a|b)", "(a{2}|0)")
OFTEN = ("", "?", "{2}", "{1,3}")


def matches(pattern: str, text: str, flags: str = "") -> bool:
    return compile_pattern(pattern, flags).matches(text.encode())


@pytest.mark.parametrize(
    ("pattern", "flags", "text", "expected"),
    [
        ("b", "", "abc", True),
        ("^b", "", "abc", False),
        ("^abc$", "", "abc\n", False),
        ("^B$", "i", "b", True),
        ("a.c", "", "a\nc", False),
        ("a.c", "s", "a\nc", True),
        ("^b$", "m", "a\nb", True),
        ("a b", "x", "ab", True),
        ("a[ ]b", "x", "a b", True),
        ("a.b", "q", "a.b", True),
        ("a.b", "q", "axb", False),
        (r"^\p{Lu}\p{L}+$", "", "Ölmühle", True),
        (r"^\d+$", "", "٣٤", True),
        (r"^\i\c*$", "", "Straße-2", True),
        (r"^[\i-]\c*$", "", "-x", True),
        (r"^\I$", "", "1", True),
        (r"^\w+$", "", "Müller", True),
        (r"^\w$", "", "-", False),
        ("^.{3}$", "", "äöü", True),
        (r"^\d{5}$", "", "32756", True),
        (r"^\d{5}$", "", "3275٣", True),
    ],
)
def test_meaning(pattern: str, flags: str, text: str, expected: bool) -> None:
    """Flags, escapes of XML Schema and anchors, on text beyond ASCII too."""
    assert matches(pattern, text, flags) is expected


@pytest.mark.parametrize(
    ("pattern", "flags"),
    [("(a", ""), ("[a-z", ""), (r"(a)\1", ""), ("(?=a)b", ""), ("a", "g"), ("[a-z-[aeiou]]", "")],
)
def test_refused(pattern: str, flags: str) -> None:
    """What cannot be used says why in both languages."""
    with pytest.raises(PatternError) as raised:
        compile_pattern(pattern, flags)
    assert raised.value.text.de != raised.value.text.en


@given(
    st.lists(st.tuples(st.sampled_from(ATOMS), st.sampled_from(OFTEN)), max_size=5),
    st.sampled_from(("", "a*", "[0-9]+")),
    st.text("ab0-.9ä", max_size=9),
)
def test_the_quick_way_says_the_same(parts: list[tuple[str, str]], last: str, text: str) -> None:
    """Where a pattern has a quick way, both ways agree on every text."""
    atoms = "".join(atom + ("" if atom.startswith("(") else often) for atom, often in parts)
    pattern = compile_pattern(f"^{atoms}{last}$")
    assert pattern.matches(text.encode()) is (pattern.compiled.search(text) is not None)


@pytest.mark.parametrize(
    "pattern", ["^(a+)+$", "^(a|a)*$", "^a*a*a*b$", "^" + "a?" * 30 + "a" * 30 + "$", "(a+)+b"]
)
def test_what_could_explode_has_no_quick_way(pattern: str) -> None:
    """Such patterns run on the engine that is linear, and end."""
    compiled = compile_pattern(pattern)
    assert compiled.quick is None
    started = time.process_time()
    compiled.matches(b"a" * 100_000 + b"!")
    assert time.process_time() - started < 30
