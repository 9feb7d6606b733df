"""The rules of the house that imports cannot say, as functions: each takes the root of a tree and returns its faults.

`python -m tests.house` lists the modules that have grown long, which is a remark and no fault.
"""

import ast
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

ROOMS = ("engine", "casework", "web", "scheduler")
# Where the outside world may be read: what starts a process, and what stands outside the product.
ENTRY_FILES = ("xiaohao.py", "web/app.py", "scheduler/", "tests/", "bench/", "scripts/")
# Other people's words and what a program wrote: read by us, not held to our rules.
FOREIGN = ("web/static/", "web/islands/node_modules/", "tests/conformance/", "requirements/", "docs/pictures/")

_WALL_CLOCK = {
    "date.today", "datetime.now", "datetime.today", "datetime.utcnow", "datetime.utcfromtimestamp", "func.now",
    "func.current_timestamp", "time.gmtime", "time.localtime", "time.time", "time.time_ns",
}  # fmt: skip
_RUNS_TEXT = {
    "__import__", "builtins.eval", "builtins.exec", "eval", "exec", "os.popen", "os.system", "yaml.full_load",
    "yaml.load", "yaml.unsafe_load",
}  # fmt: skip
_UNPICKLES = {"cloudpickle", "dill", "marshal", "pickle", "shelve"}
_SAYS = {"Conflict", "ExecutionFailed", "Forbidden", "Invalid", "NotFound", "Problem", "Sentence"}
_EMPTY_NAMES = {"common", "core", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
# Written with one-letter classes so that this file does not find itself.
_MACHINE = re.compile(
    r"/wor[k]/|/tm[p]/|/roo[t]/|/hom[e]/[a-z]+/|pythonhoste[d]\.org|pypi\.or[g]/simple|registry\.npmj[s]|"
    r"static\.crate[s]\.io|proxy\.golan[g]|repo1?\.mave[n]|--(extra-)?index-ur[l][= ]http"
)


@dataclass(frozen=True)
class Module:
    """One Python file of the tree: its path below the root, and its syntax."""

    root: Path
    path: str

    @cached_property
    def text(self) -> str:
        return (self.root / self.path).read_text(encoding="utf-8")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, self.path)

    @cached_property
    def calls(self) -> Sequence[tuple[ast.Call, str]]:
        """Every call with the dotted name of what is called; the name is empty where it is computed."""
        return [(node, dotted(node.func)) for node in ast.walk(self.tree) if isinstance(node, ast.Call)]

    def fault(self, node: ast.AST, what: str) -> str:
        return f"{self.path}:{getattr(node, 'lineno', 1)}: {what}"


def dotted(node: ast.AST) -> str:
    """`a.b.c` for the expression a.b.c; of anything before a name, only the name's part: `f().now` gives `now`."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else f"?.{node.attr}"
    return ""


def files(root: Path) -> list[str]:
    """What belongs to the tree, as paths below the root: tracked, or new and not ignored."""
    if (root / ".git").exists():
        command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        listed = subprocess.run(command, cwd=root, check=True, capture_output=True).stdout.decode().split("\0")
        return sorted(path for path in set(listed) if path and (root / path).is_file())
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def modules(root: Path, *tops: str) -> Iterator[Module]:
    """The Python files below the given top folders, or named like them; without any, all."""
    for path in files(root):
        if path.endswith(".py") and (not tops or path.split("/")[0] in tops) and not path.startswith(FOREIGN):
            yield Module(root, path)


def commits_outside_the_door(root: Path) -> list[str]:
    return [
        module.fault(call, "only engine/db.py commits")
        for module in modules(root, *ROOMS, "xiaohao.py")
        # A revision changes the tables themselves, before there is a session.
        if module.path not in {"engine/db.py", "casework/schema/revising.py"}
        for call, name in module.calls
        # A savepoint that is released commits nothing.
        if name.endswith(".commit") and "savepoint" not in name
    ]


def readings_of_the_world(root: Path) -> list[str]:
    """The environment and the wall clock, read anywhere but where a process starts."""
    faults: list[str] = []
    for module in modules(root):
        if module.path.startswith(ENTRY_FILES):
            continue
        faults += [
            module.fault(node, "the environment is read in the entry files only")
            for node in ast.walk(module.tree)
            if isinstance(node, ast.Attribute) and dotted(node) in {"os.environ", "os.environb", "os.getenv"}
        ]
        # SQLite has no clock but the machine's; `Database.now` is the one place that stands for it.
        if module.path != "engine/db.py":
            faults += [
                module.fault(call, f"the time is an argument, but {name}() reads the clock")
                for call, name in module.calls
                if ".".join(name.split(".")[-2:]) in _WALL_CLOCK
            ]
    return faults


def sleeps(root: Path) -> list[str]:
    return [
        module.fault(call, "nothing sleeps: wait for an event with a time limit, or move the test's clock")
        for module in modules(root)
        # A real browser lives in real time.
        if module.path.startswith(("engine/", "casework/", "web/", "tests/")) and "/browser/" not in module.path
        for call, name in module.calls
        if name in {"time.sleep", "asyncio.sleep", "sleep"}
    ]


def code_from_text(root: Path) -> list[str]:
    """Whatever would let a text run as code: eval, exec, pickles, unsafe YAML, a shell."""
    faults: list[str] = []
    for module in modules(root):
        for call, name in module.calls:
            if name in _RUNS_TEXT:
                faults.append(module.fault(call, f"{name} runs text as code"))
            faults += [
                module.fault(call, "a shell runs text as code")
                for keyword in call.keywords
                if keyword.arg == "shell" and not (isinstance(keyword.value, ast.Constant) and not keyword.value.value)
            ]
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            faults += [module.fault(node, f"{name} runs what it reads") for name in names if name in _UNPICKLES]
    return faults


def rooms_with_code_in_the_doorway(root: Path) -> list[str]:
    """A room's `__init__` holds its one paragraph; a room with a public face may import, rename and list it, no more."""
    faults: list[str] = []
    for module in modules(root, *ROOMS):
        if not module.path.endswith("__init__.py"):
            continue
        if not ast.get_docstring(module.tree):
            faults.append(module.fault(module.tree, "a room says its rule in one paragraph"))
        for node in module.tree.body[1:]:
            lists_or_renames = isinstance(node, ast.Assign) and (
                dotted(node.targets[0]) == "__all__" or bool(dotted(node.value))
            )
            if not (isinstance(node, ast.Import | ast.ImportFrom) or lists_or_renames):
                faults.append(module.fault(node, "a room's __init__ holds no code"))
    return faults


def modules_without_a_caption(root: Path) -> list[str]:
    return [
        module.fault(module.tree, "the first line of a module is its caption")
        for module in modules(root, *ROOMS, "xiaohao.py", "tests", "scripts", "bench")
        if module.text.strip() and not ast.get_docstring(module.tree)
    ]


def names_that_say_nothing(root: Path) -> list[str]:
    return [
        f"{path}: {part} says nothing; name the thing"
        for path in files(root)
        if not path.startswith(FOREIGN)
        for part in path.split("/")
        if part.split(".")[0] in _EMPTY_NAMES and (path.endswith(".py") or part != path.split("/")[-1])
    ]


def traces_of_one_machine(root: Path) -> list[str]:
    """Paths of one machine and hosts to download from, in anything that is read as text."""
    faults: list[str] = []
    for path in files(root):
        if path.startswith(FOREIGN) and not path.startswith("requirements/"):
            continue
        try:
            text = (root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        faults += [
            f"{path}:{number}: {found.group()} belongs to one machine"
            for number, line in enumerate(text.splitlines(), 1)
            if (found := _MACHINE.search(line))
        ]
    return faults


def module_lengths(root: Path) -> dict[str, int]:
    """Lines of every module of the rooms and of the command, the longest first. A revision is as long as what it revises."""
    lengths = {
        module.path: module.text.count("\n")
        for module in modules(root, *ROOMS, "xiaohao.py")
        if "/revisions/" not in module.path
    }
    return dict(sorted(lengths.items(), key=lambda item: -item[1]))


def modules_too_long(root: Path) -> list[str]:
    return [
        f"{path}: {lines} lines; there is a second noun inside"
        for path, lines in module_lengths(root).items()
        if lines > 500
    ]


def rooms_missing_on_the_map(root: Path) -> list[str]:
    """Every top folder, and the command, has a row in both READMEs; what has a row exists."""
    tops = {path.split("/")[0] + "/" for path in files(root) if "/" in path and not path.startswith(".")}
    tops |= {path for path in files(root) if "/" not in path and path.endswith(".py")}
    faults: list[str] = []
    for readme in ("README.md", "README.zh-CN.md"):
        shown = set(re.findall(r"^\| \[`([^`]+)`\]", (root / readme).read_text(encoding="utf-8"), re.MULTILINE))
        faults += [f"{readme}: {top} has no row in the map" for top in sorted(tops - shown)]
        faults += [f"{readme}: {top} is on the map, but does not exist" for top in sorted(shown - tops)]
    return faults


def requirements_without_a_reason(root: Path) -> list[str]:
    """Every direct dependency has its line in the decision on dependencies; every pinned one has a hash."""
    reasons = (root / "docs/decisions/0002-dependencies.md").read_text(encoding="utf-8").lower()
    faults: list[str] = []
    for path in sorted((root / "requirements").glob("*.in")):
        for line in path.read_text(encoding="utf-8").splitlines():
            name = re.match(r"[A-Za-z0-9._-]+", line)
            if name and not line.startswith("-") and f"`{name.group().lower()}`" not in reasons:
                faults.append(f"{path.name}: {name.group()} has no line in docs/decisions/0002-dependencies.md")
    for path in sorted((root / "requirements").glob("*.txt")):
        pins = re.findall(r"^([A-Za-z0-9._-]+)(==\S+)?[^\\\n]*(\\\n +--hash)?", path.read_text(), re.MULTILINE)
        faults += [f"{path.name}: {pin[0]} is not pinned with a hash" for pin in pins if not all(pin)]
    return faults


def sentences_nobody_can_translate(root: Path) -> list[str]:
    """The template of a sentence is written where it is said, was stored with the sentence, or is a parameter `template`."""
    return [
        module.fault(call, f"write the template of {name} as a text, or hand on a parameter called `template`")
        for module in modules(root, *ROOMS, "xiaohao.py")
        for call, name in module.calls
        if name.split(".")[-1] in _SAYS and call.args
        if not (isinstance(call.args[0], ast.Constant | ast.Attribute) or dotted(call.args[0]) == "template")
    ]


def processes_without_a_story(root: Path) -> list[str]:
    return [
        f"{path}: no story tells this process (tests/stories/test_{Path(path).stem}.py)"
        for path in files(root)
        if path.startswith("workflows/") and path.endswith(".bpmn")
        if not (root / f"tests/stories/test_{Path(path).stem.replace('-', '_')}.py").exists()
    ]


def pages_missing_on_the_map(root: Path) -> list[str]:
    """Every page of docs/ has its row in docs/README.md, and every decision a number of its own."""
    pages = [path for path in files(root) if re.fullmatch(r"docs/[^/]+\.(md|rst)", path) and path != "docs/README.md"]
    shown = (root / "docs/README.md").read_text(encoding="utf-8")
    faults = [
        f"{page}: has no row in docs/README.md" for page in pages if f"({page.removeprefix('docs/')})" not in shown
    ]
    numbers = [found.group() for path in files(root) if (found := re.match(r"docs/decisions/\d{4}-", path))]
    return faults + [
        f"{number}…: two decisions have this number" for number in set(numbers) if numbers.count(number) > 1
    ]


RULES = (
    commits_outside_the_door,
    readings_of_the_world,
    sleeps,
    code_from_text,
    rooms_with_code_in_the_doorway,
    modules_without_a_caption,
    names_that_say_nothing,
    traces_of_one_machine,
    modules_too_long,
    rooms_missing_on_the_map,
    pages_missing_on_the_map,
    requirements_without_a_reason,
    sentences_nobody_can_translate,
    processes_without_a_story,
)

if __name__ == "__main__":
    for long_path, long_lines in module_lengths(ROOT).items():
        if long_lines > 400:
            print(f"{long_lines:5} lines  {long_path}")
