"""Escalation that goes by the calendar: red cases and red cities at the end of a quarter, progress on the 25th of a month.

Source: REFERENCE 4.c (c12, c18, escalation after D13), DT-10 no. 1, DT-13 "City light".
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import orders, people, territories
from casework.case_tables import Case
from casework.order_tables import SupervisionOrder, TerritoryLight
from casework.tables import Territory
from engine import history, messages
from engine.errors import Invalid, Sentence
from engine.tables import Instance

PORTION: Final = 200
_SHORTEST: Final = 5


def escalate_reds(db: Session, period: str, *, after: int = 0, now: datetime) -> int:
    """The quarterly escalation (after D13, `period` such as 2026Q2): every red case that nobody supervises, every city red again.

    A portion of cases with an id over `after` in a fixed number of statements. Harmless twice.

    Returns:
        The id of the last case looked at, 0 when none is left.
    """
    if after == 0:
        _escalate_cities(db, period, now=now)
    supervised = select(SupervisionOrder.id).where(SupervisionOrder.case_id == Case.id, orders.is_holding())
    query = select(Case).where(Case.state == "open", Case.light == "red", Case.id > after, ~supervised.exists())
    found = list(db.scalars(query.order_by(Case.id).limit(PORTION)))
    runs = _runs(db, found)
    for case in found:
        messages.publish(
            db,
            "supervision_requested",
            f"quarterly:{period}:{case.id}",
            {
                "subjectKind": "case",
                "caseId": case.id,
                "period": period,
                "color": "red",
                "cause": Sentence("{case_no} is red at the end of {period} and nobody supervises it").template,
                "causeParams": {"case_no": case.case_no, "period": period},
            },
            key=f"supervision:quarterly:{period}:{case.id}",
            sender=runs.get(case.instance_id or 0),
            by=people.SYSTEM,
            now=now,
        )
    return found[-1].id if len(found) == PORTION else 0


def remind_open(db: Session, month: str, *, after: int = 0, now: datetime) -> int:
    """On the 25th everybody who owes progress on an order is reminded (4.c c18); `month` such as 2026-07. Harmless twice.

    Returns:
        The id of the last order looked at, 0 when none is left.
    """
    query = select(SupervisionOrder, Case).outerjoin(Case, Case.id == SupervisionOrder.case_id)
    query = query.where(SupervisionOrder.state == "accepted", SupervisionOrder.id > after)
    found = list(db.execute(query.order_by(SupervisionOrder.id).limit(PORTION)))
    for order, case in found:
        orders.tell(
            db,
            order,
            order.addressee_post.split(" "),
            Sentence("report the progress on {number}; its requirement is not met yet", {"number": order.number}),
            key=f"order_progress:{order.id}:{month}",
            kind="reminder",
            case=case,
            now=now,
        )
    return found[-1][0].id if len(found) == PORTION else 0


def note_territory(
    db: Session, path: str, period: str, light: str, reason: str, *, by: str, now: datetime
) -> TerritoryLight:
    """The joint office records how a city or county stood in a quarter (4.c c12); saying it again corrects it.

    Raises:
        Invalid: the quarter or the light is none, or the reason is missing.
        NotFound: there is no such territory.
    """
    territories.get(db, path)
    wrong: dict[str, list[Sentence]] = {}
    if len(period) != 6 or not period[:4].isdigit() or period[4:] not in {"Q1", "Q2", "Q3", "Q4"}:
        wrong["period"] = [Sentence("write the quarter like 2026Q2")]
    if light not in {"green", *orders.COLORS}:
        wrong["light"] = [Sentence("choose green, blue, yellow or red")]
    if len(reason.strip()) < _SHORTEST:
        wrong["reason"] = [Sentence("say why, in a few words at least")]
    if wrong:
        raise Invalid(fields=wrong)
    query = select(TerritoryLight).where(TerritoryLight.path == path, TerritoryLight.period == period)
    row = db.scalars(query).one_or_none()
    if row is None:
        row = TerritoryLight(path=path, period=period, light=light, score=None, by=by, at=now)
        db.add(row)
    row.light, row.reason, row.by, row.at = light, reason.strip()[:400], by, now
    db.flush()
    data = {"territory": path, "period": period, "light": light, "reason": row.reason}
    history.write(db, chain=orders.CHAIN, fact="territory_light", by=by, now=now, data=data)
    for order in orders.of_matter(db, kind=territories.level(path), scope=path):
        orders.look_again(db, order, orders.is_met(db, order), now=now)
    return row


def red_quarters(db: Session, path: str, period: str) -> int:
    """How many quarters in a row up to `period` a city or county was red (DT-13 `city_red_quarters`)."""
    query = select(TerritoryLight.period, TerritoryLight.light).where(TerritoryLight.path == path)
    lights = {row.period: row.light for row in db.execute(query)}
    count = 0
    while lights.get(period) == "red":
        count += 1
        period = f"{period[:5]}{int(period[5]) - 1}" if period[5] != "1" else f"{int(period[:4]) - 1}Q4"
    return count


def _escalate_cities(db: Session, period: str, *, now: datetime) -> None:
    for path in db.scalars(
        select(TerritoryLight.path)
        .join(Territory, Territory.path == TerritoryLight.path)
        .where(TerritoryLight.period == period, TerritoryLight.light == "red", Territory.kind == "city")
        .order_by(TerritoryLight.path)
    ).all():
        count = red_quarters(db, path, period)
        if count < 2 or orders.of_matter(db, kind="city", scope=path):
            continue
        given = {
            "subjectKind": "city",
            "territory": path,
            "period": period,
            "color": "red",
            "cause": Sentence("{territory} was red {count} quarters in a row").template,
            "causeParams": {"territory": territories.tree(db).name(path), "count": count},
        }
        orders.request(db, given, key=f"quarterly:{period}:{path}", by=people.SYSTEM, now=now)


def _runs(db: Session, cases: Iterable[Case]) -> dict[int, Instance]:
    ids = [case.instance_id for case in cases if case.instance_id is not None]
    return {run.id: run for run in db.scalars(select(Instance).where(Instance.id.in_(ids)))} if ids else {}
