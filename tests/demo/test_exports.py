"""Every list of the demo company that can be exported, as XLSX, read back by another library: it holds what the list shows, value by value."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.urls import resolve
from django.utils import timezone, translation
from openpyxl import load_workbook

from srm.exchange import exports
from srm.exchange.shown import sheet_of
from srm.home.demo import accounts
from srm.ui.pages import ListPage
from tests.demo.walk import Walker, pages
from tests.roles.walker import address_of, parameters_of

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def lists():
    """(name, roles) of every list that can be exported."""
    for name, roles in pages():
        view = getattr(resolve(address_of(name)).func, "view_class", None) if not parameters_of(name) else None
        if view is not None and issubclass(view, ListPage) and sheet_of(view) is not None:
            yield name, roles


LISTS = dict(sorted(lists()))


@pytest.fixture
def exported(company, monkeypatch):
    """`exported(name)`: what a list's file was written from, as (headings, rows), and the file read back."""
    written = []
    write = exports.write

    def watched(file, sheet, queryset, actor, **options):
        columns = sheet.exported(actor)
        headings = [column.label for column in sheet.written_columns(columns)]
        written.append(([str(heading) for heading in headings], list(sheet.rows(queryset, columns))))
        return write(file, sheet, queryset, actor, **options)

    monkeypatch.setattr(exports, "write", watched)

    def export(name):
        for role, email, _language in accounts.log_ins():
            if role in LISTS[name]:
                answer = Walker.of(role, email).client.get(address_of(name), {"export": "xlsx"})
                if answer.headers["Content-Type"] == exports.TYPES["xlsx"]:
                    book = load_workbook(io.BytesIO(b"".join(answer)), read_only=True)
                    return *written[-1], [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
        return pytest.fail(f"nobody may export {name}")

    return export


def plain(value):
    """A value as a spreadsheet holds it."""
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).replace(tzinfo=None, microsecond=0) if value.tzinfo else value
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time())
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float, Decimal)):
        return Decimal(str(value)).normalize()
    return str(value) or None


def read(value):
    """A cell as `plain` would say it; moments carry what binary days lose of a second."""
    if isinstance(value, dt.datetime):
        return (value + dt.timedelta(microseconds=500_000)).replace(microsecond=0)
    return Decimal(str(value)).normalize() if type(value) in {int, float} else value


def padded(cells, width):
    return [*cells, *[None] * (width - len(cells))]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_read_back_as_it_was_shown(name, exported):
    headings, shown, cells = exported(name)
    assert cells[0] == headings
    assert [[read(cell) for cell in padded(row, len(headings))] for row in cells[1:]] == [
        [plain(value) for value in row] for row in shown
    ]


def test_the_lists_have_rows_to_read_back(exported):
    filled = [name for name in LISTS if len(exported(name)[2]) > 1]
    assert len(LISTS) >= 35
    assert len(filled) >= len(LISTS) * 0.8, sorted(set(LISTS) - set(filled))


def test_a_russian_reads_russian_headings_and_the_same_figures(exported):
    with translation.override("ru"):
        headings, shown, cells = exported("orders:purchaseorder-list")
    assert cells[0] == headings
    assert len(cells) == len(shown) + 1
