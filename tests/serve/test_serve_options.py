"""The options of `kg serve`: what they mean, and what is said of nonsense."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import pytest
from tests.protocol.served import KG

from kg.commands.serve import Asked, options_of, size_of
from kg.errors import UsageError
from kg.serve.options import ServeOptions
from kg.serve.workers.limits import MIB, QueryLimits
from kg.settings import Project

ASKED = Asked(
    workers=4,
    timeout=30.0,
    memory="1G",
    long=8,
    queue=1024,
    cache="256M",
    processes=1,
    default_graph=None,
    slow_query=1.0,
    request_log=None,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("512", 512 * MIB),
        ("512M", 512 * MIB),
        ("512m", 512 * MIB),
        ("512MB", 512 * MIB),
        ("512MiB", 512 * MIB),
        (" 512 M ", 512 * MIB),
        ("2G", 2048 * MIB),
        ("1.5G", 1536 * MIB),
        ("65536K", 64 * MIB),
        ("1T", MIB * MIB),
        ("0", 0),
    ],
)
def test_sizes(text: str, expected: int) -> None:
    """A size has a unit of 1024, whichever way it is written; without one it is in MiB."""
    assert size_of("--cache", text) == expected


@pytest.mark.parametrize(
    "text", ["", "M", "-1M", "+1M", "1e3", "1,5G", "1..5G", "10 P", "10MM", "١٠M", "inf", "1M 2"]
)
def test_no_sizes(text: str) -> None:
    """What is no size is a misuse that names option and text in both languages."""
    with pytest.raises(UsageError) as caught:
        size_of("--cache", text)
    for said in (caught.value.text.de, caught.value.text.en):
        assert "--cache" in said
        assert text in said
    assert caught.value.exit_code == 2


def test_defaults_agree() -> None:
    """What the command line has without any option is what the server has without any."""
    assert options_of(ASKED) == ServeOptions()


def test_all_are_passed_on() -> None:
    """Each option ends where it is heeded."""
    asked = Asked(3, 2.5, "128M", 5, 7, "1M", 2, "plain", 0.25, "-")
    limits = QueryLimits(timeout=2.5, memory=128 * MIB, workers=3, long=5, queue=7)
    expected = ServeOptions(limits, MIB, 2, "plain", 0.25, "-")
    assert options_of(asked) == expected


@pytest.mark.parametrize("timeout", [0.0, -1.0, 86_401.0, float("inf"), float("nan")])
def test_timeouts(timeout: float) -> None:
    """A time limit is above 0 and at most a day."""
    with pytest.raises(UsageError, match="--timeout"):
        options_of(replace(ASKED, timeout=timeout))
    assert options_of(replace(ASKED, timeout=86_400.0)).limits.timeout == 86_400


def test_too_small() -> None:
    """Memory in which no query could run is refused, the least that is enough is not."""
    with pytest.raises(UsageError, match="64M"):
        options_of(replace(ASKED, memory="63M"))
    assert options_of(replace(ASKED, memory="64M")).limits.memory == 64 * MIB


def test_default_graph() -> None:
    """The default graph is union or plain, and nothing that only looks so."""
    assert options_of(replace(ASKED, default_graph="union")).default_graph == "union"
    with pytest.raises(UsageError, match="--default-graph"):
        options_of(replace(ASKED, default_graph="Union"))


@pytest.mark.parametrize(
    ("lang", "options", "expected"),
    [
        ("de", ["--memory", "viel"], "ist eine Größe wie 512M"),
        ("en", ["--memory", "much"], "is a size such as 512M"),
        ("de", ["--memory", "1M"], "mindestens 64M"),
        ("en", ["--timeout", "0"], "a number of seconds above 0"),
        ("de", ["--timeout", "-3"], "eine Zahl von Sekunden über 0"),
        ("en", ["--cache", "-1"], "--cache is a size"),
    ],
)
def test_exit_code(project: Project, lang: str, options: list[str], expected: str) -> None:
    """Misuse ends with 2 and one sentence in the language of the user; nothing is served."""
    command = [*KG, "--lang", lang, "serve", str(project.root), "--port", "0", *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 2
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert "http://" not in done.stderr
