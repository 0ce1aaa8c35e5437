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
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import orjson

from srm.exchange.plaintext import TextTable
from srm.exchange.preflight import Refused, check_xlsx, kind_of
from srm.exchange.safety import restore

PORTION_ROWS = 500
PORTION_SIZE = 1 << 20
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
    sys.stdout.buffer.write(orjson.dumps(message, option=orjson.OPT_PASSTHROUGH_SUBCLASS, default=str) + b"\n")
    sys.stdout.buffer.flush()


def _read(path: Path, name: str, sheet: str, limits: dict, most: int | None) -> None:
    if path.stat().st_size > limits["size"]:
        raise Refused("size", most=limits["size"] >> 20)
    if kind_of(path, name) == "xlsx":
        check_xlsx(path, limits)
        info, rows = _open_workbook(path, sheet, limits)
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


def _send_rows(rows: Iterable[list], limits: dict, most: int | None) -> int:
    """Print the rows in portions; stops after `most`."""
    portion: list[list] = []
    count = size = 0
    for row in rows:
        if most is not None and count >= most:
            break
        count += 1
        if count > limits["rows"]:
            raise Refused("rows", most=limits["rows"])
        if len(row) > limits["columns"]:
            raise Refused("columns", most=limits["columns"], line=count)
        size += _check_texts(row, limits["cell"], count)
        portion.append(row)
        if len(portion) >= PORTION_ROWS or size > PORTION_SIZE:
            _send({"rows": portion})
            portion, size = [], 0
    if portion:
        _send({"rows": portion})
    return count


def _check_texts(row: list, longest: int, line: int) -> int:
    size = 0
    for cell in row:
        if type(cell) is str:
            size += len(cell)
            if len(cell) > longest:
                raise Refused("cell", most=longest, line=line)
    return size


def _text_row(row: list[str]) -> list:
    return _trimmed([restore(cell) or None for cell in row])


# --------------------------------------------------------------------------------------------------- workbooks


def _open_workbook(path: Path, wanted: str, limits: dict) -> tuple[dict, Iterator[list]]:
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
    if sheet.total_height > limits["rows"]:
        raise Refused("rows", most=limits["rows"])
    info = {
        "format": "xlsx",
        "encoding": "",
        "delimiter": "",
        "sheets": shown,
        "sheet": name,
        "rows": sheet.total_height,
    }
    return info, _workbook_rows(sheet)


def _workbook_rows(sheet: Any) -> Iterator[list]:
    """Rows from the very top of the sheet, so that line numbers are those the user sees."""
    for row in sheet.iter_rows():
        yield _trimmed([cell if type(cell) is str and cell else _plain(cell) for cell in row])


def _plain(cell: Any) -> Any:
    """A cell without the reader's quirks: whole numbers as int, midnight as a date, nothing as None."""
    if type(cell) is float:
        if cell.is_integer() and abs(cell) < EXACT:
            return int(cell)
        return cell if math.isfinite(cell) else None
    if cell == "" or cell is None:
        return None
    if isinstance(cell, (bool, int)):
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
