"""The catalogues' workshop: `python -m web.catalogues update` collects sentences, `check` says what is missing in which language.

A sentence is an English msgid. Pages say `_("…")`, Python `gettext("…")` or anything with a parameter named `template` (errors, Sentence,
helpers around them), islands `t("…")`. Errors' docstrings are messages too. The .po files are the only form: `web.language` compiles them
in memory.
"""

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path(__file__).parent / "translations"
LOCALES = ("zh_CN", "en")
JS_KEYWORDS: dict[str, tuple[int, ...] | None] = {"t": None}
HTML_KEYWORDS: dict[str, tuple[int, ...] | None] = {"_": None, "gettext": None, "ngettext": (1, 2)}
NO_SENTENCE = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$|%s")
PLAIN = {"_", "gettext", "lazy_gettext", "Sentence"}
ROOMS = ("engine", "casework", "scheduler", "web")


def collect() -> Catalog:
    """Every sentence of the house, with the file that says it, as an empty catalogue."""
    found = Catalog(project="xiaohao", charset="utf-8")
    for sentence, place in sorted(_python_sentences()):
        found.add(sentence, locations=[(place, 0)])
    for folder, pattern, method, keywords in (
        ("web", "**.html", "jinja2", HTML_KEYWORDS),
        ("web/islands/src", "**.js", "javascript", JS_KEYWORDS),
    ):
        messages = extract_from_dir(
            str(ROOT / folder),
            method_map=[(pattern, method)],
            keywords=keywords,
            directory_filter=lambda path: Path(path).name not in {"node_modules", "static", "__pycache__"},
        )
        for name, _line, message, _comments, context in messages:
            found.add(message, locations=[(f"{folder}/{name}", 0)], context=context)
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


def _python_sentences() -> set[tuple[str, str]]:
    # A parameter named `template` is a sentence, whoever takes it: errors, Sentence, and the helpers that hand one on.
    trees: dict[str, ast.Module] = {}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            if "node_modules" not in path.parts:
                trees[path.relative_to(ROOT).as_posix()] = ast.parse(path.read_text(encoding="utf-8"))
    takers = _takers(trees.values())
    found: set[tuple[str, str]] = set()
    for place, tree in trees.items():
        named = _named(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                found.update((text, place) for text in _said(node, takers, named))
            elif isinstance(node, ast.ClassDef) and place == "engine/errors.py" and node.name in takers:
                # The first paragraph of an error's docstring is its default message.
                text = (ast.get_docstring(node) or "").split("\n\n")[0].strip()
                if node.name != "Sentence" and text:
                    found.add((text, place))
    return found


def _takers(trees: Iterable[ast.Module]) -> dict[str, set[int]]:
    # The names that may be called with a template, and at which place it stands: {"Sentence": {0}, "_remark": {3}}.
    takers: dict[str, set[int]] = {name: {0} for name in PLAIN}
    classes: list[ast.ClassDef] = []
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                classes.append(node)
            elif isinstance(node, ast.FunctionDef):
                names = [one.arg for one in (*node.args.posonlyargs, *node.args.args)]
                if "template" in names + [one.arg for one in node.args.kwonlyargs]:
                    bound = bool(names) and names[0] in ("self", "cls")
                    place = names.index("template") - bound if "template" in names else -1
                    takers.setdefault(node.name, set()).add(place)
    takers.pop("__init__", None)
    # A class takes what its constructor or its first field takes, or what its base takes.
    for _ in range(3):
        for node in classes:
            for part in node.body:
                if isinstance(part, ast.FunctionDef) and part.name == "__init__":
                    names = [one.arg for one in part.args.args]
                    if "template" in names:
                        takers.setdefault(node.name, set()).add(names.index("template") - 1)
            fields = [
                part.target.id
                for part in node.body
                if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
            ]
            if "template" in fields and any("dataclass" in ast.unparse(one) for one in node.decorator_list):
                takers.setdefault(node.name, set()).add(fields.index("template"))
            for base in node.bases:
                if isinstance(base, ast.Name) and base.id in takers and node.name not in takers:
                    takers[node.name] = set(takers[base.id])
    return takers


def _named(tree: ast.Module) -> Mapping[str, Sequence[ast.expr]]:
    # What the names of a module may stand for, for a sentence that got a name before it is handed on.
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                named.setdefault(name, []).append(value)
            case _:
                pass
    return named


def _said(call: ast.Call, takers: Mapping[str, set[int]], named: Mapping[str, Sequence[ast.expr]]) -> Iterator[str]:
    name = call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")
    for place in takers.get(name, ()):
        given = [call.args[place]] if 0 <= place < len(call.args) else []
        given += [keyword.value for keyword in call.keywords if keyword.arg == "template"]
        for one in given:
            # `error` and `fail` are also names of other things: a rule's name or a line for the log is no sentence.
            said = [
                text
                for part in (named.get(one.id, ()) if isinstance(one, ast.Name) else [one])
                for text in _texts(part)
            ]
            yield from (text for text in said if name in PLAIN or not NO_SENTENCE.search(text))


def _texts(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)) if text.strip():
            yield text
        case ast.IfExp(body=body, orelse=otherwise):
            yield from _texts(body)
            yield from _texts(otherwise)
        case ast.BoolOp(values=values):
            for value in values:
                yield from _texts(value)
        case _:
            return


def _params(text: str) -> set[str]:
    return set(re.findall(r"%\((\w+)\)[sd]", text)) | set(re.findall(r"(?<![{$]){(\w+)[^{}]*}", text))


def _header(locale: str) -> str:
    name = {"zh_CN": "简体中文", "en": "English"}[locale]
    return f"# {name}. Written by `python -m web.catalogues update`; the words are yours, the rest is not."


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
