"""Columns declared once: export, template, the filled-in file read back, and streaming that does not grow."""

import datetime as dt
import io
import tracemalloc
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import translation

from srm.core.actor import Actor
from srm.core.errors import InvalidInput
from srm.exchange import guessing
from srm.exchange.columns import Col, as_json, from_json
from srm.exchange.mapping import first_plan
from srm.exchange.readers import read_table
from srm.exchange.sheets import Sheet
from srm.exchange.streams import portions
from srm.people.models import Department, LegalEntity, User

BUYER = Actor(kind="staff", name="I. Petrova", permissions=frozenset({"exchange.export"}))
KINDS = [("goods", "Goods"), ("work", "Work, services")]


def departments_by_code(codes: set[str], actor: Actor) -> dict[str, Department]:
    return {one.code: one for one in Department.objects.filter(code__in=codes)}


class PeopleSheet(Sheet):
    model = User
    title = "People"
    columns = [
        Col("email", required=True, help="Where mails go."),
        Col("name", required=True, max_length=20),
        Col("department", "Department", kind="ref", source="department.code", find=departments_by_code),
        Col("firm", "Firm", source="department.legal_entity.code", way="out"),
        Col("language", kind="choice"),
        Col("active", "Active", kind="bool", source="is_active"),
        Col("salary", "Salary", kind="amount", source=lambda row: Decimal("1234.50"), permission="people.salaries"),
        Col("start", "Starts on", kind="date", source=lambda row: dt.date(2026, 5, 12)),
        Col("nick", "Nickname", synonyms=("Alias",), way="in"),
    ]


class OrderSheet(Sheet):
    title = "Order [lines]"
    columns = [
        Col("article", "Article", required=True, locked=True),
        Col("quantity", "Quantity", kind="quantity", required=True, help="In the unit of the item.", example="12.5"),
        Col("due", "Due", kind="date"),
        Col("kind", "Kind", kind="choice", choices=KINDS),
        Col("price", "Price", kind="price"),
    ]


@pytest.fixture
def people(db) -> list[User]:
    firm = LegalEntity.objects.create(code="EU", name_en="Europe")
    room = Department.objects.create(code="IT", name_en="IT", path="/IT/", legal_entity=firm)
    return [
        User.objects.create_user(f"u{n:03}@example.org", name=name, department=room if n % 2 else None, language="bg")
        for n, name in enumerate(["=1+1", "Болт", "Anna", "+cmd|x"])
    ]


def exported(actor: Actor = BUYER, **options) -> openpyxl.Workbook:
    stream = io.BytesIO()
    PeopleSheet.export_xlsx(User.objects.order_by("email"), actor, stream, **options)
    stream.seek(0)
    return openpyxl.load_workbook(stream)


def test_an_export_has_the_declared_columns_with_their_types(people) -> None:
    rows = list(exported()["People"].iter_rows(values_only=True))
    assert rows[0] == ("E-mail", "Name", "Department", "Firm", "Language", "Active", "Starts on")
    assert rows[1] == ("u000@example.org", "=1+1", None, None, "Български", True, dt.datetime(2026, 5, 12))
    assert rows[2][2:4] == ("IT", "EU")


def test_a_column_with_a_right_of_its_own_is_left_out_without_it(people) -> None:
    rich = Actor(kind="staff", name="A", permissions=frozenset({"people.salaries"}))
    assert "Salary" not in [cell.value for cell in exported()["People"][1]]
    assert "Salary" in [cell.value for cell in exported(rich)["People"][1]]


def test_an_export_says_who_took_it_and_when(people) -> None:
    facts = dict(exported(facts=[("Filter", "=x")])["About"].iter_rows(values_only=True))
    assert facts["Exported by"] == "I. Petrova"
    assert facts["Rows"] == "4"
    assert facts["Filter"] == "=x"
    assert facts["Exported at"].startswith("20")


def test_an_export_without_the_about_sheet_is_the_same_every_time(people) -> None:
    one, other = io.BytesIO(), io.BytesIO()
    PeopleSheet.export_xlsx(User.objects.all(), BUYER, one, about=False)
    PeopleSheet.export_xlsx(User.objects.all(), BUYER, other, about=False)
    assert one.getvalue() == other.getvalue()


def test_csv_has_the_same_columns_made_harmless(people) -> None:
    stream = io.BytesIO()
    assert PeopleSheet.export_csv(User.objects.order_by("email"), BUYER, stream, delimiter=";") == 4
    lines = stream.getvalue().decode("utf-8-sig").splitlines()
    assert lines[0].startswith('"E-mail";"Name"')
    assert '"\'=1+1"' in lines[1]


def test_an_export_asks_the_database_once_per_portion(people, django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        exported()


@pytest.mark.parametrize("order", [("email",), ("-language", "name"), ("department__code", "-id"), ()])
def test_portions_by_key_give_every_row_once_in_order(people, order) -> None:
    rows = User.objects.order_by(*order)
    assert [row.pk for some in portions(rows, size=1) for row in some] == [
        row.pk for row in rows.order_by(*order, "pk")
    ]


def test_exporting_many_rows_takes_no_more_memory_than_few(db) -> None:
    def peak(count: int) -> int:
        LegalEntity.objects.all().delete()
        LegalEntity.objects.bulk_create(LegalEntity(code=f"C{n}", name_en="x" * 50) for n in range(count))

        class EntitySheet(Sheet):
            model = LegalEntity
            columns = [Col("code"), Col("name_en"), Col("currency")]

        tracemalloc.start()
        with io.BytesIO() as stream:
            EntitySheet.export_csv(LegalEntity.objects.all(), BUYER, stream)
            size = stream.tell()
        highest = tracemalloc.get_traced_memory()[1] - size
        tracemalloc.stop()
        return highest

    peak(1000)
    assert peak(8000) < peak(2000) * 1.5 + 500_000


# ------------------------------------------------------------------------------------------------ templates


def filled_in(rows: list[list], sheet: type[Sheet] = OrderSheet) -> io.BytesIO:
    book = openpyxl.load_workbook(io.BytesIO(sheet.template_bytes(BUYER)))
    for line, row in enumerate(rows, 2):
        for number, value in enumerate(row, 1):
            book.worksheets[0].cell(line, number, value)
    stream = io.BytesIO()
    book.save(stream)
    return stream


def test_a_template_helps_where_the_cursor_stands_and_checks_on_entry() -> None:
    book = openpyxl.load_workbook(io.BytesIO(OrderSheet.template_bytes(BUYER)))
    sheet = book.worksheets[0]
    assert sheet.title == "Order  lines"
    assert [cell.value for cell in sheet[1]] == ["Article *", "Quantity *", "Due", "Kind", "Price"]
    rules = {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}
    assert rules["B2"].type == "decimal"
    assert rules["B2"].prompt == "In the unit of the item."
    assert rules["C2"].type == "date"
    assert rules["D2"].formula1 == "=Lists!$A$1:$A$2".lstrip("=")
    assert book["Lists"].sheet_state == "hidden"
    assert any("12.5" in [cell.value for cell in row] for row in book["Help"].iter_rows())


def test_locked_columns_of_a_template_cannot_be_changed_by_a_slip() -> None:
    line = SimpleNamespace(article="A-1", quantity=Decimal(5), due=None, kind="goods", price=None)
    sheet = openpyxl.load_workbook(io.BytesIO(OrderSheet.template_bytes(BUYER, rows=[line]))).worksheets[0]
    assert sheet.protection.sheet
    assert sheet["A2"].protection.locked
    assert not sheet["B2"].protection.locked
    assert [cell.value for cell in sheet[2]] == ["A-1", 5, None, "Goods", None]


def test_a_template_comes_with_what_we_know(people) -> None:
    book = openpyxl.load_workbook(io.BytesIO(PeopleSheet.template_bytes(BUYER, rows=[people[0]])))
    assert [cell.value for cell in book.worksheets[0][2]][:2] == ["u000@example.org", "=1+1"]
    assert book.worksheets[0]["B2"].data_type == "s"


def test_a_filled_in_template_is_read_back(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(
        filled_in(
            [["A-1", 12.5, dt.date(2026, 5, 12), "Goods", "1,5"], [], ["A-2", "1 000", "12.05.2026", "work", None]]
        ).getvalue()
    )
    rows = OrderSheet.read(tmp_path / "a.xlsx", actor=BUYER)
    assert [row.line for row in rows] == [2, 4]
    assert all(row.is_good for row in rows)
    day = dt.date(2026, 5, 12)
    assert rows[0].values == {
        "article": "A-1",
        "quantity": Decimal("12.5"),
        "due": day,
        "kind": "goods",
        "price": Decimal("1.5"),
    }
    assert rows[1].values == {"article": "A-2", "quantity": Decimal(1000), "due": day, "kind": "work", "price": None}


def test_every_fault_of_a_line_is_told_at_its_cell(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(filled_in([[None, -1, "soon", "Toys", "x"]]).getvalue())
    row = OrderSheet.read(tmp_path / "a.xlsx", actor=BUYER)[0]
    told = {fault.column: fault.message for fault in row.faults}
    assert set(told) == {"article", "quantity", "due", "kind", "price"}
    assert "Goods, Work, services" in told["kind"]


def test_columns_may_stand_in_any_order_under_any_known_heading(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Price list 2026;;\nKIND;quantity (pcs);article\nGoods;5;A-1\n")
    rows = OrderSheet.read(tmp_path / "a.csv", actor=BUYER)
    assert rows[0].values["quantity"] == 5
    assert rows[0].values["article"] == "A-1"
    assert rows[0].line == 3


def test_a_file_without_a_required_column_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Article;Price\nA-1;5\n")
    with pytest.raises(InvalidInput, match="no column “Quantity”"):
        OrderSheet.read(tmp_path / "a.csv", actor=BUYER)


def test_references_are_looked_up_once_for_all_lines(people, django_assert_num_queries) -> None:
    lines = [["Email", "Name", "Department"], *([f"a{n}@x.org", f"N{n}", "IT" if n else "HR"] for n in range(50))]
    with django_assert_num_queries(1):
        rows = PeopleSheet.parse(lines, actor=BUYER)
    assert rows[1].values["department"].code == "IT"
    assert [fault.message for fault in rows[0].faults] == ["“HR” is not known here."]


def test_an_exported_sheet_can_be_sent_back(people, tmp_path: Path) -> None:
    with (tmp_path / "a.xlsx").open("wb") as stream:
        PeopleSheet.export_xlsx(User.objects.order_by("email"), BUYER, stream)
    rows = PeopleSheet.read(tmp_path / "a.xlsx", actor=BUYER)
    assert [row.values["name"] for row in rows] == ["=1+1", "Болт", "Anna", "+cmd|x"]
    assert rows[0].values["language"] == "bg"
    assert all(row.is_good for row in rows)


def test_choices_are_understood_in_every_language() -> None:
    read = Col("language", kind="choice").reader(model=User)
    with translation.override("bg"):
        assert [read(word) for word in ("bg", "Български", "ENGLISH")] == ["bg", "bg", "en"]


def test_parsed_values_survive_being_stored() -> None:
    columns = [
        Col("q", kind="quantity"),
        Col("d", kind="date"),
        Col("n", kind="whole"),
        Col("t"),
        Col("b", kind="bool"),
    ]
    values = [Decimal("12.5000"), dt.date(2026, 5, 12), 7, "text", True]
    assert [from_json(column, as_json(value)) for column, value in zip(columns, values, strict=True)] == values
    assert from_json(columns[0], None) is None


def test_wrong_declarations_fail_at_import() -> None:
    with pytest.raises(ImproperlyConfigured):
        Col("a", kind="number")
    with pytest.raises(ImproperlyConfigured):
        type("Twice", (Sheet,), {"columns": [Col("a"), Col("a")]})


# ------------------------------------------------------------------------------------------------- guessing

HISTORY = [
    Col("order_number", "Order number", required=True, synonyms=("PO / SO #", "PO number")),
    Col("supplier", "Supplier", required=True, synonyms=("Vendor",)),
    Col("item", "Item", required=True, synonyms=("Item Description",)),
    Col("ordered_on", "Ordered on", kind="date", synonyms=("PO Sent to Vendor Date",)),
    Col("quoted_on", "Quoted on", kind="date", synonyms=("PQ First Sent to Client Date",)),
    Col("due", "Due", kind="date", required=True, synonyms=("Scheduled Delivery Date",)),
    Col("quantity", "Quantity", kind="quantity", required=True, synonyms=("Line Item Quantity",)),
    Col("value", "Value", kind="amount", required=True, synonyms=("Line Item Value",)),
    Col("freight", "Freight", kind="amount", synonyms=("Freight Cost (USD)",)),
    Col("weight", "Weight", kind="decimal", synonyms=("Weight (Kilograms)",)),
    Col("country", "Country"),
]


@pytest.mark.needs_data
def test_the_columns_of_a_real_history_are_recognised(shared: Path) -> None:
    with read_table(shared / "data" / "scms" / "SCMS_Delivery_History_Dataset.csv") as table:
        rows = list(table)
    positions = guessing.guess(HISTORY, rows[0], rows[1:101])
    assert {name: rows[0][position] for name, position in positions.items()} == {
        "order_number": "PO / SO #", "supplier": "Vendor", "item": "Item Description", "ordered_on": "PO Sent to Vendor Date",
        "quoted_on": "PQ First Sent to Client Date", "due": "Scheduled Delivery Date", "quantity": "Line Item Quantity",
        "value": "Line Item Value", "freight": "Freight Cost (USD)", "weight": "Weight (Kilograms)", "country": "Country",
    }  # fmt: skip
    plan, profile = first_plan(HISTORY, [rows[0], *rows[1::7]])
    assert plan.orders["quoted_on"] == "mdy"
    assert plan.blanks["quoted_on"] == ["Pre-PQ Process", "Date Not Captured"]
    assert set(plan.blanks["weight"]) == {"Weight Captured Separately", "See *"}
    assert set(plan.blanks["freight"]) == {"Freight Included in Commodity Cost", "Invoiced Separately", "See *"}
    assert plan.blanks["due"] == []
    assert profile[plan.columns["supplier"]]["words"] == []
    assert plan.lacking(HISTORY) == []
