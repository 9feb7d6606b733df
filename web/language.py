"""The reader's language: which one, the catalogues in memory, and how a sentence, a date or a number is said in it."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Blueprint, Flask, Response, abort, redirect, request, session, url_for
from flask_babel import Babel, Domain, format_date, format_datetime, format_decimal, get_locale, get_translations
from werkzeug.wrappers import Response as BaseResponse

from engine.errors import Sentence

FOLDER = Path(__file__).parent / "translations"
# What a person chooses, what the page says it is, and how it calls itself. The first is the default.
LOCALES: Mapping[str, tuple[str, str]] = {"zh_CN": ("zh-CN", "中文"), "en": ("en", "English")}
DEFAULT = "zh_CN"
TIME_ZONE = "Asia/Shanghai"

blueprint = Blueprint("language", __name__)


class _Catalogues(Domain):
    """The catalogues compiled in memory from their .po files: nothing to install, nothing that can be stale."""

    def get_translations(self) -> NullTranslations:
        return translations(locale_name())


class _Babel(Babel):
    @cached_property
    def domain_instance(self) -> Domain:  # pyright: ignore[reportIncompatibleMethodOverride]
        return _Catalogues()


def init_app(app: Flask) -> None:
    """Choose the language per request; templates get `locale`, `locales`, `language_tag`, `messages_url()`, filter `say`."""
    _Babel(app, default_locale=DEFAULT, default_timezone=TIME_ZONE, locale_selector=choose)
    app.register_blueprint(blueprint)
    app.jinja_env.filters["say"] = say
    app.context_processor(
        lambda: {
            "locale": locale_name(),
            "locales": LOCALES,
            "language_tag": LOCALES[locale_name()][0],
            "messages_url": messages_url,
        }
    )


def choose() -> str:
    """What the person chose, else what the browser asks for, else Chinese."""
    chosen = session.get("language")
    if isinstance(chosen, str) and chosen in LOCALES:
        return chosen
    wanted = request.accept_languages.best_match([tag for tag, _ in LOCALES.values()] + ["zh"])
    return "en" if wanted == "en" else DEFAULT


def locale_name() -> str:
    """The key of LOCALES in force now."""
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else DEFAULT


def say(sentence: object) -> str:
    """A `Sentence` in the reader's language, its dates and numbers written as that language writes them.

    Anything else is said as it is, so that a list of sentences and plain text can be shown by the same template.
    """
    if not isinstance(sentence, Sentence):
        return str(sentence)
    text = str(get_translations().ugettext(sentence.template))
    return text.format(**{name: _write(value) for name, value in sentence.params.items()}) if sentence.params else text


def say_fields(fields: Mapping[str, Iterable[Sentence]]) -> dict[str, list[str]]:
    """The `.fields` of `Invalid` as `<camunda-form>` reads them: `{field key: [text, …]}`."""
    return {key: [say(sentence) for sentence in sentences] for key, sentences in fields.items()}


@cache
def catalogue(name: str) -> Catalog:
    """The catalogue of a locale as it stands in its .po file."""
    with (FOLDER / name / "LC_MESSAGES" / "messages.po").open("rb") as stream:
        return read_po(stream, locale=name, domain="messages", abort_invalid=True)


@cache
def translations(name: str) -> Translations:
    """The compiled catalogue of a locale."""
    compiled = BytesIO()
    write_mo(compiled, catalogue(name))
    compiled.seek(0)
    return Translations(compiled, domain="messages")


def messages_url() -> str:
    """The address of the islands' own sentences in the language in force; it changes when a sentence changes."""
    name = locale_name()
    return url_for("language.messages", name=name, digest=_island_script(name)[1])


@blueprint.get("/assets/messages/<name>-<digest>.js")
def messages(name: str, digest: str) -> Response:
    """The sentences that islands say themselves, as a script that runs before them."""
    if name not in LOCALES or _island_script(name)[1] != digest:
        abort(404)
    response = Response(_island_script(name)[0], content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@blueprint.post("/language")
def change() -> BaseResponse:
    """Remember the language that was chosen and go back to the page it was chosen on."""
    chosen = request.form.get("language", "")
    if chosen in LOCALES:
        session["language"] = chosen
        session.permanent = True
    back = request.form.get("back", "/")
    # Only a path of this site: no other host, and no `//host` that a browser would read as one.
    return redirect(back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/")


@cache
def _island_script(name: str) -> tuple[str, str]:
    sentences = {
        str(message.id): str(message.string)
        for message in catalogue(name)
        if message.id and message.string and any("islands/" in place for place, _ in message.locations)
    }
    body = json.dumps(sentences, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    script = f"self.xiaohaoMessages={body};\n"
    return script, hashlib.sha256(script.encode()).hexdigest()[:10]


def _write(value: object) -> str:
    match value:
        case Sentence():
            return say(value)
        case datetime():
            return format_datetime(value, "y年M月d日 HH:mm" if locale_name() == DEFAULT else "MMM d, y, HH:mm")
        case date():
            return format_date(value, "long" if locale_name() == DEFAULT else "medium")
        case bool():
            return str(value).lower()
        case int() | Decimal():
            return format_decimal(value)
        case list() | tuple():
            return ("、" if locale_name() == DEFAULT else ", ").join(_write(one) for one in value)
        case _:
            return str(value)
