"""Two kinds of imports: one that applies as a whole, one line by line through a service."""

from __future__ import annotations

from typing import Any

from srm.core.errors import InvalidInput, RuleBroken
from srm.exchange.columns import Col
from srm.exchange.importer import ImportKind, SheetKind
from srm.exchange.sheets import Sheet
from srm.people.models import CostCenter, Department, LegalEntity


class HistoryImport(ImportKind):
    """Past deliveries, kept as one cost centre per supplier, which is enough to see what was written."""

    name, title, permission = "test-history", "Purchasing history", "planning.edit"
    fields = [
        Col("line_id", "Line id", required=True, synonyms=("ID",)),
        Col("order_number", "Order number", required=True, synonyms=("PO / SO #", "PO number")),
        Col("supplier", "Supplier", required=True, synonyms=("Vendor",)),
        Col("item", "Item", required=True, synonyms=("Item Description",)),
        Col("ordered_on", "Ordered on", kind="date", synonyms=("PO Sent to Vendor Date",)),
        Col("quoted_on", "Quoted on", kind="date", synonyms=("PQ First Sent to Client Date",)),
        Col("due", "Due", kind="date", required=True, synonyms=("Scheduled Delivery Date",)),
        Col("delivered", "Delivered", kind="date", required=True, synonyms=("Delivered to Client Date",)),
        Col("quantity", "Quantity", kind="quantity", required=True, synonyms=("Line Item Quantity",)),
        Col("value", "Value", kind="amount", required=True, synonyms=("Line Item Value",)),
        Col("freight", "Freight", kind="amount", synonyms=("Freight Cost (USD)",)),
        Col("weight", "Weight", kind="decimal", synonyms=("Weight (Kilograms)",)),
        Col("currency", "Currency", required=True),
    ]
    treatments = [("transfer", "Transfer from our own warehouse")]
    key = ("line_id",)
    applied = 0

    def check_row(self, row, context: Any) -> None:
        due, ordered = row.values.get("due"), row.values.get("ordered_on")
        if due and ordered and due < ordered:
            row.blame("due", "This is before the order.")

    def apply(self, run, *, actor, progress) -> dict[str, Any]:
        room = Department.objects.first()
        suppliers = {self.values_of(row)["supplier"] for some in run.staged() for row in some if not row.treatment}
        if "Broken" in suppliers:
            raise RuleBroken(["Broken cannot be imported."])
        CostCenter.objects.bulk_create(
            CostCenter(code=f"S{n}", name_en=name[:200], department=room) for n, name in enumerate(sorted(suppliers))
        )
        return {"Suppliers": len(suppliers)}


def entities_by_code(codes: set[str], actor) -> dict[str, LegalEntity]:
    return {one.code: one for one in LegalEntity.objects.filter(code__in=codes)}


class DepartmentSheet(Sheet):
    model = Department
    columns = [
        Col("code", required=True, max_length=20),
        Col("name_en", "Name", required=True),
        Col("legal_entity", kind="ref", source="legal_entity.code", find=entities_by_code, required=True),
        Col("active", "Active", kind="bool", source="is_active"),
    ]


class DepartmentImport(SheetKind):
    name, permission, sheet, portion = "test-departments", "catalog.edit", DepartmentSheet, 10

    def save(self, values, *, actor) -> None:
        if values["code"] == "TAKEN":
            raise InvalidInput({"code": "This code is taken."})
        if values["code"] == "CRASH":
            raise ZeroDivisionError
        Department.objects.create(
            code=values["code"], name_en=values["name_en"], legal_entity=values["legal_entity"], path=f"/{values['code']}/",
            is_active=values["active"] is not False,
        )  # fmt: skip
