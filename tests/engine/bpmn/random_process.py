"""Random block-structured drawings: every fork has its join, every loop can be left, so each can be walked to its end."""

import random
from dataclasses import dataclass, field

from tests.diagrams import sketch

CONDITIONS = ("c0", "c1", "c2", "c3")


@dataclass
class Drawn:
    """A drawing with what must hold of it when an instance has completed."""

    source: bytes
    pairs: list[tuple[str, str]] = field(default_factory=list)
    """Ids of forks and their joins: both complete equally often."""


@dataclass
class _Page:
    """What is being drawn in one scope."""

    elements: list[str] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)


class Artist:
    """Draws with the luck of one seed."""

    def __init__(self, seed: int, *, blocks: int = 9) -> None:
        self.luck = random.Random(seed)
        self.left = blocks
        self.counted = 0
        self.pairs: list[tuple[str, str]] = []
        self.top: list[str] = []

    def draw(self) -> Drawn:
        page = _Page()
        page.elements.append(sketch.start())
        last = self.sequence(page, "start", 4)
        page.elements.append(sketch.end())
        page.flows.append(f"{last} -> end")
        source = sketch.draw("random", page.elements, "\n".join(page.flows), self.top)
        return Drawn(source, self.pairs)

    def name(self, prefix: str) -> str:
        self.counted += 1
        return f"{prefix}{self.counted}"

    def condition(self) -> str:
        return f"={self.luck.choice(CONDITIONS)}"

    def sequence(self, page: _Page, source: str, length: int) -> str:
        """Draw some blocks one after another behind `source`; the id of the last element."""
        for _ in range(self.luck.randint(1, length)):
            source = self.block(page, source)
        return source

    def block(self, page: _Page, source: str) -> str:
        self.left -= 1
        simple = [self.task, self.task, self.deadline, self.script, self.waiting, self.each]
        nested = [self.exclusive, self.parallel, self.inclusive, self.loop, self.sub_process]
        return self.luck.choice(simple + nested if self.left > 0 else simple)(page, source)

    def add(self, page: _Page, source: str, element: str, element_id: str) -> str:
        page.elements.append(element)
        page.flows.append(f"{source} -> {element_id}")
        return element_id

    # --- blocks -------------------------------------------------------------------------------------------------------

    def task(self, page: _Page, source: str) -> str:
        name = self.name("task")
        return self.add(page, source, sketch.user(name), name)

    def script(self, page: _Page, source: str) -> str:
        name = self.name("script")
        return self.add(page, source, sketch.script(name, "=n + 1", "n"), name)

    def waiting(self, page: _Page, source: str) -> str:
        """An event-based gateway with a message and two timers."""
        gateway, merged = self.name("events"), self.name("merge")
        self.add(page, source, sketch.node("eventBasedGateway", gateway), gateway)
        page.elements.append(sketch.xor(merged))
        said = self.name("said")
        self.top.append(sketch.a_message(said, said, "=n"))
        events = [
            sketch.catch(said, sketch.message(said)),
            *(sketch.catch(self.name("pause"), sketch.timer("duration", span)) for span in ("PT5H", "P1M")),
        ]
        names = [said, f"pause{self.counted - 1}", f"pause{self.counted}"]
        page.elements += events
        page.flows += [f"{gateway} -> {name} -> {merged}" for name in names]
        return merged

    def deadline(self, page: _Page, source: str) -> str:
        """A task with two boundary events: one reminds, one takes over."""
        name, late, remind, merged = (self.name(word) for word in ("task", "late", "remind", "merge"))
        told = self.name("told")
        self.add(page, source, sketch.user(name), name)
        page.elements += [
            sketch.boundary(late, name, sketch.timer("duration", "P9D")),
            sketch.boundary(remind, name, sketch.timer("cycle", "R2/P2D"), interrupting=False),
            sketch.end(told),
            sketch.xor(merged),
        ]
        page.flows += [f"{name} -> {merged}", f"{late} -> {merged}", f"{remind} -> {told}"]
        return merged

    def each(self, page: _Page, source: str) -> str:
        name = self.name("each")
        loop = sketch.each("=[1, 2]", "item", sequential=self.luck.random() < 0.5, condition="=c0 and c1")
        return self.add(page, source, sketch.user(name, "", loop), name)

    def exclusive(self, page: _Page, source: str) -> str:
        fork, join = self.name("fork"), self.name("join")
        ways = self.luck.randint(2, 3)
        branches = self.branches(page, fork, join, ways, default=True)
        self.add(page, source, sketch.xor(fork, branches[-1]), fork)
        page.elements.append(sketch.xor(join))
        self.pairs.append((fork, join))
        return join

    def parallel(self, page: _Page, source: str) -> str:
        fork, join = self.name("fork"), self.name("join")
        self.branches(page, fork, join, self.luck.randint(2, 3), conditional=False)
        self.add(page, source, sketch.both(fork), fork)
        page.elements.append(sketch.both(join))
        self.pairs.append((fork, join))
        return join

    def inclusive(self, page: _Page, source: str) -> str:
        fork, join = self.name("fork"), self.name("join")
        branches = self.branches(page, fork, join, self.luck.randint(2, 3), default=True)
        self.add(page, source, sketch.some(fork, branches[-1]), fork)
        page.elements.append(sketch.some(join))
        self.pairs.append((fork, join))
        return join

    def branches(
        self, page: _Page, fork: str, join: str, ways: int, *, default: bool = False, conditional: bool = True
    ) -> list[str]:
        """Draw branches between a fork and a join; the ids of their first flows."""
        firsts: list[str] = []
        for way in range(ways):
            flows: list[str] = []
            inner = _Page(page.elements, flows)
            last = self.sequence(inner, fork, 2)
            first = flows.index(next(flow for flow in flows if flow.startswith(f"{fork} -> ")))
            target = flows[first].split(" -> ")[1]
            is_default = default and way == ways - 1
            if conditional and not is_default:
                flows[first] = f"{fork} -[{self.condition()}]-> {target}"
            firsts.append(f"{fork}_{target}")
            page.flows += [*flows, f"{last} -> {join}"]
        return firsts

    def loop(self, page: _Page, source: str) -> str:
        again, more = self.name("again"), self.name("more")
        self.add(page, source, sketch.xor(again), again)
        last = self.sequence(page, again, 2)
        name = self.name("task")
        last = self.add(page, last, sketch.user(name), name)
        onward = self.name("merge")
        self.add(page, last, sketch.xor(more, f"{more}_{onward}"), more)
        page.flows.append(f"{more} -[{self.condition()}]-> {again}")
        return self.add(page, more, sketch.xor(onward), onward)

    def sub_process(self, page: _Page, source: str) -> str:
        name = self.name("sub")
        inner = _Page()
        start, end, asked, answered = (self.name(word) for word in ("start", "end", "asked", "answered"))
        inner.elements.append(sketch.start(start))
        last = self.sequence(inner, start, 2)
        inner.elements.append(sketch.end(end))
        inner.flows.append(f"{last} -> {end}")
        if self.luck.random() < 0.5:
            begun = sketch.start(asked, sketch.timer("cycle", "R/P5D"), isInterrupting="false")
            beside = sketch.sub(
                self.name("beside"), begun + sketch.end(answered), f"{asked} -> {answered}", by_event=True
            )
            inner.elements.append(beside)
        drawn = sketch.sub(name, "".join(inner.elements), "\n".join(inner.flows), sketch.io({"local": "=n"}))
        return self.add(page, source, drawn, name)


def tangle(seed: int) -> bytes:
    """A drawing without any structure: gateways, tasks, events and sub-processes wired at random, loops and all."""
    luck = random.Random(seed)
    elements, flows, top = [sketch.start()], [], [sketch.a_message("m", "m", "=n"), sketch.a_signal("s")]
    names: list[str] = []
    drawn: dict[str, str] = {}
    for number in range(luck.randint(4, 14)):
        kind = luck.choice(("user", "user", "xor", "both", "some", "both", "some", "catch", "signal", "script", "sub"))
        names.append(f"{kind}{number}")
        drawn[names[-1]] = kind
    wired: dict[str, list[str]] = {
        name: luck.sample(
            [*names, "end"], luck.choice((1, 1, 1, 2, 3)) if drawn[name] in {"xor", "both", "some"} else 1
        )
        for name in names
    }
    for name, targets in wired.items():
        kind = drawn[name]
        branching = kind in {"xor", "some"} and len(targets) > 1
        for position, target in enumerate(targets):
            condition = luck.choice(CONDITIONS) if branching and position else None
            flows.append(f"{name} -[={condition}]-> {target}" if condition else f"{name} -> {target}")
        default = f"{name}_{targets[0]}" if branching else None
        elements.append(_tangled(name, kind, default, luck))
        if kind in {"user", "sub"} and luck.random() < 0.5:
            happens = luck.choice((sketch.timer("duration", "P1D"), sketch.message("m"), sketch.signal("s")))
            elements.append(sketch.boundary(f"on-{name}", name, happens, interrupting=luck.random() < 0.5))
            flows.append(f"on-{name} -> {luck.choice([*names, 'end'])}")
    flows += [f"start -> {name}" for name in luck.sample(names, luck.choice((1, 1, 2)))]
    elements.append(sketch.end())
    return sketch.draw("tangle", elements, "\n".join(flows), top)


def _tangled(name: str, kind: str, default: str | None, luck: random.Random) -> str:
    if kind == "user":
        loop = sketch.each("=[1, 2]", "item", sequential=luck.random() < 0.5) if luck.random() < 0.2 else ""
        return sketch.user(name, "", loop)
    if kind == "catch":
        return sketch.catch(name, luck.choice((sketch.timer("duration", "PT5H"), sketch.message("m"))))
    if kind == "signal":
        return sketch.catch(name, sketch.signal("s"))
    if kind == "script":
        return sketch.script(name, "=n + 1", "n")
    if kind == "sub":
        halted = sketch.start(f"h{name}", sketch.signal("s"), isInterrupting=luck.choice(("true", "false")))
        inside = sketch.start(f"s{name}") + sketch.user(f"u{name}") + sketch.sub(f"e{name}", halted, by_event=True)
        return sketch.sub(name, inside, f"s{name} -> u{name}")
    return {"xor": sketch.xor, "some": sketch.some}[kind](name, default) if kind != "both" else sketch.both(name)
