"""Tenders for tests: made by their services, published by their moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest

from procurement.tenders import ruling, services
from procurement.tenders.models import Tender
from srm.approvals.models import ApprovalRule
from srm.core import clock
from srm.flow.perform import perform


@contextmanager
def at(moment: dt.datetime) -> Iterator[None]:
    """Play at `moment`, by the clock that judges deadlines (on PostgreSQL, too)."""
    with clock.set_to(moment):
        yield


def line(firm, item=None, quantity="100", **values):
    item = item or firm.bolt
    return {
        "id": None, "item": item, "quantity": Decimal(quantity), "unit": item.base_unit, "place": firm.plovdiv,
        "need_by": clock.today() + dt.timedelta(days=60), **values,
    }  # fmt: skip


def draft(firm, work, *, lines=None, suppliers=None, actor="buyer", **values) -> Tender:
    values = {"title": "Fasteners, 2027", "deadline": clock.now() + dt.timedelta(days=7), **values}
    with work():
        return services.create_tender(
            actor=firm.actor(actor), lines=[line(firm), line(firm, firm.nut)] if lines is None else lines,
            suppliers=[firm.alfa, firm.beta] if suppliers is None else suppliers, **values,
        )  # fmt: skip


def publish(firm, work, tender=None, **values) -> Tender:
    tender = tender or draft(firm, work, **values)
    with work():
        return perform(tender, "publish", actor=firm.actor("buyer"))


@pytest.fixture
def tender(firm, work):
    """A draft with two lines and two suppliers."""
    return draft(firm, work)


@pytest.fixture
def published(firm, work):
    """The same, taking offers for a week."""
    return publish(firm, work)


@pytest.fixture
def limit(firm):
    """From 3,000 on a budget owner decides on tenders."""
    return ApprovalRule.objects.create(kind=ruling.KIND, who="role", role="budget_owner", min_amount=3000)


@pytest.fixture
def write(firm, work):
    """A draft for `price` in all: one line of bolts."""

    def make(price, **values):
        return draft(firm, work, lines=[line(firm, quantity="1", baseline=Decimal(price))], **values)

    return make
