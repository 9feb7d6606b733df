"""The catalogues' workshop: `python -m web.catalogues update` collects sentences, `check` says what is missing in which language.

A sentence is an English msgid. Templates say `_("…")`, Python `gettext("…")` or an error or `Sentence` whose first argument is the
template, islands `t("…")`. Errors' docstrings are messages too. The .po files are the only form: `web.language` compiles them in memory.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(__file__).parent / "translations"
LOCALES = ("zh_CN", "en")
SENTENCES = ("Sentence", "Problem", "NotFound", "Forbidden", "Conflict", "Invalid", "ExecutionFailed", "say_later")
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "t": None,
    **dict.fromkeys(SENTENCES),
}
# Folder, files, how they are read.
SOURCES: tuple[tuple[str, str, str], ...] = (
    ("engine", "**.py", "python"),
    ("casework", "**.py", "python"),
    ("scheduler", "**.py", "python"),
    ("web", "**.py", "python"),
    ("web", "**.html", "jinja2"),
    ("web/islands/src", "**.js", "javascript"),
)


def collect() -> Catalog:
    """Every sentence of the house, with the file that says it, as an empty catalogue."""
    found = Catalog(project="xiaohao", charset="utf-8")
    for folder, pattern, method in SOURCES:
        place = ROOT / folder
        if not place.is_dir():
            continue
        messages = extract_from_dir(
            str(place),
            method_map=[(pattern, method)],
            keywords=KEYWORDS,
            comment_tags=("NOTE:",),
            directory_filter=lambda path: Path(path).name not in {"node_modules", "static", "__pycache__"},
        )
        for name, _line, message, _comments, context in messages:
            if message and message != ("",):
                found.add(message, locations=[(f"{folder}/{name}", 0)], context=context)
    for sentence, place in (*_error_docstrings(), *_handed_on()):
        found.add(sentence, locations=[(place, 0)])
    return found


def path_of(locale: str) -> Path:
    """The .po file of a locale."""
    return FOLDER / locale / "LC_MESSAGES" / "messages.po"


def read(locale: str) -> Catalog:
    """The catalogue of a locale as it stands; an empty one if there is none yet."""
    path = path_of(locale)
    if not path.exists():
        return Catalog(locale=locale, project="xiaohao", charset="utf-8")
    with path.open("rb") as stream:
        return read_po(stream, locale=locale)


def update() -> None:
    """Bring both files up to date: new sentences come in (English says itself), sentences nobody says any more go out."""
    template = collect()
    for locale in LOCALES:
        catalogue = read(locale)
        known = {(message.id, message.context): message.string for message in catalogue if message.id}
        fresh = Catalog(locale=locale, project="xiaohao", charset="utf-8", fuzzy=False, header_comment=_header(locale))
        for message in template:
            if not message.id:
                continue
            string = known.get((message.id, message.context)) or (message.id if locale == "en" else None)
            fresh.add(message.id, string, locations=sorted(set(message.locations)), context=message.context)
        path = path_of(locale)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            write_po(stream, fresh, width=110, include_lineno=False, sort_output=True, omit_header=False)
        # Dates in the header would make every update a change.
        text = re.sub(
            r'^"(POT-Creation|PO-Revision)-Date:.*\n', "", path.read_text(encoding="utf-8"), flags=re.MULTILINE
        )
        path.write_text(text, encoding="utf-8")


def missing(locale: str) -> list[str]:
    """The sentences that are said somewhere and have no words in this language, or words with other parameters."""
    catalogue = read(locale)
    faults: list[str] = []
    for message in collect():
        if not message.id:
            continue
        there = catalogue.get(message.id, message.context)
        sentence = message.id if isinstance(message.id, str) else message.id[0]
        words = there.string if there else ""
        if isinstance(words, tuple | list):
            words = words[0] if words and all(words) else ""
        if not words:
            faults.append(f"no words for {sentence!r} ({', '.join(sorted({place for place, _ in message.locations}))})")
        elif _params(sentence) != _params(words):
            faults.append(f"other parameters in the words for {sentence!r}: {words!r}")
    return faults


def main(arguments: list[str]) -> int:
    """`update` writes both files, `check` returns 1 and prints what is missing."""
    match arguments:
        case ["update"]:
            update()
        case ["check"]:
            pass
        case _:
            print("usage: python -m web.catalogues update|check", file=sys.stderr)  # noqa: T201
            return 2
    faults = [f"{locale}: {fault}" for locale in LOCALES for fault in missing(locale)]
    for fault in faults:
        print(fault)  # noqa: T201
    return 1 if faults and arguments == ["check"] else 0


def _error_docstrings() -> Iterator[tuple[str, str]]:
    # The first paragraph of an error's docstring is its default message (engine/errors.py).
    place = "engine/errors.py"
    for node in ast.parse((ROOT / place).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef) and node.name in SENTENCES and node.name != "Sentence":
            text = (ast.get_docstring(node) or "").split("\n\n")[0].strip()
            if text:
                yield text, place


def _handed_on() -> Iterator[tuple[str, str]]:
    """The sentences given to a function of the house that hands its parameter `template` on to an error or a `Sentence`."""
    trees = {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for folder, _pattern, method in SOURCES
        if method == "python"
        for path in sorted((ROOT / folder).rglob("*.py"))
    }
    inside = {place: dict(_template_positions(tree)) for place, tree in trees.items()}
    everywhere = {name: at for names in inside.values() for name, at in names.items() if not name.startswith("_")}
    for place, tree in trees.items():
        positions = everywhere | inside[place]
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and (at := positions.get(_last_name(call.func))) is not None:
                given = [*call.args[at : at + 1], *(one.value for one in call.keywords if one.arg == "template")]
                yield from ((text, place) for one in given for text in _texts(one))


def _template_positions(tree: ast.Module) -> Iterator[tuple[str, int]]:
    # By what a caller writes: the function's name, or the class whose instance is made.
    for scope in ast.walk(tree):
        for node in (
            getattr(scope, "body", []) if isinstance(scope, ast.Module | ast.ClassDef | ast.FunctionDef) else []
        ):
            if isinstance(node, ast.FunctionDef):
                names = [argument.arg for argument in node.args.args]
                if "template" in names:
                    bound = names[0] in {"self", "cls"}
                    name = scope.name if node.name == "__init__" and isinstance(scope, ast.ClassDef) else node.name
                    yield name, names.index("template") - bound


def _texts(node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.IfExp):
        yield from (*_texts(node.body), *_texts(node.orelse))
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value:
        yield node.value


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _params(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)[sd]", text)) | set(re.findall(r"(?<![{$]){(\w+)[^{}]*}", text))


def _header(locale: str) -> str:
    name = {"zh_CN": "简体中文", "en": "English"}[locale]
    return f"# {name}. Written by `python -m web.catalogues update`; the words are yours, the rest is not."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
