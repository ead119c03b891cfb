"""A Report becomes JUnit XML: a suite for each file, a case for each shape or rule at fault."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from kg.errors import Text
from kg.validate.render_text import as_blocks
from kg.validate.render_words import Manner, kind, sentence, summary
from kg.validate.report import Report, Result

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ALL = Text(de="Prüfung", en="validation")
_NOWHERE = Text(de="ohne Datei", en="no file")


def as_junit(report: Report, lang: str, prefixes: Mapping[str, str]) -> str:
    """Return JUnit XML; a case fails when there is a violation among its findings.

    A case has at most one failure, as the readers of this format show no other; it lists all
    violations. Warnings and infos are what a case puts out.
    """
    manner = Manner(lang, prefixes)
    root = Element("testsuites", name="kg validate")
    for file, results in _by_file(report, manner).items():
        _suite(root, file, results, manner)
    if not report.results:
        suite = SubElement(root, "testsuite", name="kg validate")
        case = SubElement(suite, "testcase", name=_ALL.to(lang), classname="kg")
        SubElement(case, "system-out").text = summary(report, lang)
    for element in (root, *root):
        element.set("tests", str(len(element.findall(".//testcase"))))
        element.set("failures", str(len(element.findall(".//failure"))))
        element.set("errors", "0")
        element.set("skipped", "0")
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}'


def _by_file(report: Report, manner: Manner) -> dict[str, list[Result]]:
    found: dict[str, list[Result]] = {}
    for result in report.results:
        file = result.places[0].file if result.places else _NOWHERE.to(manner.lang)
        found.setdefault(file, []).append(result)
    return found


def _suite(root: Element, file: str, results: Iterable[Result], manner: Manner) -> None:
    suite = SubElement(root, "testsuite", name=_xml(file))
    kinds: dict[str, list[Result]] = {}
    for result in results:
        kinds.setdefault(kind(result, manner.prefixes), []).append(result)
    for name, found in kinds.items():
        case = SubElement(suite, "testcase", name=_xml(name), classname=_xml(file), file=_xml(file))
        line = found[0].places[0].line if found[0].places else None
        if line is not None:
            case.set("line", str(line))
        grave = [each for each in found if each.severity == "Violation"]
        mild = [each for each in found if each.severity != "Violation"]
        if grave:
            message = sentence(grave[0].message, manner.lang)
            more = f" (+{len(grave) - 1})" if len(grave) > 1 else ""
            failure = SubElement(case, "failure", type="Violation", message=_xml(message + more))
            failure.text = _xml(as_blocks(grave, manner))
        if mild:
            SubElement(case, "system-out").text = _xml(as_blocks(mild, manner))


def _xml(text: str) -> str:
    """Return `text` without the characters that XML 1.0 section 2.2 does not allow."""
    return _NOT_XML.sub("\ufffd", text)
