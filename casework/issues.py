"""The life of a problem or need of an enterprise: registered, accepted, dealt with, raised, answered, rated, struck off.

Source: REFERENCE 4.j (the 13710 rule), DT-12, F05, 6.7. Who deals with it and until when is said by the drawing and its decisions;
the functions here keep what was said. Limits run from the day of receipt and do not stand still when a problem is transferred or
raised. What an enterprise reads of the progress is `said`; `text` stays inside.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from casework import answers, cases, departments, enterprises, issue_progress, notices, orders, territories
from casework.case_tables import Case, Notice
from casework.issue_tables import CATEGORIES, ENDED, LEVELS, PENDING, REASONS, SATISFACTION, SOURCES, Issue
from casework.tables import Territory
from engine import history, messages
from engine.calendars import local_day
from engine.errors import Conflict, Invalid, NotFound, Sentence
from engine.tables import Instance

SHORTEST: Final = 5
"""Characters that a description needs."""
PORTION: Final = 200


def get(db: Session, issue_id: int) -> Issue:
    """The problem with this id.

    Raises:
        NotFound: there is none.
    """
    issue = db.get(Issue, issue_id)
    if issue is None:
        raise NotFound("there is no problem {id}", id=issue_id)
    return issue


def open_issue(
    db: Session,
    enterprise_id: int,
    *,
    source: str,
    category: str,
    description: str,
    title: str = "",
    urgency: str = "normal",
    case: Case | None = None,
    visit_id: int | None = None,
    by: str,
    now: datetime,
) -> Issue:
    """Registers a problem of an enterprise and starts dealing with it (`issue_opened`).

    It belongs to the living case of the enterprise where there is one. Without a title the beginning of the description serves.

    What an officer wrote down at a visit may be short: the visit's own form asked for it.

    Raises:
        NotFound: there is no such enterprise.
        Invalid: no such source or category, or the description says too little.
    """
    enterprise = enterprises.get(db, enterprise_id)
    wrong: dict[str, list[Sentence]] = {}
    if source not in SOURCES[:-1]:
        wrong["source"] = [Sentence("say where the problem came from")]
    if category not in CATEGORIES:
        wrong["category"] = [Sentence("choose what the problem is about")]
    if len(description.strip()) < (1 if source == "visit" else SHORTEST):
        wrong["description"] = [Sentence("describe the problem in at least {least} characters", {"least": SHORTEST})]
    if wrong:
        raise Invalid(fields=wrong)
    living = case or cases.living(db, enterprise_id)
    issue = Issue(
        number=next_number(db, now=now),
        source=source,
        category=category,
        title=(title.strip() or _beginning(description))[:120],
        description=description.strip(),
        urgency="urgent" if urgency == "urgent" else "normal",
        enterprise_id=enterprise.id,
        case_id=living.id if living else None,
        visit_id=visit_id,
        scope=enterprise.path,
        received_at=now,
        opened_by=by,
    )
    start(db, issue, sender=_run_of(db, living), by=by, now=now)
    return issue


def start(db: Session, issue: Issue, *, sender: Instance | None, by: str, now: datetime) -> None:
    """Keeps a new problem and says `issue_opened`, which starts its run."""
    db.add(issue)
    issue_progress.step(issue, "registered", by=by, now=now)
    db.flush()
    messages.publish(
        db,
        "issue_opened",
        issue.number,
        {"issueId": issue.id},
        key=f"issue_opened:{issue.id}",
        sender=sender,
        by=by,
        now=now,
    )


def next_number(db: Session, *, now: datetime) -> str:
    """`WT-<year><month>-<serial>`: the serial counts per month; the row of the region is locked so that no number is given twice."""
    db.execute(select(Territory.path).where(Territory.path == territories.REGION).with_for_update())
    prefix = f"WT-{local_day(now):%Y%m}-"
    last = db.scalars(select(func.max(Issue.number)).where(Issue.number.startswith(prefix))).one()
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:05d}"


def route(
    db: Session,
    issue: Issue,
    registration: Mapping[str, Any],
    routing: Mapping[str, Any],
    *,
    category: str,
    first_answer_due: datetime,
    due_on: date,
    by: str,
    now: datetime,
) -> list[str]:
    """Keeps the classification and who leads (DT-12); answers the posts that take it in the county.

    Without a registration (nobody classified it in time) the category of the source stands. The departments that only guide are
    told by letter.
    """
    _living(issue)
    issue.category = category if category in CATEGORIES else issue.category
    issue.title = str(registration.get("title") or issue.title)[:120]
    issue.urgency = "urgent" if registration.get("urgency") == "urgent" else issue.urgency
    issue.class_ = str(routing.get("class") or "general")
    issue.level = str(routing.get("level") or "county")
    issue.lead_post = str(routing.get("lead") or "K")
    issue.co_posts = [
        one for one in departments.known(answers.several(registration.get("co"))) if one != issue.lead_post
    ]
    issue.first_answer_due, issue.due_on = first_answer_due, due_on
    issue.state = "accepted" if issue.level == "county" else "raised"
    issue_progress.step(issue, "routed", text=str(registration.get("note") or ""), by=by, now=now)
    for guide in departments.known(answers.several(routing.get("advice"))):
        issue_progress.letter(
            db,
            issue,
            f"post:{guide}@{issue.scope}",
            "county",
            Sentence("{number} may need your guidance: {title}"),
            now=now,
        )
    alternates = departments.known(answers.several(routing.get("alternates")))
    return departments.groups(db, [issue.lead_post, *alternates], "county", issue.scope, day=local_day(now))


def transfer(db: Session, issue: Issue, to: str, reason: str, *, by: str, now: datetime) -> list[str]:
    """Gives a problem to another department; its limits run on. Answers the posts that take it now.

    Raises:
        Invalid: there is no such department, or it has the problem already.
    """
    _living(issue)
    if to not in departments.CODES:
        raise Invalid(fields={"accept.to": [Sentence("choose the department that takes the problem")]})
    if to == issue.lead_post:
        raise Invalid(fields={"accept.to": [Sentence("this department has the problem already")]})
    issue.lead_post = to
    issue.co_posts = [one for one in issue.co_posts if one != to]
    issue_progress.step(issue, "transferred", text=reason, by=by, now=now)
    return departments.groups(db, [to], "county", issue.scope, day=local_day(now))


def accept(
    db: Session,
    issue: Issue,
    answer: str,
    co: Sequence[object],
    routing: Mapping[str, Any],
    *,
    due_on: date,
    by: str,
    now: datetime,
) -> list[dict[str, object]]:
    """The department takes the problem and answers for the first time; answers the others that are needed: `[{code, groups}]`."""
    _living(issue)
    issue.state, issue.class_, issue.due_on = "handling", str(routing.get("class") or issue.class_), due_on
    issue.co_posts = [one for one in departments.known(co) if one != issue.lead_post]
    answered_first(issue, now=now)
    issue_progress.step(issue, "accepted", said=answer, by=by, now=now)
    issue_progress.tell_enterprise(
        db, issue, Sentence("{number} was accepted: {answer}", {"answer": answer}), key="accepted", now=now
    )
    day = local_day(now)
    return [
        {"code": one, "groups": departments.groups(db, [one], "county", issue.scope, day=day)} for one in issue.co_posts
    ]


def answered_first(issue: Issue, *, now: datetime) -> None:
    """The first answer of any kind stops the clock of three days."""
    issue.first_answered_at = issue.first_answered_at or now


def raise_level(db: Session, issue: Issue, reason: str, *, by: str, now: datetime) -> None:
    """Gives a problem to the next level: county, city, region, joint office. What nobody below solves becomes a request for supervision."""
    _living(issue)
    before = issue.level
    issue.level = LEVELS[min(LEVELS.index(before) + 1, len(LEVELS) - 1)]
    issue.state = "raised"
    issue_progress.step(issue, "raised", text=reason, by=by, now=now)
    if issue.level == "joint" and before != "joint":
        _request_supervision(db, issue, by=by, now=now)


def upper_groups(db: Session, issue: Issue, *, day: date) -> list[str]:
    """The posts that deal with a problem at the level where it is, above the county; empty in the county."""
    if issue.level == "county":
        return []
    return departments.groups(db, [issue.lead_post], issue.level, issue.scope, day=day)


def redo(issue: Issue, due_on: date, *, by: str, now: datetime) -> None:
    """The problem is dealt with again; a limit that is later stands."""
    _living(issue)
    issue.state = "handling" if issue.level == "county" else "raised"
    issue.due_on = max(issue.due_on or due_on, due_on)
    issue.answered_at = issue.answered_on = None
    issue_progress.step(issue, "redo", by=by, now=now)


def answer(db: Session, issue: Issue, handling: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """Keeps the answer in substance; it counts for the limit from this moment."""
    _living(issue)
    issue.state, issue.result = "answered", str(handling.get("answer") or "")
    issue.answered_at, issue.answered_on = now, local_day(now)
    answered_first(issue, now=now)
    issue_progress.step(issue, "answered", text=str(handling.get("note") or ""), said=issue.result, by=by, now=now)
    db.flush()
    orders.request_met(db, issue.id, now=now)


def tell(db: Session, issue: Issue, feedback: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """The result goes to the enterprise in writing, whether or not its officer has called."""
    said = str(feedback.get("text") or "")
    if feedback:
        issue_progress.step(issue, "told", said=said, by=by, now=now)
    sentence = Sentence("{number} is dealt with: {answer} Please rate the result.", {"answer": issue.result})
    issue_progress.tell_enterprise(db, issue, sentence, key=f"answered:{issue.returns}", now=now)


def rate(issue: Issue, rating: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """Keeps how content the enterprise is. The second time it is not, the supervisor decides (state `rated`)."""
    given = str(rating.get("satisfaction") or "")
    issue.satisfaction = given if given in SATISFACTION else ""
    issue_progress.step(issue, "rated", said=str(rating.get("remark") or ""), by=by, now=now)
    if issue.satisfaction == "dissatisfied":
        issue.returns += 1
        issue.state = "rated"


def supervise(issue: Issue, supervision: Mapping[str, Any], *, by: str, now: datetime) -> None:
    """The supervisor closes what the enterprise is still not content with, and says why."""
    reason = str(supervision.get("reason") or "")
    issue.result = issue.result or reason
    if issue.answered_at is None:
        issue.answered_at, issue.answered_on = now, local_day(now)
    answered_first(issue, now=now)
    issue_progress.step(issue, "supervised", said=reason, by=by, now=now)


def close(db: Session, issue: Issue, *, instance: Instance | None, by: str, now: datetime) -> None:
    """Strikes a problem off; what was merged into it ends with it."""
    _living(issue)
    _end(db, issue, "closed", instance=instance, by=by, now=now)


def give_up(
    db: Session, issue: Issue, handling: Mapping[str, Any], *, instance: Instance | None, by: str, now: datetime
) -> None:
    """The leader agreed that it cannot be solved: the reason is kept and told (K12).

    Raises:
        Invalid: without one of the reasons of 4.j.
    """
    _living(issue)
    code = str(handling.get("code") or "")
    if code not in REASONS:
        raise Invalid(fields={"handling.code": [Sentence("say why the problem cannot be solved")]})
    issue.reason_code, issue.result = code, str(handling.get("answer") or "")
    answered_first(issue, now=now)
    sentence = Sentence("{number} cannot be solved: {answer}", {"answer": issue.result})
    issue_progress.tell_enterprise(db, issue, sentence, key="unsolvable", now=now)
    _end(
        db,
        issue,
        "unsolvable",
        text=str(handling.get("reason") or ""),
        said=issue.result,
        instance=instance,
        by=by,
        now=now,
    )


def note(db: Session, issue: Issue, text: str, said: str, *, by: str, now: datetime) -> None:
    """Enters progress on a problem: `text` stays inside, `said` is read by the enterprise.

    Raises:
        Invalid: both are empty.
        Conflict: the problem is over.
    """
    if not text.strip() and not said.strip():
        raise Invalid(fields={"text": [Sentence("write what was done")]})
    _living(issue)
    issue_progress.step(issue, "note", text=text.strip(), said=said.strip(), by=by, now=now)
    if issue.instance_id is not None:
        run = db.get_one(Instance, issue.instance_id, with_for_update=True)
        history.write(
            db,
            instance=run,
            fact="issue_progress",
            by=by,
            now=now,
            data={"issue": issue.id, "text": text, "said": said},
        )


def overdue(db: Session, enterprise_ids: Iterable[int], day: date) -> dict[int, int]:
    """How many problems of each of these enterprises still wait for their answer after its limit (`issue_overdue`, 6.13)."""
    query = (
        select(Issue.enterprise_id, func.count(Issue.id))
        .where(Issue.enterprise_id.in_(list(enterprise_ids)), Issue.state.in_(PENDING), Issue.due_on < day)
        .group_by(Issue.enterprise_id)
    )
    return {enterprise_id: count for enterprise_id, count in db.execute(query) if enterprise_id is not None}


def remind_open(db: Session, key: str, *, after: int, now: datetime) -> int:
    """On the 25th reminds those who have an open problem to enter its progress (c18): the next portion after an id; 0 at the end.

    `key` is the month ("2026-07"); nobody is reminded twice of the same problem in it. Three statements per portion.
    """
    query = select(Issue).where(Issue.state.in_(PENDING), Issue.id > after, Issue.lead_post != "")
    found = list(db.scalars(query.order_by(Issue.id).limit(PORTION)))
    if not found:
        return 0
    keys = {issue.id: f"issue:{issue.id}:{key}" for issue in found}
    known = set(db.scalars(select(Notice.key).where(Notice.key.in_(keys.values()))))
    said = Sentence("{number} is still open (due on {due}): enter its progress")
    rows: list[dict[str, Any]] = []
    for issue in found:
        post = "JM" if issue.level == "joint" else departments.post(issue.lead_post, issue.level)
        rows.append(
            {
                "key": keys[issue.id],
                "kind": "reminder",
                "addressee": f"post:{post}@{notices.seat(post, issue.scope)}",
                "level": {"joint": "joint office"}.get(issue.level, issue.level),
                "template": said.template,
                "params": history.plain({"number": issue.number, "title": issue.title, "due": issue.due_on}),
                "case_id": issue.case_id,
                "scope": issue.scope,
                "sent_at": now,
            }
        )
    if new := [row for row in rows if row["key"] not in known]:
        db.execute(insert(Notice), new)
    return found[-1].id


def _end(
    db: Session,
    issue: Issue,
    state: str,
    *,
    text: str = "",
    said: str = "",
    instance: Instance | None,
    by: str,
    now: datetime,
) -> None:
    issue.state, issue.closed_at = state, now
    issue_progress.step(issue, state, text=text, said=said, by=by, now=now)
    db.flush()
    orders.request_met(db, issue.id, now=now)
    for member in db.scalars(select(Issue.id).where(Issue.merged_into_id == issue.id).order_by(Issue.id)):
        messages.publish(
            db,
            "common_issue_done",
            str(member),
            {},
            key=f"common_issue_done:{issue.id}:{member}",
            sender=instance,
            by=by,
            now=now,
        )


def _request_supervision(db: Session, issue: Issue, *, by: str, now: datetime) -> None:
    given = {
        "subjectKind": "request",
        "caseId": issue.case_id,
        "issueId": issue.id,
        "cause": "{number} could not be solved below the joint office: {title}",
        "causeParams": {"number": issue.number, "title": issue.title},
    }
    case = db.get(Case, issue.case_id) if issue.case_id else None
    orders.request(db, given, key=f"issue:{issue.id}", case=case, by=by, now=now)


def _living(issue: Issue) -> None:
    if issue.state in ENDED:
        raise Conflict("{number} is over; open a new problem if there is more to do", number=issue.number)


def _run_of(db: Session, case: Case | None) -> Instance | None:
    return db.get(Instance, case.instance_id) if case is not None and case.instance_id is not None else None


def _beginning(description: str) -> str:
    first = description.strip().splitlines()[0] if description.strip() else ""
    return first if len(first) <= 40 else f"{first[:39]}…"
