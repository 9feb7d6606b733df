"""Changes of a filed institution (变更): name, director, address, merger, split; checked by county and city, kept with what was before.

Source: REFERENCE 4.b *change*, 6.4. Deadlines and ways are drawn in `filing_change`. A change of the place inside the city moves the
institution to its new county; another city is a matter of the enterprise's own move.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import (
    answers,
    enterprises,
    filing_reviews,
    institution_desks,
    institution_ends,
    institutions,
    people,
    six_haves,
    territories,
)
from casework.filing_tables import RdInstitution
from casework.institution_tables import InstitutionChange, InstitutionReview, Revocation
from engine import history, messages
from engine.errors import Conflict, Invalid, NotFound, Sentence
from engine.tables import Instance

KINDS: Final[Mapping[str, str]] = {
    "name": "名称",
    "director": "负责人",
    "address": "地址",
    "merger": "合并",
    "split": "分立",
}
OPEN: Final = ("draft", "county", "city")
FIELDS: Final[Mapping[str, str]] = {
    "name": "名称",
    "director": "负责人",
    "director_title": "职务职称",
    "site_path": "所在县(市、区)",
    "site_address": "地址",
    "site_area": "面积(㎡)",
    "staff_fulltime": "专职研发人员",
    "equip_value": "设备原值(万元)",
    "absorbed": "被合并机构",
    "split_off": "分出部分",
}
"""What may change, in Chinese; the last two are no columns of the register."""
_OF_KIND: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "name": (("name", "name"),),
    "director": (("director", "director"), ("director_title", "directorTitle")),
    "address": (("site_path", "sitePath"), ("site_address", "siteAddress"), ("site_area", "siteArea")),
    "merger": (("name", "name"), ("absorbed", "absorbed")),
    "split": (
        ("name", "name"),
        ("site_area", "siteArea"),
        ("staff_fulltime", "staffFulltime"),
        ("equip_value", "equipValue"),
        ("split_off", "splitOff"),
    ),
}
_NUMBERS: Final = ("site_area", "equip_value")
_GONE: Final = ("注销", "吊销")


def ask(db: Session, institution: RdInstitution, *, by: str, now: datetime) -> InstitutionChange:
    """Begins a change of an institution (`change_asked`); the form asks what changes.

    Raises:
        Conflict: its filing is not in force, or another change is under way.
    """
    institution_desks.check_in_force(institution)
    if running(db, institution.id) is not None:
        raise Conflict("a change of {number} is under way already; finish it first", number=institution.filing_no)
    change = InstitutionChange(
        institution_id=institution.id,
        filing_id=institution.filing_id,
        scope=institution_desks.scope_of(db, institution),
        kind="",
        asked_by=by,
        asked_at=now,
    )
    db.add(change)
    db.flush()
    institution_desks.note(db, institution, "change_asked", {"change": change.id}, by=by, now=now)
    messages.publish(
        db,
        "change_asked",
        str(change.id),
        {"changeId": change.id, "institutionId": institution.id},
        key=f"change_asked:{change.id}",
        by=by,
        now=now,
    )
    return change


def get(db: Session, change_id: int) -> InstitutionChange:
    """The change with this id. Raises NotFound."""
    change = db.get(InstitutionChange, change_id)
    if change is None:
        raise NotFound("there is no change {id}", id=change_id)
    return change


def running(db: Session, institution_id: int) -> InstitutionChange | None:
    """The change of an institution that is under way, if any."""
    query = select(InstitutionChange).where(
        InstitutionChange.institution_id == institution_id, InstitutionChange.state.in_(OPEN)
    )
    return db.scalars(query.order_by(InstitutionChange.id).limit(1)).one_or_none()


def begin(db: Session, change: InstitutionChange, *, instance: Instance, now: datetime) -> dict[str, object]:
    """Registers the run: who checks, the choice of counties, and what the form starts from."""
    institution = institutions.get(db, change.institution_id)
    institution_desks.stamp(db, instance, institution)
    change.instance_id = instance.id
    desks = institution_desks.desks(db, institution, now=now)
    return {
        "countyGroups": desks.county,
        "cityGroups": desks.city,
        "institution": institution_desks.shown(institution),
        "counties": institution_desks.counties(db),
        "change": {
            "sitePath": institution.site_path or instance.scope,
            "siteAddress": institution.site_address,
            "directorTitle": institution.director_title,
        },
    }


def submit(
    db: Session, change: InstitutionChange, answer: Mapping[str, Any], *, instance: Instance, by: str, now: datetime
) -> dict[str, object]:
    """Takes what changes; gives `changes` (field, before, after in Chinese) and the check of the six haves that it touches.

    Raises:
        Invalid: nothing changes, the place lies elsewhere, or there is nothing to merge with; `fields` say what.
    """
    institution = institutions.get(db, change.institution_id)
    kind = str(answer.get("kind") or "")
    if kind not in KINDS:
        raise Invalid(fields={"change.kind": [Sentence("say what changes")]})
    after = {column: _value(column, answer.get(key)) for column, key in _OF_KIND[kind]}
    before = {column: history.plain(getattr(institution, column, None)) for column in after}
    wrong = _wrong(db, institution, kind, before, after)
    found = _checked(db, institution, kind, after, now=now)
    if found is not None:
        for field, said in found.findings.items():
            if field in {"siteArea", "sitePath", "siteAddress", "equipValue"}:
                wrong.setdefault(f"change.{field}", []).extend(said)
    if wrong:
        raise Invalid(fields=wrong)
    change.kind, change.before, change.after = kind, before, history.plain(after)
    change.reason, change.state = str(answer.get("reason") or ""), "county"
    data = {"change": change.id, "kind": kind, "before": before, "after": change.after, "reason": change.reason}
    history.write(db, instance=instance, fact="change_submitted", by=by, now=now, data=data)
    return {
        "changes": rows(db, change),
        "check": filing_reviews.table(found) if found is not None else None,
    }


def rows(db: Session, change: InstitutionChange) -> list[dict[str, str]]:
    """What changes as rows of a table: field, before, after, in Chinese."""
    tree = territories.tree(db)

    def said(column: str, value: object) -> str:
        if value in (None, ""):
            return ""
        return tree.full_name(str(value)) if column == "site_path" else str(value)

    return [
        {"field": FIELDS[name], "before": said(name, change.before.get(name)), "after": said(name, change.after[name])}
        for name in FIELDS
        if name in change.after
    ]


def note_opinion(change: InstitutionChange, level: str, answer: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """Keeps what a level said."""
    said = {
        "level": level,
        "by": by,
        "at": now.isoformat(),
        "decision": str(answer.get("decision") or ""),
        "text": str(answer.get("opinion") or "")[:1000],
    }
    change.opinions = [*change.opinions, said]


def hand_back(db: Session, change: InstitutionChange, answer: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """Returned for correction, with everything that is to be mended."""
    level = "city" if change.state == "city" else "county"
    note_opinion(change, level, answer, by=by, now=now)
    change.state = "draft"
    institution = institutions.get(db, change.institution_id)
    template = "the change of {name} ({number}) was returned: {reason} Mend it within 10 working days"
    params = {"reason": str(answer.get("opinion") or "")}
    key = f"change:{change.id}:return:{len(change.opinions)}"
    institution_desks.tell(db, institution, ["enterprise", "officer"], template, params, key=key, now=now)


def refuse(db: Session, change: InstitutionChange, answer: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """The change is refused, in writing and with the reason; the register stays as it is."""
    note_opinion(change, "city", answer, by=by, now=now)
    change.state, change.decided_by, change.decided_at = "refused", by, now
    institution = institutions.get(db, change.institution_id)
    template = "the change of {name} ({number}) is not entered: {reason} You may ask again when it is mended"
    params = {"reason": str(answer.get("opinion") or "")}
    key = f"change:{change.id}:refused"
    institution_desks.tell(db, institution, ["enterprise", "officer"], template, params, key=key, now=now)


def withdraw(db: Session, change: InstitutionChange, *, now: datetime) -> None:
    """Nothing came in time: it counts as withdrawn and may be asked for again."""
    change.state, change.decided_at = "withdrawn", now
    institution = institutions.get(db, change.institution_id)
    template = (
        "the change of {name} ({number}) was not described in time and counts as withdrawn; ask again at any time"
    )
    key = f"change:{change.id}:withdrawn"
    institution_desks.tell(db, institution, ["enterprise", "officer"], template, {}, key=key, now=now)


def apply(db: Session, change: InstitutionChange, *, instance: Instance | None, by: str, now: datetime) -> None:
    """Enters the change in the register; what was before stays on the row of the change and in history.

    Raises:
        Conflict: the institution that is to be absorbed is not in force any more.
    """
    institution = institutions.get(db, change.institution_id)
    if change.kind == "merger":
        absorbed = _of_number(db, str(change.after["absorbed"]))
        if absorbed is None or absorbed.state != "filed":
            raise Conflict("the filing {number} is not in force any more", number=change.after["absorbed"])
        reason = f"并入 {institution.filing_no}"
        institution_ends.end(db, absorbed, "cancelled", reason, instance=instance, by=by, now=now)
    for column, value in change.after.items():
        if hasattr(RdInstitution, column):
            setattr(institution, column, answers.amount(value) if column in _NUMBERS else value)
    if change.kind == "address" and institution.site_path:
        move(db, institution, institution.site_path, by=by, now=now)
    institution.updated_by, institution.updated_at = by or people.SYSTEM, now
    change.state, change.decided_by, change.decided_at = "done", by, now
    data = {"change": change.id, "kind": change.kind, "before": change.before, "after": change.after}
    institution_desks.note(db, institution, "institution_changed", data, by=by, now=now)
    template = "the change of {name} ({number}) is entered in the register: {what}"
    if change.kind == "split":
        template = (
            "the change of {name} ({number}) is entered in the register: {what}. The part split off files for itself; begin its "
            "application on the page of filings"
        )
    key = f"change:{change.id}:done"
    params = {"what": KINDS[change.kind]}
    institution_desks.tell(db, institution, ["enterprise", "officer"], template, params, key=key, now=now)


def move(db: Session, institution: RdInstitution, path: str, *, by: str, now: datetime) -> None:
    """The institution belongs to another territory from now on; its officials there and before are told."""
    before = institution_desks.scope_of(db, institution)
    if before == path:
        return
    data = {"from": before, "to": path}
    posts = institution_desks.desks(db, institution, now=now).county
    institution.scope, institution.site_path = path, path
    institution.updated_by, institution.updated_at = by or people.SYSTEM, now
    for table in (InstitutionChange, InstitutionReview, Revocation):
        # What is under way goes on in the new territory; what is over stays where it was decided.
        running = select(table).where(table.institution_id == institution.id, table.decided_at.is_(None))
        for row in db.scalars(running):
            row.scope = path
    institution_desks.note(db, institution, "institution_moved", data, by=by, now=now)
    template = "the institution {name} ({number}) belongs to {county} from now on"
    params = {"county": territories.tree(db).full_name(path)}
    key = f"institution:{institution.id}:moved:{path}:{now.isoformat()}"
    institution_desks.tell(db, institution, posts, template, params, key=key, now=now)


def follow_enterprise(db: Session, enterprise_id: int, path: str, *, by: str, now: datetime) -> None:
    """The enterprise moved inside Guangxi: its institutions in force belong to the new territory."""
    for institution in in_force(db, enterprise_id):
        move(db, institution, path, by=by, now=now)


def in_force(db: Session, enterprise_id: int) -> list[RdInstitution]:
    """The institutions of an enterprise whose filing is in force."""
    query = select(RdInstitution).where(RdInstitution.enterprise_id == enterprise_id, RdInstitution.state == "filed")
    return list(db.scalars(query.order_by(RdInstitution.id)))


def stop(db: Session, institution_id: int, *, now: datetime) -> None:
    """The institution ended while a change was under way."""
    change = running(db, institution_id)
    if change is not None:
        change.state, change.decided_at = "withdrawn", now


def _value(column: str, value: object) -> object:
    if column in _NUMBERS:
        return answers.amount(value)
    if column == "staff_fulltime":
        return answers.whole(value)
    return str(value or "").strip()


def _wrong(
    db: Session, institution: RdInstitution, kind: str, before: Mapping[str, object], after: Mapping[str, object]
) -> dict[str, list[Sentence]]:
    wrong: dict[str, list[Sentence]] = {}
    if history.plain(after) == dict(before):
        wrong["change.kind"] = [Sentence("nothing is different from the register; write what changes")]
    if kind in {"merger", "split"} and not after["name"]:
        wrong["change.name"] = [Sentence("give the name after the change")]
    if kind == "merger":
        absorbed = _of_number(db, str(after["absorbed"]))
        if absorbed is None or absorbed.state != "filed" or absorbed.id == institution.id:
            said = Sentence("no other filing in force has this number; look it up in the register")
            wrong["change.absorbed"] = [said]
        elif absorbed.enterprise_id != institution.enterprise_id and not _is_gone(db, absorbed):
            said = Sentence(
                "this institution belongs to another enterprise that still exists; it cancels its filing itself"
            )
            wrong["change.absorbed"] = [said]
    return wrong


def _is_gone(db: Session, institution: RdInstitution) -> bool:
    return enterprises.get(db, institution.enterprise_id).status in _GONE


def _checked(
    db: Session, institution: RdInstitution, kind: str, after: Mapping[str, object], *, now: datetime
) -> six_haves.SixHaves | None:
    if kind not in {"address", "split"}:
        return None
    names = {
        "site_area": "siteArea",
        "site_path": "sitePath",
        "site_address": "siteAddress",
        "equip_value": "equipValue",
    }
    declared = filing_reviews.prefilled(db, institution, now=now)
    declared |= {names[column]: value for column, value in after.items() if column in names}
    if kind == "split":
        declared["verified"] = {"staff_fulltime": after["staff_fulltime"]}
    return filing_reviews.check(db, institution, declared, now=now)


def _of_number(db: Session, number: str) -> RdInstitution | None:
    query = select(RdInstitution).where(RdInstitution.filing_no == number.strip())
    return db.scalars(query).one_or_none()
