"""Random text thrown at the reader and the evaluator: whatever comes, nothing but our own errors.

In the suite for a few seconds; `python -m tests.engine.feel.test_fuzz 600` for as many seconds as wanted.
"""

import random
import sys
import time
from datetime import UTC, datetime

from engine import feel
from engine.errors import Problem
from engine.feel.library import BUILTINS

NOW = datetime(2026, 6, 30, 4, tzinfo=UTC)
BUDGET = feel.Budget(steps=20_000, string=2_000, list=2_000)
WORDS = [
    *["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "(", ")", "[", "]", "{", "}", ",", ".", "..", ":", "@", "->", "?", "'", '"', "//", "/*", "*/", ";", "^", "&"],
    *["if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "and", "or", "between", "instance", "of", "function", "external", "not", "null", "true"],
    *["a", "b", "企业", "x1", "item", "partial", "date", "time", "list<number>", "context<a:string>", "0", "1", "-1", "0.5", "1e9", "1e-9", "12345678901234567890"],
    '"text"', '"\\u9500\\n"', '@"2026-06-30"', '@"P1D"', '@"P1Y"', '@"12:00:00+08:00"', '@"999999999-12-31"', " ", "\n", "\u3000",
]  # fmt: skip
CONTEXT = {"a": 3, "b": [1, 2, {"x1": "y"}], "企业": {"a": [1], "b": {"c": None}}, "x1": "text"}


def sentence(rng: random.Random, names: list[str]) -> str:
    """Words in random order, now and then a call of a function, a cut or a doubled character."""
    words: list[str] = []
    for _ in range(rng.randint(1, 14)):
        if rng.random() < 0.25:
            arguments = ", ".join(rng.choice(WORDS) for _ in range(rng.randint(0, 3)))
            words.append(f"{rng.choice(names)}({arguments})")
        else:
            words.append(rng.choice(WORDS))
    text = rng.choice(["", " "]).join(words)
    if rng.random() < 0.2 and text:
        at = rng.randrange(len(text))
        text = text[:at] + rng.choice(["", text[at] * 2, chr(rng.randrange(0x20, 0x3000))]) + text[at + 1 :]
    return text


def throw(text: str) -> None:
    """Read and evaluate; Problems are right answers."""
    for work in (
        lambda: feel.to_json(feel.evaluate(text, CONTEXT, now=NOW, budget=BUDGET)),
        lambda: feel.unary_test(text, 3, CONTEXT, now=NOW, budget=BUDGET),
    ):
        try:
            work()
        except Problem:
            pass
        except Exception as fault:
            raise AssertionError(f"{text!r} raised {fault!r}") from fault


def test_random_text_raises_nothing_but_problems() -> None:
    rng, names = random.Random(20260630), sorted(BUILTINS)
    for _ in range(6_000):
        throw(sentence(rng, names))


def test_every_function_bears_values_of_every_kind() -> None:
    rng = random.Random(7)
    values = ["null", "1", "-1.5", "0", '"a"', "true", "[]", "[1, 2]", '["a", null]', "{}", "{a: 1}", "[1..3]", "(> 5)"]
    values += [
        "function(x) x",
        "function(x, y) x < y",
        '@"2026-06-30"',
        '@"P1D"',
        '@"P1Y"',
        '@"12:00:00"',
        "10 ** 6000",
    ]
    values += [
        '@"2026-06-30T12:00:00Z"',
        '@"-999999999-01-01T00:00:00"',
        '"["',
        "sum",
        "[[[1]]]",
        '[{key: "a", value: 1}]',
    ]
    for name in BUILTINS:
        for count in range(5):
            for _ in range(12 if count else 1):
                throw(f"{name}({', '.join(rng.choice(values) for _ in range(count))})")


if __name__ == "__main__":
    seed = random.randrange(10**9)
    print(f"seed {seed}")
    source, functions = random.Random(seed), sorted(BUILTINS)
    end, thrown = time.monotonic() + float(sys.argv[1] if len(sys.argv) > 1 else 600), 0
    while time.monotonic() < end:
        throw(sentence(source, functions))
        thrown += 1
    print(f"{thrown} expressions, nothing but problems")
