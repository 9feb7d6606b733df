"""Common problems: several enterprises with the same matter, dealt with once, one level up (共性问题).

Source: REFERENCE 4.j (≥3 enterprises in ≥2 cities), 4.c c08. How many it takes and who deals with it is the decision `common-issue`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from casework import answers, departments, issue_progress, issues, territories
from casework.issue_tables import PENDING, Issue
from engine import decisions, messages
from engine.calendars import calendar, local_day
from engine.errors import Conflict, Invalid, Sentence


@dataclass(frozen=True, slots=True)
class Group:
    """Open problems of one category: how many, of how many enterprises in how many cities."""

    category: str
    count: int
    enterprises: int
    cities: int
    level: str
    """Who would deal with them together: city, region, or empty while they are too few."""


def suggestions(db: Session, seen: ColumnElement[bool], *, now: datetime) -> list[Group]:
    """The categories in which enough enterprises wait for the same kind of thing, the largest first; one statement."""
    query = (
        select(Issue.category, Issue.scope, func.count(Issue.id), func.count(func.distinct(Issue.enterprise_id)))
        .where(seen, Issue.state.in_(PENDING), Issue.enterprise_id.is_not(None))
        .group_by(Issue.category, Issue.scope)
    )
    counts: dict[str, list[tuple[str, int, int]]] = {}
    for category, scope, count, firms in db.execute(query):
        counts.setdefault(category, []).append((territories.city_of(scope), count, firms))
    found: list[Group] = []
    for category, rows in counts.items():
        firms, cities = sum(row[2] for row in rows), len({row[0] for row in rows})
        level = _level(db, firms, cities, now=now)[0]
        if level:
            found.append(Group(category, sum(row[1] for row in rows), firms, cities, level))
    return sorted(found, key=lambda group: (-group.enterprises, group.category))


def merge(db: Session, chosen: Sequence[Issue], *, title: str, description: str, by: str, now: datetime) -> Issue:
    """Makes one common problem of several and starts dealing with it; they wait for it and end with it.

    Raises:
        Invalid: no title, several categories, a common problem among them, or too few enterprises (decision `common-issue`).
        Conflict: one of them is answered or over already.
    """
    wrong: dict[str, list[Sentence]] = {}
    if not title.strip():
        wrong["title"] = [Sentence("name the common problem")]
    categories = {issue.category for issue in chosen}
    if any(issue.enterprise_id is None for issue in chosen):
        wrong["issues"] = [Sentence("a common problem is not merged again; tick problems of enterprises")]
    elif len(categories) > 1:
        wrong["issues"] = [Sentence("only problems of one category become a common problem")]
    firms = {issue.enterprise_id for issue in chosen if issue.enterprise_id is not None}
    cities = sorted({territories.city_of(issue.scope) for issue in chosen})
    level, days = _level(db, len(firms), len(cities), now=now)
    if not level and "issues" not in wrong:
        wrong["issues"] = [Sentence("a common problem takes at least three enterprises")]
    if wrong:
        raise Invalid(fields=wrong)
    ids = sorted(issue.id for issue in chosen)
    locked = list(db.scalars(select(Issue).where(Issue.id.in_(ids)).order_by(Issue.id).with_for_update()))
    for issue in locked:
        if issue.state not in PENDING:
            raise Conflict("{number} is answered or over already; leave it out", number=issue.number)
    category = categories.pop()
    routed = answers.context(
        decisions.evaluate(db, "issue-routing", {"facts": {"category": category, "departments": 1}}, now=now).value
    )
    limit = local_day(now) + timedelta(days=days)
    common = Issue(
        number=issues.next_number(db, now=now),
        source="common",
        category=category,
        title=title.strip()[:120],
        description=description.strip() or "、".join(issue.number for issue in locked),
        class_=str(routed.get("class") or "complex"),
        scope=cities[0] if level == "city" else territories.REGION,
        level="joint" if routed.get("level") == "joint" else level,
        lead_post=str(routed.get("lead") or departments.LINES[0]),
        received_at=now,
        due_on=calendar(db).add(limit, 0),
        state="raised",
        opened_by=by,
    )
    issues.start(db, common, sender=None, by=by, now=now)
    for issue in locked:
        issue.merged_into_id, issue.state = common.id, "merged"
        issue_progress.step(issue, "merged", said=common.number, by=by, now=now)
        messages.publish(
            db, "issue_merged", str(issue.id), {}, key=f"issue_merged:{common.id}:{issue.id}", by=by, now=now
        )
    db.flush()
    return common


def joined(db: Session, issue: Issue, *, now: datetime) -> None:
    """The run of a problem has stopped for the common one: the enterprise is told."""
    common = issues.get(db, issue.merged_into_id or 0)
    said = Sentence("{number} is dealt with together with others as {common}", {"common": common.number})
    issue_progress.tell_enterprise(db, issue, said, key=f"merged:{common.id}", now=now)


def ended(db: Session, issue: Issue, *, by: str, now: datetime) -> None:
    """The common problem is over, and so is this one: it has the same result, and the enterprise is told."""
    common = issues.get(db, issue.merged_into_id or 0)
    issue.result, issue.reason_code = common.result, common.reason_code
    issue.answered_at, issue.answered_on = common.answered_at, common.answered_on
    issues.answered_first(issue, now=now)
    issue.closed_at = now
    issue_progress.step(issue, common.state, said=common.result, by=by, now=now)
    if common.state == "closed":
        said = Sentence(
            "{number} was dealt with as {common}: {answer}", {"common": common.number, "answer": common.result}
        )
    else:
        said = Sentence(
            "{number} was looked at as {common} and cannot be solved: {answer}",
            {"common": common.number, "answer": common.result},
        )
    issue_progress.tell_enterprise(db, issue, said, key=f"ended:{common.id}", now=now)


def members(db: Session, common: Issue) -> list[Issue]:
    """The problems that were merged into a common one, in the order of their numbers."""
    return list(db.scalars(select(Issue).where(Issue.merged_into_id == common.id).order_by(Issue.id)))


def _level(db: Session, firms: int, cities: int, *, now: datetime) -> tuple[str, int]:
    facts = {"enterprises": firms, "cities": cities}
    row = answers.context(decisions.evaluate(db, "common-issue", {"facts": facts}, now=now).value)
    return str(row.get("level") or ""), answers.whole(row.get("days")) or 0
