"""The services of problems that a drawing may name (`registry.issues.*`): each reads its inputs and calls one function of the domain."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import answers, departments, enterprises, inputs, issue_progress, issues, merging
from casework.issue_tables import Issue
from engine.calendars import local_day
from engine.services import Call, Service
from engine.tables import Submission, UserTask


def issue_services() -> Mapping[str, Service]:
    """All services of this room by job type."""
    return {
        "registry.issues.open": _open,
        "registry.issues.route": _route,
        "registry.issues.transfer": _transfer,
        "registry.issues.accept": _accept,
        "registry.issues.opinions": _opinions,
        "registry.issues.raise": _raise,
        "registry.issues.redo": _redo,
        "registry.issues.answer": _answer,
        "registry.issues.tell": _tell,
        "registry.issues.rate": _rate,
        "registry.issues.supervise": _supervise,
        "registry.issues.close": _close,
        "registry.issues.give_up": _give_up,
        "registry.issues.join_common": _join_common,
        "registry.issues.end_with_common": _end_with_common,
    }


def _open(db: Session, call: Call) -> Mapping[str, object]:
    issue = _issue(db, call)
    issue.instance_id = call.instance.id
    call.instance.scope, call.instance.business_key = issue.scope, issue.number
    if issue.enterprise_id is not None:
        call.instance.subject = enterprises.subject(issue.enterprise_id)
    return {
        **_levels(db, issue, call.now),
        "title": issue.title,
        "description": issue.description,
        "category": issue.category,
        "coDepartments": [],
        "isCommon": issue.enterprise_id is None,
        "receivedOn": local_day(issue.received_at).isoformat(),
        "register": {"title": issue.title, "category": issue.category, "urgency": issue.urgency},
    }


def _route(db: Session, call: Call) -> Mapping[str, object]:
    issue = _issue(db, call)
    groups = issues.route(
        db,
        issue,
        inputs.group(call, "register"),
        inputs.group(call, "routing"),
        category=inputs.text(call, "category"),
        first_answer_due=inputs.moment(call, "firstAnswerDue"),
        due_on=local_day(inputs.moment(call, "dueOn")),
        by=call.by,
        now=call.now,
    )
    return {
        **_levels(db, issue, call.now),
        "lead": issue.lead_post,
        "leadGroups": groups,
        "coDepartments": list(issue.co_posts),
    }


def _transfer(db: Session, call: Call) -> Mapping[str, object]:
    issue = _issue(db, call)
    groups = issues.transfer(db, issue, inputs.text(call, "to"), inputs.text(call, "reason"), by=call.by, now=call.now)
    return {"lead": issue.lead_post, "leadGroups": groups}


def _accept(db: Session, call: Call) -> Mapping[str, object]:
    groups = issues.accept(
        db,
        _issue(db, call),
        str(inputs.group(call, "accept").get("answer") or ""),
        answers.several(call.inputs.get("coDepartments")),
        inputs.group(call, "routing"),
        due_on=local_day(inputs.moment(call, "dueOn")),
        by=call.by,
        now=call.now,
    )
    return {"coGroups": groups}


def _opinions(db: Session, call: Call) -> Mapping[str, object]:
    """The opinions are read from the answers themselves: some departments may have been silent when the time was up."""
    issue = _issue(db, call)
    here = select(UserTask.id).where(UserTask.instance_id == call.instance.id, UserTask.element_id == "assist")
    given = {one.user_task_id: one for one in db.scalars(select(Submission).where(Submission.user_task_id.in_(here)))}
    heard = {str(one.get("task")) for one in issue_progress.lines(issue)}
    for task_id in sorted(db.scalars(here)):
        if str(task_id) in heard:
            continue
        said = given.get(task_id)
        text = str(answers.context(said.data.get("opinion")).get("text") or "") if said else ""
        issue_progress.opinion(issue, task_id, text, by=said.by if said else "", now=call.now)
    return {}


def _raise(db: Session, call: Call) -> Mapping[str, object]:
    issue = _issue(db, call)
    issues.raise_level(db, issue, inputs.text(call, "reason"), by=call.by, now=call.now)
    return _levels(db, issue, call.now)


def _redo(db: Session, call: Call) -> Mapping[str, object]:
    issues.redo(_issue(db, call), local_day(inputs.moment(call, "dueOn")), by=call.by, now=call.now)
    return {}


def _answer(db: Session, call: Call) -> Mapping[str, object]:
    issues.answer(db, _issue(db, call), inputs.group(call, "handling"), by=call.by, now=call.now)
    return {}


def _tell(db: Session, call: Call) -> Mapping[str, object]:
    issues.tell(db, _issue(db, call), inputs.group(call, "feedback"), by=call.by, now=call.now)
    return {}


def _rate(db: Session, call: Call) -> Mapping[str, object]:
    issues.rate(_issue(db, call), inputs.group(call, "rating"), by=call.by, now=call.now)
    return {}


def _supervise(db: Session, call: Call) -> Mapping[str, object]:
    issues.supervise(_issue(db, call), inputs.group(call, "supervision"), by=call.by, now=call.now)
    return {}


def _close(db: Session, call: Call) -> Mapping[str, object]:
    issues.close(db, _issue(db, call), instance=call.instance, by=call.by, now=call.now)
    return {}


def _give_up(db: Session, call: Call) -> Mapping[str, object]:
    handling = inputs.group(call, "handling")
    issues.give_up(db, _issue(db, call), handling, instance=call.instance, by=call.by, now=call.now)
    return {}


def _join_common(db: Session, call: Call) -> Mapping[str, object]:
    merging.joined(db, _issue(db, call), now=call.now)
    return {}


def _end_with_common(db: Session, call: Call) -> Mapping[str, object]:
    merging.ended(db, _issue(db, call), by=call.by, now=call.now)
    return {}


def _levels(db: Session, issue: Issue, now: datetime) -> dict[str, object]:
    leaders = departments.leaders(issue.level)
    return {
        "level": issue.level,
        "upGroups": issues.upper_groups(db, issue, day=local_day(now)),
        "leaderGroups": leaders,
        "supervisors": [*leaders, "SUP"],
    }


def _issue(db: Session, call: Call) -> Issue:
    return issues.get(db, inputs.number(call, "issueId"))
