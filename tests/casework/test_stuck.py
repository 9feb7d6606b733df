"""Among ten thousand healthy cases each way of being stuck is found where it was planted, explained, and nothing else is accused."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, event, insert, select, update
from sqlalchemy.orm import Session

from casework import board, stuck, territories
from casework.case_tables import Baseline, Case, Item, Measure, Plan, ProgressEntry, Visit
from casework.filing_tables import Filing
from casework.light_tables import LightLog
from casework.order_tables import SupervisionOrder
from casework.stuck import Stuck
from casework.tables import Assignment, Officer, QuarterReport
from engine.calendars import calendar, end_of_business, local_day
from engine.db import Database
from engine.tables import Instance, Job, Submission, Subscription, UserTask
from tests import province
from tests.world import World

CASES = {"sqlite": 10_000, "postgresql": 2_000}
"""On PostgreSQL a smaller province asks the same questions; that the answers are the same does not take the time of ten thousand."""


@dataclass
class Planter:
    """Plants faults in a province: each call takes another healthy case."""

    db: Session
    now: datetime
    taken: int = 0

    def working_days_ago(self, count: int) -> datetime:
        return end_of_business(calendar(self.db).add(local_day(self.now), -count))

    def case(self) -> int:
        # Of each officer's cases one: that of an officer is his last, and neither has a task, a problem or an order yet.
        self.taken += 1
        number = self.taken * province.LOAD
        while number % 3 == 0 or number % 10 == 0:
            number += 1
        return province.BASE + number

    def row(self, table: Any, **columns: Any) -> int:
        return self.db.execute(insert(table).values(**columns).returning(table.id)).scalar_one()

    def change(self, table: Any, criterion: Any, **columns: Any) -> None:
        self.db.execute(update(table).where(criterion).values(**columns))

    def run(self, key: int, process: str) -> int:
        """A run of the case that waits for a message of its own; gives its id."""
        known = self.db.get_one(Instance, key)
        run = self.row(
            Instance, definition_id=known.definition_id, process_key=process, correlation_key=f"{process}:{key}", parent_id=key, root_id=key,
            state="{}", started_by="system", started_at=self.working_days_ago(30), scope=known.scope, subject=known.subject,
            business_key=known.business_key,
        )  # fmt: skip
        self.row(
            Subscription, name="never", correlation_key=str(run), instance_id=run, element_id="never", element_instance_id="never",
            created_at=self.now,
        )  # fmt: skip
        return run

    def task(self, key: int, run: int, **changes: Any) -> int:
        scope = self.db.get_one(Case, key).scope
        given = {"created_at": self.working_days_ago(1), "due_at": self.now + timedelta(days=9), **changes}
        return self.row(UserTask, **province.task(key, run, scope, **given))

    def order(self, key: int, **changes: Any) -> int:
        return self.row(SupervisionOrder, **province.order(key, self.db.get_one(Case, key).scope, **changes))


Plant = Callable[[Planter, int], None]


def failed(planter: Planter, key: int) -> None:
    planter.row(
        Job, key=f"planted:{key}", kind="service", instance_id=key, element_id="open_items", status="failed", due_at=planter.now,
        created_at=planter.now, ended_at=planter.now, error="LookupError: {what}", error_params={"what": "the registry is away"},
        scope=planter.db.get_one(Instance, key).scope, subject=f"enterprise:{key}",
    )  # fmt: skip


def silent(planter: Planter, key: int) -> None:
    planter.db.execute(delete(Subscription).where(Subscription.instance_id == key))


def unstaffed(planter: Planter, key: int) -> None:
    planter.task(key, key, candidate_groups=["EX"])


def returned(planter: Planter, key: int) -> None:
    for round_, element in enumerate(("write_plan", "approve_county") * 3):
        moment = planter.working_days_ago(20 - round_)
        done = planter.task(
            key, key, element_id=element, element_instance_id=f"round-{round_}", status="completed", completed_by="lo", created_at=moment,
            ended_at=moment,
        )  # fmt: skip
        answer = {"review": {"decision": "return"}} if element == "approve_county" else {"plan": {"causes": []}}
        planter.row(Submission, user_task_id=done, data=answer, by="lo", at=moment)
    planter.task(key, key, element_id="write_plan", element_instance_id="round-7")


def joint_open(planter: Planter, key: int) -> None:
    run = planter.run(key, "close")
    begun = planter.working_days_ago(16)
    for element, status in (("joint_science", "completed"), ("joint_state", "open")):
        planter.task(
            key, run, process_key="close", element_id=element, name="国资部门确认", candidate_groups=["RS"], created_at=begun,
            due_at=planter.working_days_ago(11), status=status,
        )  # fmt: skip


def closure_late(planter: Planter, key: int) -> None:
    run = planter.run(key, "close")
    planter.task(
        key, run, process_key="close", element_id="city_check", name="市级核验", candidate_groups=["CK"],
        created_at=planter.working_days_ago(21), due_at=planter.working_days_ago(11),
    )  # fmt: skip


def officer_away(planter: Planter, key: int) -> None:
    officer = planter.db.execute(select(Assignment.officer_id).where(Assignment.case_id == key)).scalar_one()
    away = local_day(planter.working_days_ago(16))
    planter.change(Officer, Officer.id == officer, state="请假", away_since=away)


def no_officer(planter: Planter, key: int) -> None:
    planter.change(Assignment, Assignment.case_id == key, officer_id=None, since=planter.working_days_ago(6))


def visit_refused(planter: Planter, key: int) -> None:
    run = planter.run(key, "visit")
    due = planter.now + timedelta(days=4)
    planter.row(
        Visit, case_id=key, instance_id=run, type="routine", due_at=due, result="refused", refusals=2, recorded_at=planter.now,
        recorded_by="lo", data={},
    )  # fmt: skip
    planter.task(key, run, process_key="visit", element_id="leader_visit", candidate_groups=["XL"])


def warning(planter: Planter, key: int) -> None:
    run = planter.run(key, "escalate")
    issued = planter.working_days_ago(11)
    planter.order(key, color="yellow", issued_at=issued, instance_id=run, addressee_post="XK")
    planter.task(
        key, run, process_key="escalate", element_id="reply_order", candidate_groups=["XK"], created_at=issued,
        due_at=planter.working_days_ago(6),
    )  # fmt: skip


def request(planter: Planter, key: int) -> None:
    planter.order(
        key, subject_kind="request", color="yellow", issued_at=planter.working_days_ago(16), addressee_post="CG"
    )


def red_firm(planter: Planter, key: int) -> None:
    planter.change(Case, Case.id == key, light="red")
    for day, light in ((date(2025, 11, 3), "red"), (date(2026, 1, 20), "green"), (date(2026, 3, 30), "red")):
        planter.row(
            LightLog,
            about=f"case:{key}",
            case_id=key,
            day=day,
            light=light,
            previous="green",
            rule="x",
            figures={},
            at=planter.now,
        )


def plan_missing(planter: Planter, key: int) -> None:
    measures = select(Measure.id).where(Measure.case_id == key)
    planter.db.execute(delete(ProgressEntry).where(ProgressEntry.measure_id.in_(measures)))
    planter.db.execute(delete(Measure).where(Measure.case_id == key))
    planter.db.execute(delete(Plan).where(Plan.case_id == key))
    planter.change(Baseline, Baseline.case_id == key, confirmed_at=planter.working_days_ago(26))
    planter.task(
        key, key, element_id="write_plan", created_at=planter.working_days_ago(26), due_at=planter.working_days_ago(11)
    )


def unreported(planter: Planter, key: int) -> None:
    latest = QuarterReport.period.in_(("2025Q4", "2026Q1"))
    planter.change(QuarterReport, (QuarterReport.enterprise_id == key) & latest, state="未报")


def filing_row(planter: Planter, key: int, **columns: Any) -> int:
    """An application of the enterprise of a case, with a run of its own."""
    run = planter.run(key, "filing")
    scope = planter.db.get_one(Case, key).scope
    number = planter.row(
        Filing, ref_no=f"SB-{key}", enterprise_id=key, scope=scope, instance_id=run, created_by="ent", created_at=planter.now,
        updated_at=planter.now, **columns,
    )  # fmt: skip
    assert number
    return run


def filing_number(planter: Planter, key: int) -> None:
    filing_row(planter, key, state="publicity", publicity_until=local_day(planter.working_days_ago(4)))


def filing_cosign(planter: Planter, key: int) -> None:
    run = filing_row(planter, key, state="cosign")
    planter.task(
        key, run, process_key="filing", element_id="region_cosign", name="自治区会签", candidate_groups=["RK"],
        created_at=planter.working_days_ago(11), due_at=planter.working_days_ago(6),
    )  # fmt: skip


def filing_late(planter: Planter, key: int) -> None:
    run = filing_row(planter, key, state="city")
    planter.task(
        key, run, process_key="filing", element_id="city_review", name="市级审核", candidate_groups=["CG"],
        created_at=planter.working_days_ago(21), due_at=planter.working_days_ago(11),
    )  # fmt: skip


def filing_onsite(planter: Planter, key: int) -> None:
    run = filing_row(planter, key, state="onsite")
    planter.task(
        key, run, process_key="filing", element_id="form_team", name="组建核查组", candidate_groups=["CG"],
        created_at=planter.working_days_ago(11), due_at=planter.now + timedelta(days=5),
    )  # fmt: skip


def filing_returned(planter: Planter, key: int) -> None:
    run = filing_row(planter, key, state="correction", corrections=2)
    planter.task(
        key, run, process_key="filing", element_id="correct", name="企业补正", candidate_groups=["ENT"],
        created_at=planter.working_days_ago(1),
    )  # fmt: skip


def eligible(planter: Planter, key: int) -> None:
    planter.change(Item, Item.case_id == key, eligible_since=planter.working_days_ago(21))


def external(planter: Planter, key: int) -> None:
    planter.task(key, key, candidate_groups=["ENT"], created_at=planter.working_days_ago(21), due_at=None)


def overdue(planter: Planter, key: int) -> None:
    planter.task(key, key, due_at=planter.working_days_ago(2), created_at=planter.working_days_ago(7))


def idle(planter: Planter, key: int) -> None:
    measures = select(Measure.id).where(Measure.case_id == key)
    planter.change(ProgressEntry, ProgressEntry.measure_id.in_(measures), at=planter.now - timedelta(days=61))
    planter.change(Plan, Plan.case_id == key, approved_at=planter.now - timedelta(days=80))


def untouched(planter: Planter, key: int) -> None:
    planter.task(key, key, created_at=planter.working_days_ago(11))


PLANTED: dict[str, tuple[Plant, str, str, str]] = {
    "failed": (failed, "open_items could not go on: LookupError: the registry is away", "ADM", "run the step again"),
    "silent": (silent, "the run waits for nothing", "ADM", "look at the drawing"),
    "unstaffed": (unstaffed, "no living person holds EX here", "EX", "appoint somebody"),
    "returned": (returned, "调整一企一策方案 was returned 3 times", "officer-", "sit down together"),
    "joint_open": (
        joint_open,
        "incomplete for 16 working days: 国资部门确认 is missing",
        "RS",
        "nobody agrees by silence",
    ),
    "closure_late": (
        closure_late,
        "市级核验 of the striking off is 11 working days overdue",
        "CK",
        "leader of that office",
    ),
    "filing_number": (filing_number, "ended 4 working days ago and it has no number", "ADM", "look at the run"),
    "filing_cosign": (
        filing_cosign,
        "自治区会签 of a filing has been missing for 6 working days",
        "RK",
        "presses for it",
    ),
    "filing_late": (filing_late, "市级审核 of a filing is 11 working days overdue", "CG", "leader of that office"),
    "filing_onsite": (filing_onsite, "no check on site is planned after 11 working days", "CG", "form a team of two"),
    "filing_returned": (filing_returned, "went back to be mended 2 times", "桂示", "mend it together"),
    "officer_away": (
        officer_away,
        "has been away for 16 working days and nobody took over 25 cases",
        "XK, XG, XS",
        "handover",
    ),
    "no_officer": (no_officer, "no liaison officer for 6 working days", "XK", "name an officer"),
    "visit_refused": (visit_refused, "the enterprise refused the visit 2 times", "XL", "the county leader visits"),
    "warning": (warning, "has had no reply for 11 working days", "XK", "reply with proofs"),
    "request": (request, "has had no answer for 16 working days", "CG", "agenda of the next meeting"),
    "red_firm": (red_firm, "red for 3 quarters in a row", "CK", "dispatch meeting"),
    "plan_missing": (plan_missing, "no plan 26 working days after the baseline", "officer-", "write the plan"),
    "unreported": (unreported, "not reported: 2025Q4、2026Q1", "桂示", "help the enterprise to report"),
    "eligible": (eligible, "could be struck off for 21 working days", "officer-", "ask for the closure"),
    "external": (external, "has waited 21 working days for the enterprise", "桂示", "telephone the enterprise"),
    "overdue": (overdue, "is 2 working days overdue", "officer-", "remind officer-"),
    "idle": (idle, "nothing was entered on any measure for 61 days", "officer-", "visit the enterprise"),
    "untouched": (untouched, "nobody has touched 调整一企一策方案 for 11 working days", "officer-", "ask officer-"),
}


def survey(database: Database, now: datetime, **where: str) -> list[Stuck]:
    with database.reading() as db:
        return stuck.named(db, stuck.survey(db, now=now, **where).found)


@pytest.mark.slow
def test_every_planted_fault_in_a_large_province_is_found_and_nothing_else(database: Database) -> None:
    world = World(database)
    province.build(database, CASES[database.url.get_backend_name()], now=world.now)
    assert survey(database, world.now) == []
    where: dict[str, int] = {}
    with database.transaction() as db:
        planter = Planter(db, world.now)
        for kind, (plant, *_) in PLANTED.items():
            where[kind] = planter.case()
            plant(planter, where[kind])
    found = {one.kind: one for one in survey(database, world.now)}
    assert len(survey(database, world.now)) == len(found)
    assert list(found) == list(stuck.KINDS), "each kind once, in their order"
    for kind, (_, why, whose, what_helps) in PLANTED.items():
        one = found[kind]
        assert why in str(one.why)
        assert one.whose.startswith(whose), (kind, one.whose)
        assert what_helps in str(one.help)
        assert one.since <= world.now
        if kind != "officer_away":
            assert one.subject == f"enterprise:{where[kind]}"
    with database.reading() as db:
        # The file of the case says the same as the board, and the board says where.
        case = db.get_one(Case, where["warning"])
        assert [one.kind for one in stuck.of_case(db, case, now=world.now)] == ["warning"]
        everything = stuck.survey(db, now=world.now)
        cities = board.stuck_behind(everything, board.lines(db, territories.REGION))
        assert sum(cities.values()) == len(PLANTED) == sum(everything.counts.values())
        city = max(cities, key=lambda path: cities[path])
        assert len(stuck.survey(db, scope=city, now=world.now).found) == cities[city]


def test_every_kind_is_planted() -> None:
    assert set(PLANTED) == set(stuck.KINDS)


def test_what_is_asked_does_not_grow_with_the_number_of_cases(database: Database) -> None:
    world = World(database)
    province.build(database, 600, now=world.now)
    with database.transaction() as db:
        db.execute(update(UserTask).values(due_at=world.now - timedelta(days=3)))
        county = db.get_one(Case, province.BASE).scope
    asked = [0]

    def count(*_: object) -> None:
        asked[0] += 1

    event.listen(database.engine, "before_cursor_execute", count)
    survey(database, world.now)
    asked[0] = 0
    few, asked_for_few, asked[0] = survey(database, world.now, scope=county), asked[0], 0
    many = survey(database, world.now)
    assert (len(few), len(many)) == (9, 200)
    assert asked[0] == asked_for_few
