"""The look-back (回头看) on a closed item: at 6 and 12 months, and at once when something looks like a relapse.

Source: REFERENCE 4.g g13–g15, 3.3 no. 7. L1, L2 and enterprises with a risk flag are all looked at, of the others a share drawn
from the closure number, so that the draw can be repeated and nobody can choose. Nobody who checked or accepted looks back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from casework import answers, cases, closures, enterprises, reopenings, territories
from casework.case_tables import Case, Closure, Item, Lookback
from engine import history, messages
from engine.errors import NotFound
from engine.tables import Instance

RISKS: Final = ("risk", "integrity")
"""Flags of an enterprise with which every closed item is looked at (g13)."""
SIGNATORIES: Final = frozenset({"county_check", "city_check", "accept_lead", "joint_science", "joint_industry", "joint_state",
    "leader_science", "leader_industry", "leader_state", "settle"})  # fmt: skip
"""The steps of a closure whose signatories are noted when it turns out to be a relapse (g14)."""
GAPS: Final = {"rd_zero": "activity", "filing": "institution", "certificate": "certificate", "roster": "roster"}
"""Which gap has opened again, by the cause of a triggered look-back; of any other nothing is taken for granted."""
_PATIENCE: Final = timedelta(days=400)


def get(db: Session, lookback_id: int) -> Lookback:
    """The look-back with this id.

    Raises:
        NotFound: there is none.
    """
    lookback = db.get(Lookback, lookback_id)
    if lookback is None:
        raise NotFound("expected look-back {lookback}, but there is none", lookback=lookback_id)
    return lookback


def plan(db: Session, closure: Closure, *, instance: Instance | None, now: datetime) -> Lookback:
    """Opens the regular look-back of a closure and draws whether it is looked at; its run carries territory, enterprise, number."""
    case = cases.get(db, closure.case_id)
    flags = {str(flag.get("code")) for flag in cases.enterprise_of(db, case).flags}
    share = closures.route(db, closure, now=now)["sample"]
    drawn = closures.is_drawn(closure.closure_no or "", share)
    sample = "all" if share >= 100 else "risk" if flags & set(RISKS) else "random" if drawn else "none"
    lookback = Lookback(
        closure_id=closure.id,
        item_id=closure.item_id,
        case_id=case.id,
        trigger=f"regular:{closure.id}",
        sample=sample,
        planned_at=now,
    )
    db.add(lookback)
    db.flush()
    adopt(db, lookback, instance)
    return lookback


def adopt(db: Session, lookback: Lookback, instance: Instance | None) -> None:
    """The run of a look-back: it carries the territory, the enterprise and the number of the case."""
    if instance is not None:
        case = cases.get(db, lookback.case_id)
        instance.scope, instance.subject = case.scope, enterprises.subject(case.enterprise_id)
        instance.business_key = case.case_no
        lookback.instance_id = instance.id


def groups(db: Session, lookback: Lookback) -> list[str]:
    """Who looks back: the leading line, at the region for regular ones of L1 and L2, else at the city (g13, g14)."""
    item = db.get_one(Item, lookback.item_id)
    letter = cases.LINES[item.lead]
    at_region = item.list_type in {"L1", "L2"} and lookback.kind == "regular"
    return [f"R{letter}" if at_region else f"C{letter}"]


def record(db: Session, lookback: Lookback, month: int, answer: Mapping[str, Any], *, by: str, now: datetime) -> bool:
    """Keeps one look (F23); `month` is 6, 12, or 0 for a triggered one. Gives whether the item relapsed."""
    relapse = answers.agrees(answer.get("relapse"))
    entry = {"month": month, "by": by, "at": now.isoformat(), "answer": history.plain(answer), "relapse": relapse}
    lookback.checks = [*lookback.checks, entry]
    return relapse


def relapse(db: Session, lookback: Lookback, cause: str, *, instance: Instance | None, by: str, now: datetime) -> Item:
    """The item fell back (g14): it is open again, its case is told, and so are the levels above; who had signed is noted.

    Whoever else still watches the same closure (the regular look-back, the wait for the statistics) stops.
    """
    item = db.get_one(Item, lookback.item_id)
    closure = db.get_one(Closure, lookback.closure_id)
    signed = sorted({str(said["by"]) for said in closure.opinions if said.get("step") in SIGNATORIES})
    lookback.state, lookback.ended_at = "relapsed", now
    lookback.evidence = {**lookback.evidence, "signatories": signed}
    reopenings.fall_back(db, item, cause, gap=_gap(lookback), key=str(lookback.id), instance=instance, by=by, now=now)
    stop_watching(db, closure, but=lookback, sender=instance, by=by, now=now)
    return item


def _gap(lookback: Lookback) -> str:
    """Which gap has opened again, by the signs or by what the checker found lost; empty when it is not one alone."""
    found = {GAPS.get(str(one["cause"]), "") for one in lookback.evidence.get("signs", [])}
    if not found and lookback.checks:
        answer = answers.context(answers.context(lookback.checks[-1]).get("answer"))
        found = {name for name in ("activity", "institution", "certificate") if answer.get(name) == "lost"}
    return found.pop() if len(found) == 1 else ""


def stop_watching(
    db: Session, closure: Closure, *, but: Lookback | None, sender: Instance | None, by: str, now: datetime
) -> None:
    """The closure does not stand any more: its other look-backs end, and nobody waits for the statistics to confirm it."""
    others = select(Lookback).where(Lookback.closure_id == closure.id, Lookback.state == "planned")
    for other in db.scalars(others):
        if but is None or other.id != but.id:
            key = f"{closure.id}:{other.kind}"
            messages.publish(
                db, "lookback_withdrawn", key, {}, key=f"lookback_withdrawn:{other.id}", sender=sender, by=by, now=now
            )
    if closure.item.list_type in closures.OFFICIAL:
        messages.publish(
            db,
            "closure_reopened",
            str(closure.id),
            {},
            key=f"closure_reopened:{closure.id}",
            sender=sender,
            time_to_live=_PATIENCE,
            by=by,
            now=now,
        )


def finish(db: Session, lookback: Lookback, *, instance: Instance | None, by: str, now: datetime) -> None:
    """The look-back is over without a relapse; the case is told (`lookback_done`)."""
    lookback.state, lookback.ended_at = "done", now
    messages.publish(
        db,
        "lookback_done",
        str(lookback.case_id),
        {"itemId": lookback.item_id, "caseId": lookback.case_id},
        key=f"lookback_done:{lookback.id}",
        sender=instance,
        by=by,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the look-backs of some territories found so far (K14): how many ended with a look, and how many of them as a relapse."""

    looked: int
    relapsed: int

    @property
    def rate(self) -> float | None:
        """Relapsed ÷ looked back, in per cent; None before the first look."""
        return round(100 * self.relapsed / self.looked, 1) if self.looked else None


def outcome(db: Session, paths: Sequence[str]) -> Outcome:
    """The outcome of the look-backs in these territories; what was not drawn is no look."""
    query = select(Lookback.state, func.count()).join(Case, Case.id == Lookback.case_id)
    query = query.where(Lookback.state.in_(("done", "relapsed")), Lookback.sample != "none")
    rows = db.execute(query.where(territories.under(Case.scope, paths)).group_by(Lookback.state)).all()
    found: dict[str, int] = {row[0]: row[1] for row in rows}
    return Outcome(sum(found.values()), found.get("relapsed", 0))


def of_item(db: Session, item: Item) -> list[Lookback]:
    """The look-backs of an item, the oldest first."""
    return list(db.scalars(select(Lookback).where(Lookback.item_id == item.id).order_by(Lookback.id)))
