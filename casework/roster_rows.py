"""One row of a roster becomes a record, with a remark for every cell that was refused, repaired or is doubtful.

Refused rows are left out altogether; a repaired or doubtful row comes in with its remarks (the county confirms doubtful ones).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal

from casework import amounts, credit_codes
from casework.amounts import Cell, text
from casework.territories import Place, Tree
from engine.errors import Invalid, NotFound, Sentence

Severity = Literal["refused", "repaired", "warning"]
_LINES: Final = {"科技", "工信", "国资"}
_STATUSES: Final = {"存续", "停产", "半停产", "注销", "吊销", "迁出"}
_LEVELS: Final = {"央企", "区属", "市属", "县属", "其他"}


@dataclass(frozen=True, slots=True)
class Limits:
    """Figures beyond which a row is doubtful, in 万元 (REFERENCE 6, proposals)."""

    revenue: Decimal = Decimal(10_000_000)
    types_differ: Decimal = Decimal("0.02")


@dataclass(frozen=True, slots=True)
class Remark:
    """What there is to say about one cell. `row` and `column` count from 1; column 0 is the row as a whole."""

    row: int
    column: int
    field: str
    severity: Severity
    sentence: Sentence


@dataclass(slots=True)
class Record:
    """A row read: `values` by field key (typed), `reported` by field key (as written, with unit), and its remarks."""

    row: int
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    reported: dict[str, Any] = field(default_factory=dict[str, Any])
    remarks: list[Remark] = field(default_factory=list[Remark])

    @property
    def refused(self) -> bool:
        """Whether the row stays out."""
        return any(remark.severity == "refused" for remark in self.remarks)

    @property
    def doubts(self) -> list[Remark]:
        """The remarks that the county has to confirm."""
        return [remark for remark in self.remarks if remark.severity == "warning"]


@dataclass(slots=True)
class Reader:
    """Reads the rows of one file. `units` maps money fields to the unit of their column, `day` is the day of the import."""

    tree: Tree
    mapping: Mapping[str, int]
    units: Mapping[str, str]
    day: date
    limits: Limits = field(default_factory=Limits)
    _record: Record = field(default_factory=lambda: Record(0))
    _cells: tuple[Cell, ...] = ()

    def enterprise(self, row: int, cells: tuple[Cell, ...]) -> Record:
        """A row of a roster of enterprises (REFERENCE 6.1, 6.2)."""
        record = self._begin(row, cells)
        values = record.values
        values["name"] = self._required("name")
        self._code()
        place = self._place(text(self._cell("city")), text(self._cell("county")), "county")
        if place is not None:
            values["path"], values["new_zone"] = place.path, place.new_zone
        self._industry()
        self._money("revenue", required=True)
        self._money("rd_expense")
        for key in ("has_activity", "has_inst", "is_soe"):
            self._read(key, amounts.yes)
        month = self._read("scale_since", amounts.month)
        if month is not None:
            values["scale_since"] = month.value
            if month.tidied:
                params = {"written": text(self._cell("scale_since")), "month": month.value}
                self._say("scale_since", "repaired", "{written} is a date in Excel's own counting: {month}", **params)
        for key in ("staff_total", "staff_rd", "staff_tech", "patents_invention_valid"):
            self._read(key, amounts.count)
        for key in ("reg_date", "hitech_from"):
            self._read(key, amounts.day)
        for key in ("industry_name", "group_name", "legal_rep", "contact", "phone", "biz_address"):
            values[key] = text(self._cell(key))
        self._one_of("status", _STATUSES)
        self._one_of("supervisor_level", _LEVELS)
        self._certificate()
        self._enterprise_as_a_whole()
        return record

    def quarter(self, row: int, cells: tuple[Cell, ...]) -> Record:
        """A row of a quarterly summary (REFERENCE 6.3)."""
        record = self._begin(row, cells)
        self._code()
        record.values["name"] = text(self._cell("name"))
        for key in ("rd_expense_ytd", "rd_basic", "rd_applied", "rd_experimental", "revenue_ytd"):
            self._money(key, required=key == "rd_expense_ytd")
        self._read("projects_ongoing", amounts.count)
        remark = record.values["remark"] = text(self._cell("remark"))
        total: Decimal | None = record.values.get("rd_expense_ytd")
        parts: list[Decimal] = [
            record.values[key] for key in ("rd_basic", "rd_applied", "rd_experimental") if key in record.values
        ]
        if total is not None and total >= 0 and len(parts) == 3:
            together = sum(parts, Decimal(0))
            if abs(together - total) > self.limits.types_differ:
                params = {"sum": _figure(together), "total": _figure(total)}
                self._say(
                    "rd_expense_ytd",
                    "warning",
                    "the three types add up to {sum}, the total says {total} (万元)",
                    **params,
                )
        revenue: Decimal | None = record.values.get("revenue_ytd")
        if total is not None and revenue is not None and total > revenue / 2 and total > 0:
            self._say("rd_expense_ytd", "warning", "R&D is more than half of the revenue; please confirm")
        stopped = next((word for word in ("半停产", "停产", "注销", "迁出") if word in remark), "")
        if stopped:
            record.values["status"] = stopped
            self._say(
                "remark",
                "warning",
                "the remark says {status}; the county confirms it before the registry changes",
                status=stopped,
            )
        return record

    def officer(self, row: int, cells: tuple[Cell, ...]) -> Record:
        """A row of a roster of liaison officers (REFERENCE 6.5)."""
        record = self._begin(row, cells)
        values = record.values
        values["name"] = self._required("name")
        values["unit"] = self._required("unit")
        values["title"] = text(self._cell("title"))
        area = text(self._cell("area"))
        city, _, county = (part.strip() for part in area.partition("/"))
        if not county and city:
            found = re.match("^(.+?市)(.+)$", city)
            city, county = (found.group(1), found.group(2)) if found else ("", city)
        place = self._place(city, county, "area")
        if place is not None:
            values["path"], values["new_zone"] = place.path, place.new_zone
        phone = values["phone"] = re.sub(r"[\s-]", "", text(self._cell("phone")))
        if phone and not re.fullmatch(r"1\d{10}|0\d{9,11}", phone):
            self._say("phone", "warning", "{written} is no telephone number of China", written=phone)
        lines = [word for word in re.split(r"[、,;/\s]+", text(self._cell("lines"))) if word]
        unknown = [word for word in lines if word not in _LINES]
        if unknown:
            self._say("lines", "refused", "{written} is no line; write 科技, 工信 or 国资", written="、".join(unknown))
        values["lines"] = list(dict.fromkeys(lines))
        capacity = self._read("capacity", amounts.count)
        if capacity is not None and not 1 <= capacity <= 30:
            self._say("capacity", "refused", "an officer has between 1 and 30 enterprises")
        return record

    def _begin(self, row: int, cells: tuple[Cell, ...]) -> Record:
        self._record, self._cells = Record(row), cells
        return self._record

    def _cell(self, key: str) -> Cell:
        column = self.mapping.get(key, 0)
        return self._cells[column - 1] if 0 < column <= len(self._cells) else None

    def _say(self, key: str, severity: Severity, template: str, **params: object) -> None:
        remark = Remark(self._record.row, self.mapping.get(key, 0), key, severity, Sentence(template, params))
        self._record.remarks.append(remark)

    def _required(self, key: str) -> str:
        written = text(self._cell(key))
        if not written:
            self._say(key, "refused", "this cell must not be empty")
        return written

    def _read(self, key: str, read: Callable[[Cell], Any]) -> Any:
        try:
            value = read(self._cell(key))
        except Invalid as error:
            for sentence in error.fields.get("", ()):
                self._say(key, "refused", sentence.template, **sentence.params)
            return None
        if value is not None:
            self._record.values[key] = value
            self._record.reported[key] = text(self._cell(key))
        return value

    def _code(self) -> None:
        try:
            code = credit_codes.read(self._cell("uscc"))
        except Invalid as error:
            for sentence in error.fields["uscc"]:
                self._say("uscc", "refused", sentence.template, **sentence.params)
            return
        self._record.values["uscc"] = code.value
        if code.tidied:
            self._say(
                "uscc",
                "repaired",
                "the code is written with blanks or small letters and is read as {code}",
                code=code.value,
            )

    def _place(self, city: str, county: str, key: str) -> Place | None:
        try:
            place = self.tree.resolve(city, county)
        except NotFound as error:
            self._say(key, "refused", error.template, **error.params)
            return None
        for sentence in place.remarks:
            self._say(key, "warning" if place.doubtful else "repaired", sentence.template, **sentence.params)
        return place

    def _industry(self) -> None:
        code = text(self._cell("industry_code")).upper()
        if not re.fullmatch(r"[A-T]\d{4}", code):
            self._say(
                "industry_code",
                "refused",
                "{written} is no industry code of GB/T 4754 (a letter and four digits)",
                written=code or "—",
            )
            return
        self._record.values["industry_code"] = code
        if not is_industry(code):
            self._say(
                "industry_code",
                "warning",
                "{code} lies outside B, C and D: accepted, but not as an industrial enterprise",
                code=code,
            )

    def _money(self, key: str, *, required: bool = False) -> None:
        unit = self.units.get(key, amounts.WAN)
        amount = self._read(key, lambda cell: amounts.amount(cell, unit))
        if amount is None:
            already = any(remark.field == key for remark in self._record.remarks)
            if required and not already:
                self._say(key, "refused", "this cell must not be empty")
            return
        self._record.values[key] = amount.value
        self._record.reported[key] = {"written": amount.written, "unit": amount.unit}
        if amount.tidied:
            params = {"written": amount.written, "value": _figure(amount.value)}
            self._say(key, "repaired", "{written} is read as {value} 万元", **params)
        if amount.value < 0:
            self._say(
                key, "refused", "{written} is negative; write the amount or leave the row out", written=amount.written
            )

    def _one_of(self, key: str, allowed: set[str]) -> None:
        written = text(self._cell(key))
        if not written:
            return
        if written not in allowed:
            self._say(
                key, "refused", "{written} is none of {allowed}", written=written, allowed="、".join(sorted(allowed))
            )
            return
        self._record.values[key] = written

    def _certificate(self) -> None:
        number = text(self._cell("hitech_no")).upper()
        if not number:
            return
        if not re.fullmatch(r"GR\d{12}", number):
            self._say(
                "hitech_no",
                "warning",
                "{written} is no certificate number (GR, year, province, six digits)",
                written=number,
            )
            return
        start = self._record.values.get("hitech_from") or date(int(number[2:6]), 12, 1)
        end = start.replace(year=start.year + 3)
        self._record.values |= {"hitech_no": number, "hitech_from": start, "hitech_to": end}
        if end < self.day:
            self._say("hitech_no", "warning", "the certificate of {year} has expired", year=start.year)

    def _enterprise_as_a_whole(self) -> None:
        values, limits = self._record.values, self.limits
        revenue, expense = values.get("revenue"), values.get("rd_expense")
        if revenue is not None and revenue > limits.revenue:
            self._say(
                "revenue",
                "warning",
                "{value} 万元 is more than 100 billion yuan; probably written in yuan, to be confirmed by the county",
                value=_figure(revenue),
            )
        elif revenue is not None and expense is not None and expense > revenue:
            self._say(
                "rd_expense",
                "warning",
                "R&D of {value} 万元 is more than the revenue; to be confirmed by the county",
                value=_figure(expense),
            )
        already = any(remark.field == "rd_expense" for remark in self._record.remarks)
        if expense is not None and expense > 0 and values.get("has_activity") is False and not already:
            self._say(
                "has_activity",
                "warning",
                "R&D of {value} 万元, but no R&D activity; to be confirmed by the county",
                value=_figure(expense),
            )


def is_industry(code: str) -> bool:
    """Whether a code of GB/T 4754 is industry: sections B, C and D, divisions 06–46."""
    return bool(re.fullmatch(r"[BCD]\d{4}", code)) and 6 <= int(code[1:3]) <= 46


def _figure(value: Decimal) -> str:
    return f"{value.normalize():f}"
