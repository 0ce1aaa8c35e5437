"""XLSX, 100,000 rows of 12 cells: ours against the bare library, in one run. `python -m tests.bench.sheets`"""

from __future__ import annotations

import datetime as dt
import os
import resource
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

ROWS = 100_000
READ_BOUND = WRITE_BOUND = 1.5


def rows() -> list[list]:
    """What a list of order lines looks like."""
    day = dt.date(2026, 1, 1)
    return [
        [n, f"ITEM-{n % 5000}", f"Болт М8 оцинкованный № {n}", Decimal("12.50") + n % 100, round(n * 1.37, 2),
         day + dt.timedelta(n % 365), "pcs", f"Dept {n % 200}", n % 2 == 0, n % 7, "approved", "some comment text here"]
        for n in range(ROWS)
    ]  # fmt: skip


def cpu(work: Callable[[], object]) -> float:
    """Seconds of CPU, those of child processes counted."""

    def spent() -> float:
        found = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        return sum(one.ru_utime + one.ru_stime for one in found)

    before, started = spent(), time.monotonic()
    work()
    taken = spent() - before
    print(f"    {taken:6.2f} CPU s, {time.monotonic() - started:6.2f} s")
    return taken


def write_bare(path: Path, data: list[list]) -> None:
    """xlsxwriter in constant memory, cell by cell, each with its type."""
    import xlsxwriter

    book = xlsxwriter.Workbook(str(path), {"constant_memory": True})
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    for number, row in enumerate(data):
        for place, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, place, value)
            elif isinstance(value, bool):
                sheet.write_boolean(number, place, value)
            elif isinstance(value, dt.date):
                sheet.write_datetime(number, place, value, day)
            else:
                sheet.write_number(number, place, value)
    book.close()


def write_ours(path: Path, data: list[list]) -> None:
    from srm.exchange.writers import Column, XlsxBook

    with path.open("wb") as stream, XlsxBook(stream) as book:
        book.write_table("Data", [Column(f"Column {n}") for n in range(12)], data)


def read_bare(path: Path) -> None:
    from python_calamine import CalamineWorkbook

    for _row in CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).iter_rows():
        pass


def read_ours(path: Path) -> None:
    from srm.exchange.readers import read_table

    with read_table(path) as table:
        for _portion in table.portions():
            pass


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    data = rows()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        figures = {}
        for name, work in (
            ("write, xlsxwriter cell by cell", lambda: write_bare(path, data)),
            ("write, ours", lambda: write_ours(path, data)),
            ("read, calamine alone", lambda: read_bare(path)),
            ("read, ours, checked and in a child", lambda: read_ours(path)),
        ):
            print(name)
            figures[name] = cpu(work)
    bare_write, our_write, bare_read, our_read = figures.values()
    print(f"write {our_write / bare_write:.2f} of the bound's base (at most {WRITE_BOUND})")
    print(f"read  {our_read / bare_read:.2f} of the bound's base (at most {READ_BOUND})")


if __name__ == "__main__":
    main()
