"""Which language a reader gets, and how sentences, dates and numbers are said in it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from engine.errors import Sentence
from tests.browser.stand import Counter
from web import catalogues, headers, language


@pytest.fixture
def app() -> Flask:
    app = Counter().app
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture
def visitor(app: Flask) -> Iterator[FlaskClient]:
    with app.test_client() as visitor:
        yield visitor


def title_of(visitor: FlaskClient, accepts: str = "") -> str:
    answer = visitor.get("/pieces", headers={"Accept-Language": accepts} if accepts else {})
    return answer.text.split("<title>")[1].split("</title>")[0].split(" · ")[1]


@pytest.mark.parametrize(
    ("accepts", "says"),
    [("", "销号"), ("zh-TW,zh;q=0.9", "销号"), ("en-GB,en;q=0.9", "Xiaohao"), ("de,fr;q=0.5", "销号")],
)
def test_a_browser_that_asks_for_english_gets_it_and_all_others_chinese(
    visitor: FlaskClient, accepts: str, says: str
) -> None:
    assert title_of(visitor, accepts) == says


def test_a_choice_is_remembered_and_leads_back_to_the_page(visitor: FlaskClient) -> None:
    answer = visitor.post("/language", data={"language": "en", "back": "/pieces?a=1"})
    assert answer.headers["Location"] == "/pieces?a=1"
    assert title_of(visitor, "zh-CN") == "Xiaohao"


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", ""])
def test_the_switch_never_leads_to_another_site(visitor: FlaskClient, back: str) -> None:
    assert visitor.post("/language", data={"language": "en", "back": back}).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("locale", "says"),
    [
        ("zh_CN", "没有部署 2026年6月30日 和 1,234.5 和 2026年6月30日 09:30 和 甲、乙"),
        ("en", "none Jun 30, 2026 and 1,234.5 and Jun 30, 2026, 09:30 and 甲, 乙"),
    ],
)
def test_dates_and_numbers_in_a_sentence_are_written_as_the_language_writes_them(
    app: Flask, monkeypatch: pytest.MonkeyPatch, locale: str, says: str
) -> None:
    template = "none {day} and {sum} and {time} and {list}"
    words = "没有部署 {day} 和 {sum} 和 {time} 和 {list}" if locale == "zh_CN" else template
    monkeypatch.setattr(language, "locale_name", lambda: locale)
    monkeypatch.setattr(language, "get_translations", lambda: SimpleNamespace(ugettext=lambda _: words))
    sentence = Sentence(
        template,
        {
            "day": date(2026, 6, 30),
            "sum": Decimal("1234.5"),
            "time": datetime(2026, 6, 30, 1, 30, tzinfo=UTC),
            "list": ["甲", "乙"],
        },
    )
    with app.test_request_context("/", headers={"Accept-Language": language.LOCALES[locale][0]}):
        assert language.say(sentence) == says


def test_a_sentence_inside_a_sentence_is_said_too(app: Flask) -> None:
    inner = Sentence("this is required")
    with app.test_request_context("/"):
        assert language.say(Sentence("{kind}: {reason}", {"kind": "x", "reason": inner})) == "x：此项必填"
        assert language.say_fields({"name": [inner]}) == {"name": ["此项必填"]}


def test_islands_get_their_own_sentences_and_no_others(visitor: FlaskClient, app: Flask) -> None:
    with app.test_request_context("/"):
        address = language.messages_url()
    answer = visitor.get(address)
    assert '"Submit":"提交"' in answer.text
    assert "this is required" not in answer.text
    assert "immutable" in answer.headers["Cache-Control"]
    assert visitor.get(address.replace("zh_CN-", "zh_CN-0")).status_code == 404


def test_built_files_are_compressed_and_kept_for_ever_and_nothing_else_is_served(
    visitor: FlaskClient, app: Flask
) -> None:
    page = visitor.get("/pieces").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]
    answer = visitor.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Content-Encoding" not in visitor.get(address, headers={"Accept-Encoding": "identity"}).headers
    assert visitor.get("/assets/manifest.json").status_code == 404
    assert visitor.get("/assets/../app.py").status_code == 404


def test_pages_allow_nothing_inline_and_only_the_designers_style_attributes(visitor: FlaskClient) -> None:
    answer = visitor.get("/pieces")
    assert answer.headers["Content-Security-Policy"] == headers.content_security_policy("/pieces")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    assert "'unsafe-inline'" in headers.content_security_policy("/designer/definitions/1")
    assert "<script>" not in answer.text
    assert ' style="' not in answer.text


def test_words_with_other_parameters_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    catalogue = catalogues.read("zh_CN")
    message = catalogue.get("{day} does not lie in {year}")
    assert message is not None
    message.string = "{day}不在{yaer}年内"
    monkeypatch.setattr(catalogues, "read", lambda _: catalogue)
    assert any("other parameters" in fault for fault in catalogues.missing("zh_CN"))


def test_a_helper_with_a_parameter_named_template_is_a_source_of_sentences() -> None:
    said = {str(message.id) for message in catalogues.collect()}
    assert {"this is required", "you may not do this", "Submit", "Skip to the content"} <= said
    assert not {one for one in said if one.startswith("unknown-")}
