"""A small registry for tests: Guangxi, the same few people in every test, an enterprise, a case, and user tasks as rows."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count

from sqlalchemy.orm import Session

from casework import credit_codes, officers, people
from casework.case_tables import Case
from casework.tables import Enterprise, EnterpriseYear, Officer, Person
from engine.tables import Definition, Deployment, Instance, UserTask

NOW = datetime(2026, 6, 30, 1, 0, tzinfo=UTC)
TODAY = date(2026, 6, 30)
GANGNAN, GANGBEI, GUIGANG, REGION = "45/4508/450803", "45/4508/450802", "45/4508", "45"
_numbers = count(1)


def person(db: Session, username: str, *posts: tuple[str, str], enterprise: Enterprise | None = None) -> Person:
    """A person with posts `(post, path)`."""
    made = people.add(db, username, f"示例{username}", unit="示例局", by="adm", now=NOW)
    for post, path in posts:
        owner = enterprise.id if enterprise is not None and post == "ENT" else None
        people.appoint(db, made, post, path, enterprise_id=owner, since=date(2026, 1, 1), by="adm", now=NOW)
    return made


def officer(db: Session, username: str, path: str = GANGNAN, capacity: int = 15) -> Officer:
    """A liaison officer on duty."""
    made = person(db, username)
    return officers.create(db, made, path, capacity=capacity, since=date(2026, 1, 1), by="adm", now=NOW)


def enterprise(
    db: Session,
    path: str = GANGNAN,
    *,
    revenue: int = 80_000,
    rd: int = 0,
    activity: bool | None = False,
    inst: bool | None = False,
    year: int = 2025,
    **columns: object,
) -> Enterprise:
    """An industrial enterprise above scale; revenue and R&D in 万元."""
    number = next(_numbers)
    row = Enterprise(
        uscc=credit_codes.make("450800", f"MADM{number:04d}"),
        name=f"桂示试验{number}有限公司",
        path=path,
        industry_code="C2021",
        is_scale=True,
        scale_since="2018-10",
        name_history=[],
        platforms=[],
        hitech_precheck={},
        flags=[],
        extra={},
        created_by="adm",
        created_at=NOW,
        updated_by="adm",
        updated_at=NOW,
    )
    for name, value in columns.items():
        setattr(row, name, value)
    db.add(row)
    db.flush()
    figures = EnterpriseYear(enterprise_id=row.id, year=year, as_reported={}, updated_by="adm", updated_at=NOW)
    figures.revenue, figures.rd_expense_acct = Decimal(revenue), Decimal(rd)
    figures.has_activity_g1, figures.has_inst_g1 = activity, inst
    db.add(figures)
    db.flush()
    return row


def case(db: Session, of: Enterprise) -> Case:
    """An open case without a run."""
    row = Case(
        case_no=f"AJ-4508-2026-{next(_numbers):05d}", enterprise_id=of.id, scope=of.path, lead="工信", opened_at=NOW
    )
    db.add(row)
    db.flush()
    return row


def run(db: Session, of: Enterprise) -> Instance:
    """A run about an enterprise; nothing drives it."""
    deployment = Deployment(name="test", source="command", deployed_by="adm", deployed_at=NOW)
    db.add(deployment)
    db.flush()
    definition = Definition(
        deployment_id=deployment.id,
        kind="process",
        key="close",
        version=next(_numbers),
        resource="x.bpmn",
        source=b"",
        digest="",
    )
    db.add(definition)
    db.flush()
    row = Instance(
        definition_id=definition.id,
        process_key="close",
        state="{}",
        scope=of.path,
        subject=f"enterprise:{of.id}",
        started_by="adm",
        started_at=NOW,
    )
    db.add(row)
    db.flush()
    row.root_id = row.id
    db.flush()
    return row


def task(
    db: Session,
    of: Instance,
    element: str,
    groups: Sequence[str],
    *,
    properties: Mapping[str, str] | None = None,
    process: str = "close",
    done_by: str = "",
) -> UserTask:
    """A user task of that run, open or completed by somebody."""
    number = next(_numbers)
    row = UserTask(
        instance_id=of.id,
        root_id=of.root_id or of.id,
        process_key=process,
        element_id=element,
        element_instance_id=f"{element}-{number}",
        name=element,
        candidate_groups=list(groups),
        candidate_users=[],
        created_at=NOW,
        scope=of.scope,
        subject=of.subject,
        properties=dict(properties or {}),
        variables={},
        status="completed" if done_by else "open",
        completed_by=done_by,
        ended_at=NOW if done_by else None,
    )
    db.add(row)
    db.flush()
    return row
