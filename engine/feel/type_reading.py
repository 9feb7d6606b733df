"""Reading the types that an expression mentions: `number`, `list<string>`, `context<a: date>`, `function<number>->number`."""

from engine.feel.lexer import NAME, NUMBER, OPERATOR
from engine.feel.reading import RESERVED, Reading
from engine.feel.syntax import TypeRef

# Types whose names hold the word "and": what stands before it and after it.
_JOINED = {"date": "time", "days": "time", "day": "time", "years": "months", "year": "month"}
_BUILT_IN = frozenset(
    {"Any", "Null", "number", "string", "boolean", "date", "time", "date and time", "days and time duration"}
    | {"years and months duration", "day time duration", "year month duration", "list", "context", "range", "function"}
)


class TypeReading(Reading):
    """A text being read that may mention types."""

    def type(self) -> TypeRef:
        start = self.token.start
        if self.token.kind != NAME:
            raise self.error("expected a type here")
        with self.nested():
            words = self.token.text
            self.at += 1
            if words in ("list", "range", "context", "function") and self.is_operator("<"):
                return self.composed_type(words, start)
            while True:
                token = self.token
                joins = token.text == "and" and _JOINED.get(words) == self.tokens[self.at + 1].text
                if token.kind == NAME and (joins or token.text not in RESERVED):
                    words += " " + token.text
                elif (
                    token.kind == OPERATOR
                    and token.text in (".", "-")
                    and words not in _BUILT_IN  # `x instance of number - y` subtracts
                    and self.tokens[self.at + 1].kind == NAME
                ):
                    words += token.text + self.tokens[self.at + 1].text
                    self.at += 1
                else:
                    break
                self.at += 1
        return TypeRef(self.end(start), words)

    def composed_type(self, kind: str, start: int) -> TypeRef:
        self.at += 1
        parts: list[tuple[str, TypeRef]] = []
        while not self.is_operator(">"):
            name = ""
            if kind == "context":
                at = self.at
                while self.tokens[at].kind in (NAME, NUMBER):
                    at += 1
                if at == self.at or self.tokens[at].text != ":":
                    raise self.error("expected a name, a colon and a type here")
                name = self.spelled_until(at)
            parts.append((name, self.type()))
            if not self.accept(","):
                break
        self.expect(">")
        result = None
        if kind == "function":
            self.expect("->")
            result = self.type()
        return TypeRef(self.end(start), kind, tuple(parts), result)
