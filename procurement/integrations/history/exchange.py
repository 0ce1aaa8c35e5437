"""The import of past purchasing as a kind of import: its columns and what they are called elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext_lazy as _

from procurement.integrations.history import services
from procurement.integrations.history.checks import Checks
from procurement.integrations.history.lines import TRANSFER
from procurement.integrations.history.lookups import find_entities, find_units
from procurement.integrations.history.scms import SCMS
from srm.core.actor import Actor
from srm.exchange.columns import Col
from srm.exchange.importer import ImportKind, Progress, import_kind
from srm.exchange.models import ImportRun
from srm.exchange.parsing import ParsedRow

COLUMNS = [
    Col("order_number", _("Order number"), required=True, max_length=60, synonyms=(
        "PO / SO #", "PO number", "PO no", "Purchase order", "Order no", "Номер заказа", "№ заказа", "Заказ",
        "Номер на поръчка", "№ на поръчка", "Поръчка №", "Поръчка",
    )),
    Col("supplier", _("Supplier"), max_length=200, synonyms=(
        "Vendor", "Vendor name", "Supplier name", "Поставщик", "Контрагент", "Доставчик", "Наименование поставщика",
    )),
    Col("supplier_code", _("Supplier's number there"), max_length=60, synonyms=(
        "Vendor code", "Vendor no", "Supplier code", "Код поставщика", "Код контрагента", "Код на доставчик",
    )),
    Col("supplier_country", _("Supplier's country"), max_length=100, synonyms=(
        "Vendor country", "Страна поставщика", "Държава на доставчика",
    )),
    Col("article", _("Our article"), max_length=40, synonyms=(
        "Article", "Item number", "Item code", "Material", "SKU", "Артикул", "Номенклатурный номер", "Код товара",
        "Артикул №", "Код на артикул", "Номер на артикул",
    )),
    Col("item", _("Item"), max_length=200, synonyms=(
        "Item description", "Description", "Item name", "Product", "Material description", "Номенклатура",
        "Наименование", "Товар", "Наименование товара", "Стока", "Наименование на артикула", "Описание",
    )),
    Col("category", _("Category"), max_length=200, synonyms=(
        "Product group", "Category", "Item group", "Категория", "Группа товаров", "Товарная группа", "Стокова група",
        "Продуктова група",
    )),
    Col("category_2", _("Category, second level"), max_length=200, synonyms=(
        "Sub classification", "Subcategory", "Подкатегория", "Подгруппа", "Подгрупа",
    )),
    Col("category_3", _("Category, third level"), max_length=200, synonyms=("Molecule/Test Type",)),
    Col("brand", _("Brand"), max_length=100, synonyms=("Make", "Марка", "Торговая марка", "Бренд")),
    Col("quantity", _("Quantity"), kind="quantity", required=True, synonyms=(
        "Line item quantity", "Qty", "Ordered quantity", "Количество", "Кол-во", "Заказано", "К-во",
    )),
    Col("unit", _("Unit"), kind="ref", find=find_units, max_length=40, help=_("Pieces, when nothing is said."), synonyms=(
        "Unit of measure", "UoM", "Ед. изм.", "Единица измерения", "Ед.", "Мярка", "М. ед.", "Мерна единица",
    )),
    Col("pack_size", _("Units in a pack"), kind="decimal", synonyms=(
        "Unit of Measure (Per Pack)", "Pack size", "В упаковке", "Брой в опаковка",
    )),
    Col("value", _("Value of the line"), kind="amount", help=_("Net, without VAT. It counts, whatever the price says."), synonyms=(
        "Line item value", "Line value", "Amount", "Net value", "Total", "Сумма", "Стоимость", "Сумма без НДС",
        "Стойност", "Сума", "Стойност без ДДС",
    )),
    Col("price", _("Price of a unit"), kind="price", synonyms=(
        "Pack price", "Unit price", "Price", "Цена", "Цена за единицу", "Цена без НДС", "Единична цена", "Ед. цена",
    )),
    Col("currency", _("Currency"), max_length=3, help=_("The base currency, when nothing is said."), synonyms=(
        "Curr", "Валюта",
    )),
    Col("rate", _("Exchange rate"), kind="price", help=_("How much of the base currency one unit was worth."), synonyms=(
        "Курс", "Валутен курс", "Курс валюты",
    )),
    Col("freight", _("Freight"), kind="amount", synonyms=(
        "Freight cost (USD)", "Freight cost", "Shipping cost", "Доставка, сумма", "Транспортные расходы", "Фрахт",
        "Стоимость доставки", "Транспортни разходи", "Навло",
    )),
    Col("incoterm", _("Delivery terms"), max_length=40, synonyms=(
        "Vendor INCO Term", "Incoterm", "Incoterms", "Условия поставки", "Условия на доставка", "Инкотермс",
    )),
    Col("quoted_on", _("Asked for on"), kind="date", synonyms=(
        "PQ First Sent to Client Date", "RFQ date", "Quotation date", "Дата запроса", "Дата на запитване",
    )),
    Col("ordered_on", _("Ordered on"), kind="date", synonyms=(
        "PO Sent to Vendor Date", "Order date", "PO date", "Дата заказа", "Дата на поръчка", "Дата на поръчката",
    )),
    Col("planned_on", _("Planned delivery"), kind="date", synonyms=(
        "Scheduled Delivery Date", "Due date", "Promised date", "Планируемая дата поставки", "Срок поставки",
        "Плановая дата", "Планирана доставка", "Срок на доставка", "Планова дата",
    )),
    Col("delivered_on", _("Delivered on"), kind="date", synonyms=(
        "Delivered to Client Date", "Delivery date", "Receipt date", "Фактическая дата", "Дата поставки",
        "Дата поступления", "Фактическая дата поставки", "Дата на доставка", "Доставено на", "Фактическа дата",
    )),
    Col("delivery_note", _("Delivery note"), max_length=60, synonyms=(
        "ASN/DN #", "ASN", "Delivery note no", "Накладная", "Номер накладной", "ТТН", "Товарителница", "Стокова разписка",
    )),
    Col("weight", _("Weight, kg"), kind="decimal", synonyms=(
        "Weight (Kilograms)", "Gross weight", "Вес, кг", "Вес брутто", "Тегло, кг", "Тегло",
    )),
    Col("transport", _("Transport"), max_length=60, synonyms=(
        "Shipment Mode", "Mode of transport", "Вид транспорта", "Способ доставки", "Начин на транспорт",
    )),
    Col("place", _("Delivery place"), max_length=100, synonyms=(
        "Delivery country", "Ship to", "Destination", "Место доставки", "Адрес доставки", "Склад получателя",
        "Място на доставка", "Обект",
    )),
    Col("department", _("Department"), max_length=100, synonyms=(
        "Project Code", "Cost centre", "Requester", "Подразделение", "Отдел", "Цех", "Проект", "Звено",
    )),
    Col("department_group", _("Department above it"), max_length=100, synonyms=("Division", "Дивизион", "Дирекция", "Дирекция на отдела")),
    Col("legal_entity", _("Legal entity"), kind="ref", find=find_entities, max_length=200, synonyms=(
        "Company", "Организация", "Юридическое лицо", "Фирма", "Юридическо лице",
    )),
    Col("warehouse", _("From warehouse"), max_length=100, help=_("For lines that are transfers."), synonyms=(
        "Warehouse", "Склад", "Склад-отправитель", "От склад",
    )),
    Col("line_id", _("Number of the line there"), max_length=60, help=_("Tells a line that was imported before."), synonyms=(
        "ID", "Line ID", "Line no", "Номер строки", "№ строки", "Ред №", "Номер на ред",
    )),
    Col("system", _("Where the table is from"), max_length=40, help=_("A short word for the other system.")),
    Col("remark", _("Remark"), max_length=300, synonyms=(
        "Manufacturing Site", "Note", "Comment", "Примечание", "Комментарий", "Забележка",
    )),
]  # fmt: skip


@import_kind
class HistoryImport(ImportKind):
    """Orders, deliveries and transfers of the past."""

    name = "history"
    title = _("Purchasing history")
    hint = _("Order lines of another system: what was ordered from whom, when, for how much, and when it came.")
    permission = "history.import"
    fields = COLUMNS
    treatments = [(TRANSFER, _("transfer out of our own warehouse"))]
    key = ("line_id",)
    presets = {"scms": SCMS}

    def context(self, actor: Actor) -> Checks:
        """What lines are judged by."""
        return Checks(actor)

    def check_rows(self, rows: list[ParsedRow], context: Checks) -> None:
        """Judge a portion of lines; those that came before are left out."""
        context.judge(rows)

    def tally(self, row: ParsedRow, totals: dict[str, Any]) -> None:
        """Value of orders and transfers by currency, before anything is written."""
        services.tally(row, totals)

    def parts(self, run: ImportRun, *, actor: Actor, progress: Progress) -> Iterator[Any]:
        """Everything in one transaction, or, on SQLite, a long file slice by slice."""
        return services.parts(run, actor=actor, progress=progress)
