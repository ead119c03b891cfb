"""Random look-ups, of all that their grammar has, and some that are a little more than that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple
from tests.publish.look_ups.agreeing import LITERALS, NODES, TAGS, E, term

from kg.namespaces import RDF_TYPE

_NAMED = [node for node in NODES if isinstance(node, NamedNode)]
_SPACES = (
    *(" ",) * 20,
    *("\n", "\t ", "\r\n", "\r", "\n\n"),
    *(" # ?c ) } \" < ' LIMIT 1\n", "#\r"),
)
_ALONE = re.compile(r"[{}().;,=*<]")
_RANGES = (*TAGS, "*", "DE", "de-", "", "de-at", "x")


def look_up(random: Random, quads: Sequence[Quad]) -> str:
    """Return a query about what `quads` state: most are look-ups, few are wrong or ask more."""
    return _Writer(random, quads).query()


@dataclass
class _Writer:
    random: Random
    quads: Sequence[Quad]
    places: dict[object, str] = field(default_factory=dict)
    bound: list[str] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)

    def query(self) -> str:
        random = self.random
        body = ["{", *self.group(own="v", outer=True)]
        outer = list(self.bound)
        for number in range(random.choice([0, 0, 1, 1, 2, 3])):
            self.bound = list(outer)
            body += [self.word("OPTIONAL"), "{", *self.group(own=f"o{number}", outer=False), "}"]
            body += random.choice([[], ["."]])
            if random.random() < 0.15:
                self.bound = list(outer)
                body += self.filter()
        body.append("}")
        tail = [self.word("LIMIT"), str(random.choice([0, 1, 2, 7, 100]))]
        if random.random() < 0.75:
            tail = []
        tokens = [*self.head(), *random.choice([[], [self.word("WHERE")]]), *body, *tail]
        return self.spaced(tokens)

    def head(self) -> list[str]:
        random, tokens = self.random, []
        if random.random() < 0.3:
            tokens += [self.word("PREFIX"), random.choice(["e:", "E:", "o-1:", ":"]), f"<{E}>"]
        if random.random() < 0.05:
            tokens += [self.word("PREFIX"), "e:", "<http://other.example/>"]
        tokens.append(self.word("SELECT"))
        if random.random() < 0.3:
            tokens.append(self.word("DISTINCT"))
        names = list(dict.fromkeys(self.seen))
        if random.random() < 0.25 or not names:
            return [*tokens, "*"]
        chosen = random.sample(names, random.randint(1, len(names)))
        return tokens + [random.choice("?$") + name for name in chosen]

    def word(self, word: str) -> str:
        return self.random.choice([word, word, word.lower(), word.capitalize()])

    def group(self, *, own: str, outer: bool) -> list[str]:
        random = self.random
        tokens: list[str] = []
        if random.random() < 0.1 and not outer:
            tokens += self.filter()
        for number in range(random.choice([1, 1, 1, 2, 3])):
            if number and tokens[-1] not in ("}", ".", ")"):
                tokens.append(".")
            tokens += self.triples(own)
            if random.random() < 0.25:
                tokens += [*random.choice([[], ["."]]), *self.filter()]
        if tokens[-1] != ")" or random.random() < 0.3:
            tokens += random.choice([[], ["."]])
        return tokens

    def triples(self, own: str) -> list[str]:
        random = self.random
        known = [
            quad for quad in self.quads if quad.subject in self.places or quad.object in self.places
        ]
        quad = random.choice(known if known and random.random() < 0.8 else self.quads)
        other = random.choice(self.quads)
        tokens = [self.node(quad.subject, own), self.predicate(quad, own)]
        tokens.append(self.thing(quad.object, own))
        while random.random() < 0.12:
            tokens += [",", self.thing(random.choice([quad, other]).object, own)]
        while random.random() < 0.12:
            tokens += [";", *random.choice([[], [";"]]), self.predicate(other, own)]
            tokens.append(self.thing(other.object, own))
        return [*tokens, *([";"] if random.random() < 0.05 else [])]

    def node(self, node: NamedNode | BlankNode | Triple, own: str) -> str:
        if not isinstance(node, NamedNode) or self.random.random() < 0.4:
            return self.variable(node, own)
        return term(self.random, node)

    def predicate(self, quad: Quad, own: str) -> str:
        chance = self.random.random()
        if chance < 0.3:
            return self.variable(quad.predicate, own)
        if quad.predicate.value == RDF_TYPE and chance < 0.8:
            return "a"
        return term(self.random, quad.predicate if chance < 0.95 else self.random.choice(_NAMED))

    def thing(self, thing: NamedNode | BlankNode | Literal | Triple, own: str) -> str:
        if not isinstance(thing, Literal):
            return self.node(thing, own)
        if self.random.random() < 0.5:
            return self.variable(thing, own)
        some = [thing] if self.random.random() < 0.9 else LITERALS
        return term(self.random, self.random.choice(some))

    def variable(self, what: object, own: str) -> str:
        random = self.random
        name = self.places.get(what)
        if name is None or name not in self.bound or random.random() < 0.05:
            name = own + random.choice(["", "1", "_2", "B", "b"])
        if self.bound and random.random() < 0.03:
            name = random.choice(self.bound)
        self.places[what] = name
        self.bound.append(name)
        self.seen.append(name)
        return random.choice("??$") + name

    def filter(self) -> list[str]:
        random = self.random
        name = random.choice(self.bound or ["v"])
        lang = [self.word("LANG"), "(", f"?{name}", ")"]
        wanted = f'"{random.choice(_RANGES)}"'
        if random.random() < 0.5:
            return [self.word("FILTER"), "(", *lang, "=", wanted, ")"]
        matches = [self.word("LANGMATCHES"), "(", *lang, ",", wanted, ")"]
        if random.random() < 0.5:
            matches = ["(", *matches, ")"]
        return [self.word("FILTER"), *matches]

    def spaced(self, tokens: list[str]) -> str:
        random = self.random
        parts = []
        for before, token in zip(["", *tokens], tokens, strict=False):
            alone = not before or _ALONE.fullmatch(before) or _ALONE.fullmatch(token)
            parts.append("" if alone and random.random() < 0.5 else random.choice(_SPACES))
            parts.append(token)
        text = "".join(parts) + random.choice(["", "\n", " # end"])
        return text if random.random() < 0.95 else text.replace("# ?c", "# { ?c")
