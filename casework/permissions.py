"""Who may see and do what: post × territory, the officer of the case, the enterprise itself, and four eyes — in one place.

Denied unless said otherwise. Reading follows territory (a post over a path sees what lies under it), the liaison officer sees his
own enterprises, an enterprise itself alone, designers and administrators no business data. Acting follows the user task: its
posts, its scope, and who acted before in the same case. Nobody checks himself (REFERENCE 4.0).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, Select, String, and_, cast, literal, or_, select, true
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import InstrumentedAttribute

from casework import enterprises, foureyes, officers, people, staff, territories
from casework.filing_tables import Filing, RdInstitution
from casework.issue_tables import Issue
from casework.order_tables import SupervisionOrder
from casework.staff import COUNTY
from casework.tables import Assignment, Enterprise, Officer, Person, Post
from engine.calendars import local_day
from engine.errors import Forbidden, Sentence
from engine.tables import UserTask

OFFICIALS: Final = frozenset({"XK", "XG", "XS", "XL", "CK", "CG", "CS", "CL", "RK", "RG", "RS", "RL", "JM", "SUP"})
"""Posts that read everything under their territory."""

VERBS: Final[Mapping[str, frozenset[str]]] = {
    "board": OFFICIALS,
    "import": frozenset({"ADM", "JM", "RK", "RG", "CK", "CG"}),
    "start_lists": frozenset({"JM"}),
    "see_officers": OFFICIALS | {"ADM"},
    "manage_officers": frozenset({"XK", "XG", "CK", "CG", "ADM"}),
    "plan_visit": OFFICIALS - {"RL"},
    "record_measure": frozenset({"LO"}),
    "confirm_figures": COUNTY,
    "confirm_soe_district": frozenset({"RS"}),
    "confirm_soe_city": frozenset({"CS"}),
    "confirm_soe_county": frozenset({"XS"}),
    "confirm_soe_group": frozenset({"XK", "CK", "RK"}),
    "report_status": COUNTY | {"LO", "XL", "CK", "CG", "CS", "RK", "RG", "RS"},
    "open_issue": OFFICIALS | {"LO"},
    "invite_filing": frozenset({"XK", "XG", "CK", "CG", "RK", "RG"}),
    "revoke_filings": frozenset({"XK", "XG", "CK", "CG", "RK", "RG"}),
    "keep_whitelist": frozenset({"RK", "RG", "JM"}),
    "call_recognition": frozenset({"CK", "CG", "RK", "RG"}),
    "sign_filings": frozenset({"CK", "CG", "CL", "RK", "RG", "RL"}),
    "merge_issues": frozenset({"CK", "CG", "CS", "CL", "RK", "RG", "RS", "JM"}),
    "assign_task": frozenset({"XK", "XG", "XS", "XL", "CK", "CG", "CS", "CL", "RK", "RG", "RS", "RL", "JM"}),
    "move_deadline": frozenset({"XL", "CL", "RL", "JM"}),
    "issue_order": OFFICIALS,
    "note_territory": frozenset({"JM"}),
    "retry": frozenset({"XL", "CL", "RL", "JM", "SUP", "ADM"}),
    "deploy": frozenset({"DES"}),
    "confirm_false_data": frozenset({"CK", "CG", "CS", "CL", "RK", "RG", "RS", "RL"}),
    "see_drawings": OFFICIALS | {"LO", "DES", "ADM"},
    "manage_people": frozenset({"ADM"}),
    "manage_calendar": frozenset({"ADM"}),
    "move_clock": frozenset({"ADM"}),
}
"""What can be done outside a user task, and the posts that may; each only within its own territory."""


@dataclass(frozen=True, slots=True)
class Held:
    """A post that is held today."""

    post: str
    path: str
    enterprise_id: int | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """Everything that decides what a person may do today. `officer_ids`: himself as officer, and those he acts for."""

    username: str
    person_id: int
    name: str
    day: date
    held: tuple[Held, ...]
    officer_ids: tuple[int, ...] = ()

    def has(self, *posts: str) -> bool:
        """Whether one of these posts is held, wherever."""
        return any(held.post in posts for held in self.held)

    def paths(self, posts: Iterable[str]) -> list[str]:
        """The territories over which one of these posts is held."""
        wanted = set(posts)
        return list(dict.fromkeys(held.path for held in self.held if held.post in wanted))

    @property
    def enterprise_ids(self) -> tuple[int, ...]:
        """The enterprises that this person belongs to."""
        return tuple(held.enterprise_id for held in self.held if held.enterprise_id is not None)

    @property
    def is_enterprise(self) -> bool:
        """Whether this person only speaks for an enterprise: no lights, ranks or internal opinions for them (6.12 no. 7)."""
        return bool(self.held) and all(held.post == "ENT" for held in self.held)


def scope_of(db: Session, username: str, *, now: datetime) -> Scope:
    """What a person holds at `now`.

    Raises:
        Forbidden: nobody active has this user name.
    """
    person = people.find(db, username)
    if person is None or not person.active:
        raise Forbidden("{username} may not do anything here", username=username)
    day = local_day(now)
    held = tuple(Held(row.post, row.path, row.enterprise_id) for row in people.of(db, person, day))
    own = officers.of_person(db, person.id)
    ids: list[int] = []
    if own is not None and own.state == "在岗" and any(post.post == "LO" for post in held):
        ids.append(own.id)
        acting = select(Officer.id).where(Officer.acting_officer_id == own.id, Officer.state == "请假")
        ids += db.execute(acting).scalars()
    return Scope(username, person.id, person.name, day, held, tuple(ids))


def can(scope: Scope, verb: str, path: str = "") -> bool:
    """Whether a verb of `VERBS` is allowed, in the territory `path` where one is meant."""
    return any(held.post in VERBS[verb] and (not path or territories.covers(held.path, path)) for held in scope.held)


def check(scope: Scope, verb: str, path: str = "") -> None:
    """Raises Forbidden unless the verb is allowed there."""
    if not can(scope, verb, path):
        raise Forbidden("you may not do this here; it takes one of the posts {posts}", posts=_listed(VERBS[verb]))


def sees_enterprises(scope: Scope) -> ColumnElement[bool]:
    """The criterion on `Enterprise` for what this person may read."""
    return or_(
        territories.under(Enterprise.path, scope.paths(OFFICIALS)),
        Enterprise.id.in_(scope.enterprise_ids),
        Enterprise.id.in_(_assigned(scope)),
    )


def sees_issues(scope: Scope) -> ColumnElement[bool]:
    """The criterion on `Issue` for what this person may read: the territory, the own enterprises, or what his department deals with."""
    department = [
        and_(
            territories.under(Issue.scope, [held.path]),
            or_(Issue.lead_post == held.post, cast(Issue.co_posts, String).contains(f'"{held.post}"')),
        )
        for held in scope.held
        if held.post in people.DEPARTMENTS
    ]
    return or_(
        territories.under(Issue.scope, scope.paths(OFFICIALS)),
        Issue.enterprise_id.in_(scope.enterprise_ids),
        Issue.enterprise_id.in_(_assigned(scope)),
        *department,
    )


def sees_orders(scope: Scope) -> ColumnElement[bool]:
    """The criterion on `SupervisionOrder` for what this person may read: officials by territory, an officer those of his cases."""
    return or_(
        territories.under(SupervisionOrder.scope, scope.paths(OFFICIALS)),
        SupervisionOrder.enterprise_id.in_(_assigned(scope)),
    )


def sees_filings(scope: Scope) -> ColumnElement[bool]:
    """The criterion on `Filing` for what this person may read: officials by territory, an officer and an enterprise their own."""
    return _of_firms(scope, Filing.scope, Filing.enterprise_id)


def sees_institutions(scope: Scope) -> ColumnElement[bool]:
    """The criterion on `RdInstitution` for what this person may read, as for filings."""
    return _of_firms(scope, RdInstitution.scope, RdInstitution.enterprise_id)


def can_open_filing(db: Session, scope: Scope, enterprise_id: int, path: str) -> bool:
    """Whether this person may begin an application: the enterprise its own, its officer on behalf of it, officials by invitation."""
    return (
        enterprise_id in scope.enterprise_ids
        or can(scope, "invite_filing", path)
        or can_record(db, scope, enterprise_id, path)
    )


def check_open_filing(db: Session, scope: Scope, enterprise_id: int, path: str) -> None:
    """Raises Forbidden unless this person may begin an application for the enterprise."""
    if not can_open_filing(db, scope, enterprise_id, path):
        raise Forbidden("the enterprise applies itself; its liaison officer may do it on behalf, officials invite")


def holds_order(scope: Scope, order: SupervisionOrder) -> bool:
    """Whether this person stands on the level that holds an order (3.6: nobody else may withdraw it)."""
    posts = order.supervisor_post.split(" ")
    return any(held.post in posts and territories.covers(held.path, order.scope) for held in scope.held)


def check_holds_order(scope: Scope, order: SupervisionOrder) -> None:
    """Raises Forbidden unless this person stands on the level that holds the order."""
    if not holds_order(scope, order):
        raise Forbidden(
            "only the level that holds this order may withdraw it; ask {posts}", posts=order.supervisor_post
        )


def sees_tasks(scope: Scope) -> ColumnElement[bool]:
    """The criterion on `UserTask` for what this person may read (acting is another question)."""
    return _sees(scope, UserTask.scope, UserTask.subject)


def sees_subject(db: Session, scope: Scope, path: str, subject: str) -> bool:
    """Whether this person may read what carries this scope and subject."""
    if any(territories.covers(held, path) for held in scope.paths(OFFICIALS)):
        return True
    enterprise_id = enterprises.id_of(subject)
    if enterprise_id is None:
        return False
    if enterprise_id in scope.enterprise_ids:
        return True
    mine = _assigned(scope).where(Assignment.enterprise_id == enterprise_id)
    return db.execute(mine).first() is not None


def my_tasks(db: Session, scope: Scope, *, process_key: str = "") -> list[UserTask]:
    """The open user tasks that this person can complete today, the most urgent first; without due date last.

    `process_key` asks for those of one process only.
    """
    asked = UserTask.process_key == process_key if process_key else true()
    query = select(UserTask).where(UserTask.status == "open", asked, addressed(scope)).order_by(UserTask.id)
    found = {task.id: task for task in db.execute(query).scalars()}
    found |= {task.id: task for task in _lifted(db, scope, asked) if task.id not in found}
    known = foureyes.past(db, found.values(), scope.day)
    mine = [
        task
        for task in found.values()
        if task.assignee in {"", scope.username} and _reason_against(scope, task, known) is None
    ]
    return sorted(mine, key=lambda task: (task.due_at is None, task.due_at or task.created_at, -task.priority, task.id))


def can_complete_task(db: Session, scope: Scope, task: UserTask) -> bool:
    """Whether this person may complete this user task today."""
    known = foureyes.past(db, [task], scope.day)
    return task.assignee in {"", scope.username} and _reason_against(scope, task, known) is None


def check_complete_task(db: Session, scope: Scope, task: UserTask) -> str:
    """Checks that this person may complete this user task today.

    Returns:
        On whose behalf: the subject of the enterprise when an official fills in for it, else "".

    Raises:
        Forbidden: the sentence says why (post, territory, officer of the case, four eyes, taken by somebody else, clock stopped).
    """
    if task.paused_at is not None:
        raise Forbidden("the case is suspended and its clocks stand still; this can be done when it goes on")
    if task.assignee not in {"", scope.username}:
        raise Forbidden("{name} has taken this task", name=people.name_of(db, task.assignee))
    known = foureyes.past(db, [task], scope.day)
    reason = _reason_against(scope, task, known)
    if reason is not None:
        raise Forbidden(reason.template, **reason.params)
    groups = set(task.candidate_groups)
    if "ENT" in groups and enterprises.id_of(task.subject) not in scope.enterprise_ids:
        return task.subject if not _holds(scope, task, groups - {"ENT"}, known) else ""
    return ""


def can_record(db: Session, scope: Scope, enterprise_id: int, path: str) -> bool:
    """Whether this person may enter progress and proofs for an enterprise: its officer, who acts for him, else the county."""
    return scope.username in staff.of(db, [path], [enterprise_id], scope.day).officers(enterprise_id, path)


def check_record(db: Session, scope: Scope, enterprise_id: int, path: str) -> None:
    """Raises Forbidden unless this person may enter progress and proofs for the enterprise."""
    if not can_record(db, scope, enterprise_id, path):
        raise Forbidden("the liaison officer of the case enters this; while there is none, the county does")


def can_plan_visit(db: Session, scope: Scope, enterprise_id: int, path: str) -> bool:
    """Whether this person may plan a visit to an enterprise: an official of the territory, or whoever acts as its officer."""
    return can(scope, "plan_visit", path) or can_record(db, scope, enterprise_id, path)


def check_plan_visit(db: Session, scope: Scope, enterprise_id: int, path: str) -> None:
    """Raises Forbidden unless this person may plan a visit to the enterprise."""
    if not can_plan_visit(db, scope, enterprise_id, path):
        raise Forbidden("an official of the territory or the liaison officer plans visits")


def check_enterprise(scope: Scope, enterprise_id: int) -> None:
    """Raises Forbidden unless this person belongs to the enterprise."""
    if enterprise_id not in scope.enterprise_ids:
        raise Forbidden("only the enterprise itself does this")


def check_manage_task(scope: Scope, task: UserTask, verb: str = "assign_task") -> None:
    """Raises Forbidden unless this person may hand over or move this user task (`assign_task`, `move_deadline`)."""
    check(scope, verb, task.scope)


def candidates(db: Session, task: UserTask, day: date) -> list[str]:
    """The user names of all who can complete a user task today, after lifting; empty: it is unstaffed."""
    return candidates_of(db, [task], day)[task.id]


def candidates_of(db: Session, tasks: Sequence[UserTask], day: date) -> dict[int, list[str]]:
    """Who can complete each of these user tasks today, by its id; a fixed number of statements."""
    known = foureyes.past(db, tasks, day)
    ids = {enterprises.id_of(task.subject) for task in tasks if "ENT" in task.candidate_groups} - {None}
    of_firms: dict[int | None, set[str]] = {}
    if ids:
        query = select(Post.enterprise_id, Person.username).join(Person, Person.id == Post.person_id)
        query = query.where(Person.active, Post.post == "ENT", Post.enterprise_id.in_(ids), people.running(day))
        for enterprise_id, username in db.execute(query):
            of_firms.setdefault(enterprise_id, set()).add(username)
    return {task.id: _able(task, known, of_firms) for task in tasks}


def _able(task: UserTask, known: foureyes.Past, of_firms: Mapping[int | None, set[str]]) -> list[str]:
    barred = foureyes.barred(task, known)
    able: set[str] = set(task.candidate_users)
    groups, enterprise_id = set(task.candidate_groups) | _on_behalf(task), enterprises.id_of(task.subject)
    if "LO" in groups:
        able |= known.staff.officers(enterprise_id, task.scope)
    if "ENT" in task.candidate_groups:
        able |= of_firms.get(enterprise_id, set())
    for posts in foureyes.ladder(groups - {"LO", "ENT"}):
        level = known.staff.holders(posts, task.scope) - barred
        if level:
            able |= level
            break
    return sorted(able - barred)


def _reason_against(scope: Scope, task: UserTask, known: foureyes.Past) -> Sentence | None:
    groups = set(task.candidate_groups) | _on_behalf(task)
    if not _holds(scope, task, groups, known) and not _holds_lifted(scope, task, known):
        return Sentence("this task is for {posts} of another post or territory", {"posts": _listed(groups)})
    return foureyes.reason(scope.username, task, known)


def _holds(scope: Scope, task: UserTask, groups: set[str], known: foureyes.Past) -> bool:
    if scope.username in task.candidate_users:
        return True
    for held in scope.held:
        if held.post not in groups or held.post in {"LO", "ENT"}:
            continue
        if territories.covers(held.path, task.scope):
            return True
    enterprise_id = enterprises.id_of(task.subject)
    if "ENT" in groups and "ENT" in task.candidate_groups and enterprise_id in scope.enterprise_ids:
        return True
    return "LO" in groups and scope.username in known.staff.officers(enterprise_id, task.scope)


def _holds_lifted(scope: Scope, task: UserTask, known: foureyes.Past) -> bool:
    groups = set(task.candidate_groups) - {"LO", "ENT"}
    if not groups:
        return False
    own, *higher = foureyes.ladder(groups)
    barred = foureyes.barred(task, known) if higher else set[str]()
    if not higher or known.staff.holders(own, task.scope) - barred:
        return False
    for posts in higher:
        level = known.staff.holders(posts, task.scope) - barred
        if level:
            return scope.username in level
    return False


def _on_behalf(task: UserTask) -> set[str]:
    words = str(task.properties.get("onBehalf", "") or "")
    return {word for word in (part.strip() for part in words.split(",")) if word and word != "none"}


def _assigned(scope: Scope) -> Select[int]:
    return select(Assignment.enterprise_id).where(
        Assignment.until.is_(None), Assignment.officer_id.in_(scope.officer_ids)
    )


def _sees(scope: Scope, path: InstrumentedAttribute[str], subject: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    own = [enterprises.subject(enterprise_id) for enterprise_id in scope.enterprise_ids]
    assigned = _assigned(scope).with_only_columns(literal("enterprise:") + cast(Assignment.enterprise_id, String))
    return or_(territories.under(path, scope.paths(OFFICIALS)), subject.in_(own), subject.in_(assigned))


def _of_firms(
    scope: Scope, path: InstrumentedAttribute[str], enterprise_id: InstrumentedAttribute[int]
) -> ColumnElement[bool]:
    return or_(
        territories.under(path, scope.paths(OFFICIALS)),
        enterprise_id.in_(scope.enterprise_ids),
        enterprise_id.in_(_assigned(scope)),
    )


def addressed(scope: Scope) -> ColumnElement[bool]:
    """Open tasks that may be this person's by post and territory; four eyes is looked at afterwards."""
    groups = cast(UserTask.candidate_groups, String)
    behalf = cast(UserTask.properties, String)
    found: list[ColumnElement[bool]] = [cast(UserTask.candidate_users, String).contains(f'"{scope.username}"')]
    for held in scope.held:
        if held.post == "ENT" and held.enterprise_id is not None:
            found.append(and_(groups.contains('"ENT"'), UserTask.subject == enterprises.subject(held.enterprise_id)))
        elif held.post != "LO":
            named = or_(groups.contains(f'"{held.post}"'), behalf.like(f"%onBehalf%{held.post}%"))
            found.append(and_(named, territories.under(UserTask.scope, [held.path])))
    for_officer = or_(groups.contains('"LO"'), behalf.like("%onBehalf%LO%"))
    if scope.officer_ids:
        assigned = _assigned(scope).with_only_columns(literal("enterprise:") + cast(Assignment.enterprise_id, String))
        found.append(and_(for_officer, UserTask.subject.in_(assigned)))
    if scope.has(*COUNTY):
        found.append(and_(for_officer, territories.under(UserTask.scope, scope.paths(COUNTY))))
    return or_(*found)


def _lifted(db: Session, scope: Scope, asked: ColumnElement[bool]) -> list[UserTask]:
    """Tasks of the level below that may have come up because nobody else is left there."""
    groups = cast(UserTask.candidate_groups, String)
    found = [
        and_(groups.contains(f'"{lower}"'), territories.under(UserTask.scope, [held.path]))
        for held in scope.held
        for lower in foureyes.below(held.post)
    ]
    if not found:
        return []
    return list(db.execute(select(UserTask).where(UserTask.status == "open", asked, or_(*found))).scalars())


def _listed(posts: Iterable[str]) -> str:
    return ", ".join(sorted(posts))
