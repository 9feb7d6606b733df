"""The county's desk for quarterly reports: many clean ones at once, one by hand, and imported figures in doubt.

Source: REFERENCE 4.c c04, 8 (batch operations), 2.2. What is unusual is a task of its own and not handled here.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import enterprises, quarter_figures, quarters
from casework.quarter_tables import QuarterReport
from engine import history, messages
from engine.errors import Conflict, Forbidden, Sentence


def confirm_clean(db: Session, report_ids: Sequence[int], *, by: str, now: datetime) -> list[Sentence]:
    """The county confirms reports with nothing unusual in one go (c04); gives, in words, those that it could not.

    Who helped to fill a report in does not confirm it. Each run hears of it in a transaction of its own. Whose territory it is has
    been asked before.
    """
    left: list[Sentence] = []
    reports = db.scalars(select(QuarterReport).where(QuarterReport.id.in_(report_ids)).order_by(QuarterReport.id))
    for report in reports:
        name = enterprises.get(db, report.enterprise_id).name
        if report.state != "已报" or report.anomalies or report.findings:
            left.append(Sentence("{name}: the report is not waiting, or something in it is unusual", {"name": name}))
        elif report.filled_by == by:
            left.append(Sentence("{name}: you filled it in yourself; a colleague confirms it", {"name": name}))
        else:
            key = f"quarter_checked:{report.id}:{report.returns}"
            said = {"check": {"decision": "agree", "by": by}}
            messages.publish(db, "quarter_checked", str(report.id), said, key=key, by=by, now=now)
    return left


def doubt(db: Session, report_ids: Sequence[int], *, by: str, now: datetime) -> int:
    """The county wants to look at clean reports by hand all the same (c04); each becomes its task. Gives how many.

    Whose territory it is has been asked before.
    """
    why = {"code": "by_hand", "why": "县级要求逐户核实"}
    waiting = select(QuarterReport).where(QuarterReport.id.in_(report_ids), quarter_figures.WHAT["clean"])
    found = db.scalars(waiting.order_by(QuarterReport.id)).all()
    for report in found:
        report.anomalies, report.unusual = [why], 1
        key = f"quarter_doubted:{report.id}:{report.returns}"
        messages.publish(db, "quarter_doubted", str(report.id), {"anomalies": [why]}, key=key, by=by, now=now)
        data = {"report": report.id, "period": report.period}
        subject = enterprises.subject(report.enterprise_id)
        history.write(db, chain="registry", fact="report_doubted", by=by, now=now, data=data, subject=subject)
    return len(found)


def confirm_doubts(db: Session, report_id: int, *, by: str, now: datetime) -> QuarterReport:
    """The county confirms doubtful imported figures outside an open quarter as they stand.

    Raises:
        NotFound: there is no such report.
        Conflict: nothing is in doubt, or the run of the quarter asks the county itself.
        Forbidden: it is the person who brought the file in.
    """
    report = quarters.get(db, report_id)
    if report.state != "已报" or not report.findings:
        raise Conflict("there is nothing to confirm about this report")
    if quarters.running(db, [report]):
        raise Conflict("the county checks this report as a task; open it there")
    if report.updated_by == by:
        raise Forbidden("you brought these figures in; a colleague confirms them")
    report.state, report.checked_by, report.checked_at = "县核", by, now
    report.updated_by, report.updated_at = by, now
    db.flush()
    data = {"report": report.id, "period": report.period, "fields": list(report.findings)}
    subject = enterprises.subject(report.enterprise_id)
    history.write(db, chain="registry", fact="figures_confirmed", by=by, now=now, data=data, subject=subject)
    quarters.counts(db, report, by=by, now=now)
    return report
