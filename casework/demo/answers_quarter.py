"""Quarterly reports in the demonstration: figures that follow the fortune of each enterprise, hasty mistakes, and counties that look."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from random import Random
from typing import Any, Final, cast

from sqlalchemy.orm import Session

from casework import enterprises
from casework.demo import fortunes, personas
from casework.tables import EnterpriseYear
from engine.tables import UserTask

_REVENUE: Final = (Decimal("0.22"), Decimal("0.47"), Decimal("0.72"), Decimal("1"))
_REMARKS: Final = (
    "{period}按立项计划推进,完成{n}批次工艺试验。",
    "{period}研发人员{n}人参与,辅助账按月登记。",
    "{period}采购试制材料{n}批,样机调试中。",
    "{period}与高校联合试验{n}次,形成阶段报告。",
)
_IDLE: Final = ("{period}无研发支出,正在筹划立项(第{n}稿)。", "{period}生产任务紧,未安排研发,已约谈{n}次。")
_TOO_MUCH: Final = Decimal("0.12")


def answer(
    db: Session, task: UserTask, shown: Mapping[str, Any], username: str, now: datetime
) -> Mapping[str, Any] | None:
    """The submission for a task of a quarterly report."""
    del now
    match task.element_id:
        case "report" | "late_report" | "correct":
            hasty = task.element_id != "correct" and personas.errs(username, task)
            return {"report": report(db, task, shown, hasty=hasty)}
        case "chase":
            reason = personas.dice_of(username, task).choice(("staff", "not_booked", "system"))
            return {"chase": {"reason": reason, "person": "财务科陈会计", "note": "已电话提醒,本周内补报。"}}
        case "county_check":
            return {"check": _check(shown)}
        case _:
            return None


def report(db: Session, task: UserTask, shown: Mapping[str, Any], *, hasty: bool) -> dict[str, Any]:
    """The report (F06) of an enterprise, 万元 of the year so far; a hasty one has R&D in thousands of yuan."""
    enterprise_id = enterprises.id_of(task.subject) or 0
    firm = enterprises.get(db, enterprise_id)
    period = str(shown.get("period") or "")
    year, quarter = int(period[:4]), int(period[5])
    fortune = fortunes.of(firm.uscc)
    revenue = _revenue(db, enterprise_id, year)
    expense = fortune.rd_of_the_year_to(period, revenue)
    if hasty:
        expense = min(expense * 10, revenue * _REVENUE[quarter - 1] * Decimal("0.6")).quantize(Decimal("0.01"))
    applied = (expense / 5).quantize(Decimal("0.01"))
    dice = Random(f"{firm.uscc}:{period}")  # noqa: S311 - fictional
    active = expense > 0
    remark = dice.choice(_REMARKS if active else _IDLE)
    before = cast(Mapping[str, Any], shown.get("report") or {})
    filled: dict[str, Any] = {
        "revenueYtd": _number(revenue * _REVENUE[quarter - 1]),
        "rdExpenseYtd": _number(expense),
        "rdBasic": 0,
        "rdApplied": _number(applied),
        "rdExperimental": _number(expense - applied),
        "auxLedger": active,
        "projectsOngoing": 1 + int(revenue > 50_000) if active else 0,
        "instState": str(before.get("instState") or ("已建未备" if fortune.grows else "无")),
        "remark": remark.format(period=f"{year}年{quarter}季度", n=dice.randint(2, 9)),
        "explanation": "年度计划调整,按实际发生额填报,凭证齐全。",
        "certifier": "陈会计",
    }
    if not active:
        filled["zeroReason"] = dice.choice(("none_needed", "no_people", "not_booked"))
    return filled


def _check(shown: Mapping[str, Any]) -> dict[str, Any]:
    """The county returns what cannot be, and takes what is unusual."""
    told = cast(Mapping[str, Any], shown.get("report") or {})
    revenue, expense = _decimal(told.get("revenueYtd")), _decimal(told.get("rdExpenseYtd"))
    if revenue and expense / revenue > _TOO_MUCH:
        return {"decision": "return", "defects": ["rd"], "opinion": "研发费用与营收不成比例,请核对单位(万元)后重报。"}
    ledger = {"ledger": True} if told.get("auxLedger") else {}
    return {"decision": "agree", "opinion": "已电话核对并查看凭证,数据属实。", **ledger}


def _revenue(db: Session, enterprise_id: int, year: int) -> Decimal:
    """What the whole year is going to bring, from the last year on record."""
    known: EnterpriseYear | None = next(
        (found for back in range(4) if (found := enterprises.year(db, enterprise_id, year - back)) and found.revenue),
        None,
    )
    revenue = known.revenue if known and known.revenue else Decimal(5000)
    return revenue * Decimal("1.06") ** (year - (known.year if known else year))


def _number(amount: Decimal) -> float:
    return float(amount.quantize(Decimal("0.01")))


def _decimal(told: object) -> Decimal:
    return Decimal(str(told)) if isinstance(told, int | float | Decimal) else Decimal(0)
