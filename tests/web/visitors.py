"""The people who knock at the pages, and what is in the house when they do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from casework import (
    access,
    attachments,
    closures,
    enterprises,
    handovers,
    importing,
    issues,
    orders,
    people,
    territories,
    tokens,
)
from casework.access_tables import AccessToken
from casework.case_tables import Case, Closure, Evidence, Item, Measure, Notice, Visit
from casework.institution_tables import InstitutionReview
from casework.services import all_services
from casework.tables import Enterprise, ListVersion, QuarterReport
from engine import definitions, instances
from engine.calendars import local_day
from engine.db import Database
from engine.tables import Definition, Deployment, Job, UserTask
from tests.files import picture
from tests.web import filing_rows
from tests.web.filing_rows import DECLARED
from tests.world import START, World
from web import auth
from web.app import create_app
from web.counter import Settings

PEOPLE: Final[Mapping[str, str]] = {
    "LO": "lo", "XG": "xg", "XL": "xl", "CG": "cg", "RG": "rg", "JM": "jm", "SUP": "sup", "DES": "des", "ADM": "adm",
    "ENT": "firm", "next county": "xg2", "next city": "cg2", "next officer": "lo2", "other firm": "firm2",
}  # fmt: skip
"""One person of every kind, and colleagues of elsewhere who must not get in."""
NEXT_COUNTY: Final = "450802"
NEXT_CITY: Final = "45/4502"
ROSTER: Final = """单位：万元 2025年度
县区,企业名称,统一社会信用代码,行业代码,营业收入
港南区,桂示林木制造有限公司,91450803MADM00019E,C2021,62000
"""
HOME_VISIT: Final = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="file" targetNamespace="house">
  <bpmn:process id="home_visit" name="家访" isExecutable="true">
    <bpmn:startEvent id="begin"><bpmn:outgoing>to_call</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="to_call" sourceRef="begin" targetRef="call" />
    <bpmn:userTask id="call" name="电话预约">
      <bpmn:extensionElements><zeebe:userTask /><zeebe:assignmentDefinition candidateGroups="DES" /></bpmn:extensionElements>
      <bpmn:incoming>to_call</bpmn:incoming><bpmn:outgoing>to_done</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="to_done" sourceRef="call" targetRef="done" />
    <bpmn:endEvent id="done"><bpmn:incoming>to_done</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
""".encode()
"""A drawing of nothing in particular, as a designer deploys it to try something."""


@dataclass(frozen=True)
class Ids:
    """What there is to ask for: a case with an approved plan, its measure and proof, and an open task of a second case."""

    case: int
    measure: int
    proof: int
    task: int
    version: int
    imported: int
    job: int
    definition: int
    deployment: int
    run: int
    token: int
    notice: int
    closure: int
    issue: int
    report: int
    enterprise: int
    visit: int
    officer: int
    handover: int
    order: int
    filing: int
    institution: int
    file: str
    path: str = "45/4508"


def filled(database: Database) -> tuple[Ids, dict[str, str]]:
    """Fills an empty database; gives the ids and a session token for everybody in `PEOPLE`."""
    world = World(database)
    world.hires("xg2", "XG", territories.path_of_code(NEXT_COUNTY))
    world.hires("cg2", "CG", NEXT_CITY)
    world.hires_officer("lo2", county=NEXT_COUNTY)
    case = world.planned_case(list="L1")
    own = world.enterprise_user()
    world.lo.records("PROJECT", projectName="板材胶合工艺", projectStart="2026-07-01")
    with database.transaction() as db:
        problem = issues.open_issue(
            db, world.get(db).enterprise_id, source="hotline", category="tax", description="发票抬头不符能否加计扣除",
            by="xg", now=world.now,
        ).id  # fmt: skip
    world.hires_officer("lo3")
    with database.transaction() as db:
        officer, leaving = world.officer_id("lo"), world.officer_id("lo3")
        handed = handovers.open_handover(db, leaving, None, reason="调离", by="xg", now=world.now).id
    world.open_case(list="L3")
    world.is_well()
    with database.transaction() as db:
        for old, new in ((own, "firm"), (world.enterprise_user(), "firm2")):
            people.get(db, old).username = new
        task = db.scalars(select(UserTask.id).where(UserTask.element_id == "assign_officer", UserTask.status == "open"))
        reading = importing.read(db, "名册.csv", ROSTER.encode(), now=world.now)
        kept = importing.keep(db, reading, by="adm", now=world.now)
        notice = Notice(
            key="a letter", kind="letter", addressee="person:lo", level="officer", params={}, sent_at=world.now,
            template="the case {case_no} was opened; your liaison officer will call", case_id=case,
        )  # fmt: skip
        notice.params = {"case_no": "AJ-1"}
        db.add(notice)
        db.flush()
        definitions.deploy(db, {"home_visit.bpmn": HOME_VISIT}, name="a try", source="page", by="des", now=world.now)
        tokens.make(db, people.get(db, "des"), "Camunda Modeler", by="des", now=START)
        tried = instances.start(db, "home_visit", {}, by="des", now=world.now)
        ids = Ids(
            case=case,
            measure=db.scalars(select(Measure.id).where(Measure.case_id == case).order_by(Measure.id)).all()[0],
            proof=db.scalars(select(Evidence.id).where(Evidence.case_id == case)).all()[0],
            task=task.one(),
            version=db.scalars(select(ListVersion.id)).all()[0],
            imported=kept.id,
            job=db.scalars(select(Job.id).where(Job.scope != "", Job.status == "waiting")).all()[0],
            definition=db.scalars(select(Definition.id).where(Definition.key == "case")).all()[0],
            deployment=db.scalars(select(Deployment.id).order_by(Deployment.id.desc())).all()[0],
            run=tried.id,
            token=db.scalars(select(AccessToken.id)).one(),
            notice=notice.id,
            issue=problem,
            closure=_published(db, case, world.now),
            report=_doubted(db, case, world.now),
            visit=db.scalars(select(Visit.id).where(Visit.case_id == case)).one(),
            officer=officer,
            handover=handed,
            enterprise=db.get_one(Case, case).enterprise_id,
            order=_ordered(db, case, world.now),
            filing=filing_rows.published(db, case).id,
            institution=filing_rows.institution(db, case).id,
            file=_brought(db, case, world.now),
        )
        sent = {"year": 2026, "state": "city", "opened_at": START, "submitted_at": START, "submitted_by": "firm"}
        db.add(InstitutionReview(institution_id=ids.institution, scope="45/4508/450803", data=DECLARED, **sent))
    opened: dict[str, str] = {}
    with database.transaction() as db:
        for username in PEOPLE.values():
            access.set_password(db, username, "sun-and-rain-2026", by="adm", now=START)
            done = access.log_in(db, username, "sun-and-rain-2026", address="here", agent="test", now=START)
            opened[username] = done.token
    return ids, opened


def _brought(db: Session, case_id: int, now: datetime) -> str:
    """A picture that the county brought for its task in a case."""
    enterprise_id = db.get_one(Case, case_id).enterprise_id
    query = select(UserTask).where(UserTask.subject == enterprises.subject(enterprise_id), UserTask.status == "open")
    task = next(one for one in db.scalars(query) if "ENT" not in one.candidate_groups)
    looked = attachments.look_at("门牌.jpg", "image/jpeg", picture())
    return str(attachments.keep(db, looked, user_task_id=task.id, by="xg", now=now)["id"])


def _ordered(db: Session, case_id: int, now: datetime) -> int:
    """A supervision order of the city over the case, which the county leader answers."""
    due = date(2026, 7, 3)
    wanted = orders.Wanted("red", 2, "方案迟迟未落实", "会议纪要", "立即落实,书面报告。", due)
    return orders.issue_by_hand(db, wanted, post="CG", case=db.get_one(Case, case_id), by="cg", now=now).id


def _published(db: Session, case_id: int, now: datetime) -> int:
    item = db.scalars(select(Item.id).where(Item.case_id == case_id)).one()
    closure = Closure(item_id=item, case_id=case_id, request={}, requested_by="lo", requested_at=now)
    db.add(closure)
    db.flush()
    closures.publish(db, closure, now + timedelta(days=7), now=now)
    return closure.id


def _doubted(db: Session, case_id: int, now: datetime) -> int:
    """An imported quarter and a figure of the registry of which the county has to say that they are right."""
    firm = db.get_one(Enterprise, db.get_one(Case, case_id).enterprise_id)
    enterprises.set_flag(firm, "confirm:revenue", "more than 100 billion yuan", local_day(now))
    report = QuarterReport(
        enterprise_id=firm.id, period="2026Q1", rd_expense_ytd=40, state="已报", origin="导入",
        findings=["rd_expense_ytd"], updated_by="rg", updated_at=now,
    )  # fmt: skip
    db.add(report)
    db.flush()
    return report.id


class Door:
    """The app on one database. `knock(role, method, path)` asks as a person of that role; `""` is a stranger."""

    def __init__(self, database: Database, ids: Ids, tokens: Mapping[str, str]) -> None:
        database.info["services"] = all_services()
        database.info["files"] = attachments.Kept()
        settings = Settings(secret_key="test", clock=lambda: START, wall=lambda: START, demo=True, testing=True)
        self.database, self.ids, self.tokens = database, ids, tokens
        self.app = create_app(database, settings)
        self.app.config["WTF_CSRF_ENABLED"] = False

    def client(self, role: str) -> FlaskClient:
        """A browser in which this person is logged in."""
        client = self.app.test_client()
        if role:
            with client.session_transaction() as session:
                session[auth.TOKEN] = self.tokens[PEOPLE[role]]
        return client

    def knock(self, role: str, method: str, path: str, **how: Any) -> TestResponse:
        """One request of one person."""
        return self.client(role).open(path, method=method, **how)
