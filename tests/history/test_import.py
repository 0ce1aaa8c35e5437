"""Tables of other systems: foreign headings, faults at their cells, hostile values, rights."""

import io
from decimal import Decimal

import openpyxl
import pytest

from procurement.integrations.history.scms import SCMS
from procurement.orders.models import OrderLine, PurchaseOrder
from procurement.receipts.models import GoodsReceipt
from srm.catalog.models import Category, Item, ItemUnit, Unit
from srm.core.errors import InvalidInput, NotAllowed
from srm.core.rates import ExchangeRate
from srm.exchange.models import ImportRow
from srm.people.models import Department, LegalEntity, Place
from srm.stock.models import StockLevel, StockMove
from suppliers.performance.models import PerformanceFact
from suppliers.registry.models import Supplier
from tests.history.conftest import apply, begin, check, csv

pytestmark = pytest.mark.django_db
WHY = "a test looks at everything"
HEADING = ["Order number", "Line ID", "Supplier", "Item", "Quantity", "Unit", "Line value", "Currency", "Order date",
           "Due date", "Delivery date", "Delivery note"]  # fmt: skip


def row(**changes):
    values = dict(zip(HEADING, ["PO-1", "1", "Gamma", "Washer M8", "10", "C62", "12.50", "EUR", "2024-01-10",
                                "2024-02-01", "2024-02-03", "DN-7"], strict=True))  # fmt: skip
    return [str(value) for value in (values | changes).values()]


def faults(run):
    return {
        row.line: {fault["column"]: fault["message"] for fault in row.faults}
        for row in ImportRow.objects.unscoped(WHY).filter(run=run, outcome="rejected")
    }


def orders():
    return PurchaseOrder.objects.unscoped(WHY)


def lines():
    return OrderLine.objects.unscoped(WHY)


# -- headings ----------------------------------------------------------------


RUSSIAN = [
    ["№ заказа", "Контрагент", "Номенклатура", "Кол-во", "Ед. изм.", "Сумма без НДС", "Валюта", "Дата заказа",
     "Плановая дата", "Фактическая дата поставки", "Номер накладной", "Подразделение", "Склад получателя",
     "Группа товаров", "Курс"],
    ["ЗП-0001", "ООО «Ромашка»", "Болт М8×40", "1 000", "шт", "12 345,60", "RUB", "15.01.2024", "01.02.2024",
     "05.02.2024", "ТН-77", "Сборочный цех", "Завод Пловдив", "Крепёж", "0,0103"],
    ["ЗП-0001", "ООО «Ромашка»", "Гайка М8", "2,5", "кг", "1 000,00", "RUB", "15.01.2024", "01.02.2024", "01.02.2024",
     "ТН-78", "Сборочный цех", "Завод Пловдив", "Крепёж", "0,0103"],
]  # fmt: skip
BULGARIAN = [
    ["Номер на поръчка", "Доставчик", "Стока", "Количество", "Мярка", "Стойност без ДДС", "Валута", "Дата на поръчка",
     "Срок на доставка", "Дата на доставка", "Товарителница", "Звено", "Място на доставка", "Стокова група"],
    ["П-100", "Метал ООД", "Шайба М8", "500", "бр.", "61,50", "BGN", "10.01.2024 г.", "20.01.2024", "19.01.2024",
     "Т-5", "Монтаж", "Завод Пловдив", "Крепежи"],
]  # fmt: skip


def test_a_russian_table_is_understood_by_its_headings(firm, head, imported):
    run = imported(RUSSIAN, "закупки.csv")
    assert (run.state, run.imported, faults(run)) == ("applied", 2, {})
    order = orders().get(external_number="ЗП-0001")
    assert (order.supplier.name, order.currency, order.net_total) == ("ООО «Ромашка»", "RUB", Decimal("13345.60"))
    assert order.base_total == Decimal("137.46")
    assert order.place == Place.objects.get(code="PDV")
    bolt, nut = order.lines.all()
    assert bolt.item.name_ru == "Болт М8×40"
    assert (bolt.quantity, nut.quantity, nut.unit.code) == (1000, Decimal("2.5"), "KGM")
    assert bolt.category == Category.objects.get(code="FAST")
    assert Department.objects.get(name_ru="Сборочный цех").code.startswith("СБОРОЧНЫ")
    assert {receipt.delivery_note for receipt in GoodsReceipt.objects.unscoped(WHY)} == {"ТН-77", "ТН-78"}


def test_a_bulgarian_table_is_understood_by_its_headings(firm, imported):
    run = imported(BULGARIAN, "поръчки.csv")
    assert (run.state, run.imported, faults(run)) == ("applied", 1, {})
    order = orders().get(external_number="П-100")
    assert order.base_total == Decimal("31.44")
    assert order.lines.get().unit.code in ("C62", "PCE")
    assert order.ordered_on.isoformat() == "2024-01-10"


def test_the_firms_own_items_suppliers_and_packs_are_used(firm, imported):
    rows = [
        HEADING,
        row(Supplier="ALFA METAL", Item="Bolt M8x40 A2", Quantity="3", Unit="BX", **{"Line value": "36.60"}),
        row(Supplier="Alfa Metal", Item="Nut M8 A2", **{"Line ID": "2"}),
    ]
    before = Item.objects.count(), Supplier.objects.unscoped(WHY).count()
    run = imported(rows)
    assert (run.imported, faults(run)) == (2, {})
    assert (Item.objects.count(), Supplier.objects.unscoped(WHY).count()) == before
    bolts = lines().get(item=firm.bolt)
    assert (bolts.quantity, bolts.base_quantity, bolts.price) == (3, 600, Decimal("12.2"))
    assert PerformanceFact.objects.unscoped(WHY).get(item=firm.bolt).received == 600
    assert lines().get(item=firm.nut).order == bolts.order


def test_an_article_finds_the_item_whatever_its_name_is(firm, imported):
    heading = [*HEADING, "Article"]
    run = imported([heading, [*row(Item="some bolt"), "10443"]])
    assert run.imported == 1
    assert lines().get().item == firm.bolt


# -- faults --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "column", "word"),
    [
        ({"Quantity": "0"}, "quantity", "more than 0"),
        ({"Quantity": "-5"}, "quantity", "more than 0"),
        ({"Quantity": "many"}, "quantity", "not a number"),
        ({"Order number": ""}, "order_number", "filled in"),
        ({"Supplier": ""}, "supplier", "who supplied"),
        ({"Item": ""}, "item", "what was bought"),
        ({"Line value": ""}, "value", "Neither"),
        ({"Line value": "-1"}, "value", "negative"),
        ({"Line value": "1.234567"}, "value", "decimals"),
        ({"Currency": "ZZZ"}, "currency", "no currency"),
        ({"Currency": "JPY"}, "currency", "no exchange rate"),
        ({"Unit": "wombats"}, "unit", "not known"),
        ({"Delivery date": "31.02.2024"}, "delivered_on", "no day"),
        ({"Delivery date": "2199-01-01"}, "delivered_on", "not come yet"),
        ({"Order date": "", "Due date": "", "Delivery date": ""}, "ordered_on", "no date"),
        ({"Item": "Bolt M8x40 A2", "Unit": "KGM"}, "unit", "does not convert"),
        ({"Line value": "9999999999999.99", "Quantity": "0.0001"}, "value", "more than can be kept"),
    ],
)
def test_each_fault_stands_at_its_cell_and_the_other_lines_come_in(firm, imported, change, column, word):
    run = imported([HEADING, row(), row(**{"Line ID": "2"}, **change)])
    assert (run.total, run.imported, run.rejected) == (2, 1, 1)
    assert word in faults(run)[3][column], faults(run)
    assert lines().count() == 1


def test_the_same_line_twice_in_one_file_comes_in_once(firm, imported):
    run = imported([HEADING, row(), row(Quantity="11")])
    assert (run.imported, run.rejected) == (1, 1)
    assert "line 2" in faults(run)[3]["line_id"]


def test_equal_lines_without_a_number_are_as_many_as_there_are(firm, imported):
    heading = [one for one in HEADING if one != "Line ID"]
    bare = [value for name, value in zip(HEADING, row(), strict=True) if name != "Line ID"]
    run = imported([heading, bare, bare])
    assert run.imported == 2
    again = imported([heading, bare, bare, bare])
    assert (again.imported, again.skipped) == (1, 2)
    assert lines().count() == 3


def test_a_line_that_never_came_has_no_receipt(firm, imported):
    run = imported([HEADING, row(**{"Delivery date": ""})])
    assert run.imported == 1
    assert not GoodsReceipt.objects.unscoped(WHY).exists()
    assert lines().get().received_quantity == 0


def test_the_firms_own_rate_goes_before_the_average_and_the_files_before_both(firm, imported):
    ExchangeRate.objects.create(base="EUR", currency="USD", date="2024-01-01", rate=Decimal("2"))
    imported([HEADING, row(Currency="USD", **{"Line value": "100"})])
    assert lines().get().base_net == 50
    run = imported([HEADING, row(Currency="USD", **{"Line value": "100", "Line ID": "2"})], rate="0.9")
    assert run.imported == 1
    assert lines().get(external_id="2").base_net == 90


def test_where_several_firms_bought_the_file_has_to_say_which(firm, imported):
    LegalEntity.objects.create(code="QS", name_en="Quadrant Service", currency="USD")
    run = imported([HEADING, row()])
    assert "Say which one" in faults(run)[2]["legal_entity"]
    run = imported([HEADING, row()], legal_entity="Quadrant Service")
    assert run.imported == 1
    assert lines().get().order.legal_entity.code == "QS"


# -- transfers -----------------------------------------------------------------


def test_a_transfer_leaves_stock_as_it_was_and_is_no_order(firm, head, work):
    from srm.stock import services as stock

    with work():
        stock.receive(actor=firm.actor("storekeeper"), warehouse=firm.warehouse, item=firm.bolt, quantity=Decimal(7),
                      moved_on="2023-12-01", value=Decimal(3))  # fmt: skip
    saved = {
        "columns": {"order_number": "Order number", "item": "Item", "quantity": "Quantity", "value": "Line value",
                    "delivered_on": "Delivery date", "line_id": "Line ID", "place": "Place", "currency": "Currency"},
        "constants": {"warehouse": "Main store", "system": "old"}, "marks": {}, "orders": {}, "blanks": {},
        "treats": [{"title": "Supplier", "value": "own store", "then": "transfer"}],
    }  # fmt: skip
    table = [
        [*HEADING, "Place"],
        [*row(Supplier="Own store", Item="Bolt M8x40 A2", Quantity="100"), "Sofia service"],
        [*row(Supplier="own store", Item="Bolt M8x40 A2", Quantity="50", **{"Line ID": "2", "Delivery date": "2024-01-02"}),
         "Sofia service"],
    ]  # fmt: skip
    run = apply(check(begin(csv(table), "t.csv", head), head, saved=saved), head)
    assert (run.imported, faults(run)) == (2, {})
    assert not orders().exists()
    level = StockLevel.objects.unscoped(WHY).get(item=firm.bolt)
    assert (level.on_hand, level.value) == (7, 3)
    opening = StockMove.objects.unscoped(WHY).get(kind="adjustment")
    assert (opening.quantity, opening.value, opening.moved_on.isoformat()) == (150, 25, "2024-01-02")
    assert "No purchase" in opening.reason
    assert run.result["value of transfers, EUR"] == "25.00"


def test_a_transfer_without_a_warehouse_is_refused_with_the_reason(firm, head):
    saved = {
        "columns": {"order_number": "Order number", "item": "Item", "quantity": "Quantity", "value": "Line value",
                    "delivered_on": "Delivery date"},
        "constants": {}, "marks": {}, "orders": {}, "blanks": {},
        "treats": [{"title": "Supplier", "value": "Gamma", "then": "transfer"}],
    }  # fmt: skip
    run = check(begin(csv([HEADING, row()]), "t.csv", head), head, saved=saved)
    assert "which warehouse" in faults(run)[2]["warehouse"]


# -- hostile --------------------------------------------------------------------


def test_hostile_texts_are_texts(firm, imported, client_of):
    nasty = [
        "=cmd|' /C calc'!A0",
        "<script>alert(1)</script>",
        "'; DROP TABLE srm_item; --",
        "\u202egnp.exe",
        "%s %(x)s {0}",
    ]
    table = [HEADING] + [
        row(Supplier=text, Item=f"{text} item", **{"Line ID": str(n), "Order number": text, "Delivery note": text})
        for n, text in enumerate(nasty)
    ]
    run = imported(table)
    assert (run.imported, faults(run)) == (len(nasty), {})
    assert Supplier.objects.unscoped(WHY).filter(name="<script>alert(1)</script>").exists()
    assert Supplier.objects.unscoped(WHY).filter(name="gnp.exe").exists()
    page = client_of("head").get(f"/exchange/{run.public_id}/").content.decode()
    assert "<script>alert(1)" not in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Supplier", "x" * 201), ("Item", "y" * 201), ("Order number", "1" * 61), ("Delivery note", "2" * 61),
        ("Line ID", "3" * 61), ("Quantity", "1e400"), ("Quantity", "NaN"), ("Line value", "1" * 40), ("Quantity", "0.00001"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_rejected_and_never_cut(firm, imported, name, value):
    run = imported([HEADING, row(**{name: value})])
    assert (run.good, run.imported, run.rejected) == (0, 0, 1)


def test_a_table_without_the_needed_columns_is_asked_for_them(firm, head):
    run = begin(csv([["Name", "Colour"], ["a", "b"]]), "x.csv", head)
    with pytest.raises(InvalidInput) as refused:
        check(run, head)
    assert {"order_number", "quantity"} <= set(refused.value.errors)


# -- rights ----------------------------------------------------------------------


def test_only_who_leads_procurement_imports_the_past(firm, client_of):
    for persona in ("buyer", "requester", "storekeeper", "accountant", "auditor", "administrator"):
        with pytest.raises(NotAllowed):
            begin(csv([HEADING, row()]), "x.csv", firm.actor(persona))
    assert "Purchasing history" in client_of("head").get("/exchange/new/").content.decode()
    assert "Purchasing history" not in client_of("buyer").get("/exchange/new/").content.decode()


# -- workbooks ---------------------------------------------------------------------


@pytest.mark.needs_data
def test_a_workbook_says_the_same_as_the_csv(firm, head, scms):
    import csv as reader
    import datetime as dt

    Unit.objects.get_or_create(code="XPK", defaults={"symbol_en": "pack"})
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Lines")
    whole = list(reader.reader(io.StringIO(scms.decode())))
    heading, some = whole[0], whole[1:1500:3]
    sheet.append(heading)
    for cells in some:
        sheet.append([_typed(title, cell, dt) for title, cell in zip(heading, cells, strict=True)])
    stream = io.BytesIO()
    book.save(stream)
    run = apply(check(begin(stream.getvalue(), "scms.xlsx", head), head, saved=SCMS), head)
    assert (run.total, run.imported, faults(run)) == (len(some), len(some), {})
    value = heading.index("Line Item Value")
    assert run.totals["Together, USD"] == str(sum(Decimal(cells[value]) for cells in some))
    again = check(begin(csv([heading, *some], ","), "scms.csv", head), head, saved=SCMS)
    assert (again.good, again.skipped) == (0, len(some))


def _typed(title, cell, dt):
    """A cell as a spreadsheet keeps it: numbers as numbers, dates as dates."""
    if title in ("Scheduled Delivery Date", "Delivered to Client Date"):
        return dt.datetime.strptime(cell, "%d-%b-%y")
    if title in ("Line Item Quantity", "Line Item Value", "Pack Price", "ID", "Unit of Measure (Per Pack)"):
        return float(cell)
    return cell


def test_packs_of_new_items_stay_packs(firm, imported):
    Unit.objects.get_or_create(code="XPK", defaults={"symbol_en": "pack"})
    heading = [*HEADING, "Pack size"]
    imported([heading, [*row(Unit="XPK"), "60"]])
    item = lines().get().item
    assert item.base_unit.code == "XPK"
    assert "60" in item.description
    assert not ItemUnit.objects.filter(item=item).exists()


# -- pages -------------------------------------------------------------------------


def test_the_page_of_an_import_says_what_became_of_a_line(firm, imported, client_of):
    run = imported([HEADING, row(), row(Quantity="0", **{"Line ID": "2"})])
    page = client_of("head").get(f"/exchange/{run.public_id}/?tab=line&line=1").content.decode()
    order = orders().get()
    assert order.number in page
    assert GoodsReceipt.objects.unscoped(WHY).get().number in page
    assert "12.50" in page
    assert "more than 0" in client_of("head").get(f"/exchange/{run.public_id}/?tab=line&line=3").content.decode()
    assert "no such line" in client_of("head").get(f"/exchange/{run.public_id}/?tab=line&line=77").content.decode()
    assert client_of("buyer").get(f"/exchange/{run.public_id}/?tab=line&line=1").status_code == 404
