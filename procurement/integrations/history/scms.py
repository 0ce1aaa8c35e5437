"""How USAID's SCMS delivery history (supply chain shipment pricing data, 2006 to 2015) is read.

Its columns, its words for "nothing known", and its rule: what is fulfilled from the regional distribution centres is
a transfer out of the programme's own stock. Project codes are the departments that asked, countries the places.
"""

from __future__ import annotations

from typing import Any

UNKNOWN = ["Date Not Captured", "Pre-PQ Process", "N/A - From RDC"]

SCMS: dict[str, Any] = {
    "columns": {
        "line_id": "ID",
        "order_number": "PO / SO #",
        "delivery_note": "ASN/DN #",
        "department": "Project Code",
        "department_group": "Country",
        "place": "Country",
        "supplier": "Vendor",
        "item": "Item Description",
        "category": "Product Group",
        "category_2": "Sub Classification",
        "category_3": "Molecule/Test Type",
        "brand": "Brand",
        "pack_size": "Unit of Measure (Per Pack)",
        "remark": "Manufacturing Site",
        "quantity": "Line Item Quantity",
        "value": "Line Item Value",
        "price": "Pack Price",
        "freight": "Freight Cost (USD)",
        "weight": "Weight (Kilograms)",
        "transport": "Shipment Mode",
        "incoterm": "Vendor INCO Term",
        "quoted_on": "PQ First Sent to Client Date",
        "ordered_on": "PO Sent to Vendor Date",
        "planned_on": "Scheduled Delivery Date",
        "delivered_on": "Delivered to Client Date",
    },
    "constants": {"system": "scms", "currency": "USD", "unit": "XPK", "warehouse": "RDC"},
    "marks": dict.fromkeys(("quantity", "value", "price", "freight", "weight", "pack_size"), "."),
    "orders": {"ordered_on": "mdy", "quoted_on": "mdy"},
    "blanks": {
        "ordered_on": UNKNOWN,
        "quoted_on": UNKNOWN,
        "freight": ["Freight Included in Commodity Cost", "Invoiced Separately", "See *"],
        "weight": ["Weight Captured Separately", "See *"],
    },
    "treats": [{"title": "Fulfill Via", "value": "From RDC", "then": "transfer"}],
}
