"""A reader of English gets the English words that designers keep beside the Chinese ones; nobody else notices."""

import json
from pathlib import Path

import pytest
from flask import Flask

from engine.tables import UserTask
from web import language, schemas

WORKFLOWS = Path(__file__).parents[2] / "workflows"


@pytest.fixture
def app() -> Flask:
    made = Flask(__name__)
    made.secret_key = "only a test"
    language.init_app(made)
    return made


def test_a_form_speaks_english_to_an_english_reader_and_chinese_to_others(app: Flask) -> None:
    drawn = json.loads((WORKFLOWS / "visit.form").read_text(encoding="utf-8"))
    with app.test_request_context(headers={"Accept-Language": "en"}):
        english = json.dumps(schemas.said(drawn), ensure_ascii=False)
        assert '"label": "Result"' in english
        assert '"label": "Visited"' in english
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        assert schemas.said(drawn) is drawn


@pytest.mark.parametrize("path", sorted(WORKFLOWS.glob("*.form")), ids=lambda path: path.stem)
def test_only_words_change_so_both_readers_answer_the_same_form(app: Flask, path: Path) -> None:
    drawn = json.loads(path.read_text(encoding="utf-8"))

    def without_words(component: dict[str, object]) -> dict[str, object]:
        kept = {
            key: value for key, value in component.items() if key not in {"label", "text", "description", "dateLabel"}
        }
        for name in ("values", "components"):
            inner = component.get(name)
            if isinstance(inner, list):
                kept[name] = [without_words(each) for each in inner]
        return kept

    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert without_words(dict(schemas.said(drawn))) == without_words(drawn)


def test_a_task_without_an_english_name_keeps_its_own(app: Flask) -> None:
    named = UserTask(name="制定一企一策方案", properties={"nameEn": "Write the plan"})
    unnamed = UserTask(name="制定一企一策方案", properties={})
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert schemas.name_of(named) == "Write the plan"
        assert schemas.name_of(unnamed) == "制定一企一策方案"
    with app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        assert schemas.name_of(named) == "制定一企一策方案"
