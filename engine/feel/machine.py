"""A simulation of a regular expression that follows all alternatives at once: its cost is bounded by text times pattern."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.feel import characters
from engine.feel.characters import Ranges

if TYPE_CHECKING:
    from engine.feel.patterns import Piece


@dataclass(slots=True)
class Instruction:
    """`set` reads a character, `split` tries `to` and then `other`, `jump`, `save` a position, `start`/`end` look, `done`."""

    kind: str
    ranges: Ranges = ()
    to: int = 0
    other: int = 0


class TooLong(Exception):
    """The program would have more instructions than allowed."""


class _Assembler:
    def __init__(self, most: int) -> None:
        self.program: list[Instruction] = []
        self.most = most

    def put(self, instruction: Instruction) -> Instruction:
        if len(self.program) >= self.most:
            raise TooLong
        self.program.append(instruction)
        return instruction

    def emit(self, piece: "Piece") -> None:
        if piece.kind == "join":
            for inner in piece.parts:
                self.emit(inner)
        elif piece.kind == "group":
            self.put(Instruction("save", to=2 * piece.number))
            self.emit(piece.parts[0])
            self.put(Instruction("save", to=2 * piece.number + 1))
        elif piece.kind == "choice":
            self.choice(piece)
        elif piece.kind == "repeat":
            self.repeat(piece)
        else:
            self.put(Instruction(piece.kind, piece.ranges))

    def choice(self, piece: "Piece") -> None:
        jumps: list[Instruction] = []
        for inner in piece.parts[:-1]:
            split = self.put(Instruction("split", to=len(self.program) + 1))
            self.emit(inner)
            jumps.append(self.put(Instruction("jump")))
            split.other = len(self.program)
        self.emit(piece.parts[-1])
        for jump in jumps:
            jump.to = len(self.program)

    def repeat(self, piece: "Piece") -> None:
        inner = piece.parts[0]
        for _ in range(piece.low):
            self.emit(inner)
        splits: list[tuple[Instruction, int]] = []
        for _ in range(1 if piece.high is None else piece.high - piece.low):
            at = len(self.program)
            splits.append((self.put(Instruction("split")), at + 1))
            self.emit(inner)
            if piece.high is None:
                self.put(Instruction("jump", to=at))
        for split, inside in splits:
            after = len(self.program)
            split.to, split.other = (inside, after) if piece.greedy else (after, inside)


def assemble(piece: "Piece", most: int) -> list[Instruction]:
    """The program of a pattern without references. Raises TooLong when it needs more than `most` instructions."""
    assembler = _Assembler(most)
    assembler.emit(piece)
    assembler.put(Instruction("done"))
    return assembler.program


Saved = tuple[int, ...]
Thread = tuple[int, Saved]


class Machine:
    """A program on one text; `multiline` lets `^` and `$` also match at line ends."""

    def __init__(self, program: list[Instruction], text: str, *, multiline: bool, spend: Callable[[int], None]) -> None:
        self.program = program
        self.text = text
        self.multiline = multiline
        self.spend = spend

    def look(self, kind: str, at: int) -> bool:
        """Whether `start` or `end` holds at a position."""
        text = self.text
        if kind == "start":
            return at == 0 or (self.multiline and text[at - 1] == "\n" and at < len(text))
        return at == len(text) or (self.multiline and text[at] == "\n")

    def follow(self, start: int, saved: Saved, at: int, seen: set[int], found: list[Thread]) -> None:
        """Add the threads that stand before a `set` or `done` after all steps that read nothing."""
        waiting: list[Thread] = [(start, saved)]
        while waiting:
            place, kept = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            step = self.program[place]
            if step.kind == "jump":
                waiting.append((step.to, kept))
            elif step.kind == "split":
                waiting.append((step.other, kept))
                waiting.append((step.to, kept))
            elif step.kind == "save":
                waiting.append((place + 1, (*kept[: step.to], at, *kept[step.to + 1 :])))
            elif step.kind in ("start", "end"):
                if self.look(step.kind, at):
                    waiting.append((place + 1, kept))
            else:
                found.append((place, kept))

    def step(self, threads: list[Thread], at: int) -> tuple[list[Thread], Saved | None]:
        """Read the character at a position: the threads after it, and the match that ends before it, if any."""
        following: list[Thread] = []
        seen: set[int] = set()
        code = ord(self.text[at]) if at < len(self.text) else -1
        for place, kept in threads:
            step = self.program[place]
            if step.kind == "done":
                return following, (kept[0], at, *kept[2:])
            if code >= 0 and characters.holds(step.ranges, code):
                self.follow(place + 1, kept, at + 1, seen, following)
        return following, None

    def match(self, first: int, groups: int) -> list[tuple[int, int] | None] | None:
        """The leftmost match at or after a position, as spans of its groups; None when there is none."""
        unset: Saved = (-1,) * (2 * groups + 1)
        threads: list[Thread] = []
        best: Saved | None = None
        at = first
        while at <= len(self.text):
            if best is None:
                self.follow(0, (at, *unset), at, {place for place, _ in threads}, threads)
            self.spend(len(threads) + 1)
            threads, ended = self.step(threads, at)
            best = ended or best
            at += 1
            if best is not None and not threads:
                break
        if best is None:
            return None
        pairs = [(best[2 * group], best[2 * group + 1]) for group in range(groups + 1)]
        return [pair if pair[0] >= 0 and pair[1] >= 0 else None for pair in pairs]
