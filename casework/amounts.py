"""Amounts, counts, months and yes/no as offices write them: `２,８５６.３５ 万元`, `约5000`, `2018年10月`, an Excel serial, `有`.

Everything becomes an exact value with the unit it came in, or a sentence that says why it cannot. Inside the house money is 万元.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from engine.errors import Invalid, Sentence

WAN: Final = "万元"
UNITS: Final = {
    "千元": Decimal("0.1"),
    "万元": Decimal(1),
    "百万元": Decimal(100),
    "亿元": Decimal(10000),
    "元": Decimal("0.0001"),
}
"""How many 万元 one of each unit is."""
_UNIT: Final = re.compile("百万元|千元|万元|亿元|元")
_MONTH: Final = re.compile(r"^(\d{4})\s*[年./-]\s*(\d{1,2})\s*(?:[月./-]\s*(?:(\d{1,2})\s*日?)?)?$")
_YES: Final = {"是", "有", "√", "y", "yes", "true", "1"}
_NO: Final = {"否", "无", "×", "没有", "n", "no", "false", "0", "x"}
_EXCEL_EPOCH: Final = date(1899, 12, 30)

Cell = str | float | int | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Amount:
    """`value` in 万元; `unit` as it was written; `tidied` when the cell was text that had to be understood."""

    value: Decimal
    unit: str
    written: str
    tidied: bool


@dataclass(frozen=True, slots=True)
class Month:
    """A month as `YYYY-MM`; `tidied` when it came as an Excel serial number."""

    value: str
    tidied: bool


def text(cell: Cell) -> str:
    """A cell as text in normal width without outer blanks; whole numbers without a decimal point."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return unicodedata.normalize("NFKC", str(cell)).strip()


def unit_in(words: str) -> str:
    """The money unit named in a header or a unit line (`营业收入(万元)`, `单位:千元`); empty when none is."""
    found = _UNIT.search(words)
    return found.group() if found else ""


def amount(cell: Cell, unit: str) -> Amount | None:
    """An amount of money; `unit` is the unit of its column. None for an empty cell.

    Raises:
        Invalid: it is no exact amount.
    """
    written = text(cell)
    if not written or written in {"-", "—", "/"}:
        return None
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return Amount(_to_wan(Decimal(str(cell)), unit), unit, written, tidied=False)
    named = unit_in(written)
    digits = re.sub(r"[,\s]", "", written.replace(named, "") if named else written)
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", digits):
        raise _refused("{written} is not an exact amount; write the figure", written)
    try:
        value = Decimal(digits)
    except InvalidOperation:
        raise _refused("{written} is not an exact amount; write the figure", written) from None
    return Amount(_to_wan(value, named or unit), named or unit, written, tidied=str(cell) != digits)


def count(cell: Cell) -> int | None:
    """A whole number that is not negative; None for an empty cell.

    Raises:
        Invalid: it is something else.
    """
    written = re.sub(r"[,\s]|[人个项件]$", "", text(cell))
    if not written or written in {"-", "—", "/"}:
        return None
    if not re.fullmatch(r"\d{1,9}", written):
        raise _refused("{written} is not a whole number", text(cell))
    return int(written)


def yes(cell: Cell) -> bool | None:
    """是/否, 有/无 and what else is written for it; None for an empty cell.

    Raises:
        Invalid: it is neither.
    """
    written = text(cell).lower()
    if not written:
        return None
    if written in _YES:
        return True
    if written in _NO:
        return False
    raise _refused("{written} is neither yes nor no", text(cell))


def month(cell: Cell) -> Month | None:
    """A month: `2018年10月`, `2018-10`, a date, or the serial number that Excel keeps a date as. None for an empty cell.

    Raises:
        Invalid: it is something else.
    """
    written = text(cell)
    if not written:
        return None
    if isinstance(cell, date):
        return Month(f"{cell.year:04d}-{cell.month:02d}", tidied=False)
    if re.fullmatch(r"\d{5}", written) and 20000 <= int(written) <= 60000:
        day = _EXCEL_EPOCH + timedelta(days=int(written))
        return Month(f"{day.year:04d}-{day.month:02d}", tidied=True)
    found = _MONTH.match(written)
    if found is None or not 1 <= int(found.group(2)) <= 12 or not 1900 <= int(found.group(1)) <= 2100:
        raise _refused("{written} is no month; write 2018-10", written)
    return Month(f"{int(found.group(1)):04d}-{int(found.group(2)):02d}", tidied=False)


def day(cell: Cell) -> date | None:
    """A date: `2018年10月3日`, `2018-10-03`, a date cell or an Excel serial. None for an empty cell.

    Raises:
        Invalid: it is something else.
    """
    written = text(cell)
    if not written:
        return None
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if re.fullmatch(r"\d{5}", written) and 20000 <= int(written) <= 60000:
        return _EXCEL_EPOCH + timedelta(days=int(written))
    found = _MONTH.match(written)
    if found is None or not found.group(3):
        raise _refused("{written} is no date; write 2018-10-03", written)
    try:
        return date(int(found.group(1)), int(found.group(2)), int(found.group(3)))
    except ValueError:
        raise _refused("{written} is no date; write 2018-10-03", written) from None


def _to_wan(value: Decimal, unit: str) -> Decimal:
    return (value * UNITS[unit or WAN]).quantize(Decimal("0.0001"))


def _refused(template: str, written: str) -> Invalid:
    return Invalid(fields={"": [Sentence(template, {"written": written})]})
