"""Tokens become the tree of a query: SPARQL 1.1 section 19.8, without RDF 1.2.

The query is one that Oxigraph takes, so this reader need not find faults; what it does not know
it refuses with UnknownSyntax.
"""

from __future__ import annotations

from kg.namespaces import RDF
from kg.validate.sparql_syntax import (
    Bind,
    Choice,
    Element,
    Expression,
    Filter,
    Foreign,
    GraphGroup,
    Group,
    OptionalGroup,
    Pattern,
    Query,
    Tokens,
)
from kg.validate.sparql_tokens import Token, tokenize

_END = Token("end", "", 0)
_FIRST, _REST = (Token("iri", f"<{RDF}{name}>", -1) for name in ("first", "rest"))
_OPENING, _CLOSING = ("(", "["), (")", "]")
_MODIFIERS = ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES")
_DEPTH = 60


class UnknownSyntax(ValueError):
    """What this reader does not know stands at the offset `at`."""

    def __init__(self, at: int) -> None:
        """Keep the offset."""
        super().__init__(at)
        self.at = at


def parse_query(text: str) -> tuple[Query, dict[str, str]]:
    """Return the tree of a SELECT or ASK query and the prefixes that it declares itself.

    Raises UnknownSyntax. A query with BASE is not known.
    """
    return _Parser(text).query()


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.place = 0
        self.depth = 0

    @property
    def next(self) -> Token:
        """The token that comes next."""
        if self.place < len(self.tokens):
            return self.tokens[self.place]
        return _END._replace(at=len(self.text))

    def take(self) -> Token:
        """Return the next token and go on."""
        token = self.next
        if token.kind == "end":
            raise UnknownSyntax(token.at)
        self.place += 1
        return token

    def expect(self, sign: str) -> Token:
        """Take a sign."""
        if not self.next.is_sign(sign):
            raise UnknownSyntax(self.next.at)
        return self.take()

    def query(self) -> tuple[Query, dict[str, str]]:
        prefixes: dict[str, str] = {}
        while self.next.is_word("PREFIX"):
            self.take()
            name, iri = self.take(), self.take()
            prefixes[name.text[:-1]] = iri.text[1:-1]
        if not self.next.is_word("SELECT", "ASK"):
            raise UnknownSyntax(self.next.at)
        found = self.select()
        if self.next.kind != "end":
            raise UnknownSyntax(self.next.at)
        return found, prefixes

    def select(self) -> Query:
        word = self.take()
        if self.next.is_word("DISTINCT", "REDUCED"):
            self.take()
        head, star = self.next.at, None
        items: list[Expression] = []
        while self.next.kind == "var" or self.next.is_sign("(", "*"):
            if self.next.is_sign("*"):
                star = self.take()
            else:
                items.append(self.expression(one=True))
        while self.next.is_word("FROM"):
            self.take()
            if self.next.is_word("NAMED"):
                self.take()
            self.take()
        if self.next.is_word("WHERE"):
            self.take()
        group = self.group()
        modifiers: dict[str, Expression] = {}
        while self.next.is_word(*_MODIFIERS):
            keyword = self.next.text.upper()
            modifiers[keyword] = self.expression(one=False)
        return Query(word, head, tuple(items), star, group, modifiers)

    def expression(self, *, one: bool) -> Expression:
        """Take `one` operand with what is in its brackets, or all up to the next clause."""
        start = self.place
        groups: list[Group] = []
        alias: Token | None = None
        level = 0
        while True:
            token = self.next
            if token.is_word("EXISTS"):
                self.take()
                groups.append(self.group())
            elif token.is_sign("{"):
                if level or not self.tokens[start].is_word("VALUES"):
                    raise UnknownSyntax(token.at)
                self.data()
            else:
                self.take()
                level += token.is_sign(*_OPENING) - token.is_sign(*_CLOSING)
                if token.is_word("AS") and level == 1:
                    alias = self.next
            if level == 0 and self.ends(self.tokens[self.place - 1], one=one):
                return Expression(tuple(self.tokens[start : self.place]), tuple(groups), alias)

    def ends(self, last: Token, *, one: bool) -> bool:
        """Return whether an expression is complete after `last`, outside of brackets."""
        if not one:
            again = self.next.is_word(*_MODIFIERS)
            return again or self.next.kind == "end" or self.next.is_sign("}")
        if last.is_sign(")", "}") or last.kind == "var":
            return True
        return not (last.is_word("NOT") or self.next.is_sign("(") or self.next.is_word("EXISTS"))

    def data(self) -> None:
        """Skip the block of VALUES."""
        self.expect("{")
        while not self.take().is_sign("}"):
            pass

    def group(self) -> Group:
        start = self.expect("{")
        self.depth += 1
        if self.depth > _DEPTH:
            raise UnknownSyntax(start.at)
        elements: list[Element] = []
        select = None
        if self.next.is_word("SELECT"):
            select = self.select()
        while not self.next.is_sign("}"):
            self.element(elements)
        end = self.take()
        self.depth -= 1
        return Group(start.at, end.end, tuple(elements), select)

    def element(self, elements: list[Element]) -> None:
        token = self.next
        if token.is_sign("."):
            self.take()
        elif token.is_sign("{"):
            groups = [self.group()]
            while self.next.is_word("UNION"):
                self.take()
                groups.append(self.group())
            elements.append(Choice(tuple(groups)))
        elif token.kind == "word" and not token.is_word("TRUE", "FALSE"):
            elements.append(self.clause(self.take()))
        else:
            self.triples(elements)

    def clause(self, word: Token) -> Element:
        match word.text.upper():
            case "FILTER":
                expression = self.expression(one=True)
                return Filter(expression, word.at, self.tokens[self.place - 1].end)
            case "BIND":
                return Bind(self.expression(one=True))
            case "OPTIONAL":
                return OptionalGroup(self.group())
            case "GRAPH":
                return GraphGroup(self.take(), self.group())
            case "MINUS":
                return Foreign(word, self.group())
            case "SERVICE":
                if self.next.is_word("SILENT"):
                    self.take()
                self.take()
                return Foreign(word, self.group())
            case "VALUES":
                while not self.next.is_sign("{"):
                    self.take()
                self.data()
                return Foreign(word)
            case _:
                raise UnknownSyntax(word.at)

    def triples(self, elements: list[Element]) -> None:
        """Take the triples of one subject."""
        bracketed = self.next.is_sign("[")
        subject = self.node(elements)
        if bracketed and (self.next.is_sign(".", "}", "{") or self._is_clause()):
            return
        self.properties(subject, elements)

    def _is_clause(self) -> bool:
        return self.next.kind == "word" and not self.next.is_word("A")

    def properties(self, subject: Tokens, elements: list[Element]) -> None:
        while True:
            verb = self.verb()
            while True:
                elements.append(Pattern(subject, verb, self.node(elements)))
                if not self.next.is_sign(","):
                    break
                self.take()
            if not self.next.is_sign(";"):
                return
            while self.next.is_sign(";"):
                self.take()
            if self.next.is_sign(".", "}", "]", "{") or self._is_clause():
                return

    def verb(self) -> Tokens:
        """Take a variable or a property path."""
        start = self.place
        level = 0
        while True:
            token = self.take()
            level += token.is_sign("(") - token.is_sign(")")
            after = self.next
            open_ended = token.is_sign("^", "!", "/", "|", "(")
            goes_on = after.is_sign("/", "|", "*", "+", "?")
            if level == 0 and not open_ended and not goes_on:
                return tuple(self.tokens[start : self.place])

    def node(self, elements: list[Element]) -> Tokens:
        """Take a term; what is in the brackets of [ ] and ( ) becomes patterns of its own."""
        token = self.take()
        if token.is_sign("["):
            if not self.next.is_sign("]"):
                self.properties((), elements)
            self.expect("]")
            return ()
        if token.is_sign("("):
            while not self.next.is_sign(")"):
                member = self.node(elements)
                elements += [Pattern((), (_FIRST,), member), Pattern((), (_REST,), ())]
            self.take()
            return ()
        if token.kind == "sign" or (token.kind == "word" and not token.is_word("TRUE", "FALSE")):
            raise UnknownSyntax(token.at)
        tokens = [token]
        if token.kind == "string":
            if self.next.kind == "tag":
                tokens.append(self.take())
            elif self.next.is_sign("^^"):
                tokens += (self.take(), self.take())
        return tuple(tokens)
