"""Tables as offices keep them: a sheet under titles, unit lines and one or two header rows, with totals and notes at the foot.

Reads XLSX, XLS and ODS (calamine) and CSV in UTF-8 or GB18030; nothing in a file is ever executed. Rows and columns count
from 1, as the user sees them.
"""

import csv
import io
import re
import unicodedata
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, cast

from python_calamine import CalamineError, CalamineWorkbook

from casework.amounts import Cell, text
from engine.errors import Invalid, Sentence

MAX_BYTES: Final = 20_000_000
MAX_UNPACKED: Final = 200_000_000
MAX_ROWS: Final = 60_000
MAX_COLUMNS: Final = 200
_TOTAL: Final = re.compile("^(合计|总计|小计|共计)")
_NOTE: Final = re.compile("^(注|说明|备注|填表|制表|审核|单位负责人|附)")


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table: `headers[i]` is the label of column i + 1 (two levels joined by `/`), `rows` are (row number, cells)."""

    name: str
    titles: tuple[str, ...]
    header_row: int
    last_header_row: int
    headers: tuple[str, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]
    skipped: int
    is_csv: bool


def read(file_name: str, content: bytes, labels: Iterable[str]) -> Sheet:
    """The first table of a file. `labels` are the column names that tell a header from a title.

    Raises:
        Invalid: the file is too large, no table, or in a format that is not read.
    """
    if len(content) > MAX_BYTES:
        raise Invalid("the file has more than {count} MB", count=MAX_BYTES // 1_000_000)
    if not content:
        raise Invalid("the file is empty")
    is_csv = not content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
    if is_csv:
        name, grid, merged = file_name, _csv(content), list[tuple[tuple[int, int], tuple[int, int]]]()
    else:
        name, grid, merged = _workbook(content)
    if len(grid) > MAX_ROWS or any(len(row) > MAX_COLUMNS for row in grid):
        raise Invalid("the table has more than {rows} rows or {columns} columns", rows=MAX_ROWS, columns=MAX_COLUMNS)
    known = {plain(label) for label in labels}
    header = _header_row(grid, known)
    last = _last_header_row(grid, merged, header)
    headers = _labels(grid, merged, header, last)
    kept: list[tuple[int, tuple[Cell, ...]]] = []
    skipped = 0
    for index in range(last + 1, len(grid)):
        cells = grid[index]
        filled = [text(cell) for cell in cells if text(cell)]
        if not filled:
            continue
        if _TOTAL.match(filled[0]) or (len(filled) == 1 and _NOTE.match(filled[0])):
            skipped += 1
            continue
        kept.append((index + 1, (*cells, *[None] * (len(headers) - len(cells)))))
    titles = tuple(text(cell) for row in grid[:header] for cell in row if text(cell))
    return Sheet(name, titles, header + 1, last + 1, headers, tuple(kept), skipped, is_csv)


def plain(label: str) -> str:
    """A label without blanks, brackets with units, and in normal width: `营业收入（万元）` → `营业收入`."""
    words = unicodedata.normalize("NFKC", label)
    words = re.sub(r"\((?:单位:)?(?:百万元|千元|万元|亿元|元|人|个|%)\)", "", words)
    return re.sub(r"[\s*:]", "", words)


def _csv(content: bytes) -> list[list[Cell]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            words = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise Invalid("the file is neither a workbook nor text in UTF-8 or GB18030")
    if "\x00" in words:
        raise Invalid("the file is neither a workbook nor text in UTF-8 or GB18030")
    first = words.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    try:
        return [list[Cell](row) for row in csv.reader(io.StringIO(words, newline=""), delimiter=delimiter, strict=True)]
    except csv.Error as error:
        raise Invalid("the text is no table: {reason}", reason=str(error)) from error


def _workbook(content: bytes) -> tuple[str, list[list[Cell]], list[tuple[tuple[int, int], tuple[int, int]]]]:
    if content.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as parts:
                if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED:
                    raise Invalid("the workbook unpacks to more than {count} MB", count=MAX_UNPACKED // 1_000_000)
        except zipfile.BadZipFile as error:
            raise Invalid("the workbook is damaged and cannot be read") from error
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.height:
                grid = cast(list[list[Cell]], sheet.to_python(skip_empty_area=False))
                return name, grid, list(sheet.merged_cell_ranges or [])
    except CalamineError as error:
        raise Invalid("the workbook is damaged and cannot be read") from error
    raise Invalid("the workbook has no table")


def _header_row(grid: list[list[Cell]], known: set[str]) -> int:
    def hits(row: list[Cell]) -> int:
        return len({plain(text(cell)) for cell in row} & known)

    best = max(range(min(len(grid), 30)), key=lambda n: (hits(grid[n]), -n), default=0)
    if not grid or hits(grid[best]) < 2:
        raise Invalid(
            "no header was found; one row has to hold names such as {names}",
            fields={"": [Sentence("no column of this file has a name that is known here")]},
            names="企业名称, 统一社会信用代码",
        )
    return best


def _last_header_row(grid: list[list[Cell]], merged: list[tuple[tuple[int, int], tuple[int, int]]], header: int) -> int:
    last = max([end[0] for start, end in merged if start[0] == header] or [header])
    spans = any(start[0] == header and end[1] > start[1] for start, end in merged)
    if spans:
        last = max(last, header + 1)
    if last == header and not merged and header + 1 < len(grid):
        # A table that lost its merged cells: the second row fills exactly the gaps of the first.
        above, below = grid[header], grid[header + 1]
        gaps = [n for n, cell in enumerate(above) if not text(cell)]
        filled = [n for n, cell in enumerate(below) if text(cell)]
        if gaps and filled and all(n in gaps or n + 1 in gaps for n in filled):
            last = header + 1
    return min(last, header + 3, len(grid) - 1)


def _labels(
    grid: list[list[Cell]], merged: list[tuple[tuple[int, int], tuple[int, int]]], first: int, last: int
) -> tuple[str, ...]:
    width = max(len(row) for row in grid)
    block = [[text(row[n]) if n < len(row) else "" for n in range(width)] for row in grid[first : last + 1]]
    for start, end in merged:
        if first <= start[0] <= last:
            for row in range(start[0], min(end[0], last) + 1):
                for column in range(start[1], end[1] + 1):
                    block[row - first][column] = block[start[0] - first][start[1]]
    if last > first and not merged:
        for column in range(1, width):
            if not block[0][column] and block[1][column]:
                block[0][column] = block[0][column - 1]
    return tuple("/".join(dict.fromkeys(row[column] for row in block if row[column])) for column in range(width))
