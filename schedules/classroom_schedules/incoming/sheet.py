"""Reads tables of spreadsheets, CSV and XLSX, as rows of text, within bounds."""

import csv
import io
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from classroom_schedules.mistakes import fail
from classroom_schedules.words import Remark, remark

SIZE_MAX: Final = 4 * 1024 * 1024  # bytes of a file
UNPACKED_MAX: Final = 8 * 1024 * 1024  # bytes of what a workbook is unpacked to
ROWS_MAX: Final = 10_000
COLUMNS_MAX: Final = 60
CELL_MAX: Final = 500  # characters
ENCODINGS: Final = ("utf-8-sig", "gb18030")
_BROKEN: Final = (
    zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError,
    AttributeError, IndexError, OSError, EOFError, NotImplementedError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One row, with its number in the file."""

    number: int
    cells: tuple[str, ...]

    def cell(self, column: int) -> str:
        """Give a cell; a row may be shorter than others."""
        return self.cells[column] if column < len(self.cells) else ""

    def place(self, column: int) -> Remark:
        """Say where a cell is: "C5"."""
        cell = f"{get_column_letter(column + 1)}{self.number}"
        return remark("place.cell", row=self.number, cell=cell)


def read_csv(content: bytes) -> list[Row]:
    """Give the rows of a CSV file: UTF-8 or GB 18030; comma, semicolon or tab.

    Raises:
        ScheduleError: it is too big, or no text.
    """
    if len(content) > SIZE_MAX:
        raise fail("too-big", most=SIZE_MAX // 1024)
    text = _decoded(content)
    header = text[:2000].partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    try:
        rows = _rows(enumerate(csv.reader(io.StringIO(text), delimiter=delimiter), start=1))
    except csv.Error as error:
        raise fail("not-csv", why=error) from error
    return rows


def read_xlsx(content: bytes, sheet: str = "") -> list[Row]:
    """Give the rows of one sheet of a workbook, the first one if none is named.

    Raises:
        ScheduleError: it is too big, packed or unpacked, or no workbook, or has no such sheet.
    """
    _check_archive(content)
    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        names = tuple(book.sheetnames)
        if sheet and sheet not in names:
            raise fail("no-sheet", name=sheet, near=names)
        page = book[sheet or names[0]]
        page.reset_dimensions()  # a file may claim a million columns
        rows = page.iter_rows(max_row=ROWS_MAX + 1, max_col=COLUMNS_MAX + 1, values_only=True)
        return _rows(enumerate(rows, start=1))
    except _BROKEN as error:
        raise fail("not-xlsx", why=str(error)[:200] or type(error).__name__) from error


def _check_archive(content: bytes) -> None:
    """Look before unpacking: a file that says less than it holds is broken to the unpacker."""
    if len(content) > SIZE_MAX:
        raise fail("too-big", most=SIZE_MAX // 1024)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(one.file_size for one in archive.infolist())
    except _BROKEN as error:
        raise fail("not-xlsx", why=str(error)[:200]) from error
    if unpacked > UNPACKED_MAX:
        raise fail("xlsx-too-big", most=UNPACKED_MAX // 1024 // 1024)


def _rows(rows: Iterable[tuple[int, Iterable[object]]]) -> list[Row]:
    """Give the rows that hold something."""
    found: list[Row] = []
    for number, cells in rows:
        texts = tuple(_text(cell) for cell in cells)
        while texts and not texts[-1]:
            texts = texts[:-1]
        if number > ROWS_MAX:
            raise fail("too-many-rows", most=ROWS_MAX)
        if len(texts) > COLUMNS_MAX:
            raise fail("too-many-columns", most=COLUMNS_MAX)
        if texts:
            found.append(Row(number, texts))
    return found


def _text(cell: Any) -> str:  # noqa: ANN401 - whatever a spreadsheet holds
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | time):
        return cell.isoformat()
    return " ".join(str(cell)[:CELL_MAX].split())


def _decoded(content: bytes) -> str:
    for encoding in ENCODINGS:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise fail("not-csv", why="UTF-8, GB 18030?")
