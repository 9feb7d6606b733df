"""What is checked at the fields before an answer about a filing is taken: the application, the team on site, experts, a correction.

Source: REFERENCE 4.b b03, b07, b10, b16, DT-5, 4.0 "Nobody checks himself". Every finding is a sentence at its field; thresholds are
asked of the decisions.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers, filing_facts, people, six_haves, staff, territories
from casework.filing_tables import Filing, FilingOpinion
from casework.tables import Person, Post
from engine.calendars import local_day
from engine.errors import Invalid, Sentence
from engine.tables import Submission, UserTask

FILLED: Final = ("apply", "correct", "rectify", "confirm_promise")
"""The user tasks at which an application is written or confirmed."""
_CITY: Final = ("CK", "CG", "CS", "XK", "XG", "XS")


def check_application(db: Session, filing: Filing, declared: Mapping[str, Any], *, now: datetime) -> None:
    """Refuses an application that cannot be right (DT-5, extra checks).

    Raises:
        Invalid: `fields` says what to mend where, keyed by the fields of F07.
    """
    wrong: dict[str, list[Sentence]] = {}
    found = six_haves.check(db, filing, declared, now=now)
    for name, said in found.findings.items():
        wrong.setdefault(f"application.{name}", []).extend(said)
    months = int(str(filing_facts.terms(db, filing.level, now=now).get("min_months_city_filed") or 0))
    if filing.level == "region" and filing.kind == "new" and months and not _filed_long_enough(db, filing, months, now):
        said = Sentence("the region files what a city has filed for {months} months before", {"months": months})
        wrong.setdefault("application.name", []).append(said)
    if wrong:
        raise Invalid(fields=wrong)


def check_correction(db: Session, filing: Filing, asked: Sequence[str], element_id: str) -> None:
    """A list of defects is told once (一次性告知): the second time only what was on the first list and is not mended.

    The city may ask for what the county did not look at; each desk tells its own list once.

    Raises:
        Invalid: a defect is new, though this desk told its list before.
    """
    before = [
        row
        for row in db.scalars(
            select(FilingOpinion)
            .where(FilingOpinion.filing_id == filing.id, FilingOpinion.element_id == element_id)
            .order_by(FilingOpinion.id)
        )
        if row.decision == "return"
    ]
    if len(before) < 2:
        return
    first = set(before[0].reasons)
    new = [code for code in asked if code not in first]
    if new:
        word = "check" if element_id == "county_check" else "review"
        said = Sentence("what is missing is told once: only what was on the first list can be asked for again")
        raise Invalid(fields={f"{word}.defects": [said]})


def check_team(db: Session, filing: Filing, team: Mapping[str, Any], *, by: str, now: datetime) -> list[dict[str, str]]:
    """Checks a team for the site (b10): two or more, none with a conflict of interest. Gives its members `{username, name, unit}`.

    Raises:
        Invalid: at `team.members`, who cannot be in it and why; at `team.plannedOn`, a day that has passed.
    """
    wrong: dict[str, list[Sentence]] = {}
    chosen = [str(one) for one in answers.several(team.get("members"))]
    declared = {str(one) for one in answers.several(team.get("conflicted"))}
    names = {row["value"]: row["label"] for row in checkers(db, filing, now=now)}
    outside = [
        {"username": "", "name": str(row.get("name") or ""), "unit": str(row.get("unit") or "")}
        for row in answers.rows(team.get("experts"))
    ]
    for username in chosen:
        said = None
        if username in declared:
            said = Sentence("{name} has declared a conflict of interest; choose somebody else")
        elif username in helpers(db, filing, now=now):
            said = Sentence("{name} looks after the enterprise or helped with the application; choose somebody else")
        if said is not None:
            params = {"name": names.get(username, username)}
            wrong.setdefault("team.members", []).append(Sentence(said.template, params))
    if len(set(chosen)) + len(outside) < 2 or not chosen:
        wrong.setdefault("team.members", []).append(Sentence("at least two go to the site, one of them an official"))
    day = answers.day(team.get("plannedOn"))
    if day is None or day < local_day(now):
        wrong["team.plannedOn"] = [Sentence("give a day that has not passed")]
    if wrong:
        raise Invalid(fields=wrong)
    return [{"username": one, "name": names.get(one, one), "unit": ""} for one in dict.fromkeys(chosen)] + outside


def check_onsite(db: Session, filing: Filing, onsite: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """Who enters what was found must not be barred, and the conclusion must agree with the single findings (F09).

    Raises:
        Invalid: at the field.
    """
    wrong: dict[str, list[Sentence]] = {}
    day = answers.day(onsite.get("date"))
    if day is None or day > local_day(now):
        wrong["onsite.date"] = [Sentence("give the day of the check, not later than today")]
    differing = [name for name, value in onsite.items() if name.endswith("Consistent") and not answers.agrees(value)]
    if differing and onsite.get("conclusion") == "consistent":
        said = Sentence("something was not as declared; the conclusion cannot be “consistent”")
        wrong["onsite.conclusion"] = [said]
    if not differing and onsite.get("conclusion") in {"partly", "false"}:
        wrong["onsite.conclusion"] = [Sentence("say first which item was not as declared")]
    if by in helpers(db, filing, now=now):
        wrong["onsite.teamSigned"] = [Sentence("who helped with the application does not check it")]
    if wrong:
        raise Invalid(fields=wrong)


def check_experts(db: Session, filing: Filing, chosen: Sequence[str], *, now: datetime) -> None:
    """Three or five experts are asked (b16), none of whom helped with the application.

    Raises:
        Invalid: at `review.experts`.
    """
    wrong: list[Sentence] = []
    if len(set(chosen)) not in {3, 5}:
        wrong.append(Sentence("choose three or five experts"))
    helped = helpers(db, filing, now=now)
    wrong += [
        Sentence("{name} helped with the application; choose somebody else", {"name": people.name_of(db, one)})
        for one in chosen
        if one in helped
    ]
    if wrong:
        raise Invalid(fields={"review.experts": wrong})


def checkers(db: Session, filing: Filing, *, now: datetime) -> list[dict[str, str]]:
    """Who can be sent to the site: officials of the city and of its counties, as choices `{value, label}`."""
    city = territories.city_of(filing.scope)
    query = (
        select(Person.username, Person.name)
        .join(Post, Post.person_id == Person.id)
        .where(
            Person.active, Post.post.in_(_CITY), territories.under(Post.path, [city]), people.running(local_day(now))
        )
        .distinct()
        .order_by(Person.name)
        .limit(200)
    )
    return [{"value": row.username, "label": row.name} for row in db.execute(query)]


def experts(db: Session, *, now: datetime) -> list[dict[str, str]]:
    """The experts who can be asked, as choices `{value, label}`."""
    query = (
        select(Person.username, Person.name)
        .join(Post, Post.person_id == Person.id)
        .where(Person.active, Post.post == "EX", people.running(local_day(now)))
        .distinct()
        .order_by(Person.name)
        .limit(300)
    )
    return [{"value": row.username, "label": row.name} for row in db.execute(query)]


def helpers(db: Session, filing: Filing, *, now: datetime) -> set[str]:
    """Who has an interest in an application: who wrote or confirmed it, and the officer of the enterprise."""
    known = staff.of(db, [filing.scope], [filing.enterprise_id], local_day(now))
    found = set(known.involved.get(filing.enterprise_id, ()))
    if filing.instance_id is not None:
        query = (
            select(Submission.by)
            .join(UserTask, UserTask.id == Submission.user_task_id)
            .where(UserTask.instance_id == filing.instance_id, UserTask.element_id.in_(FILLED))
        )
        found |= set(db.scalars(query))
    return found - {""}


def _filed_long_enough(db: Session, filing: Filing, months: int, now: datetime) -> bool:
    day = local_day(now)
    query = select(Filing.decided_on).where(
        Filing.enterprise_id == filing.enterprise_id, Filing.level == "city", Filing.state == "filed"
    )
    return any(
        since is not None and (day.year - since.year) * 12 + day.month - since.month >= months
        for since in db.scalars(query)
    )
