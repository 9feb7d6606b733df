"""A province of healthy cases, written in bulk: for measurements, and for looking for the few that are not healthy.

Every case has an enterprise with a log-in, a liaison officer, an approved plan that is in time, a fresh entry on a measure, confirmed
quarterly reports, a visit that is not due yet and two runs that wait; some have a task, a problem or an order. Counties have people in
all posts. Nothing here has a light but green, and nothing is stuck.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from casework import territories
from casework.case_tables import Baseline, Case, Item, Measure, Plan, ProgressEntry, Visit
from casework.issue_tables import Issue
from casework.order_tables import SupervisionOrder
from casework.tables import Assignment, Enterprise, EnterpriseYear, Officer, Person, Post, QuarterReport
from casework.visit_plan_tables import VisitPlan
from engine.calendars import calendar, end_of_business, local_day
from engine.db import Database
from engine.tables import Definition, Instance, Subscription, UserTask

BASE = 100_000
"""The first id of what is written here; ids below are those of the world around it."""
LOAD = 25
_PORTION = 2_000
_COUNTY_POSTS = ("XK", "XG", "XS", "XL")
_CITY_POSTS = ("CK", "CG", "CS", "CL")


@dataclass(frozen=True, slots=True)
class _Places:
    """Where cases lie, the runs' definitions, and the days that all rows share."""

    counties: tuple[str, ...]
    case_definition: int
    item_definition: int
    now: datetime
    today: date
    soon: datetime
    yesterday: datetime


def build(database: Database, number: int, *, now: datetime) -> None:
    """Adds `number` healthy cases to a world (territories, calendars and drawings are there). Their ids are BASE + 0, 1, 2 …"""
    with database.transaction() as db:
        days = calendar(db)
        today = local_day(now)
        nodes = territories.tree(db).under(territories.REGION, "county")
        definitions = {
            row.key: row.id
            for row in db.execute(select(Definition.key, Definition.id).where(Definition.kind == "process"))
        }
        places = _Places(
            counties=tuple(node.path for node in nodes),
            case_definition=definitions["case"],
            item_definition=definitions["item"],
            now=now,
            today=today,
            soon=end_of_business(days.add(today, 8)),
            yesterday=end_of_business(days.add(today, -1)),
        )
        users = _people(db, places, number)
    for first in range(0, number, _PORTION):
        with database.transaction() as db:
            _write(db, (_rows(places, one, users[one]) for one in range(first, min(first + _PORTION, number))))


def _people(db: Session, places: _Places, number: int) -> list[dict[str, Any]]:
    """Everybody; gives the posts of the enterprises' users, which wait for their enterprises."""
    people: list[dict[str, Any]] = []
    posts: list[dict[str, Any]] = []
    officers: list[dict[str, Any]] = []

    def hire(name: str, post: str, path: str, enterprise_id: int | None = None) -> int:
        person = BASE + len(people)
        people.append({"id": person, "username": name, "name": name, "created_at": places.now})
        posts.append(
            {"person_id": person, "post": post, "path": path, "enterprise_id": enterprise_id, "since": date(2026, 1, 1)}
        )
        return person

    cities = sorted({path.rpartition("/")[0] for path in places.counties})
    for path, wanted in [*((one, _COUNTY_POSTS) for one in places.counties), *((one, _CITY_POSTS) for one in cities)]:
        for post in wanted:
            hire(f"{post.lower()}-{path}", post, path)
    for one in range(-(-number // LOAD)):
        path = places.counties[one % len(places.counties)]
        person = hire(f"officer-{one}", "LO", path)
        officers.append(
            {
                "id": BASE + one,
                "person_id": person,
                "path": path,
                "capacity": 30,
                "since": date(2026, 1, 1),
                "lines": [],
                "trained": [],
            }
        )
    for one in range(number):
        hire(f"firm-{one}", "ENT", _county(places, one), BASE + one)
    db.execute(insert(Person), people)
    db.execute(insert(Post), [post for post in posts if post["post"] != "ENT"])
    db.execute(insert(Officer), officers)
    return [post for post in posts if post["post"] == "ENT"]


def _county(places: _Places, one: int) -> str:
    """The county of a case: that of its officer."""
    return places.counties[(one // LOAD) % len(places.counties)]


def _write(db: Session, cases: Iterator[Mapping[Any, list[dict[str, Any]]]]) -> None:
    found: dict[Any, list[dict[str, Any]]] = {}
    for rows in cases:
        for table, some in rows.items():
            found.setdefault(table, []).extend(some)
    for table in _ORDER:
        if found.get(table):
            db.execute(insert(table), found[table])


_ORDER = (
    Enterprise, Post, EnterpriseYear, Instance, Case, Item, Plan, Measure, ProgressEntry, Visit, Baseline, Subscription, Assignment,
    VisitPlan, QuarterReport, UserTask, Issue, SupervisionOrder,
)  # fmt: skip


def _rows(places: _Places, one: int, user: dict[str, Any]) -> dict[Any, list[dict[str, Any]]]:
    """All rows of one case."""
    key, now, today = BASE + one, places.now, places.today
    path = _county(places, one)
    subject, number = f"enterprise:{key}", f"AJ-{path.split('/')[1]}-2026-{key}"
    begun = now - timedelta(days=100)
    starts, ends = today - timedelta(days=60), today + timedelta(days=300)
    by = {"updated_by": "system", "updated_at": begun}
    scoped = {"scope": path, "subject": subject, "business_key": number}
    run, item_run = key, BASE * 10 + one
    list_type = ("L1", "L3", "L3", "L5")[one % 4]
    rows: dict[Any, list[dict[str, Any]]] = {
        Enterprise: [
            {
                "id": key, "uscc": f"91{450000 + one % 999999:06d}MADM{one:06d}", "name": f"桂示{one}号有限公司", "path": path, "industry_code": "C2021",
                "is_scale": True, "scale_since": "2020-01", "created_by": "system", "created_at": begun, **by,
            }
        ],
        Post: [user],
        EnterpriseYear: [
            {"enterprise_id": key, "year": today.year - 1, "revenue": Decimal(9000), "has_activity_g1": False, "has_inst_g1": True, **by}
        ],
        Instance: [
            {
                "id": run, "definition_id": places.case_definition, "process_key": "case", "correlation_key": f"uscc{one}", "root_id": run, "state": "{}",
                "started_by": "system", "started_at": begun, **scoped,
            },
            {
                "id": item_run, "definition_id": places.item_definition, "process_key": "item", "correlation_key": str(key), "parent_id": run,
                "root_id": run, "state": "{}", "started_by": "system", "started_at": begun, **scoped,
            },
        ],
        Case: [
            {
                "id": key, "case_no": number, "enterprise_id": key, "instance_id": run, "scope": path, "stage": "coach", "lead": "科技",
                "opened_at": begun,
            }
        ],
        Item: [
            {
                "id": key, "case_id": key, "instance_id": item_run, "list_type": list_type, "subtype": "缺活动", "lead": "科技",
                "baseline": {"has_activity": False, "has_inst": True}, "target_date": today + timedelta(days=400),
            }
        ],
        Plan: [
            {
                "id": key, "case_id": key, "version": 1, "state": "approved", "author": "lo", "submitted_at": begun + timedelta(days=30),
                "approved_at": begun + timedelta(days=40), "starts_on": starts, "ends_on": ends, "causes": [], "goals": [], "data": {},
            }
        ],
        Measure: [
            {
                "id": key * 3 + place, "plan_id": key, "case_id": key, "type": kind, "content": kind, "starts_on": starts, "due_on": ends,
                "progress": 20 + one % 60, "state": "ongoing",
            }
            for place, kind in enumerate(("PROJECT", "AUX_LEDGER", "STAT_FILL"))
        ],
        ProgressEntry: [
            {"measure_id": key * 3, "progress": 20, "by": "lo", "at": now - timedelta(days=1 + one % 50)},
        ],
        Visit: [
            {
                "id": key, "case_id": key, "type": "first", "due_at": begun + timedelta(days=14), "visited_on": starts, "result": "visited",
                "recorded_by": "lo", "recorded_at": begun + timedelta(days=10), "confirm_state": "confirmed",
            }
        ],
        Baseline: [
            {
                "case_id": key, "visit_id": key, "conclusion": "true", "data": {}, "recorded_by": "lo", "recorded_at": begun + timedelta(days=10),
                "confirm_state": "confirmed", "confirmed_at": begun + timedelta(days=12),
            }
        ],
        Subscription: [
            {
                "name": "items_changed", "correlation_key": f"uscc{one}", "instance_id": waiting, "element_id": "items_changed",
                "element_instance_id": f"e{waiting}", "created_at": begun,
            }
            for waiting in (run, item_run)
        ],
        Assignment: [
            {
                "case_id": key, "enterprise_id": key, "officer_id": BASE + one // LOAD, "how": "assigned", "since": begun, "by": "system",
            }
        ],
        VisitPlan: [
            {
                "key": f"{key}:now", "case_id": key, "enterprise_id": key, "scope": path, "month": today.isoformat()[:7], "class_": "C",
                "allowed_days": 90, "due_on": today + timedelta(days=20 + one % 30), "created_at": begun,
            }
        ],
        QuarterReport: [
            {
                "enterprise_id": key, "period": period, "state": "市核", "rd_expense_ytd": Decimal(10 + one % 7), "revenue_ytd": Decimal(900), **by,
            }
            for period in ("2025Q1", "2025Q3", "2025Q4", "2026Q1")
        ],
        UserTask: [],
        Issue: [],
        SupervisionOrder: [],
    }  # fmt: skip
    if one % 3 == 0:
        rows[UserTask].append(task(key, run, path, due_at=places.soon, created_at=places.yesterday))
    if one % 10 == 0:
        rows[Issue].append(
            {
                "number": f"WT-{key}", "source": "visit", "category": "other", "title": "一个问题", "description": "一个问题", "enterprise_id": key,
                "case_id": key, "scope": path, "received_at": places.yesterday, "due_on": today + timedelta(days=25), "state": "handling",
                "opened_by": "lo",
            }
        )  # fmt: skip
    if one % 20 == 0:
        rows[SupervisionOrder].append(order(key, path, issued_at=places.yesterday))
    return rows


def task(key: int, run: int, path: str, **changes: Any) -> dict[str, Any]:
    """An open task of a case for its officer, as columns."""
    element = str(changes.get("element_id", "amend_plan"))
    return {
        "instance_id": run, "root_id": key, "process_key": "case", "element_id": element, "element_instance_id": f"{element}-{run}",
        "name": "调整一企一策方案", "candidate_groups": ["LO"], "candidate_users": [], "scope": path, "subject": f"enterprise:{key}",
        "business_key": f"case {key}", **changes,
    }  # fmt: skip


def order(key: int, path: str, **changes: Any) -> dict[str, Any]:
    """An issued blue order about a case, as columns."""
    return {
        "number": f"DB-{key}", "color": "blue", "subject_kind": "case", "case_id": key, "enterprise_id": key, "scope": path, "level": 1,
        "supervisor_post": "XK", "addressee_level": 0, "addressee_post": "LO", "addressee_path": path, "cause": "the light changed",
        "copies": [], "state": "issued", "drafted_at": changes["issued_at"], **changes,
    }  # fmt: skip
