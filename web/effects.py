"""What a deployment would change for those it is about, said before it is made, and again on the page of the deployment."""

import zlib
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from flask import render_template, request, url_for
from sqlalchemy import select

from casework import permissions, populations, territories
from casework.filing_tables import Filing, RdInstitution
from casework.populations import Effect, Shift
from engine import definitions, versions
from engine.errors import Sentence, Undeployable
from engine.tables import Definition
from web import counter, filing_words, language
from web.auth import scope

SHOWN: Final = 100
_WORST: Final = "NOT_OK"
LARGEST_KEPT: Final = 300_000
"""Characters of packed files that a page carries on; larger ones are chosen again."""
LARGEST_UNPACKED: Final = 20_000_000
GROUPS: Final[Mapping[str, Sentence]] = {
    "institutions": Sentence("filed institutions"),
    "applications": Sentence("applications under way"),
    "enterprises": Sentence("enterprises that may apply"),
}
_LINES: Final[Mapping[str, Sentence]] = {
    "NOT_OK": Sentence("{count} of {total} {group} would no longer pass: {reasons}"),
    "OK_WITH_PROMISE": Sentence("{count} of {total} {group} would pass only with a promise: {reasons}"),
    "OK": Sentence("{count} of {total} {group} that do not pass today would pass"),
    "required": Sentence("at {count} of {total} {group} the site would be looked at, today it is not: {reasons}"),
    "none": Sentence("at {count} of {total} {group} the site would no longer be looked at"),
}
_PROMISED: Final = Sentence("{count} of {total} {group} that do not pass today would pass with a promise")
_OTHER: Final = Sentence("{count} of {total} {group} would go another way: {before} → {after}")
_REASONS: Final[Mapping[str, Sentence]] = {
    **filing_words.HAVES,
    "region": Sentence("region level: in every case"),
    "close": Sentence("a figure close to its threshold"),
    "risk": Sentence("a sign of risk"),
    "promise": Sentence("filed for the first time, with a promise"),
    "random": Sentence("drawn by lot"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence about members that change in the same way; the first `SHOWN` of them with the address of their page, if I may see it."""

    sentence: Sentence
    tone: str
    members: tuple[tuple[str, str, str], ...]
    more: int


@dataclass(frozen=True, slots=True)
class Told:
    """What a decision would change in one group: its lines, or none; `looked` of `total` were tried."""

    decision: str
    group: Sentence
    total: int
    looked: int
    lines: tuple[Line, ...]


def files_given() -> dict[str, bytes]:
    """The files of a deployment: chosen just now, or carried on by the page that showed their effect."""
    chosen = {PurePosixPath(one.filename).name: one.read() for one in request.files.getlist("files") if one.filename}
    if chosen or request.form.get("seen") != "yes":
        return chosen
    kept = zip(request.form.getlist("kept-name"), request.form.getlist("kept"), strict=False)
    return {PurePosixPath(name).name: content for name, packed in kept if (content := _unpacked(packed)) is not None}


def page_before(files: Mapping[str, bytes]) -> str | None:
    """The page that shows whom these files concern and asks to go on; None where nobody is, it has been seen, or they are refused."""
    if request.form.get("seen") == "yes":
        return None
    db = counter.db()
    try:
        found = populations.effects(db, files, now=counter.now())
    except Undeployable:
        return None
    if not found or any(one.severity == "error" for one in definitions.inspect(files, definitions.deployed(db), {})):
        return None
    kept = {name: b64encode(zlib.compress(content)).decode() for name, content in files.items()}
    return render_template(
        "designer/effect.html",
        told=told(found),
        kept=kept if sum(map(len, kept.values())) <= LARGEST_KEPT else {},
        name=request.form.get("name", "").strip(),
    )


def of_version(row: Definition, before: Definition | None) -> list[Told]:
    """What this version of a decision changed against the one before, for those it is about today."""
    if before is None or row.kind != "decision" or not populations.has_population(row.key):
        return []
    db = counter.db()
    old, new = versions.decisions(db, before.id), versions.decisions(db, row.id)
    return told(populations.between(db, row.key, old, new, now=counter.now()))


def told(found: Sequence[Effect]) -> list[Told]:
    """Effects in words, those who lose first."""
    visible = _visible(found)
    result: list[Told] = []
    for effect in found:
        ways: dict[tuple[str, str], list[Shift]] = {}
        for shift in sorted(effect.shifts, key=lambda shift: (not shift.worse, shift.better, shift.after != _WORST)):
            ways.setdefault((shift.before, shift.after), []).append(shift)
        lines = tuple(_line(effect, shifts, visible) for shifts in ways.values())
        result.append(Told(effect.decision, GROUPS[effect.group], effect.total, effect.looked, lines))
    return result


def _line(effect: Effect, shifts: Sequence[Shift], visible: Mapping[str, set[int]]) -> Line:
    first = shifts[0]
    counted = Counter(reason for shift in shifts for reason in shift.reasons).most_common()
    reasons = "、".join(f"{language.say(_REASONS.get(reason, reason))} {number}" for reason, number in counted)
    said = _LINES.get(first.after, _OTHER)
    if first.after == "OK_WITH_PROMISE" and first.better:
        said = _PROMISED
    params = {
        "count": len(shifts),
        "total": effect.total,
        "group": language.say(GROUPS[effect.group]),
        "reasons": reasons,
        "before": first.before,
        "after": first.after,
    }
    tone = "red" if first.worse else "green" if first.better else "blue"
    tree = territories.tree(counter.db())
    members = tuple(
        (shift.member.number, tree.name(shift.member.path), _address(shift, visible)) for shift in shifts[:SHOWN]
    )
    return Line(Sentence(said.template, params), tone, members, max(0, len(shifts) - SHOWN))


def _address(shift: Shift, visible: Mapping[str, set[int]]) -> str:
    member = shift.member
    if member.id not in visible.get(member.kind, set()):
        return ""
    if member.kind == "institution":
        return url_for("institutions.show", institution_id=member.id)
    return url_for("filings.show", filing_id=member.id)


def _visible(found: Sequence[Effect]) -> dict[str, set[int]]:
    """Which of the institutions and applications that are listed I may open; two statements."""
    ids: dict[str, set[int]] = {"institution": set(), "filing": set()}
    for effect in found:
        for shift in effect.shifts:
            if shift.member.kind in ids:
                ids[shift.member.kind].add(shift.member.id)
    db, mine = counter.db(), scope()
    institutions = select(RdInstitution.id).where(permissions.sees_institutions(mine))
    filings = select(Filing.id).where(permissions.sees_filings(mine))
    return {
        "institution": set(db.scalars(institutions.where(RdInstitution.id.in_(ids["institution"])))),
        "filing": set(db.scalars(filings.where(Filing.id.in_(ids["filing"])))),
    }


def _unpacked(packed: str) -> bytes | None:
    """A file that the page carried on; None where it was tampered with."""
    try:
        unpacking = zlib.decompressobj()
        content = unpacking.decompress(b64decode(packed, validate=True), LARGEST_UNPACKED)
    except (zlib.error, NotBase64, ValueError):
        return None
    return content if unpacking.eof else None
