"""The process that opens a foreign file: little memory, little time, no secrets, no files to write.

It is started as `python -m srm.exchange.child '<JSON>'`, prints JSON lines and ends: first {"info": ...}, then
{"rows": [...]} in portions, at last {"end": number of rows} or, at any point, {"fault": code, "facts": {...}}. A parser
that is killed for its appetite takes nobody down with it.
"""

import datetime as dt
import json
import math
import resource
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from srm.exchange.plaintext import TextTable
from srm.exchange.preflight import Refused, check_xlsx, kind_of
from srm.exchange.safety import restore

PORTION = 100
LONGEST_LINE = 4 << 20
# Bytes of a sheet that its cells do not explain: then its merged cells are worth counting.
UNEXPLAINED = 8 << 20
PER_CELL = 200
EXACT = 2**53


def main(arguments: list[str]) -> None:
    """Read what the JSON in the first argument names."""
    task = json.loads(arguments[0])
    limits = task["limits"]
    try:
        _limit_self(limits)
        _read(Path(task["path"]), task["name"], task["sheet"], limits, task["rows"])
    except Refused as refusal:
        _send({"fault": refusal.code, "facts": refusal.facts})
    except MemoryError:
        _send({"fault": "memory", "facts": {}})
    except BrokenPipeError:
        sys.stderr.close()
    except Exception as fault:
        _send({"fault": "damaged", "facts": {}, "detail": f"{type(fault).__name__}: {fault}"})


def _limit_self(limits: dict) -> None:
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["seconds"], limits["seconds"] + 1))
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))


def _send(message: dict) -> None:
    _print(orjson.dumps(message, default=str))


def _print(line: bytes) -> None:
    sys.stdout.buffer.write(line + b"\n")
    sys.stdout.buffer.flush()


def _read(path: Path, name: str, sheet: str, limits: dict, most: int | None) -> None:
    if path.stat().st_size > limits["size"]:
        raise Refused("size", most=limits["size"] >> 20)
    if kind_of(path, name) == "xlsx":
        info, rows = _open_workbook(path, sheet, limits, check_xlsx(path, limits))
    else:
        table = TextTable(path, limits)
        info = {
            "format": "csv",
            "encoding": table.encoding,
            "delimiter": table.delimiter,
            "sheets": [],
            "sheet": "",
            "rows": table.estimate(),
        }
        rows = (_text_row(row) for row in table.rows())
    _send({"info": info})
    _send({"end": _send_rows(rows, limits, most)})


def _send_rows(rows: Iterator[list], limits: dict, most: int | None) -> int:
    """Print the rows in portions; stops after `most`."""
    count = 0
    while portion := list(islice(rows, PORTION if most is None else min(PORTION, most - count))):
        if count + len(portion) > limits["rows"]:
            raise Refused("rows", most=limits["rows"])
        for number, row in enumerate(portion, count + 1):
            if len(row) > limits["columns"]:
                raise Refused("columns", most=limits["columns"], line=number)
        _send_portion(portion, limits["cell"], count)
        count += len(portion)
    return count


def _send_portion(portion: list[list], longest: int, before: int) -> None:
    """Print a portion. Only when the whole of it is longer than a cell may be, the cells are looked at one by one."""
    line = orjson.dumps({"rows": portion}, default=str)
    if len(line) > longest:
        for number, row in enumerate(portion, before + 1):
            if any(type(cell) is str and len(cell) > longest for cell in row):
                raise Refused("cell", most=longest, line=number)
    if len(line) <= LONGEST_LINE:
        _print(line)
        return
    for row in portion:
        _send({"rows": [row]})


def _text_row(row: list[str]) -> list:
    return _trimmed([restore(cell) or None for cell in row])


# --------------------------------------------------------------------------------------------------- workbooks


def _open_workbook(path: Path, wanted: str, limits: dict, unpacked: int) -> tuple[dict, Iterator[list]]:
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetVisibleEnum

    try:
        book = CalamineWorkbook.from_path(str(path))
        shown = [sheet.name for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]
        if not shown:
            raise Refused("empty")
        name = wanted if wanted in shown else shown[0]
        sheet = book.get_sheet_by_name(name)
    except PasswordError as fault:
        raise Refused("password") from fault
    except (CalamineError, OSError, ValueError) as fault:
        raise Refused("damaged") from fault
    _check_extent(sheet, limits, unpacked)
    info = {
        "format": "xlsx",
        "encoding": "",
        "delimiter": "",
        "sheets": shown,
        "sheet": name,
        "rows": sheet.total_height,
    }
    return info, _workbook_rows(sheet)


def _check_extent(sheet: Any, limits: dict, unpacked: int) -> None:
    if sheet.total_height > limits["rows"]:
        raise Refused("rows", most=limits["rows"])
    cells = sheet.total_height * sheet.total_width
    if cells > limits["cells"]:
        raise Refused("cells", most=limits["cells"])
    if unpacked > PER_CELL * cells + UNEXPLAINED and len(sheet.merged_cell_ranges or ()) > limits["merges"]:
        raise Refused("merges", most=limits["merges"])


def _workbook_rows(sheet: Any) -> Iterator[list]:
    """Rows from the very top of the sheet, so that line numbers are those the user sees.

    Texts and numbers with decimals, which are most cells, are passed without a call.
    """
    for row in sheet.iter_rows():
        yield _trimmed(
            [
                (cell or None) if (kind := type(cell)) is str
                else cell if kind is bool or (kind is float and not cell.is_integer() and cell - cell == 0)
                else int(cell) if kind is float and -EXACT < cell < EXACT
                else _plain(cell)
                for cell in row
            ]
        )  # fmt: skip


def _plain(cell: Any) -> Any:
    """A rarer cell without the reader's quirks: midnight as a date, no infinities."""
    if type(cell) is float:
        return cell if math.isfinite(cell) else None
    if cell is None or isinstance(cell, (bool, int)):
        return cell
    if isinstance(cell, dt.datetime):
        cell = cell.date() if cell.time() == dt.time(0) else cell.replace(microsecond=0)
    return cell.isoformat() if isinstance(cell, (dt.date, dt.time)) else str(cell)


def _trimmed(row: list) -> list:
    while row and row[-1] is None:
        row.pop()
    return row


if __name__ == "__main__":
    main(sys.argv[1:])
