"""A copy of the user's own sheet with what was found beside the cells: red refused, yellow doubtful, blue repaired.

The reason stands as a comment on the cell and in one more column at the end of the row, so it survives printing.
"""

import io
from collections.abc import Callable
from typing import Final, cast

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

from casework.importing import Reading
from casework.roster_rows import Remark
from engine.errors import Sentence

_FILLS: Final = {"refused": "F8CBAD", "warning": "FFE699", "repaired": "BDD7EE"}
_ORDER: Final = ("refused", "warning", "repaired")


def annotate(reading: Reading, say: Callable[[Sentence], str] = str) -> bytes:
    """The user's workbook (a new one for CSV) as XLSX, annotated. `say` puts a sentence into the reader's language."""
    book, sheet = _open(reading)
    last = len(reading.sheet.headers) + 1
    head = _cell(sheet, reading.sheet.last_header_row, last)
    head.value = say(Sentence("Remarks of the import"))
    head.font = Font(bold=True)
    sheet.column_dimensions[head.column_letter].width = 60
    for record in reading.records:
        if not record.remarks:
            continue
        by_column: dict[int, list[Remark]] = {}
        for remark in record.remarks:
            by_column.setdefault(remark.column, []).append(remark)
        for column, remarks in by_column.items():
            if column:
                cell = _cell(sheet, record.row, column)
                cell.fill = _fill(remarks)
                cell.comment = Comment("\n".join(say(remark.sentence) for remark in remarks), "Xiaohao", 90, 320)
        note = _cell(sheet, record.row, last)
        note.value = "; ".join(f"{_where(reading, r, say)}{say(r.sentence)}" for r in record.remarks)
        note.fill = _fill(record.remarks)
        note.alignment = Alignment(wrap_text=True, vertical="top")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _open(reading: Reading) -> tuple[Workbook, Worksheet]:
    if reading.content.startswith(b"PK"):
        book = load_workbook(io.BytesIO(reading.content))
        return book, cast(Worksheet, book[reading.sheet.name])
    book = Workbook()
    sheet = cast(Worksheet, book.active)
    sheet.append(list(reading.sheet.headers))
    # The rows keep their numbers, so that a remark about row 12 is found in row 12.
    for row, cells in reading.sheet.rows:
        for column, value in enumerate(cells, 1):
            target = _cell(sheet, row, column)
            target.value = value
            if isinstance(value, str):
                target.data_type = "s"
    return book, sheet


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    return cast(Cell, sheet.cell(row, column))


def _fill(remarks: list[Remark]) -> PatternFill:
    worst = min((remark.severity for remark in remarks), key=_ORDER.index)
    return PatternFill("solid", fgColor=_FILLS[worst])


def _where(reading: Reading, remark: Remark, say: Callable[[Sentence], str]) -> str:
    label = reading.sheet.headers[remark.column - 1] if remark.column else ""
    return say(Sentence("{column}: ", {"column": label})) if label else ""
