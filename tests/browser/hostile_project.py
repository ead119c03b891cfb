"""A small project whose every text is an attack: markup, ends of scripts, templates, directions."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Triple, serialize
from tests.browser.rdf import DCT, FOAF, OWL, PROV, RDF, RDFS, SCHEMA, SH, SKOS, XSD, Terms

from kg.settings import Project, read_project

ATTACKS = {
    "script": "<script>window.taken='script'</script>",
    "image": "<img src=x onerror=\"window.taken='image'\">",
    "attribute": '" autofocus onfocus="window.taken=\'attribute\'" x="',
    "quote": "' onmouseover='window.taken=1' y='",
    "end": "</script></textarea></title></style><svg onload=\"window.taken='end'\">",
    "comment": "<!-- --> --!> <![CDATA[ ]]> <?php ?>",
    "template": "{{ 7 * 7 }} {% raw %} ${7*7} #{7*7} <%= 7*7 %>",
    "entity": "&lt;b&gt; &amp;amp; &#60;script&#62;",
    "direction": "\u202eabc\u202c \u2066def \u200fgra\u202e",
    "lines": "eins\nzwei\t\u2028drei\u2029",
    "markdown": "[click](javascript:window.taken=1) | a | `b` \\ *c* <https://example.org>",
    "formula": '=HYPERLINK("http://203.0.113.1",1)',
}
"""By what they try."""
WORD = "Falle"
"""Each label begins with it, so that a search finds them all."""
SCHEMES = (
    "javascript:window.taken=1",
    "data:text/html,%3Cscript%3Ewindow.taken=1%3C/script%3E",
    "vbscript:taken",
    "file:///etc/passwd",
)
"""IRIs that no link may lead to."""
BASE = "https://hostile.example/"
EX = Terms(f"{BASE}ns#")
THING = Terms(f"{BASE}id/thing/")
_CONFIG = """[project]
title = '''{title}'''
base = "{base}"
health = "ASK {{ ?s a ex:Thing }}"
license = "https://creativecommons.org/publicdomain/zero/1.0/"

[prefixes]
ex = "{base}ns#"
thing = "{base}id/thing/"
dct = "http://purl.org/dc/terms/"
foaf = "http://xmlns.com/foaf/0.1/"
prov = "http://www.w3.org/ns/prov#"
schema = "https://schema.org/"
skos = "http://www.w3.org/2004/02/skos/core#"
"""
_QUERY = """# name: names
# de: {text}
# en: {text}
SELECT ?thing ?name WHERE {{ ?thing a ex:Thing ; skos:prefLabel ?name }}
"""
_REUSED_CLASSES = (FOAF["Document"], SKOS["Concept"], SKOS["ConceptScheme"])
_LINKING = (FOAF["page"], FOAF["homepage"], SKOS["exactMatch"], DCT["source"])
_REUSED_RELATIONS = (*_LINKING, DCT["license"], PROV["wasDerivedFrom"], SKOS["inScheme"])
_REUSED_TEXTS = (SKOS["prefLabel"], SKOS["altLabel"], SKOS["definition"], DCT["title"])
Statements = list[Triple]


def write_project(root: Path) -> Project:
    """Write the project below `root` and return it."""
    files = {
        "kg.toml": _CONFIG.format(title=f"{WORD} {ATTACKS['script']}", base=BASE),
        "ontology/traps.ttl": _turtle(_ontology()),
        "shapes/traps.ttl": _turtle(_shapes()),
        "data/traps.ttl": _turtle(_data()),
        "queries/competency/01-names.rq": _QUERY.format(text=" ".join(_lines())),
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read_project(root)


def _lines() -> list[str]:
    return [text for text in ATTACKS.values() if len(text.splitlines()) == 1]


def _turtle(statements: Statements) -> str:
    return (serialize(statements, format=RdfFormat.TURTLE) or b"").decode()


def _both(subject: NamedNode | BlankNode, predicate: NamedNode, text: str) -> Statements:
    return [
        Triple(subject, predicate, Literal(f"{WORD} {text}", language=lang))
        for lang in ("de", "en")
    ]


def _typed(kind: NamedNode, *subjects: NamedNode) -> Statements:
    return [Triple(subject, RDF["type"], kind) for subject in subjects]


def _ontology() -> Statements:
    """Terms whose labels and definitions are attacks, and one that lets something follow."""
    module = NamedNode(f"{BASE}ns")
    found = _typed(OWL["Ontology"], module) + _both(module, DCT["title"], ATTACKS["end"])
    found += _typed(OWL["Class"], *_REUSED_CLASSES)
    found += _typed(OWL["ObjectProperty"], *_REUSED_RELATIONS)
    found += _typed(OWL["AnnotationProperty"], *_REUSED_TEXTS, RDFS["label"], RDFS["comment"])
    found += _typed(OWL["DatatypeProperty"], SCHEMA["url"])
    for name, kind, attack in (
        ("Thing", "Class", "script"),
        ("Other", "Class", "end"),
        ("says", "DatatypeProperty", "image"),
        ("link", "DatatypeProperty", "attribute"),
        ("next", "ObjectProperty", "quote"),
    ):
        found += _typed(OWL[kind], EX[name]) + _both(EX[name], RDFS["label"], ATTACKS[attack])
        for text in _lines():
            found += _both(EX[name], SKOS["definition"], text)
            found += _both(EX[name], RDFS["comment"], text)
    found += _typed(OWL["TransitiveProperty"], EX["next"])
    return [*found, Triple(EX["Other"], RDFS["subClassOf"], EX["Thing"])]


def _shapes() -> Statements:
    """A shape with names and messages that are attacks; the data make it warn."""
    shape, said, listed = EX["ThingShape"], BlankNode("said"), BlankNode("listed")
    found = _typed(SH["NodeShape"], shape)
    found.append(Triple(shape, SH["targetClass"], EX["Thing"]))
    for part, path in ((said, EX["says"]), (listed, EX["link"])):
        found.append(Triple(shape, SH["property"], part))
        found.append(Triple(part, SH["path"], path))
        found.append(Triple(part, SH["severity"], SH["Warning"]))
        found += _both(part, SH["name"], ATTACKS["image"])
        found += _both(part, SH["description"], ATTACKS["end"])
        found += _both(part, SH["message"], ATTACKS["script"])
    found.append(Triple(said, SH["maxCount"], Literal("2", datatype=XSD["integer"])))
    cells: list[BlankNode | NamedNode] = [BlankNode(f"cell{n}") for n in range(len(_lines()))]
    found.append(Triple(listed, SH["in"], cells[0]))
    for cell, rest, text in zip(cells, [*cells[1:], RDF["nil"]], _lines(), strict=True):
        found.append(Triple(cell, RDF["first"], Literal(text)))
        found.append(Triple(cell, RDF["rest"], rest))
    return found


def _data() -> Statements:
    """Things named by attacks, with links of bad schemes and a document that is the source."""
    source, name = NamedNode(f"{BASE}id/document/source"), NamedNode(f"{BASE}graph/traps")
    found = _typed(FOAF["Document"], source)
    found += _both(source, SKOS["prefLabel"], ATTACKS["script"])
    found += _both(source, DCT["title"], ATTACKS["image"])
    found += _both(name, DCT["title"], ATTACKS["attribute"])
    found.append(Triple(name, DCT["source"], source))
    things = [THING[key] for key in ATTACKS]
    for thing, text in zip(things, ATTACKS.values(), strict=True):
        found += _typed(EX["Other" if thing == THING["end"] else "Thing"], thing)
        found += _both(thing, SKOS["prefLabel"], text)
        found.append(Triple(thing, SKOS["altLabel"], Literal(f"{WORD} {text}")))
        found.append(Triple(thing, RDFS["comment"], Literal(text, datatype=RDF["HTML"])))
        found.append(Triple(thing, PROV["wasDerivedFrom"], source))
        found += [Triple(thing, EX["says"], Literal(each)) for each in ATTACKS.values()]
        found.append(Triple(thing, EX["link"], Literal(SCHEMES[0])))
    found += [Triple(a, EX["next"], b) for a, b in pairwise(things)]
    for subject in (THING["script"], source):
        for scheme in SCHEMES:
            found += [Triple(subject, each, NamedNode(scheme)) for each in _LINKING]
            url = Literal(scheme, datatype=XSD["anyURI"])
            found.append(Triple(subject, SCHEMA["url"], url))
    odd = NamedNode(f"{BASE}id/thing/it's(1)&x=%3Cb%3E;é\u202e")
    return [*found, *_typed(EX["Thing"], odd), *_both(odd, SKOS["prefLabel"], "it's")]
