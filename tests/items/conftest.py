"""Two suppliers who sell the same bolt in different packs."""

import datetime as dt
from decimal import Decimal

import pytest

from suppliers.items import services

D = Decimal
DAY = dt.date(2026, 1, 1)


@pytest.fixture
def sell(firm, work):
    """`sell(firm.alfa, firm.bolt, prices=[...])`: an article of a supplier, entered by the buyer."""

    def call(supplier, item, **fields):
        with work():
            return services.create_supplier_item(actor=firm.actor("buyer"), supplier=supplier, item=item, **fields)

    return call


@pytest.fixture
def priced(firm, sell):
    """Alfa sells boxes of 200, from 10 boxes cheaper; Beta single bolts, in steps of 50."""
    box, piece = firm.unit("BX"), firm.unit("C62")
    alfa = sell(
        firm.alfa, firm.bolt, article="A-8x40", name="Sechskant", unit=box, lead_days=5,
        prices=[
            {"price": D("12"), "currency": "EUR", "valid_from": DAY},
            {"price": D("10"), "currency": "EUR", "valid_from": DAY, "from_quantity": D(10)},
        ],
    )  # fmt: skip
    beta = sell(
        firm.beta, firm.bolt, article="B/77", unit=piece, min_quantity=D(100), multiple=D(50), lead_days=2,
        prices=[{"price": D("0.07"), "currency": "EUR", "valid_from": DAY}],
    )  # fmt: skip
    return alfa, beta
