"""Browser and server agree about forms: the same verdict, the same fields, the same data; or the form is refused before it is deployed."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page

from engine import forms, submissions
from engine.errors import Invalid, Undeployable
from engine.forms import Field
from tests import forms_corpus
from tests.browser.stand import Counter
from tests.forms_corpus import Case

pytestmark = pytest.mark.browser

NOW = datetime(2026, 6, 30, 1, tzinfo=UTC)
# The cases that no browser gets to see, by the rule that refuses their form.
REFUSED = {
    r"pattern \bR&D\b": "form-pattern",
    r"pattern ^(?!0)\d+$": "form-pattern",
    "phone": "form-phone",
    "a condition over a hidden field": "form-hidden-answer",
    "an expression over a hidden answer": "form-hidden-answer",
    "expression date": "form-two-answers",
}
# Used for numbers in a form; for durations and texts feelin answers null.
OF_DURATIONS = {'=abs(@"-PT5H")': (None, "PT5H"), '=max("a", "b")': (None, "b")}
# Each case is a form of its own on one page: drawn with what the task shows and what was typed, asked for its data and its errors.
ASK = """async cases => {
  const told = [];
  for (const one of cases) {
    const form = document.createElement("camunda-form");
    form.setAttribute("key", `case-${told.length}`);
    form.setAttribute("action", "/submit");
    const draft = { submission: one.typed, saved_at: "09:31" };
    for (const [name, value] of Object.entries({ schema: one.schema, data: one.shown, draft })) {
      const part = document.createElement("script");
      part.type = "application/json";
      part.dataset.part = name;
      part.textContent = JSON.stringify(value);
      form.append(part);
    }
    const drawn = new Promise((resolve) => {
      new MutationObserver((_, watch) => {
        if (!form.hasAttribute("ready") && !form.hasAttribute("failed")) return;
        watch.disconnect();
        resolve();
      }).observe(form, { attributes: true });
    });
    document.body.append(form);
    await drawn;
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    if (form.hasAttribute("failed")) told.push({ failed: form.getAttribute("failed") });
    else told.push({ data: form.form._getSubmitData(), errors: form.form.validate() });
    form.remove();
  }
  return told;
}"""


def ask(page: Page, site: str, counter: Counter, cases: Sequence[Case]) -> list[dict[str, Any]]:
    """What form-js says about each case."""
    counter.body = '<camunda-form key="first"></camunda-form>'
    page.goto(f"{site}/any")
    page.locator("camunda-form[failed]").wait_for(state="attached")
    page.locator("camunda-form").evaluate("node => node.remove()")
    return page.evaluate(ASK, [{"schema": one.schema, "shown": one.shown, "typed": one.typed} for one in cases])


def read(source: bytes) -> tuple[forms.Form | None, set[str]]:
    """The form, or the rules that refuse it."""
    try:
        return forms.read(source), set()
    except Undeployable as refused:
        return None, {one.rule for one in refused.findings}


def places(fields: Sequence[Field], above: tuple[str, ...] = ()) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Where the value of each field lies; `*` stands for the number of a row."""
    for one in fields:
        if one.type == "group":
            yield from places(one.children, above)
        else:
            yield one.id, (*above, *one.path)
            yield from places(one.children, (*above, *one.path, "*"))


def wrong(errors: Mapping[str, Any], where: Mapping[str, tuple[str, ...]]) -> set[str]:
    """The fields that form-js finds fault with, named as the server names them."""
    found: set[str] = set()

    def walk(value: Any, place: tuple[str, ...], numbers: tuple[str, ...]) -> None:
        if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
            rows = iter(numbers)
            found.add(".".join(next(rows) if part == "*" else part for part in place))
            return
        inner = value.items() if isinstance(value, dict) else enumerate(value or ())
        for number, each in inner:
            walk(each, place, (*numbers, str(number)))

    for identity, value in errors.items():
        walk(value, where[identity], ())
    return found


def plain(value: Any) -> Any:
    """Data without what is nothing, its numbers exact."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items() if each is not None}
    if isinstance(value, list):
        return [plain(each) for each in value]
    return (
        Decimal(str(value)).normalize()
        if isinstance(value, int | float | Decimal) and not isinstance(value, bool)
        else value
    )


def differs(case: Case, form: forms.Form, told: Mapping[str, Any]) -> str:
    """How the server sees it otherwise; empty: they agree."""
    there = wrong(told["errors"], dict(places(form.fields)))
    try:
        answers = submissions.check(form, told["data"], case.shown, now=NOW)
    except Invalid as refused:
        here = set(refused.fields)
        return "" if here == there else f"browser: {sorted(there)}, server: {refused.fields}"
    if there:
        return f"the browser refuses {sorted(there)}, the server takes {answers}"
    data = plain(told["data"])
    return "" if plain(answers) == data else f"browser: {data}, server: {plain(answers)}"


def test_every_form_is_answered_alike_or_refused(open_page: Callable[..., Page], site: str, counter: Counter) -> None:
    shown: list[tuple[Case, forms.Form]] = []
    refused: dict[str, set[str]] = {}
    for case in forms_corpus.cases():
        form, rules = read(case.source)
        if form is None:
            refused[case.name] = rules
        else:
            shown.append((case, form))
    for name, rules in refused.items():
        [expected] = [rule for word, rule in REFUSED.items() if word in name]
        assert rules == {expected}, name
    assert {word for word in REFUSED if any(word in name for name in refused)} == set(REFUSED)
    answers = ask(open_page("desk"), site, counter, [case for case, _ in shown])
    assert len(shown) > 280
    found = {
        case.name: told.get("failed") or differs(case, form, told)
        for (case, form), told in zip(shown, answers, strict=True)
    }
    assert {name: said for name, said in found.items() if said} == {}


def test_every_function_of_feel_answers_alike_in_a_form_or_is_refused_there(
    open_page: Callable[..., Page], site: str, counter: Counter
) -> None:
    case = forms_corpus.feel_examples()
    [told] = ask(open_page("desk"), site, counter, [case])
    alike, otherwise = 0, {}
    for component in case.components:
        alone = json.dumps({**case.schema, "components": [component]}).encode()
        form, rules = read(alone)
        if form is None:
            assert rules == {"form-two-answers"}
            continue
        key = component["key"]
        answer = submissions.check(form, {}, {}, now=NOW)
        alike += 1
        if plain({key: told["data"].get(key)}) != plain({key: answer.get(key)}):
            otherwise[component["expression"]] = (told["data"].get(key), answer.get(key))
    assert otherwise == OF_DURATIONS
    assert alike > 100
