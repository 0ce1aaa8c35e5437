"""Alfa sells bolts at a list price and gloves under an agreement; Beta sells bolts, too."""

import datetime as dt
from decimal import Decimal

import pytest

from srm.core import clock
from srm.flow.perform import perform
from suppliers.items import services as items
from suppliers.proposals import services
from suppliers.proposals.models import PriceProposal

D = Decimal


def later(days: int) -> dt.date:
    """A day to come."""
    return clock.today() + dt.timedelta(days=days)


def stock_up(firm, work):
    """Write the articles and prices."""
    buyer = firm.actor("buyer")
    old = {"currency": "EUR", "valid_from": dt.date(2026, 1, 1)}
    agreed = old | {"basis": "agreed", "agreement": "A-1", "price": D("5"), "max_quantity": D(100)}
    with work():
        firm.alfa_bolt = items.create_supplier_item(
            actor=buyer, supplier=firm.alfa, item=firm.bolt, article="A-8x40", name="Sechskant", note="squeeze them",
            prices=[old | {"price": D("1")}, old | {"price": D("0.9"), "from_quantity": D(100)}],
        )  # fmt: skip
        firm.alfa_gloves = items.create_supplier_item(
            actor=buyer, supplier=firm.alfa, item=firm.gloves, article="A-gl", prices=[agreed]
        )
        firm.beta_bolt = items.create_supplier_item(
            actor=buyer, supplier=firm.beta, item=firm.bolt, article="B/77", prices=[old | {"price": D("0.77")}]
        )
    return firm


@pytest.fixture
def sold(firm, work):
    """The firm with what its suppliers sell."""
    return stock_up(firm, work)


@pytest.fixture
def propose(sold, work):
    """`propose({"article": "A-8x40", "price": D("1.05")}, ...)`: sent by Alfa."""

    def call(*lines, sent=True, who="alfa_admin", **fields):
        with work():
            made = services.create_proposal(actor=sold.actor(who), title="New prices", lines=lines, **fields)
            return perform(made, "send", actor=sold.actor(who)) if sent else made

    return call


def fresh(proposal):
    """As it is stored now."""
    return PriceProposal.objects.unscoped("test").get(pk=proposal.pk)


def prices_of(row):
    """(basis, from, price, begins, ends) of an article's prices."""
    rows = row.prices.order_by("basis", "from_quantity", "valid_from")
    return [(one.basis, one.from_quantity, one.price, one.valid_from, one.valid_to) for one in rows]
