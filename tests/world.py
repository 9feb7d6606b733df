"""World: officers, enterprises, cases, and a clock that only the test can move.

A story speaks the language of the domain: it opens a case, lets working days pass, lets somebody complete what is his turn, and
looks at light, stage, notices and history. Everything goes through the public functions of the house; permissions are asked as a
page would ask them. Nothing sleeps and nothing reads the wall clock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import select

from casework import (
    agenda,
    attachments,
    closures,
    light_checks,
    lights,
    measures,
    notices,
    officers,
    people,
    permissions,
    published_years,
    reopenings,
    statuses,
    territories,
    worklist,
)
from casework.case_tables import Case, Closure, Evidence, Item, Lookback, Measure, Notice, Plan
from casework.light_tables import LightLog
from casework.services import all_services
from casework.tables import Enterprise, EnterpriseYear, ListEntry, ListVersion, Officer, Post, QuarterReport
from engine import calendars, definitions, history, jobs, messages, user_tasks, verify
from engine.calendars import SHANGHAI, calendar, days_from, end_of_business, local_day
from engine.db import Database
from engine.tables import Instance, Job, UserTask
from tests import answers

WORKFLOWS = Path(__file__).parent.parent / "workflows"
COUNTY = "450803"
"""港南区 of 贵港市: where the people of the world sit unless told otherwise."""
START = datetime(2026, 6, 30, 9, 0, tzinfo=SHANGHAI)
MORNING, EVENING, BEFORE_WORK = time(9, 0), time(18, 0), time(6, 0)


@dataclass
class Actor:
    """A person of the world: does what is his turn, and is refused what is not."""

    world: "World"
    username: str

    def completes(self, element_id: str, submission: Mapping[str, Any] | None = None, **changes: Any) -> None:
        """Completes the open user task `element_id` of the case last spoken of, with usual answers unless told otherwise.

        `changes` replace single answers below the form's word: `decision="return"`.
        """
        world = self.world
        with world.database.transaction() as db:
            task = world.open_task(db, element_id)
            scope = permissions.scope_of(db, self.username, now=world.now)
            permissions.check_complete_task(db, scope, task)
            shown = user_tasks.variables(db, task, now=world.now)
            answer = submission if submission is not None else answers.usual(element_id, shown, world, **changes)
            world.completions.append(worklist.complete(db, task, answer, scope=scope, now=world.now))
        world.run()

    def completes_task(self, task_id: int, **changes: Any) -> None:
        """Completes one of several open user tasks of the same element, with usual answers unless told otherwise."""
        world = self.world
        with world.database.transaction() as db:
            task = user_tasks.get(db, task_id)
            scope = permissions.scope_of(db, self.username, now=world.now)
            permissions.check_complete_task(db, scope, task)
            shown = user_tasks.variables(db, task, now=world.now)
            answer = answers.usual(task.element_id, shown, world, **changes)
            world.completions.append(worklist.complete(db, task, answer, scope=scope, now=world.now))
        world.run()

    def may_complete(self, element_id: str) -> bool:
        """Whether this person may complete the open user task `element_id` of the case last spoken of."""
        with self.world.database.reading() as db:
            scope = permissions.scope_of(db, self.username, now=self.world.now)
            return permissions.can_complete_task(db, scope, self.world.open_task(db, element_id))

    def tasks(self) -> list[str]:
        """The element ids of what this person can complete now, the most urgent first."""
        with self.world.database.reading() as db:
            scope = permissions.scope_of(db, self.username, now=self.world.now)
            return [task.element_id for task in permissions.my_tasks(db, scope)]

    def records(self, measure_type: str, **submission: Any) -> None:
        """Enters progress on a measure of the case last spoken of, finished unless told otherwise."""
        with self.world.database.transaction() as db:
            case = self.world.get(db)
            measure = db.scalars(
                select(Measure)
                .join(Plan)
                .where(Measure.case_id == case.id, Measure.type == measure_type, Plan.state == "approved")
            ).one()
            measures.record(db, measure.id, {"progress": 100, **submission}, by=self.username, now=self.world.now)
        self.world.run()


class World:
    """One database with a territory, its people, the deployed drawings and a clock."""

    def __init__(
        self, database: Database, *, start: datetime = START, synthetic_years: Iterable[int] = (2027, 2028, 2029)
    ) -> None:
        self.enters(database, start.astimezone(UTC))
        with database.transaction() as db:
            published_years.enter(db, by="adm", now=self.now)
            calendars.enter_notice(
                db,
                2026,
                source="Guangxi notice 2026 (三月三)",
                holidays=[date(2026, 4, 20), date(2026, 4, 21)],
                extent="region",
                by="adm",
                now=self.now,
            )
            for year in synthetic_years:
                calendars.enter_notice(
                    db,
                    year,
                    source="synthetic",
                    holidays=[*days_from(date(year, 10, 1), date(year, 10, 7)), date(year, 1, 1)],
                    synthetic=True,
                    by="adm",
                    now=self.now,
                )
            territories.load_guangxi(db)
        with database.transaction() as db:
            self._populate(db)
        files = {path.name: path.read_bytes() for path in sorted(WORKFLOWS.iterdir()) if path.suffix in _DRAWINGS}
        with database.transaction() as db:
            definitions.deploy(db, files, name="policy", source="folder", by="des", now=self.now)

    def enters(self, database: Database, now: datetime) -> None:
        """The story begins now, on a database that has its territory, people and drawings."""
        self.database, self.now = database, now
        self.case_id = 0
        self.completions: list[user_tasks.Completion] = []
        self._enterprises = 0
        self._kept = {"lights", "chores"}
        database.info["services"] = all_services()
        database.info["rounds"] = agenda.rounds_of_the_house()
        database.info["files"] = attachments.Kept()

    # --- people -------------------------------------------------------------------------------------------------------

    def actor(self, username: str) -> Actor:
        """A person by user name: xk xg xs xl · ck cg cs cl · rk rg rs rl jm sup · adm des · lo, lo2."""
        return Actor(self, username)

    def __getattr__(self, username: str) -> Actor:
        """`world.xg` is `world.actor("xg")`."""
        if username.startswith("_") or (username not in _PEOPLE and username != "enterprise"):
            raise AttributeError(username)
        return Actor(self, username if username in _PEOPLE else self.enterprise_user())

    def enterprise_user(self) -> str:
        """The user name of the enterprise of the case last spoken of."""
        with self.database.reading() as db:
            return f"ent{self.get(db).enterprise_id}"

    def hires(self, username: str, post: str, path: str, *, enterprise_id: int | None = None) -> Actor:
        """A new person with a post over a territory."""
        with self.database.transaction() as db:
            person = people.add(db, username, username.upper(), by="adm", now=self.now)
            people.appoint(
                db, person, post, path, enterprise_id=enterprise_id, since=date(2026, 1, 1), by="adm", now=self.now
            )
        return Actor(self, username)

    def hires_officer(self, username: str, *, county: str = COUNTY, capacity: int = 15) -> Actor:
        """A new liaison officer of a county."""
        with self.database.transaction() as db:
            person = people.add(db, username, username.upper(), by="adm", now=self.now)
            path = territories.path_of_code(county)
            officers.create(db, person, path, capacity=capacity, since=date(2026, 1, 1), by="adm", now=self.now)
        return Actor(self, username)

    def dismisses(self, *usernames: str) -> None:
        """These people leave: they hold no post from today on."""
        with self.database.transaction() as db:
            for username in usernames:
                people.deactivate(db, people.get(db, username), by="adm", now=self.now)

    def officer_id(self, username: str) -> int:
        """The id of a liaison officer."""
        with self.database.reading() as db:
            officer = officers.of_person(db, people.get(db, username).id)
            assert officer is not None
            return officer.id

    # --- enterprises and cases ------------------------------------------------------------------------------------------

    def enterprise_on(
        self,
        *lists: str,
        county: str = COUNTY,
        revenue: float = 62_000,
        subtype: str = "双缺",
        supervisor_level: str = "",
        willing: bool = True,
    ) -> int:
        """A new enterprise above scale with its figures of last year (revenue in 万元); gives its id."""
        _ = willing
        self._enterprises += 1
        number = self._enterprises
        path = territories.path_of_code(county)
        with self.database.transaction() as db:
            firm = Enterprise(
                uscc=f"91{county}MADM{number:06d}",
                name=f"桂示木业{number}有限公司",
                path=path,
                industry_code="C2021",
                is_scale="L4" not in lists,
                scale_since="" if "L4" in lists else "2020-01",
                is_soe=bool(supervisor_level),
                supervisor_level=supervisor_level,
                hitech_no="GR202545000001" if "L4" in lists else "",
                hitech_from=date(2025, 1, 1) if "L4" in lists else None,
                hitech_to=date(2027, 12, 31) if "L4" in lists else None,
                created_by="adm",
                created_at=self.now,
                updated_by="adm",
                updated_at=self.now,
            )
            db.add(firm)
            db.flush()
            missing_activity, missing_inst = subtype in {"双缺", "缺活动"}, subtype in {"双缺", "缺机构"}
            db.add(
                EnterpriseYear(
                    enterprise_id=firm.id,
                    year=local_day(self.now).year - 1,
                    revenue=Decimal(str(revenue)),
                    rd_expenditure_stat=Decimal(0 if missing_activity else 100),
                    has_activity_g1=not missing_activity,
                    has_inst_g1=not missing_inst,
                    updated_by="adm",
                    updated_at=self.now,
                )
            )
            person = people.add(db, f"ent{firm.id}", firm.name, by="adm", now=self.now)
            people.appoint(
                db, person, "ENT", path, enterprise_id=firm.id, since=date(2026, 1, 1), by="adm", now=self.now
            )
            return firm.id

    def open_case(
        self,
        list: str = "L1",  # noqa: A002 - the word of the domain
        *more: str,
        county: str = COUNTY,
        revenue: float = 62_000,
        subtype: str = "双缺",
        supervisor_level: str = "",
    ) -> int:
        """Opens a case by a confirmed list, as the joint lists do, and walks to where somebody is asked; gives its id."""
        lists = [list, *more]
        enterprise_id = self.enterprise_on(
            *lists, county=county, revenue=revenue, subtype=subtype, supervisor_level=supervisor_level
        )
        with self.database.transaction() as db:
            firm = db.get_one(Enterprise, enterprise_id)
            version = self._edition(db, f"LIST-2026-{enterprise_id}", firm, lists, subtype)
            messages.publish(
                db,
                "list_confirmed",
                firm.uscc,
                {"enterpriseId": firm.id, "uscc": firm.uscc, "listVersion": version.id},
                key=f"list_confirmed:{version.id}:{firm.id}",
                by="jm",
                now=self.now,
            )
        self.run()
        with self.database.reading() as db:
            found = db.scalars(select(Case.id).where(Case.enterprise_id == enterprise_id)).one_or_none()
        assert found is not None, f"no case was opened{self.trouble()}"
        self.case_id = found
        return self.case_id

    def lists_change(self, *, added: Sequence[str] = (), removed: Sequence[str] = (), subtype: str = "双缺") -> None:
        """A later edition of the lists adds the enterprise of the case to lists, or takes it off some."""
        with self.database.transaction() as db:
            case = self.get(db)
            firm = db.get_one(Enterprise, case.enterprise_id)
            count = len(db.scalars(select(ListVersion.id)).all())
            version = self._edition(db, f"LIST-2026-Q{count}", firm, [*added, *removed], subtype)
            rows = {
                row.list_type: row.id for row in db.scalars(select(ListEntry).where(ListEntry.version_id == version.id))
            }
            messages.publish(
                db,
                "items_changed",
                firm.uscc,
                {
                    "enterpriseId": firm.id,
                    "uscc": firm.uscc,
                    "listVersion": version.id,
                    "added": [rows[name] for name in added],
                    "removed": [rows[name] for name in removed],
                    "reason": "季度调整",
                },
                key=f"items_changed:{version.id}:{firm.id}",
                by="jm",
                now=self.now,
            )
        self.run()

    def is_reported(self, kind: str, *, to_path: str = "", proof: str = "县级走访") -> None:
        """Somebody reports that the state of the enterprise changed (halted, moved_inside, below_scale, cancelled, resumed …)."""
        with self.database.transaction() as db:
            day = local_day(self.now)
            statuses.report(db, self.get(db), kind, day=day, proof=proof, to_path=to_path, by="xk", now=self.now)
        self.run()

    def falls_back(self, list_type: str, cause: str = "连续两季研发费用为 0", gap: str = "activity") -> None:
        """A closed item of the case relapses."""
        with self.database.transaction() as db:
            item = next(one for one in self.get(db).items if one.list_type == list_type)
            key = f"{item.id}:{item.relapse_count}"
            reopenings.fall_back(db, item, cause, gap=gap, key=key, by="ck", now=self.now)
        self.run()

    def closes(self, list_type: str = "L3") -> None:
        """The item of this list is proposed, promised, checked, signed jointly and struck off (lists of the city)."""
        self.lo.completes("propose_closure")
        self.enterprise.completes("promise")
        self.xk.completes("county_check")
        while left := [one for one in self.waiting() if one in _CLOSING]:
            groups = self._groups_of(left[0])
            self.actor(groups[0].lower()).completes(left[0])
        self.working_days_pass(6)
        assert self.item_states()[list_type].startswith("closed"), self.waiting()

    def everybody_does(self, *element_ids: str) -> None:
        """Whoever can completes every open task of these elements, and those that follow, until none of them is open."""
        while True:
            with self.database.reading() as db:
                query = select(UserTask).where(UserTask.status == "open", UserTask.element_id.in_(element_ids))
                task = db.scalars(query.order_by(UserTask.id).limit(1)).one_or_none()
                able = permissions.candidates(db, task, local_day(self.now)) if task is not None else []
                found = task.id if task is not None else 0
            if not found:
                return
            assert able, f"nobody can do {element_ids}"
            Actor(self, able[0]).completes_task(found)

    def _groups_of(self, element_id: str) -> list[str]:
        with self.database.reading() as db:
            return [str(one) for one in self.open_task(db, element_id).candidate_groups]

    def _edition(self, db: Any, number: str, firm: Enterprise, names: Sequence[str], subtype: str) -> ListVersion:
        version = ListVersion(
            number=number,
            kind="年度",
            base_date=local_day(self.now),
            state="冻结",
            drafted_by="jm",
            drafted_at=self.now,
            frozen_at=self.now,
        )
        db.add(version)
        db.flush()
        for name in names:
            lead = "科技" if name == "L2" and firm.supervisor_level in {"央企", "其他"} else _LEADS[name]
            db.add(
                ListEntry(
                    version_id=version.id,
                    enterprise_id=firm.id,
                    path=firm.path,
                    list_type=name,
                    subtype=subtype if name in {"L1", "L2", "L3"} else "",
                    reason="年度清单",
                    lead=lead,
                    state="确立",
                )
            )
        db.flush()
        return version

    def speaks_of(self, case_id: int) -> None:
        """From now on people act on this case."""
        self.case_id = case_id

    def visited_case(self, **how: Any) -> int:
        """A case whose first visit and baseline are confirmed: the plan is to be written."""
        case = self.open_case(**how)
        self.xg.completes("assign_officer")
        self.lo.completes("arrange")
        self.lo.completes("record_visit")
        self.enterprise.completes("confirm_visit")
        self.lo.completes("baseline")
        self.enterprise.completes("confirm_baseline")
        return case

    def planned_case(self, **how: Any) -> int:
        """A case with an approved plan: its items run."""
        case = self.visited_case(**how)
        self.lo.completes("write_plan")
        for username, element_id in (("xl", "approve_county"), ("cg", "approve_city"), ("rg", "approve_region")):
            if element_id in self.waiting():
                self.actor(self._of_line(username, element_id)).completes(element_id)
        return case

    def eligible_case(self, **how: Any) -> int:
        """A case whose only item meets DT-3: two quarters with R&D, a project, a checked ledger, a filing, statistics filled in."""
        case = self.planned_case(**how)
        self.evidence_comes_in()
        return case

    def evidence_comes_in(self) -> None:
        """Everything DT-3 asks of L1 and L3 is done and recorded, the filing by its number."""
        types = self.measure_types()
        if "PROJECT" in types:
            self.lo.records("PROJECT", projectName="板材胶合工艺", projectStart="2026-07-01")
        if "AUX_LEDGER" in types:
            self.lo.records("AUX_LEDGER", ledgerChecked=True)
        if "INSTITUTION" in types:
            filing = f"GG-2026-{self._enterprises:04d}"
            self.lo.records("INSTITUTION", **{**answers.FILING, "filingNo": filing})
        if "STAT_FILL" in types:
            self.lo.records("STAT_FILL")
        self.quarter_confirmed("2026Q1", rd=40)
        self.quarter_confirmed("2026Q2", rd=95)

    def quarter_confirmed(self, period: str, *, rd: float, ongoing: int = 1) -> None:
        """The county confirmed a quarterly report of the enterprise: R&D expense of the year so far, in 万元."""
        from casework import items

        with self.database.transaction() as db:
            case = self.get(db)
            db.add(
                QuarterReport(
                    enterprise_id=case.enterprise_id,
                    period=period,
                    rd_expense_ytd=Decimal(str(rd)),
                    aux_ledger=True,
                    aux_ledger_checked_by="xk",
                    aux_ledger_checked_at=self.now,
                    projects_ongoing=ongoing,
                    state="县核",
                    updated_by="xk",
                    updated_at=self.now,
                )
            )
            db.flush()
            items.data_arrived(db, case.enterprise_id, f"quarter {period}", key=period, by="xk", now=self.now)
        self.run()

    # --- the clock ------------------------------------------------------------------------------------------------------

    def keeps(self, *occasions: str) -> None:
        """From now on these occasions of the agenda happen as well (all of them without names); otherwise only the nights do."""
        self._kept |= set(occasions) or {occasion.name for occasion in agenda.OCCASIONS}

    def looks_at_agenda(self) -> int:
        """What the calendar asks for by now is put on the table of jobs; gives how many occasions."""
        with self.database.transaction() as db:
            return agenda.note(db, self.now, only=frozenset(self._kept))

    def run(self) -> int:
        """Runs whatever is due now; gives how many jobs ran."""
        ran = 0
        while count := jobs.run_due(self.database, self.now):
            ran += count
        return ran

    def working_days_pass(self, count: int) -> None:
        """Goes on to 09:00 of the n-th working day from today: time limits, reminders and nights happen on the way."""
        with self.database.reading() as db:
            last = calendar(db).add(local_day(self.now), count)
        self.goes_to(last)

    def goes_to(self, day: date) -> None:
        """Goes on to 09:00 of a day, through every evening and night before it."""
        while local_day(self.now) < day:
            today = local_day(self.now)
            tomorrow = today + timedelta(days=1)
            for on, moment in ((today, EVENING), (tomorrow, BEFORE_WORK), (tomorrow, MORNING)):
                at = datetime.combine(on, moment, SHANGHAI).astimezone(UTC)
                if at > self.now:
                    self.now = at
                    self.looks_at_agenda()
                    self.run()

    def sleeps_until(self, day: date) -> None:
        """Goes on to 09:00 of a far day: every job runs when it falls due, but nobody looks at lights at night."""
        goal = datetime.combine(day, MORNING, SHANGHAI).astimezone(UTC)
        while True:
            with self.database.reading() as db:
                query = select(Job.due_at).where(Job.status == "waiting", Job.due_at > self.now, Job.due_at <= goal)
                following = db.scalars(query.order_by(Job.due_at).limit(1)).one_or_none()
            if following is None:
                break
            self.now = following
            self.run()
        self.now = goal
        self.run()

    def leaps_to(self, day: date) -> None:
        """Nobody rang the clock until 09:00 of a day: everything that fell due meanwhile happens then."""
        self.now = datetime.combine(day, MORNING, SHANGHAI).astimezone(UTC)
        self.looks_at_agenda()
        self.run()

    # --- looking ----------------------------------------------------------------------------------------------------------

    def get(self, db: Any, case_id: int = 0) -> Case:
        """The row of a case (the one last spoken of)."""
        return db.get_one(Case, case_id or self.case_id)

    def open_task(self, db: Any, element_id: str) -> UserTask:
        """The open user task of the case last spoken of; without a case, the only one there is.

        Raises:
            AssertionError: it does not wait there; the message says where it does.
        """
        query = select(UserTask).where(UserTask.element_id == element_id, UserTask.status == "open")
        if self.case_id:
            case = self.get(db)
            query = query.where(UserTask.subject == f"enterprise:{case.enterprise_id}")
        found = list(db.scalars(query.order_by(UserTask.id)))
        assert len(found) == 1, (
            f"expected one open {element_id}, found {len(found)}; waiting: {self.waiting()}{self.trouble()}"
        )
        return found[0]

    def waiting(self, case_id: int = 0) -> list[str]:
        """The element ids of the open user tasks of a case."""
        with self.database.reading() as db:
            query = select(UserTask.element_id).where(UserTask.status == "open")
            if case_id or self.case_id:
                query = query.where(UserTask.subject == f"enterprise:{self.get(db, case_id).enterprise_id}")
            return sorted(db.scalars(query))

    def trouble(self) -> str:
        """What failed, in words; empty when nothing did."""
        with self.database.reading() as db:
            failed = db.scalars(select(Job).where(Job.status != "done", Job.error != ""))
            return "".join(
                f"\n  {job.kind} {job.element_id} ({job.status}): {job.error} {job.error_params}" for job in failed
            )

    def due(self, element_id: str) -> datetime:
        """The due date of an open task, in Shanghai."""
        with self.database.reading() as db:
            due = self.open_task(db, element_id).due_at
            assert due is not None
            return due.astimezone(SHANGHAI)

    def light(self, case_id: int = 0) -> str:
        """The light of a case as the night left it."""
        with self.database.reading() as db:
            return self.get(db, case_id).light

    def assessed(self, case_id: int = 0) -> str:
        """The light of a case, worked out now."""
        with self.database.transaction() as db:
            return lights.assess(db, self.get(db, case_id), now=self.now).light

    def light_log(self, case_id: int = 0) -> list[LightLog]:
        """All changes of the light of a case."""
        with self.database.reading() as db:
            about = f"case:{case_id or self.case_id}"
            found = list(db.scalars(select(LightLog).where(LightLog.about == about).order_by(LightLog.id)))
            db.expunge_all()
            return found

    def stage(self, case_id: int = 0) -> str:
        """The stage of a case."""
        with self.database.reading() as db:
            return self.get(db, case_id).stage

    def state(self, case_id: int = 0) -> str:
        """The state of a case."""
        with self.database.reading() as db:
            return self.get(db, case_id).state

    def item_states(self, case_id: int = 0) -> dict[str, str]:
        """The state of every item by its list."""
        with self.database.reading() as db:
            return {item.list_type: item.state for item in self.get(db, case_id).items}

    def item(self, case_id: int = 0) -> Item:
        """The only item of a case, detached."""
        with self.database.reading() as db:
            (item,) = self.get(db, case_id).items
            db.expunge_all()
            return item

    def closure(self, case_id: int = 0) -> Closure:
        """The last closure of a case, detached."""
        with self.database.reading() as db:
            item = self.get(db, case_id).items[0]
            found = closures.of_item(db, item)[-1]
            db.expunge_all()
            return found

    def lookback(self, case_id: int = 0) -> Lookback:
        """The last look-back of a case, detached."""
        with self.database.reading() as db:
            query = select(Lookback).where(Lookback.case_id == (case_id or self.case_id)).order_by(Lookback.id.desc())
            found = db.scalars(query.limit(1)).one()
            db.expunge_all()
            return found

    def plan(self, case_id: int = 0) -> Plan:
        """The plan in force or the last one, detached."""
        with self.database.reading() as db:
            found = self.get(db, case_id).plans[-1]
            db.expunge_all()
            return found

    def measure_types(self) -> list[str]:
        """The kinds of measures of the plan in force."""
        with self.database.reading() as db:
            return [measure.type for measure in self.get(db).plans[-1].measures]

    def evidence(self) -> list[str]:
        """The kinds of proofs on record for the case."""
        with self.database.reading() as db:
            return list(db.scalars(select(Evidence.kind).where(Evidence.case_id == self.case_id).order_by(Evidence.id)))

    def told(self, level: str, case_id: int = 0) -> list[str]:
        """What a level was told about a case: `write_plan overdue`, `write_plan due`, or the words of a letter."""
        with self.database.reading() as db:
            query = select(Notice).where(Notice.case_id == (case_id or self.case_id), Notice.level == level)
            return [_short(notice) for notice in db.scalars(query.order_by(Notice.id))]

    def told_at(self, level: str, what: str, case_id: int = 0) -> list[date]:
        """On which days a level was told this."""
        with self.database.reading() as db:
            query = select(Notice).where(Notice.case_id == (case_id or self.case_id), Notice.level == level)
            found = db.scalars(query.order_by(Notice.id))
            return [local_day(notice.sent_at) for notice in found if _short(notice) == what]

    def chores(self) -> list[str]:
        """What an administrator still has to do."""
        with self.database.reading() as db:
            query = select(Notice).where(Notice.kind == "chore", Notice.done_at.is_(None)).order_by(Notice.id)
            return [notice.template.format(**notice.params) for notice in db.scalars(query)]

    def history(self, case_id: int = 0) -> list[tuple[str, str]]:
        """(fact, element id) of the whole case in the order it happened."""
        with self.database.reading() as db:
            run = self.get(db, case_id).instance_id
            return [(entry.fact, entry.element_id) for entry in history.entries(db, root_id=run, limit=100_000)]

    def completed(self, case_id: int = 0) -> list[tuple[str, str]]:
        """(element id, by whom) of every completed user task of a case, in order."""
        with self.database.reading() as db:
            subject = f"enterprise:{self.get(db, case_id).enterprise_id}"
            query = select(UserTask).where(UserTask.subject == subject, UserTask.status == "completed")
            return [
                (task.element_id, task.completed_by)
                for task in db.scalars(query.order_by(UserTask.ended_at, UserTask.id))
            ]

    def is_well(self) -> None:
        """The invariants of the house hold on the whole database, and nothing failed."""
        assert not self.trouble(), self.trouble()
        with self.database.reading() as db:
            faults = [*verify.check(db), *light_checks.check(db)]
            assert not faults, faults

    def reminder_days(self, element_id: str) -> list[date]:
        """The Shanghai days on which reminders of an open task are going to ring."""
        with self.database.reading() as db:
            task = self.open_task(db, element_id)
            query = select(Job.due_at).where(
                Job.kind == "reminder", Job.user_task_id == task.id, Job.status == "waiting"
            )
            return sorted(local_day(due) for due in db.scalars(query))

    def active_runs(self, process: str = "") -> int:
        """How many runs are alive, of one process or of all."""
        return len([key for key in self.active_processes() if not process or key == process])

    def active_processes(self) -> list[str]:
        """The processes of the runs that are alive."""
        with self.database.reading() as db:
            return sorted(db.scalars(select(Instance.process_key).where(Instance.status == "active")))

    # --- making of the world --------------------------------------------------------------------------------------------

    def _populate(self, db: Any) -> None:
        county = territories.path_of_code(COUNTY)
        seats = {"X": county, "C": territories.city_of(county), "R": territories.REGION}
        for username, post in _PEOPLE.items():
            person = people.add(db, username, _NAMES.get(username, username.upper()), by="adm", now=self.now)
            if post == "LO":
                officers.create(db, person, county, capacity=30, since=date(2026, 1, 1), by="adm", now=self.now)
                continue
            path = seats.get(post[0], territories.REGION)
            people.appoint(db, person, post, path, since=date(2026, 1, 1), by="adm", now=self.now)

    def _of_line(self, username: str, element_id: str) -> str:
        """Who of the city or region has the line that the task asks for."""
        with self.database.reading() as db:
            groups = self.open_task(db, element_id).candidate_groups
        return username if username.upper() in groups else str(groups[0]).lower()


_CLOSING = ("city_check", "accept_lead", "joint_science", "joint_industry", "joint_state")
_DRAWINGS = {".bpmn", ".dmn", ".form"}
_LEADS = {"L1": "工信", "L2": "国资", "L3": "科技", "L4": "工信", "L5": "科技"}
_PEOPLE = {
    "xk": "XK", "xg": "XG", "xs": "XS", "xl": "XL", "ck": "CK", "cg": "CG", "cs": "CS", "cl": "CL",
    "rk": "RK", "rg": "RG", "rs": "RS", "rl": "RL", "jm": "JM", "sup": "SUP", "adm": "ADM", "des": "DES", "lo": "LO",
}  # fmt: skip
_NAMES = {"lo": "联络专员甲"}


def _short(notice: Notice) -> str:
    element = str(notice.params.get("element") or "")
    if not element:
        return notice.template.format(**notice.params)
    return f"{element} {'due' if int(notice.params.get('offset') or 0) <= 0 else 'overdue'}"


def posts_of(db: Any, username: str) -> Sequence[Post]:
    """The posts of a person."""
    return list(db.scalars(select(Post).where(Post.person_id == people.get(db, username).id)))


__all__ = ["COUNTY", "Actor", "Officer", "World", "end_of_business", "notices", "posts_of"]
