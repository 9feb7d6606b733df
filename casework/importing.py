"""Bringing a roster in: read it, say about every row what there is to say, and only then write — all of it or nothing.

A dry run and the import itself are the same reading, so they find the same. Refused rows stay out as a whole and come back
in a copy of the user's own sheet with the reason beside the cell; everything else goes in within one transaction.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from casework import (
    amounts,
    enterprises,
    items,
    milestones,
    officers,
    quarters,
    relapses,
    rosters,
    sheets,
    statistics,
    statuses,
    territories,
)
from casework.roster_rows import Reader, Record, Remark
from casework.tables import Assignment, Enterprise, EnterpriseYear, Import, QuarterReport
from engine import history
from engine.calendars import local_day
from engine.errors import Conflict, Invalid, NotFound, Sentence

CHAIN: Final = "registry"
_LOOKED_AT: Final = 500
_QUARTERS: Final = {"一": 1, "二": 2, "三": 3, "四": 4, "1": 1, "2": 2, "3": 3, "4": 4}


@dataclass(frozen=True, slots=True)
class Options:
    """What the table itself says about its figures: `unit` when the headers name none, `year`, `period` (`2026Q1`), `grade`."""

    unit: str = ""
    year: int = 0
    period: str = ""
    grade: str = "g1"


@dataclass(frozen=True)
class Reading:
    """A file as it was read: nothing of it is written yet."""

    file_name: str
    content: bytes
    kind: rosters.Kind
    sheet: sheets.Sheet
    mapping: Mapping[str, int]
    options: Options
    records: tuple[Record, ...]
    units: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def remarks(self) -> list[Remark]:
        """All remarks, in the order of the rows."""
        return [remark for record in self.records for remark in record.remarks]

    @property
    def refused(self) -> list[Record]:
        """The rows that stay out."""
        return [record for record in self.records if record.refused]

    @property
    def remarked(self) -> list[Record]:
        """The rows that come in, repaired or doubtful."""
        return [record for record in self.records if record.remarks and not record.refused]

    @property
    def clean(self) -> int:
        """How many rows come in without any remark."""
        return sum(not record.remarks for record in self.records)


def read(
    db: Session,
    file_name: str,
    content: bytes,
    *,
    kind: str = "",
    mapping: Mapping[str, int] | None = None,
    options: Options | None = None,
    now: datetime,
) -> Reading:
    """Reads a file and checks every row against itself, the file and the registry. Writes nothing: this is the dry run.

    `kind` and `mapping` (field → column from 1) are guessed from the headers when they are not given.

    Raises:
        Invalid: the file cannot be read, or the mapping is wrong (`fields` by field key).
    """
    sheet = sheets.read(file_name, content, rosters.labels())
    chosen = cast(rosters.Kind, kind) if kind in rosters.FIELDS else rosters.guess_kind(sheet.headers)
    guessed = rosters.guess_mapping(chosen, sheet.headers)
    columns = rosters.check_mapping(chosen, guessed if mapping is None else mapping, sheet.headers)
    settled = _options(chosen, sheet, file_name, options or Options())
    units = _units(chosen, sheet, columns, settled)
    reader = Reader(territories.tree(db), columns, units, local_day(now))
    one = {"enterprises": reader.enterprise, "quarter": reader.quarter, "officers": reader.officer}[chosen]
    records = [one(row, cells) for row, cells in sheet.rows]
    if not records:
        raise Invalid("the table has a header, but no rows")
    if chosen == "officers":
        _twice(records, ("name", "unit", "phone"), "name", columns)
    else:
        _twice(records, ("uscc",), "uscc", columns)
        _against_registry(db, chosen, records, columns, settled)
    return Reading(file_name, content, chosen, sheet, columns, settled, tuple(records), units)


def keep(db: Session, reading: Reading, *, by: str, now: datetime) -> Import:
    """Keeps the file with what was found in it, so that a person can look, change the mapping, and apply it later."""
    row = Import(
        kind=reading.kind,
        file_name=reading.file_name[-255:],
        digest=hashlib.sha256(reading.content).hexdigest(),
        content=reading.content,
        mapping=dict(reading.mapping),
        options={"unit": reading.options.unit, "year": reading.options.year, "period": reading.options.period}
        | {"grade": reading.options.grade},
        by=by,
        at=now,
    )
    _count(row, reading)
    db.add(row)
    db.flush()
    return row


def again(db: Session, import_id: int, *, now: datetime) -> Reading:
    """Reads a kept file again, with its mapping, against the registry as it is now.

    Raises:
        NotFound: there is no such import.
    """
    row = db.get(Import, import_id)
    if row is None:
        raise NotFound("there is no import {id}", id=import_id)
    options = Options(**row.options)
    return read(db, row.file_name, row.content, kind=row.kind, mapping=row.mapping, options=options, now=now)


def change(db: Session, import_id: int, mapping: Mapping[str, int], options: Options, *, now: datetime) -> Reading:
    """Changes mapping or options of a kept file and reads it again.

    Raises:
        NotFound, Conflict: it does not exist, or was applied.
        Invalid: the mapping is wrong.
    """
    row = db.get(Import, import_id)
    if row is None:
        raise NotFound("there is no import {id}", id=import_id)
    if row.applied_at is not None:
        raise Conflict("this file was imported already; upload it again to import it again")
    reading = read(db, row.file_name, row.content, kind=row.kind, mapping=mapping, options=options, now=now)
    row.mapping = dict(reading.mapping)
    row.options = {"unit": reading.options.unit, "year": reading.options.year, "period": reading.options.period}
    row.options = row.options | {"grade": reading.options.grade}
    _count(row, reading)
    return reading


def apply(db: Session, import_id: int, *, by: str, now: datetime) -> Reading:
    """Writes all rows of a kept file that are not refused, in the caller's transaction: all of them or none.

    Raises:
        NotFound, Conflict: it does not exist, or was applied before.
    """
    row = db.get(Import, import_id, with_for_update=True)
    if row is None:
        raise NotFound("there is no import {id}", id=import_id)
    if row.applied_at is not None:
        raise Conflict("this file was imported already; upload it again to import it again")
    reading = again(db, import_id, now=now)
    records = [record for record in reading.records if not record.refused]
    _make_zones(db, records)
    if reading.kind == "enterprises":
        _write_enterprises(db, reading, records, by=by, now=now)
    elif reading.kind == "quarter":
        _write_quarter(db, reading, records, import_id=row.id, by=by, now=now)
    else:
        for record in records:
            officers.enter(db, record.values, by=by, now=now)
    _count(row, reading)
    row.applied_at = now
    data = {"import": row.id, "kind": row.kind, "file": row.file_name, "digest": row.digest, "refused": row.refused}
    data["accepted"] = row.accepted
    db.flush()
    milestones.write(db, by=by, now=now)
    history.write(db, chain=CHAIN, fact="imported", by=by, now=now, data=data)
    return reading


def _options(kind: str, sheet: sheets.Sheet, file_name: str, given: Options) -> Options:
    words = " ".join((*sheet.titles, sheet.name, file_name))
    unit = given.unit or next((u for title in sheet.titles if (u := amounts.unit_in(title))), "")
    if unit and unit not in amounts.UNITS:
        raise Invalid(fields={"unit": [Sentence("{unit} is no unit of money", {"unit": unit})]})
    year, period = given.year, given.period
    if not year and (found := re.search(r"(20\d\d)\s*年度?", words)):
        year = int(found.group(1))
    if not period and (found := re.search(r"(20\d\d)\s*年?\s*第?([一二三四1-4])季度", words)):
        period = f"{found.group(1)}Q{_QUARTERS[found.group(2)]}"
    wrong: dict[str, list[Sentence]] = {}
    if kind == "enterprises" and not 2000 <= year <= 2100:
        wrong["year"] = [Sentence("the table does not say which year its figures belong to; enter the year")]
    if kind == "quarter" and not re.fullmatch(r"20\d\dQ[1-4]", period):
        wrong["period"] = [Sentence("the table does not say which quarter it reports; enter it, like 2026Q1")]
    if given.grade not in enterprises.GRADES:
        wrong["grade"] = [Sentence("there is no grade {grade}", {"grade": given.grade})]
    if wrong:
        raise Invalid("the table needs more than its columns", fields=wrong)
    return replace(given, unit=unit, year=year, period=period)


def _units(kind: str, sheet: sheets.Sheet, columns: Mapping[str, int], options: Options) -> dict[str, str]:
    units: dict[str, str] = {}
    for known in rosters.FIELDS[kind]:
        if known.money and known.key in columns:
            named = amounts.unit_in(sheet.headers[columns[known.key] - 1])
            if not named and not options.unit:
                said = Sentence(
                    "neither the header nor a unit line says whether these are 万元, 千元 or 亿元; choose the unit"
                )
                raise Invalid("the table needs more than its columns", fields={"unit": [said]})
            units[known.key] = named or options.unit
    return units


def _twice(records: list[Record], keys: tuple[str, ...], key: str, columns: Mapping[str, int]) -> None:
    first: dict[tuple[object, ...], int] = {}
    for record in records:
        if any(not record.values.get(k) for k in keys):
            continue
        identity = tuple(record.values[k] for k in keys)
        if identity in first:
            said = Sentence("row {row} has the same one already", {"row": first[identity]})
            record.remarks.append(Remark(record.row, columns[key], key, "refused", said))
        else:
            first[identity] = record.row


def _against_registry(
    db: Session, kind: str, records: list[Record], columns: Mapping[str, int], options: Options
) -> None:
    known = enterprises.by_codes(db, (record.values["uscc"] for record in records if "uscc" in record.values))
    settled = quarters.settled(db, options.period) if kind == "quarter" else {}
    running = set(db.execute(select(Assignment.enterprise_id).where(Assignment.until.is_(None))).scalars())
    tree = territories.tree(db)
    for record in records:
        row = known.get(record.values.get("uscc", ""))
        if kind == "quarter":
            if row is None and "uscc" in record.values:
                said = Sentence(
                    "no enterprise with this code is in the registry; import the roster of enterprises first"
                )
                record.remarks.append(Remark(record.row, columns["uscc"], "uscc", "refused", said))
            elif row is not None and row.id in settled:
                record.remarks.append(Remark(record.row, columns["uscc"], "uscc", "refused", settled[row.id]))
            continue
        path = record.values.get("path", "")
        if row is not None and path and path != row.path and not record.values.get("new_zone"):
            names = {"known": tree.full_name(row.path), "new": tree.full_name(path)}
            if row.id in running:
                said = Sentence(
                    "the registry says {known} and a case is running there; it stays until the case is moved", names
                )
                record.values["path"] = ""
            else:
                said = Sentence("the registry said {known} so far; it becomes {new}", names)
            record.remarks.append(Remark(record.row, columns.get("county", 0), "county", "warning", said))


def _make_zones(db: Session, records: list[Record]) -> None:
    made: dict[tuple[str, str], str] = {}
    for record in records:
        name = record.values.get("new_zone", "")
        if not name:
            continue
        place = (record.values["path"], name)
        if place not in made:
            made[place] = territories.add_zone(db, *place).path
        record.values["path"] = made[place]


def _write_enterprises(db: Session, reading: Reading, records: list[Record], *, by: str, now: datetime) -> None:
    known = enterprises.by_codes(db, (record.values["uscc"] for record in records))
    day = local_day(now)
    of_known = ((known[record.values["uscc"]], record.values) for record in records if record.values["uscc"] in known)
    statuses.keep_back(db, of_known, by=by, now=now)
    rows: list[tuple[Record, Enterprise]] = []
    for record in records:
        row = enterprises.enter(
            db, known.get(record.values["uscc"]), record.values, origin="导入", day=day, by=by, now=now
        )
        for code in [flag["code"] for flag in row.flags if flag["code"].startswith("confirm:")]:
            enterprises.clear_flag(row, code)
        for remark in record.doubts:
            if remark.field not in {"hitech_no", "industry_code"}:
                enterprises.set_flag(row, f"confirm:{remark.field}", str(remark.sentence), day)
        rows.append((record, row))
    db.flush()
    number = reading.options.year
    years = {
        row.enterprise_id: row
        for row in db.execute(select(EnterpriseYear).where(EnterpriseYear.year == number)).scalars()
    }
    for record, row in rows:
        enterprises.enter_year(
            db,
            row.id,
            number,
            record.values,
            known=years.get(row.id),
            reported=_plain(record.reported),
            grade=reading.options.grade,
            origin="导入",
            day=day,
            by=by,
            now=now,
        )
    ids = [row.id for _, row in rows]
    if reading.options.grade == "g1":
        statistics.arrived(db, ids, number, by=by, now=now)
    for start in range(0, len(ids), _LOOKED_AT):
        relapses.look_at(db, ids[start : start + _LOOKED_AT], by=by, now=now)


def _write_quarter(
    db: Session, reading: Reading, records: list[Record], *, import_id: int, by: str, now: datetime
) -> None:
    known = enterprises.by_codes(db, (record.values["uscc"] for record in records))
    period = reading.options.period
    reports = {
        row.enterprise_id: row
        for row in db.execute(select(QuarterReport).where(QuarterReport.period == period)).scalars()
    }
    states = {number: report.state for number, report in reports.items()}
    running = quarters.running(db, reports.values())
    for record in records:
        row = known[record.values["uscc"]]
        report = enterprises.enter_quarter(
            db,
            row.id,
            period,
            record.values,
            known=reports.get(row.id),
            reported=_plain(record.reported),
            doubts=[remark.field for remark in record.doubts],
            origin="导入",
            by=by,
            now=now,
        )
        if report.id in running:
            quarters.imported(db, report, states[row.id], by=by, now=now)
        elif report.state in enterprises.CONFIRMED:
            items.data_arrived(db, row.id, f"quarter {period}", key=f"{period}:import:{import_id}", by=by, now=now)
        if record.values.get("status"):
            reason = str(next(remark.sentence for remark in record.doubts if remark.field == "remark"))
            enterprises.set_flag(row, "confirm:status", reason, local_day(now))


def _plain(reported: Mapping[str, Any]) -> dict[str, Any]:
    return cast(dict[str, Any], history.plain(dict(reported)))


def _count(row: Import, reading: Reading) -> None:
    row.refused = len(reading.refused)
    row.warned = sum(bool(record.doubts) for record in reading.remarked)
    row.repaired = len(reading.remarked) - row.warned
    row.accepted = len(reading.records) - row.refused
    row.findings = [
        {
            "row": remark.row,
            "column": remark.column,
            "field": remark.field,
            "severity": remark.severity,
            "template": remark.sentence.template,
            "params": history.plain(dict(remark.sentence.params)),
        }
        for remark in reading.remarks
    ]
