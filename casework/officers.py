"""Liaison officers: who looks after which case, how many, and who acts while somebody is away (4.l, F02).

A case is never without somebody: where an assignment has no officer, or its officer is away and nobody acts for him, the county
officers do. An acting officer counts as the officer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import people, territories
from casework.case_tables import Case
from casework.tables import Assignment, Enterprise, Officer, Person
from engine import history
from engine.calendars import local_day
from engine.errors import Conflict, Invalid, NotFound, Sentence

CHAIN: Final = "registry"
CAPACITY: Final = 15
LARGEST_CAPACITY: Final = 30
"""REFERENCE 6.5: 15 enterprises unless told otherwise; above 30 visits become a formality."""
NOBODY: Final = Sentence("choose an officer")


@dataclass(frozen=True, slots=True)
class Load:
    """An officer with the number of running cases."""

    officer: Officer
    cases: int

    @property
    def free(self) -> int:
        """How many more cases fit under the cap."""
        return self.officer.capacity - self.cases


def get(db: Session, officer_id: int) -> Officer:
    """The officer; raises NotFound."""
    row = db.get(Officer, officer_id)
    if row is None:
        raise NotFound("there is no liaison officer {id}", id=officer_id)
    return row


def of_person(db: Session, person_id: int) -> Officer | None:
    """The officer that this person is, or None."""
    return db.execute(select(Officer).where(Officer.person_id == person_id)).scalar_one_or_none()


def enter(db: Session, values: Mapping[str, Any], *, by: str, now: datetime) -> Officer:
    """Enters an officer from a roster (name, unit, title, path, phone, lines, capacity), or brings a known one up to date.

    Somebody with the same name and the same telephone (or unit, without one) is the same person. A new person gets the user
    name `lo<territory>-<number>` and the post LO; a password is given separately.
    """
    same = select(Officer).join(Person).where(Person.name == values["name"])
    same = (
        same.where(Person.phone == values["phone"])
        if values.get("phone")
        else same.where(Officer.unit == values["unit"])
    )
    officer = db.execute(same).scalars().first()
    day = local_day(now)
    if officer is None:
        code = values["path"].rsplit("/", 1)[-1].lower()
        taken = db.execute(select(func.count(Officer.id)).where(Officer.path == values["path"])).scalar_one()
        number = taken + 1
        while people.find(db, f"lo{code}-{number}") is not None:
            number += 1
        person = people.add(
            db,
            f"lo{code}-{number}",
            values["name"],
            unit=values["unit"],
            phone=values.get("phone", ""),
            by=by,
            now=now,
        )
        officer = create(db, person, values["path"], title=values.get("title", ""), since=day, by=by, now=now)
    officer.unit, officer.title = values["unit"], values.get("title", "")
    officer.person.unit, officer.person.phone = values["unit"], values.get("phone", "")
    officer.lines = values.get("lines", [])
    if values.get("capacity"):
        officer.capacity = values["capacity"]
    return officer


def create(
    db: Session,
    person: Person,
    path: str,
    *,
    title: str = "",
    lines: list[str] | None = None,
    capacity: int = CAPACITY,
    since: date,
    by: str,
    now: datetime,
) -> Officer:
    """Makes a person a liaison officer of a county or zone, with the post LO.

    Raises:
        Conflict: the person is one already.
        Invalid: the capacity is not between 1 and 30.
    """
    if of_person(db, person.id) is not None:
        raise Conflict("{name} is a liaison officer already", name=person.name)
    if not 1 <= capacity <= LARGEST_CAPACITY:
        raise Invalid(fields={"capacity": [Sentence("an officer has between 1 and 30 enterprises")]})
    officer = Officer(
        person_id=person.id,
        unit=person.unit,
        title=title,
        path=path,
        lines=lines or [],
        capacity=capacity,
        since=since,
        trained=[],
    )
    officer.person = person
    db.add(officer)
    people.appoint(db, person, "LO", path, since=since, by=by, now=now)
    db.flush()
    return officer


def loads(db: Session, path: str) -> list[Load]:
    """The officers on duty whose territory contains `path`, with their load, the lightest first."""
    count = func.count(Assignment.id)
    query = (
        select(Officer, count)
        .outerjoin(Assignment, (Assignment.officer_id == Officer.id) & Assignment.until.is_(None))
        .join(Person, Person.id == Officer.person_id)
        .where(Officer.path.in_(territories.lineage(path)), Officer.state == "在岗", Person.active)
        .group_by(Officer.id)
        .order_by(count, Officer.id)
    )
    return [Load(officer, cases) for officer, cases in db.execute(query)]


def choices(db: Session, path: str) -> list[dict[str, object]]:
    """The officers who can take another case of this territory, as a form asks for them, the lightest load first (a03)."""
    return [
        {
            "value": load.officer.id,
            "label": f"{load.officer.person.name}({load.officer.unit},在办 {load.cases}/{load.officer.capacity})",
        }
        for load in loads(db, path)
        if load.free > 0
    ]


def of_case(db: Session, case_id: int) -> Assignment | None:
    """The running assignment of a case; None before the first one and after its end."""
    query = select(Assignment).where(Assignment.case_id == case_id, Assignment.until.is_(None))
    return db.execute(query).scalar_one_or_none()


def acting_for(db: Session, assignment: Assignment) -> Officer | None:
    """Who acts for a case today: its officer, or the one who acts for him. None: the county officers act."""
    officer = assignment.officer
    if officer is None or officer.state == "在岗":
        return officer
    acting = db.get(Officer, officer.acting_officer_id) if officer.acting_officer_id else None
    return acting if acting is not None and acting.state == "在岗" else None


def assign(
    db: Session, case_id: int, officer_id: int, *, how: str = "assigned", note: str = "", by: str, now: datetime
) -> Assignment:
    """Gives a case to an officer. The one before keeps the past; assigning the same officer again changes nothing.

    Raises:
        NotFound: there is no such case or officer.
        Invalid: the officer is not on duty, not of this territory, or full (`fields["assignment.officer"]`).
    """
    case, officer = _case(db, case_id), get(db, officer_id)
    before = of_case(db, case_id)
    if before is not None and before.officer_id == officer_id:
        return before
    wrong = _reason_against(db, officer, _enterprise(db, case.enterprise_id).path)
    if wrong is not None:
        raise Invalid("this officer cannot take the case", fields={"assignment.officer": [wrong]})
    return _assign(db, case, officer, before, how=how, note=note, by=by, now=now)


def auto_assign(db: Session, case_id: int, *, by: str, now: datetime) -> Assignment:
    """Gives a case to the officer with the lowest load (a03, two working days over); with nobody free the county officer acts."""
    case = _case(db, case_id)
    before = of_case(db, case_id)
    if before is not None and before.officer_id is not None:
        return before
    free = [load.officer for load in loads(db, _enterprise(db, case.enterprise_id).path) if load.free > 0]
    note = "" if free else "nobody is free: the county officer acts"
    return _assign(db, case, free[0] if free else None, before, how="automatic", note=note, by=by, now=now)


def release(db: Session, case_id: int, *, by: str, now: datetime) -> None:
    """Ends the assignment of a case that is over."""
    row = of_case(db, case_id)
    if row is not None:
        row.until = now


def go_away(db: Session, officer_id: int, acting_officer_id: int | None, *, by: str, now: datetime) -> Officer:
    """An officer is on leave (请假): somebody acts for him; without anybody the county officers do.

    Raises:
        NotFound: there is no such officer.
        Invalid: the acting officer is the same person or not on duty.
    """
    officer = get(db, officer_id)
    if acting_officer_id is not None:
        acting = get(db, acting_officer_id)
        if acting.id == officer.id or acting.state != "在岗":
            said = Sentence("{name} cannot act: choose an officer who is on duty", {"name": acting.person.name})
            raise Invalid(fields={"acting": [said]})
    officer.state, officer.acting_officer_id, officer.away_since = "请假", acting_officer_id, local_day(now)
    _tell(db, "officer_away", officer, by, now, acting=acting_officer_id)
    return officer


def come_back(db: Session, officer_id: int, *, by: str, now: datetime) -> Officer:
    """An officer is on duty again; nobody acts for him any more."""
    officer = get(db, officer_id)
    if officer.state == "离岗":
        raise Conflict("{name} has left this post", name=officer.person.name)
    officer.state, officer.acting_officer_id, officer.away_since = "在岗", None, None
    _tell(db, "officer_back", officer, by, now)
    return officer


def running_assignments(db: Session, officer_id: int) -> list[Assignment]:
    """The cases that an officer has now."""
    query = select(Assignment).where(Assignment.officer_id == officer_id, Assignment.until.is_(None))
    return list(db.execute(query.order_by(Assignment.id)).scalars())


def hand_to(db: Session, case_id: int, officer: Officer | None, *, note: str, by: str, now: datetime) -> Assignment:
    """Gives a case to the successor of its officer; None: the county officers act until somebody takes over (4.l)."""
    return _assign(db, _case(db, case_id), officer, of_case(db, case_id), how="handover", note=note, by=by, now=now)


def _assign(
    db: Session,
    case: Case,
    officer: Officer | None,
    before: Assignment | None,
    *,
    how: str,
    note: str,
    by: str,
    now: datetime,
) -> Assignment:
    if before is not None:
        before.until = now
        db.flush()
    row = Assignment(
        case_id=case.id,
        enterprise_id=case.enterprise_id,
        officer_id=officer.id if officer else None,
        how=how,
        since=now,
        until=None,
        by=by,
        note=note,
    )
    row.officer = officer
    db.add(row)
    db.flush()
    data = {"case": case.case_no, "officer": officer.person.username if officer else None, "how": how}
    subject = f"enterprise:{case.enterprise_id}"
    history.write(db, chain=CHAIN, fact="officer_assigned", by=by, now=now, data=data, subject=subject)
    return row


def _reason_against(db: Session, officer: Officer, path: str) -> Sentence | None:
    name = {"name": officer.person.name}
    if officer.state != "在岗" or not officer.person.active:
        return Sentence("{name} is not on duty", name)
    if not territories.covers(officer.path, path):
        return Sentence("{name} works in another territory", name)
    if len(running_assignments(db, officer.id)) >= officer.capacity:
        return Sentence(
            "{name} already has {count} enterprises, which is the limit", name | {"count": officer.capacity}
        )
    return None


def _case(db: Session, case_id: int) -> Case:
    case = db.get(Case, case_id)
    if case is None:
        raise NotFound("there is no case {id}", id=case_id)
    return case


def _enterprise(db: Session, enterprise_id: int) -> Enterprise:
    return db.get_one(Enterprise, enterprise_id)


def _tell(db: Session, fact: str, officer: Officer, by: str, now: datetime, **data: object) -> None:
    history.write(db, chain=CHAIN, fact=fact, by=by, now=now, data={"officer": officer.person.username, **data})
