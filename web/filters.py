"""How instants, days and findings are written on a page."""

import json
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Flask
from flask_babel import format_date, format_datetime, format_decimal, gettext

from casework.case_tables import Notice
from engine.errors import Finding, Sentence
from web import language, schemas


def init_app(app: Flask) -> None:
    """Give templates the filters `moment`, `day`, `fromjson` and `marks`."""
    app.jinja_env.filters.update(
        moment=moment,
        day=day,
        fromjson=json.loads,
        marks=marks,
        clock=clock,
        wan=wan,
        told=told,
        task_name=schemas.name_of,
    )


def moment(value: datetime | None) -> str:
    """An instant in Shanghai time, to the minute."""
    return "" if value is None else str(format_datetime(value, "yyyy-MM-dd HH:mm"))


def day(value: date | datetime | None) -> str:
    """A day in Shanghai, in the way of the reader's language."""
    if value is None:
        return ""
    return str(
        format_datetime(value, "yyyy-MM-dd") if isinstance(value, datetime) else format_date(value, "yyyy-MM-dd")
    )


def marks(findings: Iterable[Finding], resource: str) -> list[dict[str, Any]]:
    """The findings of one file as <bpmn-diagram> reads them."""
    return [
        {"element": one.element_id, "text": language.say(one.sentence), "severity": one.severity}
        for one in findings
        if one.resource == resource and one.element_id
    ]


def clock(value: datetime) -> str:
    """The time of day in Shanghai: 09:31."""
    return str(format_datetime(value, "HH:mm"))


def wan(value: Decimal | None) -> str:
    """An amount with its unit: 12,345.67 万元 (10,000 yuan)."""
    if value is None:
        return ""
    return str(gettext("%(amount)s ten thousand yuan", amount=format_decimal(value, "#,##0.##")))


def told(notice: Notice) -> str:
    """What a notice says."""
    return language.say(Sentence(notice.template, notice.params))
